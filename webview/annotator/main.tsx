/** The page of the side panel. */
import '../ui/withoutEval';
import { render } from 'preact';
import { App } from './app';
import { StoreContext } from './hooks';
import { HostLink } from './host';
import { PanelStore } from './store';
import { FolderContext, FolderStore } from './folder/folderStore';
import '../ui/page.css';
import './styles.css';

const { body } = document;

async function start(): Promise<void> {
  const host = new HostLink(body.dataset['document'] ?? '');
  host.watchFocus();
  const { saved, carried, filmstrip } = await host.start();
  const { tool, activeId, segmenter, opacity, listOpen } = saved;
  const store = new PanelStore(host.endpoint, {
    ...(tool && { tool }),
    ...(opacity !== undefined && { opacity }),
    activeId,
    segmenter,
    listOpen,
  });
  const folder = new FolderStore(store, () => host.carry(), filmstrip);
  host.watch((lost) => {
    if (lost !== store.state.lost) store.set({ lost });
  });

  // What tests and other programs may read of the page.
  const publish = () => {
    const { snapshot, busy, pending } = store.state;
    body.dataset['revision'] = String(snapshot?.revision ?? '');
    body.dataset['regions'] = String(snapshot?.annotations.length ?? 0);
    body.dataset['busy'] = String(busy !== undefined || pending.size > 0);
  };
  store.subscribe(publish);
  publish();

  render(
    <StoreContext.Provider value={store}>
      <FolderContext.Provider value={folder}>
        <App host={host} saved={saved} takesKeyboard={carried} />
      </FolderContext.Provider>
    </StoreContext.Provider>,
    body,
  );
  await store.load();
}

void start();
