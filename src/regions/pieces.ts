/**
 * The connected pieces of a mask, object and background. Works on the runs of the columns, so that its cost follows the
 * mask's outline and not its area.
 */
import type { Rle, Size } from '../protocol/geometry';
import { rleFromRuns, runsFromRle } from '../protocol/rle';

/** Pixels y to end (exclusive) of column x, all of one value. */
export interface Interval {
  readonly x: number;
  readonly y: number;
  readonly end: number;
  value: 0 | 1;
}

/**
 * Connected pieces of object (over edges) and background (over edges and corners), by union and find. `value` of an
 * interval may be changed afterwards: the pieces stay as they were, and `toMask` writes the new values.
 */
export class Pieces {
  /** Each column from the first to the last with object in it, as intervals that cover its whole height. */
  readonly columns: readonly (readonly Interval[])[];
  private readonly size: Size;
  private readonly index = new Map<Interval, number>();
  private readonly parent: number[] = [];
  private readonly areas: number[] = [];
  private readonly outside: boolean[] = [];
  private readonly first: number;

  constructor(mask: Rle) {
    this.size = { width: mask.size[1], height: mask.size[0] };
    const columns = columnsOf(runsFromRle(mask), this.size.height);
    this.columns = columns;
    this.first = columns[0]?.[0]?.x ?? 0;
    columns.forEach((column, c) => {
      for (const interval of column) {
        const i = this.parent.length;
        this.index.set(interval, i);
        this.parent.push(i);
        this.areas.push(interval.end - interval.y);
        const border =
          c === 0 || c === columns.length - 1 || interval.y === 0 || interval.end === this.size.height;
        this.outside.push(interval.value === 0 && border);
      }
      if (c > 0) this.connect(columns[c - 1] as readonly Interval[], column);
    });
  }

  /** The piece of an interval, as a number. */
  of(interval: Interval): number {
    return this.find(this.index.get(interval) as number);
  }

  /** In pixels. */
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

  /** Area of the largest piece of object, in pixels. */
  largest(): number {
    let largest = 0;
    for (const column of this.columns)
      for (const interval of column)
        if (interval.value) largest = Math.max(largest, this.area(this.of(interval)));
    return largest;
  }

  /** The intervals of each piece of object, column by column; pieces in the order of their leftmost, topmost pixel. */
  objects(): Interval[][] {
    const objects = new Map<number, Interval[]>();
    for (const column of this.columns)
      for (const interval of column) {
        if (!interval.value) continue;
        const piece = this.of(interval);
        const known = objects.get(piece);
        if (known) known.push(interval);
        else objects.set(piece, [interval]);
      }
    return [...objects.values()];
  }

  /** All intervals whose value is 1, as a mask. */
  toMask(): Rle {
    return maskOfIntervals(
      this.columns.flatMap((column) => column.filter(({ value }) => value)),
      this.size,
    );
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

/** Intervals of object, sorted by column and row, as a mask. */
export function maskOfIntervals(intervals: readonly Interval[], size: Size): Rle {
  const runs: number[] = [];
  let end = 0;
  for (const { x, y, end: bottom } of intervals) {
    const start = x * size.height + y;
    if (start > end || !runs.length) runs.push(start - end, bottom - y);
    else runs[runs.length - 1] = (runs.at(-1) as number) + bottom - y;
    end = x * size.height + bottom;
  }
  const rest = size.width * size.height - end;
  if (rest || !runs.length) runs.push(rest);
  return rleFromRuns(size, runs);
}

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
