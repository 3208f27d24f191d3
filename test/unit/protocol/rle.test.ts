import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroundnoteError } from '../../../src/protocol/errors';
import {
  decodeRle,
  encodeRle,
  rleArea,
  rleBox,
  rleFromRuns,
  rleOverlap,
  runsFromRle,
  type Mask,
} from '../../../src/protocol/rle';

/** A mask from rows of 0 and 1. */
const maskOf = (...rows: string[]): Mask => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  data: Uint8Array.from(rows.join(''), Number),
});

const paint = (width: number, height: number, inside: (x: number, y: number) => boolean): Mask => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) =>
    inside(i % width, Math.floor(i / width)) ? 1 : 0,
  ),
});

const maskOfSize = (width: number, height: number) =>
  fc
    .uint8Array({ minLength: width * height, maxLength: width * height, max: 1 })
    .map((data): Mask => ({ width, height, data }));
const side = fc.integer({ min: 1, max: 40 });
const anyMask = fc.tuple(side, side).chain(([width, height]) => maskOfSize(width, height));
const twoMasks = fc
  .tuple(side, side)
  .chain(([width, height]) => fc.tuple(maskOfSize(width, height), maskOfSize(width, height)));

describe('COCO run lengths', () => {
  // The strings are what pycocotools 2.0.11 writes for these masks.
  it.each([
    ['one empty pixel', maskOf('0'), '1'],
    ['one full pixel', maskOf('1'), '01'],
    ['a square at the top', maskOf('0110', '0110', '0000'), '32103'],
    ['a ring', maskOf('111', '101', '111'), '0410'],
    [
      'a disc',
      paint(131, 97, (x, y) => (x - 60) ** 2 + (y - 50) ** 2 < 35 ** 2),
      'T`2a0]26J6K4L4M2N2M4M2N2N2N2N2O0O2N2N2O0O2O0O2O000O2O000O2O00000000000000000000000000000001N10001N10001N101N101N2N2N101N2N2N2N2N3L3N2N3L4L5J6Jm[3',
    ],
    ['the last pixel of a long column', paint(9, 5000, (x, y) => x === 8 && y === 4999), 'Wn[11'],
  ])('agree with pycocotools: %s', (_name, mask, counts) => {
    expect(encodeRle(mask)).toEqual({ size: [mask.height, mask.width], counts });
    expect(decodeRle({ size: [mask.height, mask.width], counts }).data).toEqual(mask.data);
  });

  it('come back as they went, for any mask', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const rle = encodeRle(mask);
        expect(decodeRle(rle)).toEqual(mask);
        expect(rleFromRuns(mask, runsFromRle(rle))).toEqual(rle);
        expect(rleArea(rle)).toBe(mask.data.reduce((sum, value) => sum + value, 0));
      }),
    );
  });

  it('give the tight box of any mask', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const xs: number[] = [];
        const ys: number[] = [];
        mask.data.forEach((value, i) => {
          if (!value) return;
          xs.push(i % mask.width);
          ys.push(Math.floor(i / mask.width));
        });
        const box = xs.length
          ? [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]
          : [0, 0, 0, 0];
        expect(rleBox(encodeRle(mask))).toEqual(box);
      }),
    );
  });

  it('overlap as their pixels do', () => {
    fc.assert(
      fc.property(twoMasks, ([a, b]) => {
        const intersection = a.data.filter((value, i) => value && b.data[i]).length;
        const union = a.data.filter((value, i) => value || b.data[i]).length;
        expect(rleOverlap(encodeRle(a), encodeRle(b))).toEqual({ intersection, union });
      }),
    );
  });

  it.each([
    ['runs beyond the size', { size: [2, 2] as [number, number], counts: '9' }],
    ['too few runs', { size: [9, 9] as [number, number], counts: '1' }],
    ['characters that are no digits', { size: [2, 2] as [number, number], counts: '~~' }],
    ['a string that breaks off', { size: [2, 2] as [number, number], counts: 'o' }],
    ['a negative run', { size: [2, 2] as [number, number], counts: '0O5' }],
  ])('refuse %s', (_name, rle) => {
    expect(() => decodeRle(rle)).toThrow(GroundnoteError);
    expect(() => runsFromRle(rle)).toThrow(GroundnoteError);
  });
});
