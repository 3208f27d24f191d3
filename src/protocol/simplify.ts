/** Rings and lines of points: their area, and the same with fewer points. In pixels of the picture. */
import type { Point } from './geometry';

/** Signed area of a ring, in pixels. */
export function ringArea(ring: readonly Point[]): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as Point;
    const [xj, yj] = ring[j] as Point;
    twice += xj * yi - xi * yj;
  }
  return twice / 2;
}

/** Ramer-Douglas-Peucker on a closed ring, split at its first point and the one farthest from it. */
export function simplifyRing(ring: Point[], tolerance: number): Point[] {
  const first = ring[0] as Point;
  let far = 0;
  let best = -1;
  ring.forEach(([x, y], i) => {
    const distance = (x - first[0]) ** 2 + (y - first[1]) ** 2;
    if (distance > best) [best, far] = [distance, i];
  });
  const there = simplifyLine(ring.slice(0, far + 1), tolerance);
  const back = simplifyLine([...ring.slice(far), first], tolerance);
  const simplified = [...there.slice(0, -1), ...back.slice(0, -1)];
  return simplified.length >= 3 ? simplified : ring;
}

/** Ramer-Douglas-Peucker on a line; its ends stay. */
export function simplifyLine(line: readonly Point[], tolerance: number): Point[] {
  const keep = new Uint8Array(line.length);
  keep[0] = keep[line.length - 1] = 1;
  const spans: [number, number][] = [[0, line.length - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span;
    let [worst, at] = [tolerance + 1e-9, -1];
    for (let i = from + 1; i < to; i++) {
      const distance = distanceToSegment(line[i] as Point, line[from] as Point, line[to] as Point);
      if (distance > worst) [worst, at] = [distance, i];
    }
    if (at >= 0) {
      keep[at] = 1;
      spans.push([from, at], [at, to]);
    }
  }
  return line.filter((_, i) => keep[i]);
}

/** Distance of a point to a line between two others, in pixels. */
export function distanceToSegment([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy);
}
