/** Places that a vertex is drawn to: vertices of other regions and the picture's border. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Point, Size } from '../../../src/protocol/geometry';
import { cornersOf } from './shapes';

/** How near on the screen (CSS pixels) a place must be. */
export const snapReach = 8;

/**
 * The nearest vertex of the visible regions within `reach` pixels of the picture; else the place itself, on the border
 * where it is that near to it.
 */
export function snapped(
  [x, y]: Point,
  annotations: readonly Annotation[],
  { width, height }: Size,
  reach: number,
): Point {
  let best = reach;
  let found: Point | undefined;
  for (const { geometry, hidden } of annotations) {
    if (hidden) continue;
    for (const corner of cornersOf(geometry)) {
      const distance = Math.hypot(corner[0] - x, corner[1] - y);
      if (distance <= best) [best, found] = [distance, corner];
    }
  }
  if (found) return found;
  const toBorder = (value: number, end: number) => (value <= reach ? 0 : value >= end - reach ? end : value);
  return [toBorder(x, width), toBorder(y, height)];
}
