import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitIou, bitMask } from '../../../../src/inference/process/segment/bitMask';
import { withoutRepeats } from '../../../../src/inference/process/segment/candidates';
import { everythingDefaults } from '../../../../src/inference/process/segment/everything';
import { cropsOf, gridPoints } from '../../../../src/inference/process/segment/grid';
import {
  proposalsOf,
  stabilityOf,
  suppress,
  type Proposal,
} from '../../../../src/inference/process/segment/proposals';
import type { Logits } from '../../../../src/inference/process/segment/view';
import type { Point } from '../../../../src/protocol/geometry';
import { encodeRle } from '../../../../src/protocol/rle';

/** Logits over 10 × 10 cells: `high` in columns x1 to x2, −5 elsewhere. */
const bar = (x1: number, x2: number, high = 5): Logits => ({
  width: 10,
  height: 10,
  data: Float32Array.from({ length: 100 }, (_, i) => (i % 10 >= x1 && i % 10 < x2 ? high : -5)),
});
const proposal = (logits: Logits, point: Point, score = 0.8): Proposal => {
  const mask = bitMask(logits, 0);
  if (!mask) throw new Error('The mask is empty.');
  return { mask, point, score, stability: 0.9 };
};

describe('the grid', () => {
  const rectangle = { x: 100, y: 40, width: 320, height: 200 };

  it('has its points in the middles of even cells, each once, in no order of rows', () => {
    const points = gridPoints(rectangle, 8);
    expect(points).toHaveLength(8 * 5);
    expect(new Set(points.map(String)).size).toBe(40);
    expect(Math.min(...points.map(([x]) => x))).toBe(120);
    expect(Math.max(...points.map(([, y]) => y))).toBe(220);
    // After a quarter of them every quadrant was looked at.
    const early = points.slice(0, 10).map(([x, y]) => `${Number(x > 260)}${Number(y > 140)}`);
    expect(new Set(early).size).toBe(4);
  });

  it('has points in any rectangle, and crops that cover it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 2, max: 64 }),
        (width, height, perSide) => {
          const part = { x: 7, y: 9, width, height };
          for (const [x, y] of gridPoints(part, perSide))
            expect(x > 7 && y > 9 && x < 7 + width && y < 9 + height).toBe(true);
          const crops = cropsOf(part, 2);
          expect(Math.min(...crops.map(({ x }) => x))).toBe(7);
          expect(Math.max(...crops.map((crop) => crop.x + crop.width))).toBe(7 + width);
          expect(Math.max(...crops.map((crop) => crop.y + crop.height))).toBe(9 + height);
          const [left, right] = [crops[0], crops[1]];
          expect((left?.x ?? 0) + (left?.width ?? 0)).toBeGreaterThanOrEqual(right?.x ?? Infinity);
        },
      ),
    );
  });
});

describe('masks of bits', () => {
  it('have the IoU of their cells', () => {
    const cells = fc.array(fc.boolean(), { minLength: 77, maxLength: 77 });
    const maskOf = (bits: readonly boolean[]) =>
      bitMask({ width: 11, height: 7, data: Float32Array.from(bits, (bit) => (bit ? 1 : -1)) }, 0);
    fc.assert(
      fc.property(cells, cells, (a, b) => {
        const [first, second] = [maskOf(a), maskOf(b)];
        if (!first || !second) return;
        expect(first.area).toBe(a.filter(Boolean).length);
        const both = a.filter((bit, i) => bit && b[i]).length;
        const either = a.filter((bit, i) => bit || b[i]).length;
        expect(bitIou(first, second)).toBeCloseTo(both / either, 10);
      }),
    );
  });
});

describe('proposals', () => {
  const rules = everythingDefaults;

  it('are believed when their edge is sharp and their score is good', () => {
    expect(stabilityOf(bar(2, 5).data, 0, 1)).toBe(1);
    expect(stabilityOf(bar(2, 5, 0.5).data, 0, 1)).toBe(0);
    const decoded = [
      { logits: bar(2, 5), score: 0.9 },
      { logits: bar(2, 5), score: 0.1 },
      { logits: bar(2, 5, 0.5), score: 0.9 },
      { logits: bar(5, 5), score: 0.9 },
    ];
    expect(proposalsOf(decoded, [3, 3], 0, rules)).toMatchObject([{ score: 0.9, stability: 1 }]);
  });

  it('that are the same are kept once, the one that more points give first', () => {
    const points: Point[] = [
      [1, 1],
      [2, 2],
      [3, 3],
    ];
    const kept = suppress(
      [
        proposal(bar(7, 10), [8, 8], 0.95),
        ...points.map((point, i) => proposal(bar(0, 5), point, 0.7 + i / 100)),
        proposal(bar(0, 4), [9, 9], 0.5),
      ],
      rules,
    );
    expect(kept.map(({ mask, votes }) => [mask.box[2], votes])).toEqual([
      [5, 3],
      [10, 0],
    ]);
    expect(kept[0]?.score).toBe(0.72);
  });

  it('of a single point must be good ones', () => {
    const lone = (score: number) => suppress([proposal(bar(0, 5), [1, 1], score)], rules);
    expect([lone(0.5).length, lone(0.7).length]).toEqual([0, 1]);
    // The same point's other mask is no second opinion.
    const twice = [proposal(bar(0, 5), [1, 1], 0.5), proposal(bar(0, 5), [1, 1], 0.5)];
    twice[1]!.point = twice[0]!.point;
    expect(suppress(twice, rules)).toEqual([]);
  });
});

describe('candidates', () => {
  it('are the chosen mask and the different others by score', () => {
    const mask = (x1: number, x2: number) =>
      encodeRle({
        width: 100,
        height: 1,
        data: Uint8Array.from({ length: 100 }, (_, x) => Number(x >= x1 && x < x2)),
      });
    const kept = withoutRepeats([
      { mask: mask(0, 50), score: 0.5 },
      { mask: mask(0, 20), score: 0.6 },
      { mask: mask(0, 49), score: 0.9 },
      { mask: mask(0, 0), score: 0.9 },
      { mask: mask(0, 90), score: 0.8 },
    ]);
    expect(kept.map(({ score }) => score)).toEqual([0.5, 0.8, 0.6]);
  });
});
