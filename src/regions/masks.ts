/**
 * What can be done with masks of one picture. All of it walks along the runs, or works in the mask's own box: a small
 * region of a very large picture costs what the region costs.
 */
import { GroundnoteError } from '../protocol/errors';
import type { Point, Rle, Size } from '../protocol/geometry';
import { emptyPatch, patchOfRle, pixelBox, rleOfPatch } from '../protocol/raster';
import { rleFromRuns, runsFromRle } from '../protocol/rle';
import { maskOfIntervals, Pieces } from './pieces';

export type SetOperation = 'union' | 'subtract' | 'intersect';

/** Whether a pixel is in the result, from whether it is in the two masks. */
const truth: Record<SetOperation, (a: number, b: number) => number> = {
  union: (a, b) => a | b,
  subtract: (a, b) => a & (b ^ 1),
  intersect: (a, b) => a & b,
};

export const sizeOfMask = ({ size: [height, width] }: Rle): Size => ({ width, height });

/** A mask without any pixel. */
export const emptyMask = (size: Size): Rle => rleFromRuns(size, [size.width * size.height]);

/**
 * Combines masks from the first to the last: `subtract` takes all the others away from the first.
 * @throws GroundnoteError 'invalid-mask' for masks of different sizes, or broken ones
 */
export function combineMasks(operation: SetOperation, masks: readonly [Rle, ...Rle[]]): Rle {
  const [first, ...others] = masks;
  let runs: readonly number[] = runsFromRle(first);
  for (const other of others) {
    if (other.size[0] !== first.size[0] || other.size[1] !== first.size[1])
      throw new GroundnoteError('invalid-mask', 'Masks of different pictures cannot be combined.');
    runs = combineRuns(truth[operation], runs, runsFromRle(other));
  }
  return rleFromRuns(sizeOfMask(first), runs);
}

function combineRuns(
  isObject: (a: number, b: number) => number,
  a: readonly number[],
  b: readonly number[],
): number[] {
  const runs: number[] = [];
  let [i, j, valueA, valueB, value] = [0, 0, 0, 0, 0];
  let [leftA, leftB, run] = [a[0] ?? 0, b[0] ?? 0, 0];
  while (i < a.length && j < b.length) {
    const step = Math.min(leftA, leftB);
    const next = isObject(valueA, valueB);
    if (step && next !== value) {
      runs.push(run);
      [run, value] = [0, next];
    }
    run += step;
    leftA -= step;
    leftB -= step;
    while (leftA === 0 && ++i < a.length) {
      leftA = a[i] as number;
      valueA ^= 1;
    }
    while (leftB === 0 && ++j < b.length) {
      leftB = b[j] as number;
      valueB ^= 1;
    }
  }
  runs.push(run);
  return runs;
}

/** The connected parts of a mask (over edges), from the left. */
export function maskParts(mask: Rle): Rle[] {
  const size = sizeOfMask(mask);
  return new Pieces(mask).objects().map((intervals) => maskOfIntervals(intervals, size));
}

/** A mask with every hole filled: background that does not reach the edge of the picture or of the mask's box. */
export function fillMaskHoles(mask: Rle): Rle {
  const pieces = new Pieces(mask);
  let changed = false;
  for (const column of pieces.columns)
    for (const interval of column)
      if (!interval.value && !pieces.isOutside(pieces.of(interval))) {
        interval.value = 1;
        changed = true;
      }
  return changed ? pieces.toMask() : mask;
}

/** A mask moved by whole pixels, in a picture of perhaps another size; what leaves the picture is cut off. */
export function moveMask(mask: Rle, [dx, dy]: Point, size: Size = sizeOfMask(mask)): Rle {
  const patch = patchOfRle(mask);
  const [x, y] = [patch.x + Math.round(dx), patch.y + Math.round(dy)];
  const box = pixelBox([x, y, x + patch.width, y + patch.height], size);
  if (!patch.width || box[2] <= box[0] || box[3] <= box[1]) return emptyMask(size);
  const moved = emptyPatch(box);
  const [left, top] = [moved.x - x, moved.y - y];
  for (let row = 0; row < moved.height; row++) {
    const from = (top + row) * patch.width + left;
    moved.data.set(patch.data.subarray(from, from + moved.width), row * moved.width);
  }
  return rleOfPatch(moved, size);
}

/** A mask stretched to a picture of another size; each pixel is what lies at its middle. */
export function scaleMask(mask: Rle, size: Size): Rle {
  const patch = patchOfRle(mask);
  const [fx, fy] = [size.width / mask.size[1], size.height / mask.size[0]];
  if (!patch.width) return emptyMask(size);
  const scaled = emptyPatch(
    pixelBox([patch.x * fx, patch.y * fy, (patch.x + patch.width) * fx, (patch.y + patch.height) * fy], size),
  );
  for (let row = 0; row < scaled.height; row++) {
    const sourceY = Math.floor((scaled.y + row + 0.5) / fy) - patch.y;
    if (sourceY < 0 || sourceY >= patch.height) continue;
    for (let column = 0; column < scaled.width; column++) {
      const sourceX = Math.floor((scaled.x + column + 0.5) / fx) - patch.x;
      if (sourceX >= 0 && sourceX < patch.width)
        scaled.data[row * scaled.width + column] = patch.data[sourceY * patch.width + sourceX] as number;
    }
  }
  return rleOfPatch(scaled, size);
}
