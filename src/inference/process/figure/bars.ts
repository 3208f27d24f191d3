/** Bars of a plot: their boxes by colour, and what they stand for. */
import type { Box } from '../../../protocol/geometry';
import type { Patch } from '../../../protocol/raster';
import { roundedTo, type Scale } from './axes';
import type { Part } from './parts';

/** A bar has at least so many pixels to a side … */
const leastSide = 3;
/** … and its pixels fill this share of its box. */
const solid = 0.75;
/** Share of the plot's extent within which bars that stand on one line start. */
const baseline = 0.03;

/** The solid rectangles of a colour (four neighbours; hatching and thin lines across them are bridged). */
export function barsOf(patch: Patch): Box[] {
  const { width, height } = patch;
  const closed = closedBy(patch, 2);
  const seen = new Uint8Array(closed.length);
  const boxes: Box[] = [];
  const stack: number[] = [];
  for (let start = 0; start < closed.length; start++) {
    if (seen[start] || !closed[start]) continue;
    let [x1, y1, x2, y2, count] = [width, height, 0, 0, 0];
    seen[start] = 1;
    stack.push(start);
    while (stack.length) {
      const at = stack.pop() as number;
      const [x, y] = [at % width, Math.floor(at / width)];
      count++;
      x1 = Math.min(x1, x);
      y1 = Math.min(y1, y);
      x2 = Math.max(x2, x + 1);
      y2 = Math.max(y2, y + 1);
      for (const [next, isInside] of [
        [at - 1, x > 0],
        [at + 1, x < width - 1],
        [at - width, y > 0],
        [at + width, y < height - 1],
      ] as const)
        if (isInside && !seen[next] && closed[next]) {
          seen[next] = 1;
          stack.push(next);
        }
    }
    const isSolid = count >= solid * (x2 - x1) * (y2 - y1);
    if (isSolid && Math.min(x2 - x1, y2 - y1) >= leastSide)
      boxes.push([patch.x + x1, patch.y + y1, patch.x + x2, patch.y + y2]);
  }
  return boxes;
}

/** Set pixels and the gaps of at most `gap` pixels between them along rows and columns. */
function closedBy({ width, height, data }: Patch, gap: number): Uint8Array {
  const closed = Uint8Array.from(data);
  const close = (first: number, step: number, count: number) => {
    let last = -1;
    for (let i = 0; i < count; i++)
      if (data[first + i * step]) {
        if (last >= 0 && i - last > 1 && i - last <= gap + 1)
          for (let k = last + 1; k < i; k++) closed[first + k * step] = 1;
        last = i;
      }
  };
  for (let y = 0; y < height; y++) close(y * width, 1, width);
  for (let x = 0; x < width; x++) close(x, width, height);
  return closed;
}

/** Whether bars stand on a common line (upright) or start at one (lying): by which of their ends agree. */
export function areUpright(boxes: readonly Box[], plot: Box): boolean {
  const agree = (axis: 0 | 1): number => {
    const end = axis === 1 ? 3 : 0;
    const places = boxes.map((box) => box[end]);
    const near = baseline * ((plot[axis + 2] as number) - plot[axis]);
    return Math.max(
      0,
      ...places.map((place) => places.filter((other) => Math.abs(other - place) <= near).length),
    );
  };
  const [upright, lying] = [agree(1), agree(0)];
  if (upright !== lying) return upright > lying;
  const widths = boxes.reduce((sum, box) => sum + box[2] - box[0], 0);
  const heights = boxes.reduce((sum, box) => sum + box[3] - box[1], 0);
  return heights >= widths;
}

/**
 * Gives bars their values: where the far end stands on the scale; of a bar that stands on another one, how much it adds; below zero where it hangs down.
 * @param scale of the axis along the bars
 */
export function giveValues(bars: readonly Part[], upright: boolean, scale: Scale): void {
  const [low, high] = upright ? ([3, 1] as const) : ([0, 2] as const);
  const bases = bars.map(({ box }) => box[low]);
  const common = commonest(bases);
  const step = Math.abs(scale.valueAt(common + 1) - scale.valueAt(common));
  const slack = Math.max(3, 0.02 * Math.max(...bars.map(({ box }) => Math.abs(box[high] - box[low]))));
  for (const bar of bars) {
    const [base, end] = [bar.box[low], bar.box[high]];
    const hangs = Math.abs(end - common) <= slack && Math.abs(base - common) > slack;
    if (hangs) bar.value = roundedTo(scale.valueAt(base), step);
    else if (Math.abs(base - common) <= slack || scale.kind === 'log')
      bar.value = roundedTo(scale.valueAt(end), step);
    else bar.value = roundedTo(scale.valueAt(end) - scale.valueAt(base), step);
  }
}

function commonest(places: readonly number[]): number {
  let best: { place: number; count: number } = { place: places[0] ?? 0, count: 0 };
  for (const place of places) {
    const count = places.filter((other) => Math.abs(other - place) <= 3).length;
    if (count > best.count) best = { place, count };
  }
  return best.place;
}
