/** What labels say, in which ink, and where they have room. Pure. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Box, Size } from '../../../src/protocol/geometry';

/** A label's words: its region's label and the score of the model. */
export function labelOf({ label, score }: Pick<Annotation, 'label' | 'score'>): string {
  return [label, score?.toFixed(2)].filter((part) => part !== undefined && part !== '').join(' ');
}

/** Black or white, whichever is easier to read on a colour: its contrast is 4.58 at least. */
export function inkOn(red: number, green: number, blue: number): '#000000' | '#ffffff' {
  const linear = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff';
}

/**
 * The first place beside a region where a label of this size covers no other one: above, below, inside, to the right.
 * Undefined where there is none.
 */
export function placeLabel(
  region: Box,
  size: Size,
  canvas: Box,
  taken: Grid,
  space: number,
): [number, number] | undefined {
  // Of a region that is partly out of view, the part in view counts.
  const [left, top] = [Math.max(region[0], canvas[0]), Math.max(region[1], canvas[1])];
  const [right, bottom] = [Math.min(region[2], canvas[2]), Math.min(region[3], canvas[3])];
  if (right < left || bottom < top) return undefined;
  const places: [number, number][] = [
    [left, top - size.height - space],
    [left, bottom + space],
    [left + space, top + space],
    [right - size.width, top - size.height - space],
    [right + space, top],
    [right - size.width, bottom + space],
    [(left + right - size.width) / 2, (top + bottom - size.height) / 2],
  ];
  return places.find(([x, y]) => {
    const box: Box = [x, y, x + size.width, y + size.height];
    return (
      x >= canvas[0] && y >= canvas[1] && box[2] <= canvas[2] && box[3] <= canvas[3] && taken.isFree(box)
    );
  });
}

const overlap = (a: Box, b: Box) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/** True when boxes meet, or a box of no size lies in the other. */
export const touches = (a: Box, b: Box) => a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

/** Boxes by the squares that they touch. */
export class Grid {
  private readonly squares = new Map<string, Box[]>();
  constructor(private readonly side: number) {}

  isFree(box: Box): boolean {
    return this.keys(box).every((key) => !this.squares.get(key)?.some((other) => overlap(other, box)));
  }

  add(box: Box): void {
    for (const key of this.keys(box)) {
      const square = this.squares.get(key);
      if (square) square.push(box);
      else this.squares.set(key, [box]);
    }
  }

  private keys([x1, y1, x2, y2]: Box): string[] {
    const keys: string[] = [];
    for (let row = Math.floor(y1 / this.side); row * this.side < y2; row++)
      for (let column = Math.floor(x1 / this.side); column * this.side < x2; column++)
        keys.push(`${column},${row}`);
    return keys;
  }
}
