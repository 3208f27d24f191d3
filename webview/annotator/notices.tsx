import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../ui/icon';
import { Button, IconButton } from '../ui/toolkit';
import { useConversation } from './conversation/hooks';
import { useStore } from './hooks';
import type { Notice } from './store';

/** What is only good to know goes by itself; troubles stay until closed. */
const infoStaysMs = 8_000;

/** Bars over the picture: what keeps the panel from working comes first. */
export function Notices() {
  const [store, state] = useStore();
  const { snapshot, notice, lost } = state;
  useEffect(() => {
    if (notice?.level !== 'info') return;
    const timer = setTimeout(
      () => store.state.notice === notice && store.set({ notice: undefined }),
      infoStaysMs,
    );
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div class="notices">
      {lost && (
        <Bar level="error">
          The extension restarted and this panel lost its connection. Unsaved regions are kept.{' '}
          <a href="command:workbench.action.reloadWindow">Reload the window</a>
        </Bar>
      )}
      {snapshot?.problem !== undefined && <Bar level="warning">{snapshot.problem}</Bar>}
      {snapshot && !store.promptKinds.size && (
        <Bar level="warning">
          No model that segments is installed, so the picture can be looked at only. Run “npm run build” in a
          checkout, or install the extension again.
        </Bar>
      )}
      {notice && (
        <Bar level={notice.level} onClose={() => store.set({ notice: undefined })}>
          {notice.message}
        </Bar>
      )}
    </div>
  );
}

function Bar({
  level,
  onClose,
  children,
}: {
  level: Notice['level'];
  onClose?(): void;
  children: ComponentChildren;
}) {
  return (
    <div class={`notice ${level}`} role={level === 'error' ? 'alert' : 'status'}>
      <Icon name={level} />
      <span class="message">{children}</span>
      {onClose && <IconButton icon="chrome-close" label="Close message" onClick={onClose} />}
    </div>
  );
}

/** What to do with an empty picture. */
export function FirstHint() {
  const [store, state] = useStore();
  const conversation = useConversation();
  const kinds = store.promptKinds;
  if (
    !state.snapshot ||
    conversation.view.turns.length ||
    store.annotations.length ||
    state.pending.size ||
    !kinds.has('point')
  )
    return null;
  return (
    <div class="hint" aria-hidden="true">
      <p>
        <b>Click a thing.</b> <kbd>Shift</kbd>- or right-click takes away.
      </p>
      {kinds.has('box') && (
        <p>
          Drag a box with <kbd>B</kbd>
          {kinds.has('stroke') && (
            <>
              , draw a stroke with <kbd>S</kbd>
            </>
          )}
          .
        </p>
      )}
    </div>
  );
}

/** Instead of a picture that cannot be shown. */
export function ErrorPage({ message }: { message: string }) {
  const [store] = useStore();
  return (
    <main class="error-page" role="alert">
      <Icon name="error" />
      <h1>This picture cannot be opened</h1>
      <p>{message}</p>
      <Button appearance="secondary" onClick={() => void store.load()}>
        Try again
      </Button>
    </main>
  );
}
