/** Regions as plain polygons, for formats whose polygons have no holes. */
import type { Geometry, Point, Size } from '../protocol/geometry';
import { emptyPatch, fillPolygon, pixelBox, pointsBox, rleOfPatch, type Patch } from '../protocol/raster';
import { bridgeRings, isInside } from '../regions/outlines';
import { maskPolygons } from './contours';

type PolygonGeometry = Extract<Geometry, { type: 'polygon' }>;

/** Polygons whose holes are cut in must cover the pixels that they should; only rounding may differ. */
const requiredIou = 0.999;

/**
 * The outlines of a polygon region in a picture: each hole is cut into the polygons around it by a bridge of no width.
 * Where that does not give the right pixels (a hole that leaves its polygon, or crosses another), its pixels are traced.
 * Empty when the holes leave nothing.
 */
export function polygonOutlines({ polygons, holes }: PolygonGeometry, size: Size): Point[][] {
  if (!holes?.length) return polygons;
  const outlines = polygons.map((polygon) =>
    bridgeRings([polygon, ...holes.filter((hole) => isInside(hole[0] as Point, polygon))]),
  );
  // The box of both, to see too what a hole that leaves its polygon would add.
  const box = pixelBox(pointsBox([...polygons, ...holes].flat()), size);
  const [exact, drawn] = [emptyPatch(box), emptyPatch(box)];
  for (const polygon of polygons) fillPolygon(exact, polygon, 1);
  for (const hole of holes) fillPolygon(exact, hole, 0);
  for (const outline of outlines) fillPolygon(drawn, outline, 1);
  return iou(exact, drawn) >= requiredIou ? outlines : maskPolygons(rleOfPatch(exact, size));
}

/** IoU of two patches over one box. */
function iou(a: Patch, b: Patch): number {
  let [intersection, union] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i] && b.data[i]) intersection++;
    if (a.data[i] || b.data[i]) union++;
  }
  return union === 0 ? 1 : intersection / union;
}
