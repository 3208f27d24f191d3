/** How thick the strokes of a text are. */
import type { Box } from '../../../protocol/geometry';
import { pixelBox } from '../../../protocol/raster';
import type { Picture } from '../picture';
import { colourAt, contrastOf, fillColour, inkColour, pixelsIn } from './pixels';

/**
 * Mean thickness in pixels: twice the ink (softened pixels count in part) over the length of its edges (by the change from pixel to
 * pixel), as of a long stroke with two sides. Undefined where nothing is written.
 */
export function strokeWidth(picture: Picture, box: Box): number | undefined {
  const [x1, y1, x2, y2] = pixelBox(box, picture);
  const paper = fillColour(picture, [x1, y1, x2, y2]);
  const ink = paper && inkColour(picture, pixelsIn([x1, y1, x2, y2], picture), paper);
  if (!paper || !ink) return undefined;
  const full = contrastOf(ink, paper);
  const darkness = (x: number, y: number) =>
    Math.min(1, contrastOf(colourAt(picture, y * picture.width + x), paper) / full);
  let [area, edges] = [0, 0];
  for (let y = y1; y < y2 - 1; y++)
    for (let x = x1; x < x2 - 1; x++) {
      const here = darkness(x, y);
      area += here;
      edges += Math.hypot(darkness(x + 1, y) - here, darkness(x, y + 1) - here);
    }
  return edges > 0 ? (2 * area) / edges : undefined;
}
