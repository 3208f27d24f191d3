/**
 * Sessions of ONNX Runtime. Nothing native is loaded before the first session is opened, and the library's
 * telemetry, which is on by default on Linux and macOS, is switched off before that.
 */
import { availableParallelism } from 'node:os';
import type * as Ort from 'onnxruntime-node';
import { brokenPack, packFile, verifyFiles, type Pack } from '../../packs/registry';

/** A named array that goes into or comes out of a graph; `data.length` is the product of `dims`. */
export interface NamedArray {
  data: Float32Array;
  dims: readonly number[];
}

/** The names that a graph must have; it may have more outputs, not more inputs. */
export interface GraphContract {
  inputs: readonly string[];
  outputs: readonly string[];
}

/** An open graph. `run` blocks the thread: ONNX Runtime's binding does not return before it is done. */
export interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Arrays by input name → arrays by output name. All of them float32. */
  run(feeds: Readonly<Record<string, NamedArray>>): Promise<Record<string, NamedArray>>;
  release(): Promise<void>;
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
 * Opens a graph of a pack after checking its SHA-256, and checks its inputs and outputs.
 * @param threads see sessionThreads
 * @throws GroundnoteError broken-pack
 */
export async function openSession(
  pack: Pack,
  file: string,
  contract: GraphContract,
  threads: number,
): Promise<OnnxSession> {
  const place = await packFile(pack, file);
  await verifyFiles(pack, [file]);
  const { InferenceSession, Tensor } = await loadRuntime();
  let session: Ort.InferenceSession;
  try {
    session = await InferenceSession.create(place, {
      executionProviders: ['cpu'],
      intraOpNumThreads: sessionThreads(threads),
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw brokenPack(pack.manifest.id, `"${file}" is not a graph that ONNX Runtime can open`, error);
  }
  const problem = contractProblem(session, contract);
  if (problem) {
    await session.release();
    throw brokenPack(pack.manifest.id, `"${file}" ${problem}`);
  }
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      const tensors: Record<string, Ort.Tensor> = {};
      for (const name of session.inputNames) {
        const array = feeds[name];
        if (array) tensors[name] = new Tensor('float32', array.data, array.dims);
      }
      const results = await session.run(tensors);
      const arrays: Record<string, NamedArray> = {};
      for (const [name, tensor] of Object.entries(results)) {
        if (!(tensor.data instanceof Float32Array))
          throw brokenPack(
            pack.manifest.id,
            `"${file}" gives "${name}" as ${tensor.type} instead of float32`,
          );
        arrays[name] = { data: tensor.data, dims: tensor.dims };
      }
      return arrays;
    },
    release: () => session.release(),
  };
}

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
