/**
 * The shapes of a LabelMe file and the annotations of the side panel. A mask is written as `polygon` shapes that share a
 * `group_id`; the exact mask and its provenance stand in an extra key that other tools keep.
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
import { decodeRle, encodeRle } from '../protocol/rle';
import { maskPolygons } from './contours';

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

/** What Groundnote adds to a shape. All shapes of a region carry the id, its first one the rest. */
const extraSchema = z.object({
  id: z.string().min(1),
  /** True when the region had no label of its own. */
  unlabelled: z.boolean().optional(),
  rle: rleSchema.optional(),
  /** Hash of the polygons that were made from `rle`: other points mean that somebody has edited them, and they win. */
  traced: z.string().optional(),
  prompts: z.array(promptSchema).optional(),
  packs: z.array(packRefSchema).optional(),
  score: z.number().optional(),
  color: z.string().optional(),
  hidden: z.boolean().optional(),
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
  };
}

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
    case 'quadrilateral': {
      const polygons = shapes.filter((each) => each.points.length >= 3).map((each) => each.points);
      if (
        extra?.rle &&
        (extra.traced === tracedHash(shapes.map((each) => each.points)) || !polygons.length)
      ) {
        decodeRle(extra.rle);
        return { type: 'mask', mask: extra.rle };
      }
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
  const data = new Uint8Array(size.width * size.height);
  const [x0, y0] = [Math.round(left), Math.round(top)];
  for (let y = Math.max(0, -y0); y < png.height && y + y0 < size.height; y++)
    for (let x = Math.max(0, -x0); x < png.width && x + x0 < size.width; x++)
      if (png.data[(y * png.width + x) * 4]) data[(y + y0) * size.width + x + x0] = 1;
  return encodeRle({ ...size, data });
}

/**
 * Annotation → shapes. Unknown keys of the shapes that it was read from (`origin`) are kept; `freeGroup` gives a
 * `group_id` that nothing else uses.
 */
export function writeShapes(
  annotation: Annotation,
  origin: readonly Shape[] | undefined,
  freeGroup: () => number,
): Shape[] {
  const { geometry, provenance } = annotation;
  const extra: Extra = {
    id: annotation.id,
    ...(annotation.label === undefined && { unlabelled: true }),
    ...(provenance.by === 'pack' && { prompts: provenance.prompts, packs: provenance.packs }),
    ...(annotation.score !== undefined && { score: annotation.score }),
    ...(annotation.color !== undefined && { color: annotation.color }),
    ...(annotation.hidden !== undefined && { hidden: annotation.hidden }),
  };
  const { type, outlines } = outline(geometry, origin);
  if (geometry.type === 'mask') Object.assign(extra, { rle: geometry.mask, traced: tracedHash(outlines) });
  const group =
    origin?.[0]?.group_id ?? (geometry.type === 'mask' || outlines.length > 1 ? freeGroup() : null);
  return outlines.map((points, i) => {
    const kept: Partial<Shape> = {
      ...(origin?.[Math.min(i, origin.length - 1)] ?? { flags: {}, description: '' }),
    };
    // LabelMe's base64 mask is never left beside other geometry: it would contradict it.
    delete kept.mask;
    return {
      ...kept,
      label: annotation.label ?? defaultLabel,
      points,
      group_id: group,
      shape_type: type,
      groundnote: i === 0 ? extra : { id: annotation.id },
    };
  });
}

function outline(
  geometry: Geometry,
  origin: readonly Shape[] | undefined,
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
        type: origin?.[0]?.shape_type === 'line' ? 'line' : 'linestrip',
        outlines: [geometry.points],
      };
    case 'polygon': {
      const was = origin?.[0]?.shape_type;
      return {
        type: was === 'rotation' || was === 'quadrilateral' ? was : 'polygon',
        outlines: geometry.polygons,
      };
    }
    case 'mask': {
      const polygons = maskPolygons(geometry.mask);
      // An empty mask still has a shape to carry it: a polygon of no area.
      return {
        type: 'polygon',
        outlines: polygons.length
          ? polygons
          : [
              [
                [0, 0],
                [0, 0],
                [0, 0],
              ],
            ],
      };
    }
  }
}
