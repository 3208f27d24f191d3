/** What the adapters of transformers.js are made of, without a model. */
import { describe, expect, it } from 'vitest';
import { enlarged } from '../../../../src/inference/engines/transformers/field';
import { withSpans } from '../../../../src/inference/engines/transformers/florence/open';
import {
  dtypesOf,
  firstLine,
  loadingOptionsSchema,
} from '../../../../src/inference/engines/transformers/loading';
import { withoutDoubles } from '../../../../src/inference/engines/transformers/overlaps';
import { listed, phrasesOf } from '../../../../src/inference/engines/transformers/phrases';
import { pillowResize } from '../../../../src/inference/engines/transformers/pillowResize';
import { detrSize, squarePicture } from '../../../../src/inference/engines/transformers/rawPicture';
import type { Pack } from '../../../../src/inference/packs/registry';

describe('phrases', () => {
  it('stand between commas and semicolons, each once', () => {
    expect(phrasesOf(' a cat, the dog;a cat ；, 红色的车，树、')).toEqual([
      'a cat',
      'the dog',
      '红色的车',
      '树',
    ]);
    expect(phrasesOf('a cat and a dog')).toEqual(['a cat and a dog']);
  });

  it('are listed in words', () => {
    expect([listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
      '“a”',
      '“a” and “b”',
      '“a”, “b” and “c”',
    ]);
  });
});

describe('kinds of numbers', () => {
  const pack = (...files: string[]) =>
    ({ manifest: { files: files.map((path) => ({ path })) } }) as unknown as Pack;
  const parsed = (options: object = {}) => loadingOptionsSchema.parse(options);

  it('are those of the files, the exact ones first', () => {
    const files = [
      'onnx/a_q4.onnx',
      'onnx/a_quantized.onnx',
      'onnx/b_uint8.onnx',
      'onnx/c.onnx',
      'c_fp16.onnx',
    ];
    expect(dtypesOf(pack(...files), parsed())).toEqual({ a: 'q8', b: 'uint8', c: 'fp32' });
  });

  it('can be chosen for all graphs, and for one', () => {
    const files = pack('onnx/a.onnx', 'onnx/a_q4.onnx', 'onnx/b.onnx');
    expect(dtypesOf(files, parsed({ dtype: 'q4' }))).toEqual({ a: 'q4', b: 'q4' });
    expect(dtypesOf(files, parsed({ dtype: { a: 'q4' } }))).toEqual({ a: 'q4', b: 'fp32' });
    expect(() => parsed({ dtype: 'q7' })).toThrow();
  });
});

describe('pictures', () => {
  const ramp = (width: number, height: number) =>
    Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.floor(i / 3) % width);

  it('of one colour stay so at any size and by any filter', () => {
    const size = { width: 7, height: 5 };
    const data = new Uint8Array(7 * 5 * 3).fill(200);
    for (const filter of ['box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const)
      for (const to of [
        { width: 3, height: 2 },
        { width: 16, height: 11 },
        { width: 1, height: 1 },
      ])
        expect(new Set(pillowResize(data, size, to, filter))).toEqual(new Set([200]));
  });

  it('shrink to the means of what they cover', () => {
    const halved = pillowResize(ramp(8, 2), { width: 8, height: 2 }, { width: 4, height: 1 }, 'box');
    expect([...halved].filter((_, i) => i % 3 === 0)).toEqual([1, 3, 5, 7]);
  });

  it('are padded below and to the right', () => {
    const { data, width, height } = squarePicture({
      data: new Uint8Array(3 * 3).fill(9),
      width: 3,
      height: 1,
    });
    expect([width, height]).toEqual([3, 3]);
    expect([...data.subarray(0, 9)]).toEqual(Array(9).fill(9));
    expect(new Set(data.subarray(9))).toEqual(new Set([128]));
  });

  it('have the sizes that a DETR has in Python', () => {
    expect(detrSize({ width: 640, height: 480 }, 800, 1333)).toEqual([1066, 800]);
    expect(detrSize({ width: 480, height: 640 }, 800, 1333)).toEqual([800, 1066]);
    expect(detrSize({ width: 3000, height: 1000 }, 800, 1333)).toEqual([1333, 444]);
  });
});

it('fields are enlarged between the middles of their samples', () => {
  const field = { width: 2, height: 1, data: Float32Array.of(0, 1) };
  expect([...enlarged(field, { width: 4, height: 1 })]).toEqual([0, 0.25, 0.75, 1]);
});

it('of boxes about the same thing the best stays', () => {
  const box = (x: number, score: number) => ({
    box: [x, 0, x + 10, 10] as [number, number, number, number],
    score,
  });
  expect(withoutDoubles([box(1, 0.4), box(0, 0.9), box(8, 0.5)], 0.7).map(({ score }) => score)).toEqual([
    0.9, 0.5,
  ]);
  expect(withoutDoubles([box(0, 0.4), box(0, 0.9)], 1)).toHaveLength(2);
});

it('the words of a description are tied to what was found of them', () => {
  const text = 'A dog chases a cat. The cat hides.';
  const found = withSpans(text, [
    { label: 'A dog' },
    { label: 'a cat' },
    { label: 'a cat' },
    { label: 'the moon' },
  ]);
  expect(found.map(({ spans }) => spans.map(({ start, end }) => text.slice(start, end)))).toEqual([
    ['A dog'],
    ['a cat'],
    ['a cat'],
    [],
  ]);
});

it('messages of the library become half a sentence', () => {
  expect(firstLine(new Error('It failed.\n at x'))).toBe('It failed');
  expect(firstLine('x'.repeat(300))).toHaveLength(201);
});
