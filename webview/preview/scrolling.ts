/** Where the page stands: it is put at a line and stays there while pictures, fonts and blocks arrive. */
import type { BlockList } from './blocks';
import { lineAt, topAt } from './lines';

/** Frames in which a place is put right again: blocks get their real height only once they are seen. */
const settleFrames = 12;
/** Less than this is no difference: the browser rounds places to the screen's pixels. */
const tolerance = 2;
const scrollKeys = new Set(['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' ']);

export class Scrolling {
  /** The line that is kept at a distance from the window's top, until the reader scrolls. */
  private pinned: { line: number; offset: number } | undefined;
  /** Where the page was put last. */
  private put = 0;
  private frame = 0;

  constructor(
    private readonly blocks: BlockList,
    main: HTMLElement,
  ) {
    new ResizeObserver(() => this.apply()).observe(main);
    const release = () => this.release();
    for (const type of ['wheel', 'touchmove'] as const)
      window.addEventListener(type, release, { passive: true, capture: true });
    window.addEventListener('keydown', ({ key }) => scrollKeys.has(key) && release(), { capture: true });
  }

  /** Puts a line (0-based, fractions inside a block) `offset` CSS pixels below the window's top. */
  toLine(line: number, offset = 0): void {
    this.pinned = { line, offset };
    this.apply();
    cancelAnimationFrame(this.frame);
    let left = settleFrames;
    const settle = () => {
      this.apply();
      if (left-- > 0 && this.pinned) this.frame = requestAnimationFrame(settle);
    };
    this.frame = requestAnimationFrame(settle);
  }

  /** Scrolls only where a line is out of view; it then stands in the upper third. */
  reveal(line: number): void {
    const top = topAt(this.blocks.shown, line) - window.scrollY;
    const end = topAt(this.blocks.shown, line + 1) - window.scrollY;
    if (top >= 0 && Math.min(end, top + 48) <= window.innerHeight) return;
    this.toLine(line, window.innerHeight / 3);
  }

  /** The line at the window's top. */
  get line(): number {
    // A pixel below the edge: the browser rounds, and a line that ends at the edge is not seen.
    return window.scrollY <= 0 ? 0 : lineAt(this.blocks.shown, window.scrollY + 1);
  }

  /** Whether the page stands where it was put: that scrolling was not the reader's. */
  get isPut(): boolean {
    const near = (place: number) => Math.abs(window.scrollY - place) <= tolerance;
    if (!this.pinned) return false;
    // Where content above grew, the browser keeps what is seen in its place, and so moves the page.
    return near(this.put) || near(this.place());
  }

  release(): void {
    this.pinned = undefined;
    cancelAnimationFrame(this.frame);
  }

  private place(): number {
    if (!this.pinned) return window.scrollY;
    const { line, offset } = this.pinned;
    const wanted = line <= 0 ? 0 : topAt(this.blocks.shown, line) - offset;
    return Math.max(0, Math.min(wanted, document.documentElement.scrollHeight - window.innerHeight));
  }

  private apply(): void {
    const last = this.blocks.shown.at(-1);
    if (!this.pinned || !last) return;
    // What has not come yet is waited for.
    if (this.pinned.line > last.block.endLine && document.body.dataset['complete'] !== 'true') return;
    const place = this.place();
    if (Math.abs(place - window.scrollY) > 0.5) window.scrollTo({ top: place, behavior: 'instant' });
    this.put = window.scrollY;
  }
}
