import { describe, expect, it } from 'vitest';
import {
  convert,
  floatsOf,
  floatToHalf,
  halfToFloat,
  ofTensor,
  type NamedArray,
} from '../../../../src/inference/engines/onnx/arrays';

describe('arrays of graphs', () => {
  it('are half precision and back without loss, for every half there is', () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = halfToFloat(bits);
      if (Number.isNaN(value)) expect(halfToFloat(floatToHalf(value))).toBeNaN();
      else expect(floatToHalf(value), String(bits)).toBe(bits);
    }
  });

  it('are rounded to the nearest half, ties to even; what is too large is infinite', () => {
    expect(halfToFloat(floatToHalf(1 + 2 ** -11))).toBe(1);
    expect(halfToFloat(floatToHalf(1 + 3 * 2 ** -11))).toBe(1 + 2 ** -9);
    expect(halfToFloat(floatToHalf(0.1))).toBeCloseTo(0.1, 4);
    expect(halfToFloat(floatToHalf(65_519))).toBe(65_504);
    expect(halfToFloat(floatToHalf(65_520))).toBe(Infinity);
    expect(halfToFloat(floatToHalf(-1e9))).toBe(-Infinity);
    expect(halfToFloat(floatToHalf(2 ** -25))).toBe(0);
  });

  it('go in as what the graph takes', () => {
    const array: NamedArray = { data: Float32Array.of(0, 1, 2.6, -1), dims: [4] };
    expect(convert(array, 'int64')).toEqual(BigInt64Array.of(0n, 1n, 3n, -1n));
    expect(convert(array, 'int32')).toEqual(Int32Array.of(0, 1, 3, -1));
    expect(convert(array, 'bool')).toEqual(Uint8Array.of(0, 1, 1, 1));
    expect(convert(array, 'float32')).toBe(array.data);
    const half: NamedArray = { data: Uint16Array.of(0x3c00), dims: [1], type: 'float16' };
    expect(convert(half, 'float16')).toBe(half.data);
    expect(convert(half, 'float64')).toEqual(Float64Array.of(1));
  });

  it('come out as numbers', () => {
    const read = (tensor: Parameters<typeof ofTensor>[0]) => {
      const array = ofTensor(tensor);
      return array && floatsOf(array);
    };
    const dims = [2];
    expect(read({ type: 'int64', data: BigInt64Array.of(7n, -2n), dims })).toEqual(Float32Array.of(7, -2));
    expect(read({ type: 'float16', data: Uint16Array.of(0x3c00, 0xc000) as never, dims })).toEqual(
      Float32Array.of(1, -2),
    );
    expect(read({ type: 'bool', data: Uint8Array.of(1, 0), dims })).toEqual(Float32Array.of(1, 0));
    expect(read({ type: 'string', data: ['a', 'b'], dims })).toBeUndefined();
  });
});
