/** Point clouds → groups of neighbours. */
import type { NamedArray } from '../../../engines/onnx/arrays';
import type { Preparation } from '../../../engines/onnx/figure/modalities';
import type { PointCloud } from '../../media/media';

/** Numbers of a point of a group: place, colour, whether there is colour, size of the cloud. */
const features = 8;

/**
 * Some points evenly over the file's order, moved and scaled so that the longest side of their bounding box goes from −1 to 1; centres by
 * farthest-point sampling that starts with the first point; the nearest points of each.
 * @returns groups float32 [1, centres, neighbours, 8], centres float32 [1, centres, 3]
 */
export function pointsInput(
  { positions, colors }: PointCloud,
  { points: count, centres: groups, neighbours, zoom, log_scale: range }: Preparation['points'],
): { groups: NamedArray; centres: NamedArray } {
  const total = positions.length / 3;
  const taken = Array.from({ length: count }, (_, i) => Math.floor((i * total) / count));
  const { places, half } = unitBox(taken, positions);
  const chosen = farthest(places, groups);
  const out = new Float32Array(groups * neighbours * features);
  const centres = new Float32Array(groups * 3);
  const size = Math.min(Math.max(Math.log(half), range[0]), range[1]);
  chosen.forEach((centre, g) => {
    const [cx, cy, cz] = [0, 1, 2].map((k) => places[3 * centre + k] as number) as [number, number, number];
    centres.set([cx, cy, cz], 3 * g);
    const distances = Float32Array.from(taken, (_, i) => squared(places, i, cx, cy, cz));
    const order = [...distances.keys()].sort(
      (a, b) => (distances[a] as number) - (distances[b] as number) || a - b,
    );
    for (let n = 0; n < neighbours; n++) {
      const i = order[n] as number;
      const colour = (k: number) =>
        colors ? (colors[3 * (taken[i] as number) + k] as number) / 127.5 - 1 : 0;
      out.set(
        [
          ((places[3 * i] as number) - cx) * zoom,
          ((places[3 * i + 1] as number) - cy) * zoom,
          ((places[3 * i + 2] as number) - cz) * zoom,
          colour(0),
          colour(1),
          colour(2),
          colors ? 1 : 0,
          size,
        ],
        (g * neighbours + n) * features,
      );
    }
  });
  return {
    groups: { data: out, dims: [1, groups, neighbours, features] },
    centres: { data: centres, dims: [1, groups, 3] },
  };
}

/** The points that are taken, in a box from −1 to 1, and half the longest side before. */
function unitBox(taken: readonly number[], positions: Float32Array): { places: Float32Array; half: number } {
  const [low, high] = [
    [Infinity, Infinity, Infinity],
    [-Infinity, -Infinity, -Infinity],
  ] as [number[], number[]];
  for (const i of taken)
    for (let k = 0; k < 3; k++) {
      const value = positions[3 * i + k] as number;
      low[k] = Math.min(low[k] as number, value);
      high[k] = Math.max(high[k] as number, value);
    }
  const half = Math.max(...high.map((value, k) => (value - (low[k] as number)) / 2), 1e-6);
  const places = new Float32Array(3 * taken.length);
  taken.forEach((i, j) => {
    for (let k = 0; k < 3; k++)
      places[3 * j + k] =
        ((positions[3 * i + k] as number) - ((low[k] as number) + (high[k] as number)) / 2) / half;
  });
  return { places, half };
}

const squared = (places: Float32Array, i: number, x: number, y: number, z: number): number =>
  ((places[3 * i] as number) - x) ** 2 +
  ((places[3 * i + 1] as number) - y) ** 2 +
  ((places[3 * i + 2] as number) - z) ** 2;

/** Indices of points, each the farthest from those before it; the first is point 0. */
function farthest(places: Float32Array, count: number): number[] {
  const chosen = [0];
  const distances = new Float32Array(places.length / 3).fill(Infinity);
  while (chosen.length < count) {
    const last = 3 * (chosen.at(-1) as number);
    const [x, y, z] = places.subarray(last, last + 3) as unknown as [number, number, number];
    let best = 0;
    distances.forEach((distance, i) => {
      distances[i] = Math.min(distance, squared(places, i, x, y, z));
      if ((distances[i] as number) > (distances[best] as number)) best = i;
    });
    chosen.push(best);
  }
  return chosen;
}
