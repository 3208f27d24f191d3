import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, ProgressRing, TextField } from '../ui/toolkit';
import { useStore } from './hooks';
import { Numbers, type Readout } from './readout';

/** The phrase box, what the model is doing, and where the pointer is. */
export function BottomBar({ readout }: { readout: Readout }) {
  const [store, state] = useStore();
  const [phrase, setPhrase] = useState('');
  const field = useRef<HTMLElement>(null);
  useEffect(() => {
    if (state.phraseFocus) field.current?.focus();
  }, [state.phraseFocus]);
  const find = () => {
    if (phrase.trim()) void store.find(phrase.trim());
  };
  const pack = packOf(store.active);
  return (
    <footer class="bottom">
      {store.canGround && (
        <form class="phrase" onSubmit={(event) => event.preventDefault()}>
          <TextField
            label="Find in picture"
            placeholder="Find in picture…"
            value={phrase}
            fieldRef={field}
            onInput={setPhrase}
            onEnter={find}
          />
          <Button appearance="secondary" disabled={!phrase.trim()} onClick={find}>
            Find
          </Button>
        </form>
      )}
      <div class="status" role="status" aria-live="polite">
        {state.busy !== undefined ? (
          <span class="busy">
            <ProgressRing />
            <span class="text">{state.busy}</span>
            <button type="button" class="link" onClick={() => void store.cancel()}>
              Cancel
            </button>
          </span>
        ) : (
          <span class="text" title={pack ? `Made by ${pack}` : undefined}>
            {state.status}
            {state.status && pack ? ` · ${pack}` : ''}
          </span>
        )}
      </div>
      <Numbers readout={readout} />
    </footer>
  );
}

function packOf(annotation: ReturnType<typeof useStore>[0]['active']): string | undefined {
  return annotation?.provenance.by === 'pack'
    ? annotation.provenance.packs.map(({ id }) => id).join(' + ')
    : undefined;
}
