/** Answers what the side panel's comparison of packs asks: masks for prompts, without an edit. */
import { segmentAgain } from '../protocol/compare';
import { isSpatial } from '../protocol/geometry';
import { segment, type ImageSource } from '../protocol/inference';
import type { Endpoint } from '../protocol/rpc';
import type { InferenceApi } from './inferenceApi';

/** Answers on `endpoint` for one picture, until what is returned is disposed. */
export function answerComparison(
  endpoint: Endpoint,
  inference: InferenceApi,
  image: () => Promise<ImageSource>,
): { dispose(): void } {
  endpoint.handle(segmentAgain, async ({ prompts, pack }, { signal }) => {
    const previous = prompts.find((prompt) => prompt.type === 'mask')?.mask;
    const result = await inference.request(
      segment,
      { image: await image(), prompts: prompts.filter(isSpatial), pack, ...(previous && { previous }) },
      { signal },
    );
    const found = result.regions[0];
    return {
      pack: result.pack,
      total_ms: result.timings.total_ms,
      ...(found?.mask && found.box[2] > found.box[0] && { mask: found.mask }),
      ...(found?.score !== undefined && { score: found.score }),
    };
  });
  // The endpoint itself goes with its panel, and aborts what runs.
  return { dispose: () => undefined };
}
