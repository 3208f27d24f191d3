/** Writes the runs of a mask of the whole picture while walking down the columns of a rectangle in it. */
import type { Rle, Size } from '../../../protocol/geometry';
import { rleFromRuns } from '../../../protocol/rle';
import type { Rectangle } from '../picture';

export class RunWriter {
  private readonly runs: number[] = [];
  private value: 0 | 1 = 0;
  /** Positions count pixels of the whole picture down its columns. */
  private last = 0;
  private columnStart = 0;
  private columnEnd = 0;

  constructor(
    private readonly whole: Size,
    private readonly rectangle: Rectangle,
  ) {}

  /** Starts column x of the rectangle. Columns come in order; empty ones may be left out. */
  startColumn(x: number): void {
    this.columnStart = (this.rectangle.x + x) * this.whole.height + this.rectangle.y;
    // A run goes on into the next column only where columns reach from the top to the bottom of the picture.
    if (this.columnStart !== this.columnEnd) this.change(this.columnEnd, 0);
    this.columnEnd = this.columnStart + this.rectangle.height;
  }

  /** From row y of the rectangle on, the column has this value. Rows come in order, the first is 0. */
  set(y: number, value: 0 | 1): void {
    this.change(this.columnStart + y, value);
  }

  /** The mask. */
  finish(): Rle {
    this.change(this.columnEnd, 0);
    const total = this.whole.width * this.whole.height;
    if (this.last < total || this.runs.length === 0) this.runs.push(total - this.last);
    return rleFromRuns(this.whole, this.runs);
  }

  private change(position: number, value: 0 | 1): void {
    if (value === this.value) return;
    this.runs.push(position - this.last);
    this.last = position;
    this.value = value;
  }
}
