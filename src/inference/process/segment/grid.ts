/** Where "everything" looks: a grid of points over a part of the picture, and smaller crops of it for small things. */
import type { Point } from '../../../protocol/geometry';
import type { Rectangle } from '../picture';

/** Crops of a layer overlap by this share of their side, so that what one of them cuts lies whole in another. */
const overlap = 0.25;

/**
 * The middles of a grid's cells over a rectangle, `perSide` of them along the longer side. They come spread over all of
 * it from the first on, so that a search that ends early has looked everywhere a little.
 */
export function gridPoints(rectangle: Rectangle, perSide: number): Point[] {
  const pitch = Math.max(rectangle.width, rectangle.height) / perSide;
  const columns = Math.max(1, Math.round(rectangle.width / pitch));
  const rows = Math.max(1, Math.round(rectangle.height / pitch));
  const count = columns * rows;
  const step = coprimeNear(count * 0.618, count);
  return Array.from({ length: count }, (_, k) => {
    const i = (k * step) % count;
    return [
      rectangle.x + (((i % columns) + 0.5) * rectangle.width) / columns,
      rectangle.y + ((Math.floor(i / columns) + 0.5) * rectangle.height) / rows,
    ];
  });
}

/** A rectangle cut into `perSide` × `perSide` overlapping crops; whole pixels, together they cover it. */
export function cropsOf(rectangle: Rectangle, perSide: number): Rectangle[] {
  const cut = (start: number, length: number) => {
    const side = Math.min(length, Math.ceil(length / (perSide - (perSide - 1) * overlap)));
    return Array.from({ length: perSide }, (_, i) => ({
      start: start + Math.round((i * (length - side)) / Math.max(1, perSide - 1)),
      side,
    }));
  };
  return cut(rectangle.y, rectangle.height).flatMap((down) =>
    cut(rectangle.x, rectangle.width).map((across) => ({
      x: across.start,
      y: down.start,
      width: across.side,
      height: down.side,
    })),
  );
}

/** A whole number near `value` that shares no factor with `count`: its multiples visit all of 0 to count − 1. */
function coprimeNear(value: number, count: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = Math.max(1, Math.round(value));
  while (divisor(step, count) !== 1) step++;
  return step;
}
