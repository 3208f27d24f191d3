/** What each server did for a batch, from its journal: all runs of the job counted. */
import type { BatchJob, Outcome } from '../protocol/batch';

export interface ServerStats {
  /** undefined: this machine */
  id?: string;
  /** Images that it answered about. */
  images: number;
  /** How often it failed on an image; it was then tried elsewhere, or again. */
  failures: number;
  /** Milliseconds until an answer, on average. */
  mean_ms?: number;
}

/** Those that the job names, this machine last, and only if it answered. */
export function serverStats(
  { servers = [], pack }: Pick<BatchJob, 'servers' | 'pack'>,
  outcomes: ReadonlyMap<string, Outcome>,
): ServerStats[] {
  const sums = new Map<string | undefined, { images: number; failures: number; ms: number }>();
  const of = (id: string | undefined) => {
    const sum = sums.get(id) ?? { images: 0, failures: 0, ms: 0 };
    sums.set(id, sum);
    return sum;
  };
  servers.forEach(of);
  if (pack !== undefined) of(undefined);
  for (const outcome of outcomes.values()) {
    if (outcome.state === 'skipped') continue;
    for (const [id, failures] of Object.entries(outcome.failures ?? {})) of(id).failures += failures;
    // What was found written after a crash has no time, and nobody knows who answered.
    if (outcome.state !== 'done' || outcome.ms === undefined) continue;
    const sum = of(outcome.by);
    sum.images++;
    sum.ms += outcome.ms;
  }
  return [...sums].map(([id, { images, failures, ms }]) => ({
    ...(id !== undefined && { id }),
    images,
    failures,
    ...(images && { mean_ms: Math.round(ms / images) }),
  }));
}
