/** What servers with OpenAI's interface send. All objects may hold more than this. */
import * as z from 'zod';

/** `/v1/models` */
export const modelListSchema = z.object({ data: z.array(z.object({ id: z.string() })) });

/** Text, or parts of which some are text. */
const contentSchema = z
  .union([
    z.string(),
    z
      .array(z.looseObject({ type: z.string(), text: z.string().optional() }))
      .transform((parts) => parts.map(({ text = '' }) => text).join('')),
  ])
  .nullish()
  .transform((text) => text ?? '');

const finishSchema = z.string().nullish();

/** An answer in one piece. */
export const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: contentSchema, refusal: z.string().nullish() }),
        finish_reason: finishSchema,
      }),
    )
    .min(1),
});

/** A piece of an answer; the last ones may hold no choice at all. */
export const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: contentSchema, refusal: z.string().nullish() }).nullish(),
        finish_reason: finishSchema,
      }),
    )
    .default([]),
  error: z.unknown().optional(),
});
