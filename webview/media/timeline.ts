/** A stretch of time that can be zoomed, moved and selected from, by the pointer and by keys. */
import { useRef, useState } from 'preact/hooks';
import * as z from 'zod';
import { useKept } from './hooks';
import { clamp } from './numbers';

const spanSchema = z.object({ from: z.number(), to: z.number() });
/** Seconds. */
export type TimeSpan = z.infer<typeof spanSchema>;

/** Another length around a place, which stays where it is; inside the whole. Pure. */
export function zoomSpan(
  span: TimeSpan,
  at: number,
  factor: number,
  duration: number,
  shortest: number,
): TimeSpan {
  const length = clamp((span.to - span.from) * factor, Math.min(shortest, duration), duration);
  const share = (at - span.from) / (span.to - span.from || 1);
  return moveSpan({ from: at - share * length, to: at + (1 - share) * length }, 0, duration);
}

/** Moved by seconds, inside the whole. Pure. */
export function moveSpan({ from, to }: TimeSpan, by: number, duration: number): TimeSpan {
  const start = clamp(from + by, 0, Math.max(0, duration - (to - from)));
  return { from: start, to: start + (to - from) };
}

export interface Timeline {
  /** What is shown. */
  readonly span: TimeSpan;
  readonly selection: TimeSpan | undefined;
  /** Where keys and clicks have led. */
  readonly cursor: number;
  /** The place under the pointer: seconds, and CSS pixels from the top of the plot. */
  readonly hover: { readonly time: number; readonly y: number } | undefined;
  select(selection: TimeSpan | undefined): void;
  setCursor(time: number): void;
  show(span: TimeSpan): void;
  /** Where a time lies between the plot's edges. */
  x(time: number): number;
  readonly handlers: {
    onKeyDown(event: KeyboardEvent): void;
    onPointerDown(event: PointerEvent): void;
    onPointerMove(event: PointerEvent): void;
    onPointerUp(): void;
    onPointerLeave(): void;
    onWheel(event: WheelEvent): void;
    onContextMenu(event: Event): void;
  };
}

/** A drag of fewer pixels is a click. */
const clickPixels = 3;

/**
 * @param plot the edges of the plot in the canvas, CSS pixels @param shortest seconds that can fill it
 * @param onKey keys that the timeline does not take; true where it was one
 */
export function useTimeline(
  duration: number,
  plot: { readonly left: number; readonly right: number },
  { shortest, onKey }: { shortest: number; onKey?: (key: string) => boolean },
): Timeline {
  const whole = { from: 0, to: duration };
  const [kept, show] = useKept('span', spanSchema, whole);
  // The file may have become shorter since.
  const fits = (part: TimeSpan | undefined) =>
    part !== undefined && part.to <= duration * (1 + 1e-9) && part.to > part.from;
  const span = fits(kept) ? kept : whole;
  const [keptSelection, select] = useKept<z.ZodOptional<typeof spanSchema>>(
    'selection',
    spanSchema.optional(),
    undefined,
  );
  const selection = fits(keptSelection) ? keptSelection : undefined;
  const [keptCursor, setCursor] = useKept('cursor', z.number(), 0);
  const cursor = clamp(keptCursor, 0, duration);
  const [hover, setHover] = useState<Timeline['hover']>();
  const drag = useRef<{ x: number; time: number; pans: boolean; moved: boolean }>();
  const length = span.to - span.from;
  const width = Math.max(1, plot.right - plot.left);
  const timeAt = (x: number) => clamp(span.from + ((x - plot.left) / width) * length, 0, duration);
  const x = (time: number) => plot.left + ((time - span.from) / (length || 1)) * width;
  const zoom = (factor: number, at: number) => show(zoomSpan(span, at, factor, duration, shortest));

  const step = (by: number, extend: boolean) => {
    const next = clamp(cursor + by * length, 0, duration);
    if (extend) {
      const fixed = selection ? (selection.from === cursor ? selection.to : selection.from) : cursor;
      select({ from: Math.min(fixed, next), to: Math.max(fixed, next) });
    }
    setCursor(next);
    if (next < span.from || next > span.to)
      show(moveSpan(span, next < span.from ? next - span.from : next - span.to, duration));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowLeft') step(-0.01, event.shiftKey);
    else if (event.key === 'ArrowRight') step(0.01, event.shiftKey);
    else if (event.key === 'PageUp') show(moveSpan(span, -length * 0.8, duration));
    else if (event.key === 'PageDown') show(moveSpan(span, length * 0.8, duration));
    else if (event.key === '+' || event.key === '=') zoom(0.7, clamp(cursor, span.from, span.to));
    else if (event.key === '-') zoom(1 / 0.7, clamp(cursor, span.from, span.to));
    else if (event.key === 'Home') show(whole);
    else if (event.key === 'Escape' && selection) select(undefined);
    else if (!onKey?.(event.key)) return;
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = drag.current;
    const time = timeAt(event.offsetX);
    setHover({ time, y: event.offsetY });
    if (!before) return;
    before.moved ||= Math.abs(event.offsetX - before.x) >= clickPixels;
    if (before.pans) {
      show(moveSpan(span, (-(event.offsetX - before.x) / width) * length, duration));
      before.x = event.offsetX;
    } else if (before.moved) select({ from: Math.min(before.time, time), to: Math.max(before.time, time) });
  };
  return {
    span,
    selection,
    cursor,
    hover,
    select,
    setCursor,
    show,
    x,
    handlers: {
      onKeyDown,
      onPointerDown(event) {
        (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
        const pans = event.button !== 0 || event.shiftKey;
        drag.current = { x: event.offsetX, time: timeAt(event.offsetX), pans, moved: false };
      },
      onPointerMove,
      onPointerUp() {
        const before = drag.current;
        drag.current = undefined;
        if (!before || before.pans) return;
        setCursor(before.time);
        if (!before.moved) select(undefined);
      },
      onPointerLeave: () => setHover(undefined),
      onWheel(event) {
        event.preventDefault();
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY))
          show(moveSpan(span, (event.deltaX / width) * length, duration));
        else zoom(Math.exp(clamp(event.deltaY, -200, 200) * 0.002), timeAt(event.offsetX));
      },
      onContextMenu: (event) => event.preventDefault(),
    },
  };
}

export const timelineHelp =
  'Left and right move the cursor, with Shift they select; plus and minus zoom; Page Up and Page Down move on; Home shows all; Escape drops the selection.';
