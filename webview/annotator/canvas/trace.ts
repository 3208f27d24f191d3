/** The outlines of a small raster, along the edges of its cells. Pure. */
import type { Mask } from '../../../src/protocol/rle';

/** A closed ring as x, y, x, y, … in cells of the raster. */
export type Ring = Float32Array;

/**
 * The rings between object and background, holes included; filled by the even-odd rule they are the object. A ring
 * turns at its points only.
 * @param tolerance how far a simplified ring may leave the true one, in cells; 0 keeps every corner
 * @param limit gives up (undefined) when there would be more points than this
 */
export function traceRings(mask: Mask, tolerance: number, limit: number): Ring[] | undefined {
  const { width, height, data } = mask;
  const object = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x];
  // The upper edges of object cells, each of which is part of one ring.
  const walked = new Uint8Array(width * height);
  const rings: Ring[] = [];
  let points = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const i = row * width + column;
      if (!data[i] || walked[i] || (row > 0 && data[i - width])) continue;
      const corners: number[] = [];
      // East along the upper edge, the object to the right hand, until that edge comes again.
      let [x, y, dx, dy] = [column, row, 1, 0];
      do {
        if (dx === 1) walked[y * width + x] = 1;
        x += dx;
        y += dy;
        // The cells ahead, to the left and to the right of the way.
        const [left, right] = [
          object(x + (dx + dy - 1) / 2, y + (dy - dx - 1) / 2),
          object(x + (dx - dy - 1) / 2, y + (dy + dx - 1) / 2),
        ];
        if (!right) [dx, dy] = [-dy, dx];
        else if (left) [dx, dy] = [dy, -dx];
        else continue;
        corners.push(x, y);
      } while (x !== column || y !== row || dx !== 1);
      const ring = tolerance ? simplify(corners, tolerance) : Float32Array.from(corners);
      points += ring.length / 2;
      if (points > limit) return undefined;
      rings.push(ring);
    }
  return rings;
}

/** Ramer-Douglas-Peucker on a closed ring of corners, split at its first point and the one farthest from it. */
function simplify(corners: readonly number[], tolerance: number): Ring {
  const count = corners.length / 2;
  if (count <= 4) return Float32Array.from(corners);
  const x = (i: number) => corners[2 * (i % count)] as number;
  const y = (i: number) => corners[2 * (i % count) + 1] as number;
  let [far, most] = [0, -1];
  for (let i = 1; i < count; i++) {
    const distance = (x(i) - x(0)) ** 2 + (y(i) - y(0)) ** 2;
    if (distance > most) [far, most] = [i, distance];
  }
  const keep = new Uint8Array(count);
  keep[0] = keep[far] = 1;
  const spans = [0, far, far, count];
  while (spans.length) {
    const to = spans.pop() as number;
    const from = spans.pop() as number;
    const [ax, ay] = [x(from), y(from)];
    const [bx, by] = [x(to) - ax, y(to) - ay];
    const length = Math.hypot(bx, by) || 1;
    let [worst, at] = [tolerance, -1];
    for (let i = from + 1; i < to; i++) {
      const distance = Math.abs((x(i) - ax) * by - (y(i) - ay) * bx) / length;
      if (distance > worst) [worst, at] = [distance, i];
    }
    if (at < 0) continue;
    keep[at] = 1;
    spans.push(from, at, at, to);
  }
  const ring: number[] = [];
  for (let i = 0; i < count; i++) if (keep[i]) ring.push(x(i), y(i));
  return Float32Array.from(ring.length >= 6 ? ring : corners);
}
