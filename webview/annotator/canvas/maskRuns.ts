/** A mask that stays as runs: asked for single pixels, or rasterised where and as coarsely as it is looked at. Pure. */
import type { Box, Rle, Size } from '../../../src/protocol/geometry';
import { rleBox, runsFromRle, type Mask } from '../../../src/protocol/rle';

/** So much of a coarse cell must be object for the cell to be object: thin things stay visible. */
const cellShare = 0.35;
/** Columns that are looked at in a coarse cell. */
const columnsPerCell = 4;

/** Coordinates are pixels of the picture. A mask whose runs are broken is empty. */
export class MaskRuns implements Size {
  readonly width: number;
  readonly height: number;
  /** Tight, right and bottom exclusive; [0, 0, 0, 0] when empty. */
  readonly box: Box;
  /** Pixels of the object. */
  readonly area: number;
  /** Where each run ends, counted down the columns; runs of odd index are object. */
  private readonly ends: Uint32Array;

  constructor(rle: Rle) {
    [this.height, this.width] = rle.size;
    let runs: number[] = [];
    try {
      runs = runsFromRle(rle);
    } catch {
      // The host has said what is wrong with the file; here there is nothing to draw.
    }
    this.ends = new Uint32Array(runs.length);
    let [position, area] = [0, 0];
    runs.forEach((run, i) => {
      if (i % 2) area += run;
      this.ends[i] = position += run;
    });
    this.area = area;
    this.box = area ? rleBox(rle) : [0, 0, 0, 0];
  }

  /** True when the pixel around a place is of the object. */
  has(x: number, y: number): boolean {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return false;
    return this.runAt(column * this.height + row) % 2 === 1;
  }

  /**
   * The part inside `window`, one cell for `step` × `step` pixels. The window's left and top edges should be multiples
   * of `step`, so that neighbouring windows agree.
   */
  rasterize([x1, y1, x2, y2]: Box, step: number): Mask {
    const width = Math.ceil((x2 - x1) / step);
    const height = Math.ceil((y2 - y1) / step);
    const data = new Uint8Array(width * height);
    if (step === 1) {
      this.eachSpan(x1, y1, y2, Math.min(x2, this.width), 1, (column, from, to) => {
        for (let i = (from - y1) * width + column - x1, y = from; y < to; y++, i += width) data[i] = 1;
      });
      return { width, height, data };
    }
    const stride = Math.max(1, Math.floor(step / columnsPerCell));
    const covered = new Float32Array(width * height);
    const first = x1 + (stride >> 1);
    this.eachSpan(first, y1, y2, Math.min(x2, this.width), stride, (column, from, to) => {
      const cell = Math.floor((column - x1) / step);
      for (let y = from; y < to;) {
        const row = Math.floor((y - y1) / step);
        const next = Math.min(to, y1 + (row + 1) * step);
        const i = row * width + cell;
        covered[i] = (covered[i] as number) + next - y;
        y = next;
      }
    });
    // At the edges of the picture cells are smaller.
    const [right, bottom] = [Math.min(x2, this.width), Math.min(y2, this.height)];
    for (let row = 0, i = 0; row < height; row++) {
      const rows = Math.min(step, bottom - y1 - row * step);
      for (let column = 0; column < width; column++, i++) {
        const columns = Math.ceil((Math.min(step, right - x1 - column * step) - (stride >> 1)) / stride);
        const enough = cellShare * rows * columns;
        if (enough > 0 && (covered[i] as number) >= enough) data[i] = 1;
      }
    }
    return { width, height, data };
  }

  /** Calls `span` for each run of object pixels in every `stride`-th column, cut to the rows [y1, y2). */
  private eachSpan(
    x1: number,
    y1: number,
    y2: number,
    x2: number,
    stride: number,
    span: (column: number, from: number, to: number) => void,
  ): void {
    const { ends, height } = this;
    const last = Math.min(y2, height);
    let run = this.runAt(x1 * height);
    for (let column = x1; column < x2; column += stride) {
      const start = column * height;
      while (run < ends.length && (ends[run] as number) <= start) run++;
      for (let k = run; k < ends.length; k++) {
        const from = (k ? (ends[k - 1] as number) : 0) - start;
        if (from >= last) break;
        if (k % 2 === 0) continue;
        const [a, b] = [Math.max(from, y1), Math.min((ends[k] as number) - start, last)];
        if (b > a) span(column, a, b);
      }
    }
  }

  /** Index of the run that holds a position. */
  private runAt(position: number): number {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[middle] as number) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
