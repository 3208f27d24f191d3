/**
 * Regions put together and taken apart. Boxes and polygons among themselves give polygons, whose corners stay where they
 * were; as soon as a mask is among them the result is a mask.
 */
import { difference, intersection, union, type Geom } from 'polyclip-ts';
import type { Point, Size } from '../protocol/geometry';
import { rectangle } from '../protocol/raster';
import { rleArea, rleOverlap } from '../protocol/rle';
import { maskOfGeometry, pointCount, polygonOfGeometry, type AreaGeometry } from './geometry';
import { combineMasks, emptyMask, fillMaskHoles, maskParts, type SetOperation } from './masks';
import { isInside, polygonOfOutlines, type Rings } from './outlines';

/** Pixels that corners computed on the way may add or lose, as a share of the result. */
const allowedLoss = 0.001;
/** Clipping more points than this would keep the user waiting; their pixels are combined instead. */
const mostPoints = 4000;

/**
 * Combines geometries of one picture from the first to the last: `subtract` takes all the others away from the first.
 * @returns undefined when nothing is left
 */
export function combineGeometries(
  operation: SetOperation,
  geometries: readonly [AreaGeometry, ...AreaGeometry[]],
  size: Size,
): AreaGeometry | undefined {
  const [first, ...others] = geometries.map((geometry) => maskOfGeometry(geometry, size));
  const mask = combineMasks(operation, [first ?? emptyMask(size), ...others]);
  const area = rleArea(mask);
  if (!area) return undefined;
  if (geometries.some(({ type }) => type === 'mask')) return { type: 'mask', mask };
  const outlines = clipOutlines(operation, geometries);
  const clipped = outlines && polygonOfOutlines(outlines);
  // Even-odd rings that cross themselves are clipped by another rule: the pixels tell.
  const exact = clipped && rleOverlap(maskOfGeometry(clipped, size), mask);
  if (exact && exact.union - exact.intersection <= Math.max(2, allowedLoss * area)) return clipped;
  return polygonOfGeometry({ type: 'mask', mask });
}

/** The connected parts of a geometry, each of its own kind; one alone when it is of one piece. */
export function splitGeometry(geometry: AreaGeometry, size: Size): AreaGeometry[] {
  if (geometry.type === 'box') return [geometry];
  const mask = maskOfGeometry(geometry, size);
  const parts = maskParts(mask);
  if (parts.length <= 1) return [geometry];
  if (geometry.type === 'mask') return parts.map((part) => ({ type: 'mask', mask: part }));
  const outlines = clipOutlines('union', [geometry]);
  const polygons = outlines?.flatMap((rings) => polygonOfOutlines([rings]) ?? []);
  // Clipped parts that touch at a corner only, and slivers between pixels, are not what the pixels say.
  if (polygons?.length === parts.length && polygons.every((each) => rleArea(maskOfGeometry(each, size)) > 0))
    return polygons;
  return parts.flatMap((part) => polygonOfGeometry({ type: 'mask', mask: part }) ?? []);
}

/** A geometry without its holes. */
export function fillHoles(geometry: AreaGeometry, size: Size): AreaGeometry {
  if (geometry.type === 'box') return geometry;
  if (geometry.type === 'mask') return { type: 'mask', mask: fillMaskHoles(geometry.mask) };
  const mask = maskOfGeometry(geometry, size);
  const filled = fillMaskHoles(mask);
  if (rleArea(filled) === rleArea(mask) && !geometry.holes) return geometry;
  const outer = clipOutlines('union', [geometry])?.map(([ring]): Rings => [ring]);
  const polygon = outer && polygonOfOutlines(withoutInner(outer));
  const overlap = polygon && rleOverlap(maskOfGeometry(polygon, size), filled);
  if (overlap && overlap.union - overlap.intersection <= Math.max(2, allowedLoss * overlap.union))
    return polygon;
  return polygonOfGeometry({ type: 'mask', mask: filled }) ?? geometry;
}

/** Rings that lie in no other one. */
function withoutInner(outlines: readonly Rings[]): Rings[] {
  return outlines.filter(
    ([ring]) => !outlines.some(([other]) => other !== ring && ring.every((point) => isInside(point, other))),
  );
}

const operations = { union, subtract: difference, intersect: intersection };

/** By the clipping library; undefined when it is too much for it, or it gives up (as it may where edges all but meet). */
function clipOutlines(operation: SetOperation, geometries: readonly AreaGeometry[]): Rings[] | undefined {
  try {
    const [first, ...others] = geometries.map(clippable);
    if (!first || others.includes(undefined)) return undefined;
    const clipped = operations[operation](first, ...(others as Geom[]));
    return clipped.map((rings) => rings.map((ring) => ring.slice(0, -1)) as unknown as Rings);
  } catch {
    return undefined;
  }
}

/** As the library knows it; undefined for masks and for what has too many points. */
function clippable(geometry: AreaGeometry): Geom | undefined {
  if (geometry.type === 'mask') return undefined;
  if (geometry.type === 'box') return [rectangle(geometry.box)];
  if (pointCount(geometry) > mostPoints) return undefined;
  const polygons = geometry.polygons.map((ring): Point[][] => [ring]);
  return geometry.holes ? difference(polygons, ...geometry.holes.map((hole): Geom => [hole])) : polygons;
}
