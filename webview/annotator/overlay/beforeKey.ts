/**
 * "Before and after": held, its key shows the picture without regions; pressed shortly, it shows or hides the swipe line.
 * Only whether some key is down is heard here: which one it is, VS Code says by its action.
 */
import type { OverlayState } from './overlayState';

/** A key that is down for longer is held. */
const holdMs = 350;

export class BeforeKey {
  /** When the keys that are down were pressed. */
  private readonly down = new Map<string, number>();
  private heldSince: number | undefined;

  constructor(private readonly state: OverlayState) {}

  /** Listens until the returned function is called. */
  listen(): () => void {
    const end = new AbortController();
    const options = { signal: end.signal, capture: true };
    window.addEventListener(
      'keydown',
      ({ code, repeat }) => {
        if (!repeat) this.down.set(code, performance.now());
      },
      options,
    );
    window.addEventListener(
      'keyup',
      ({ code }) => {
        this.down.delete(code);
        this.release();
      },
      options,
    );
    window.addEventListener(
      'blur',
      () => {
        this.down.clear();
        this.heldSince = undefined;
        if (this.state.view.before === 'held') this.state.set({ before: 'off' });
      },
      options,
    );
    return () => end.abort();
  }

  /** The action of the key, which comes again while the key is held; without a key, from a menu. */
  press(): void {
    if (this.heldSince !== undefined) return;
    const pressed = Math.max(...this.down.values());
    // A short press may be over before its action is here.
    if (!this.down.size || this.state.view.before === 'swipe') {
      this.toggleSwipe();
      // Repetitions of the key that is still down are not meant.
      if (this.down.size) this.heldSince = -Infinity;
      return;
    }
    this.heldSince = pressed;
    this.state.set({ before: 'held' });
  }

  toggleSwipe(): void {
    this.state.set({ before: this.state.view.before === 'swipe' ? 'off' : 'swipe' });
  }

  private release(): void {
    const since = this.heldSince;
    this.heldSince = undefined;
    if (since === undefined || this.state.view.before !== 'held') return;
    this.state.set({ before: performance.now() - since < holdMs ? 'swipe' : 'off' });
  }
}
