/** Runs one question over many images: each once, failures apart, what is done kept in the journal. */
import path from 'node:path';
import type { BatchJob, BatchProgress, Outcome } from '../protocol/batch';
import { GroundnoteError, isCancelled, toWireError, type ErrorCode } from '../protocol/errors';
import type { TaskResult } from '../protocol/inference';
import type { Journal } from './journal';
import type { BatchSink } from './sinks';

/** Answers the job's question about one image at a time. */
export interface BatchEngine {
  /** @param file absolute path. @throws GroundnoteError as the task does, process-crashed, cancelled */
  ask(file: string, signal: AbortSignal): Promise<TaskResult>;
}

export interface RunOptions {
  job: BatchJob;
  images: readonly string[];
  journal: Journal;
  /** Each works on one image at a time. */
  engines: readonly BatchEngine[];
  sink: BatchSink;
  signal: AbortSignal;
  /** Images that failed before are tried again. */
  retryFailed?: boolean;
  onProgress?(progress: BatchProgress): void;
}

/** These hold for every image, so that going on would only repeat them. */
const fatal: readonly ErrorCode[] = ['no-pack', 'broken-pack', 'unsupported', 'invalid-params', 'disposed'];

/**
 * @returns how it ended, all runs of the job counted
 * @throws GroundnoteError cancelled (the journal says how far it came), io (the journal cannot be written), and what is true of
 *   every image: no-pack, broken-pack, unsupported, invalid-params
 */
export async function runBatch(options: RunOptions): Promise<BatchProgress> {
  const { job, images, journal, engines, sink, signal } = options;
  const known = journal.outcomes;
  const waiting = images.filter((image) => {
    const outcome = known.get(image);
    return !outcome || (options.retryFailed && outcome.state === 'failed');
  });
  const clock = new Clock(waiting.length);
  const report = () => options.onProgress?.({ ...countOutcomes(images, known), ...clock.remaining() });
  const stop = new AbortController();
  const running = AbortSignal.any([signal, stop.signal]);

  const outcomeOf = async (image: string, engine: BatchEngine): Promise<Outcome> => {
    const before = await sink.before(image);
    if (before) return before;
    const file = path.join(job.folder, image);
    const started = performance.now();
    const result = await engine.ask(file, running).catch((error: unknown) => {
      // The process may have ended for another reason than this image: it is given a second chance.
      if (toWireError(error).code === 'process-crashed') return engine.ask(file, running);
      throw error;
    });
    running.throwIfAborted();
    const regions = await sink.write(image, result);
    clock.worked(performance.now() - started);
    return { state: 'done', regions, ...(result.refused && { note: result.text ?? 'The pack cannot say.' }) };
  };

  let next = 0;
  const work = async (engine: BatchEngine): Promise<void> => {
    for (let image = waiting[next++]; image !== undefined && !running.aborted; image = waiting[next++]) {
      let outcome: Outcome;
      try {
        outcome = await outcomeOf(image, engine);
      } catch (error) {
        if (running.aborted || isCancelled(error)) return;
        const { code, message } = toWireError(error);
        if (fatal.includes(code)) throw error;
        outcome = { state: 'failed', code, reason: message };
      }
      await journal.record({ image, ...outcome });
      clock.finished();
      report();
    }
  };

  report();
  try {
    await Promise.all(
      engines.map((engine) =>
        work(engine).catch((error: unknown) => {
          // The others need not go on.
          stop.abort();
          throw error;
        }),
      ),
    );
  } finally {
    stop.abort();
  }
  if (signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
  await journal.finish();
  return countOutcomes(images, known);
}

/** How many images are in which state. What the journal knows of images that have gone since is left out. */
export function countOutcomes(
  images: readonly string[],
  outcomes: ReadonlyMap<string, Outcome>,
): Omit<BatchProgress, 'remaining_ms'> {
  const counts = { total: images.length, done: 0, skipped: 0, failed: 0, regions: 0 };
  for (const image of images) {
    const outcome = outcomes.get(image);
    if (!outcome) continue;
    counts[outcome.state]++;
    if (outcome.state === 'done') counts.regions += outcome.regions;
  }
  return counts;
}

/** Reckons how long the rest will take, from the images that the model was asked about. */
class Clock {
  private readonly started = performance.now();
  private done = 0;
  private worked_ms = 0;
  private asked = 0;

  constructor(private readonly total: number) {}

  worked(ms: number): void {
    this.worked_ms += ms;
    this.asked++;
  }

  finished(): void {
    this.done++;
  }

  remaining(): { remaining_ms?: number } {
    if (!this.asked) return {};
    const elapsed = performance.now() - this.started;
    // Engines work side by side: what they worked in sum took less time.
    const perImage = Math.min(elapsed, this.worked_ms) / this.asked;
    return { remaining_ms: Math.round(perImage * (this.total - this.done)) };
  }
}
