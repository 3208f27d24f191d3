/**
 * Masks of a picture ↔ masks of a window of it at another scale, run by run: the work and the memory are those of the
 * window and of the runs, never of the whole picture.
 */
import type { Rle, Size } from '../../../protocol/geometry';
import { decodeRle, rleBox, rleFromRuns, runsFromRle } from '../../../protocol/rle';

/** A window of a picture: window = picture / scale − offset, along each side, in continuous coordinates. */
export interface WindowFrame {
  /** Of the whole picture, in its own pixels. */
  readonly whole: Size;
  /** Of the window, in window pixels. */
  readonly size: Size;
  /** Picture pixels in one window pixel. */
  readonly scale: { readonly x: number; readonly y: number };
  /** Where the window begins, in window pixels from the picture's origin. */
  readonly offset: { readonly x: number; readonly y: number };
}

/** Rows [from, to) of a column, one pair after the other. */
type Spans = number[];

/**
 * The mask of the whole picture as one of the window: a window pixel is set when the picture's pixel under its middle is.
 * @throws GroundnoteError 'invalid-mask'
 */
export function maskIntoWindow(mask: Rle, frame: WindowFrame): Rle {
  const { size, scale, offset, whole } = frame;
  const columns = columnSpans(mask);
  const at = (i: number, s: number, o: number, length: number) =>
    Math.min(length - 1, Math.floor((i + 0.5 + o) * s));
  const rows = Array.from({ length: size.height }, (_, j) => at(j, scale.y, offset.y, whole.height));
  const writer = new SpanWriter(size);
  for (let i = 0; i < size.width; i++) {
    const spans = columns.get(at(i, scale.x, offset.x, whole.width));
    if (!spans) continue;
    for (let k = 0; k < spans.length; k += 2)
      writer.add(i, firstNotBelow(rows, spans[k] as number), firstNotBelow(rows, spans[k + 1] as number));
  }
  return writer.finish();
}

/**
 * The mask of the window as one of the whole picture. Each pixel of the picture takes the value that bilinear
 * interpolation between the middles of the window's pixels (0 and 1) gives at its middle, and is set when that is a half
 * or more: straight edges stay where they are, and steps become slants. At a scale of 1 nothing changes.
 * @param around an earlier mask of the whole picture, which stays as it is outside the window
 */
export function maskOutOfWindow(mask: Rle, frame: WindowFrame, around?: Rle): Rle {
  const { size, scale, offset, whole } = frame;
  const first = (o: number, s: number) => Math.max(0, Math.ceil(o * s - 0.5));
  const [left, top] = [first(offset.x, scale.x), first(offset.y, scale.y)];
  const right = Math.min(whole.width, first(offset.x + size.width, scale.x));
  const bottom = Math.min(whole.height, first(offset.y + size.height, scale.y));
  const outside = around ? columnSpans(around) : new Map<number, Spans>();
  const writer = new SpanWriter(whole);
  const inside = new WindowColumns(mask, frame);
  const before = [...outside.keys()].sort((a, b) => a - b);
  for (const x of before) if (x < left) addAll(writer, x, outside.get(x) as Spans);
  for (let x = left; x < right; x++) {
    const kept = outside.get(x);
    if (kept) addAll(writer, x, clip(kept, 0, top));
    addAll(writer, x, clip(inside.spans(x), top, bottom));
    if (kept) addAll(writer, x, clip(kept, bottom, whole.height));
  }
  for (const x of before) if (x >= right) addAll(writer, x, outside.get(x) as Spans);
  return writer.finish();
}

/** The columns of a window's mask, enlarged to those of the picture. */
class WindowColumns {
  private readonly data: Uint8Array;
  private readonly box;
  /** Where the pair of columns (low, high) changes its values: row, value of the low one, value of the high one. */
  private changes: number[] = [];
  private pair = -2;

  constructor(
    mask: Rle,
    private readonly frame: WindowFrame,
  ) {
    this.data = decodeRle(mask).data;
    this.box = rleBox(mask);
  }

  /** Rows of column x of the picture that are set. */
  spans(x: number): Spans {
    const { size, scale, offset, whole } = this.frame;
    const at = (x + 0.5) / scale.x - offset.x - 0.5;
    const low = Math.floor(at);
    if (low + 1 < this.box[0] || low >= this.box[2]) return [];
    if (low !== this.pair) this.load(low);
    const part = at - low;
    const spans: Spans = [];
    // Values are constant between changes, so that the half is crossed only in the step at a change.
    let value = 0;
    for (let k = 0; k < this.changes.length; k += 3) {
      const row = this.changes[k] as number;
      const next = (this.changes[k + 1] as number) * (1 - part) + (this.changes[k + 2] as number) * part;
      if (value >= 0.5 !== next >= 0.5) {
        // Between the middles of rows row − 1 and row; beyond the window's edges its border is repeated.
        const crossing = row - 1 + (0.5 - value) / (next - value);
        const place = (crossing + 0.5 + offset.y) * scale.y - 0.5;
        const edge = next >= 0.5 ? Math.ceil(place - 1e-9) : Math.floor(place + 1e-9) + 1;
        spans.push(row <= 0 ? 0 : row >= size.height ? whole.height : Math.max(0, edge));
      }
      value = next;
    }
    return spans;
  }

  private load(low: number): void {
    const { width, height } = this.frame.size;
    const [a, b] = [Math.max(low, 0), Math.min(low + 1, width - 1)];
    this.pair = low;
    this.changes = [];
    let [valueA, valueB] = [0, 0];
    const last = Math.min(height, this.box[3] + 1);
    for (let row = this.box[1]; row < last; row++) {
      const nextA = this.data[row * width + a] as number;
      const nextB = this.data[row * width + b] as number;
      if (nextA === valueA && nextB === valueB) continue;
      this.changes.push(row, nextA, nextB);
      [valueA, valueB] = [nextA, nextB];
    }
    if (valueA || valueB) this.changes.push(height, 0, 0);
  }
}

/** Collects spans of columns, from the left and from the top, and writes them as RLE. */
class SpanWriter {
  private readonly runs: number[] = [];
  private end = 0;

  constructor(private readonly size: Size) {}

  add(x: number, from: number, to: number): void {
    if (to <= from) return;
    const start = x * this.size.height + from;
    const length = to - from;
    if (start > this.end || !this.runs.length) this.runs.push(start - this.end, length);
    else this.runs[this.runs.length - 1] = (this.runs.at(-1) as number) + length;
    this.end = start + length;
  }

  finish(): Rle {
    const rest = this.size.width * this.size.height - this.end;
    if (rest > 0) this.runs.push(rest);
    return rleFromRuns(this.size, this.runs);
  }
}

function addAll(writer: SpanWriter, x: number, spans: Spans): void {
  for (let k = 0; k < spans.length; k += 2) writer.add(x, spans[k] as number, spans[k + 1] as number);
}

/** The parts of spans inside [from, to). */
function clip(spans: Spans, from: number, to: number): Spans {
  const inside: Spans = [];
  for (let k = 0; k < spans.length; k += 2) {
    const [a, b] = [Math.max(spans[k] as number, from), Math.min(spans[k + 1] as number, to)];
    if (b > a) inside.push(a, b);
  }
  return inside;
}

/** The spans of each column that has any. */
function columnSpans(mask: Rle): Map<number, Spans> {
  const height = mask.size[0];
  const columns = new Map<number, Spans>();
  let position = 0;
  runsFromRle(mask).forEach((run, i) => {
    if (i % 2)
      for (let at = position; at < position + run;) {
        const column = Math.floor(at / height);
        const end = Math.min(position + run, (column + 1) * height);
        const spans = columns.get(column);
        if (spans) spans.push(at - column * height, end - column * height);
        else columns.set(column, [at - column * height, end - column * height]);
        at = end;
      }
    position += run;
  });
  return columns;
}

/** Index of the first of ascending values that is not below a limit. */
function firstNotBelow(values: readonly number[], limit: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
