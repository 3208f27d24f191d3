/**
 * Sessions of ONNX Runtime. Nothing native is loaded before the first session is opened, and the library's
 * telemetry, which is on by default on Linux and macOS, is switched off before that.
 */
import { availableParallelism } from 'node:os';
import type * as Ort from 'onnxruntime-node';
import { brokenPack, packFile, verifyFiles, type Pack } from '../../packs/registry';
import { convert, isElementType, ofTensor, type ElementType, type NamedArray } from './arrays';
import type { Providers, SessionProvider } from './providers';

/** The names that a graph must have; it may have more outputs, not more inputs. */
export interface GraphContract {
  inputs: readonly string[];
  outputs: readonly string[];
}

/** What a graph says of an input or output: lengths are numbers where they are fixed, names (or empty) where they are not. */
export interface GraphValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** An open graph. `run` blocks the thread: ONNX Runtime's binding does not return before it is done. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /**
   * Arrays by input name → arrays by output name. What goes in is converted to the type of the input.
   * @throws GroundnoteError broken-pack when the graph fails on it
   */
  run(feeds: Readonly<Record<string, NamedArray>>): Promise<Record<string, NamedArray>>;
  release(): Promise<void>;
}

export interface SessionOptions {
  /** See sessionThreads. */
  threads: number;
  providers: Providers;
}

/** Threads of a session: as asked, or for 0 the machine's cores less one, at least one. */
export function sessionThreads(threads: number): number {
  return threads > 0 ? threads : Math.max(1, availableParallelism() - 1);
}

/** ONNX Runtime, with its telemetry off. */
async function loadRuntime(): Promise<typeof Ort> {
  process.env.ORT_DISABLE_TELEMETRY = '1';
  return import('onnxruntime-node');
}

/**
 * Opens a graph of a pack after checking its SHA-256 (and that of weights that lie beside it), and checks its inputs and outputs.
 * @param contract absent: whoever opens it looks at its names
 * @throws GroundnoteError broken-pack
 */
export async function openSession(
  pack: Pack,
  file: string,
  contract: GraphContract | undefined,
  { threads, providers }: SessionOptions,
): Promise<OnnxSession> {
  const place = await packFile(pack, file);
  await verifyFiles(pack, filesOfGraph(pack, file));
  const runtime = await loadRuntime();
  const broken = (problem: string, cause?: unknown) =>
    brokenPack(pack.manifest.id, `"${file}" ${problem}`, cause);
  const createOn = (executionProviders: string[]) =>
    runtime.InferenceSession.create(place, {
      executionProviders,
      intraOpNumThreads: sessionThreads(threads),
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
  const onCpu = () =>
    createOn(['cpu']).catch((error: unknown) => {
      throw broken('is not a graph that ONNX Runtime can open', error);
    });

  async function create(): Promise<OpenGraph> {
    const provider = providers.current;
    let session: Ort.InferenceSession | undefined;
    if (provider !== 'cpu') {
      const known = runtime.listSupportedBackends().some(({ name }) => name === provider);
      try {
        if (!known) throw new Error(`ONNX Runtime does not have it for ${process.platform} ${process.arch}`);
        session = await createOn([provider, 'cpu']);
      } catch (error) {
        // The graph itself may be broken: then the CPU fails too, and that is what is said.
        session = await onCpu();
        providers.fail(provider, reasonOf(error));
        return { session, provider: 'cpu', runs: 0 };
      }
    }
    session ??= await onCpu();
    providers.use(provider);
    return { session, provider, runs: 0 };
  }

  let opened = create();
  /** The session on the provider that is wanted now. */
  const current = (): Promise<OpenGraph> => {
    const before = opened;
    opened = before.then(async (graph) => {
      if (graph.provider === providers.current) return graph;
      const next = await create();
      graph.retired = true;
      if (graph.runs === 0) await graph.session.release();
      return next;
    });
    opened.catch(() => (opened = before));
    return opened;
  };
  const runOn = async (graph: OpenGraph, tensors: Record<string, Ort.Tensor>) => {
    graph.runs++;
    try {
      return await graph.session.run(tensors);
    } finally {
      graph.runs--;
      if (graph.retired && graph.runs === 0) await graph.session.release();
    }
  };

  const { session } = await opened;
  const inputs = valuesOf(session.inputMetadata);
  const outputs = valuesOf(session.outputMetadata);
  const odd = session.inputNames.find((name) => !inputs.some((input) => input.name === name));
  const problem =
    odd === undefined
      ? contract && contractProblem(session, contract)
      : `wants "${odd}" in a type that Groundnote does not know`;
  if (problem) {
    await session.release();
    throw broken(problem);
  }
  return {
    inputNames: session.inputNames,
    outputNames: outputs.map(({ name }) => name),
    inputs,
    outputs,
    async run(feeds) {
      const tensors: Record<string, Ort.Tensor> = {};
      for (const { name, type } of inputs) {
        const array = feeds[name];
        if (array) tensors[name] = tensorOf(runtime.Tensor, array, type);
      }
      const graph = await current();
      let results: Ort.InferenceSession.ReturnType;
      try {
        results = await runOn(graph, tensors);
      } catch (error) {
        const fails = (cause: unknown) => broken(`fails at work (${reasonOf(cause)})`, cause);
        if (graph.provider === 'cpu') throw fails(error);
        providers.fail(graph.provider, reasonOf(error));
        results = await runOn(await current(), tensors).catch((cause: unknown) => {
          throw fails(cause);
        });
      }
      const arrays: Record<string, NamedArray> = {};
      for (const [name, tensor] of Object.entries(results)) {
        const array = ofTensor(tensor);
        if (array) arrays[name] = array;
      }
      return arrays;
    },
    release: async () => (await opened).session.release(),
  };
}

/** A session of ONNX Runtime, and who uses it: one that is replaced is released after its last run. */
interface OpenGraph {
  readonly session: Ort.InferenceSession;
  readonly provider: SessionProvider;
  runs: number;
  retired?: boolean;
}

/** Inputs or outputs, without those of types that are not converted. */
const valuesOf = (metadata: readonly Ort.InferenceSession.ValueMetadata[]): GraphValue[] =>
  metadata.flatMap((value) =>
    value.isTensor && isElementType(value.type)
      ? [{ name: value.name, type: value.type, shape: value.shape }]
      : [],
  );

/** The graph, and the files beside it that large graphs keep their weights in. */
function filesOfGraph({ manifest }: Pack, file: string): string[] {
  const beside = manifest.files.filter(
    ({ path }) => path.startsWith(`${file}_data`) || path.startsWith(`${file}.data`),
  );
  return [file, ...beside.map(({ path }) => path)];
}

function tensorOf(Tensor: typeof Ort.Tensor, array: NamedArray, type: ElementType): Ort.Tensor {
  const data = convert(array, type);
  const { dims } = array;
  if (type === 'bool') return new Tensor('bool', data as Uint8Array, dims);
  if (type === 'float16') return new Tensor('float16', data as Uint16Array, dims);
  return new Tensor(type, data as Float32Array, dims);
}

/** The first line of a native error, without its full stop. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200).replace(/\.$/, '') ??
  '';

/** Why a graph does not keep its contract, as the rest of a sentence, or undefined. */
export function contractProblem(
  graph: { readonly inputNames: readonly string[]; readonly outputNames: readonly string[] },
  contract: GraphContract,
): string | undefined {
  const list = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const missing = contract.inputs.filter((name) => !graph.inputNames.includes(name));
  if (missing.length) return `has no input ${list(missing)}`;
  const unknown = graph.inputNames.filter((name) => !contract.inputs.includes(name));
  if (unknown.length) return `wants an input that Groundnote does not know: ${list(unknown)}`;
  const absent = contract.outputs.filter((name) => !graph.outputNames.includes(name));
  return absent.length ? `has no output ${list(absent)}` : undefined;
}
