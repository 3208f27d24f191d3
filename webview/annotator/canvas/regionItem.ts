/** What is known of an annotation for drawing and hitting it: its box, its runs, its colour. Pure. */
import type { Annotation } from '../../../src/protocol/annotator';
import { colorOf } from '../../../src/protocol/colors';
import type { Box, Geometry, Point } from '../../../src/protocol/geometry';
import { distanceToSegment, ringArea } from '../../../src/protocol/simplify';
import { boxOfGeometry } from '../../../src/regions/geometry';
import { isInside } from '../../../src/regions/outlines';
import { MaskRuns } from './maskRuns';

/** Never changed: a changed annotation gets a new one. */
export interface RegionItem {
  readonly annotation: Annotation;
  /** In pixels of the picture; of no size for a point. */
  readonly box: Box;
  readonly color: string;
  /** Of a mask. */
  readonly runs?: MaskRuns;
  /** Traced and kept shapes go by this: it stays the same while the geometry does. */
  readonly shape: { readonly key: number };
}

let keys = 0;

/** An item, with what the former one of the same id has decoded where the geometry has stayed. */
export function regionItem(annotation: Annotation, before?: RegionItem): RegionItem {
  const { geometry } = annotation;
  const color = colorOf(annotation);
  if (before && sameGeometry(before.annotation.geometry, geometry)) return { ...before, annotation, color };
  const shape = { key: ++keys };
  if (geometry.type !== 'mask') return { annotation, box: boxOfGeometry(geometry), color, shape };
  const runs = new MaskRuns(geometry.mask);
  return { annotation, box: runs.box, color, runs, shape };
}

/** True when both are drawn alike. */
export function looksAlike(a: RegionItem, b: RegionItem): boolean {
  return (
    a.shape === b.shape &&
    a.color === b.color &&
    !a.annotation.hidden === !b.annotation.hidden &&
    !a.annotation.locked === !b.annotation.locked
  );
}

/** The item under a place of the picture, the smallest one, so that a small one under a large one can be chosen. */
export function hitItem(
  items: readonly RegionItem[],
  place: Point,
  tolerance: number,
): RegionItem | undefined {
  let best: { item: RegionItem; area: number } | undefined;
  for (const item of items) {
    if (item.annotation.hidden) continue;
    const area = areaAt(item, place, tolerance);
    if (area !== undefined && (!best || area <= best.area)) best = { item, area };
  }
  return best?.item;
}

/** Pixels of the item when it is at the place, else undefined. */
function areaAt(
  { annotation: { geometry }, box, runs }: RegionItem,
  [x, y]: Point,
  tolerance: number,
): number | undefined {
  const reach = geometry.type === 'point' || geometry.type === 'stroke' ? tolerance : 0;
  if (x < box[0] - reach || y < box[1] - reach || x > box[2] + reach || y > box[3] + reach) return undefined;
  switch (geometry.type) {
    case 'mask':
      return runs?.has(x, y) ? runs.area : undefined;
    case 'box':
      return (box[2] - box[0]) * (box[3] - box[1]);
    case 'polygon': {
      const { polygons, holes = [] } = geometry;
      const at = (ring: readonly Point[]) => isInside([x, y], ring);
      if (!polygons.some(at) || holes.some(at)) return undefined;
      const total = (rings: readonly (readonly Point[])[]) =>
        rings.reduce((sum, ring) => sum + Math.abs(ringArea(ring)), 0);
      return Math.max(0, total(polygons) - total(holes));
    }
    case 'point':
      return Math.hypot(x - geometry.point[0], y - geometry.point[1]) <= tolerance ? 0 : undefined;
    case 'stroke':
      return geometry.points.some((point, i) => {
        const [px, py] = geometry.points[i - 1] ?? point;
        return distanceToSegment([x, y], [px, py], point) <= tolerance;
      })
        ? 1
        : undefined;
  }
}

function sameGeometry(a: Geometry, b: Geometry): boolean {
  if (a === b) return true;
  if (a.type === 'mask')
    return (
      b.type === 'mask' &&
      a.mask.size[0] === b.mask.size[0] &&
      a.mask.size[1] === b.mask.size[1] &&
      a.mask.counts === b.mask.counts
    );
  return a.type === b.type && JSON.stringify(a) === JSON.stringify(b);
}
