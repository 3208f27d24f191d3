/** The maps of the parser, made by hand. */
import { describe, expect, it } from 'vitest';
import {
  decodeArrows,
  decodeBoxes,
  inkOf,
  textRoleIn,
  type Maps,
  type ParserMaps,
} from '../../../src/inference/process/figure/decode';
import { detectionsOf, parserView } from '../../../src/inference/process/figure/parserGraph';
import { parserConfigSchema } from '../../../src/inference/engines/onnx/figure/config';

const config = parserConfigSchema.parse({
  view_size: 64,
  box_roles: ['block', 'group'],
  size_sets: [0, 1],
  text_roles: ['label', 'tick', 'none'],
  strokes: ['arrow', 'curve', 'marker'],
  thresholds: [0.5, 0.5],
  nms_iou: 0.5,
  end_threshold: 0.5,
  pair_floor: 16,
  pair_cost: 0.5,
});
const view = { width: 64, height: 64 };
const maps = (channels: number, side: number, value = -8): Maps => ({
  channels,
  width: side,
  height: side,
  data: new Float32Array(channels * side * side).fill(value),
});
const set = (map: Maps, channel: number, x: number, y: number, value: number) =>
  (map.data[(channel * map.height + y) * map.width + x] = value);
const empty = (): ParserMaps => ({
  view,
  centres: maps(2, 16),
  sizes: maps(8, 16, 0),
  textRoles: maps(3, 16, 0),
  ends: maps(2, 16),
  otherEnd: maps(4, 16, 0),
  strokes: maps(3, 32),
});

describe('decoding the maps of the parser', () => {
  it('finds boxes at peaks, each role with its own sides, and the better of two alike', () => {
    const all = empty();
    for (const [x, logit] of [
      [8, 3],
      [10, 2],
    ] as const) {
      set(all.centres, 0, x, 8, logit);
      [20, 8, 20, 8].forEach((side, i) =>
        set(all.sizes, i, x, 8, side + (i === 0 ? 4 * (x - 8) : i === 2 ? -4 * (x - 8) : 0)),
      );
    }
    set(all.centres, 1, 8, 8, 1);
    [30, 60, 60, 10].forEach((side, i) => set(all.sizes, 4 + i, 8, 8, side));
    const [block, group, ...more] = decodeBoxes(all, config);
    expect(more).toEqual([]);
    expect(block).toMatchObject({ role: 'block', box: [14, 26, 54, 42] });
    expect(block?.score).toBeCloseTo(0.953, 3);
    expect(group).toMatchObject({ role: 'group', box: [4, 0, 64, 44] });
  });
  it('pairs the ends of arrows that point at each other, and lets a tail serve two heads', () => {
    const all = empty();
    const end = (channel: 0 | 1, x: number, y: number, dx: number, dy: number) => {
      set(all.ends, channel, x, y, 4);
      set(all.otherEnd, channel === 1 ? 0 : 2, x, y, dx);
      set(all.otherEnd, channel === 1 ? 1 : 3, x, y, dy);
    };
    end(0, 2, 2, 36, 0);
    end(1, 12, 2, -40, 0);
    end(1, 10, 4, -32, -8);
    end(1, 2, 14, 40, 0);
    expect(decodeArrows(all, config).map(({ tail, head }) => [tail, head])).toEqual([
      [
        [10, 10],
        [50, 10],
      ],
      [
        [10, 10],
        [42, 18],
      ],
      // Without a tail: where the head expects it.
      [
        [50, 58],
        [10, 58],
      ],
    ]);
  });
  it('names a text by the cells in its box, or the nearest cell', () => {
    const all = empty();
    for (let x = 4; x < 8; x++) set(all.textRoles, 1, x, 3, 5);
    expect(textRoleIn(all, config, [16, 12, 32, 16]).role).toBe('tick');
    expect(textRoleIn(all, config, [20.5, 14.2, 21, 14.6]).role).toBe('tick');
    expect(textRoleIn(all, config, [16, 12, 32, 16]).score).toBeGreaterThan(0.95);
  });
  it('gives all places in pixels of the picture', () => {
    const all = empty();
    set(all.centres, 0, 8, 8, 3);
    [0, 1, 2, 3].forEach((side) => set(all.sizes, side, 8, 8, 10));
    set(all.strokes, 1, 3, 4, 1);
    const found = detectionsOf(all, config, { width: 128, height: 64 });
    expect(found.boxes[0]?.box).toEqual([48, 24, 88, 44]);
    expect(found.scale).toBe(2);
    expect(found.strokes.curve.cell).toEqual([4, 2]);
    expect(found.strokes.curve.data[4 * 32 + 3]).toBe(1);
    expect(inkOf(all, config, 'arrow').data.some(Boolean)).toBe(false);
  });
  it('keeps the aspect of a picture in multiples of 32', () => {
    expect(parserView({ width: 1000, height: 1000 }, 512)).toEqual({ width: 512, height: 512 });
    expect(parserView({ width: 1600, height: 400 }, 512)).toEqual({ width: 1024, height: 256 });
    expect(parserView({ width: 8000, height: 100 }, 512)).toEqual({ width: 1024, height: 64 });
  });
});
