/**
 * The Open Inference Protocol, version 2, over HTTP. Tensors go as bytes behind the JSON (a fifth of what they are in it),
 * and in the JSON where a server does not understand that: that is tried once, and remembered.
 */
import { randomUUID } from 'node:crypto';
import { GroundnoteError } from '../../../protocol/errors';
import { Refusal, type HttpClient, type HttpQuestion, type WholeAnswer } from './http';
import { inferAnswerSchema, modelMetadataSchema, type ModelMetadata } from './openInferenceWire';
import { readTensor, tensorBytes, tensorValues, type Tensor } from './tensors';

const lengthHeader = 'Inference-Header-Content-Length';
/** Masks of many regions are large. */
const maxBytes = 512_000_000;

/** Statuses that say nothing about the form of the tensors. */
const aboutOthers = new Set([404, 408, 429, 502, 503, 504]);

export class InferenceServer {
  /** Whether the server reads bytes behind the JSON; undefined: not tried yet. */
  private readsBinary?: boolean;
  private readonly metadatas = new Map<string, ModelMetadata>();

  constructor(readonly client: HttpClient) {}

  /**
   * What a model takes and gives; undefined from a server that does not tell.
   * @throws GroundnoteError bad-server for a model that is not there, and as HttpClient does
   */
  async metadata(model: string, signal: AbortSignal): Promise<ModelMetadata | undefined> {
    const kept = this.metadatas.get(model);
    if (kept) return kept;
    try {
      const metadata = await this.client.json({ path: pathOf(model) }, modelMetadataSchema, signal);
      this.metadatas.set(model, metadata);
      return metadata;
    } catch (error) {
      if (!(error instanceof Refusal) || aboutOthers.has(error.status)) throw this.told(error, model);
      return undefined;
    }
  }

  /**
   * Runs a model.
   * @param wanted names of outputs; absent: all
   * @throws GroundnoteError bad-server for what the model refuses and for answers in a wrong form, and as HttpClient does
   */
  async infer(
    model: string,
    inputs: readonly Tensor[],
    wanted: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<Map<string, Tensor>> {
    const ask = (binary: boolean) =>
      this.client.whole(
        { method: 'POST', path: `${pathOf(model)}/infer`, maxBytes, ...bodyOf(inputs, wanted, binary) },
        signal,
      );
    let answer: WholeAnswer;
    try {
      answer = await ask(this.readsBinary !== false);
      if (this.readsBinary === undefined) this.client.log('debug', 'takes tensors as bytes');
      this.readsBinary ??= true;
    } catch (error) {
      if (this.readsBinary !== undefined || !(error instanceof Refusal) || aboutOthers.has(error.status))
        throw this.told(error, model);
      try {
        answer = await ask(false);
      } catch (second) {
        throw this.told(second, model);
      }
      this.readsBinary = false;
      this.client.log('info', 'takes tensors in JSON only, which is slower');
    }
    return this.read(answer);
  }

  private read({ headers, bytes }: WholeAnswer): Map<string, Tensor> {
    const header = headers[lengthHeader.toLowerCase()];
    const length = header === undefined ? bytes.length : Number(header);
    if (!(Number.isInteger(length) && length >= 0 && length <= bytes.length))
      throw this.client.unexpected(`its JSON has ${String(header)} of ${bytes.length} bytes`);
    const { outputs } = this.client.parse(bytes.toString('utf8', 0, length), inferAnswerSchema);
    const tensors = new Map<string, Tensor>();
    let at = length;
    for (const output of outputs) {
      const size = output.parameters?.binary_data_size;
      let binary: Uint8Array | undefined;
      if (size !== undefined) {
        if (at + size > bytes.length)
          throw this.client.unexpected(`it ends in the middle of its "${output.name}"`);
        binary = bytes.subarray(at, (at += size));
      }
      const tensor = readTensor(output, binary);
      if (typeof tensor === 'string') throw this.client.unexpected(tensor);
      tensors.set(output.name, tensor);
    }
    return tensors;
  }

  private told(error: unknown, model: string): unknown {
    return error instanceof Refusal && error.status === 404
      ? new GroundnoteError(
          'bad-server',
          `The server “${this.client.name}” has no model named “${model}”: correct “models” in “groundnote.servers”.`,
          { cause: error },
        )
      : error;
  }
}

const pathOf = (model: string) => `/v2/models/${encodeURIComponent(model)}`;

function bodyOf(
  inputs: readonly Tensor[],
  wanted: readonly string[] | undefined,
  binary: boolean,
): Pick<HttpQuestion, 'headers' | 'body'> {
  // The protocol has it optional; some servers fail without.
  const id = randomUUID();
  const outputs = wanted?.map((name) => ({ name, ...(binary && { parameters: { binary_data: true } }) }));
  const described = ({ name, datatype, shape }: Tensor) => ({ name, datatype, shape: [...shape] });
  if (!binary)
    return {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id,
        inputs: inputs.map((tensor) => ({ ...described(tensor), data: tensorValues(tensor) })),
        ...(outputs && { outputs }),
      }),
    };
  const parts = inputs.map(tensorBytes);
  const json = Buffer.from(
    JSON.stringify({
      id,
      parameters: { binary_data_output: true },
      inputs: inputs.map((tensor, i) => ({
        ...described(tensor),
        parameters: { binary_data_size: parts[i]?.length },
      })),
      ...(outputs && { outputs }),
    }),
  );
  return {
    headers: { 'content-type': 'application/octet-stream', [lengthHeader]: String(json.length) },
    body: Buffer.concat([json, ...parts]),
  };
}
