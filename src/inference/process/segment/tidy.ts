/** Small islands and holes of a mask, which a network leaves behind and nobody means. */
import type { Point, Rle } from '../../../protocol/geometry';
import { Pieces } from '../../../regions/pieces';

/**
 * Drops islands and fills holes that are smaller than a share of the mask's largest piece.
 * @param mask of the whole picture
 * @param minShare of the largest piece's area, 0 to 1
 * @param keep points [x, y] in pixels of the picture: pieces (of object or background) that hold one stay as they are
 */
export function tidyMask(mask: Rle, minShare: number, keep: readonly Point[]): Rle {
  const pieces = new Pieces(mask);
  const limit = minShare * pieces.largest();
  const kept = new Set(keep.map(([x, y]) => pieces.at(Math.floor(x), Math.floor(y))));
  let changed = false;
  for (const column of pieces.columns) {
    for (const interval of column) {
      const piece = pieces.of(interval);
      if (kept.has(piece) || pieces.isOutside(piece) || pieces.area(piece) >= limit) continue;
      interval.value = interval.value ? 0 : 1;
      changed = true;
    }
  }
  return changed ? pieces.toMask() : mask;
}
