/**
 * Tensors of the Open Inference Protocol: in bytes behind the JSON (little endian, strings with their length before them)
 * or as numbers in it.
 */
import { floatToHalf, halfToFloat } from '../onnx/arrays';
import type { AnsweredTensor } from './openInferenceWire';

/** What tensors hold here. Of 64-bit integers only those that a double holds exactly are read as numbers. */
export type Datatype = keyof typeof kinds;

export type TensorData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | string[];

/** Row-major; the product of `shape` is `data.length`. FP16 as its bits, BYTES as UTF-8 strings, BOOL as 0 and 1. */
export interface Tensor {
  name: string;
  datatype: Datatype;
  shape: readonly number[];
  data: TensorData;
}

interface Kind {
  /** Bytes of a number; 0 where it depends on the value. */
  bytes: number;
  write(data: TensorData): Uint8Array;
  read(bytes: Uint8Array): TensorData;
  /** From the numbers of the JSON. */
  from(values: readonly unknown[]): TensorData | undefined;
}

type NumberArray = Exclude<TensorData, string[] | BigInt64Array | BigUint64Array>;
type ArrayClass<T extends ArrayLike<number> | ArrayLike<bigint>> = {
  new (length: number): T;
  new (buffer: ArrayBuffer): T;
  readonly BYTES_PER_ELEMENT: number;
};

/** Views of an aligned copy: what lies behind JSON may begin at any byte. */
const copied = ({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer =>
  buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;

const bytesOf = (data: TensorData): Uint8Array => {
  const { buffer, byteOffset, byteLength } = data as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
};

const numbers = <T extends NumberArray>(Class: ArrayClass<T>): Kind => ({
  bytes: Class.BYTES_PER_ELEMENT,
  write: bytesOf,
  read: (bytes) => new Class(copied(bytes)),
  from(values) {
    const data = new Class(values.length);
    for (const [i, value] of values.entries()) {
      // JSON has no NaN: servers write null for it.
      const number = typeof value === 'boolean' ? Number(value) : value === null ? NaN : value;
      if (typeof number !== 'number') return undefined;
      data[i] = number;
    }
    return data;
  },
});

const bigNumbers = <T extends BigInt64Array | BigUint64Array>(Class: ArrayClass<T>): Kind => ({
  bytes: 8,
  write: bytesOf,
  read: (bytes) => new Class(copied(bytes)),
  from(values) {
    const data = new Class(values.length);
    for (const [i, value] of values.entries()) {
      if (!Number.isInteger(value)) return undefined;
      data[i] = BigInt(value as number);
    }
    return data;
  },
});

const halfBits = numbers<Uint16Array>(Uint16Array);
const halves: Kind = {
  ...halfBits,
  from(values) {
    const floats = numbers<Float32Array>(Float32Array).from(values);
    return floats && Uint16Array.from(floats as Float32Array, floatToHalf);
  },
};

const bytesKind = numbers<Uint8Array>(Uint8Array);
const truths: Kind = {
  ...bytesKind,
  from: (values) => bytesKind.from(values.map((value) => (typeof value === 'number' ? value !== 0 : value))),
};

const strings: Kind = {
  bytes: 0,
  write: (data) =>
    Buffer.concat(
      (data as string[]).flatMap((text) => {
        const bytes = Buffer.from(text);
        const length = Buffer.alloc(4);
        length.writeUInt32LE(bytes.length);
        return [length, bytes];
      }),
    ),
  read(bytes) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const texts: string[] = [];
    for (let at = 0; at < buffer.length;) {
      if (at + 4 > buffer.length) throw new RangeError('a text is cut');
      const end = at + 4 + buffer.readUInt32LE(at);
      if (end > buffer.length) throw new RangeError('a text is cut');
      texts.push(buffer.toString('utf8', at + 4, end));
      at = end;
    }
    return texts;
  },
  from: (values) =>
    values.every((value) => typeof value === 'string') ? [...(values as string[])] : undefined,
};

const kinds = {
  BOOL: truths,
  UINT8: bytesKind,
  UINT16: halfBits,
  UINT32: numbers<Uint32Array>(Uint32Array),
  UINT64: bigNumbers<BigUint64Array>(BigUint64Array),
  INT8: numbers<Int8Array>(Int8Array),
  INT16: numbers<Int16Array>(Int16Array),
  INT32: numbers<Int32Array>(Int32Array),
  INT64: bigNumbers<BigInt64Array>(BigInt64Array),
  FP16: halves,
  FP32: numbers<Float32Array>(Float32Array),
  FP64: numbers<Float64Array>(Float64Array),
  BYTES: strings,
} satisfies Record<string, Kind>;

const kindOf = (datatype: string): Kind | undefined =>
  Object.hasOwn(kinds, datatype) ? kinds[datatype as Datatype] : undefined;

/** The bytes of a tensor, as they stand behind the JSON. */
export const tensorBytes = ({ datatype, data }: Tensor): Uint8Array => kinds[datatype].write(data);

/** The values of a tensor as they stand in the JSON. */
export function tensorValues({ datatype, data }: Tensor): (number | string | boolean)[] {
  if (datatype === 'BOOL') return Array.from(data as Uint8Array, (value) => value !== 0);
  if (datatype === 'FP16') return Array.from(data as Uint16Array, halfToFloat);
  return Array.from(data as ArrayLike<number | string | bigint>, (value) =>
    typeof value === 'bigint' ? Number(value) : value,
  );
}

/**
 * A tensor of an answer.
 * @param binary its bytes, where it came so
 * @returns the tensor, or what is wrong with it as the rest of a sentence
 */
export function readTensor(
  { name, datatype, shape, data }: AnsweredTensor,
  binary?: Uint8Array,
): Tensor | string {
  const kind = kindOf(datatype);
  if (!kind) return `its "${name}" has the datatype ${datatype}`;
  const count = shape.reduce((product, length) => product * length, 1);
  let values: TensorData | undefined;
  if (binary) {
    if (kind.bytes && binary.length !== count * kind.bytes)
      return `its "${name}" has ${binary.length} bytes where [${shape.join(', ')}] of ${datatype} need ${count * kind.bytes}`;
    try {
      values = kind.read(binary);
    } catch (error) {
      return `its "${name}" cannot be read: ${(error as Error).message}`;
    }
  } else {
    values = data ? kind.from(data.flat(Infinity)) : undefined;
  }
  if (!values) return `its "${name}" holds no ${datatype}`;
  if (values.length !== count)
    return `its "${name}" has ${values.length} values where [${shape.join(', ')}] need ${count}`;
  return { name, datatype: datatype as Datatype, shape, data: values };
}
