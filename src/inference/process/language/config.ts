/** The part of a figure pack's `config.json` about its language model (docs/figure-language.md, "The language model's graphs"). */
import * as z from 'zod';
import { gramsOfRegion, gramsOfToken, mostQuestion } from './text';

const share = z.number().min(0).max(1);

export const languageConfigSchema = z.object({
  encoder: z.string().default('onnx/language_encoder.onnx'),
  decoder: z.string().default('onnx/language_decoder.onnx'),
  /** What the model writes, but for pointers. */
  vocabulary: z.array(z.string()).min(1),
  // What is computed here must be what the model was trained on.
  buckets: z.literal(8192),
  grams: z.literal(gramsOfToken),
  region_grams: z.literal(gramsOfRegion),
  max_question: z.literal(mostQuestion),
  width: z.number().int().positive(),
  layers: z.number().int().positive(),
  heads: z.number().int().positive(),
  head_width: z.number().int().positive(),
  /** Numbers of the `<SPE>` of a region. */
  looks: z.number().int().positive().default(64),
  /** Places of the decoder for the two steps that give `h_seg`. */
  point_place: z.number().int().nonnegative(),
  seg_place: z.number().int().nonnegative(),
  /** Below these something is said to be not there; 0: the rule is off. */
  absent: z.object({ phrase: share, reference: share }),
});
export type LanguageConfig = z.infer<typeof languageConfigSchema>;

export const figureConfigSchema = z.object({ language: languageConfigSchema });
