/** Masks and polygons at random, and plain code per pixel to compare with. */
import fc from 'fast-check';
import type { Geometry, Point, Rle, Size } from '../../../src/protocol/geometry';
import { decodeRle, encodeRle } from '../../../src/protocol/rle';

export const sizes = fc.record({
  width: fc.integer({ min: 1, max: 60 }),
  height: fc.integer({ min: 1, max: 50 }),
});

/** Random discs, some of them cut out again: islands, holes, islands in holes, cut by the border. */
export const masksOf = ({ width, height }: Size): fc.Arbitrary<Rle> =>
  fc
    .array(
      fc.record({
        x: fc.integer({ min: -5, max: width + 5 }),
        y: fc.integer({ min: -5, max: height + 5 }),
        r: fc.integer({ min: 0, max: 20 }),
        on: fc.boolean(),
      }),
      { maxLength: 8 },
    )
    .map((discs) =>
      encodeRle(
        paint({ width, height }, ([x, y]) => {
          const disc = [...discs]
            .reverse()
            .find((each) => (x - each.x) ** 2 + (y - each.y) ** 2 <= each.r * each.r);
          return disc?.on ?? false;
        }),
      ),
    );

const ringsOf = ({ width, height }: Size) =>
  fc.array(
    fc.tuple(
      fc.double({ min: -4, max: width + 4, noNaN: true }),
      fc.double({ min: -4, max: height + 4, noNaN: true }),
    ),
    { minLength: 3, maxLength: 7 },
  );

/** Polygons that may cross themselves and each other, boxes, and holes anywhere. */
export const areasOf = (size: Size): fc.Arbitrary<Extract<Geometry, { type: 'box' | 'polygon' }>> =>
  fc.oneof(
    fc
      .record({
        polygons: fc.array(ringsOf(size), { minLength: 1, maxLength: 3 }),
        holes: fc.array(ringsOf(size), { maxLength: 2 }),
      })
      .map(({ polygons, holes }) => ({ type: 'polygon' as const, polygons, ...(holes.length && { holes }) })),
    fc
      .tuple(
        fc.double({ min: -3, max: size.width, noNaN: true }),
        fc.double({ min: -3, max: size.height, noNaN: true }),
        fc.double({ min: 0, max: size.width, noNaN: true }),
        fc.double({ min: 0, max: size.height, noNaN: true }),
      )
      .map(([x, y, w, h]) => ({ type: 'box' as const, box: [x, y, x + w, y + h] as const }))
      .map(({ type, box }) => ({ type, box: [...box] as [number, number, number, number] })),
  );

/** A mask, pixel by pixel. */
export function paint(size: Size, isObject: (pixel: Point) => boolean) {
  const data = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) data[y * size.width + x] = isObject([x, y]) ? 1 : 0;
  return { ...size, data };
}

/** Asks a mask for its pixels; outside it is empty. */
export function pixelsOf(rle: Rle): (pixel: Point) => boolean {
  const { width, height, data } = decodeRle(rle);
  return ([x, y]) => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 1;
}

/** Even-odd for one ring and one point, by the crossings to the left of it. */
export function inRing(ring: readonly Point[], [x, y]: Point): boolean {
  let crossings = 0;
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length] as Point;
    if (y1 > y !== y2 > y && x1 + ((y - y1) * (x2 - x1)) / (y2 - y1) <= x) crossings++;
  });
  return crossings % 2 === 1;
}

/** Whether the middle of a pixel is in a geometry, as geometry.ts defines it. */
export function isIn(geometry: Geometry, pixel: Point): boolean {
  const middle: Point = [pixel[0] + 0.5, pixel[1] + 0.5];
  switch (geometry.type) {
    case 'box': {
      const [x1, y1, x2, y2] = geometry.box;
      return middle[0] >= x1 && middle[0] < x2 && middle[1] >= y1 && middle[1] < y2;
    }
    case 'polygon':
      return (
        geometry.polygons.some((ring) => inRing(ring, middle)) &&
        !(geometry.holes ?? []).some((ring) => inRing(ring, middle))
      );
    case 'mask':
      return pixelsOf(geometry.mask)(pixel);
    default:
      return false;
  }
}

/** Numbers of the parts of true pixels (over edges) or, with `corners`, over corners too; 0 elsewhere. */
export function flood(
  { width, height }: Size,
  isObject: (pixel: Point) => boolean,
  corners = false,
): { labels: Int32Array; count: number } {
  const labels = new Int32Array(width * height);
  let count = 0;
  for (let start = 0; start < labels.length; start++) {
    if (labels[start] || !isObject([start % width, Math.floor(start / width)])) continue;
    labels[start] = ++count;
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const [x, y] = [(at % width) + dx, Math.floor(at / width) + dy];
          if ((dx && dy && !corners) || x < 0 || y < 0 || x >= width || y >= height) continue;
          if (labels[y * width + x] || !isObject([x, y])) continue;
          labels[y * width + x] = count;
          open.push(y * width + x);
        }
  }
  return { labels, count };
}
