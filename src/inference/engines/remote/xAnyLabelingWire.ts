/** What X-AnyLabeling-Server sends. All objects may hold more than this. */
import * as z from 'zod';

/** A failure, which comes with status 200 (a wrong token too, by its own documentation). */
export const failureSchema = z.object({
  success: z.literal(false),
  error: z.looseObject({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** `/v1/models`: by id. A model may come as an object or as its name alone. */
export const modelListSchema = z.object({ data: z.record(z.string(), z.unknown()) });

const widgetSchema = z.union([z.string(), z.looseObject({ name: z.string() }).transform(({ name }) => name)]);

/** What a model says of itself: which fields of its tool are shown for it. */
export const modelInfoSchema = z.looseObject({
  display_name: z.string().nullish(),
  widgets: z.array(widgetSchema).nullish(),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

const pointSchema = z.tuple([z.number(), z.number()]).rest(z.number());

export const shapeSchema = z.looseObject({
  label: z.string().nullish(),
  shape_type: z.string(),
  points: z.array(pointSchema),
  score: z.number().nullish(),
  description: z.string().nullish(),
});
export type WireShape = z.infer<typeof shapeSchema>;

/** `/v1/predict` */
export const predictionSchema = z.object({
  success: z.literal(true).optional(),
  data: z.looseObject({
    shapes: z.array(shapeSchema).nullish(),
    description: z.string().nullish(),
  }),
});
