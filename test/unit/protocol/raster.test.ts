import { describe, expect, it } from 'vitest';
import type { Box, Point } from '../../../src/protocol/geometry';
import {
  emptyPatch,
  fillCapsule,
  fillPolygon,
  patchArea,
  patchAround,
  patchOfGeometry,
  patchOfRle,
  rleOfPatch,
} from '../../../src/protocol/raster';
import { decodeRle, encodeRle, rleBox } from '../../../src/protocol/rle';

const size = { width: 37, height: 23 };
/** A pseudo-random generator, so that a failure can be repeated. */
function randoms(seed: number): () => number {
  return () => (seed = (seed * 16807) % 2147483647) / 2147483647;
}

describe('patches', () => {
  it('masks come back exactly, at every border', () => {
    const random = randoms(7);
    for (let round = 0; round < 60; round++) {
      const data = new Uint8Array(size.width * size.height);
      const share = round === 0 ? 0 : round === 1 ? 1 : random();
      for (let i = 0; i < data.length; i++) data[i] = random() < share ? 1 : 0;
      const rle = encodeRle({ ...size, data });
      const patch = patchOfRle(rle);
      const [x1, y1, x2, y2] = rleBox(rle);
      expect([patch.x, patch.y, patch.x + patch.width, patch.y + patch.height]).toEqual([x1, y1, x2, y2]);
      expect(rleOfPatch(patch, size)).toEqual(rle);
      expect(rleOfPatch(patchAround(patch, [0, 0, 37, 23], size), size)).toEqual(rle);
    }
  });

  it('a brush paints the pixels whose middles are within its radius of its way, and nothing outside the patch', () => {
    const random = randoms(3);
    for (let round = 0; round < 40; round++) {
      const point = (): Point => [random() * 50 - 6, random() * 34 - 5];
      const [a, b] = [point(), round % 4 ? point() : ([0, 0] as Point)];
      const radius = 0.5 + random() * 7;
      const patch = emptyPatch([3, 2, 30, 20]);
      fillCapsule(patch, a, b, radius, 1);
      for (let y = 2; y < 20; y++)
        for (let x = 3; x < 30; x++) {
          const distance = distanceTo([x + 0.5, y + 0.5], a, b);
          if (Math.abs(distance - radius) < 1e-6) continue;
          expect(patch.data[(y - 2) * 27 + x - 3]).toBe(distance < radius ? 1 : 0);
        }
    }
  });

  it('polygons with holes, boxes and masks have the pixels of their geometry', () => {
    const ring = (x1: number, y1: number, x2: number, y2: number): Point[] => [
      [x1, y1],
      [x2, y1],
      [x2, y2],
      [x1, y2],
    ];
    const polygon = patchOfGeometry(
      { type: 'polygon', polygons: [ring(2, 2, 12, 12), ring(10, 10, 50, 14)], holes: [ring(4, 4, 8, 8)] },
      size,
    );
    expect(polygon && patchArea(polygon)).toBe(100 + 27 * 4 - 4 - 16);
    const box: Box = [1.5, 2.4, 4.6, 5];
    const filled = patchOfGeometry({ type: 'box', box }, size);
    expect(filled && rleBox(rleOfPatch(filled, size))).toEqual([1, 2, 5, 5]);
    expect(patchOfGeometry({ type: 'point', point: [1, 1] }, size)).toBeUndefined();
  });

  it('a very large picture costs what its region costs', () => {
    const large = { width: 20_000, height: 15_000 };
    const patch = fillPolygon(
      emptyPatch([12_000, 9_000, 12_010, 9_010]),
      [
        [12_000, 9_000],
        [12_010, 9_000],
        [12_010, 9_010],
      ],
      1,
    );
    const rle = rleOfPatch(patch, large);
    expect(rleBox(rle)).toEqual([12_000, 9_000, 12_010, 9_010]);
    expect(patchOfRle(rle).data).toHaveLength(100);
  });

  it('decoding a patch agrees with decoding the mask', () => {
    const patch = emptyPatch([5, 5, 15, 15]);
    fillCapsule(patch, [10, 10], [10, 10], 4, 1);
    const mask = decodeRle(rleOfPatch(patch, size));
    expect(mask.data.reduce((sum, value) => sum + value, 0)).toBe(patchArea(patch));
  });
});

function distanceTo([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const square = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = square ? Math.min(1, Math.max(0, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / square)) : 0;
  return Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay));
}
