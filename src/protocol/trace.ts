/** What a model had in mind while it answered: for who wants to look inside. What a pack does not have is absent. */
import * as z from 'zod';
import { boxSchema, pointSchema } from './geometry';

const share = z.number().min(0).max(1);

/** A token of a program. `part` is the place in `parts` of the part of the figure that it points to. */
const traceTokenSchema = z.object({
  token: z.string(),
  probability: share,
  part: z.number().int().nonnegative().optional(),
});

export const traceSchema = z.object({
  /** The question as the model read it; regions of the user stand in it as `[1]`. */
  question: z.string(),
  /** Parts of the figure that the trace speaks of. */
  parts: z.array(z.object({ role: z.string(), name: z.string(), box: boxSchema })),
  /** The program, token by token: how sure the model was, and what else it might have written. */
  program: z.array(
    traceTokenSchema.extend({
      alternatives: z.array(traceTokenSchema),
      /** Of a pointer: which words of the question it stands for, the heaviest first. */
      attended: z.array(z.object({ word: z.string(), weight: share })).optional(),
    }),
  ),
  /** How well words of the question fit parts of the figure, the best first. */
  links: z.array(z.object({ word: z.string(), part: z.number().int().nonnegative(), score: share })),
  /** The spatial-aware sampler: points drawn in a region, and those that farthest-point sampling kept of them, with their neighbours. */
  samples: z
    .array(
      z.object({
        part: z.number().int().nonnegative(),
        points: z.array(pointSchema),
        chosen: z.array(z.array(z.number().int().nonnegative())),
        neighbours: z.array(z.array(z.array(z.number().int().nonnegative()))),
      }),
    )
    .optional(),
  /** Weights of the experts for each token of another modality. */
  router: z.array(z.object({ token: z.string(), weights: z.array(share) })).optional(),
  /** How alike each place of the picture is to a `<SEG>`: rows of `width` values, 0–1. */
  similarity: z
    .array(
      z.object({
        part: z.number().int().nonnegative(),
        width: z.number().int().positive(),
        height: z.number().int().positive(),
        values: z.array(share),
      }),
    )
    .optional(),
});
export type Trace = z.infer<typeof traceSchema>;
