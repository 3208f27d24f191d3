/** Masks and overlays as PNG files. */
import { writeFile } from 'node:fs/promises';
import { overlayPng } from '../inference/process/overlayPicture';
import type { Picture } from '../inference/process/picture';
import { loadSharp } from '../inference/process/sharpLoader';
import { regionColors } from '../protocol/colors';
import { GroundnoteError } from '../protocol/errors';
import type { Rle, Size } from '../protocol/geometry';
import type { ResultRegion } from '../protocol/inference';
import { decodeRle, type Mask } from '../protocol/rle';

/** Writes the union of masks as an 8-bit PNG: 255 is the object. @throws GroundnoteError io */
export async function writeMask(file: string, masks: readonly Rle[], size: Size): Promise<void> {
  const { width, height } = size;
  const data = new Uint8Array(width * height);
  for (const mask of masks)
    decodeRle(mask).data.forEach((value, i) => (data[i] = value ? 255 : (data[i] as number)));
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  await written(file, image.png().toFile(file));
}

/** Writes each pixel's mask by its number, from 1, the later ones above; 16 bits where there are more than 255. @throws GroundnoteError io */
export async function writeNumbers(file: string, masks: readonly Rle[], size: Size): Promise<void> {
  const { width, height } = size;
  const wide = masks.length > 255;
  const data = wide ? new Uint16Array(width * height) : new Uint8Array(width * height);
  masks.forEach((mask, n) =>
    decodeRle(mask).data.forEach((value, i) => {
      if (value) data[i] = n + 1;
    }),
  );
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels: 1 } });
  await written(
    file,
    image
      .toColourspace(wide ? 'grey16' : 'b-w')
      .png()
      .toFile(file),
  );
}

/** Writes the picture with the regions of a result. @throws GroundnoteError io */
export async function writeOverlay(
  file: string,
  picture: Picture,
  regions: readonly ResultRegion[],
): Promise<void> {
  const drawn = regions.map(({ label, box, mask }, i) => ({
    ...(label !== undefined && { label }),
    color: regionColors[i % regionColors.length] as string,
    geometry: mask ? ({ type: 'mask', mask } as const) : ({ type: 'box', box } as const),
  }));
  await written(file, writeFile(file, await overlayPng(picture, drawn)));
}

/** Reads a PNG mask: non-zero is the object. @throws GroundnoteError io */
export async function readMask(file: string): Promise<Mask> {
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(file)
      .toColourspace('b-w')
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw new GroundnoteError('io', `The mask "${file}" cannot be read.`, { cause: error });
  }
}

async function written(file: string, writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    throw new GroundnoteError('io', `"${file}" cannot be written: ${String(error).replace(/\s+/g, ' ')}`, {
      cause: error,
    });
  }
}
