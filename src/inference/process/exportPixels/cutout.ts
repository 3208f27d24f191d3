/** A region of a picture by itself. */
import { GroundnoteError } from '../../../protocol/errors';
import type { Box, Geometry } from '../../../protocol/geometry';
import { patchOfGeometry } from '../../../protocol/raster';
import type { Picture } from '../picture';
import { loadSharp } from '../sharpLoader';

/** The pixels of a region as PNG, the rest of its box transparent. @throws GroundnoteError 'not-found' when it has none */
export async function cutoutPng(
  picture: Picture,
  geometry: Geometry,
): Promise<{ png: Uint8Array<ArrayBuffer>; box: Box }> {
  const patch = patchOfGeometry(geometry, picture);
  if (!patch || !patch.data.some((value) => value !== 0))
    throw new GroundnoteError(
      'not-found',
      'This region covers no pixel of the picture: there is nothing to cut out.',
    );
  const { x, y, width, height, data } = patch;
  const cut = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      if (!data[at]) continue;
      const from = ((y + row) * picture.width + x + column) * 3;
      cut[at * 4] = picture.data[from] as number;
      cut[at * 4 + 1] = picture.data[from + 1] as number;
      cut[at * 4 + 2] = picture.data[from + 2] as number;
      cut[at * 4 + 3] = 255;
    }
  const sharp = await loadSharp();
  const image = sharp(cut, { raw: { width, height, channels: 4 }, limitInputPixels: false });
  return { png: new Uint8Array(await image.png().toBuffer()), box: [x, y, x + width, y + height] };
}
