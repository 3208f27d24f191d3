/** Between the host and the side panel: the prompts of a region once more, to compare packs. */
import * as z from 'zod';
import { packRefSchema, promptSchema, rleSchema } from './geometry';
import { requestChannel } from './rpc';

/**
 * Runs a pack on prompts as an answer only: no edit. `mask` is absent where the pack sees no thing there. A `mask` among
 * the prompts is the one that the others refine.
 */
export const segmentAgain = requestChannel(
  'segmentAgain',
  z.object({ prompts: z.array(promptSchema).min(1), pack: z.string() }),
  z.object({
    mask: rleSchema.optional(),
    score: z.number().optional(),
    pack: packRefSchema,
    total_ms: z.number(),
  }),
);
