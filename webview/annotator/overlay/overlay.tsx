/** What belongs to overlays in the page: their state, their actions, and the controls over the picture. */
import { createContext } from 'preact';
import { useContext, useEffect, useMemo } from 'preact/hooks';
import { useChanges, useStore } from '../hooks';
import { BeforeKey } from './beforeKey';
import { CompareBar } from './compareBar';
import { Comparison } from './comparison';
import './overlay.css';
import { OverlayState, type OverlayView, type SavedOverlay } from './overlayState';
import { SwipeLine } from './swipeLine';

export interface OverlayParts {
  state: OverlayState;
  comparison: Comparison;
  key: BeforeKey;
}

export const OverlayContext = createContext<OverlayParts | undefined>(undefined);

/** Makes the parts once, and registers their actions. `onChange` hears of what is to survive hiding the panel. */
export function useOverlayParts(saved: SavedOverlay | undefined, onChange: () => void): OverlayParts {
  const [store] = useStore();
  const parts = useMemo(() => {
    const state = new OverlayState(saved);
    return { state, comparison: new Comparison(store), key: new BeforeKey(state) };
  }, [store]);
  useEffect(() => {
    const { state, comparison, key } = parts;
    const say = (status: string) => store.set({ status });
    const ends = [
      state.subscribe(onChange),
      key.listen(),
      store.actions.on({
        'view.overlay': () => say(`Overlay: ${state.nextMode().toLowerCase()}.`),
        'view.labels': () => {
          state.set({ labels: !state.view.labels });
          say(state.view.labels ? 'Labels are shown.' : 'Labels are hidden.');
        },
        'view.regions': () => state.set({ regions: !state.view.regions }),
        'view.before': () => key.press(),
        'view.compare': () => comparison.toggle(),
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [parts]);
  return parts;
}

/** The parts; the component is drawn again when what they show changes. */
export function useOverlay(): OverlayParts & { view: OverlayView } {
  const parts = useContext(OverlayContext);
  if (!parts) throw new Error('No overlay above this component.');
  useChanges(parts.state, parts.comparison);
  return { ...parts, view: parts.state.view };
}

/** Over the picture: the swipe line, the comparison, and that regions are hidden. */
export function OverlayControls() {
  const { state, view, comparison } = useOverlay();
  const [store] = useStore();
  if (comparison.view)
    return (
      <>
        <SwipeLine
          left={comparison.titleOf(comparison.view.left)}
          right={comparison.titleOf(comparison.view.right)}
        />
        <CompareBar comparison={comparison} view={comparison.view} />
      </>
    );
  if (view.before === 'swipe') return <SwipeLine left="Without regions" right="With regions" />;
  if (!view.regions && store.annotations.length)
    return (
      <div class="hidden-regions" role="status">
        All regions are hidden.{' '}
        <button type="button" class="link" onClick={() => state.set({ regions: true })}>
          Show
        </button>
      </div>
    );
  return null;
}
