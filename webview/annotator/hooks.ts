import { createContext } from 'preact';
import { useContext, useLayoutEffect, useReducer } from 'preact/hooks';
import type { PanelState, PanelStore } from './store';

export const StoreContext = createContext<PanelStore | undefined>(undefined);

/** Draws the component again when one of these changes. */
export function useChanges(
  ...sources: ({ subscribe(listener: () => void): () => void } | undefined)[]
): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useLayoutEffect(() => {
    const stops = sources.map((source) => source?.subscribe(() => redraw(undefined)));
    return () => stops.forEach((stop) => stop?.());
  }, sources);
}

/** The store, and its state of now; the component is drawn again when the state changes. */
export function useStore(): [PanelStore, PanelState] {
  const store = useContext(StoreContext);
  if (!store) throw new Error('No store above this component.');
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  // At once: what comes before the next paint would be missed.
  useLayoutEffect(() => store.subscribe(() => redraw(undefined)), [store]);
  return [store, store.state];
}
