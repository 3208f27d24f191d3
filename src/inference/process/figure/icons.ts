/** Icons: what of their place is drawn. */
import type { Box } from '../../../protocol/geometry';
import { emptyPatch, pixelBox, type Patch } from '../../../protocol/raster';
import type { Picture } from '../picture';
import type { Rgb } from './colours';
import { colourAt, contrastOf, pixelsIn } from './pixels';
import { boxOfPatch, tight } from './series';

/** Saturated pixels are an icon's: paper, blocks behind it and the ink around it have less colour. */
const leastChroma = 40;
/** Share of the icon's strongest colour that belongs to it. */
const leastShare = 0.5;

const chromaOf = (colour: Rgb) => Math.max(...colour) - Math.min(...colour);

/** The ink of an icon in colour, and its mean; nothing where there is no such ink. */
export function iconInk(picture: Picture, box: Box): { box?: Box; patch?: Patch; colour?: Rgb } {
  const pixels = pixelsIn(box, picture);
  // What is behind an icon shows at its corners.
  const [x1, y1, x2, y2] = pixelBox(box, picture);
  if (x2 - x1 < 4 || y2 - y1 < 4) return {};
  const corners = [
    y1 * picture.width + x1,
    y1 * picture.width + x2 - 1,
    (y2 - 1) * picture.width + x1,
    (y2 - 1) * picture.width + x2 - 1,
  ].map((at) => colourAt(picture, at));
  const away = (colour: Rgb) => Math.min(...corners.map((corner) => contrastOf(colour, corner)));
  const strengths = pixels.map((at) => {
    const colour = colourAt(picture, at);
    return chromaOf(colour) >= leastChroma ? away(colour) : 0;
  });
  const strongest = [...strengths].sort((a, b) => b - a)[Math.floor(0.03 * strengths.length)] ?? 0;
  if (strongest < 30) return {};
  const patch = emptyPatch([x1, y1, x2, y2]);
  const sum = [0, 0, 0];
  let count = 0;
  for (let y = y1; y < y2; y++)
    for (let x = x1; x < x2; x++) {
      const colour = colourAt(picture, y * picture.width + x);
      if (chromaOf(colour) < leastChroma || away(colour) < leastShare * strongest) continue;
      patch.data[(y - y1) * patch.width + x - x1] = 1;
      if (away(colour) < 0.75 * strongest) continue;
      count++;
      colour.forEach((value, c) => ((sum[c] as number) += value));
    }
  if (count < 6) return {};
  const [r, g, b] = sum.map((value) => Math.round(value / count)) as [number, number, number];
  const inked = tight(patch);
  return { box: boxOfPatch(inked), patch: inked, colour: [r, g, b] };
}
