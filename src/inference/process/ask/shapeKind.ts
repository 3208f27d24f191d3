/** What a closed shape of a diagram looks like, from its mask. */
import type { shapeKinds } from '../../../protocol/figure';
import type { Box, Rle } from '../../../protocol/geometry';
import { decodeRle } from '../../../protocol/rle';

export type ShapeKind = (typeof shapeKinds)[number];

/** A mask that agrees with an ideal shape on this share of its box's pixels is one. */
const agreement = { rectangle: 0.995, rounded: 0.93, ellipse: 0.965, diamond: 0.95 };
/** An ellipse is a circle when its sides differ by less than this share. */
const roundness = 0.06;

/** @param box tight around the mask */
export function shapeKind(rle: Rle, [x1, y1, x2, y2]: Box): ShapeKind {
  const { data, width } = decodeRle(rle);
  const [w, h] = [x2 - x1, y2 - y1];
  const count = { set: 0, ellipse: 0, diamond: 0 };
  for (let y = y1; y < y2; y++)
    for (let x = x1; x < x2; x++) {
      const [u, v] = [(2 * (x + 0.5 - x1)) / w - 1, (2 * (y + 0.5 - y1)) / h - 1];
      const set = data[y * width + x] === 1;
      if (set) count.set++;
      if (set === u * u + v * v <= 1) count.ellipse++;
      if (set === Math.abs(u) + Math.abs(v) <= 1) count.diamond++;
    }
  const share = (pixels: number) => pixels / (w * h);
  if (share(count.set) >= agreement.rectangle) return 'rectangle';
  if (share(count.ellipse) >= agreement.ellipse)
    return Math.abs(w - h) <= roundness * Math.max(w, h) ? 'circle' : 'ellipse';
  if (share(count.diamond) >= agreement.diamond) return 'diamond';
  return share(count.set) >= agreement.rounded ? 'rounded rectangle' : 'shape';
}
