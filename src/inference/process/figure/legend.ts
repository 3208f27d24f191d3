/** Legends: the swatch beside each name, and its colour. */
import type { Box } from '../../../protocol/geometry';
import { unionBox } from '../../../protocol/raster';
import type { Picture } from '../picture';
import type { Part } from './parts';
import type { Rgb } from './colours';
import { clamp, colourAt, contrastOf, fillColour, inkColour, pixelsIn } from './pixels';
import { inkBox } from './inkBox';

/** A swatch lies within so many heights of its name. */
const reach = 4.5;
/** What touches the text itself is not the swatch. */
const gap = 0.12;

/**
 * Gives an entry of a legend the colour of its swatch, and a box around both. A swatch stands left of its name; where there is nothing, to its right.
 * @param around the legend's box, where it is known
 * @param others boxes of the other entries' texts
 */
export function findSwatch(
  picture: Picture,
  entry: Part,
  around: Box | undefined,
  others: readonly Box[],
): void {
  const [x1, y1, x2, y2] = entry.box;
  const height = y2 - y1;
  const limit = around ?? [0, 0, picture.width, picture.height];
  const behind = fillColour(picture, [x1, y1 - 0.2 * height, x2, y2 + 0.2 * height]);
  // Names of other entries end the room on both sides.
  const onRow = others.filter((box) => Math.min(box[3], y2) - Math.max(box[1], y1) > 0.4 * height);
  const leftEnd = Math.max(
    limit[0],
    ...onRow.filter((box) => box[2] <= x1).map((box) => box[2] + gap * height),
  );
  const rightEnd = Math.min(
    limit[2],
    ...onRow.filter((box) => box[0] >= x2).map((box) => box[0] - gap * height),
  );
  const sides: Box[] = [
    [clamp(x1 - reach * height, leftEnd, x1), y1, x1 - gap * height, y2],
    [x2 + gap * height, y1, clamp(x2 + reach * height, x2, rightEnd), y2],
  ];
  for (const side of sides) {
    if (side[2] - side[0] < 2) continue;
    // The frame of a legend is no swatch.
    const inside: Box =
      around && side[0] <= around[0] + 3 ? [around[0] + 4, side[1], side[2], side[3]] : side;
    const pixels = pixelsIn(inside, picture);
    const colour = inkColour(picture, pixels, behind);
    if (!colour || !behind) continue;
    const swatch = inkBox(picture, inside, behind);
    if (!swatch || swatch[2] - swatch[0] < 0.2 * height) continue;
    entry.colour = strongest(picture, swatch, colour, behind);
    entry.box = unionBox([entry.box, swatch]);
    return;
  }
}

/** Of a patch of colour with a frame around it, the fill; of anything else what is drawn most in it, or the ink. */
function strongest(picture: Picture, swatch: Box, ink: Rgb, behind: Rgb): Rgb {
  const [x1, y1, x2, y2] = swatch;
  const [w, h] = [x2 - x1, y2 - y1];
  const middle = fillColour(picture, [x1 + 0.25 * w, y1 + 0.3 * h, x2 - 0.25 * w, y2 - 0.3 * h]);
  const fill = fillColour(picture, swatch);
  if (middle && w > 5 && h > 5 && frameShare(picture, swatch, behind) > 0.85) return middle;
  return fill && contrastOf(fill, behind) >= 24 ? fill : ink;
}

/** Share of the pixels along a box's border, just inside, that differ from the paper. */
function frameShare(picture: Picture, [x1, y1, x2, y2]: Box, behind: Rgb): number {
  let [drawn, all] = [0, 0];
  const look = (x: number, y: number) => {
    all++;
    if (contrastOf(colourAt(picture, y * picture.width + x), behind) >= 24) drawn++;
  };
  for (let x = x1; x < x2; x++) {
    look(x, y1);
    look(x, y2 - 1);
  }
  for (let y = y1; y < y2; y++) {
    look(x1, y);
    look(x2 - 1, y);
  }
  return drawn / all;
}
