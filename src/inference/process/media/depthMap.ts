/** Depth maps: from pictures of one channel and from `.pfm`. */
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';
import type { Size } from '../../../protocol/geometry';
import { openImage } from '../images';
import { loadSharp } from '../sharpLoader';
import type { DepthMap } from './media';
import { badFile, latin1, truncated, viewOf, type MediaBytes } from './source';

/** Maps of more pixels are refused. */
export const maxDepthPixels = 64_000_000;

/** @param fill writes the values, rows from the top @throws GroundnoteError bad-file where no pixel has a value, file-too-large */
export function depthMapOf(
  name: string,
  format: string,
  { width, height }: Size,
  fill: (values: Float32Array) => void,
): DepthMap {
  if (width * height > maxDepthPixels)
    throw new GroundnoteError(
      'file-too-large',
      `"${name}" has ${width} × ${height} pixels; depth maps of at most ${maxDepthPixels / 1e6} megapixels are read.`,
    );
  const values = new Float32Array(width * height);
  fill(values);
  let measured = 0;
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i])) measured++;
    else values[i] = NaN;
  if (measured === 0) throw badFile(name, 'has no pixel with a depth');
  return { modality: 'depth', name, format, width, height, values };
}

/**
 * A PNG or TIFF of one channel (or of three equal ones): 8 or 16 bits, or floats. In whole numbers of 16 bits zero is “not
 * measured”, as cameras write it.
 * @throws GroundnoteError bad-file, bad-image, file-too-large, image-too-large
 */
export async function readDepthPicture({ name, bytes }: MediaBytes): Promise<DepthMap> {
  const { header } = await openImage({ name, bytes }, { maxPixels: maxDepthPixels });
  if (header.format === 'bmp' || header.format === 'svg')
    throw badFile(name, 'is no depth map: these are PNG, TIFF, PFM or NumPy files of one channel');
  const sharp = await loadSharp();
  try {
    const input = () => sharp(bytes, { failOn: 'truncated', limitInputPixels: maxDepthPixels });
    const { depth = 'uchar', channels, hasAlpha } = await input().metadata();
    const isFloat = depth === 'float' || depth === 'double';
    const isWide = depth === 'ushort' || depth === 'short' || depth === 'uint' || depth === 'int';
    const colours = channels - (hasAlpha ? 1 : 0);
    const decoded = input().removeAlpha().autoOrient();
    const space = isFloat ? 'b-w' : isWide ? 'grey16' : 'b-w';
    if (colours !== 1) await refuseColours(name, decoded.clone());
    const { data, info } = await decoded
      .toColourspace(space)
      .extractChannel(0)
      .raw({ depth: 'float' })
      .toBuffer({ resolveWithObject: true });
    const numbers = new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
    const words = isFloat ? 'floats' : isWide ? '16 bits' : '8 bits';
    return depthMapOf(name, `${header.format.toUpperCase()}, ${words}`, info, (values) => {
      values.set(numbers);
      if (isWide) for (let i = 0; i < values.length; i++) if (values[i] === 0) values[i] = NaN;
    });
  } catch (error) {
    if (error instanceof GroundnoteError) throw error;
    throw badFile(name, 'is damaged or incomplete and cannot be decoded', error);
  }
}

type Pipeline = ReturnType<Awaited<ReturnType<typeof loadSharp>>>;

/** A picture of colours is no depth map: which colour is how deep it does not say. */
async function refuseColours(name: string, picture: Pipeline): Promise<void> {
  const { data, info } = await picture.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  for (let i = 0; i < data.length; i += info.channels)
    if (info.channels >= 3 && (data[i] !== data[i + 1] || data[i] !== data[i + 2]))
      throw badFile(
        name,
        'is a picture of colours; a depth map has one channel (the numbers behind the colours are not in the file)',
      );
}

const pfmHeader = z.object({
  kind: z.enum(['Pf', 'PF']),
  width: z.coerce.number().int().positive().max(1e6),
  height: z.coerce.number().int().positive().max(1e6),
  scale: z.coerce.number().refine((scale) => Number.isFinite(scale) && scale !== 0),
});

export const isPfm = (bytes: Uint8Array): boolean => /^P[fF]\s/.test(latin1(bytes, 0, 3));

/** Portable float maps: rows from the bottom; the sign of the scale tells the order of bytes. @throws GroundnoteError bad-file, file-too-large */
export function readPfm({ name, bytes }: MediaBytes): DepthMap {
  const found = /^(P[fF])\s+(\S+)\s+(\S+)\s+(\S+)\s/.exec(latin1(bytes, 0, 256));
  const [whole = '', kind, width_, height_, scale_] = found ?? [];
  const parsed = pfmHeader.safeParse({ kind, width: width_, height: height_, scale: scale_ });
  if (!parsed.success) throw badFile(name, 'has no complete PFM header');
  const { width, height, scale } = parsed.data;
  if (parsed.data.kind === 'PF') throw badFile(name, 'is a PFM of three channels; a depth map has one');
  const start = whole.length;
  const needed = width * height * 4;
  if (needed > bytes.length - start) throw truncated(name, bytes.length - start, needed);
  const view = viewOf(bytes);
  return depthMapOf(name, 'PFM', { width, height }, (values) => {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        values[(height - 1 - y) * width + x] = view.getFloat32(start + (y * width + x) * 4, scale < 0);
  });
}
