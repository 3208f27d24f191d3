/** The picture as a language model is sent it: reduced, as JPEG. Its size is what pixels in the answer count. */
import type { Size } from '../../../protocol/geometry';
import type { Picture } from '../../process/picture';
import { wholeOf } from '../../process/picture';
import { cropResizeBytes } from '../../process/resize';
import { loadSharp } from '../../process/sharpLoader';
import type { GroundingFormat } from '../grounding/formats';

export interface SentPicture extends Size {
  bytes: Uint8Array;
  mime: 'image/jpeg';
}

/** The longer side; a figure's small print can still be read. */
const mostSide = 1536;
const quality = 90;

/**
 * Models that count pixels count those of the copy that they make: sides in steps of 28 and at most so many pixels. A
 * picture that has such sides already is not resized again, and its pixels are theirs.
 */
const step = 28;
const mostSteps = 1280;
const leastSteps = 4;

/** @param mostSide the longer side at most; a server that finds the picture too large is sent a smaller one */
export function sentSize({ width, height }: Size, format: GroundingFormat, longest = mostSide): Size {
  const scale = Math.min(1, longest / Math.max(width, height));
  if (format !== 'pixels') return atLeastOne({ width: width * scale, height: height * scale });
  const steps = (width * height * scale * scale) / step ** 2;
  const fit = scale * Math.sqrt(Math.min(1, mostSteps / steps) * Math.max(1, leastSteps / steps));
  const inSteps = (side: number) => Math.max(step, Math.floor((side * fit) / step) * step);
  return { width: inSteps(width), height: inSteps(height) };
}

const atLeastOne = ({ width, height }: Size): Size => ({
  width: Math.max(1, Math.round(width)),
  height: Math.max(1, Math.round(height)),
});

export async function sentPicture(picture: Picture, size: Size): Promise<SentPicture> {
  const { width, height } = size;
  const data = await cropResizeBytes(picture, wholeOf(picture), size);
  const sharp = await loadSharp();
  // Colours in full: red letters on white are what figures are made of.
  const bytes = await sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .jpeg({ quality, chromaSubsampling: '4:4:4' })
    .toBuffer();
  return { bytes, mime: 'image/jpeg', width, height };
}
