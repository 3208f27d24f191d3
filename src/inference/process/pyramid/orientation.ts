/** EXIF orientations of parts of a picture: where a part lies in the picture as it is stored, and how it is turned. */
import type { Sharp } from 'sharp';
import type { Size } from '../../../protocol/geometry';
import type { Rectangle } from '../picture';

/** How a stored part becomes an oriented one: mirrored up and down, then left and right, then turned clockwise. */
const turns: Record<number, { flip?: boolean; flop?: boolean; rotate?: 90 | 180 | 270 }> = {
  1: {},
  2: { flop: true },
  3: { rotate: 180 },
  4: { flip: true },
  5: { flip: true, rotate: 90 },
  6: { rotate: 90 },
  7: { flop: true, rotate: 90 },
  8: { rotate: 270 },
};

/** The size of an oriented picture as it is stored. */
export const storedSize = ({ width, height }: Size, orientation: number): Size =>
  orientation > 4 ? { width: height, height: width } : { width, height };

/** A part of an oriented picture of `size`, in the picture as it is stored. */
export function storedRectangle(
  { x, y, width, height }: Rectangle,
  size: Size,
  orientation: number,
): Rectangle {
  const right = size.width - x - width;
  const below = size.height - y - height;
  const turned = { width: height, height: width };
  switch (orientation) {
    case 2:
      return { x: right, y, width, height };
    case 3:
      return { x: right, y: below, width, height };
    case 4:
      return { x, y: below, width, height };
    case 5:
      return { x: y, y: x, ...turned };
    case 6:
      return { x: y, y: right, ...turned };
    case 7:
      return { x: below, y: right, ...turned };
    case 8:
      return { x: below, y: x, ...turned };
    default:
      return { x, y, width, height };
  }
}

/** Turns a stored part upright. */
export function turnUpright(part: Sharp, orientation: number): Sharp {
  const { flip, flop, rotate } = turns[orientation] ?? {};
  if (flip) part.flip();
  if (flop) part.flop();
  if (rotate) part.rotate(rotate);
  return part;
}
