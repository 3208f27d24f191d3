import { ProgressRing } from '../ui/toolkit';
import { useStore } from './hooks';
import { Numbers, type Readout } from './readout';

/** What the model is doing, and where the pointer is. */
export function BottomBar({ readout }: { readout: Readout }) {
  const [store, state] = useStore();
  const pack = packOf(store.active);
  return (
    <footer class="bottom">
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
