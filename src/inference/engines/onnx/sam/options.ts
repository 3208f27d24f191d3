/** `options` in the manifest of a `segment-anything` pack; all of it may be absent. */
import * as z from 'zod';

export const samOptionsSchema = z.object({
  /** Paths of the graphs inside the pack; absent: the two that the pack has. */
  graphs: z.object({ encoder: z.string().optional(), decoder: z.string().optional() }).default({}),
  /** Whether the picture keeps its aspect, with nothing beside it, or fills the square; absent: as the graphs' family does. */
  resize: z.enum(['pad', 'stretch']).optional(),
  /** Logits above this are the object. */
  mask_threshold: z.number().default(0),
  /** A stroke becomes so many points. */
  stroke_samples: z.number().int().positive().max(64).default(6),
  /** As in `config.json` of our own segmenter. */
  tidy_share: z.number().min(0).max(1).default(0),
});
export type SamOptions = z.output<typeof samOptionsSchema>;
