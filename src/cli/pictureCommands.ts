/** The commands about a file as a whole: `describe` and `depth`. */
import { writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { catalogue } from '../inference/packs/catalogue/catalogue';
import type { CatalogueEntry } from '../inference/packs/catalogue/schema';
import type { Runtime } from '../inference/process/runtime';
import { GroundnoteError } from '../protocol/errors';
import { modalities, type Modality } from '../protocol/modalities';
import type { PackKind, Task } from '../protocol/packs';
import type { HandlerContext } from '../protocol/rpc';
import { clearProgress, contextOf, printJson, showProgress, type CliIo } from './io';
import { finish, type ResultFiles } from './tasks';

interface DescribeOptions extends Pick<ResultFiles, 'json' | 'overlayOut'> {
  modality?: Modality;
  pack?: string;
}

/** @param command makes a command with the options that all have @param runtimeOf what these options ask for */
export function addPictureCommands<Shared>(
  io: CliIo,
  command: (name: string, description: string) => Command,
  runtimeOf: (options: Shared) => Runtime,
): void {
  command('describe <file>', 'what a picture, sound, point cloud or other file holds, in words')
    .addOption(
      new Option('--modality <kind>', 'what the file is; otherwise its name tells').choices(modalities),
    )
    .option('--overlay-out <file>', 'write a picture with the regions of the description as PNG')
    .option('--pack <id>', 'the pack or server to use')
    .action((file: string, options: Shared & DescribeOptions) =>
      runDescribe(io, runtimeOf(options), file, options),
    );

  command('depth <image>', 'how near things are → a PNG of greys, the nearest is white')
    .requiredOption('--out <file>', 'the PNG')
    .option('--pack <id>', 'the pack or server to use')
    .action((image: string, options: Shared & { out: string; pack?: string; json?: boolean }) =>
      runDepth(io, runtimeOf(options), image, options),
    );
}

/** @throws GroundnoteError as the task does, invalid-params, and io */
async function runDescribe(
  io: CliIo,
  runtime: Runtime,
  file: string,
  { modality: wanted, pack, ...files }: DescribeOptions,
): Promise<void> {
  const media = { path: file };
  const modality = wanted ?? (await runtime.modalityOf({ media })) ?? 'image';
  const choice = pack !== undefined && { pack };
  if (modality !== 'image') {
    if (files.overlayOut !== undefined)
      throw new GroundnoteError('invalid-params', '--overlay-out goes with pictures.');
    const answer = await runtime.describeMedia({ media, modality, ...choice }, streamingTo(io));
    clearProgress(io);
    if (files.json) return printJson(io, answer);
    io.out(`${answer.text}\n`);
    io.err(`${answer.pack.id} ${answer.pack.version}: ${Math.round(answer.timings.total_ms)} ms\n`);
    return;
  }
  const result = await withAdvice(
    pack,
    ({ tasks }) => tasks.includes('describe'),
    () => runtime.describe({ image: media, ...choice }, streamingTo(io)),
  );
  await finish(io, runtime, file, result, files);
}

/** @throws GroundnoteError as the task does, and io */
async function runDepth(
  io: CliIo,
  runtime: Runtime,
  image: string,
  { out, pack, json }: { out: string; pack?: string; json?: boolean },
): Promise<void> {
  const { png, ...result } = await withAdvice(
    pack,
    ({ kind }) => kind === 'depth-estimator',
    () =>
      runtime.estimateDepth({ image: { path: image }, ...(pack !== undefined && { pack }) }, contextOf(io)),
  );
  try {
    await writeFile(out, png);
  } catch (error) {
    throw new GroundnoteError('io', `"${out}" cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
  clearProgress(io);
  if (json) return printJson(io, { image, out, ...result });
  io.out(`${out}\n`);
  io.err(`${result.pack.id} ${result.pack.version}: ${Math.round(result.timings.total_ms)} ms\n`);
}

/** Shows on a terminal the end of a text as it grows, in one line over itself; the whole of it comes as the result. */
function streamingTo(io: CliIo): HandlerContext {
  return {
    signal: io.signal,
    progress(progress) {
      if (progress.text === undefined) return showProgress(io, progress);
      const line = progress.text.replace(/\s+/g, ' ');
      showProgress(io, { phase: line.length > 76 ? `…${line.slice(-75)}` : line });
    },
  };
}

/**
 * Where no pack of this machine can do it, the error names those that can be installed, the small ones.
 * @param wanted the pack that the user has named: then the error says enough
 */
async function withAdvice<T>(
  wanted: string | undefined,
  fits: (pack: { tasks: readonly Task[]; kind: PackKind }) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (wanted !== undefined || !(error instanceof GroundnoteError) || error.code !== 'no-pack') throw error;
    const bytes = ({ files }: CatalogueEntry) => files.reduce((sum, { size }) => sum + size, 0);
    const packs = catalogue()
      .filter(fits)
      .sort((a, b) => bytes(a) - bytes(b));
    if (!packs.length) throw error;
    const names = packs.slice(0, 4).map(({ id, title }) => `${id} (${title})`);
    const [problem] = error.message.split(/(?<=\.) /);
    throw new GroundnoteError(
      'no-pack',
      `${problem} Install one with "groundnote packs add ID", for instance ${names.join(', ')}.`,
    );
  }
}
