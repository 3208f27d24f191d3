/**
 * What an `.onnx` file says of itself: its inputs and outputs, and the properties that exporters put in (Ultralytics: task,
 * class names, size). onnxruntime-node does not hand the properties out. Only these parts of the protocol buffer are read;
 * weights are jumped over, so that a file of gigabytes costs a few kilobytes.
 */
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { GroundnoteError } from '../../protocol/errors';

export interface OnnxTensor {
  name: string;
  /** `float32`, `int64`, …; `unknown` for types that no model of ours takes. */
  type: string;
  /** A dimension is a number, or a name (empty where it has none) when it is free; absent: of any rank. */
  shape?: readonly (number | string)[];
}

export interface OnnxMetadata {
  /** The program that wrote it, as far as it says so. */
  producer: string;
  /** Version of the operators of ONNX itself. */
  opset?: number;
  properties: Readonly<Record<string, string>>;
  /** What must be given; weights that old files list among the inputs are left out. */
  inputs: readonly OnnxTensor[];
  outputs: readonly OnnxTensor[];
  /** Files with weights that must lie beside it (`model.onnx_data`), as they are named inside. */
  externalFiles: readonly string[];
}

/** Longest text or small message that is read. Class names of 1,000 classes are some 30 kB. */
const maxText = 4 << 20;
/** Messages (nodes, weights) that a model may have. */
const maxFields = 5_000_000;
const windowBytes = 16 << 10;

const elementTypes: readonly string[] = [
  'unknown',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
];

/** Where the bytes of a model are. Places are asked for in ascending order, but for those near the last one. */
export interface OnnxBytes {
  readonly size: number;
  /** Some bytes from this place on, at least one. Fewer than `size` may turn out to be there: none then. */
  from(position: number): Promise<Uint8Array>;
}

/** @throws GroundnoteError not-found, io, broken-pack (it is no ONNX model, or is cut off) */
export async function readOnnxMetadata(file: string): Promise<OnnxMetadata> {
  const name = path.basename(file);
  let handle: FileHandle | undefined;
  try {
    handle = await open(file, 'r');
    return await readOnnxBytes(name, await bytesOf(handle));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof GroundnoteError) throw error;
    if (code === 'ENOENT') throw new GroundnoteError('not-found', `There is no file ${file}.`);
    throw new GroundnoteError('io', `${name} cannot be read (${code}).`, { cause: error });
  } finally {
    await handle?.close();
  }
}

/** The same of bytes that lie elsewhere (in an archive). @throws GroundnoteError broken-pack, and what `bytes` throws */
export async function readOnnxBytes(name: string, bytes: OnnxBytes): Promise<OnnxMetadata> {
  try {
    return await readModel(new Reader(bytes));
  } catch (error) {
    if (!(error instanceof Nonsense)) throw error;
    throw new GroundnoteError('broken-pack', `${name} is not an ONNX model, or only a part of one.`, {
      cause: error,
    });
  }
}

/** A file, read in small parts. */
async function bytesOf(handle: FileHandle): Promise<OnnxBytes> {
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(windowBytes);
  return {
    size,
    async from(position) {
      const { bytesRead } = await handle.read(buffer, 0, windowBytes, position);
      return buffer.subarray(0, bytesRead);
    },
  };
}

/** A stream that can only be read forward. */
export function onnxBytesOfStream(size: number, stream: AsyncIterable<Uint8Array>): OnnxBytes {
  const chunks = stream[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let start = 0;
  return {
    size,
    async from(position) {
      while (position >= start + chunk.byteLength) {
        start += chunk.byteLength;
        const next = await chunks.next();
        if (next.done) return new Uint8Array(0);
        chunk = next.value;
      }
      return chunk.subarray(position - start);
    },
  };
}

/** Bytes that are no model. */
class Nonsense extends Error {}

/** One field of a message: its number, how it is written, and for a length-delimited one where its content ends. */
interface Field {
  number: number;
  wire: number;
  end: number;
}

/** Reads a model from front to back, with jumps. */
class Reader {
  position = 0;
  private window: Uint8Array = new Uint8Array(0);
  private start = 0;
  private fields = 0;

  constructor(private readonly bytes: OnnxBytes) {}

  get size(): number {
    return this.bytes.size;
  }

  /** Makes the window hold the byte at the position. */
  private async fill(): Promise<void> {
    if (this.position < this.size) this.window = await this.bytes.from(this.position);
    else this.window = new Uint8Array(0);
    this.start = this.position;
    if (!this.window.byteLength) throw new Nonsense('it ends too soon');
  }

  private get isOutside(): boolean {
    return this.position < this.start || this.position >= this.start + this.window.byteLength;
  }

  private async byte(): Promise<number> {
    if (this.isOutside) await this.fill();
    return this.window[this.position++ - this.start] as number;
  }

  /** A whole number; negative ones (two's complement of 64 bits) come as −1, which is all that a shape says with them. */
  async varint(): Promise<number> {
    let value = 0;
    for (let i = 0, unit = 1; i < 10; i++, unit *= 128) {
      const byte = await this.byte();
      if (i === 9 && byte) return -1;
      value += (byte & 127) * unit;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) throw new Nonsense('a number is too large');
        return value;
      }
    }
    throw new Nonsense('a number does not end');
  }

  /** The next field of the message that ends at `end`, or undefined there. */
  async field(end: number): Promise<Field | undefined> {
    if (this.position === end) return undefined;
    if (this.position > end || ++this.fields > maxFields) throw new Nonsense('a message is too long');
    const tag = await this.varint();
    const field = { number: Math.floor(tag / 8), wire: tag % 8, end: 0 };
    if (field.number < 1) throw new Nonsense('a field has no number');
    if (field.wire === 2) {
      const length = await this.varint();
      field.end = this.position + length;
      if (length < 0 || field.end > end) throw new Nonsense('a field is longer than what it is in');
    }
    return field;
  }

  async skip({ wire, end }: Field): Promise<void> {
    if (wire === 0) await this.varint();
    else if (wire === 2) this.position = end;
    else if (wire === 1 || wire === 5) this.position += wire === 1 ? 8 : 4;
    else throw new Nonsense('a field is written in an unknown way');
    if (this.position > this.size) throw new Nonsense('it ends too soon');
  }

  async text({ wire, end }: Field): Promise<string> {
    const length = end - this.position;
    if (wire !== 2 || length > maxText) throw new Nonsense('a text is too long');
    const bytes = Buffer.alloc(length);
    for (let read = 0; read < length;) {
      if (this.isOutside) await this.fill();
      const part = this.window.subarray(this.position - this.start).subarray(0, length - read);
      bytes.set(part, read);
      read += part.byteLength;
      this.position += part.byteLength;
    }
    return bytes.toString('utf8');
  }

  async number(field: Field): Promise<number> {
    if (field.wire !== 0) throw new Nonsense('a number is expected');
    return this.varint();
  }

  /** Reads a message field by field; what `read` does not take is jumped over. */
  async message({ wire, end }: Field, read: (field: Field) => Promise<unknown> | undefined): Promise<void> {
    if (wire !== 2) throw new Nonsense('a message is expected');
    for (let field = await this.field(end); field; field = await this.field(end))
      await (read(field) ?? this.skip(field));
  }
}

async function readModel(reader: Reader): Promise<OnnxMetadata> {
  const properties: Record<string, string> = {};
  let producer = '';
  let opset: number | undefined;
  let version = 0;
  let graph: Graph | undefined;
  await reader.message({ number: 0, wire: 2, end: reader.size }, (field) => {
    // The numbers of ModelProto. A file of another kind soon has a field that it does not.
    if (field.number > 64) throw new Nonsense('a field is unknown');
    if (field.number === 1) return reader.number(field).then((value) => (version = value));
    if (field.number === 2) return reader.text(field).then((text) => (producer = text));
    if (field.number === 7) return readGraph(reader, field).then((read) => (graph = read));
    if (field.number === 8)
      return readOpset(reader, field).then((set) => {
        if (set.domain === '' || set.domain === 'ai.onnx') opset = set.version;
      });
    if (field.number === 14)
      return readEntry(reader, field).then(({ key, value }) => {
        if (key !== undefined) properties[key] = value ?? '';
      });
    return undefined;
  });
  if (!graph?.outputs.length || version < 1 || version > 1000) throw new Nonsense('there is no graph');
  const { weights, inputs, outputs, externalFiles } = graph;
  return {
    producer,
    opset,
    properties,
    inputs: inputs.filter(({ name }) => !weights.has(name)),
    outputs,
    externalFiles: [...externalFiles],
  };
}

interface Graph {
  inputs: OnnxTensor[];
  outputs: OnnxTensor[];
  weights: Set<string>;
  externalFiles: Set<string>;
}

async function readGraph(reader: Reader, graphField: Field): Promise<Graph> {
  const graph: Graph = { inputs: [], outputs: [], weights: new Set(), externalFiles: new Set() };
  await reader.message(graphField, (field) => {
    if (field.number === 5) return readWeight(reader, field, graph);
    if (field.number === 11) return readTensor(reader, field).then((tensor) => graph.inputs.push(tensor));
    if (field.number === 12) return readTensor(reader, field).then((tensor) => graph.outputs.push(tensor));
    return undefined;
  });
  return graph;
}

async function readWeight(reader: Reader, weightField: Field, graph: Graph): Promise<void> {
  await reader.message(weightField, (field) => {
    if (field.number === 8) return reader.text(field).then((name) => graph.weights.add(name));
    if (field.number === 13)
      return readEntry(reader, field).then(({ key, value }) => {
        if (key === 'location' && value) graph.externalFiles.add(value);
      });
    return undefined;
  });
}

async function readTensor(reader: Reader, tensorField: Field): Promise<OnnxTensor> {
  const tensor: OnnxTensor = { name: '', type: 'unknown' };
  const readType = (type: Field) =>
    reader.message(type, (field) => {
      if (field.number === 1)
        return reader.number(field).then((value) => (tensor.type = elementTypes[value] ?? 'unknown'));
      if (field.number === 2) return readShape(reader, field).then((shape) => (tensor.shape = shape));
      return undefined;
    });
  await reader.message(tensorField, (field) => {
    if (field.number === 1) return reader.text(field).then((name) => (tensor.name = name));
    if (field.number === 2)
      return reader.message(field, (type) => (type.number === 1 ? readType(type) : undefined));
    return undefined;
  });
  return tensor;
}

async function readShape(reader: Reader, shapeField: Field): Promise<(number | string)[]> {
  const shape: (number | string)[] = [];
  await reader.message(shapeField, (dimension) => {
    if (dimension.number !== 1) return undefined;
    shape.push('');
    const put = (value: number | string) => (shape[shape.length - 1] = value);
    return reader.message(dimension, (field) => {
      if (field.number === 1) return reader.number(field).then((value) => put(value < 0 ? '' : value));
      if (field.number === 2) return reader.text(field).then(put);
      return undefined;
    });
  });
  return shape;
}

async function readOpset(reader: Reader, opsetField: Field): Promise<{ domain: string; version: number }> {
  const opset = { domain: '', version: 0 };
  await reader.message(opsetField, (field) => {
    if (field.number === 1) return reader.text(field).then((domain) => (opset.domain = domain));
    if (field.number === 2) return reader.number(field).then((version) => (opset.version = version));
    return undefined;
  });
  return opset;
}

async function readEntry(reader: Reader, entryField: Field): Promise<{ key?: string; value?: string }> {
  const entry: { key?: string; value?: string } = {};
  await reader.message(entryField, (field) => {
    if (field.number === 1) return reader.text(field).then((key) => (entry.key = key));
    if (field.number === 2) return reader.text(field).then((value) => (entry.value = value));
    return undefined;
  });
  return entry;
}
