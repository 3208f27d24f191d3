import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskPolygons } from '../../../src/annotate/contours';
import { decodeRle, encodeRle, rleArea, rleOverlap, type Mask } from '../../../src/protocol/rle';
import { maskOfGeometry } from '../../../src/regions/geometry';

/** A mask of random discs, some of them cut out again: islands, holes, islands in holes, cut by the border. */
const masks = fc
  .record({
    width: fc.integer({ min: 1, max: 90 }),
    height: fc.integer({ min: 1, max: 70 }),
    discs: fc.array(
      fc.record({
        x: fc.integer({ min: -5, max: 95 }),
        y: fc.integer({ min: -5, max: 75 }),
        r: fc.integer({ min: 1, max: 30 }),
        on: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  })
  .map(({ width, height, discs }): Mask => {
    const data = new Uint8Array(width * height);
    for (const { x, y, r, on } of discs)
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          if ((column - x) ** 2 + (row - y) ** 2 <= r * r) data[row * width + column] = on ? 1 : 0;
    return { width, height, data };
  });

const iou = (mask: Mask) => {
  const rle = encodeRle(mask);
  const { width, height } = mask;
  const { intersection, union } = rleOverlap(
    rle,
    maskOfGeometry({ type: 'polygon', polygons: maskPolygons(rle) }, { width, height }),
  );
  return union === 0 ? 1 : intersection / union;
};

describe('maskPolygons', () => {
  it('overlaps the mask with an IoU of at least 0.98, holes and islands included', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        expect(iou(mask)).toBeGreaterThanOrEqual(0.98);
      }),
      { numRuns: 300 },
    );
  });

  it('needs few points for plain shapes', () => {
    const data = new Uint8Array(200 * 100);
    for (let y = 20; y < 80; y++) data.fill(1, y * 200 + 30, y * 200 + 150);
    const polygons = maskPolygons(encodeRle({ width: 200, height: 100, data }));
    expect(polygons).toHaveLength(1);
    expect(polygons[0]?.length).toBeLessThanOrEqual(8);
  });

  it('cuts holes in, so that a tool without holes shows them', () => {
    const data = new Uint8Array(60 * 60).fill(1);
    for (let y = 20; y < 40; y++) data.fill(0, y * 60 + 20, y * 60 + 40);
    const rle = encodeRle({ width: 60, height: 60, data });
    const polygons = maskPolygons(rle);
    expect(polygons).toHaveLength(1);
    const filled = maskOfGeometry({ type: 'polygon', polygons }, { width: 60, height: 60 });
    expect(decodeRle(filled).data[30 * 60 + 30]).toBe(0);
  });

  it('gives nothing for an empty mask', () => {
    expect(maskPolygons(encodeRle({ width: 5, height: 5, data: new Uint8Array(25) }))).toEqual([]);
  });

  it('traces a mask of twelve megapixels in under three seconds', () => {
    const [width, height] = [4000, 3000];
    const data = new Uint8Array(width * height);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if ((x - 2000) ** 2 / 3.2e6 + (y - 1500) ** 2 / 1.9e6 < 1 + 0.1 * Math.sin(x / 40) * Math.cos(y / 30))
          data[y * width + x] = 1;
    const rle = encodeRle({ width, height, data });
    expect(rleArea(rle)).toBeGreaterThan(1e6);
    const started = performance.now();
    maskPolygons(rle);
    // The limit leaves room for a busy machine.
    console.log(`traced in ${Math.round(performance.now() - started)} ms`);
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
