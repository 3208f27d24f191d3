/**
 * Scores of classes on a coarse grid → the class of every pixel of a picture: the greatest after interpolation, as a resized map
 * of scores would have it, without making one.
 */
import type { Rle, Size } from '../../../../protocol/geometry';
import { maskOfIntervals, type Interval } from '../../../../regions/pieces';

/** Planes of scores over the whole picture. */
export interface ClassMap extends Size {
  readonly data: Float32Array;
  readonly classes: number;
}

/** Where pixels along an axis lie between cells. */
interface Line {
  low: Int32Array;
  high: Int32Array;
  part: Float32Array;
}

function lineOf(pixels: number, cells: number): Line {
  const line = { low: new Int32Array(pixels), high: new Int32Array(pixels), part: new Float32Array(pixels) };
  for (let p = 0; p < pixels; p++) {
    const at = Math.min(Math.max(((p + 0.5) * cells) / pixels - 0.5, 0), cells - 1);
    const low = Math.floor(at);
    line.low[p] = low;
    line.high[p] = Math.min(low + 1, cells - 1);
    line.part[p] = at - low;
  }
  return line;
}

/** The two greatest classes of each cell; a class that is neither at any of four cells is not expected to win between them. */
function bestTwo({ data, classes, width, height }: ClassMap): { first: Uint16Array; second: Uint16Array } {
  const plane = width * height;
  const first = new Uint16Array(plane);
  const second = new Uint16Array(plane);
  for (let i = 0; i < plane; i++) {
    let [a, b, top, next] = [0, 0, -Infinity, -Infinity];
    for (let kind = 0, at = i; kind < classes; kind++, at += plane) {
      const value = data[at] as number;
      if (value > top) [b, next, a, top] = [a, top, kind, value];
      else if (value > next) [b, next] = [kind, value];
    }
    first[i] = a;
    second[i] = b;
  }
  return { first, second };
}

/** Of so many classes all are compared between cells. */
const fewClasses = 32;

/** The pixels of each class that is there. */
export function classMasks(map: ClassMap, picture: Size): Map<number, Rle> {
  const { data, width, height } = map;
  const { first, second } = bestTwo(map);
  const every =
    map.classes <= fewClasses ? Array.from({ length: map.classes }, (_, kind) => kind) : undefined;
  const plane = width * height;
  const columns = lineOf(picture.width, width);
  const rows = lineOf(picture.height, height);
  const intervals = new Map<number, Interval[]>();
  for (let x = 0; x < picture.width; x++) {
    const [left, right] = [columns.low[x] as number, columns.high[x] as number];
    const across = columns.part[x] as number;
    let start = 0;
    let current = -1;
    const close = (end: number) => {
      if (end === start) return;
      const list = intervals.get(current);
      const interval: Interval = { x, y: start, end, value: 1 };
      if (list) list.push(interval);
      else intervals.set(current, [interval]);
    };
    let [row, candidates, lone]: [number, number[], boolean] = [-1, [], true];
    for (let y = 0; y < picture.height; y++) {
      const top = (rows.low[y] as number) * width;
      const below = (rows.high[y] as number) * width;
      if (top !== row) {
        const corners = [top + left, top + right, below + left, below + right];
        candidates = corners.map((at) => first[at] as number);
        lone = candidates.every((kind) => kind === candidates[0]);
        if (!lone)
          candidates =
            every ??
            [...new Set([...candidates, ...corners.map((at) => second[at] as number)])].sort((a, b) => a - b);
        row = top;
      }
      let best = candidates[0] as number;
      if (!lone) {
        const down = rows.part[y] as number;
        let most = -Infinity;
        for (const kind of candidates) {
          const base = kind * plane;
          const a = data[base + top + left] as number;
          const c = data[base + below + left] as number;
          const upper = a + ((data[base + top + right] as number) - a) * across;
          const lower = c + ((data[base + below + right] as number) - c) * across;
          const value = upper + (lower - upper) * down;
          if (value > most) [best, most] = [kind, value];
        }
      }
      if (best === current) continue;
      close(y);
      [start, current] = [y, best];
    }
    close(picture.height);
  }
  return new Map([...intervals].map(([kind, list]) => [kind, maskOfIntervals(list, picture)]));
}

/** Mean probability (a softmax over the classes) of a class where it is the greatest, on the grid. */
export function certainty({ data, classes, width, height }: ClassMap, kind: number): number {
  const plane = width * height;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < plane; i++) {
    const own = data[kind * plane + i] as number;
    let total = 0;
    let isBest = true;
    for (let each = 0; each < classes && isBest; each++) {
      const difference = (data[each * plane + i] as number) - own;
      isBest = difference <= 0;
      total += Math.exp(difference);
    }
    if (!isBest) continue;
    sum += 1 / total;
    count++;
  }
  return count ? sum / count : 0;
}
