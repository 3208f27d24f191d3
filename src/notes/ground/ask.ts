/** Asking the model what a ground fence asks. Without VS Code: the preview and the command line give it their models. */
import { GroundnoteError } from '../../protocol/errors';
import type { GroundParams, SegmentParams, TaskResult } from '../../protocol/inference';
import { nothingThere, notFound } from '../../annotate/regionTasks';
import { packsOf } from '../../annotate/resultRegions';
import { imageHash, type Answer } from './answers';
import { toPrompts, type FenceQuestion } from './question';

/** What answers: the inference process, or the runtime of the command line. */
export interface GroundModel {
  segment(params: SegmentParams): Promise<TaskResult>;
  ground(params: GroundParams): Promise<TaskResult>;
}

/**
 * Asks, and makes the answer that is kept. Where the model cannot know, the answer has no regions and its text says why
 * and what could.
 * @throws GroundnoteError 'not-found' when the picture is missing, and what the model throws
 */
export async function askFence(
  question: FenceQuestion,
  imagePath: string,
  model: GroundModel,
  now = new Date(),
): Promise<Answer> {
  // The picture may be changed while the model looks at it: then the answer is out of date at once.
  const hash = imageHash(imagePath);
  if (hash === undefined) throw new GroundnoteError('not-found', `The image "${question.image}" is missing.`);
  const image = { path: imagePath };
  const pack = question.pack === undefined ? {} : { pack: question.pack };
  const result =
    question.query !== undefined
      ? await model.ground({ image, text: question.query, ...pack })
      : await model.segment({ image, prompts: toPrompts(question.prompts ?? []), ...pack });
  const { width, height } = result.image;
  const none = result.refused === true || !result.regions.length;
  const words =
    result.text ??
    (none ? (question.query === undefined ? nothingThere : notFound(question.query)) : undefined);
  return {
    question,
    imageHash: hash,
    size: { width, height },
    packs: packsOf(result),
    when: now.toISOString(),
    regions: none ? [] : result.regions,
    ...(words !== undefined && { text: words }),
    ...(result.spans && { spans: result.spans }),
    ...(none && { refused: true }),
  };
}
