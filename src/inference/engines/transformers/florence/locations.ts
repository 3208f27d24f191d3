/**
 * Florence-2's way of writing places: `<loc_0>` to `<loc_999>`, the bin of a coordinate among a thousand along its side, x and y
 * in turn. Coordinates of regions are pixels of the picture; a bin is read as its middle.
 */
import type { Box, Point, Size } from '../../../../protocol/geometry';

const bins = 1000;

/** What stands before places, and the numbers of their bins; polygons come in several lists. */
export interface Located {
  label: string;
  /** At least one; x and y in turn. */
  bins: number[][];
}

/**
 * Words and the places behind them, in the order of the text. Numbers that are none of a bin, and tokens of other kinds, are
 * passed over: places with such a number are left out, the rest stays.
 */
export function readLocated(text: string): Located[] {
  const found: Located[] = [];
  let label = '';
  let lists: number[][] = [];
  const close = () => {
    const full = lists.filter((list) => list.length);
    if (full.length) found.push({ label, bins: full });
    if (lists.length) label = '';
    lists = [];
  };
  for (const [part, bin, tag] of text.matchAll(/<loc_(\d+)>|<([^<>]*)>|[^<]+|</g)) {
    if (bin !== undefined) {
      if (!lists.length) lists.push([]);
      lists.at(-1)?.push(Number(bin) < bins ? Number(bin) : NaN);
    } else if (tag !== undefined) {
      // Between polygons of one region, and around them.
      if (lists.length && /^(sep|poly|\/poly)$/.test(tag)) lists.push([]);
    } else if (part.trim() !== '') {
      close();
      label = `${label} ${part.trim()}`.trim();
    }
  }
  close();
  return found;
}

/** Groups of `count` bins; a last one that is not whole, and groups with a broken number, are left out. */
function groups(list: readonly number[], count: number): number[][] {
  const whole: number[][] = [];
  for (let i = 0; i + count <= list.length; i += count) whole.push(list.slice(i, i + count));
  return whole.filter((group) => group.every((bin) => !Number.isNaN(bin)));
}

const pointsOf = (list: readonly number[], { width, height }: Size): Point[] =>
  groups(list, 2).map(([x, y]) => [
    (((x as number) + 0.5) / bins) * width,
    (((y as number) + 0.5) / bins) * height,
  ]);

/** Boxes of four bins each. Corners in the wrong order are put right. */
export function boxesOf({ bins: lists }: Located, size: Size): Box[] {
  return lists
    .flatMap((list) => groups(list, 4))
    .map((group) => boxAround(pointsOf(group, size)))
    .filter(([x1, y1, x2, y2]) => x2 > x1 && y2 > y1);
}

/** The boxes around quadrangles of eight bins each. */
export function quadrangleBoxesOf({ bins: lists }: Located, size: Size): Box[] {
  return lists.flatMap((list) => groups(list, 8)).map((group) => boxAround(pointsOf(group, size)));
}

/** Polygons of three points or more. */
export function polygonsOf({ bins: lists }: Located, size: Size): Point[][] {
  return lists.map((list) => pointsOf(list, size)).filter((polygon) => polygon.length >= 3);
}

function boxAround(points: readonly Point[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** A box as a question names it. */
export function writeBox([x1, y1, x2, y2]: Box, { width, height }: Size): string {
  const bin = (value: number, side: number) =>
    Math.min(bins - 1, Math.max(0, Math.floor((value / side) * bins)));
  return [bin(x1, width), bin(y1, height), bin(x2, width), bin(y2, height)]
    .map((each) => `<loc_${each}>`)
    .join('');
}
