/** Places in a picture and how they lie to each other. Boxes are [x1, y1, x2, y2] in pixels of the picture. */
import type { Box, Geometry, Point, Size } from '../../../protocol/geometry';
import { pointsBox, unionBox } from '../../../protocol/raster';
import { decodeRle } from '../../../protocol/rle';
import { distanceToSegment } from '../../../protocol/simplify';
import { isInside } from '../../../regions/outlines';
import type { Direction } from './grammar';

/** Tells whether a point is in a place; `reach` is how far a point or a line reaches, in pixels. */
export type Contains = (point: Point, reach: number) => boolean;

/** A stroke whose ends meet is the area that it goes around; another one reaches as far as it is asked to. */
export function containsOf(geometry: Geometry): Contains {
  switch (geometry.type) {
    case 'point':
      return ([x, y], reach) => Math.hypot(x - geometry.point[0], y - geometry.point[1]) <= reach;
    case 'box':
      return (point) => inBox(geometry.box, point);
    case 'polygon': {
      const { polygons, holes = [] } = geometry;
      return (point) =>
        polygons.some((polygon) => isInside(point, polygon)) && !holes.some((hole) => isInside(point, hole));
    }
    case 'mask': {
      const { data, width, height } = decodeRle(geometry.mask);
      return ([x, y]) => {
        const [column, row] = [Math.floor(x), Math.floor(y)];
        return column >= 0 && row >= 0 && column < width && row < height && data[row * width + column] === 1;
      };
    }
    case 'stroke': {
      const { points } = geometry;
      const [first, last] = [points[0] as Point, points.at(-1) as Point];
      const [x1, y1, x2, y2] = pointsBox(points);
      const closed = points.length > 3 && distance(first, last) <= 0.25 * Math.hypot(x2 - x1, y2 - y1);
      return (point, reach) =>
        (closed && isInside(point, points)) ||
        points.some((end, i) => distanceToSegment(point, points[Math.max(0, i - 1)] as Point, end) <= reach);
    }
  }
}

export const centreOf = ([x1, y1, x2, y2]: Box): Point => [(x1 + x2) / 2, (y1 + y2) / 2];
export const inBox = ([x1, y1, x2, y2]: Box, [x, y]: Point) => x >= x1 && x < x2 && y >= y1 && y < y2;

/** Column and row of a place in a picture that is cut into three by three: −1, 0, 1. */
export function thirdOf(box: Box, { width, height }: Size): [column: -1 | 0 | 1, row: -1 | 0 | 1] {
  const third = (value: number, length: number) =>
    value < length / 3 ? -1 : value < (2 * length) / 3 ? 0 : 1;
  const [x, y] = centreOf(box);
  return [third(x, width), third(y, height)];
}

type Side = Exclude<Direction, 'inside'>;
/** The axis of a side (0: x, 1: y), and whether it goes towards the end of the axis. */
const axes: Readonly<Record<Side, { axis: 0 | 1; onward: boolean }>> = {
  left: { axis: 0, onward: false },
  right: { axis: 0, onward: true },
  above: { axis: 1, onward: false },
  below: { axis: 1, onward: true },
};

/** How a box lies beyond another one. */
interface Beyond {
  /** Pixels between them along the axis. */
  gap: number;
  /** Whether they face each other: some of one lies straight beyond the other. */
  facing: boolean;
}

/** @returns undefined when `box` does not lie on that side of `from`: neither straight nor within 45° of it */
export function beyond(box: Box, from: Box, side: Side): Beyond | undefined {
  const { axis, onward } = axes[side];
  const across = (1 - axis) as 0 | 1;
  const start = (each: Box, a: 0 | 1) => each[a];
  const end = (each: Box, a: 0 | 1) => each[a + 2] as number;
  const gap = onward ? start(box, axis) - end(from, axis) : start(from, axis) - end(box, axis);
  const length = (each: Box, a: 0 | 1) => end(each, a) - start(each, a);
  // Boxes of neighbouring lines may touch or overlap a little.
  const slack = 0.25 * Math.min(length(box, 1), length(from, 1) || length(box, 1));
  if (gap < -slack) return undefined;
  const shared =
    Math.min(end(box, across), end(from, across)) - Math.max(start(box, across), start(from, across));
  const least = Math.min(length(box, across), length(from, across));
  const facing = least > 0 ? shared >= 0.25 * least : shared >= 0;
  if (facing) return { gap: Math.max(0, gap), facing };
  return -shared <= Math.max(gap, 0) ? { gap: Math.max(0, gap), facing } : undefined;
}

/** The place between two boxes: what lies between their near edges, as broad as both. Empty when they overlap. */
export function betweenBoxes(a: Box, b: Box): Box | undefined {
  const whole = unionBox([a, b]);
  const gap = (axis: 0 | 1) =>
    Math.max(a[axis], b[axis]) - Math.min(a[axis + 2] as number, b[axis + 2] as number);
  const [gapX, gapY] = [gap(0), gap(1)];
  if (gapX <= 0 && gapY <= 0) return undefined;
  return gapX >= gapY
    ? [Math.min(a[2], b[2]), whole[1], Math.max(a[0], b[0]), whole[3]]
    : [whole[0], Math.min(a[3], b[3]), whole[2], Math.max(a[1], b[1])];
}

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);
