/** What plots over time have in common: the marks of the time axis, the cursor, the selection, and dense traces. */
import { themeColor } from './hooks';
import { short, ticks } from './numbers';
import type { Timeline } from './timeline';

/** Edges of the plots in the canvas, CSS pixels. */
interface Plot {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

/** Marks at round times under the plots. @param words for a time in seconds */
export function drawTimeAxis(
  context: CanvasRenderingContext2D,
  { span, x }: Pick<Timeline, 'span' | 'x'>,
  plot: Plot,
  words: (seconds: number) => string = (seconds) => `${short(seconds)} s`,
): void {
  context.font = `11px ${themeColor('sans-serif', 'font-family')}`;
  context.textBaseline = 'top';
  context.fillStyle = themeColor('#888', 'descriptionForeground');
  context.strokeStyle = themeColor('#888', 'descriptionForeground');
  context.lineWidth = 1;
  for (const time of ticks(span.from, span.to, (plot.right - plot.left) / 90)) {
    const at = Math.round(x(time)) + 0.5;
    context.beginPath();
    context.moveTo(at, plot.bottom);
    context.lineTo(at, plot.bottom + 4);
    context.stroke();
    const text = words(time);
    const width = context.measureText(text).width;
    context.fillText(text, Math.min(Math.max(at - width / 2, 0), plot.right - width), plot.bottom + 5);
  }
}

/** The selection over all of the plots, with its edges. */
export function drawSelection(
  context: CanvasRenderingContext2D,
  { x, selection }: Pick<Timeline, 'x' | 'selection'>,
  plot: Plot,
): void {
  if (!selection) return;
  inside(context, plot, () => {
    context.fillStyle = themeColor('#3399ff55', 'editor-selectionBackground', 'inputOption-activeBackground');
    context.globalAlpha = 0.45;
    context.fillRect(x(selection.from), 0, x(selection.to) - x(selection.from), plot.bottom);
    context.globalAlpha = 1;
    context.strokeStyle = themeColor('#39f', 'focusBorder');
    context.lineWidth = 1;
    for (const edge of [selection.from, selection.to]) vertical(context, x(edge), plot.bottom);
  });
}

/** The cursor through all of the plots. */
export function drawCursor(
  context: CanvasRenderingContext2D,
  { x, cursor }: Pick<Timeline, 'x' | 'cursor'>,
  plot: Plot,
): void {
  inside(context, plot, () => {
    context.strokeStyle = themeColor('#f80', 'charts-orange', 'editorCursor-foreground', 'focusBorder');
    context.lineWidth = 1.5;
    vertical(context, x(cursor), plot.bottom);
  });
}

/** Draws nothing outside of the plots. */
function inside(context: CanvasRenderingContext2D, { left, right, bottom }: Plot, draw: () => void): void {
  context.save();
  context.beginPath();
  context.rect(left, 0, right - left, bottom);
  context.clip();
  draw();
  context.restore();
}

function vertical(context: CanvasRenderingContext2D, x: number, bottom: number): void {
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, bottom);
  context.stroke();
}

/**
 * A trace of many values: for each column of pixels the lowest and the highest, joined.
 * @param start @param end which values are looked at @param x where the value of an index lies @param y where a value lies
 */
export function drawTrace(
  context: CanvasRenderingContext2D,
  value: (index: number) => number,
  [start, end]: readonly [number, number],
  x: (index: number) => number,
  y: (value: number) => number,
): void {
  context.beginPath();
  let column = NaN;
  let [low, high, last] = [Infinity, -Infinity, NaN];
  let drawing = false;
  const flush = () => {
    if (!(high >= low)) return;
    const at = column + 0.5;
    if (drawing) context.lineTo(at, y(low));
    else context.moveTo(at, y(low));
    if (high > low) context.lineTo(at, y(high));
    if (last !== high) context.lineTo(at, y(last));
    drawing = true;
  };
  for (let i = start; i <= end; i++) {
    const each = value(i);
    const at = Math.floor(x(i));
    if (at !== column) {
      flush();
      [column, low, high] = [at, Infinity, -Infinity];
    }
    if (Number.isNaN(each)) {
      flush();
      [low, high, drawing] = [Infinity, -Infinity, false];
      continue;
    }
    low = Math.min(low, each);
    high = Math.max(high, each);
    last = each;
  }
  flush();
  context.stroke();
}
