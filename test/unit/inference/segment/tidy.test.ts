import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tidyMask } from '../../../../src/inference/process/segment/tidy';
import { decodeRle, encodeRle, type Mask } from '../../../../src/protocol/rle';
import type { Point } from '../../../../src/protocol/geometry';

const maskOf = (rows: string[]): Mask => ({
  width: rows[0]!.length,
  height: rows.length,
  data: Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0)),
});
const rowsOf = ({ width, height, data }: Mask) =>
  Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (v) => (v ? '#' : '.')).join(''),
  );
const tidy = (rows: string[], share: number, keep: Point[] = []) =>
  rowsOf(decodeRle(tidyMask(encodeRle(maskOf(rows)), share, keep)));

/** The same by flood fill, pixel by pixel. */
function slowTidy(mask: Mask, share: number, keep: readonly Point[]): Uint8Array {
  const { width, height, data } = mask;
  const piece = new Int32Array(width * height).fill(-1);
  const areas: number[] = [];
  const values: number[] = [];
  const outside: boolean[] = [];
  const used = [...data.keys()].filter((i) => data[i]).map((i) => i % width);
  const [first, last] = [Math.min(...used), Math.max(...used)];
  for (let i = 0; i < data.length; i++) {
    if (piece[i] !== -1 || i % width < first || i % width > last) continue;
    const id = areas.length;
    areas.push(0);
    values.push(data[i]!);
    outside.push(false);
    const stack = [i];
    piece[i] = id;
    while (stack.length) {
      const j = stack.pop()!;
      const [x, y] = [j % width, Math.floor(j / width)];
      areas[id]!++;
      if (!data[i] && (x === first || x === last || y === 0 || y === height - 1)) outside[id] = true;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const [u, v] = [x + dx, y + dy];
          const k = v * width + u;
          if (u < first || u > last || v < 0 || v >= height || (data[i] && dx && dy)) continue;
          if (piece[k] === -1 && data[k] === data[i]) {
            piece[k] = id;
            stack.push(k);
          }
        }
    }
  }
  const limit = share * Math.max(0, ...areas.filter((_, id) => values[id]));
  const kept = new Set(keep.map(([x, y]) => piece[y * width + x]));
  return data.map((value, i) => {
    const id = piece[i]!;
    return id < 0 || kept.has(id) || outside[id] || areas[id]! >= limit ? value : value ? 0 : 1;
  });
}

describe('tidyMask', () => {
  it('drops a speck and fills a pinhole', () => {
    expect(tidy(['......#', '.####..', '.#.##..', '.####..', '.......'], 0.2)).toEqual([
      '.......',
      '.####..',
      '.####..',
      '.####..',
      '.......',
    ]);
  });

  it('keeps what a prompt points at', () => {
    const rows = ['......#', '.####..', '.#.##..', '.####..', '.......'];
    expect(
      tidy(rows, 0.2, [
        [6, 0],
        [2, 2],
      ]),
    ).toEqual(rows);
  });

  it('keeps large islands, large holes and bays', () => {
    const rows = ['####.##', '#..#.##', '#..#...', '####..#', '....###'];
    expect(tidy(rows, 0.1)).toEqual(rows);
  });

  it('leaves an empty mask as it is', () => {
    expect(tidy(['...', '...'], 0.5)).toEqual(['...', '...']);
  });

  it('does what a flood fill does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }).chain((width) =>
          fc.record({
            width: fc.constant(width),
            bits: fc.array(fc.constantFrom(0, 1), { minLength: width, maxLength: width * 9 }),
            share: fc.constantFrom(0.1, 0.3, 0.6, 1),
            keep: fc.array(fc.tuple(fc.nat(width - 1), fc.nat(8)), { maxLength: 2 }),
          }),
        ),
        ({ width, bits, share, keep }) => {
          const height = Math.floor(bits.length / width);
          const mask = { width, height, data: Uint8Array.from(bits.slice(0, width * height)) };
          const points = keep.filter(([, y]) => y < height);
          if (!mask.data.some(Boolean)) return;
          expect(Array.from(decodeRle(tidyMask(encodeRle(mask), share, points)).data)).toEqual(
            Array.from(slowTidy(mask, share, points)),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
