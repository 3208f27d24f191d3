/** Which packs and servers can be asked the question of a batch. */
import type { BatchJob } from '../../protocol/batch';
import type { PackKind, PackSummary } from '../../protocol/packs';

/** Those that find all there is without a prompt, beside segmenters, which are asked at a grid of points. */
const seeAll: readonly PackKind[] = ['detector', 'pixel-classifier'];

export function canAnswer(
  { state, kind, tasks }: Pick<PackSummary, 'state' | 'kind' | 'tasks'>,
  task: BatchJob['task'],
): boolean {
  // The editor answers one question at a time, and not to a batch.
  if (state !== 'ready' || kind === 'editor-model') return false;
  if (task === 'ground') return tasks.includes('ground');
  if (kind === 'x-anylabeling') return tasks.includes('ground');
  return tasks.includes('segment') || (kind !== undefined && seeAll.includes(kind));
}
