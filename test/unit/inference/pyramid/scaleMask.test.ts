/** Masks of windows, brought to the whole picture and back. */
import { describe, expect, it } from 'vitest';
import {
  maskIntoWindow,
  maskOutOfWindow,
  type WindowFrame,
} from '../../../../src/inference/process/pyramid/scaleMask';
import { decodeRle, encodeRle, rleArea, rleBox, runsFromRle } from '../../../../src/protocol/rle';

const mask = (width: number, height: number, isIn: (x: number, y: number) => boolean) => {
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = isIn(x, y) ? 1 : 0;
  return encodeRle({ width, height, data });
};
const frame = (
  whole: [number, number],
  size: [number, number],
  scale: number,
  offset: [number, number] = [0, 0],
): WindowFrame => ({
  whole: { width: whole[0], height: whole[1] },
  size: { width: size[0], height: size[1] },
  scale: { x: scale, y: scale },
  offset: { x: offset[0], y: offset[1] },
});

/** The stated rule, pixel by pixel. */
function slowly(small: ReturnType<typeof mask>, { whole, size, scale, offset }: WindowFrame) {
  const { data } = decodeRle(small);
  const at = (x: number, y: number) =>
    data[Math.min(Math.max(y, 0), size.height - 1) * size.width + Math.min(Math.max(x, 0), size.width - 1)] ??
    0;
  return mask(whole.width, whole.height, (x, y) => {
    const [u, v] = [(x + 0.5) / scale.x - offset.x, (y + 0.5) / scale.y - offset.y];
    if (u < 0 || v < 0 || u >= size.width || v >= size.height) return false;
    const [i, j] = [Math.floor(u - 0.5), Math.floor(v - 0.5)];
    const [f, g] = [u - 0.5 - i, v - 0.5 - j];
    const upper = at(i, j) * (1 - f) + at(i + 1, j) * f;
    const lower = at(i, j + 1) * (1 - f) + at(i + 1, j + 1) * f;
    return upper * (1 - g) + lower * g >= 0.5 - 1e-12;
  });
}

describe('a mask of a window', () => {
  it.each([
    ['a disc', (x: number, y: number) => (x - 20) ** 2 + (y - 14) ** 2 < 90],
    ['a ring', (x: number, y: number) => Math.abs(Math.hypot(x - 20, y - 14) - 9) < 2],
    ['all of it', () => true],
    ['nothing', () => false],
    ['single pixels', (x: number, y: number) => (x * 7 + y * 13) % 11 === 0],
    ['the borders', (x: number, y: number) => x === 0 || y === 0 || x === 39 || y === 29],
  ])('follows the stated rule at every scale: %s', (_name, isIn) => {
    const small = mask(40, 30, isIn);
    for (const [scale, offset] of [
      [1, [3, 5]],
      [2, [0, 0]],
      [4, [7, 2]],
      [3.2, [5, 6]],
    ] as [number, [number, number]][]) {
      const where = frame([240, 180], [40, 30], scale, offset);
      expect(maskOutOfWindow(small, where)).toEqual(slowly(small, where));
    }
  });

  it('keeps straight edges exactly, and is itself again when brought back', () => {
    const small = mask(40, 30, (x, y) => x >= 5 && x < 30 && y >= 3 && y < 20);
    const where = frame([400, 300], [40, 30], 8, [4, 2]);
    const large = maskOutOfWindow(small, where);
    expect(rleBox(large)).toEqual([72, 40, 272, 176]);
    expect(rleArea(large)).toBeGreaterThan(25 * 17 * 64 * 0.99);
    expect(maskIntoWindow(large, where)).toEqual(small);
  });

  it('leaves what an earlier mask has outside the window', () => {
    const where = frame([100, 80], [10, 10], 4, [5, 5]);
    const earlier = mask(100, 80, (x, y) => x > 10 && x < 90 && y > 10 && y < 70);
    const inside = mask(10, 10, (x) => x < 5);
    const merged = maskOutOfWindow(inside, where, earlier);
    const expected = mask(100, 80, (x, y) =>
      x >= 20 && x < 60 && y >= 20 && y < 60 ? x < 40 : x > 10 && x < 90 && y > 10 && y < 70,
    );
    expect(merged).toEqual(expected);
    expect(
      runsFromRle(merged)
        .slice(1, -1)
        .every((run) => run > 0),
    ).toBe(true);
  });

  it('takes no array of the whole picture: a gigapixel', () => {
    const where = frame([40_000, 25_000], [1000, 800], 16, [600, 300]);
    const large = maskOutOfWindow(
      mask(1000, 800, (x, y) => (x - 500) ** 2 + (y - 400) ** 2 < 300 ** 2),
      where,
    );
    expect(rleArea(large) / (Math.PI * 4800 ** 2)).toBeCloseTo(1, 2);
    expect(rleArea(maskIntoWindow(large, where)) / (Math.PI * 300 ** 2)).toBeCloseTo(1, 2);
  });
});
