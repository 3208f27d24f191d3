/** The box around what is drawn in a place. */
import type { Box } from '../../../protocol/geometry';
import { pixelBox } from '../../../protocol/raster';
import type { Picture } from '../picture';
import type { Rgb } from './colours';
import { colourAt, contrastOf } from './pixels';

/** @param behind the colour of the paper there @returns undefined where nothing differs from it */
export function inkBox(picture: Picture, box: Box, behind: Rgb, contrast = 24): Box | undefined {
  const [x1, y1, x2, y2] = pixelBox(box, picture);
  let found: Box | undefined;
  for (let y = y1; y < y2; y++)
    for (let x = x1; x < x2; x++)
      if (contrastOf(colourAt(picture, y * picture.width + x), behind) >= contrast)
        found = found
          ? [
              Math.min(found[0], x),
              Math.min(found[1], y),
              Math.max(found[2], x + 1),
              Math.max(found[3], y + 1),
            ]
          : [x, y, x + 1, y + 1];
  return found;
}
