/** What can be asked of any geometry, and its conversions. Coordinates and sizes are pixels of the picture. */
import { GroundnoteError } from '../protocol/errors';
import type { Box, Geometry, Point, Rle, Size } from '../protocol/geometry';
import {
  emptyPatch,
  fillPolygon,
  patchArea,
  pixelBox,
  pointsBox,
  rectangle,
  rleOfPatch,
  type Patch,
} from '../protocol/raster';
import { rleArea, rleBox } from '../protocol/rle';
import { ringArea, simplifyRing } from '../protocol/simplify';
import { combineMasks, emptyMask, moveMask, scaleMask } from './masks';
import { maskOutlines, polygonOfOutlines, type PolygonGeometry } from './outlines';

export type BoxGeometry = Extract<Geometry, { type: 'box' }>;
export type MaskGeometry = Extract<Geometry, { type: 'mask' }>;
/** A geometry that covers pixels. */
export type AreaGeometry = BoxGeometry | PolygonGeometry | MaskGeometry;

/** False for points and strokes. */
export const hasArea = (geometry: Geometry): geometry is AreaGeometry =>
  geometry.type === 'box' || geometry.type === 'polygon' || geometry.type === 'mask';

/** The tight box; of no area for a point, and at the origin for an empty mask. */
export function boxOfGeometry(geometry: Geometry): Box {
  switch (geometry.type) {
    case 'point':
      return pointsBox([geometry.point]);
    case 'box':
      return geometry.box;
    case 'polygon':
      return pointsBox(geometry.polygons.flat());
    case 'mask':
      return rleBox(geometry.mask);
    case 'stroke':
      return pointsBox(geometry.points);
  }
}

/** Pixels that are unpacked at once. */
const largestBand = 16_000_000;

/** How many pixels of a picture it covers; 0 for points and strokes. */
export function areaOfGeometry(geometry: Geometry, size: Size): number {
  if (geometry.type === 'mask') return rleArea(geometry.mask);
  if (!hasArea(geometry)) return 0;
  return bandsOf(geometry, size).reduce((sum, band) => sum + patchArea(band()), 0);
}

/** The pixels as a mask of a picture. */
export function maskOfGeometry(geometry: AreaGeometry, size: Size): Rle {
  if (geometry.type === 'mask') {
    const [height, width] = geometry.mask.size;
    if (width !== size.width || height !== size.height)
      throw new GroundnoteError('invalid-mask', 'A mask does not have the size of its picture.');
    return geometry.mask;
  }
  const [first, ...others] = bandsOf(geometry, size);
  if (!first) return emptyMask(size);
  return combineMasks('union', [
    rleOfPatch(first(), size),
    ...others.map((band) => rleOfPatch(band(), size)),
  ]);
}

/** The pixels of a shape in bands of whole columns, one after the other, so that a large one needs little memory. */
function bandsOf(geometry: BoxGeometry | PolygonGeometry, size: Size): (() => Patch)[] {
  const { polygons, holes = [] } = polygonOfGeometry(geometry);
  const [x1, y1, x2, y2] = pixelBox(pointsBox(polygons.flat()), size);
  const step = Math.max(1, Math.floor(largestBand / Math.max(1, y2 - y1)));
  const bands: (() => Patch)[] = [];
  for (let x = x1; x < x2; x += step)
    bands.push(() => {
      const patch = emptyPatch([x, y1, Math.min(x2, x + step), y2]);
      for (const ring of polygons) fillPolygon(patch, ring, 1);
      for (const ring of holes) fillPolygon(patch, ring, 0);
      return patch;
    });
  return bands;
}

/**
 * As a polygon. Of a mask: its outlines within `tolerance` pixels, or in as few points as keep its pixels (an IoU of at
 * least 0.98). Undefined for an empty mask.
 */
export function polygonOfGeometry(geometry: BoxGeometry | PolygonGeometry): PolygonGeometry;
export function polygonOfGeometry(geometry: AreaGeometry, tolerance?: number): PolygonGeometry | undefined;
export function polygonOfGeometry(geometry: AreaGeometry, tolerance?: number): PolygonGeometry | undefined {
  switch (geometry.type) {
    case 'polygon':
      return geometry;
    case 'box':
      return { type: 'polygon', polygons: [rectangle(geometry.box)] };
    case 'mask':
      return polygonOfOutlines(maskOutlines(geometry.mask, tolerance));
  }
}

/** A geometry moved by [dx, dy], in a picture of `size`. A mask moves by whole pixels and is cut at the picture's edge. */
export function moveGeometry<G extends Geometry>(geometry: G, by: Point, size: Size): G;
export function moveGeometry(geometry: Geometry, by: Point, size: Size): Geometry {
  if (geometry.type === 'mask') return { type: 'mask', mask: moveMask(geometry.mask, by, size) };
  return mapPoints(geometry, ([x, y]) => [x + by[0], y + by[1]]);
}

/** A geometry of a picture of the size `from`, stretched to a picture of the size `to`. */
export function scaleGeometry(geometry: Geometry, from: Size, to: Size): Geometry {
  if (geometry.type === 'mask') return { type: 'mask', mask: scaleMask(geometry.mask, to) };
  return mapPoints(geometry, ([x, y]) => [(x * to.width) / from.width, (y * to.height) / from.height]);
}

/** The geometry with each of its points replaced; the map must keep left of right and above of below. */
export function mapPoints(
  geometry: Exclude<Geometry, MaskGeometry>,
  map: (point: Point) => Point,
): Exclude<Geometry, MaskGeometry> {
  switch (geometry.type) {
    case 'point':
      return { type: 'point', point: map(geometry.point) };
    case 'box': {
      const [x1, y1, x2, y2] = geometry.box;
      return { type: 'box', box: [...map([x1, y1]), ...map([x2, y2])] };
    }
    case 'polygon':
      return {
        type: 'polygon',
        polygons: geometry.polygons.map((ring) => ring.map(map)),
        ...(geometry.holes && { holes: geometry.holes.map((ring) => ring.map(map)) }),
      };
    case 'stroke':
      return { type: 'stroke', points: geometry.points.map(map) };
  }
}

/** Points of all rings. */
export const pointCount = ({ polygons, holes = [] }: PolygonGeometry) =>
  [...polygons, ...holes].reduce((sum, ring) => sum + ring.length, 0);

/** A polygon whose rings leave where they were by `tolerance` pixels at most; rings that vanish in it are left out. */
export function simplifyPolygon(
  { polygons, holes = [] }: PolygonGeometry,
  tolerance: number,
): PolygonGeometry {
  const simplify = (rings: Point[][]) =>
    rings
      .map((ring) => simplifyRing(ring, tolerance))
      .filter((ring) => Math.abs(ringArea(ring)) > tolerance * tolerance);
  const outer = simplify(polygons);
  const inner = simplify(holes);
  return {
    type: 'polygon',
    polygons: outer.length ? outer : polygons.map((ring) => simplifyRing(ring, tolerance)),
    ...(inner.length && { holes: inner }),
  };
}
