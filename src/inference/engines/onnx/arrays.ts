/**
 * Arrays that go into and come out of graphs. Adapters count in float32; what a graph keeps in another type (half
 * precision, whole numbers) is converted where it goes in, and where an adapter asks for its numbers.
 */
import type * as Ort from 'onnxruntime-node';

/** The types of elements that Groundnote converts. */
export const elementTypes = [
  'float32',
  'float16',
  'float64',
  'int64',
  'int32',
  'uint8',
  'int8',
  'bool',
] as const;
export type ElementType = (typeof elementTypes)[number];

/** Float16 as its bits; bool as 0 and 1. */
export type Elements =
  Float32Array | Uint16Array | Float64Array | BigInt64Array | Int32Array | Uint8Array | Int8Array;

/** A named array; `data.length` is the product of `dims`. */
export interface NamedArray {
  readonly data: Elements;
  readonly dims: readonly number[];
  /** Absent: float32, and `data` a Float32Array. */
  readonly type?: ElementType;
}

export const isElementType = (type: string): type is ElementType =>
  (elementTypes as readonly string[]).includes(type);

/** Its numbers as float32: the array's own memory where they are that already. Whole numbers are exact up to 2^24. */
export function floatsOf({ data, type = 'float32' }: NamedArray): Float32Array {
  if (data instanceof Float32Array) return data;
  if (type === 'float16') return Float32Array.from(data as Uint16Array, halfToFloat);
  return data instanceof BigInt64Array ? Float32Array.from(data, Number) : Float32Array.from(data);
}

/** Numbers in the form that a graph takes them in; what is in it already passes as it is. */
export function convert(array: NamedArray, type: ElementType): Elements {
  if ((array.type ?? 'float32') === type) return array.data;
  const floats = floatsOf(array);
  switch (type) {
    case 'float32':
      return floats;
    case 'float16':
      return Uint16Array.from(floats, floatToHalf);
    case 'float64':
      return Float64Array.from(floats);
    case 'int64':
      return BigInt64Array.from(floats as unknown as Iterable<bigint>, (value) =>
        BigInt(Math.round(value as unknown as number)),
      );
    case 'int32':
      return Int32Array.from(floats, Math.round);
    case 'int8':
      return Int8Array.from(floats, Math.round);
    case 'uint8':
      return Uint8Array.from(floats, Math.round);
    case 'bool':
      return Uint8Array.from(floats, (value) => (value ? 1 : 0));
  }
}

/** What ONNX Runtime gave; undefined for a type that Groundnote does not convert. */
export function ofTensor({
  data,
  dims,
  type,
}: Pick<Ort.Tensor, 'data' | 'dims' | 'type'>): NamedArray | undefined {
  if (!isElementType(type) || Array.isArray(data)) return undefined;
  // Newer Nodes have a Float16Array of their own, which hides the bits.
  if (type === 'float16' && !(data instanceof Uint16Array)) {
    const { buffer, byteOffset, length } = data as unknown as Uint16Array<ArrayBuffer>;
    return { data: new Uint16Array(buffer, byteOffset, length), dims, type };
  }
  return { data: data as Elements, dims, type };
}

const scratch = new DataView(new ArrayBuffer(4));

/** The bits of a half-precision number → the number. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A number → the bits of the nearest half-precision number (ties to even); too large ones become infinite. */
export function floatToHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: steps of 2^-24.
    const steps = Math.abs(value) * 2 ** 24;
    const low = Math.floor(steps);
    const rest = steps - low;
    return sign | (rest > 0.5 || (rest === 0.5 && low % 2) ? low + 1 : low);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  // Rounding may carry into the exponent, up to infinity: the bits add up to just that.
  return sign | ((rounded - 0x38000000) >>> 13);
}
