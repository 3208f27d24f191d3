/** Which tiles of a large picture a view needs. Pure; boxes are in pixels of the picture. */
import type { Box, Size } from '../../../src/protocol/geometry';
import { tileCounts, tileSide, type Tile } from '../../../src/protocol/tiles';
import { toPicture, type Viewport } from './viewport';

/** The part of the picture that is on the canvas. */
export function seenBox(view: Viewport, canvas: Size, { width, height }: Size): Box {
  const [x1, y1] = toPicture(view, [0, 0]);
  const [x2, y2] = toPicture(view, [canvas.width, canvas.height]);
  return [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
}

/**
 * The coarsest level that has a pixel for each of the screen's.
 * @param levels sizes, the finest first @param scale device pixels in one pixel of the picture
 */
export function levelFor(levels: readonly Size[], scale: number): number {
  const [whole] = levels as readonly [Size];
  for (let level = levels.length - 1; level > 0; level--) {
    const { width } = levels[level] as Size;
    // A little blur is not seen; a level more costs four times as much.
    if (width / whole.width >= scale * 0.9) return level;
  }
  return 0;
}

/** The tiles of a level that touch a box, those near its middle first. @param ring so many more on each side */
export function tilesIn(
  levels: readonly Size[],
  level: number,
  [x1, y1, x2, y2]: Box,
  ring = 0,
): readonly Tile[] {
  const whole = levels[0] as Size;
  const size = levels[level] as Size;
  if (x2 <= x1 || y2 <= y1) return [];
  const counts = tileCounts(size);
  const along = (low: number, high: number, picture: number, side: number, count: number) => {
    const tile = (tileSide * picture) / side;
    return [
      Math.max(0, Math.floor(low / tile) - ring),
      Math.min(count - 1, Math.ceil(high / tile) - 1 + ring),
    ] as const;
  };
  const [left, right] = along(x1, x2, whole.width, size.width, counts.width);
  const [top, bottom] = along(y1, y2, whole.height, size.height, counts.height);
  const tiles: Tile[] = [];
  for (let y = top; y <= bottom; y++) for (let x = left; x <= right; x++) tiles.push({ level, x, y });
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  return tiles.sort((a, b) => Math.hypot(a.x - cx, a.y - cy) - Math.hypot(b.x - cx, b.y - cy));
}

/** What a tile covers of the picture. */
export function tileBox(levels: readonly Size[], { level, x, y }: Tile): Box {
  const whole = levels[0] as Size;
  const size = levels[level] as Size;
  const at = (i: number, picture: number, side: number) => (Math.min(i * tileSide, side) * picture) / side;
  return [
    at(x, whole.width, size.width),
    at(y, whole.height, size.height),
    at(x + 1, whole.width, size.width),
    at(y + 1, whole.height, size.height),
  ];
}
