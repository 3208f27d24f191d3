/**
 * From a pack's folder to a model of transformers.js. The library sees the files that the pack's manifest lists, after their
 * SHA-256 has been checked, and nothing else: no other file of this machine, no network, no cache of its own.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PreTrainedModel, PretrainedModelOptions } from '@huggingface/transformers';
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';
import type { Configuration } from '../../../protocol/inference';
import { brokenPack, packFile, readPackJson, verifyFiles, type Pack } from '../../packs/registry';
import { sessionThreads } from '../onnx/session';
import type { EngineServices } from '../open';
import type * as LibraryModule from './library';

export type Library = typeof LibraryModule;

/** How numbers of a graph are kept, as the names of its files tell it; in the order in which they are preferred here. */
const suffixes = {
  fp32: '',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  fp16: '_fp16',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
} as const;
type Dtype = keyof typeof suffixes;
const dtypeSchema = z.enum(Object.keys(suffixes) as [Dtype, ...Dtype[]]);

/** What every pack of this engine may say in `options`; each adapter has more. */
export const loadingOptionsSchema = z.object({
  /** For all graphs, or by graph (`{"vision_encoder": "fp16"}`). What is not named is what the pack has. */
  dtype: z.union([dtypeSchema, z.record(z.string(), dtypeSchema)]).optional(),
  /** Where the graphs are, in the pack. */
  folder: z.string().default('onnx'),
  /** Name of the graph's file, where there is one graph and it is not called "model". */
  model_file: z.string().optional(),
});
export type LoadingOptions = z.output<typeof loadingOptionsSchema>;

/** The few fields of a `config.json` that adapters look at. */
export const modelConfigSchema = z.looseObject({ model_type: z.string() });
export type ModelConfig = z.output<typeof modelConfigSchema>;

/** Where transformers.js looks for models: inside a file, so that nothing is ever found there. */
const nowhere = path.join(process.execPath, 'packs');

/** Verified files by the name that the library asks for: `ID of the loading/path in the pack` → absolute path. */
const offered = new Map<string, string>();
let loadings = 0;

let loading: Promise<Library> | undefined;

/** transformers.js, shut off from the network and from files that no pack lists. */
export function loadLibrary(): Promise<Library> {
  loading ??= load();
  loading.catch(() => (loading = undefined));
  return loading;
}

async function load(): Promise<Library> {
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const library = await import('./library');
  const { env, LogLevel } = library;
  env.logLevel = LogLevel.NONE;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = nowhere;
  env.remoteHost = nowhere;
  env.remotePathTemplate = '{model}';
  env.cacheDir = nowhere;
  env.useFSCache = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.fetch = (input) => Promise.reject(new Error(`Nothing is fetched, and ${String(input)} neither.`));
  env.useCustomCache = true;
  env.customCache = { match: offeredFile, put: () => Promise.resolve() };
  return library;
}

/** A graph by its path, which ONNX Runtime opens; anything else by its content. */
async function offeredFile(request: string): Promise<Response | string | undefined> {
  const name = request.startsWith(nowhere) ? request.slice(nowhere.length).replace(/^[\\/]+/, '') : request;
  const place = offered.get(name);
  if (place === undefined) return undefined;
  return /\.onnx(_data.*)?$/.test(place) ? place : new Response(await readFile(place));
}

/** What opens the parts of a model: the name under which the library finds the pack, and how graphs are run. */
export interface Opening {
  readonly library: Library;
  readonly id: string;
  readonly config: ModelConfig;
  /** Opens the model; where the chosen execution provider fails, on the CPU. @throws GroundnoteError broken-pack */
  model<M extends PreTrainedModel>(
    from: { from_pretrained(id: string, options: PretrainedModelOptions): Promise<M> },
    doing: string,
  ): Promise<M>;
  /** Opens a tokenizer or a processor. @throws GroundnoteError broken-pack */
  part<T>(from: { from_pretrained(id: string): Promise<T> }, what: string): Promise<T>;
}

/**
 * Checks all files of a pack and offers them to the library while `open` opens what it needs.
 * @throws GroundnoteError broken-pack
 */
export async function opening<T>(
  pack: Pack,
  options: LoadingOptions,
  services: EngineServices,
  open: (from: Opening) => Promise<T>,
): Promise<T> {
  const config = await readPackJson(pack, 'config.json', modelConfigSchema);
  await verifyFiles(pack);
  const library = await loadLibrary();
  const id = `pack-${++loadings}`;
  const names: string[] = [];
  for (const { path: file } of pack.manifest.files) {
    names.push(`${id}/${file}`);
    offered.set(`${id}/${file}`, await packFile(pack, file));
  }
  try {
    return await open({
      library,
      id,
      config,
      model: (from, doing) => openModel(pack, id, config, options, services, from, doing),
      async part(from, what) {
        try {
          return await from.from_pretrained(id);
        } catch (error) {
          throw brokenPack(pack.manifest.id, `its ${what} cannot be opened (${firstLine(error)})`, error);
        }
      },
    });
  } finally {
    for (const name of names) offered.delete(name);
  }
}

async function openModel<M extends PreTrainedModel>(
  pack: Pack,
  id: string,
  config: ModelConfig,
  options: LoadingOptions,
  { threads, log, configuration }: EngineServices,
  from: { from_pretrained(id: string, options: PretrainedModelOptions): Promise<M> },
  doing: string,
): Promise<M> {
  const openOn = (device: Configuration['executionProvider']) =>
    from.from_pretrained(id, {
      subfolder: options.folder,
      ...(options.model_file !== undefined && { model_file_name: options.model_file }),
      dtype: dtypesOf(pack, options) as NonNullable<PretrainedModelOptions['dtype']>,
      device: device === 'auto' ? 'cpu' : device,
      session_options: {
        intraOpNumThreads: sessionThreads(threads),
        interOpNumThreads: 1,
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
      },
    });
  const { executionProvider } = configuration();
  try {
    if (executionProvider !== 'auto' && executionProvider !== 'cpu')
      try {
        return await openOn(executionProvider);
      } catch (error) {
        log(
          'warn',
          `"${pack.manifest.title}" runs on the CPU: "${executionProvider}" cannot run it here (${firstLine(error)}).`,
        );
      }
    return await openOn('cpu');
  } catch (error) {
    const unknown = /^Unsupported model type/.test(firstLine(error));
    throw brokenPack(
      pack.manifest.id,
      unknown
        ? `models of the type "${config.model_type}" cannot be run ${doing}`
        : `its graphs cannot be opened (${firstLine(error)})`,
      error,
    );
  }
}

/** The kind of numbers of each graph of a pack by its name without folder and suffix. */
export function dtypesOf(pack: Pack, { dtype, folder }: LoadingOptions): Record<string, Dtype> {
  const graphs = graphsOf(pack, folder);
  if (typeof dtype === 'string') return Object.fromEntries(graphs.map(([name]) => [name, dtype]));
  // The last entry of a name wins.
  return { ...Object.fromEntries(graphs.reverse()), ...dtype };
}

/** Graphs with their kinds of numbers, the preferred ones first. */
function graphsOf(pack: Pack, folder: string): [name: string, dtype: Dtype][] {
  const stems = pack.manifest.files.flatMap(({ path: file }) =>
    path.posix.dirname(file) === folder && file.endsWith('.onnx') ? [path.posix.basename(file, '.onnx')] : [],
  );
  const suffixed = Object.entries(suffixes).filter(([, suffix]) => suffix !== '') as [Dtype, string][];
  const order = Object.keys(suffixes);
  return stems
    .map((stem): [string, Dtype] => {
      // The longest suffix: "_q4f16" ends in no other, but "_int8" in "_uint8" would.
      const found = suffixed
        .filter(([, suffix]) => stem.endsWith(suffix))
        .sort((a, b) => b[1].length - a[1].length)[0];
      return found ? [stem.slice(0, -found[1].length), found[0]] : [stem, 'fp32'];
    })
    .sort((a, b) => order.indexOf(a[1]) - order.indexOf(b[1]));
}

/** Runs a question; what goes wrong inside the library is the pack's fault. @throws GroundnoteError */
export async function asking<T>(pack: Pack, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GroundnoteError) throw error;
    throw brokenPack(pack.manifest.id, `it failed at this picture (${firstLine(error)})`, error);
  }
}

/** An error's first line, cut where it is long, without a full stop. */
export function firstLine(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return (line.length > 200 ? `${line.slice(0, 200)}…` : line).replace(/\.$/, '');
}
