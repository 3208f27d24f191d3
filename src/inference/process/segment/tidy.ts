/**
 * Small islands and holes of a mask, which a network leaves behind and nobody means. Works on the runs of the columns,
 * so that its cost follows the mask's outline and not its area.
 */
import type { Point, Rle, Size } from '../../../protocol/geometry';
import { rleFromRuns, runsFromRle } from '../../../protocol/rle';

/** Pixels y to end (exclusive) of column x, all of one value. */
interface Interval {
  x: number;
  y: number;
  end: number;
  value: 0 | 1;
}

/**
 * Drops islands and fills holes that are smaller than a share of the mask's largest piece.
 * @param mask of the whole picture
 * @param minShare of the largest piece's area, 0 to 1
 * @param keep points [x, y] in pixels of the picture: pieces (of object or background) that hold one stay as they are
 */
export function tidyMask(mask: Rle, minShare: number, keep: readonly Point[]): Rle {
  const size: Size = { width: mask.size[1], height: mask.size[0] };
  const columns = columnsOf(runsFromRle(mask), size.height);
  if (columns.length === 0) return mask;
  const pieces = new Pieces(columns, size.height);
  const limit = minShare * pieces.largest();
  const kept = new Set(keep.map(([x, y]) => pieces.at(Math.floor(x), Math.floor(y))));
  let changed = false;
  for (const column of columns) {
    for (const interval of column) {
      const piece = pieces.of(interval);
      if (kept.has(piece) || pieces.isOutside(piece) || pieces.area(piece) >= limit) continue;
      interval.value = interval.value ? 0 : 1;
      changed = true;
    }
  }
  return changed ? rleFromRuns(size, runsOfColumns(columns, size)) : mask;
}

/** Each column from the first to the last with object in it, as intervals that cover its whole height. */
function columnsOf(runs: readonly number[], height: number): Interval[][] {
  const columns = new Map<number, Interval[]>();
  let position = 0;
  let [first, last] = [Infinity, -1];
  runs.forEach((run, i) => {
    const end = position + run;
    if (i % 2) {
      for (let start = position; start < end;) {
        const x = Math.floor(start / height);
        const stop = Math.min(end, (x + 1) * height);
        const column = columns.get(x) ?? [];
        column.push({ x, y: start - x * height, end: stop - x * height, value: 1 });
        columns.set(x, column);
        first = Math.min(first, x);
        last = x;
        start = stop;
      }
    }
    position = end;
  });
  const all: Interval[][] = [];
  for (let x = first; x <= last; x++) {
    const column: Interval[] = [];
    let y = 0;
    for (const interval of columns.get(x) ?? []) {
      if (interval.y > y) column.push({ x, y, end: interval.y, value: 0 });
      column.push(interval);
      y = interval.end;
    }
    if (y < height) column.push({ x, y, end: height, value: 0 });
    all.push(column);
  }
  return all;
}

function runsOfColumns(columns: readonly Interval[][], { width, height }: Size): number[] {
  const first = columns[0]?.[0]?.x ?? 0;
  const runs = [first * height];
  let value = 0;
  const add = (length: number, of: 0 | 1) => {
    if (of === value) runs[runs.length - 1] = (runs[runs.length - 1] as number) + length;
    else if (length > 0) {
      runs.push(length);
      value = of;
    }
  };
  for (const column of columns) for (const { y, end, value: of } of column) add(end - y, of);
  add((width - first - columns.length) * height, 0);
  return runs;
}

/** Connected pieces of object (over edges) and background (over edges and corners), by union and find. */
class Pieces {
  private readonly index = new Map<Interval, number>();
  private readonly parent: number[] = [];
  private readonly areas: number[] = [];
  private readonly outside: boolean[] = [];
  private readonly first: number;

  constructor(
    private readonly columns: readonly Interval[][],
    height: number,
  ) {
    this.first = columns[0]?.[0]?.x ?? 0;
    columns.forEach((column, c) => {
      for (const interval of column) {
        const i = this.parent.length;
        this.index.set(interval, i);
        this.parent.push(i);
        this.areas.push(interval.end - interval.y);
        const border = c === 0 || c === columns.length - 1 || interval.y === 0 || interval.end === height;
        this.outside.push(interval.value === 0 && border);
      }
      if (c > 0) this.connect(columns[c - 1] as Interval[], column);
    });
  }

  of(interval: Interval): number {
    return this.find(this.index.get(interval) as number);
  }

  area(piece: number): number {
    return this.areas[piece] as number;
  }

  /** Whether a piece of background reaches the edge of what is looked at. */
  isOutside(piece: number): boolean {
    return this.outside[piece] as boolean;
  }

  /** The piece at a pixel, or -1 outside the columns with object in them. */
  at(x: number, y: number): number {
    const interval = this.columns[x - this.first]?.find((each) => each.y <= y && y < each.end);
    return interval ? this.of(interval) : -1;
  }

  /** Area of the largest piece of object. */
  largest(): number {
    let largest = 0;
    for (const column of this.columns)
      for (const interval of column)
        if (interval.value) largest = Math.max(largest, this.area(this.of(interval)));
    return largest;
  }

  private connect(left: readonly Interval[], right: readonly Interval[]): void {
    let i = 0;
    for (const b of right) {
      while (i > 0 && (left[i - 1] as Interval).end >= b.y) i--;
      for (; i < left.length; i++) {
        const a = left[i] as Interval;
        if (a.y > b.end) break;
        const corner = a.value ? 0 : 1;
        if (a.value === b.value && Math.min(a.end, b.end) + corner > Math.max(a.y, b.y))
          this.join(this.index.get(a) as number, this.index.get(b) as number);
      }
    }
  }

  private join(a: number, b: number): void {
    const [to, from] = [this.find(a), this.find(b)];
    if (to === from) return;
    this.parent[from] = to;
    this.areas[to] = (this.areas[to] as number) + (this.areas[from] as number);
    this.outside[to] = (this.outside[to] as boolean) || (this.outside[from] as boolean);
  }

  private find(i: number): number {
    let root = i;
    while (this.parent[root] !== root) root = this.parent[root] as number;
    while (this.parent[i] !== root) {
      const next = this.parent[i] as number;
      this.parent[i] = root;
      i = next;
    }
    return root;
  }
}
