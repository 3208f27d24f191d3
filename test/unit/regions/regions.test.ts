import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Point, Rle, Size } from '../../../src/protocol/geometry';
import { rectangle } from '../../../src/protocol/raster';
import { encodeRle, rleArea, rleBox, rleOverlap } from '../../../src/protocol/rle';
import { combineGeometries, fillHoles, splitGeometry } from '../../../src/regions/combine';
import {
  areaOfGeometry,
  boxOfGeometry,
  maskOfGeometry,
  moveGeometry,
  pointCount,
  polygonOfGeometry,
  scaleGeometry,
  simplifyPolygon,
  type AreaGeometry,
} from '../../../src/regions/geometry';
import {
  combineMasks,
  emptyMask,
  fillMaskHoles,
  maskParts,
  moveMask,
  scaleMask,
} from '../../../src/regions/masks';
import { areasOf, flood, isIn, masksOf, paint, pixelsOf, sizes } from './support';

const twoMasks = sizes.chain((size) =>
  fc.record({ size: fc.constant(size), a: masksOf(size), b: masksOf(size) }),
);
const twoAreas = sizes.chain((size) => {
  const each: fc.Arbitrary<AreaGeometry> = fc.oneof(
    { weight: 3, arbitrary: areasOf(size) },
    { weight: 1, arbitrary: masksOf(size).map((mask) => ({ type: 'mask' as const, mask })) },
  );
  return fc.record({ size: fc.constant(size), a: each, b: each });
});
const operations = {
  union: (a: boolean, b: boolean) => a || b,
  subtract: (a: boolean, b: boolean) => a && !b,
  intersect: (a: boolean, b: boolean) => a && b,
};
const painted = (size: Size, isObject: (pixel: Point) => boolean) => encodeRle(paint(size, isObject));
const difference = (a: Rle, b: Rle) => {
  const { intersection, union } = rleOverlap(a, b);
  return union - intersection;
};

describe('masks, compared with plain code per pixel', () => {
  it('are united, subtracted and intersected', () => {
    fc.assert(
      fc.property(twoMasks, ({ size, a, b }) => {
        const [inA, inB] = [pixelsOf(a), pixelsOf(b)];
        for (const operation of ['union', 'subtract', 'intersect'] as const)
          expect(combineMasks(operation, [a, b])).toEqual(
            painted(size, (pixel) => operations[operation](inA(pixel), inB(pixel))),
          );
      }),
      { numRuns: 300 },
    );
  });

  it('are split into the parts of a flood fill, which together are the mask', () => {
    fc.assert(
      fc.property(twoMasks, ({ size, a }) => {
        const parts = maskParts(a);
        const { labels, count } = flood(size, pixelsOf(a));
        expect(parts).toHaveLength(count);
        for (const part of parts) {
          const inPart = pixelsOf(part);
          const found = new Set(
            Array.from(labels).filter((_, i) => inPart([i % size.width, Math.floor(i / size.width)])),
          );
          expect(found.size).toBe(1);
          expect(rleArea(part)).toBe(labels.filter((label) => found.has(label)).length);
        }
        expect(combineMasks('union', [emptyMask(size), ...parts])).toEqual(a);
      }),
      { numRuns: 200 },
    );
  });

  it('have their holes filled: background that a flood from outside does not reach', () => {
    fc.assert(
      fc.property(twoMasks, ({ size, a }) => {
        const inA = pixelsOf(a);
        // Around the mask's box the outside is connected; the picture's edge counts as outside.
        const { labels } = flood(size, (pixel) => !inA(pixel), true);
        const outside = new Set<number>();
        const [x1, y1, x2, y2] = rleBox(a);
        for (let y = 0; y < size.height; y++)
          for (let x = 0; x < size.width; x++)
            if (x <= x1 || x >= x2 - 1 || y === 0 || y === size.height - 1 || y < y1 || y >= y2)
              outside.add(labels[y * size.width + x] as number);
        expect(fillMaskHoles(a)).toEqual(
          painted(
            size,
            ([x, y]) => inA([x, y]) || (rleArea(a) > 0 && !outside.has(labels[y * size.width + x] as number)),
          ),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('move into pictures of other sizes and are stretched', () => {
    const moves = fc.record({
      masks: twoMasks,
      to: sizes,
      dx: fc.integer({ min: -40, max: 40 }),
      dy: fc.integer({ min: -40, max: 40 }),
    });
    fc.assert(
      fc.property(moves, ({ masks: { a, size }, to, dx, dy }) => {
        const inA = pixelsOf(a);
        expect(moveMask(a, [dx, dy], to)).toEqual(painted(to, ([x, y]) => inA([x - dx, y - dy])));
        const [fx, fy] = [to.width / size.width, to.height / size.height];
        expect(scaleMask(a, to)).toEqual(
          painted(to, ([x, y]) => inA([Math.floor((x + 0.5) / fx), Math.floor((y + 0.5) / fy)])),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('of a very large picture cost what the regions cost', () => {
    const size = { width: 20_000, height: 15_000 };
    const box = (x: number) => maskOfGeometry({ type: 'box', box: [x, 100, x + 50, 150] }, size);
    const merged = combineMasks('union', [box(15_000), box(15_100)]);
    expect(maskParts(merged)).toHaveLength(2);
    expect(rleBox(fillMaskHoles(merged))).toEqual([15_000, 100, 15_150, 150]);
    expect(rleBox(moveMask(merged, [4_890, 14_870]))).toEqual([19_890, 14_970, 20_000, 15_000]);
  });
});

describe('geometries, compared with plain code per pixel', () => {
  it('have the pixels, the area and the box that their definition says', () => {
    fc.assert(
      fc.property(twoAreas, ({ size, a }) => {
        const expected = painted(size, (pixel) => isIn(a, pixel));
        expect(maskOfGeometry(a, size)).toEqual(expected);
        expect(areaOfGeometry(a, size)).toBe(rleArea(expected));
        if (rleArea(expected)) {
          const [inner, outer] = [rleBox(expected), boxOfGeometry(a)];
          expect(outer[0]).toBeLessThanOrEqual(inner[0] + 0.5);
          expect(outer[3]).toBeGreaterThanOrEqual(inner[3] - 0.5);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are united, subtracted and intersected, polygons to a pixel in a thousand', () => {
    fc.assert(
      fc.property(twoAreas, ({ size, a, b }) => {
        for (const operation of ['union', 'subtract', 'intersect'] as const) {
          const expected = painted(size, (pixel) => operations[operation](isIn(a, pixel), isIn(b, pixel)));
          const result = combineGeometries(operation, [a, b], size);
          const mask = result ? maskOfGeometry(result, size) : emptyMask(size);
          const exact = a.type === 'mask' || b.type === 'mask';
          const area = rleArea(expected);
          // Outlines that are traced again keep 98.5 %.
          expect(difference(mask, expected)).toBeLessThanOrEqual(exact ? 0 : Math.max(3, 0.016 * area));
          if (result) expect(result.type === 'mask').toBe(exact);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are split into as many parts as a flood fill finds, which together are the same', () => {
    fc.assert(
      fc.property(twoAreas, ({ size, a }) => {
        const { count } = flood(size, (pixel) => isIn(a, pixel));
        const parts = splitGeometry(a, size);
        expect(parts).toHaveLength(Math.max(1, count));
        const whole = maskOfGeometry(a, size);
        const together = combineMasks('union', [
          emptyMask(size),
          ...parts.map((part) => maskOfGeometry(part, size)),
        ]);
        const allowed = a.type === 'mask' ? 0 : Math.max(3 * parts.length, 0.016 * rleArea(whole));
        expect(difference(together, whole)).toBeLessThanOrEqual(allowed);
      }),
      { numRuns: 200 },
    );
  });

  it('lose their holes and nothing else', () => {
    fc.assert(
      fc.property(twoAreas, ({ size, a }) => {
        const filled = maskOfGeometry(fillHoles(a, size), size);
        const expected = fillMaskHoles(maskOfGeometry(a, size));
        const allowed = a.type === 'mask' ? 0 : Math.max(3, 0.016 * rleArea(expected));
        expect(difference(filled, expected)).toBeLessThanOrEqual(allowed);
      }),
      { numRuns: 200 },
    );
  });

  it('go from mask to polygon and back: every pixel without tolerance, 98 % with few points', () => {
    fc.assert(
      fc.property(twoMasks, ({ size, a }) => {
        const exact = polygonOfGeometry({ type: 'mask', mask: a }, 0);
        const few = polygonOfGeometry({ type: 'mask', mask: a });
        if (!rleArea(a)) {
          expect([exact, few]).toEqual([undefined, undefined]);
          return;
        }
        expect(exact && maskOfGeometry(exact, size)).toEqual(a);
        const { intersection, union } = rleOverlap(maskOfGeometry(few as AreaGeometry, size), a);
        expect(intersection / union).toBeGreaterThanOrEqual(0.98);
      }),
      { numRuns: 200 },
    );
  });

  it('move and are stretched point by point', () => {
    const size = { width: 40, height: 30 };
    expect(moveGeometry({ type: 'box', box: [1, 2, 3, 4] }, [10, 20], size)).toEqual({
      type: 'box',
      box: [11, 22, 13, 24],
    });
    expect(scaleGeometry({ type: 'point', point: [10, 10] }, size, { width: 80, height: 90 })).toEqual({
      type: 'point',
      point: [20, 30],
    });
    expect(
      moveGeometry(
        { type: 'polygon', polygons: [rectangle([0, 0, 9, 9])], holes: [rectangle([3, 3, 6, 6])] },
        [1, 1],
        size,
      ),
    ).toEqual({ type: 'polygon', polygons: [rectangle([1, 1, 10, 10])], holes: [rectangle([4, 4, 7, 7])] });
  });

  it('keep the corners of polygons that are merged, and tell holes', () => {
    const size = { width: 200, height: 200 };
    const merged = combineGeometries(
      'union',
      [
        { type: 'polygon', polygons: [rectangle([10.25, 10, 110, 60])] },
        { type: 'box', box: [60, 20, 150.75, 120] },
      ],
      size,
    );
    expect(merged?.type).toBe('polygon');
    if (merged?.type !== 'polygon') return;
    expect(merged.polygons).toHaveLength(1);
    expect(merged.polygons[0]).toEqual(
      expect.arrayContaining([
        [10.25, 10],
        [150.75, 120],
      ]),
    );
    const cut = combineGeometries(
      'subtract',
      [
        { type: 'box', box: [0, 0, 100, 100] },
        { type: 'box', box: [40, 40, 60, 60] },
      ],
      size,
    );
    expect(cut).toMatchObject({ type: 'polygon', polygons: [{ length: 4 }], holes: [{ length: 4 }] });
    expect(cut && fillHoles(cut, size)).toEqual({ type: 'polygon', polygons: [expect.any(Array)] });
  });

  it('leave an island in a hole where it is', () => {
    const size = { width: 60, height: 60 };
    const isObject = ([x, y]: Point) => {
      const r = Math.hypot(x - 30, y - 30);
      return r < 6 || (r > 12 && r < 18) || (r > 22 && r < 28);
    };
    const mask = painted(size, isObject);
    const polygon = polygonOfGeometry({ type: 'mask', mask }, 0);
    expect(polygon?.polygons).toHaveLength(3);
    expect(polygon?.holes).toHaveLength(2);
    expect(polygon && maskOfGeometry(polygon, size)).toEqual(mask);
  });

  it('simplify to fewer points within the tolerance', () => {
    const ring = Array.from({ length: 360 }, (_, i): Point => [
      100 + 80 * Math.cos((i * Math.PI) / 180),
      100 + 80 * Math.sin((i * Math.PI) / 180),
    ]);
    const simple = simplifyPolygon({ type: 'polygon', polygons: [ring] }, 1);
    expect(pointCount(simple)).toBeLessThan(40);
    for (const [x, y] of simple.polygons[0] as Point[])
      expect(Math.abs(Math.hypot(x - 100, y - 100) - 80)).toBeLessThanOrEqual(1);
  });
});
