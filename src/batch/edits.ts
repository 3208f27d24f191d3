/** What an answer of a batch changes in the annotations of an image. Done twice, it is as if done once. */
import { createHash } from 'node:crypto';
import { annotationsOf } from '../annotate/resultRegions';
import type { Annotation, Edit } from '../protocol/annotator';
import type { BatchJob, Outcome } from '../protocol/batch';
import type { Prompt } from '../protocol/geometry';
import type { TaskResult } from '../protocol/inference';

const promptsOf = (job: BatchJob): Prompt[] =>
  job.task === 'ground' ? [{ type: 'text', text: job.text ?? '' }] : [];

/**
 * How the ids of an image's regions begin. They come from the job and the image, so that an image that is done again after a
 * crash gets its regions once.
 */
const idStart = (job: BatchJob, image: string) =>
  `${job.id}-${createHash('sha1').update(image).digest('hex').slice(0, 10)}-`;

/** True for a region that a model made for the same question, and nobody has corrected, locked or drawn. */
function isEarlierAnswer({ provenance, locked }: Annotation, job: BatchJob): boolean {
  if (provenance.by !== 'pack' || locked) return false;
  if (job.task === 'everything') return provenance.prompts.length === 0;
  const [prompt, ...more] = provenance.prompts;
  return !more.length && prompt?.type === 'text' && sameText(prompt.text, job.text ?? '');
}

const sameText = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** What is to be done with an image that has these annotations; undefined: ask the model. */
export function outcomeBefore(
  annotations: readonly Annotation[],
  job: BatchJob,
  image: string,
): Outcome | undefined {
  const start = idStart(job, image);
  const made = annotations.filter(({ id }) => id.startsWith(start)).length;
  // It was written, and then the journal could not be.
  if (made) return { state: 'done', regions: made };
  const { length } = annotations;
  if (length && job.existing === 'skip')
    return { state: 'skipped', reason: length === 1 ? 'it has a region' : `it has ${length} regions` };
  return undefined;
}

/** One undo step with all regions of the answer. */
export function editOf(
  annotations: readonly Annotation[],
  job: BatchJob,
  image: string,
  result: TaskResult,
): Edit {
  const start = idStart(job, image);
  const remove =
    job.existing === 'replace'
      ? annotations.filter((each) => isEarlierAnswer(each, job)).map(({ id }) => id)
      : [];
  const existing = annotations.filter(({ id }) => !remove.includes(id));
  const put = annotationsOf(result, {
    existing,
    prompts: promptsOf(job),
    ...(job.text !== undefined && { label: job.text }),
    newId: (index) => `${start}${index + 1}`,
  });
  return {
    title: 'Segment Folder',
    // A label's own colour is the same in all images.
    put: put.map(({ color, ...rest }) => (rest.label === undefined ? { ...rest, color } : rest)),
    remove: remove.filter((id) => !put.some((each) => each.id === id)),
  };
}
