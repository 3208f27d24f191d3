/**
 * Resizing as PIL does it, to the byte: the processors of these models were written for it, and their models trained with it.
 * (process/resize.ts is faster, and within a grey level.)
 */
import type { Size } from '../../../protocol/geometry';

/** A filter reaches so many samples of the coarser side, and weighs by the distance. */
interface Filter {
  reach: number;
  weight(distance: number): number;
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** By PIL's names. */
export const filters = {
  box: { reach: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { reach: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    reach: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x))),
  },
  bicubic: {
    reach: 2,
    weight(x) {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    },
  },
  lanczos: { reach: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
} satisfies Record<string, Filter>;
export type FilterName = keyof typeof filters;

/** Weights are whole numbers of this many bits behind the point. */
const precision = 22;

/** For each output position: its first sample, how many count, and their weights, `taps` numbers apart. */
interface Table {
  first: Int32Array;
  count: Int32Array;
  weights: Int32Array;
  taps: number;
}

function tableOf({ reach, weight }: Filter, from: number, to: number): Table {
  const step = from / to;
  const scale = Math.max(1, step);
  const support = reach * scale;
  const taps = Math.ceil(support) * 2 + 1;
  const [first, count] = [new Int32Array(to), new Int32Array(to)];
  const weights = new Int32Array(to * taps);
  const shares = new Float64Array(taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const length = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let t = 0; t < length; t++) sum += shares[t] = weight((t + start - centre + 0.5) / scale);
    for (let t = 0; t < length; t++)
      weights[i * taps + t] = Math.round(((shares[t] as number) / (sum || 1)) * 2 ** precision);
    first[i] = start;
    count[i] = length;
  }
  return { first, count, weights, taps };
}

/** A sum of weighted bytes → a byte. */
const byteOf = (sum: number) => Math.min(255, Math.max(0, sum >> precision));
const half = 2 ** (precision - 1);

/** Rows of RGB bytes at another size: along the rows first, then down the columns, bytes in between. */
export function pillowResize(data: Uint8Array, size: Size, to: Size, filter: FilterName): Uint8Array {
  const across = size.width === to.width ? data : alongRows(data, size, to.width, filter);
  if (size.height === to.height) return across;
  const { first, count, weights, taps } = tableOf(filters[filter], size.height, to.height);
  const stride = to.width * 3;
  const result = new Uint8Array(stride * to.height);
  const sums = new Int32Array(stride);
  for (let y = 0; y < to.height; y++) {
    sums.fill(half);
    for (let t = 0; t < (count[y] as number); t++) {
      const weight = weights[y * taps + t] as number;
      const row = ((first[y] as number) + t) * stride;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + (across[row + i] as number) * weight;
    }
    for (let i = 0, out = y * stride; i < stride; i++) result[out + i] = byteOf(sums[i] as number);
  }
  return result;
}

function alongRows(data: Uint8Array, { width, height }: Size, to: number, filter: FilterName): Uint8Array {
  const { first, count, weights, taps } = tableOf(filters[filter], width, to);
  const result = new Uint8Array(to * height * 3);
  for (let y = 0, out = 0; y < height; y++)
    for (let x = 0; x < to; x++, out += 3) {
      let i = (y * width + (first[x] as number)) * 3;
      let [red, green, blue] = [half, half, half];
      for (let t = x * taps, end = t + (count[x] as number); t < end; t++, i += 3) {
        const weight = weights[t] as number;
        red += (data[i] as number) * weight;
        green += (data[i + 1] as number) * weight;
        blue += (data[i + 2] as number) * weight;
      }
      result[out] = byteOf(red);
      result[out + 1] = byteOf(green);
      result[out + 2] = byteOf(blue);
    }
  return result;
}
