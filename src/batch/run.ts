/**
 * Runs one question over many images: each once, failures apart, what is done kept in the journal. No more images are under way
 * than there are engines, and an engine gets its next image when the answer before is written.
 */
import { setMaxListeners } from 'node:events';
import path from 'node:path';
import type { InferenceLog } from '../inference/client';
import type { BatchJob, BatchProgress, Outcome } from '../protocol/batch';
import { GroundnoteError, isCancelled, toWireError, type ErrorCode } from '../protocol/errors';
import type { TaskResult } from '../protocol/inference';
import { durationInWords } from '../protocol/words';
import { Bell } from './bell';
import type { Journal } from './journal';
import { pauseAfter, Place, usualPauses, type Attempt, type Pauses } from './places';
import { ImageQueue, type QueuedImage } from './queue';
import type { BatchSink } from './sinks';

/** Answers the job's question about one image at a time. */
export interface BatchEngine {
  /** The server that it asks; absent: it works on this machine. Engines of one server are its places for questions. */
  readonly server?: string;
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
  /** Says when a server rests and when it works again. */
  log?: InferenceLog;
  /** Whether anything answers where a server is: what fails elsewhere is no fault of an image. */
  isReachable?(server: string): Promise<boolean>;
  pauses?: Pauses;
}

/** These hold for every image, so that going on would only repeat them. */
const fatal: readonly ErrorCode[] = ['no-pack', 'broken-pack', 'unsupported', 'invalid-params', 'disposed'];
/** The same of a server, from its first answer on … */
const fatalOfServer: readonly ErrorCode[] = ['no-pack', 'broken-pack', 'disposed', 'unauthorized', 'offline'];
/** … or only if it has never answered: later they are about the image. */
const fatalOfNewServer: readonly ErrorCode[] = ['unsupported', 'invalid-params'];
/** These are about the image, whoever is asked. */
const ofImage: readonly ErrorCode[] = ['bad-image', 'image-too-large', 'io', 'not-found'];

/**
 * @returns how it ended, all runs of the job counted
 * @throws GroundnoteError cancelled (the journal says how far it came), io (the journal cannot be written), and what is true of
 *   every image wherever it is asked about: no-pack, broken-pack, unsupported, invalid-params, unauthorized, offline
 */
export async function runBatch(options: RunOptions): Promise<BatchProgress> {
  const { images, journal, engines, signal } = options;
  const known = journal.outcomes;
  const waiting = images.filter((image) => {
    const outcome = known.get(image);
    return !outcome || (options.retryFailed && outcome.state === 'failed');
  });
  const stop = new AbortController();
  const running = AbortSignal.any([signal, stop.signal]);
  // Each engine listens to it; more than ten of them are no leak.
  setMaxListeners(0, running);
  const run = new Run(options, waiting, running);
  run.report();
  try {
    await Promise.all(
      engines.map((engine) =>
        run.work(engine).catch((error: unknown) => {
          // The others need not go on.
          stop.abort();
          throw error;
        }),
      ),
    );
    if (!signal.aborted) run.throwIfNobodyIsLeft();
  } finally {
    stop.abort();
  }
  if (signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
  await journal.finish();
  return countOutcomes(images, known);
}

class Run {
  private readonly queue: ImageQueue;
  private readonly clock: Clock;
  private readonly bell = new Bell();
  private readonly places = new Map<string | undefined, Place>();
  private readonly hasServers: boolean;
  private shownWaiting?: string;

  constructor(
    private readonly options: RunOptions,
    waiting: readonly string[],
    private readonly running: AbortSignal,
  ) {
    this.queue = new ImageQueue(waiting);
    this.clock = new Clock(waiting.length);
    for (const { server } of options.engines)
      if (!this.places.has(server)) this.places.set(server, new Place(server, options.pauses ?? usualPauses));
    this.hasServers = options.engines.some(({ server }) => server !== undefined);
  }

  report(): void {
    const { images, journal, onProgress } = this.options;
    const waiting = this.waitingInWords();
    if (waiting !== undefined && waiting !== this.shownWaiting) this.options.log?.('warn', waiting);
    this.shownWaiting = waiting;
    onProgress?.({
      ...countOutcomes(images, journal.outcomes),
      ...this.clock.remaining(),
      ...(waiting !== undefined && { waiting }),
    });
  }

  /** Takes images for an engine until there are none, or its place is given up. @throws GroundnoteError io */
  async work(engine: BatchEngine): Promise<void> {
    const place = this.places.get(engine.server) as Place;
    /** The engine's own pause, where its server works but failed on this engine's images. */
    let [failures, pausedUntil] = [0, 0];
    while (!this.running.aborted && !this.queue.isDone && place.out === undefined) {
      const givenUp = this.queue.takeGivenUp();
      if (givenUp) {
        await this.settle(givenUp, failedOutcome(givenUp));
        continue;
      }
      const now = performance.now();
      const wait_ms = Math.max(place.waitMs(now), pausedUntil - now);
      const image = wait_ms > 0 ? undefined : this.queue.take(place, [...this.places.values()]);
      if (!image) {
        await this.bell.wait(wait_ms > 0 ? wait_ms : Infinity, this.running);
        continue;
      }
      const worked = await this.turn(image, engine, place);
      failures = worked ? 0 : failures + 1;
      pausedUntil = worked ? 0 : performance.now() + pauseAfter(failures, this.options.pauses ?? usualPauses);
    }
  }

  /** An image's turn with an engine. @returns whether the engine may go on at once */
  private async turn(image: QueuedImage, engine: BatchEngine, place: Place): Promise<boolean> {
    const attempt = place.begin(image, performance.now());
    let outcome: Outcome | undefined;
    try {
      outcome = await this.outcomeOf(attempt, engine, place);
    } catch (error) {
      place.ended(attempt);
      if (this.running.aborted || isCancelled(error)) return true;
      const wire = toWireError(error);
      if (fatal.includes(wire.code)) this.giveUp(place, error);
      else {
        image.error = wire;
        outcome = failedOutcome(image);
      }
    }
    if (outcome) {
      await this.settle(image, outcome);
      return true;
    }
    this.queue.putBack(image);
    this.bell.ring();
    this.report();
    return false;
  }

  /** @returns undefined: it is to be tried again. @throws what the image fails with for good, or holds for every image */
  private async outcomeOf(attempt: Attempt, engine: BatchEngine, place: Place): Promise<Outcome | undefined> {
    const { job, sink, log } = this.options;
    const { image } = attempt.image;
    const before = await sink.before(image);
    if (before) {
      place.ended(attempt);
      return before;
    }
    const began = performance.now();
    let result: TaskResult;
    try {
      result = await this.ask(engine, path.join(job.folder, image));
    } catch (error) {
      const isFinal = this.running.aborted || isCancelled(error) || place.server === undefined;
      if (isFinal || ofImage.includes(toWireError(error).code)) throw error;
      await this.failedThere(attempt, place, place.server, error);
      return undefined;
    }
    const ms = Math.round(performance.now() - began);
    if (place.succeeded(attempt)) log?.('info', `The server "${place.server}" answers again.`);
    const regions = await sink.write(image, result);
    this.clock.worked(performance.now() - began);
    return {
      state: 'done',
      regions,
      ...(result.refused && { note: result.text ?? 'The pack cannot say.' }),
      ...(this.hasServers && { ms, ...(place.server !== undefined && { by: place.server }) }),
    };
  }

  private async ask(engine: BatchEngine, file: string): Promise<TaskResult> {
    const ask = () => engine.ask(file, this.running);
    const result = await ask().catch((error: unknown) => {
      // The process may have ended for another reason than this image: it is given a second chance.
      if (engine.server === undefined && toWireError(error).code === 'process-crashed') return ask();
      throw error;
    });
    this.running.throwIfAborted();
    return result;
  }

  /** What fails on a server is tried elsewhere, or there later. */
  private async failedThere(attempt: Attempt, place: Place, server: string, error: unknown): Promise<void> {
    const { image } = attempt;
    const { code, message } = toWireError(error);
    const isNew = place.answered === 0;
    if (fatalOfServer.includes(code) || (isNew && fatalOfNewServer.includes(code))) {
      place.ended(attempt);
      this.giveUp(place, error);
      return;
    }
    image.error = { code, message };
    image.failedOn.set(place, (image.failedOn.get(place) ?? 0) + 1);
    if (code === 'process-crashed') {
      // A process of this machine went, with all that it was asked: that is no fault of the server.
      place.ended(attempt);
      image.faults++;
      return;
    }
    const pause = place.failed(attempt, message, performance.now());
    if (pause !== undefined)
      this.options.log?.(
        'warn',
        `The server "${server}" failed and rests for ${durationInWords(pause)}: ${message}`,
      );
    if ((await this.options.isReachable?.(server)) ?? true) image.answers++;
  }

  /** Nothing more is asked of a place. */
  private giveUp(place: Place, error: unknown): void {
    if (place.out !== undefined) return;
    place.out = error;
    if (this.leftPlaces().length === 0) return;
    const who = place.server === undefined ? 'The models on this machine' : `The server "${place.server}"`;
    this.options.log?.(
      'warn',
      `${who} cannot be used, the batch goes on without: ${toWireError(error).message}`,
    );
  }

  /** @throws what the first place said, where images are left and nobody to ask */
  throwIfNobodyIsLeft(): void {
    if (!this.queue.isDone && this.leftPlaces().length === 0) throw [...this.places.values()][0]?.out;
  }

  private readonly leftPlaces = () => [...this.places.values()].filter(({ out }) => out === undefined);

  private async settle(image: QueuedImage, outcome: Outcome): Promise<void> {
    const failures = Object.fromEntries(
      [...image.failedOn].map(([place, times]) => [place.server as string, times]),
    );
    await this.options.journal.record({
      image: image.image,
      ...outcome,
      ...(image.failedOn.size && outcome.state !== 'skipped' && { failures }),
    });
    this.queue.finish();
    this.clock.finished();
    this.bell.ring();
    this.report();
  }

  /** Why nothing goes on, where every server that is left rests and this machine does not help. */
  private waitingInWords(): string | undefined {
    const left = this.leftPlaces();
    if (this.queue.isDone || !left.length || !left.every(({ rests }) => rests)) return undefined;
    const now = performance.now();
    const soonest = left.reduce((a, b) => (a.pauseLeft(now) <= b.pauseLeft(now) ? a : b));
    const who = left.length === 1 ? `The server "${soonest.server}" does not answer` : 'No server answers';
    return `${who}: waiting, and trying again. ${soonest.complaint}`;
  }
}

function failedOutcome({ error, failedOn }: QueuedImage): Outcome {
  const tries = [...failedOn.values()].reduce((a, b) => a + b, 0);
  const reason = error?.message ?? 'It failed.';
  return {
    state: 'failed',
    code: error?.code ?? 'internal',
    reason: tries > 1 ? `${reason} (Asked ${tries} times.)` : reason,
  };
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
