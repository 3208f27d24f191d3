/** Facts about the values of a depth map. Pure. */
import type { Point } from '../../../src/protocol/geometry';
import type { DepthView } from '../../../src/protocol/media';

export interface Statistics {
  readonly min: number;
  readonly max: number;
  /** Between which 98 of a hundred values lie. */
  readonly low: number;
  readonly high: number;
  /** Pixels without a value. */
  readonly missing: number;
  /** How many values lie in each of equal parts between `min` and `max`. */
  readonly bins: Uint32Array;
}

const binCount = 256;

export function statisticsOf(values: Float32Array): Statistics {
  let [min, max, missing] = [Infinity, -Infinity, 0];
  for (const value of values) {
    if (Number.isNaN(value)) missing++;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  const bins = new Uint32Array(binCount);
  const span = max - min || 1;
  for (const value of values)
    if (!Number.isNaN(value)) {
      const bin = Math.min(binCount - 1, Math.floor(((value - min) / span) * binCount));
      bins[bin] = (bins[bin] as number) + 1;
    }
  const measured = values.length - missing;
  const quantile = (share: number) => {
    let sum = 0;
    const bin = bins.findIndex((count) => (sum += count) >= share * measured);
    return Math.max(0, bin);
  };
  return {
    min,
    max,
    missing,
    bins,
    low: min + (quantile(0.01) / binCount) * span,
    high: min + ((quantile(0.99) + 1) / binCount) * span,
  };
}

export const valueAt = ({ width, values }: DepthView, [x, y]: Point): number => values[y * width + x] ?? NaN;

/** The values along a line, one for each pixel of its length, from end to end. */
export function profileOf(view: DepthView, [from, to]: readonly [Point, Point]): Float32Array {
  const length = Math.max(2, Math.min(4096, Math.round(Math.hypot(to[0] - from[0], to[1] - from[1])) + 1));
  const profile = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const share = i / (length - 1);
    const [x, y] = [0, 1].map((axis) =>
      Math.floor((from[axis] as number) + ((to[axis] as number) - (from[axis] as number)) * share),
    ) as [number, number];
    const inside = x >= 0 && y >= 0 && x < view.width && y < view.height;
    profile[i] = inside ? valueAt(view, [x, y]) : NaN;
  }
  return profile;
}
