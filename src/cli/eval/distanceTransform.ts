/** Exact Euclidean distance transform in linear time (Felzenszwalb and Huttenlocher, 2012). */
import type { Mask } from '../../protocol/rle';

/** Larger than any squared distance, small enough to be added up. */
const far = 1e12;

/**
 * Squared distance from the middle of each pixel to the middle of the nearest zero pixel; what lies beyond the
 * picture counts as zero, so that a mask at the border has its middle inside.
 * @returns width × height values, rows
 */
export function squaredDistances({ width, height, data }: Mask): Float64Array {
  const result = new Float64Array(width * height);
  // One row and one column of zeros around the picture.
  const longest = Math.max(width, height) + 2;
  const line = new Float64Array(longest);
  const lowest = new Float64Array(longest);
  const places = new Int32Array(longest);
  const borders = new Float64Array(longest + 1);
  for (let x = 0; x < width; x++) {
    line[0] = line[height + 1] = 0;
    for (let y = 0; y < height; y++) line[y + 1] = data[y * width + x] ? far : 0;
    transformLine(line, height + 2, lowest, places, borders);
    for (let y = 0; y < height; y++) result[y * width + x] = lowest[y + 1] as number;
  }
  for (let y = 0; y < height; y++) {
    line[0] = line[width + 1] = 0;
    for (let x = 0; x < width; x++) line[x + 1] = result[y * width + x] as number;
    transformLine(line, width + 2, lowest, places, borders);
    for (let x = 0; x < width; x++) result[y * width + x] = lowest[x + 1] as number;
  }
  return result;
}

/** Lower envelope of the parabolas (x − q)² + line[q]. */
function transformLine(
  line: Float64Array,
  length: number,
  lowest: Float64Array,
  places: Int32Array,
  borders: Float64Array,
): void {
  const crossing = (p: number, q: number) =>
    ((line[q] as number) + q * q - ((line[p] as number) + p * p)) / (2 * (q - p));
  let k = 0;
  places[0] = 0;
  borders[0] = -Infinity;
  borders[1] = Infinity;
  for (let q = 1; q < length; q++) {
    let at = crossing(places[k] as number, q);
    while (at <= (borders[k] as number)) {
      k--;
      at = crossing(places[k] as number, q);
    }
    k++;
    places[k] = q;
    borders[k] = at;
    borders[k + 1] = Infinity;
  }
  k = 0;
  for (let q = 0; q < length; q++) {
    while ((borders[k + 1] as number) < q) k++;
    const p = places[k] as number;
    lowest[q] = (q - p) * (q - p) + (line[p] as number);
  }
}
