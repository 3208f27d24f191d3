/**
 * Logits of a view → the mask of the whole picture, at its full resolution. The work is done on the coarse grids: a
 * pixel is looked at only where its neighbours on the grid disagree, and runs are written without a mask between.
 */
import type { Rle } from '../../../protocol/geometry';
import type { SegmenterConfig } from '../../packs/config';
import type { Picture, Rectangle } from '../picture';
import { guidedCoefficients } from './guidedFilter';
import { RunWriter } from './runs';
import { hitBox, type Logits, type View } from './view';

/** Red, green and blue in the grey value 0 to 1 that guides the edge. */
const grey = { red: 0.299 / 255, green: 0.587 / 255, blue: 0.114 / 255 };

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
  const range = (low: number, high: number, cells: number, pixels: number) => {
    const pitch = pixels / cells;
    const start = Math.max(0, Math.floor((low - 0.5) * pitch - 0.5) - margin);
    return { start, length: Math.min(pixels, Math.ceil((high + 0.5) * pitch + 0.5) + margin) - start };
  };
  const across = range(hit[0], hit[2], logits.width, rectangle.width);
  const down = range(hit[1], hit[3], logits.height, rectangle.height);
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
  return {
    rectangle: part,
    b: logits.data,
    gridWidth: logits.width,
    columns: gridLine(part.width, part.x - rectangle.x, logits.width / rectangle.width, logits.width),
    rows: gridLine(part.height, part.y - rectangle.y, logits.height / rectangle.height, logits.height),
  };
}

/**
 * The field that the guided filter makes of logits: a soft mask 0 to 1 whose edge follows the picture.
 * @param radius of the filter's window, in pixels
 */
function refined(field: Field, picture: Picture, threshold: number, radius: number, eps: number): Field {
  const { rectangle } = field;
  const step = Math.max(1, Math.floor(radius / 2));
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
  const { a, b } = guidedCoefficients(guide, soft, { width, height }, Math.round(radius / step), eps);
  return {
    rectangle,
    a,
    b,
    gridWidth: width,
    columns: gridLine(rectangle.width, 0, 1 / step, width),
    rows: gridLine(rectangle.height, 0, 1 / step, height),
  };
}

/** The pixels of the field over a threshold, as a mask of the whole picture. */
function overThreshold(field: Field, picture: Picture, threshold: number): Rle {
  const { rectangle, a, b, gridWidth, columns, rows } = field;
  const writer = new RunWriter(picture, rectangle);
  const cells = b.length / gridWidth;
  const columnA = new Float32Array(cells);
  const columnB = new Float32Array(cells);
  /** For each cell of the column: 1 or 0 where every grey gives the same side of the threshold, else 2. */
  const side = new Uint8Array(cells);
  const starts = segmentStarts(rows, cells);
  const firstCell = rows.low[0] as number;
  const lastCell = rows.low[rectangle.height - 1] as number;
  for (let x = 0; x < rectangle.width; x++) {
    const low = columns.low[x] as number;
    const high = columns.high[x] as number;
    const across = columns.part[x] as number;
    let any = 0;
    for (let k = firstCell; k <= Math.min(lastCell + 1, cells - 1); k++) {
      const row = k * gridWidth;
      const left = b[row + low] as number;
      const valueB = left + ((b[row + high] as number) - left) * across;
      columnB[k] = valueB;
      let valueA = 0;
      if (a) {
        const leftA = a[row + low] as number;
        valueA = leftA + ((a[row + high] as number) - leftA) * across;
        columnA[k] = valueA;
      }
      const black = valueB > threshold;
      const white = valueB + valueA > threshold;
      any |= side[k] = black === white ? (black ? 1 : 0) : 2;
    }
    if (any === 0) continue;
    writer.startColumn(x);
    for (let k = firstCell; k <= lastCell; k++) {
      const from = starts[k] as number;
      const to = starts[k + 1] as number;
      const next = Math.min(k + 1, cells - 1);
      const here = side[k] as number;
      if (here !== 2 && here === side[next]) {
        if (to > from) writer.set(from, here === 1 ? 1 : 0);
        continue;
      }
      const b0 = columnB[k] as number;
      const b1 = (columnB[next] as number) - b0;
      const a0 = columnA[k] as number;
      const a1 = (columnA[next] as number) - a0;
      let pixel = ((rectangle.y + from) * picture.width + rectangle.x + x) * 3;
      for (let y = from; y < to; y++, pixel += picture.width * 3) {
        const part = rows.part[y] as number;
        const slope = a0 + a1 * part;
        const value = b0 + b1 * part + (slope === 0 ? 0 : slope * greyAt(picture.data, pixel));
        writer.set(y, value > threshold ? 1 : 0);
      }
    }
  }
  return writer.finish();
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
