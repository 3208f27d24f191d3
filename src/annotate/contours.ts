/** Masks to the polygons of LabelMe, which have no holes. */
import type { Point, Rle } from '../protocol/geometry';
import { rleArea, rleOverlap } from '../protocol/rle';
import { bridgeRings, maskOutlines } from '../regions/outlines';
import { sizeOfMask } from '../regions/masks';
import { cocoMask } from './formats/cocoRaster';

const requiredIou = 0.98;
/** In larger masks what two ways of filling differ by is no matter. */
const smallArea = 20_000;

/**
 * Outlines of a mask: one polygon for each connected part, holes cut in by a bridge of no width. Rasterised again, by our
 * rule or by COCO's, they overlap the mask with an IoU of at least 0.98. Empty for an empty mask.
 */
export function maskPolygons(rle: Rle): Point[][] {
  const polygons = maskOutlines(rle).map(bridgeRings);
  if (!polygons.length || rleArea(rle) > smallArea) return polygons;
  const { intersection, union } = rleOverlap(cocoMask(polygons, sizeOfMask(rle)), rle);
  return intersection >= requiredIou * union ? polygons : maskOutlines(rle, 0).map(bridgeRings);
}
