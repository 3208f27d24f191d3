/** The page of the side panel. */
import '../ui/withoutEval';
import { render } from 'preact';
import { App } from './app';
import { StoreContext } from './hooks';
import { HostLink } from './host';
import { PanelStore } from './store';
import './styles.css';

const { body } = document;
const host = new HostLink(body.dataset['document'] ?? '');
const saved = host.load();
const { tool, activeId, opacity, listOpen } = saved;
const store = new PanelStore(host.endpoint, {
  ...(tool && { tool }),
  ...(opacity !== undefined && { opacity }),
  activeId,
  listOpen,
});
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
    <App host={host} saved={saved} />
  </StoreContext.Provider>,
  body,
);
void store.load();
