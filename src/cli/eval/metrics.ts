/** Metrics of masks, and the next corrective click. Masks are rows of 0 and non-zero. */
import type { Point } from '../../protocol/geometry';
import { bitmapIou } from '../../protocol/raster';
import type { Mask } from '../../protocol/rle';
import { GroundnoteError } from '../../protocol/errors';
import { squaredDistances } from './distanceTransform';

/** A click of the evaluation: in the middle of a pixel; 1 adds, 0 takes away. */
export interface Click {
  point: Point;
  label: 0 | 1;
}

/** Intersection over union; 1 for two empty masks. @throws GroundnoteError invalid-mask for different sizes */
export function iou(a: Mask, b: Mask): number {
  if (a.width !== b.width || a.height !== b.height)
    throw new GroundnoteError('invalid-mask', 'Masks of different sizes cannot be compared.');
  return bitmapIou(a.data, b.data);
}

/**
 * The next click: in the middle of the largest error, that is at the maximum of the distance transform of the larger of
 * the largest connected regions (four neighbours) that are missing and that are too much. Undefined when nothing is wrong.
 */
export function nextClick(mask: Mask, truth: Mask): Click | undefined {
  const errorsOf = (label: 0 | 1) =>
    largestComponent({
      width: truth.width,
      height: truth.height,
      data: truth.data.map((value, i) => Number(label ? value && !mask.data[i] : !value && mask.data[i])),
    });
  const [missing, extra] = [errorsOf(1), errorsOf(0)];
  const label = missing.area >= extra.area ? 1 : 0;
  const { area, mask: region } = label ? missing : extra;
  return area > 0 ? { point: middleOf(region), label } : undefined;
}

/** The middle of the pixel that lies deepest inside a mask. */
export function middleOf(mask: Mask): Point {
  const distances = squaredDistances(mask);
  let best = 0;
  for (let i = 1; i < distances.length; i++)
    if ((distances[i] as number) > (distances[best] as number)) best = i;
  return [(best % mask.width) + 0.5, Math.floor(best / mask.width) + 0.5];
}

/** The largest connected region (four neighbours) of a mask, and its number of pixels. */
export function largestComponent({ width, height, data }: Mask): { mask: Mask; area: number } {
  const labels = new Int32Array(width * height);
  const stack: number[] = [];
  let [count, largest, area] = [0, 0, 0];
  for (let start = 0; start < data.length; start++) {
    if (!data[start] || labels[start]) continue;
    count++;
    let size = 0;
    labels[start] = count;
    stack.push(start);
    while (stack.length) {
      const at = stack.pop() as number;
      size++;
      const x = at % width;
      const visit = (next: number) => {
        if (data[next] && !labels[next]) {
          labels[next] = count;
          stack.push(next);
        }
      };
      if (x > 0) visit(at - 1);
      if (x < width - 1) visit(at + 1);
      if (at >= width) visit(at - width);
      if (at + width < data.length) visit(at + width);
    }
    if (size > area) [largest, area] = [count, size];
  }
  return {
    area,
    mask: { width, height, data: Uint8Array.from(labels, (n) => Number(area > 0 && n === largest)) },
  };
}

/** How many clicks a target needs: the first count whose IoU reaches it, or the most that were allowed. */
export function clicksNeeded(ious: readonly number[], target: number, most: number): number {
  const at = ious.findIndex((value) => value >= target);
  return at >= 0 ? at + 1 : most;
}

export function mean(values: readonly number[]): number {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}

/** Middle value; the mean of the two middle ones for an even count. 0 without values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between the two nearest ranks. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}

/** To four places, as figures are printed. */
export const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
