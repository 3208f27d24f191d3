/**
 * Parts of pictures and masks as inputs of graphs: bilinear, antialiased when shrinking, with the middles of pixels as
 * sample points, as PIL and torch do it, so that graphs see here what they saw in training (within a grey level).
 */
import type { Size } from '../../protocol/geometry';
import type { Picture, Rectangle } from './picture';
import { loadSharp } from './sharpLoader';

/** Rows of pixels of so many interleaved bytes. */
export interface Raster extends Size {
  data: Uint8Array;
  channels: 1 | 3;
}

/** What is done to each channel's value (0 to 255): value × scale + shift. Channels red, green, blue. */
export interface Normalization {
  scale: readonly [number, number, number];
  shift: readonly [number, number, number];
}

/** The form in which configuration files of packs say it: (value × factor − mean) / standard deviation. */
export function normalizationOf(config: {
  rescale_factor: number;
  image_mean: readonly [number, number, number];
  image_std: readonly [number, number, number];
}): Normalization {
  const { image_mean: mean, image_std: std, rescale_factor: factor } = config;
  return {
    scale: [factor / std[0], factor / std[1], factor / std[2]],
    shift: [-mean[0] / std[0], -mean[1] / std[1], -mean[2] / std[2]],
  };
}

/**
 * A rectangle of a picture, resized and normalised.
 * @param from whole pixels inside the picture
 * @returns float32 [1, 3, height, width] of `size`, channels red, green, blue
 */
export async function cropResize(
  picture: Picture,
  from: Rectangle,
  size: Size,
  normalization: Normalization,
): Promise<Float32Array> {
  return normalize(await cropResizeBytes(picture, from, size), normalization);
}

/**
 * Interleaved bytes of red, green, blue → planes [3, height, width].
 * @param blueFirst makes them blue, green, red; the normalisation is in that order too
 */
export function normalize(
  bytes: Uint8Array,
  { scale, shift }: Normalization,
  blueFirst = false,
): Float32Array {
  const plane = bytes.length / 3;
  const tensor = new Float32Array(3 * plane);
  const [s0, s1, s2] = scale;
  const [t0, t1, t2] = shift;
  const [first, last] = blueFirst ? [2, 0] : [0, 2];
  for (let i = 0, j = 0; i < plane; i++, j += 3) {
    tensor[i] = (bytes[j + first] as number) * s0 + t0;
    tensor[i + plane] = (bytes[j + 1] as number) * s1 + t1;
    tensor[i + 2 * plane] = (bytes[j + last] as number) * s2 + t2;
  }
  return tensor;
}

/** A rectangle of a picture, resized: height × width × 3 bytes of `size`. @param precise see resizeBytes */
export function cropResizeBytes(
  picture: Picture,
  from: Rectangle,
  size: Size,
  precise = false,
): Promise<Uint8Array> {
  return resizeBytes({ ...picture, channels: 3 }, from, size, precise);
}

/**
 * A rectangle of a raster, resized: height × width × channels bytes of `size`.
 * @param precise to the very bytes that PIL makes, for graphs of others, which saw such in training. The quick way differs by
 * 2 grey levels of 255, at hard edges by 9, and takes a fifth of the time (which is some 15 ms for a million pixels)
 */
export async function resizeBytes(
  raster: Raster,
  from: Rectangle,
  size: Size,
  precise = false,
): Promise<Uint8Array> {
  if (precise) return asPil(raster, from, size);
  // libvips shrinks five times as fast as typed arrays do, but moves what it enlarges by up to half a pixel.
  if (size.width > from.width || size.height > from.height) return enlarge(raster, from, size);
  const sharp = await loadSharp();
  const { width, height, channels, data } = raster;
  let pipeline = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  if (from.x !== 0 || from.y !== 0 || from.width !== width || from.height !== height)
    pipeline = pipeline.extract({ left: from.x, top: from.y, width: from.width, height: from.height });
  pipeline = pipeline.resize(size.width, size.height, { fit: 'fill', kernel: 'linear' });
  if (channels === 1) pipeline = pipeline.extractChannel(0);
  return pipeline.raw().toBuffer();
}

/** For each output position: where its taps start, and their weights (each row of `taps` numbers sums to 1). */
interface Filter {
  first: Int32Array;
  taps: number;
  weights: Float32Array;
}

/** Resizes in two passes: rows of the input under an output row are summed, then the sums along the row. */
function enlarge({ data, width, channels }: Raster, from: Rectangle, size: Size): Uint8Array {
  const columns = triangleFilter(from.width, size.width);
  const rows = triangleFilter(from.height, size.height);
  const stride = width * channels;
  const sums = new Float32Array(from.width * channels);
  const result = new Uint8Array(size.width * size.height * channels);
  let out = 0;
  for (let y = 0; y < size.height; y++) {
    sumRows(data, (from.y + (rows.first[y] as number)) * stride + from.x * channels, stride, rows, y, sums);
    out = sumColumns(sums, columns, channels, result, out);
  }
  return result;
}

/** The rows of bytes under output row y, weighted, into `sums`. */
function sumRows(
  data: Uint8Array,
  start: number,
  stride: number,
  { taps, weights }: Filter,
  y: number,
  sums: Float32Array,
): void {
  const length = sums.length;
  for (let t = 0; t < taps; t += 2) {
    const w0 = weights[y * taps + t] as number;
    const w1 = t + 1 < taps ? (weights[y * taps + t + 1] as number) : 0;
    const a = start + t * stride;
    const b = t + 1 < taps ? a + stride : a;
    const keep = t === 0 ? 0 : 1;
    for (let i = 0; i < length; i++)
      sums[i] = (sums[i] as number) * keep + (data[a + i] as number) * w0 + (data[b + i] as number) * w1;
  }
}

/** One output row from the sums of its input rows, rounded. @returns where the next row starts */
function sumColumns(
  sums: Float32Array,
  { first, taps, weights }: Filter,
  channels: number,
  result: Uint8Array,
  out: number,
): number {
  if (channels === 3 && taps === 2) return sumColumnPairs(sums, first, weights, result, out);
  for (let x = 0; x < first.length; x++) {
    const start = (first[x] as number) * channels;
    const row = x * taps;
    for (let c = 0; c < channels; c++) {
      let i = start + c;
      let sum = 0.5 + (sums[i] as number) * (weights[row] as number);
      for (let t = 1; t < taps; t++) sum += (sums[(i += channels)] as number) * (weights[row + t] as number);
      result[out++] = sum;
    }
  }
  return out;
}

/** The common case of sumColumns, unrolled: three channels, two taps. It takes a third of the time. */
function sumColumnPairs(
  sums: Float32Array,
  first: Int32Array,
  weights: Float32Array,
  result: Uint8Array,
  out: number,
): number {
  for (let x = 0; x < first.length; x++, out += 3) {
    const i = (first[x] as number) * 3;
    const w0 = weights[2 * x] as number;
    const w1 = weights[2 * x + 1] as number;
    result[out] = (sums[i] as number) * w0 + (sums[i + 3] as number) * w1 + 0.5;
    result[out + 1] = (sums[i + 1] as number) * w0 + (sums[i + 4] as number) * w1 + 0.5;
    result[out + 2] = (sums[i + 2] as number) * w0 + (sums[i + 5] as number) * w1 + 0.5;
  }
  return out;
}

/** Resizes along the rows, rounds to bytes, then along the columns: PIL's order, and so its roundings. */
function asPil({ data, width, channels }: Raster, from: Rectangle, size: Size): Uint8Array {
  const columns = triangleFilter(from.width, size.width);
  const rows = triangleFilter(from.height, size.height);
  const stride = size.width * channels;
  const narrow = new Uint8Array(stride * from.height);
  const { taps } = columns;
  for (let y = 0, out = 0; y < from.height; y++) {
    const start = ((from.y + y) * width + from.x) * channels;
    for (let x = 0; x < size.width; x++) {
      const at = start + (columns.first[x] as number) * channels;
      const row = x * taps;
      for (let c = 0; c < channels; c++) {
        let sum = 0.5;
        for (let t = 0, i = at + c; t < taps; t++, i += channels)
          sum += (data[i] as number) * (columns.weights[row + t] as number);
        narrow[out++] = sum;
      }
    }
  }
  const result = new Uint8Array(stride * size.height);
  const sums = new Float32Array(stride);
  for (let y = 0; y < size.height; y++) {
    sumRows(narrow, (rows.first[y] as number) * stride, stride, rows, y, sums);
    const out = y * stride;
    for (let i = 0; i < stride; i++) result[out + i] = (sums[i] as number) + 0.5;
  }
  return result;
}

/** Taps and weights of a triangle filter, widened when it shrinks, from `from` samples to `to`. */
function triangleFilter(from: number, to: number): Filter {
  const step = from / to;
  const support = Math.max(1, step);
  const taps = Math.min(from, step <= 1 ? 2 : Math.ceil(2 * support) + 1);
  const first = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * step;
    const start = Math.min(Math.max(Math.floor(centre - support + 0.5), 0), from - taps);
    first[i] = start;
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      const weight = Math.max(0, 1 - Math.abs(start + t + 0.5 - centre) / support);
      weights[i * taps + t] = weight;
      sum += weight;
    }
    for (let t = 0; t < taps; t++) weights[i * taps + t] = (weights[i * taps + t] as number) / sum;
  }
  return { first, taps, weights };
}
