/** Changes of shapes by hand: vertices, handles of boxes. Pure; a geometry that is given stays as it is. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Box, Geometry, Point, Size } from '../../../src/protocol/geometry';
import { distanceToSegment } from '../../../src/protocol/simplify';
import { boxOfGeometry } from '../../../src/regions/geometry';

const boxes = new WeakMap<Geometry, Box>();

/** The box around a shape, in pixels of the picture. */
export function shapeBox(geometry: Geometry): Box {
  let box = boxes.get(geometry);
  if (!box) boxes.set(geometry, (box = boxOfGeometry(geometry)));
  return box;
}

/** A box in the order that the protocol wants, from any two corners. */
export const boxOf = ([ax, ay]: Point, [bx, by]: Point): Box => [
  Math.min(ax, bx),
  Math.min(ay, by),
  Math.max(ax, bx),
  Math.max(ay, by),
];

/** A way as near to the wanted one as keeps a box inside the picture; whole pixels where asked for. */
export function keptInside([dx, dy]: Point, box: Box, { width, height }: Size, whole: boolean): Point {
  const clamp = (value: number, low: number, high: number) =>
    Math.min(Math.max(value, Math.min(0, low)), Math.max(0, high));
  const [x, y] = whole ? [Math.round(dx), Math.round(dy)] : [dx, dy];
  return [clamp(x, -box[0], width - box[2]), clamp(y, -box[1], height - box[3])];
}

/** One closed ring or open line of a shape: which of its polygons, holes or points. */
export interface RingRef {
  part: 'polygons' | 'holes' | 'points';
  index: number;
}
export interface Ring extends RingRef {
  points: readonly Point[];
  closed: boolean;
}
/** A vertex of a shape. */
export interface VertexRef extends RingRef {
  vertex: number;
}

/** The rings of a polygon with its holes, and the line of a stroke. */
export function ringsOf(geometry: Geometry): Ring[] {
  if (geometry.type === 'stroke')
    return [{ part: 'points', index: 0, points: geometry.points, closed: false }];
  if (geometry.type !== 'polygon') return [];
  const rings = (part: 'polygons' | 'holes'): Ring[] =>
    (geometry[part] ?? []).map((points, index) => ({ part, index, points, closed: true }));
  return [...rings('polygons'), ...rings('holes')];
}

/** The corners that another shape may snap to. */
export function cornersOf(geometry: Geometry): readonly Point[] {
  if (geometry.type === 'box') {
    const [x1, y1, x2, y2] = geometry.box;
    return [
      [x1, y1],
      [x2, y1],
      [x2, y2],
      [x1, y2],
    ];
  }
  return ringsOf(geometry).flatMap(({ points }) => points);
}

/** The vertex within `reach` of a place, the nearest. */
export function vertexAt(geometry: Geometry, [x, y]: Point, reach: number): VertexRef | undefined {
  let best = reach;
  let found: VertexRef | undefined;
  for (const { part, index, points } of ringsOf(geometry))
    points.forEach(([vx, vy], vertex) => {
      const distance = Math.hypot(vx - x, vy - y);
      if (distance <= best) [best, found] = [distance, { part, index, vertex }];
    });
  return found;
}

/** The edge within `reach` of a place: `vertex` is where a new vertex on it would be put in. */
export function edgeAt(geometry: Geometry, place: Point, reach: number): VertexRef | undefined {
  let best = reach;
  let found: VertexRef | undefined;
  for (const { part, index, points, closed } of ringsOf(geometry))
    for (let vertex = 1; vertex < points.length + (closed ? 1 : 0); vertex++) {
      const distance = distanceToSegment(
        place,
        points[vertex - 1] as Point,
        points[vertex % points.length] as Point,
      );
      if (distance <= best) [best, found] = [distance, { part, index, vertex }];
    }
  return found;
}

/** A shape with another place for a vertex, one more vertex, or one fewer; undefined when too few would be left. */
export function withVertex(
  geometry: Geometry,
  { part, index, vertex }: VertexRef,
  change: { set: Point } | { insert: Point } | 'remove',
): Geometry | undefined {
  const edit = (points: readonly Point[]): Point[] => {
    if (change === 'remove') return points.filter((_, i) => i !== vertex);
    if ('set' in change) return points.map((point, i) => (i === vertex ? change.set : point));
    return [...points.slice(0, vertex), change.insert, ...points.slice(vertex)];
  };
  if (geometry.type === 'stroke') {
    const points = edit(geometry.points);
    return points.length < 2 ? undefined : { ...geometry, points };
  }
  if (geometry.type !== 'polygon' || part === 'points') return undefined;
  const rings = (geometry[part] ?? []).map((ring, i) => (i === index ? edit(ring) : ring));
  // A hole or one of several parts that has no area left goes; the last part stays.
  const left = rings.filter(({ length }) => length >= 3);
  if (part === 'polygons') return left.length ? { ...geometry, polygons: left } : undefined;
  const { holes, ...rest } = geometry;
  return left.length ? { ...rest, holes: left } : holes ? rest : geometry;
}

/** A handle of a box: which sides of it move, in units of its half size. */
export type BoxHandle = readonly [-1 | 0 | 1, -1 | 0 | 1];
const handles: readonly BoxHandle[] = [
  [-1, -1],
  [1, -1],
  [1, 1],
  [-1, 1],
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
];

/** Where the handles of a box lie, corners first. */
export const boxHandles = ([x1, y1, x2, y2]: Box): { handle: BoxHandle; place: Point }[] =>
  handles.map((handle) => ({
    handle,
    place: [
      handle[0] < 0 ? x1 : handle[0] > 0 ? x2 : (x1 + x2) / 2,
      handle[1] < 0 ? y1 : handle[1] > 0 ? y2 : (y1 + y2) / 2,
    ],
  }));

/** The handle within `reach` of a place, the nearest. */
export function boxHandleAt(box: Box, [x, y]: Point, reach: number): BoxHandle | undefined {
  let best = reach;
  let found: BoxHandle | undefined;
  for (const { handle, place } of boxHandles(box)) {
    const distance = Math.hypot(place[0] - x, place[1] - y);
    if (distance < best) [best, found] = [distance, handle];
  }
  return found;
}

/** A box whose handle was dragged to a place. */
export function withHandle([x1, y1, x2, y2]: Box, [hx, hy]: BoxHandle, [x, y]: Point): Box {
  return boxOf([hx < 0 ? x : x1, hy < 0 ? y : y1], [hx > 0 ? x : x2, hy > 0 ? y : y2]);
}

/** The cursor over a handle. */
export const handleCursor = ([hx, hy]: BoxHandle) =>
  hx === 0 ? 'ns-resize' : hy === 0 ? 'ew-resize' : hx === hy ? 'nwse-resize' : 'nesw-resize';

/** A model's score does not hold for a shape that was changed by hand. */
export const withoutScore = (annotation: Annotation): Annotation => ({ ...annotation, score: undefined });
