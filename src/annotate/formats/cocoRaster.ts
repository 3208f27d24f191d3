/**
 * Polygons as pixels by COCO's own rule (that of `rleFrPoly` in pycocotools), so that areas and boxes are those that
 * pycocotools computes. Its rule differs from ours only where an edge passes through the middle of a pixel.
 */
import type { Point, Rle, Size } from '../../protocol/geometry';
import { rleFromRuns } from '../../protocol/rle';

/** COCO walks the edges on a grid this much finer than the pixels. */
const scale = 5;

/** The union of polygons (even-odd in each) as pycocotools rasterises it. */
export function cocoMask(polygons: readonly (readonly Point[])[], size: Size): Rle {
  const spans = polygons.flatMap((polygon) => spansOf(polygon, size)).sort(([a], [b]) => a - b);
  const runs: number[] = [];
  let end = 0;
  for (const [from, to] of spans) {
    if (from > end || !runs.length) runs.push(from - end, to - from);
    else if (to > end) runs[runs.length - 1] = (runs.at(-1) as number) + to - end;
    end = Math.max(end, to);
  }
  const rest = size.width * size.height - end;
  if (rest) runs.push(rest);
  return rleFromRuns(size, runs);
}

/** Pixels of one polygon as [from, to) along the columns. */
function spansOf(polygon: readonly Point[], size: Size): [number, number][] {
  const crossings = crossingsOf(polygon, size).sort((a, b) => a - b);
  const spans: [number, number][] = [];
  // Each place where the outline is crossed turns the object on or off.
  for (let i = 0; i < crossings.length; i += 2) {
    const [from, to] = [crossings[i] as number, crossings[i + 1] ?? size.width * size.height];
    if (to > from) spans.push([from, to]);
  }
  return spans;
}

/** Where the outline crosses the middles of columns, as places along the columns. */
function crossingsOf(polygon: readonly Point[], { width, height }: Size): number[] {
  const crossings: number[] = [];
  let before: Point | undefined;
  for (const [u, v] of outline(polygon)) {
    if (before && u !== before[0]) {
      const left = u < before[0] ? u : u - 1;
      const x = (left + 0.5) / scale - 0.5;
      if (Number.isInteger(x) && x >= 0 && x <= width - 1) {
        const y = (Math.min(v, before[1]) + 0.5) / scale - 0.5;
        crossings.push(x * height + Math.ceil(Math.min(Math.max(y, 0), height)));
      }
    }
    before = [u, v];
  }
  return crossings;
}

/** All points of the fine grid along the closed outline. */
function* outline(polygon: readonly Point[]): Generator<Point> {
  const fine = polygon.map(([x, y]): Point => [Math.trunc(scale * x + 0.5), Math.trunc(scale * y + 0.5)]);
  for (let i = 0; i < fine.length; i++) {
    let [[xs, ys], [xe, ye]] = [fine[i] as Point, fine[(i + 1) % fine.length] as Point];
    const [dx, dy] = [Math.abs(xe - xs), Math.abs(ye - ys)];
    const wide = dx >= dy;
    // An edge gives the same points in both directions.
    const flipped = wide ? xs > xe : ys > ye;
    if (flipped) [xs, ys, xe, ye] = [xe, ye, xs, ys];
    const length = wide ? dx : dy;
    const slope = length === 0 ? 0 : (wide ? ye - ys : xe - xs) / length;
    for (let step = 0; step <= length; step++) {
      const t = flipped ? length - step : step;
      yield wide ? [xs + t, Math.trunc(ys + slope * t + 0.5)] : [Math.trunc(xs + slope * t + 0.5), ys + t];
    }
  }
}
