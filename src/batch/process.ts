/**
 * The process of “Segment Folder…”: it runs the batch, its journal and the writing of sidecars, so that the extension host has
 * only progress to show. When its parent goes, it goes; the journal says what is left.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { batchProgress, openBefore, openWrite, startBatch, type BatchStart } from '../protocol/batch';
import { GroundnoteError } from '../protocol/errors';
import { logLine } from '../protocol/inference';
import { Endpoint } from '../protocol/rpc';
import type { InferenceLog } from '../inference/client';
import { startEngines, type EnginePool } from './engines';
import { Journal, readJournal } from './journal';
import { listImages } from './listImages';
import { reportOf } from './report';
import { countOutcomes, runBatch } from './run';
import { SidecarSink } from './sinks';

process.on('disconnect', () => process.exit(0));

const endpoint = new Endpoint(
  {
    post: (message) => {
      if (process.connected) process.send?.(message);
    },
    listen: (onMessage) => {
      process.on('message', onMessage);
      return () => process.off('message', onMessage);
    },
  },
  { onInternalError: (error) => console.error(error) },
);

async function run(start: BatchStart, signal: AbortSignal) {
  const job = start.job ?? (await readJournal(start.journal))?.job;
  if (!job) throw new GroundnoteError('not-found', 'The journal of this batch is gone.');
  const images = await listImages(job.folder, job);
  if (!images.length) throw new GroundnoteError('not-found', 'No images match.');
  const journal = start.job
    ? await Journal.create(start.journal, job, images.length)
    : await Journal.resume(start.journal);
  const log: InferenceLog = (level, message) => endpoint.send(logLine, { level, message });
  let pool: EnginePool | undefined;
  try {
    pool = startEngines(job, {
      // A core is left to prompts in the panel.
      models: { ...start.models, threads: start.models.threads || Math.max(1, availableParallelism() - 1) },
      ...(start.configuration && { configuration: start.configuration }),
      log,
    });
    return await runBatch({
      job,
      images,
      journal,
      engines: pool.engines,
      isReachable: pool.isReachable,
      log,
      sink: new SidecarSink(job, {
        before: (image) => endpoint.request(openBefore, { image }),
        write: (image, result) => endpoint.request(openWrite, { image, result }),
      }),
      signal,
      retryFailed: start.retryFailed,
      onProgress: (progress) => endpoint.send(batchProgress, progress),
    });
  } finally {
    pool?.dispose();
    await journal.close();
    const counts = countOutcomes(images, journal.outcomes);
    await writeFile(start.report, reportOf(job, counts, journal.outcomes));
  }
}

endpoint.handle(startBatch, (start, { signal }) =>
  // One batch, one process: it ends once its answer has left.
  run(start, signal).finally(() => setTimeout(() => process.exit(0), 200)),
);
