/** The mask at full resolution against plain versions of the same mathematics. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRle, rleOverlap, type Mask } from '../../../../src/protocol/rle';
import type { Picture, Rectangle } from '../../../../src/inference/process/picture';
import { finishMask } from '../../../../src/inference/process/segment/finish';
import { boxMean, guidedCoefficients } from '../../../../src/inference/process/segment/guidedFilter';
import { RunWriter } from '../../../../src/inference/process/segment/runs';
import type { Logits, View } from '../../../../src/inference/process/segment/view';

/** A picture with a bright disc on a dark ground, with some grain. */
function disc(width: number, height: number, cx: number, cy: number, radius: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const inside = Math.hypot((i % width) + 0.5 - cx, Math.floor(i / width) + 0.5 - cy) < radius;
    data.fill((inside ? 170 : 60) + ((i * 7919) % 13), i * 3, i * 3 + 3);
  }
  return { width, height, data, contentHash: '' };
}

/** Logits over a view that say "inside this disc", on a coarse grid. */
function discLogits(
  view: View,
  width: number,
  height: number,
  cx: number,
  cy: number,
  radius: number,
): Logits {
  const { x, y, width: w, height: h } = view.rectangle;
  const data = Float32Array.from({ length: width * height }, (_, i) => {
    const px = x + (((i % width) + 0.5) * w) / width;
    const py = y + ((Math.floor(i / width) + 0.5) * h) / height;
    return (radius - Math.hypot(px - cx, py - cy)) / 4;
  });
  return { data, width, height };
}

const viewOf = (rectangle: Rectangle): View => ({ rectangle, size: { width: 64, height: 64 } });

/** Bilinear value of logits at a pixel of the view, the border repeated. */
function sample({ data, width, height }: Logits, view: View, px: number, py: number): number {
  const clamp = (value: number, cells: number) => Math.min(Math.max(value, 0), cells - 1);
  const at = (x: number, y: number) => data[clamp(y, height) * width + clamp(x, width)] ?? 0;
  const gx = clamp(((px + 0.5) * width) / view.rectangle.width - 0.5, width);
  const gy = clamp(((py + 0.5) * height) / view.rectangle.height - 0.5, height);
  const [x, y] = [Math.floor(gx), Math.floor(gy)];
  const upper = at(x, y) + (at(x + 1, y) - at(x, y)) * (gx - x);
  const lower = at(x, y + 1) + (at(x + 1, y + 1) - at(x, y + 1)) * (gx - x);
  return upper + (lower - upper) * (gy - y);
}

/** A mask of the whole picture from a value for every pixel of the view. */
function maskOf(picture: Picture, { rectangle }: View, inside: (x: number, y: number) => boolean): Mask {
  const data = new Uint8Array(picture.width * picture.height);
  for (let y = 0; y < rectangle.height; y++)
    for (let x = 0; x < rectangle.width; x++)
      if (inside(x, y)) data[(rectangle.y + y) * picture.width + rectangle.x + x] = 1;
  return { width: picture.width, height: picture.height, data };
}

const iou = (a: Parameters<typeof rleOverlap>[0], b: Parameters<typeof rleOverlap>[0]) => {
  const { intersection, union } = rleOverlap(a, b);
  return intersection / union;
};

describe('runs written from a rectangle', () => {
  it('are those of the whole mask, for any mask and any rectangle', () => {
    const side = fc.integer({ min: 1, max: 12 });
    const places = fc.tuple(side, side, side, side, fc.nat(5), fc.nat(5));
    fc.assert(
      fc.property(
        places.chain(([width, height, right, bottom, x, y]) =>
          fc.tuple(
            fc.constant({
              rectangle: { x, y, width, height },
              width: x + width + right - 1,
              height: y + height + bottom - 1,
            }),
            fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 }),
          ),
        ),
        ([{ rectangle, ...whole }, inside]) => {
          const writer = new RunWriter(whole, rectangle);
          const data = new Uint8Array(whole.width * whole.height);
          for (let x = 0; x < rectangle.width; x++) {
            const column = Array.from({ length: rectangle.height }, (_, y) =>
              inside[y * rectangle.width + x] ? 1 : 0,
            );
            if (!column.includes(1)) continue;
            writer.startColumn(x);
            column.forEach((value, y) => {
              writer.set(y, value === 1 ? 1 : 0);
              data[(rectangle.y + y) * whole.width + rectangle.x + x] = value;
            });
          }
          expect(writer.finish()).toEqual(encodeRle({ ...whole, data }));
        },
      ),
    );
  });
});

describe('the mask of a view', () => {
  it.each<[string, Rectangle, number, number]>([
    ['the whole picture', { x: 0, y: 0, width: 150, height: 110 }, 40, 28],
    ['a crop', { x: 20, y: 15, width: 100, height: 80 }, 37, 31],
    ['a crop smaller than its logits', { x: 60, y: 40, width: 30, height: 24 }, 64, 48],
    ['a strip from top to bottom', { x: 50, y: 0, width: 50, height: 110 }, 20, 50],
  ])('is the bilinear logits over the threshold: %s', (_name, rectangle, width, height) => {
    const picture = disc(150, 110, 75, 52, 30);
    const view = viewOf(rectangle);
    const logits = discLogits(view, width, height, 75, 52, 30.3);
    const plain = maskOf(picture, view, (x, y) => sample(logits, view, x, y) > 0.1);
    const mask = finishMask(logits, view, picture, { mask_threshold: 0.1, refine: null });
    // The two add in another order, so a pixel that lies on the threshold may differ.
    expect(iou(mask, encodeRle(plain))).toBeGreaterThan(0.999);
  });

  it('is empty where nothing is over the threshold, and whole where all is', () => {
    const picture = disc(30, 20, 15, 10, 5);
    const view = viewOf({ x: 0, y: 0, width: 30, height: 20 });
    const flat = (value: number) => ({ width: 8, height: 8, data: new Float32Array(64).fill(value) });
    for (const refine of [null, { radius: 4, eps: 1e-4 }]) {
      const config = { mask_threshold: 0, refine };
      expect(finishMask(flat(-3), view, picture, config)).toEqual({
        size: [20, 30],
        counts: encodeRle({ width: 30, height: 20, data: new Uint8Array(600) }).counts,
      });
      expect(finishMask(flat(9), view, picture, config)).toEqual(
        encodeRle({ width: 30, height: 20, data: new Uint8Array(600).fill(1) }),
      );
    }
  });

  it.each([1, 2, 4, 8])('follows the picture as the plain guided filter does: radius %i', (radius) => {
    const picture = disc(160, 120, 80, 60, 34);
    const view = viewOf({ x: 10, y: 5, width: 140, height: 110 });
    // The model's disc lies 3 pixels too far right; its logits have one value for 5 pixels.
    const logits = discLogits(view, 28, 22, 83, 60, 34);
    const eps = 1e-3;
    const refined = finishMask(logits, view, picture, { mask_threshold: 0, refine: { radius, eps } });
    const plain = plainGuided(logits, view, picture, radius, eps);
    expect(iou(refined, encodeRle(plain))).toBeGreaterThan(0.98);
  });

  it('comes nearer to the true edge by the guided filter', () => {
    const picture = disc(160, 120, 80, 60, 34);
    const view = viewOf({ x: 0, y: 0, width: 160, height: 120 });
    const logits = discLogits(view, 32, 24, 83, 60, 34);
    const truth = encodeRle(maskOf(picture, view, (x, y) => Math.hypot(x + 0.5 - 80, y + 0.5 - 60) < 34));
    const before = iou(finishMask(logits, view, picture, { mask_threshold: 0 }), truth);
    const refine = { radius: 8, eps: 1e-4 };
    const after = iou(finishMask(logits, view, picture, { mask_threshold: 0, refine }), truth);
    expect(before).toBeLessThan(0.91);
    expect(after).toBeGreaterThan(0.96);
  });
});

describe('the guided filter', () => {
  it('averages over windows with the border repeated', () => {
    const size = { width: 7, height: 5 };
    const values = Float32Array.from({ length: 35 }, (_, i) => (i * 37) % 11);
    for (const radius of [1, 2, 6]) {
      const means = boxMean(values, size, radius);
      means.forEach((mean, i) => expect(mean).toBeCloseTo(plainMean(values, size, radius, i), 4));
    }
  });

  it('gives back a mask that is a linear function of the guide', () => {
    const size = { width: 20, height: 20 };
    const guide = Float32Array.from({ length: 400 }, (_, i) => ((i * 31) % 97) / 97);
    const source = guide.map((value) => 0.2 + 0.6 * value);
    const { a, b } = guidedCoefficients(guide, source, size, 2, 1e-9);
    a.forEach((slope, i) => expect(slope * (guide[i] ?? 0) + (b[i] ?? 0)).toBeCloseTo(source[i] ?? 0, 3));
  });
});

/** Mean over the window around cell i, straight from the definition. */
function plainMean(
  values: Float32Array,
  { width, height }: { width: number; height: number },
  radius: number,
  i: number,
): number {
  let sum = 0;
  for (let dy = -radius; dy <= radius; dy++)
    for (let dx = -radius; dx <= radius; dx++) {
      const x = Math.min(Math.max((i % width) + dx, 0), width - 1);
      const y = Math.min(Math.max(Math.floor(i / width) + dy, 0), height - 1);
      sum += values[y * width + x] ?? 0;
    }
  return sum / (2 * radius + 1) ** 2;
}

/** The guided filter of He et al. at every pixel of the view, then the threshold. */
function plainGuided(logits: Logits, view: View, picture: Picture, radius: number, eps: number): Mask {
  const { x: left, y: top, width, height } = view.rectangle;
  const size = { width, height };
  const grid = (value: (x: number, y: number) => number) =>
    Float32Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  const guide = grid((x, y) => {
    const i = ((top + y) * picture.width + left + x) * 3;
    const [r = 0, g = 0, b = 0] = picture.data.subarray(i, i + 3);
    return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
  });
  const soft = grid((x, y) => 1 / (1 + Math.exp(-sample(logits, view, x, y))));
  const mean = (values: Float32Array) => values.map((_, i) => plainMean(values, size, radius, i));
  const [mg, ms] = [mean(guide), mean(soft)];
  const products = mean(guide.map((value, i) => value * (soft[i] ?? 0)));
  const squares = mean(guide.map((value) => value * value));
  const a = products.map(
    (value, i) => (value - (mg[i] ?? 0) * (ms[i] ?? 0)) / ((squares[i] ?? 0) - (mg[i] ?? 0) ** 2 + eps),
  );
  const b = ms.map((value, i) => value - (a[i] ?? 0) * (mg[i] ?? 0));
  const [ma, mb] = [mean(a), mean(b)];
  return maskOf(picture, view, (x, y) => {
    const i = y * width + x;
    return (ma[i] ?? 0) * (guide[i] ?? 0) + (mb[i] ?? 0) > 0.5;
  });
}
