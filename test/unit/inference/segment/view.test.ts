import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Prompt } from '../../../../src/protocol/geometry';
import { decodeRle, encodeRle } from '../../../../src/protocol/rle';
import { givenLogits, maskPart, transferLogits } from '../../../../src/inference/process/segment/maskInput';
import {
  pointArrays,
  pointLabels,
  resample,
  sortPrompts,
  type PromptSet,
} from '../../../../src/inference/process/segment/prompts';
import {
  closeView,
  cropAround,
  focusBox,
  hitBox,
  holdsPrompts,
  liesInside,
  viewSize,
  type View,
} from '../../../../src/inference/process/segment/view';

const picture = { width: 400, height: 300 };
const second = { scale: 1.5, max_aspect: 2, min_side: 48, max_cover: 0.6, mask_input: false };
const halfView: View = {
  rectangle: { x: 100, y: 50, width: 200, height: 100 },
  size: { width: 400, height: 200 },
};

describe('a view', () => {
  it('has sides in multiples of 32, the aspect of its rectangle and about the asked area', () => {
    expect(viewSize({ width: 500, height: 500 }, 320, 32)).toEqual({ width: 320, height: 320 });
    expect(viewSize({ width: 1600, height: 900 }, 320, 32)).toEqual({ width: 416, height: 256 });
    expect(viewSize({ width: 5000, height: 10 }, 320, 32)).toEqual({ width: 640, height: 64 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 1, max: 9000 }), (width, height) => {
        const size = viewSize({ width, height }, 320, 32);
        expect((size.width % 32) + (size.height % 32)).toBe(0);
        expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(64);
        expect(Math.max(size.width, size.height)).toBeLessThanOrEqual(640);
      }),
    );
  });

  it('of a crop is the box grown, not too thin, inside the picture', () => {
    expect(cropAround([100, 100, 200, 180], picture, second)).toEqual({
      x: 75,
      y: 80,
      width: 150,
      height: 120,
    });
    expect(cropAround([100, 100, 200, 102], picture, second)).toMatchObject({ width: 150, height: 75 });
    expect(cropAround([0, 0, 10, 10], picture, second)).toEqual({ x: 0, y: 0, width: 48, height: 48 });
    expect(cropAround([0, 0, 400, 300], picture, second)).toEqual({ x: 0, y: 0, width: 400, height: 300 });
    const coordinate = fc.double({ min: 0, max: 300, noNaN: true });
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, (a, b, c, d) => {
        const box = [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)] as const;
        const crop = cropAround([...box], picture, second);
        expect([crop.x, crop.y, crop.width, crop.height].every(Number.isInteger)).toBe(true);
        expect(crop.x >= 0 && crop.x + crop.width <= picture.width).toBe(true);
        expect(crop.y >= 0 && crop.y + crop.height <= picture.height).toBe(true);
        // Rounding to whole pixels may cost half a pixel of the margin, never of the box.
        expect(crop.x <= box[0] + 0.5 && crop.x + crop.width >= box[2] - 0.5).toBe(true);
      }),
    );
  });

  it('is centred on the box, else on the first mask, and always holds the positive points', () => {
    const logits = { width: 4, height: 2, data: Float32Array.of(-1, -1, 3, -1, -1, -1, 2, -1) };
    expect(hitBox(logits, 0)).toEqual([2, 0, 3, 2]);
    expect(hitBox(logits, 5)).toBeUndefined();
    const none = { points: [], strokes: [] };
    expect(focusBox(logits, halfView, none, 0)).toEqual([200, 50, 250, 150]);
    expect(focusBox(logits, halfView, none, 5)).toBeUndefined();
    expect(focusBox(logits, halfView, { ...none, box: [1, 2, 3, 4] }, 0)).toEqual([1, 2, 3, 4]);
    const points = [
      { point: [300, 60] as [number, number], label: 1 as const },
      { point: [0, 0] as [number, number], label: 0 as const },
    ];
    expect(focusBox(logits, halfView, { ...none, points }, 0)).toEqual([200, 50, 300, 150]);
  });
});

describe('a close view', () => {
  const large = { width: 4000, height: 3000 };

  it('lies around what the user looks at, and stays when that moves a little', () => {
    const close = closeView([1000, 700, 1500, 1075], large, second);
    expect(close).toEqual({ x: 992, y: 672, width: 512, height: 416 });
    expect(closeView([1003, 702, 1503, 1077], large, second)).toEqual(close);
    expect(closeView([1100, 700, 1600, 1075], large, second)).not.toEqual(close);
  });

  it('is not made where the whole picture does as well, nor of nothing', () => {
    expect(closeView([0, 0, 4000, 3000], large, second)).toBeUndefined();
    expect(closeView([-500, -500, 3500, 2500], large, second)).toBeUndefined();
    expect(closeView([5000, 0, 6000, 100], large, second)).toBeUndefined();
  });

  it('holds the view and lies in the picture', () => {
    const coordinate = fc.double({ min: -100, max: 3100, noNaN: true });
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, (a, b, c, d) => {
        const close = closeView(
          [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)],
          large,
          second,
        );
        if (!close) return;
        const { x, y, width, height } = close;
        expect([x, y, width, height].every(Number.isInteger)).toBe(true);
        expect(x >= 0 && y >= 0 && x + width <= large.width && y + height <= large.height).toBe(true);
        expect(x <= Math.max(0, Math.min(a, c)) + 0.5).toBe(true);
        expect(x + width >= Math.min(large.width, Math.max(a, c)) - 0.5).toBe(true);
      }),
    );
  });

  it('must hold the prompts, and the mask that they refine', () => {
    const rectangle = { x: 10, y: 10, width: 20, height: 20 };
    const holds = (set: Partial<PromptSet>) => holdsPrompts(rectangle, { points: [], strokes: [], ...set });
    expect(holds({ points: [{ point: [15, 15], label: 1 }] })).toBe(true);
    expect(holds({ points: [{ point: [5, 15], label: 0 }] })).toBe(false);
    expect(
      holds({
        strokes: [
          [
            [15, 15],
            [40, 15],
          ],
        ],
      }),
    ).toBe(false);
    const data = new Uint8Array(50 * 50);
    data[15 * 50 + 15] = 1;
    const mask = () => encodeRle({ width: 50, height: 50, data });
    expect(holds({ mask: mask() })).toBe(true);
    data[40 * 50 + 15] = 1;
    expect(holds({ mask: mask() })).toBe(false);
  });

  it('is left where the mask reaches its border and the picture goes on', () => {
    const view: View = {
      rectangle: { x: 0, y: 100, width: 100, height: 100 },
      size: { width: 64, height: 64 },
    };
    const logits = (x: number, y: number) => ({
      width: 4,
      height: 4,
      data: Float32Array.from({ length: 16 }, (_, i) => (i === y * 4 + x ? 1 : -1)),
    });
    expect(liesInside(logits(1, 1), view, large, 0)).toBe(true);
    expect(liesInside(logits(0, 1), view, large, 0)).toBe(true); // The picture's own border.
    expect(liesInside(logits(1, 0), view, large, 0)).toBe(false);
    expect(liesInside(logits(3, 1), view, large, 0)).toBe(false);
    expect(liesInside(logits(1, 1), view, large, 5)).toBe(false);
  });
});

describe('prompts', () => {
  const prompts: Prompt[] = [
    { type: 'point', point: [150, 75], label: 1 },
    { type: 'point', point: [100, 50], label: 0 },
    { type: 'box', box: [300, 150, 100, 50] },
    {
      type: 'stroke',
      points: [
        [100, 50],
        [300, 50],
      ],
      label: 1,
    },
  ];

  it('become points of the view, in order, with the labels of the decoder', () => {
    const { coords, labels, count } = pointArrays(sortPrompts(prompts, picture), halfView, 3);
    expect(count).toBe(7);
    expect([...labels]).toEqual([1, 0, 2, 3, 4, 4, 4]);
    expect([...coords]).toEqual([100, 50, 0, 0, 0, 0, 400, 200, 0, 0, 200, 0, 400, 0]);
  });

  it('that are only a mask become one row of padding', () => {
    const mask = encodeRle({ ...picture, data: new Uint8Array(400 * 300) });
    const { labels } = pointArrays(sortPrompts([{ type: 'mask', mask }], picture), halfView, 3);
    expect([...labels]).toEqual([pointLabels.padding]);
  });

  it('take a negative stroke as negative points', () => {
    const set = sortPrompts(
      [
        {
          type: 'stroke',
          points: [
            [0, 0],
            [70, 0],
          ],
          label: 0,
        },
      ],
      picture,
    );
    expect(set.strokes).toEqual([]);
    expect(set.points.map(({ point, label }) => [point[0], label])).toEqual(
      [0, 10, 20, 30, 40, 50, 60, 70].map((x) => [x, 0]),
    );
  });

  it.each<[string, Prompt]>([
    ['a point outside', { type: 'point', point: [500, 20], label: 1 }],
    ['a box outside', { type: 'box', box: [500, 20, 600, 40] }],
    ['an empty box', { type: 'box', box: [50, 20, 50, 40] }],
    ['text', { type: 'text', text: 'the legend' }],
    ['a mask of another size', { type: 'mask', mask: { size: [3, 3], counts: '9' } }],
  ])('are refused with a sentence: %s', (_name, prompt) => {
    expect(() => sortPrompts([prompt], picture)).toThrow(expect.objectContaining({ code: 'invalid-params' }));
  });

  it('that run over the border are cut to the picture', () => {
    expect(sortPrompts([{ type: 'box', box: [-20, 10, 50, 900] }], picture).box).toEqual([0, 10, 50, 300]);
    expect(
      sortPrompts(
        [
          {
            type: 'stroke',
            points: [
              [-5, 5],
              [9, 400],
            ],
            label: 1,
          },
        ],
        picture,
      ).strokes,
    ).toEqual([
      [
        [0, 5],
        [9, 300],
      ],
    ]);
  });

  it('sample a line at equal distances', () => {
    expect(
      resample(
        [
          [0, 0],
          [4, 0],
          [4, 4],
        ],
        5,
      ),
    ).toEqual([
      [0, 0],
      [2, 0],
      [4, 0],
      [4, 2],
      [4, 4],
    ]);
    expect(resample([[3, 3]], 5)).toEqual([[3, 3]]);
    expect(
      resample(
        [
          [3, 3],
          [3, 3],
        ],
        5,
      ),
    ).toEqual([[3, 3]]);
  });
});

describe('an earlier mask', () => {
  it('is cut to a rectangle as its pixels are', () => {
    const side = fc.integer({ min: 0, max: 19 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 400, maxLength: 400, max: 1 }),
        fc.tuple(side, side, side, side),
        (data, [a, b, c, d]) => {
          const rle = encodeRle({ width: 20, height: 20, data });
          const [x, y] = [Math.min(a, c), Math.min(b, d)];
          const [width, height] = [Math.abs(a - c) + 1, Math.abs(b - d) + 1];
          const part = maskPart(rle, { x, y, width, height });
          const whole = decodeRle(rle).data;
          part.forEach((value, i) => {
            const at = (y + Math.floor(i / width)) * 20 + x + (i % width);
            expect(value).toBe(whole[at] ? 255 : 0);
          });
        },
      ),
    );
  });

  it('becomes logits of -4 to 4 by the share of each cell', async () => {
    const data = new Uint8Array(16 * 16);
    for (let y = 0; y < 16; y++) data.fill(1, y * 16, y * 16 + 8);
    const rle = encodeRle({ width: 16, height: 16, data });
    const logits = await givenLogits(rle, { x: 0, y: 0, width: 16, height: 16 }, { width: 4, height: 4 });
    expect([...logits.subarray(0, 4)].map(Math.round)).toEqual([4, 3, -3, -4]); // A triangle filter two cells wide.
    const crop = await givenLogits(rle, { x: 0, y: 0, width: 8, height: 8 }, { width: 4, height: 4 });
    expect([...crop]).toEqual(Array<number>(16).fill(4));
  });

  it('is seen from another view at the same places', () => {
    // A plane over the first view: bilinear sampling gives it back exactly inside.
    const data = Float32Array.from({ length: 32 }, (_, i) => (i % 8) + 10 * Math.floor(i / 8));
    const from: View = { rectangle: { x: 0, y: 0, width: 80, height: 40 }, size: { width: 32, height: 16 } };
    const to = { x: 20, y: 10, width: 40, height: 20 };
    const seen = transferLogits({ width: 8, height: 4, data }, from, to, { width: 4, height: 2 });
    expect([...seen]).toEqual([12, 13, 14, 15, 22, 23, 24, 25]);
    const same = transferLogits({ width: 8, height: 4, data }, from, from.rectangle, { width: 8, height: 4 });
    expect([...same]).toEqual([...data]);
  });
});
