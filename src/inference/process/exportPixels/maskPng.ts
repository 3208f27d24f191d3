/** PNGs whose pixels are numbers: of classes or of regions. */
import { decode, encode, type DecodedPng } from 'fast-png';
import { channelsOf } from '../../../protocol/colors';
import { GroundnoteError } from '../../../protocol/errors';
import type { MaskShape } from '../../../protocol/exportPixels';
import type { Rle, Size } from '../../../protocol/geometry';
import { patchOfGeometry } from '../../../protocol/raster';
import { rleFromRuns } from '../../../protocol/rle';

/**
 * Values of the shapes as PNG, later shapes over earlier ones.
 * @param palette colours by value (`#rrggbb`), for 8 bits; without one 16 bits of grey
 */
export function maskPng(
  size: Size,
  shapes: readonly MaskShape[],
  palette: readonly string[] | undefined,
): Uint8Array<ArrayBuffer> {
  const { width, height } = size;
  const data = palette ? new Uint8Array(width * height) : new Uint16Array(width * height);
  for (const { value, geometry } of shapes) {
    const patch = patchOfGeometry(geometry, size);
    if (!patch) continue;
    for (let row = 0; row < patch.height; row++) {
      const to = (patch.y + row) * width + patch.x;
      for (let x = 0, from = row * patch.width; x < patch.width; x++)
        if (patch.data[from + x]) data[to + x] = value;
    }
  }
  const png = encode({
    ...size,
    data,
    channels: 1,
    depth: palette ? 8 : 16,
    ...(palette && { palette: palette.map(channelsOf) }),
  });
  return new Uint8Array(png);
}

/**
 * The pixels of each value but 0, in the order of the values.
 * @param name of the file, for messages
 * @throws GroundnoteError 'bad-image' for what is no PNG, or one of colours
 */
export function readMaskShapes(
  name: string,
  png: Uint8Array,
): Size & { shapes: { value: number; mask: Rle }[] } {
  let image: DecodedPng;
  try {
    image = decode(png);
  } catch (cause) {
    throw new GroundnoteError('bad-image', `"${name}" is no PNG, or a damaged one.`, { cause });
  }
  const { width, height } = image;
  if (image.channels !== 1)
    throw new GroundnoteError(
      'bad-image',
      `"${name}" is a picture of colours. A mask has one number for each pixel: a PNG with a palette, or of grey.`,
    );
  const data = valuesOf(image);
  const found = new Map<number, { runs: number[]; end: number }>();
  // Runs go down the columns, as those of masks do.
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height;) {
      const value = data[y * width + x] as number;
      const from = y;
      while (y < height && data[y * width + x] === value) y++;
      if (value === 0) continue;
      const [start, stop] = [x * height + from, x * height + y];
      const known = found.get(value);
      if (!known) found.set(value, { runs: [start, stop - start], end: stop });
      else {
        if (start > known.end) known.runs.push(start - known.end, stop - start);
        else known.runs[known.runs.length - 1] = (known.runs.at(-1) as number) + stop - start;
        known.end = stop;
      }
    }
  }
  const shapes = [...found].sort(([a], [b]) => a - b);
  return {
    width,
    height,
    shapes: shapes.map(([value, { runs, end }]) => ({
      value,
      mask: rleFromRuns({ width, height }, end < width * height ? [...runs, width * height - end] : runs),
    })),
  };
}

/** One value a pixel: PNGs of fewer than 8 bits come packed. */
function valuesOf({ width, height, data, depth }: DecodedPng): Uint8Array | Uint16Array {
  if (depth >= 8) return data as Uint8Array | Uint16Array;
  const values = new Uint8Array(width * height);
  const perByte = 8 / depth;
  const rowBytes = Math.ceil(width / perByte);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const byte = data[y * rowBytes + Math.floor(x / perByte)] as number;
      values[y * width + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & ((1 << depth) - 1);
    }
  return values;
}
