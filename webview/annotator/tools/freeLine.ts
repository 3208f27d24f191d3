/** A line that follows the pointer. */
import type { Point } from '../../../src/protocol/geometry';
import type { Touch } from './tool';

/** Places nearer than this on the screen (CSS pixels) are one. */
const spacing = 2;

export class FreeLine {
  readonly points: Point[];
  private last: Point;

  constructor({ inside, screen }: Touch) {
    this.points = [inside];
    this.last = screen;
  }

  /** @returns false when the pointer has hardly moved */
  add({ inside, screen }: Touch): boolean {
    if (Math.hypot(screen[0] - this.last[0], screen[1] - this.last[1]) < spacing) return false;
    this.points.push(inside);
    this.last = screen;
    return true;
  }
}
