/**
 * COCO run-length encoding of binary masks (the compressed string of pycocotools' `maskApi.c`): runs go down
 * the columns and start with a run of zeros; each run, from the third on as a difference to the run two
 * before it, is written in groups of five bits plus a continuation bit, offset by 48.
 */
import { GroundnoteError } from './errors';
import type { Box, Rle, Size } from './geometry';

/** Row-major mask of width × height bytes, non-zero is the object. */
export interface Mask extends Size {
  data: Uint8Array;
}

/** Runs of alternating zeros and ones, down the columns, zeros first. */
export function runsOf(mask: Mask): number[] {
  const { width, height, data } = mask;
  const runs: number[] = [];
  let current = 0;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0, i = x; y < height; y++, i += width) {
      const value = data[i] ? 1 : 0;
      if (value !== current) {
        runs.push(run);
        run = 0;
        current = value;
      }
      run++;
    }
  }
  runs.push(run);
  return runs;
}

/** Mask → RLE. */
export function encodeRle(mask: Mask): Rle {
  return rleFromRuns(mask, runsOf(mask));
}

/** RLE → row-major mask of 0 and 1. @throws GroundnoteError 'invalid-mask' when runs and size disagree. */
export function decodeRle(rle: Rle): Mask {
  const [height, width] = rle.size;
  const data = new Uint8Array(width * height);
  let position = 0;
  let value = 0;
  for (const run of decodeRuns(rle.counts)) {
    if (run < 0 || position + run > data.length)
      throw new GroundnoteError('invalid-mask', 'A mask has runs beyond its size.');
    if (value) {
      let x = Math.floor(position / height);
      let y = position - x * height;
      for (let k = 0; k < run; k++) {
        data[y * width + x] = 1;
        if (++y === height) {
          y = 0;
          x++;
        }
      }
    }
    position += run;
    value ^= 1;
  }
  if (position !== data.length)
    throw new GroundnoteError('invalid-mask', 'A mask has fewer runs than its size needs.');
  return { width, height, data };
}

/** Number of pixels of the object. */
export function rleArea(rle: Rle): number {
  return decodeRuns(rle.counts).reduce((sum, run, i) => (i % 2 ? sum + run : sum), 0);
}

/** Tight box of the object, right and bottom exclusive; [0, 0, 0, 0] when the mask is empty. */
export function rleBox(rle: Rle): Box {
  const height = rle.size[0];
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  let position = 0;
  decodeRuns(rle.counts).forEach((run, i) => {
    if (i % 2 && run > 0) {
      const last = position + run - 1;
      const [firstColumn, lastColumn] = [Math.floor(position / height), Math.floor(last / height)];
      x1 = Math.min(x1, firstColumn);
      x2 = Math.max(x2, lastColumn + 1);
      if (firstColumn === lastColumn) {
        y1 = Math.min(y1, position % height);
        y2 = Math.max(y2, (last % height) + 1);
      } else {
        [y1, y2] = [0, height];
      }
    }
    position += run;
  });
  return x2 < 0 ? [0, 0, 0, 0] : [x1, y1, x2, y2];
}

/** Intersection and union of two masks of one size, in pixels. */
export function rleOverlap(a: Rle, b: Rle): { intersection: number; union: number } {
  if (a.size[0] !== b.size[0] || a.size[1] !== b.size[1])
    throw new GroundnoteError('invalid-mask', 'Masks of different sizes cannot be compared.');
  const [runsA, runsB] = [decodeRuns(a.counts), decodeRuns(b.counts)];
  let [i, j, valueA, valueB] = [0, 0, 0, 0];
  let [leftA, leftB] = [runsA[0] ?? 0, runsB[0] ?? 0];
  let intersection = 0;
  let union = 0;
  while (i < runsA.length && j < runsB.length) {
    const step = Math.min(leftA, leftB);
    if (valueA && valueB) intersection += step;
    if (valueA || valueB) union += step;
    leftA -= step;
    leftB -= step;
    while (leftA === 0 && ++i < runsA.length) {
      leftA = runsA[i] as number;
      valueA ^= 1;
    }
    while (leftB === 0 && ++j < runsB.length) {
      leftB = runsB[j] as number;
      valueB ^= 1;
    }
  }
  return { intersection, union };
}

/** Runs (zeros first, down the columns) → RLE. The runs must add up to the size. */
export function rleFromRuns(size: Size, runs: readonly number[]): Rle {
  return { size: [size.height, size.width], counts: encodeRuns(runs) };
}

/** RLE → runs. @throws GroundnoteError 'invalid-mask' when the string is broken or does not fit the size. */
export function runsFromRle(rle: Rle): number[] {
  const runs = decodeRuns(rle.counts);
  if (runs.some((run) => run < 0) || runs.reduce((sum, run) => sum + run, 0) !== rle.size[0] * rle.size[1])
    throw new GroundnoteError('invalid-mask', 'A mask has runs that do not fit its size.');
  return runs;
}

function encodeRuns(runs: readonly number[]): string {
  let text = '';
  runs.forEach((run, i) => {
    let x = i > 2 ? run - (runs[i - 2] as number) : run;
    for (let more = true; more;) {
      let group = x & 0x1f;
      x >>= 5;
      more = group & 0x10 ? x !== -1 : x !== 0;
      if (more) group |= 0x20;
      text += String.fromCharCode(group + 48);
    }
  });
  return text;
}

function decodeRuns(text: string): number[] {
  const runs: number[] = [];
  let p = 0;
  while (p < text.length) {
    let x = 0;
    let shift = 0;
    for (let more = true; more;) {
      const group = text.charCodeAt(p++) - 48;
      if (!(group >= 0 && group < 64) || shift > 30)
        throw new GroundnoteError('invalid-mask', 'A mask has a broken run-length string.');
      x |= (group & 0x1f) << shift;
      more = (group & 0x20) !== 0;
      shift += 5;
      if (!more && group & 0x10 && shift < 32) x |= -1 << shift;
    }
    if (runs.length > 2) x += runs[runs.length - 2] as number;
    runs.push(x);
  }
  return runs;
}
