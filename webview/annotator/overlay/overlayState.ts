/** How regions are shown over the picture: what the panel's View actions change. Nothing of it is saved with the picture. */
import { z } from 'zod';
import type { OverlayMode } from '../canvas/regionPaint';

export const overlayModes: readonly { mode: OverlayMode; name: string }[] = [
  { mode: 'filled', name: 'Filled' },
  { mode: 'outline', name: 'Outline' },
  { mode: 'spotlight', name: 'Spotlight' },
];

/** What survives hiding the panel. */
export const savedOverlaySchema = z.object({
  mode: z.enum(['filled', 'outline', 'spotlight']),
  labels: z.boolean(),
});
export type SavedOverlay = z.infer<typeof savedOverlaySchema>;

export interface OverlayView extends SavedOverlay {
  /** False: none is drawn. */
  regions: boolean;
  /** The picture without its regions: while a key is held, or left of a line. */
  before: 'off' | 'held' | 'swipe';
  /** Where the swipe line is, as a share of the canvas's width. */
  swipe: number;
}

/** Observable; components read it through `useOverlay`. */
export class OverlayState {
  private readonly listeners = new Set<() => void>();
  view: OverlayView;

  constructor(saved: SavedOverlay | undefined) {
    this.view = {
      mode: saved?.mode ?? 'filled',
      labels: saved?.labels ?? true,
      regions: true,
      before: 'off',
      swipe: 0.5,
    };
  }

  get saved(): SavedOverlay {
    const { mode, labels } = this.view;
    return { mode, labels };
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(patch: Partial<OverlayView>): void {
    this.view = { ...this.view, ...patch };
    for (const listener of this.listeners) listener();
  }

  /** The next of filled, outline and spotlight. @returns its name */
  nextMode(): string {
    const at = overlayModes.findIndex(({ mode }) => mode === this.view.mode);
    const next = overlayModes[(at + 1) % overlayModes.length] as (typeof overlayModes)[number];
    this.set({ mode: next.mode });
    return next.name;
  }
}
