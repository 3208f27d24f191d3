/** Regions as plain polygons, for formats whose polygons have no holes. */
import type { Geometry, Point, Size } from '../protocol/geometry';
import { bitmapIou, emptyPatch, fillPolygon, pixelBox, pointsBox, rleOfPatch } from '../protocol/raster';
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
  return bitmapIou(exact.data, drawn.data) >= requiredIou ? outlines : maskPolygons(rleOfPatch(exact, size));
}
