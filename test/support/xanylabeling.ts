/**
 * What X-AnyLabeling 4 wants of a file that it opens, as far as it is known: it refuses a whole file for one `mask`, and for
 * a kind of shape that it does not have.
 */
import { z } from 'zod';

const pointSchema = z.tuple([z.number(), z.number()]);
const shapeSchema = z
  .looseObject({
    label: z.string(),
    points: z.array(pointSchema).min(1),
    shape_type: z.enum([
      'polygon',
      'rectangle',
      'rotation',
      'quadrilateral',
      'point',
      'line',
      'linestrip',
      'circle',
    ]),
    group_id: z.number().int().nullable(),
    flags: z.record(z.string(), z.unknown()),
    description: z.string().nullish(),
    score: z.number().nullish(),
    difficult: z.boolean().optional(),
    attributes: z.record(z.string(), z.unknown()).optional(),
    mask: z.undefined().optional(),
  })
  .refine(({ shape_type, points }) => shape_type !== 'rectangle' || [2, 4].includes(points.length))
  .refine(({ shape_type, points }) => shape_type !== 'polygon' || points.length >= 3);

/** Parses a file as X-AnyLabeling would read it. */
export const xAnyLabelingSchema = z.looseObject({
  version: z.string(),
  flags: z.record(z.string(), z.unknown()),
  shapes: z.array(shapeSchema),
  imagePath: z.string().min(1),
  imageData: z.string().nullable(),
  imageHeight: z.number().int().positive(),
  imageWidth: z.number().int().positive(),
});
