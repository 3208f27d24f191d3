/** Masks and overlays as PNG files. */
import { writeFile } from 'node:fs/promises';
import type { Runtime } from '../inference/process/runtime';
import { loadSharp } from '../inference/process/sharpLoader';
import { paletteColor } from '../protocol/colors';
import { GroundnoteError } from '../protocol/errors';
import type { Rle, Size } from '../protocol/geometry';
import type { ImageSource, OverlayPictureRegion, ResultRegion } from '../protocol/inference';
import { patchOfRle } from '../protocol/raster';
import type { Mask } from '../protocol/rle';
import type { HandlerContext } from '../protocol/rpc';

/** Writes the union of masks as an 8-bit PNG: 255 is the object. @throws GroundnoteError io */
export async function writeMask(file: string, masks: readonly Rle[], size: Size): Promise<void> {
  const { width, height } = size;
  const data = new Uint8Array(width * height);
  for (const mask of masks) paint(data, width, mask, 255);
  const sharp = await loadSharp();
  const raw = { width, height, channels: 1 } as const;
  const image = sharp(data, { raw, limitInputPixels: false }).toColourspace('b-w');
  await written(file, image.png().toFile(file));
}

/** Writes each pixel's mask by its number, from 1, the later ones above; 16 bits where there are more than 255. @throws GroundnoteError io */
export async function writeNumbers(file: string, masks: readonly Rle[], size: Size): Promise<void> {
  const { width, height } = size;
  const wide = masks.length > 255;
  const data = wide ? new Uint16Array(width * height) : new Uint8Array(width * height);
  masks.forEach((mask, n) => paint(data, width, mask, n + 1));
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels: 1 }, limitInputPixels: false });
  await written(
    file,
    image
      .toColourspace(wide ? 'grey16' : 'b-w')
      .png()
      .toFile(file),
  );
}

/** Gives the pixels of a mask a value. */
function paint(data: Uint8Array | Uint16Array, width: number, mask: Rle, value: number): void {
  const patch = patchOfRle(mask);
  for (let row = 0, i = 0; row < patch.height; row++) {
    const to = (patch.y + row) * width + patch.x;
    for (let column = 0; column < patch.width; column++, i++) if (patch.data[i]) data[to + column] = value;
  }
}

/** Writes the picture with the regions of a result; a large picture reduced. @throws GroundnoteError io, and as reading it does */
export async function writeOverlay(
  file: string,
  runtime: Pick<Runtime, 'renderOverlay'>,
  image: ImageSource,
  regions: readonly ResultRegion[],
  context: HandlerContext,
): Promise<void> {
  const drawn = regions.map(({ label, box, mask }, i) => ({
    ...(label !== undefined && { label }),
    color: paletteColor(i),
    geometry: mask ? ({ type: 'mask', mask } as const) : ({ type: 'box', box } as const),
  }));
  await writeDrawing(file, runtime, image, drawn, context);
}

/** The same for regions with colours of their own. @throws as `writeOverlay` */
export async function writeDrawing(
  file: string,
  runtime: Pick<Runtime, 'renderOverlay'>,
  image: ImageSource,
  regions: readonly OverlayPictureRegion[],
  context: HandlerContext,
): Promise<void> {
  const { png } = await runtime.renderOverlay({ image, regions }, context);
  await written(file, writeFile(file, png));
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
