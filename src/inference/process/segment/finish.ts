/**
 * Logits of a view → the mask of the whole picture, at its full resolution. The work is done on the coarse grids: a
 * pixel is looked at only where its neighbours on the grid disagree, and runs are written without a mask between.
 */
import type { Rle } from '../../../protocol/geometry';
import type { SegmenterConfig } from '../../packs/config';
import type { Picture, Rectangle } from '../picture';
import { guidedCoefficients } from './guidedFilter';
import { RunWriter } from './runs';
import { hitBox, pitchOf, type Logits, type View } from './view';

/** Red, green and blue in the grey value 0 to 1 that guides the edge. */
const grey = { red: 0.299 / 255, green: 0.587 / 255, blue: 0.114 / 255 };

const tileColumns = 16;

/**
 * The guided filter works on a grid of at most so many cells (Fast Guided Filter, He and Sun 2015: subsampling changes
 * the coefficients little). On large objects its window grows with the cells, as the logits' own cells do.
 */
const filterCells = 2 ** 13;

/** For each pixel along an axis: the grid cells to its left and right, and how far it is from the first to the second. */
interface GridLine {
  low: Int32Array;
  high: Int32Array;
  part: Float32Array;
}

/** A value for every pixel of a rectangle, interpolated from a grid: a · grey + b (only b without `a`). */
interface Field {
  rectangle: Rectangle;
  a?: Float32Array;
  b: Float32Array;
  /** Cells in a row of the grid. */
  gridWidth: number;
  columns: GridLine;
  rows: GridLine;
}

/**
 * Upsamples bilinearly, lets the edge follow the picture when the pack says so, and thresholds.
 * @param logits over the view's rectangle
 */
export function finishMask(
  logits: Logits,
  view: View,
  picture: Picture,
  { mask_threshold: threshold, refine }: Pick<SegmenterConfig, 'mask_threshold' | 'refine'>,
): Rle {
  const radius = refine?.radius ?? 0;
  const rectangle = reachOf(logits, view, threshold, 2 * radius);
  if (!rectangle) return new RunWriter(picture, view.rectangle).finish();
  const field = upsampled(logits, view, rectangle);
  return refine && radius > 0
    ? overThreshold(refined(field, picture, threshold, radius, refine.eps), picture, 0.5)
    : overThreshold(field, picture, threshold);
}

/** The pixels that a logit over the threshold can reach, grown by a margin; undefined when there is none. */
function reachOf(
  logits: Logits,
  { rectangle }: View,
  threshold: number,
  margin: number,
): Rectangle | undefined {
  const hit = hitBox(logits, threshold);
  if (!hit) return undefined;
  const pitches = pitchOf(logits, rectangle);
  const range = (low: number, high: number, pitch: number, pixels: number) => {
    const start = Math.max(0, Math.floor((low - 0.5) * pitch - 0.5) - margin);
    return { start, length: Math.min(pixels, Math.ceil((high + 0.5) * pitch + 0.5) + margin) - start };
  };
  const across = range(hit[0], hit[2], pitches.x, rectangle.width);
  const down = range(hit[1], hit[3], pitches.y, rectangle.height);
  return {
    x: rectangle.x + across.start,
    y: rectangle.y + down.start,
    width: across.length,
    height: down.length,
  };
}

/** The logits as a field over a part of the view. */
function upsampled(logits: Logits, view: View, part: Rectangle): Field {
  const { rectangle } = view;
  const pitch = pitchOf(logits, rectangle);
  return {
    rectangle: part,
    b: logits.data,
    gridWidth: logits.width,
    columns: gridLine(part.width, part.x - rectangle.x, 1 / pitch.x, logits.width),
    rows: gridLine(part.height, part.y - rectangle.y, 1 / pitch.y, logits.height),
  };
}

/**
 * The field that the guided filter makes of logits: a soft mask 0 to 1 whose edge follows the picture.
 * @param radius of the filter's window, in pixels, at least
 */
function refined(field: Field, picture: Picture, threshold: number, radius: number, eps: number): Field {
  const { rectangle } = field;
  const coarsest = Math.sqrt((rectangle.width * rectangle.height) / filterCells);
  const step = Math.max(1, Math.floor(radius / 2), Math.ceil(coarsest));
  const width = Math.ceil(rectangle.width / step);
  const height = Math.ceil(rectangle.height / step);
  const guide = new Float32Array(width * height);
  const soft = new Float32Array(width * height);
  const middle = step >> 1;
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.min(y * step + middle, rectangle.height - 1);
    const above = (field.rows.low[row] as number) * field.gridWidth;
    const below = (field.rows.high[row] as number) * field.gridWidth;
    const part = field.rows.part[row] as number;
    const start = (rectangle.y + row) * picture.width + rectangle.x;
    for (let x = 0; x < width; x++, i++) {
      const column = Math.min(x * step + middle, rectangle.width - 1);
      guide[i] = greyAt(picture.data, (start + column) * 3);
      const low = field.columns.low[column] as number;
      const high = field.columns.high[column] as number;
      const across = field.columns.part[column] as number;
      const a = field.b[above + low] as number;
      const c = field.b[below + low] as number;
      const upper = a + ((field.b[above + high] as number) - a) * across;
      const lower = c + ((field.b[below + high] as number) - c) * across;
      const logit = upper + (lower - upper) * part - threshold;
      soft[i] = logit > 9 ? 1 : logit < -9 ? 0 : 1 / (1 + Math.exp(-logit));
    }
  }
  const { a, b } = guidedCoefficients(
    guide,
    soft,
    { width, height },
    Math.max(1, Math.round(radius / step)),
    eps,
  );
  return {
    rectangle,
    a,
    b,
    gridWidth: width,
    columns: gridLine(rectangle.width, 0, 1 / step, width),
    rows: gridLine(rectangle.height, 0, 1 / step, height),
  };
}

/**
 * The pixels of the field over a threshold, as a mask of the whole picture. Between four neighbours of the grid that agree for
 * every grey no pixel is looked at. Columns are worked on in tiles, because a walk down a single one would touch another line of
 * the cache at every pixel.
 */
function overThreshold(field: Field, picture: Picture, threshold: number): Rle {
  const { rectangle, rows, columns, gridWidth } = field;
  const writer = new RunWriter(picture, rectangle);
  const cells = field.b.length / gridWidth;
  const starts = segmentStarts(rows, cells);
  const patches = patchesOf(field, threshold);
  const firstCell = rows.low[0] as number;
  const lastCell = rows.low[rectangle.height - 1] as number;
  const tile = Array.from({ length: tileColumns }, () => new FieldColumn(field, patches));
  for (let left = 0; left < rectangle.width; left += tileColumns) {
    const count = Math.min(tileColumns, rectangle.width - left);
    const firstPatch = columns.low[left] as number;
    const lastPatch = columns.low[left + count - 1] as number;
    for (let c = 0; c < count; c++) tile[c]?.place(left + c);
    // What all columns of the tile are at this row, where they are the same.
    let value: number = 0;
    for (let k = firstCell; k <= lastCell; k++) {
      const from = starts[k] as number;
      const to = starts[k + 1] as number;
      if (to === from) continue;
      const side = commonSide(patches, k * gridWidth + firstPatch, k * gridWidth + lastPatch);
      if (side !== 2 && side === value) continue;
      for (let c = 0; c < count; c++) tile[c]?.walk(k, from, to, picture, threshold);
      value = side;
    }
    for (let c = 0; c < count; c++) tile[c]?.write(left + c, writer);
  }
  return writer.finish();
}

/**
 * For each cell of the grid, the patch between it and its neighbours to the right and below: 1 or 0 where every grey gives the
 * same side of the threshold at all four, else 2.
 */
function patchesOf({ a, b, gridWidth }: Field, threshold: number): Uint8Array {
  const sides = new Uint8Array(b.length);
  for (let i = 0; i < b.length; i++) {
    const black = b[i] as number;
    const white = a ? black + (a[i] as number) : black;
    sides[i] = black > threshold ? (white > threshold ? 1 : 2) : white > threshold ? 2 : 0;
  }
  const lastRow = b.length - gridWidth;
  for (let i = 0, x = 0; i < b.length; i++, x = x + 1 === gridWidth ? 0 : x + 1) {
    const side = sides[i];
    const right = x + 1 < gridWidth ? 1 : 0;
    const below = i < lastRow ? gridWidth : 0;
    // Its neighbours' own sides are still there: they come later.
    if (side !== sides[i + right] || side !== sides[i + below] || side !== sides[i + below + right])
      sides[i] = 2;
  }
  return sides;
}

/** The side of all patches from the first to the last, 2 where they differ. */
function commonSide(patches: Uint8Array, first: number, last: number): number {
  const side = patches[first] as number;
  for (let i = first + 1; i <= last; i++) if (patches[i] !== side) return 2;
  return side;
}

/** One column of a field, and where it crosses the threshold. */
class FieldColumn {
  private readonly changes: number[] = [];
  private value = 0;
  private x = 0;

  constructor(
    private readonly field: Field,
    private readonly patches: Uint8Array,
  ) {}

  /** Moves to column x of the rectangle. */
  place(x: number): void {
    this.x = x;
    this.value = 0;
    this.changes.length = 0;
  }

  /** Follows the pixels `from` to `to`, which lie between the grid's rows k and k + 1. */
  walk(k: number, from: number, to: number, picture: Picture, threshold: number): void {
    const { rectangle, rows, columns, gridWidth, a, b } = this.field;
    const low = k * gridWidth + (columns.low[this.x] as number);
    const side = this.patches[low] as number;
    if (side !== 2) {
      if (side !== this.value) this.change(from, side);
      return;
    }
    const across = columns.part[this.x] as number;
    const right = (columns.high[this.x] as number) - (columns.low[this.x] as number);
    const below = low + gridWidth < b.length ? gridWidth : 0;
    const b0 = between(b, low, right, across);
    const b1 = between(b, low + below, right, across) - b0;
    const a0 = a ? between(a, low, right, across) : 0;
    const a1 = a ? between(a, low + below, right, across) - a0 : 0;
    const { data, width } = picture;
    let pixel = ((rectangle.y + from) * width + rectangle.x + this.x) * 3;
    for (let y = from; y < to; y++, pixel += width * 3) {
      const part = rows.part[y] as number;
      const value = b0 + b1 * part + (a ? (a0 + a1 * part) * greyAt(data, pixel) : 0) > threshold ? 1 : 0;
      if (value !== this.value) this.change(y, value);
    }
  }

  /** Writes the column's runs. */
  write(x: number, writer: RunWriter): void {
    if (this.changes.length === 0) return;
    writer.startColumn(x);
    if (this.changes[0] !== 0) writer.set(0, 0);
    this.changes.forEach((y, i) => writer.set(y, i % 2 ? 0 : 1));
  }

  private change(y: number, value: number): void {
    this.changes.push(y);
    this.value = value;
  }
}

/** The value that lies a part of the way from one place of a grid to another, `step` places on. */
function between(values: Float32Array, at: number, step: number, part: number): number {
  const first = values[at] as number;
  return first + ((values[at + step] as number) - first) * part;
}

function greyAt(data: Uint8Array, i: number): number {
  return (
    (data[i] as number) * grey.red +
    (data[i + 1] as number) * grey.green +
    (data[i + 2] as number) * grey.blue
  );
}

/**
 * Where pixels lie on a grid whose first cell's middle is half a pitch from its edge.
 * @param offset of the first pixel on the grid's own extent, in pixels @param scale cells per pixel
 */
function gridLine(pixels: number, offset: number, scale: number, cells: number): GridLine {
  const line = { low: new Int32Array(pixels), high: new Int32Array(pixels), part: new Float32Array(pixels) };
  for (let p = 0; p < pixels; p++) {
    const at = Math.min(Math.max((offset + p + 0.5) * scale - 0.5, 0), cells - 1);
    const low = Math.floor(at);
    line.low[p] = low;
    line.high[p] = Math.min(low + 1, cells - 1);
    line.part[p] = at - low;
  }
  return line;
}

/** For each cell, the first pixel whose lower neighbour on the grid it is; one more entry for the end. */
function segmentStarts(line: GridLine, cells: number): Int32Array {
  const starts = new Int32Array(cells + 1);
  const pixels = line.low.length;
  for (let k = 0, p = 0; k <= cells; k++) {
    while (p < pixels && (line.low[p] as number) < k) p++;
    starts[k] = p;
  }
  return starts;
}
