/** The graphs of a pack where a server runs them: its files' configuration is used here, its tensors go there. */
import { GroundnoteError } from '../../../protocol/errors';
import type { ServerOf } from '../../../protocol/servers';
import type { SessionStore } from '../../process/services';
import { convert, floatsOf, isElementType, type ElementType, type NamedArray } from '../onnx/arrays';
import type { GraphContract, GraphValue, OnnxSession } from '../onnx/session';
import { currentSignal } from './currentSignal';
import type { InferenceServer } from './openInference';
import type { ModelMetadata } from './openInferenceWire';
import type { Datatype, Tensor } from './tensors';

const datatypes: Readonly<Record<ElementType, Datatype>> = {
  float32: 'FP32',
  float16: 'FP16',
  float64: 'FP64',
  int64: 'INT64',
  int32: 'INT32',
  uint8: 'UINT8',
  int8: 'INT8',
  bool: 'BOOL',
};
const elementTypes = new Map(Object.entries(datatypes).map(([type, datatype]) => [datatype as string, type]));

/**
 * Opens graphs by the names that the server's settings give them. Those that are not named run here: a decoder that is asked
 * at many points needs less time than its inputs need for the way.
 */
export function serverSessions(
  server: InferenceServer,
  { id, models }: ServerOf<'open-inference'>,
  here: SessionStore,
): SessionStore {
  return {
    async open(pack, file, contract) {
      const model = Object.hasOwn(models, file) ? models[file] : undefined;
      const known = pack.manifest.files.map(({ path }) => path);
      // With none of its graphs there, nothing would go to the server: the names are those of another pack.
      if (!Object.keys(models).some((name) => known.includes(name)))
        throw new GroundnoteError(
          'invalid-params',
          `The server "${id}" names no model for "${file}" of the pack "${pack.manifest.id}": add it to its "models" in groundnote.servers.`,
        );
      if (model === undefined) return here.open(pack, file, contract);
      return openGraph(server, model, contract);
    },
  };
}

/** Where the names are known, nothing is asked before the graph runs. */
async function openGraph(
  server: InferenceServer,
  model: string,
  contract: GraphContract | undefined,
): Promise<OnnxSession> {
  const told = contract ? undefined : await server.metadata(model, currentSignal());
  const inputs = contract ? contract.inputs.map(unknownValue) : (told?.inputs ?? []).map(valueOf);
  const outputs = contract ? contract.outputs.map(unknownValue) : (told?.outputs ?? []).map(valueOf);
  if (!inputs.length || !outputs.length)
    throw server.client.problem(
      `does not say what its model “${model}” takes and gives, which this pack needs to know`,
    );
  const outputNames = outputs.map(({ name }) => name);
  return {
    inputs,
    outputs,
    inputNames: inputs.map(({ name }) => name),
    outputNames,
    async run(feeds) {
      const signal = currentSignal();
      const metadata = await server.metadata(model, signal);
      const tensors = inputs.flatMap(({ name, type }): Tensor[] => {
        const array = feeds[name];
        return array ? [tensorOf(name, array, typeIn(metadata, name) ?? type)] : [];
      });
      const answer = await server.infer(model, tensors, outputNames, signal);
      const arrays: Record<string, NamedArray> = {};
      for (const name of outputNames) {
        const tensor = answer.get(name);
        if (!tensor) throw server.client.unexpected(`model “${model}” gives no "${name}"`);
        arrays[name] = arrayOf(tensor);
      }
      return arrays;
    },
    release: () => Promise.resolve(),
  };

  function arrayOf({ name, datatype, shape, data }: Tensor): NamedArray {
    const type = elementTypes.get(datatype);
    if (type === undefined || !isElementType(type))
      throw server.client.unexpected(`its "${name}" has the datatype ${datatype}`);
    const array = { data: data as NamedArray['data'], dims: shape, type };
    // Adapters that keep a contract count in float32.
    return contract ? { data: floatsOf(array), dims: shape } : array;
  }
}

const unknownValue = (name: string): GraphValue => ({ name, type: 'float32', shape: [] });

function valueOf({ name, datatype, shape }: NonNullable<ModelMetadata['inputs']>[number]): GraphValue {
  const type = elementTypes.get(datatype);
  return {
    name,
    type: type !== undefined && isElementType(type) ? type : 'float32',
    shape: shape.map((length) => (length < 0 ? '' : length)),
  };
}

function typeIn(metadata: ModelMetadata | undefined, name: string): ElementType | undefined {
  const datatype = metadata?.inputs?.find((input) => input.name === name)?.datatype;
  const type = datatype === undefined ? undefined : elementTypes.get(datatype);
  return type !== undefined && isElementType(type) ? type : undefined;
}

const tensorOf = (name: string, array: NamedArray, type: ElementType): Tensor => ({
  name,
  datatype: datatypes[type],
  shape: array.dims,
  data: convert(array, type),
});
