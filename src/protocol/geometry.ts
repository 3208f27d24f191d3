/**
 * Places in a picture. Coordinates are pixels of the original picture with its EXIF orientation applied,
 * origin at the top left corner, x to the right, y down. Pixel (i, j) covers [i, i + 1) × [j, j + 1).
 */
import * as z from 'zod';

/** Width and height in pixels; never a bare pair, because libraries disagree about the order. */
export const sizeSchema = z.object({
  width: z.number().int().positive(),
  height: z.number().int().positive(),
});
export type Size = z.infer<typeof sizeSchema>;

/** [x, y] */
export const pointSchema = z.tuple([z.number(), z.number()]);
export type Point = z.infer<typeof pointSchema>;

/** [x1, y1, x2, y2], right and bottom exclusive. */
export const boxSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export type Box = z.infer<typeof boxSchema>;

/** A binary mask as COCO compressed run-length encoding: size is [height, width], runs go down the columns. */
export const rleSchema = z.object({
  size: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
  counts: z.string(),
});
export type Rle = z.infer<typeof rleSchema>;

/** What the user gives the model. A label of 1 adds to the object, 0 takes away from it. */
export const promptSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('point'), point: pointSchema, label: z.union([z.literal(0), z.literal(1)]) }),
  z.object({ type: z.literal('box'), box: boxSchema }),
  z.object({
    type: z.literal('stroke'),
    points: z.array(pointSchema).min(1),
    label: z.union([z.literal(0), z.literal(1)]),
  }),
  z.object({ type: z.literal('mask'), mask: rleSchema }),
  z.object({ type: z.literal('text'), text: z.string() }),
]);
export type Prompt = z.infer<typeof promptSchema>;
export type PromptKind = Prompt['type'];

/** Prompts that a place in the picture is given by: neither a mask nor a text. */
export const isSpatial = (prompt: Prompt) =>
  prompt.type === 'point' || prompt.type === 'box' || prompt.type === 'stroke';

/**
 * The shape of a region. A pixel belongs to a polygon geometry when its middle lies in one of `polygons` (even-odd in
 * each, the union of all) and in none of `holes`.
 */
export const geometrySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('point'), point: pointSchema }),
  z.object({ type: z.literal('box'), box: boxSchema }),
  z.object({
    type: z.literal('polygon'),
    polygons: z.array(z.array(pointSchema).min(3)).min(1),
    holes: z.array(z.array(pointSchema).min(3)).optional(),
  }),
  z.object({ type: z.literal('mask'), mask: rleSchema }),
  z.object({ type: z.literal('stroke'), points: z.array(pointSchema).min(1) }),
]);
export type Geometry = z.infer<typeof geometrySchema>;

/** Which pack at which version. */
export const packRefSchema = z.object({ id: z.string(), version: z.string() });
export type PackRef = z.infer<typeof packRefSchema>;

/** Where a region comes from: drawn by the user, or computed by packs from prompts. */
export const provenanceSchema = z.discriminatedUnion('by', [
  z.object({ by: z.literal('user') }),
  z.object({ by: z.literal('pack'), packs: z.array(packRefSchema).min(1), prompts: z.array(promptSchema) }),
]);
export type Provenance = z.infer<typeof provenanceSchema>;

/** A place in an image, with what is known about it. */
export const regionSchema = z.object({
  id: z.string().min(1),
  label: z.string().optional(),
  score: z.number().optional(),
  geometry: geometrySchema,
  provenance: provenanceSchema,
});
export type Region = z.infer<typeof regionSchema>;
