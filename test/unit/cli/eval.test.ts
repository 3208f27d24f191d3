/** The evaluation's numbers, on masks whose right answers are known, with a segmenter that is played. */
import { describe, expect, it } from 'vitest';
import { squaredDistances } from '../../../src/cli/eval/distanceTransform';
import {
  clicksNeeded,
  iou,
  largestComponent,
  median,
  nextClick,
  quantile,
} from '../../../src/cli/eval/metrics';
import {
  boxMask,
  scoreObject,
  summarize,
  summarizeSets,
  type ObjectScores,
  type SegmentOne,
} from '../../../src/cli/eval/segmentEval';
import type { Mask } from '../../../src/protocol/rle';

/** A mask from rows of text; `#` is the object. */
const mask = (...rows: string[]): Mask => ({
  width: rows[0]?.length ?? 0,
  height: rows.length,
  data: Uint8Array.from(rows.join(''), (char) => Number(char === '#')),
});

describe('distance transform', () => {
  it('is exact', () => {
    const size = { width: 23, height: 17 };
    const random = mulberry(7);
    const data = Uint8Array.from({ length: size.width * size.height }, () => Number(random() > 0.1));
    const fast = squaredDistances({ ...size, data });
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++) {
        let best = Math.min(x + 1, y + 1, size.width - x, size.height - y) ** 2;
        for (let v = 0; v < size.height; v++)
          for (let u = 0; u < size.width; u++)
            if (!data[v * size.width + u]) best = Math.min(best, (x - u) ** 2 + (y - v) ** 2);
        expect(fast[y * size.width + x]).toBe(data[y * size.width + x] ? best : 0);
      }
  });
});

describe('masks', () => {
  it('overlap', () => {
    expect(iou(mask('##..'), mask('.##.'))).toBeCloseTo(1 / 3);
    expect(iou(mask('....'), mask('....'))).toBe(1);
    expect(() => iou(mask('..'), mask('...'))).toThrow(/different sizes/);
  });
  it('have a largest part', () => {
    const { area, mask: part } = largestComponent(mask('##..', '..#.', '..##'));
    expect(area).toBe(3);
    expect([...part.data]).toEqual([...mask('....', '..#.', '..##').data]);
    expect(largestComponent(mask('...')).area).toBe(0);
  });
});

describe('the next click', () => {
  it('adds in the middle of what is missing', () => {
    expect(nextClick(mask('.....', '.....', '.....'), mask('###..', '###..', '###..'))).toEqual({
      point: [1.5, 1.5],
      label: 1,
    });
  });
  it('takes away in the middle of what is too much, when that is larger', () => {
    expect(nextClick(mask('..###', '..###', '..###'), mask('#....', '.....', '.....'))).toEqual({
      point: [3.5, 1.5],
      label: 0,
    });
  });
  it('goes for the largest connected error, not for many small ones', () => {
    const truth = mask('#.#.#.#', '.......', '.......', '##.....');
    expect(nextClick(mask('.......', '.......', '.......', '.......'), truth)?.point[1]).toBe(3.5);
  });
  it('is none when nothing is wrong', () => {
    expect(nextClick(mask('#.'), mask('#.'))).toBeUndefined();
  });
});

describe('an object', () => {
  const truth = mask('......', '.####.', '.####.', '......');
  const row = { point: [2, 1] as [number, number], box: [1, 1, 5, 3] as [number, number, number, number] };

  it('is measured by one point, by the box and by clicks until the target', async () => {
    const asked: number[] = [];
    const segment: SegmentOne = async (prompts) => {
      if (prompts[0]?.type === 'box') return truth;
      asked.push(prompts.length);
      const columns = prompts.length; // One more column with every click.
      return { ...truth, data: truth.data.map((value, i) => Number(value && (i % 6) - 1 < columns)) };
    };
    const scores = await scoreObject(row, truth, segment);
    expect(scores.point).toBeCloseTo(0.25);
    expect(scores.box).toBe(1);
    expect(scores.clicks).toEqual([0.25, 0.5, 0.75, 1]);
    expect(asked).toEqual([1, 2, 3, 4]);
    expect(clicksNeeded(scores.clicks, 0.85, 20)).toBe(4);
  });
  it('is clicked in the middle of the pixel that the index names', async () => {
    let first: unknown;
    await scoreObject(row, truth, async ([prompt]) => {
      first ??= prompt;
      return truth;
    });
    expect(first).toEqual({ type: 'point', point: [2.5, 1.5], label: 1 });
  });
  it('counts as the most clicks when the target is never reached', async () => {
    const nothing = { ...truth, data: new Uint8Array(truth.data.length) };
    const scores = await scoreObject(row, truth, async () => nothing, 6);
    expect(scores.clicks).toHaveLength(6);
    expect(clicksNeeded(scores.clicks, 0.85, 20)).toBe(20);
  });
});

it('objects are summed up, overall and per set', () => {
  const object = (set: string, point: number, clicks: number[]): ObjectScores => ({
    set,
    point,
    box: 0.5,
    clicks,
    baselines: { box: 0.4 },
  });
  const objects = [object('a', 0.2, [0.2, 0.9]), object('b', 0.6, [0.6, 0.7, 0.7, 0.7, 0.8])];
  expect(summarize(objects)).toEqual({
    n: 2,
    miou_point: 0.4,
    miou_box: 0.5,
    miou_5clicks: 0.85,
    noc_85: 11,
    baselines: { box: 0.4 },
  });
  expect(Object.keys(summarizeSets(objects))).toEqual(['a', 'b']);
  expect(summarizeSets(objects).a?.noc_85).toBe(2);
});

it('the box as a mask is a baseline', () => {
  expect([...boxMask([1, 0, 3, 1], 4, 2).data]).toEqual([0, 1, 1, 0, 0, 0, 0, 0]);
});

it('middles and quantiles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([])).toBe(0);
  expect(quantile([0, 10], 0.9)).toBe(9);
});

/** A small generator of reproducible random numbers. */
function mulberry(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
