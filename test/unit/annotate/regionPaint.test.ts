import { describe, expect, it } from 'vitest';
import type { Box, Point } from '../../../src/protocol/geometry';
import { fillPolygon, patchOfRle, emptyPatch } from '../../../src/protocol/raster';
import { encodeRle, rleFromRuns, type Mask } from '../../../src/protocol/rle';
import { hitItem, regionItem } from '../../../webview/annotator/canvas/regionItem';
import { MaskRuns } from '../../../webview/annotator/canvas/maskRuns';
import { traceRings } from '../../../webview/annotator/canvas/trace';
import { Grid, inkOn, placeLabel } from '../../../webview/annotator/overlay/labelPlaces';

/** Numbers from 0 to 1, always the same. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function noise(width: number, height: number, share: number, seed: number): Mask {
  const next = random(seed);
  return { width, height, data: Uint8Array.from({ length: width * height }, () => +(next() < share)) };
}

const patchOf = (mask: Mask) => patchOfRle(encodeRle(mask));

describe('a mask that stays as runs', () => {
  it.each([0.02, 0.5, 0.98, 1])('says of each pixel what the mask says: %d of all', (share) => {
    const mask = noise(23, 17, share, 7);
    const runs = new MaskRuns(encodeRle(mask));
    for (let y = -1; y <= 17; y++)
      for (let x = -1; x <= 23; x++) {
        const inside = x >= 0 && y >= 0 && x < 23 && y < 17;
        expect(runs.has(x + 0.5, y + 0.5)).toBe(inside && mask.data[y * 23 + x] === 1);
      }
    expect(runs.area).toBe(mask.data.reduce((sum, value) => sum + value, 0));
  });

  it('is rasterised in any window as it is', () => {
    const mask = noise(40, 30, 0.6, 3);
    const runs = new MaskRuns(encodeRle(mask));
    const window: Box = [5, 7, 33, 26];
    const part = runs.rasterize(window, 1);
    for (let y = 0; y < part.height; y++)
      for (let x = 0; x < part.width; x++)
        expect(part.data[y * part.width + x]).toBe(mask.data[(y + 7) * 40 + x + 5]);
  });

  it('coarse cells follow the share of their object, and a thin line stays', () => {
    const mask: Mask = { width: 64, height: 64, data: new Uint8Array(64 * 64) };
    for (let y = 0; y < 64; y++) for (let x = 0; x < 64; x++) mask.data[y * 64 + x] = +(x < 32 || y % 16 < 7);
    const coarse = new MaskRuns(encodeRle(mask)).rasterize([0, 0, 64, 64], 16);
    expect([...coarse.data]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
    const half = new MaskRuns(encodeRle(mask)).rasterize([0, 0, 64, 64], 8);
    expect([...half.data.subarray(4, 8)]).toEqual([1, 1, 1, 1]);
    expect([...half.data.subarray(12, 16)]).toEqual([0, 0, 0, 0]);
  });

  it('a window of a mask over 100 megapixels costs the window', () => {
    const [width, height] = [20_000, 15_000];
    // All but the first column and the last row.
    const runs = [height];
    for (let x = 1; x < width; x++) runs.push(height - 1, 1);
    const mask = new MaskRuns(rleFromRuns({ width, height }, runs));
    expect(mask.area).toBe((width - 1) * (height - 1));
    expect(mask.box).toEqual([1, 0, width, height - 1]);
    const corner = mask.rasterize([width - 4, height - 4, width, height], 1);
    expect([...corner.data]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect(mask.rasterize([0, 0, width, height], 64).data.every((cell) => cell === 1)).toBe(true);
  });

  it('broken runs are an empty mask', () => {
    expect(new MaskRuns({ size: [4, 4], counts: '~~' }).area).toBe(0);
    expect(new MaskRuns({ size: [4, 4], counts: '1' }).has(0, 0)).toBe(false);
  });
});

describe('traced rings', () => {
  it.each([1, 2, 3, 4, 5])('filled by the even-odd rule they are the mask (%d)', (seed) => {
    const mask = noise(19, 14, 0.55, seed);
    const rings = traceRings(mask, 0, Infinity) as Float32Array[];
    const back = emptyPatch([0, 0, 19, 14]);
    for (const ring of rings) {
      const points: Point[] = [];
      for (let i = 0; i < ring.length; i += 2) points.push([ring[i] as number, ring[i + 1] as number]);
      const one = fillPolygon(emptyPatch([0, 0, 19, 14]), points, 1);
      one.data.forEach((value, i) => (back.data[i] = (back.data[i] as number) ^ value));
    }
    expect(back.data).toEqual(mask.data);
  });

  it('have corners only, fewer when simplified, and give up over the limit', () => {
    const disc: Mask = { width: 60, height: 60, data: new Uint8Array(3600) };
    for (let y = 0; y < 60; y++)
      for (let x = 0; x < 60; x++) disc.data[y * 60 + x] = +(Math.hypot(x - 29.5, y - 29.5) < 28);
    const exact = traceRings(disc, 0, Infinity) as Float32Array[];
    const simple = traceRings(disc, 0.75, Infinity) as Float32Array[];
    expect(exact).toHaveLength(1);
    expect(simple[0]?.length).toBeLessThan((exact[0]?.length as number) / 2);
    expect(traceRings({ width: 5, height: 3, data: new Uint8Array(15).fill(1) }, 0, Infinity)).toEqual([
      Float32Array.from([5, 0, 5, 3, 0, 3, 0, 0]),
    ]);
    expect(traceRings(noise(50, 50, 0.5, 1), 0, 100)).toBeUndefined();
  });
});

describe('what lies under a place', () => {
  const by = { provenance: { by: 'user' } } as const;
  const square = (a: number, b: number): Point[] => [
    [a, a],
    [b, a],
    [b, b],
    [a, b],
  ];
  const items = [
    regionItem({
      id: 'ring',
      geometry: { type: 'polygon', polygons: [square(0, 100)], holes: [square(20, 80)] },
      ...by,
    }),
    regionItem({ id: 'box', geometry: { type: 'box', box: [9, 9, 91, 91] }, ...by }),
    regionItem({
      id: 'mask',
      geometry: { type: 'mask', mask: encodeRle({ ...patchOf(noise(60, 60, 1, 1)) }) },
      ...by,
    }),
    regionItem({
      id: 'line',
      geometry: {
        type: 'stroke',
        points: [
          [200, 0],
          [200, 100],
        ],
      },
      ...by,
    }),
    regionItem({ id: 'dot', geometry: { type: 'point', point: [200, 50] }, ...by }),
  ];
  it.each<[Point, string | undefined]>([
    [[5, 5], 'mask'],
    [[85, 85], 'ring'],
    [[70, 70], 'box'],
    [[95, 5], 'ring'],
    [[203, 20], 'line'],
    [[203, 50], 'dot'],
    [[206, 20], undefined],
    [[150, 50], undefined],
  ])('at %j it is %s', (place, id) => {
    expect(hitItem(items, place, 4)?.annotation.id).toBe(id);
  });

  it('keeps what was decoded while the geometry stays', () => {
    const [first] = items as [(typeof items)[number]];
    const copy = JSON.parse(JSON.stringify(first.annotation)) as typeof first.annotation;
    expect(regionItem({ ...copy, label: 'new' }, first).shape).toBe(first.shape);
    const moved = { ...copy, geometry: { type: 'box' as const, box: [0, 0, 1, 1] as Box } };
    expect(regionItem(moved, first).shape).not.toBe(first.shape);
  });
});

describe('labels', () => {
  it('never cover each other, and stay on the canvas', () => {
    const next = random(11);
    const canvas: Box = [0, 0, 800, 500];
    const grid = new Grid(64);
    const placed: Box[] = [];
    for (let i = 0; i < 400; i++) {
      const [x, y] = [next() * 900 - 50, next() * 600 - 50];
      const size = { width: 30 + Math.round(next() * 90), height: 17 };
      const place = placeLabel([x, y, x + next() * 80, y + next() * 80], size, canvas, grid, 3);
      if (!place) continue;
      const box: Box = [place[0], place[1], place[0] + size.width, place[1] + size.height];
      expect(box[0] >= 0 && box[1] >= 0 && box[2] <= 800 && box[3] <= 500).toBe(true);
      for (const other of placed)
        expect(box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3]).toBe(false);
      grid.add(box);
      placed.push(box);
    }
    expect(placed.length).toBeGreaterThan(100);
  });

  it('have the ink that contrasts more', () => {
    expect(inkOn(255, 255, 255)).toBe('#000000');
    expect(inkOn(0, 0, 0)).toBe('#ffffff');
    expect(inkOn(0, 0, 255)).toBe('#ffffff');
    expect(inkOn(240, 228, 66)).toBe('#000000');
  });
});
