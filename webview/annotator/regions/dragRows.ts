/** Dragging the selected rows to another place of the list, by the pointer. */
import { rowHeight } from './row';

/** A press that moves less than this (CSS pixels) is a click. */
const slack = 5;
/** So near to the edge (CSS pixels) the list scrolls. */
const scrollReach = 24;

export interface DragRowsOptions {
  /** Number of rows. */
  count(): number;
  /** A drag begins at this row: it must be among the selected ones. */
  onStart(place: number): void;
  /** Between which rows the pointer is (0 is before the first); undefined when the drag has ended. */
  onOver(gap: number | undefined): void;
  onDrop(gap: number): void;
}

/** Listens on the list until the returned function is called. */
export function dragRows(list: HTMLElement, options: DragRowsOptions): () => void {
  const end = new AbortController();
  let press: { pointer: number; y: number; place: number } | undefined;
  let gap: number | undefined;
  let scrolling: number | undefined;
  let lastY = 0;

  const gapAt = (y: number) => {
    const top = y - list.getBoundingClientRect().top + list.scrollTop;
    return Math.max(0, Math.min(options.count(), Math.round(top / rowHeight)));
  };
  const over = (next: number | undefined) => {
    if (next === gap) return;
    gap = next;
    options.onOver(gap);
  };
  const scroll = () => {
    scrolling = undefined;
    if (gap === undefined) return;
    const { top, bottom } = list.getBoundingClientRect();
    const by = lastY < top + scrollReach ? -6 : lastY > bottom - scrollReach ? 6 : 0;
    if (!by) return;
    list.scrollTop += by;
    over(gapAt(lastY));
    scrolling = requestAnimationFrame(scroll);
  };
  const stop = () => {
    press = undefined;
    over(undefined);
  };
  const listen = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    capture = false,
  ) => list.addEventListener(type, listener, { signal: end.signal, capture });

  listen('pointerdown', (event) => {
    // A finger scrolls the list.
    if (event.button !== 0 || event.pointerType === 'touch') return;
    const row = (event.target as HTMLElement).closest<HTMLElement>('[role="option"][aria-posinset]');
    if (row && !(event.target as HTMLElement).closest('input, .shortcut, .swatch'))
      press = { pointer: event.pointerId, y: event.clientY, place: Number(row.ariaPosInSet) - 1 };
  });
  listen('pointermove', (event) => {
    if (press?.pointer !== event.pointerId) return;
    if (gap === undefined) {
      if (Math.abs(event.clientY - press.y) < slack) return;
      list.setPointerCapture(event.pointerId);
      options.onStart(press.place);
    }
    lastY = event.clientY;
    over(gapAt(lastY));
    scrolling ??= requestAnimationFrame(scroll);
  });
  listen('pointerup', () => {
    const dropped = gap;
    stop();
    if (dropped === undefined) return;
    options.onDrop(dropped);
    // The click that ends a drag selects nothing.
    const swallow = (event: MouseEvent) => event.stopPropagation();
    list.addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => list.removeEventListener('click', swallow, { capture: true }));
  });
  listen('pointercancel', stop);
  listen(
    'keydown',
    (event) => {
      if (event.key !== 'Escape' || gap === undefined) return;
      stop();
      event.stopPropagation();
    },
    true,
  );
  return () => {
    end.abort();
    if (scrolling !== undefined) cancelAnimationFrame(scrolling);
  };
}
