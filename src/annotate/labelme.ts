/**
 * The shapes of a LabelMe file and the annotations of the side panel. A mask, and a polygon of several parts or with holes,
 * is written as `polygon` shapes that share a `group_id`; the exact mask or rings and the provenance stand in an extra key
 * that other tools keep. Only kinds of shapes that both labelme and X-AnyLabeling read are written.
 */
import { createHash } from 'node:crypto';
import { PNG } from 'pngjs';
import * as z from 'zod';
import type { Annotation } from '../protocol/annotator';
import { GroundnoteError } from '../protocol/errors';
import {
  packRefSchema,
  pointSchema,
  promptSchema,
  rleSchema,
  type Geometry,
  type Point,
  type Size,
} from '../protocol/geometry';
import { emptyPatch, pixelBox, rleOfPatch } from '../protocol/raster';
import { runsFromRle } from '../protocol/rle';
import { maskPolygons } from './contours';
import { polygonOutlines } from './outlines';

/** LabelMe wants a label on every shape; this one stands for none. */
export const defaultLabel = 'object';

/** A shape of any tool, as it stands in the file; unknown keys are kept. */
export const shapeSchema = z.looseObject({
  label: z.string(),
  points: z.array(pointSchema),
  shape_type: z.string().default('polygon'),
  group_id: z.number().int().nullish(),
  mask: z.string().nullish(),
});
export type Shape = z.infer<typeof shapeSchema>;

const ringSchema = z.array(pointSchema).min(3);

/** What Groundnote adds to a shape. All shapes of a region carry the id, its first one the rest. */
const extraSchema = z.object({
  id: z.string().min(1),
  /** True when the region had no label of its own. */
  unlabelled: z.boolean().optional(),
  rle: rleSchema.optional(),
  /** The exact rings of a polygon with holes: in the shapes each hole is cut in from the outline. */
  rings: z.object({ polygons: z.array(ringSchema).min(1), holes: z.array(ringSchema) }).optional(),
  /** Hash of the polygons that were made from `rle` or `rings`: other points mean that somebody has edited them, and they win. */
  traced: z.string().optional(),
  /**
   * The `group_id` that only holds the parts of this region together, null where there is none. Any other `group_id` is
   * the region's group. Absent in files of before: the `group_id` of a mask was then always such a joint.
   */
  joint: z.number().int().nullable().optional(),
  prompts: z.array(promptSchema).optional(),
  packs: z.array(packRefSchema).optional(),
  score: z.number().optional(),
  color: z.string().optional(),
  hidden: z.boolean().optional(),
  locked: z.boolean().optional(),
});
type Extra = z.infer<typeof extraSchema>;

/** The shapes that belong to one region, in the order of the file. */
export interface ShapeGroup {
  id: string;
  shapes: Shape[];
  extra: Extra | undefined;
}

/** Shapes of one id of ours belong together; every shape of another tool is a region of its own, with an id made from it. */
export function groupShapes(shapes: readonly Shape[]): ShapeGroup[] {
  const groups = new Map<string, ShapeGroup>();
  for (const shape of shapes) {
    const parsed = extraSchema.safeParse(shape['groundnote']);
    const extra = parsed.success ? parsed.data : undefined;
    const known = extra && groups.get(extra.id);
    if (known) {
      known.shapes.push(shape);
      // Other tools may reorder shapes: the one with the most to say leads.
      if (extra.rle && !known.extra?.rle) known.extra = extra;
      continue;
    }
    let id = extra?.id ?? shapeId(shape);
    for (let n = 2; groups.has(id); n++) id = `${extra?.id ?? shapeId(shape)}-${n}`;
    groups.set(id, { id, shapes: [shape], extra });
  }
  return [...groups.values()];
}

/** A stable id of a shape that has none: the same file gives the same ids. */
function shapeId(shape: Shape): string {
  return `shape-${hash([shape.label, shape.shape_type, shape.points, shape.mask ?? ''])}`;
}

const hash = (value: unknown) => createHash('sha1').update(JSON.stringify(value)).digest('hex').slice(0, 16);

/** Hash of polygons that does not depend on their order. */
const tracedHash = (polygons: readonly (readonly Point[])[]) =>
  hash(polygons.map((polygon) => JSON.stringify(polygon.map(([x, y]) => [round(x), round(y)]))).sort());

const round = (value: number) => Math.round(value * 100) / 100;

/**
 * Shapes → annotation, or undefined for a kind that the panel does not show (the file keeps it).
 * @throws GroundnoteError 'bad-sidecar' for a shape whose points do not fit its kind
 */
export function readShapes(
  { id, shapes, extra }: ShapeGroup,
  size: Size | undefined,
): Annotation | undefined {
  const first = shapes[0] as Shape;
  const geometry = readGeometry(shapes, extra, size);
  if (!geometry) return undefined;
  const label = extra?.unlabelled && first.label === defaultLabel ? undefined : first.label;
  const score = extra?.score ?? (typeof first['score'] === 'number' ? first['score'] : undefined);
  return {
    id,
    geometry,
    provenance: extra?.packs?.length
      ? { by: 'pack', packs: extra.packs, prompts: extra.prompts ?? [] }
      : { by: 'user' },
    ...(label !== undefined && { label }),
    ...(score !== undefined && { score }),
    ...(extra?.color !== undefined && { color: extra.color }),
    ...(extra?.hidden !== undefined && { hidden: extra.hidden }),
    ...(extra?.locked !== undefined && { locked: extra.locked }),
    ...groupOf(first.group_id ?? undefined, extra),
  };
}

function groupOf(groupId: number | undefined, extra: Extra | undefined): Pick<Annotation, 'group'> {
  return groupId === undefined || (extra && isJoint(groupId, extra)) ? {} : { group: groupId };
}

const isJoint = (groupId: number | undefined, { joint, rle }: Extra) =>
  joint === undefined ? rle !== undefined : groupId === joint;

function readGeometry(
  shapes: Shape[],
  extra: Extra | undefined,
  size: Size | undefined,
): Geometry | undefined {
  const { shape_type: type, points, mask } = shapes[0] as Shape;
  const need = (count: number) => {
    if (points.length < count)
      throw new GroundnoteError('bad-sidecar', `it has a ${type} with ${points.length} point(s)`);
  };
  switch (type) {
    case 'rectangle': {
      need(2);
      const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
      return { type: 'box', box: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] };
    }
    case 'point':
      need(1);
      return { type: 'point', point: points[0] as Point };
    case 'line':
    case 'linestrip':
      need(1);
      return { type: 'stroke', points };
    case 'mask':
      need(2);
      if (!mask || !size) return undefined;
      return { type: 'mask', mask: readMaskPng(mask, points[0] as Point, size) };
    case 'polygon':
    case 'rotation':
    case 'oriented_rectangle':
    case 'quadrilateral': {
      const polygons = shapes.filter((each) => each.points.length >= 3).map((each) => each.points);
      const untouched = extra?.traced === tracedHash(shapes.map((each) => each.points));
      if (extra?.rle && (untouched || !polygons.length)) {
        // A broken one is found out here.
        runsFromRle(extra.rle);
        return { type: 'mask', mask: extra.rle };
      }
      if (extra?.rings && untouched) return { type: 'polygon', ...extra.rings };
      need(3);
      return { type: 'polygon', polygons };
    }
    default:
      return undefined;
  }
}

/** LabelMe's `mask`: a PNG in base64 (non-zero is the object) that lies at the first of its two points. */
function readMaskPng(base64: string, [left, top]: Point, size: Size) {
  let png;
  try {
    png = PNG.sync.read(Buffer.from(base64, 'base64'));
  } catch (cause) {
    throw new GroundnoteError('bad-sidecar', 'it has a mask whose PNG cannot be read', { cause });
  }
  const [x0, y0] = [Math.trunc(left), Math.trunc(top)];
  const patch = emptyPatch(pixelBox([x0, y0, x0 + png.width, y0 + png.height], size));
  for (let y = patch.y; y < patch.y + patch.height; y++)
    for (let x = patch.x; x < patch.x + patch.width; x++)
      if (png.data[((y - y0) * png.width + x - x0) * 4])
        patch.data[(y - patch.y) * patch.width + x - patch.x] = 1;
  return rleOfPatch(patch, size);
}

/**
 * Annotation → shapes. Unknown keys of the shapes that it was read from (`origin`) are kept. `size` is the picture's;
 * `jointAfter` gives a `group_id` for parts that belong together: the one of before, or one that nothing else uses.
 */
export function writeShapes(
  annotation: Annotation,
  origin: readonly Shape[] | undefined,
  size: Size,
  jointAfter: (before: number | undefined) => number,
): Shape[] {
  const { geometry, provenance, group } = annotation;
  const { type, outlines } = outline(geometry, origin, size);
  const joint = group === undefined && outlines.length > 1 ? jointAfter(jointOf(origin)) : null;
  const extra: Extra = {
    id: annotation.id,
    ...(annotation.label === undefined && { unlabelled: true }),
    ...(provenance.by === 'pack' && { prompts: provenance.prompts, packs: provenance.packs }),
    ...(annotation.score !== undefined && { score: annotation.score }),
    ...(annotation.color !== undefined && { color: annotation.color }),
    ...(annotation.hidden !== undefined && { hidden: annotation.hidden }),
    ...(annotation.locked !== undefined && { locked: annotation.locked }),
    joint,
    ...(geometry.type === 'mask' && { rle: geometry.mask, traced: tracedHash(outlines) }),
    ...(geometry.type === 'polygon' &&
      geometry.holes && {
        rings: { polygons: geometry.polygons, holes: geometry.holes },
        traced: tracedHash(outlines),
      }),
  };
  return outlines.map((points, i) => {
    const kept: Partial<Shape> = {
      ...(origin?.[Math.min(i, origin.length - 1)] ?? { flags: {}, description: '' }),
    };
    // LabelMe's base64 mask and X-AnyLabeling's angle are never left beside other geometry: they would contradict it.
    delete kept.mask;
    if (type !== 'rotation') delete kept['direction'];
    if (typeof kept['score'] === 'number' && annotation.score !== undefined) kept['score'] = annotation.score;
    return {
      ...kept,
      label: annotation.label ?? defaultLabel,
      points,
      group_id: group ?? joint,
      shape_type: type,
      groundnote: i === 0 ? extra : { id: annotation.id },
    };
  });
}

/**
 * Whether shapes may be written as they were read: a LabelMe `mask` may not, because X-AnyLabeling refuses a whole file
 * with one; nor parts that are held together by a number that is now a group's.
 */
export function canStay(shapes: readonly Shape[], groups: ReadonlySet<number>): boolean {
  if (shapes.some(({ shape_type }) => shape_type === 'mask')) return false;
  const joint = jointOf(shapes);
  return joint === undefined || !groups.has(joint);
}

/** The `group_id` that only holds the parts of a region together. */
function jointOf(shapes: readonly Shape[] | undefined): number | undefined {
  const [first] = shapes ?? [];
  const extra = extraSchema.safeParse(first?.['groundnote']).data;
  return extra && isJoint(first?.group_id ?? undefined, extra) ? (first?.group_id ?? undefined) : undefined;
}

/** A polygon of no area: what an empty region is written as, so that there is a shape to carry it. */
const nothing: Point[] = [
  [0, 0],
  [0, 0],
  [0, 0],
];

function outline(
  geometry: Geometry,
  origin: readonly Shape[] | undefined,
  size: Size,
): { type: string; outlines: Point[][] } {
  switch (geometry.type) {
    case 'point':
      return { type: 'point', outlines: [[geometry.point]] };
    case 'box': {
      const [x1, y1, x2, y2] = geometry.box;
      return {
        type: 'rectangle',
        outlines: [
          [
            [x1, y1],
            [x2, y2],
          ],
        ],
      };
    }
    case 'stroke':
      return {
        type: origin?.[0]?.shape_type === 'line' && geometry.points.length === 2 ? 'line' : 'linestrip',
        outlines: [geometry.points],
      };
    case 'polygon': {
      const outlines = polygonOutlines(geometry, size);
      return { type: polygonKind(geometry.polygons, origin?.[0]), outlines: orNothing(outlines) };
    }
    case 'mask':
      return { type: 'polygon', outlines: orNothing(maskPolygons(geometry.mask)) };
  }
}

const orNothing = (outlines: Point[][]) => (outlines.length ? outlines : [nothing]);

/** The kind of a polygon: that of the other tool's shape while it is still one, else the one that all tools know. */
function polygonKind(polygons: readonly (readonly Point[])[], origin: Shape | undefined): string {
  const was = origin?.shape_type;
  const [ring] = polygons;
  if (!origin || !was || polygons.length !== 1 || ring?.length !== 4) return 'polygon';
  if (was === 'quadrilateral') return was;
  // Turned, X-AnyLabeling's own angle in the shape would be wrong.
  return (was === 'rotation' || was === 'oriented_rectangle') && sameDirections(ring, origin.points)
    ? was
    : 'polygon';
}

/** Whether all sides of two rings point the same way. */
function sameDirections(a: readonly Point[], b: readonly Point[]): boolean {
  const side = (ring: readonly Point[], i: number): Point => {
    const [x1, y1] = ring[i] as Point;
    const [x2, y2] = ring[(i + 1) % ring.length] as Point;
    return [x2 - x1, y2 - y1];
  };
  return (
    a.length === b.length &&
    a.every((_, i) => {
      const [[ax, ay], [bx, by]] = [side(a, i), side(b, i)];
      const lengths = Math.hypot(ax, ay) * Math.hypot(bx, by);
      return lengths > 0 && ax * bx + ay * by > 0.99999 * lengths;
    })
  );
}
