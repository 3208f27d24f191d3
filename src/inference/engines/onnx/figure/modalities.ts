/** `"modalities"` in `config.json` of a `figure` pack: files other than pictures (docs/modalities.md). */
import * as z from 'zod';
import { modalitySchema } from '../../../../protocol/modalities';

const count = z.number().int().positive();

/** How each modality's arrays are made; other keys describe what is fixed. */
const preparationSchema = z.object({
  video: z.object({ size: count, frames: count, mean: z.number(), std: z.number().positive() }),
  depth: z.object({ size: count, percentiles: z.tuple([z.number(), z.number()]) }),
  normal: z.object({ size: count }),
  points: z.object({
    points: count,
    centres: count,
    neighbours: count,
    zoom: z.number(),
    log_scale: z.tuple([z.number(), z.number()]),
  }),
  audio: z.object({
    rate: count,
    seconds: z.number().positive(),
    peak: z.number(),
    window: count,
    hop: count,
    frames: count,
    bands: count,
    low: z.number(),
    high: z.number(),
    floor: z.number().positive(),
    offset: z.number(),
    scale: z.number(),
  }),
  imu: z.object({ rate: count, seconds: z.number().positive(), gravity: z.number(), turning: z.number() }),
});
export type Preparation = z.infer<typeof preparationSchema>;

export const modalitiesConfigSchema = z.object({
  modalities: z.object({
    /** The universal encoder's modalities: its input `modality` is an index of this list. */
    names: z.array(modalitySchema),
    max_question: count,
    max_answer: count,
    /** Numbers of words that are no words: padding, begin, end, unknown. Then `words` follow. */
    special: z.array(z.string()).length(4),
    words: z.array(z.string()),
    /** Answers whose words are less probable than this (geometric mean) are withheld. */
    least_confidence: z.number().min(0).max(1),
    inputs: preparationSchema.partial(),
  }),
});
export type ModalitiesConfig = z.infer<typeof modalitiesConfigSchema>['modalities'];
