/** `batch`: one question over many images, with a journal that survives a crash. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { startEngines, type EnginePool } from '../batch/engines';
import { Journal, readJournal } from '../batch/journal';
import { resolveImages } from '../batch/listImages';
import { reportOf } from '../batch/report';
import { countOutcomes, runBatch } from '../batch/run';
import { serverStats } from '../batch/serverStats';
import { ResultSink, SidecarSink } from '../batch/sinks';
import type { BatchJob, BatchProgress, Existing } from '../protocol/batch';
import { GroundnoteError, isCancelled } from '../protocol/errors';
import type { OpenServer } from '../protocol/servers';
import { durationInWords } from '../protocol/words';
import { collect, wholeNumber } from './arguments';
import { answerersOf, type ServerArguments } from './batchServers';
import { clearProgress, printJson, showProgress, type CliIo } from './io';
import { packFolders } from './packs';

interface BatchOptions extends ServerArguments {
  task: 'segment' | 'ground';
  text?: string;
  packs?: string[];
  out: string;
  recursive?: boolean;
  resume?: boolean;
  retryFailed?: boolean;
  sidecars?: boolean;
  existing: Existing;
  concurrency?: number;
  threads: number;
  json?: boolean;
  verbose?: boolean;
}

/** Adds what `batch` takes. */
export function addBatchCommand(io: CliIo, command: Command): void {
  command
    .addOption(
      new Option('--task <task>', 'segment: all there is in an image; ground: what --text names')
        .choices(['segment', 'ground'])
        .makeOptionMandatory(),
    )
    .option('--text <phrase>', 'what to find, for ground')
    .requiredOption('--out <folder>', 'where results, the journal and the report go')
    .option('--recursive', 'the folders inside a folder, too')
    .option('--resume', 'go on with the batch that --out holds')
    .option('--retry-failed', 'with --resume: try images that failed once more')
    .option('--sidecars', 'write LabelMe files beside the images instead of results')
    .addOption(
      new Option('--existing <what>', 'with --sidecars: images that have annotations')
        .choices(['skip', 'add', 'replace'])
        .default('skip'),
    )
    .option('--concurrency <n>', 'processes that work side by side on this machine', wholeNumber(1))
    .option('--pack <id>', 'the pack to use, or the id of a server; with servers a pack works beside them')
    .option('--engine <url>', 'the address of a server that answers; repeatable', collect)
    .option('--model <name>', 'with --engine: the model to use, where the server has several')
    .option('--per-server <n>', 'with --engine: questions at a time to each', wholeNumber(1, 64))
    .action(async (images: string[], options: BatchOptions, self: Command) => {
      if (options.task === 'ground' && !options.text?.trim()) self.error('error: ground needs --text');
      await runBatchCommand(io, images, packFolders(options.packs), options);
    });
}

/** The inference process: beside the bundle, or in dist/ when the sources run. */
function inferenceEntry(): string {
  const beside = fileURLToPath(new URL('inferenceProcess.cjs', import.meta.url));
  return existsSync(beside)
    ? beside
    : fileURLToPath(new URL('../../dist/inferenceProcess.cjs', import.meta.url));
}

/**
 * Runs it to the end.
 * @throws GroundnoteError io, when images have failed: the report and the journal say which; and what runBatch throws
 */
async function runBatchCommand(
  io: CliIo,
  inputs: readonly string[],
  packFolders: string[],
  options: BatchOptions,
): Promise<void> {
  const { folder, images } = await resolveImages(inputs, options.recursive ?? false);
  if (!images.length) throw new GroundnoteError('not-found', `There are no images in ${inputs.join(' ')}.`);
  const started = performance.now();
  const answerers = await answerersOf(options, taskOf(options), io.signal);
  const { servers } = answerers;
  const journal = await openJournal(options, folder, images.length, answerers);
  // A batch may go on with other servers than it began with.
  const job: BatchJob = { ...journal.job, ...idsOf(servers) };
  const report = path.join(options.out, 'report.md');
  let pool: EnginePool | undefined;
  try {
    pool = startEngines(job, {
      models: { entry: inferenceEntry(), packFolders, threads: options.threads },
      configuration: { servers },
      ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
      log: (level, message) => {
        if (options.verbose) io.err(`${level}: ${message}\n`);
      },
    });
    const counts = await runBatch({
      job,
      images,
      journal,
      engines: pool.engines,
      isReachable: pool.isReachable,
      sink: options.sidecars ? new SidecarSink(job) : new ResultSink(job, options.out),
      signal: io.signal,
      ...(options.retryFailed && { retryFailed: true }),
      onProgress: (progress) => showBatchProgress(io, progress),
      // What servers do is said even without --verbose: somebody may have to look after them.
      log: (_, message) => {
        clearProgress(io);
        io.err(`${message}\n`);
      },
    });
    await writeFile(report, reportOf(job, counts, journal.outcomes));
    clearProgress(io);
    const { failed } = counts;
    const elapsed_ms = Math.round(performance.now() - started);
    const done = { ...counts, ...(job.servers && { servers: serverStats(job, journal.outcomes) }) };
    if (options.json) printJson(io, { ...done, out: options.out, report, elapsed_ms });
    else io.out(`${inWords(counts)}\n${report}\n`);
    if (failed) throw new GroundnoteError('io', `${failed} of ${counts.total} images failed: see ${report}.`);
  } catch (error) {
    if (!isCancelled(error)) throw error;
    const counts = countOutcomes(images, journal.outcomes);
    throw new GroundnoteError('cancelled', `Cancelled: ${inWords(counts)} Go on with --resume.`);
  } finally {
    pool?.dispose();
    await journal.close();
  }
}

const taskOf = ({ task }: BatchOptions): BatchJob['task'] => (task === 'segment' ? 'everything' : 'ground');

const idsOf = (servers: readonly OpenServer[]): Pick<BatchJob, 'servers'> =>
  servers.length ? { servers: servers.map(({ server }) => server.id) } : {};

/** Begins, or goes on where --resume says so. @throws GroundnoteError invalid-params, when it would mix two jobs */
async function openJournal(
  options: BatchOptions,
  folder: string,
  total: number,
  { servers, pack }: { servers: readonly OpenServer[]; pack?: string },
): Promise<Journal> {
  const { out, task, text } = options;
  const file = path.join(out, 'journal.jsonl');
  const job: BatchJob = {
    id: `batch-${randomUUID().slice(0, 8)}`,
    folder,
    task: taskOf(options),
    ...(task === 'ground' && { text: text ?? '' }),
    ...(pack !== undefined && { pack }),
    ...idsOf(servers),
    existing: options.existing,
    recursive: options.recursive ?? false,
  };
  const before = await readJournal(file);
  if (!before) return Journal.create(file, job, total);
  if (!options.resume)
    throw new GroundnoteError(
      'invalid-params',
      `${out} holds a batch already: give --resume to go on with it, or another --out.`,
    );
  const question = ({ folder: of, task: what, text: words, pack: by, existing }: BatchJob) =>
    JSON.stringify([of, what, words, by, existing]);
  if (question(before.job) !== question(job))
    throw new GroundnoteError(
      'invalid-params',
      `${out} holds a batch with another question, pack or folder: give another --out.`,
    );
  return Journal.resume(file);
}

function showBatchProgress(io: CliIo, progress: BatchProgress): void {
  const { total, done, skipped, failed, remaining_ms, waiting } = progress;
  const at = done + skipped + failed;
  const left = remaining_ms === undefined ? '' : `, about ${durationInWords(remaining_ms)} left`;
  showProgress(io, {
    phase: `${at} of ${total} images${waiting === undefined ? left : ', waiting for a server'}`,
    fraction: total ? at / total : 1,
  });
}

const inWords = ({ total, done, skipped, failed, regions }: BatchProgress) =>
  `${done} of ${total} images done (${regions} regions), ${skipped} skipped, ${failed} failed.`;
