/** All that is written in a figure, with the closed shapes around it: what a program or an agent reads instead of pixels. */
import * as z from 'zod';
import { boxSchema, packRefSchema, sizeSchema } from './geometry';
import { imageSourceSchema, timingsSchema } from './inference';
import { requestChannel } from './rpc';

export const shapeKinds = [
  'rectangle',
  'rounded rectangle',
  'circle',
  'ellipse',
  'diamond',
  'shape',
] as const;

/** Lines of text that stand together. Boxes are whole pixels of the picture. */
export const readLabelSchema = z.object({
  /** `t1`, `t2`, … in reading order. */
  id: z.string(),
  text: z.string(),
  box: boxSchema,
  /** 0 to 1, that of the line that was read least surely. */
  confidence: z.number(),
  /** Absent for upright text. */
  runs: z.enum(['upwards', 'downwards']).optional(),
  /** The smallest closed shape around it. */
  shape: z.string().optional(),
});
export type ReadLabel = z.infer<typeof readLabelSchema>;

/** A closed outline of one colour that holds text. */
export const readShapeSchema = z.object({
  /** `s1`, `s2`, … in the order of their first labels. */
  id: z.string(),
  kind: z.enum(shapeKinds),
  box: boxSchema,
  /** The label that names it; absent where several stand in it with equal right. */
  title: z.string().optional(),
  /** The smallest other shape that it lies in. */
  inside: z.string().optional(),
});
export type ReadShape = z.infer<typeof readShapeSchema>;

/** A part of the figure as the embedded model understands it; ids of other parts say how they belong together. */
export const readPartSchema = z.object({
  /** `p1`, `p2`, … in reading order. */
  id: z.string(),
  /** `block`, `arrow`, `curve`, `cell` and so on: docs/figure-language.md. */
  role: z.string(),
  box: boxSchema,
  text: z.string().optional(),
  /** A word: that of the nearest prototype. */
  colour: z.string().optional(),
  /** The smallest part that contains it. */
  inside: z.string().optional(),
  /** Of an arrow: where it starts and ends. */
  from: z.string().optional(),
  to: z.string().optional(),
  /** What it belongs to: an icon to a block, a bar or curve to its legend entry, a tick to its axis. */
  of: z.string().optional(),
  /** 0-based, of the cells and headers of tables. */
  row: z.number().optional(),
  col: z.number().optional(),
  /** The number that it stands for. */
  value: z.number().optional(),
  bold: z.boolean().optional(),
});
export type ReadPart = z.infer<typeof readPartSchema>;

export const figureReadingSchema = z.object({
  image: z.object({ path: z.string().optional() }).extend(sizeSchema.shape),
  pack: packRefSchema,
  labels: z.array(readLabelSchema),
  shapes: z.array(readShapeSchema),
  /** What the figure is made of; absent where no pack parses figures. */
  parts: z.array(readPartSchema).optional(),
  /** All packs that helped, where there are several. */
  packs: z.array(packRefSchema).optional(),
  /** Of a large picture only a part, or a reduced copy, was read. */
  partial: z.boolean().optional(),
  timings: timingsSchema,
});
export type FigureReading = z.infer<typeof figureReadingSchema>;

/** `view`: the part of a large picture that is read; of another picture, what is answered about. */
export const readFigureParamsSchema = z.object({ image: imageSourceSchema, view: boxSchema.optional() });
export type ReadFigureParams = z.infer<typeof readFigureParamsSchema>;
/** @error no-pack, broken-pack, bad-image, cancelled */
export const readFigure = requestChannel('readFigure', readFigureParamsSchema, figureReadingSchema);
