import { describe, expect, it } from 'vitest';
import {
  boxesOf,
  polygonsOf,
  quadrangleBoxesOf,
  readLocated,
  writeBox,
} from '../../../../src/inference/engines/transformers/florence/locations';

const size = { width: 2000, height: 1000 };
const loc = (...bins: number[]) => bins.map((bin) => `<loc_${bin}>`).join('');

describe("Florence-2's places", () => {
  it('are read at the middles of their bins', () => {
    const [cat, ...more] = readLocated(`</s><s>a cat${loc(0, 0, 999, 999)}</s>`);
    expect(more).toEqual([]);
    expect(cat?.label).toBe('a cat');
    expect(cat && boxesOf(cat, size)).toEqual([[1, 0.5, 1999, 999.5]]);
  });

  it('stand behind the words that they are about, several of them too', () => {
    const found = readLocated(`cat${loc(1, 2, 3, 4)}${loc(5, 6, 7, 8)}a dog ${loc(9, 10, 11, 12)}`);
    expect(found.map(({ label }) => label)).toEqual(['cat', 'a dog']);
    expect(found.map((each) => boxesOf(each, size).length)).toEqual([2, 1]);
  });

  it('come without words too', () => {
    expect(readLocated(loc(1, 2, 3, 4))).toEqual([{ label: '', bins: [[1, 2, 3, 4]] }]);
  });

  it('that are broken are left out, and the rest stays', () => {
    const cut = readLocated(`cat${loc(1, 2, 3, 4)}${loc(5, 6)}`)[0];
    expect(cut && boxesOf(cut, size)).toHaveLength(1);
    const wrong = readLocated(`cat<loc_1000>${loc(2, 3, 4)}${loc(5, 6, 7, 8)}`)[0];
    expect(wrong && boxesOf(wrong, size)).toEqual([[11, 6.5, 15, 8.5]]);
    expect(readLocated('no places < here > at all <loc_x>')).toEqual([]);
    expect(readLocated('')).toEqual([]);
  });

  it('of no area are left out, and corners in the wrong order are put right', () => {
    const flat = readLocated(`a${loc(5, 5, 5, 9)}`)[0];
    expect(flat && boxesOf(flat, size)).toEqual([]);
    const turned = readLocated(`a${loc(30, 40, 10, 20)}`)[0];
    expect(turned && boxesOf(turned, size)).toEqual([[21, 20.5, 61, 40.5]]);
  });

  it('are quadrangles where text is read, and polygons where masks are drawn', () => {
    const quad = readLocated(`Word${loc(10, 10, 20, 10, 20, 20, 10, 20)}`)[0];
    expect(quad && quadrangleBoxesOf(quad, size)).toEqual([[21, 10.5, 41, 20.5]]);
    const masks = readLocated(
      `<poly>${loc(0, 0, 10, 0, 10, 10)}<sep>${loc(20, 20, 30, 20, 30, 30, 1)}</poly>`,
    );
    expect(masks).toHaveLength(1);
    expect(masks.flatMap((each) => polygonsOf(each, size)).map(({ length }) => length)).toEqual([3, 3]);
  });

  it('are written as bins inside the picture', () => {
    expect(writeBox([0, 0, 2000, 1000], size)).toBe(loc(0, 0, 999, 999));
    expect(writeBox([-5, 250, 1001, 2000], size)).toBe(loc(0, 250, 500, 999));
  });
});
