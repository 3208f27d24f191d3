/** Earlier masks as the decoder's `mask_input`: logits [1, 1, height, width] over a view. */
import type { Rle, Size } from '../../../protocol/geometry';
import { runsFromRle } from '../../../protocol/rle';
import { wholeOf, type Rectangle } from '../picture';
import { resizeBytes } from '../resize';
import { pitchOf, type Logits, type View } from './view';

/**
 * A mask of the whole picture → logits over a rectangle of it: −4 to 4 by the share of each cell that it covers.
 * @param size cells of the result
 */
export async function givenLogits(mask: Rle, rectangle: Rectangle, size: Size): Promise<Float32Array> {
  const { width, height } = rectangle;
  const part = { data: maskPart(mask, rectangle), width, height, channels: 1 } as const;
  const cover = await resizeBytes(part, wholeOf(part), size);
  return Float32Array.from(cover, (value) => (value / 255) * 8 - 4);
}

/** Rows of a mask inside a rectangle: 255 for the object, else 0. @throws GroundnoteError invalid-mask */
export function maskPart(mask: Rle, { x, y, width, height }: Rectangle): Uint8Array {
  const part = new Uint8Array(width * height);
  const wholeHeight = mask.size[0];
  let position = 0;
  let value = 0;
  for (const run of runsFromRle(mask)) {
    const end = position + run;
    if (value)
      for (let at = position; at < end;) {
        const column = Math.floor(at / wholeHeight);
        const next = Math.min(end, (column + 1) * wholeHeight);
        if (column >= x && column < x + width) {
          const from = Math.max(at - column * wholeHeight, y) - y;
          const to = Math.min(next - column * wholeHeight, y + height) - y;
          for (let row = from, i = from * width + column - x; row < to; row++, i += width) part[i] = 255;
        }
        at = next;
      }
    position = end;
    value ^= 1;
  }
  return part;
}

/**
 * Logits of one view seen from another one, by bilinear sampling; beyond the first view its border is repeated.
 * @param size cells of the result
 */
export function transferLogits(logits: Logits, from: View, to: Rectangle, size: Size): Float32Array {
  const result = new Float32Array(size.width * size.height);
  const { rectangle } = from;
  const pitch = pitchOf(logits, rectangle);
  const columns = samples(size.width, to.x, to.width, rectangle.x, pitch.x, logits.width);
  const rows = samples(size.height, to.y, to.height, rectangle.y, pitch.y, logits.height);
  const { data, width } = logits;
  let i = 0;
  for (const row of rows) {
    const [top, bottom] = [row.low * width, row.high * width];
    for (const column of columns) {
      const a = data[top + column.low] as number;
      const b = data[top + column.high] as number;
      const c = data[bottom + column.low] as number;
      const d = data[bottom + column.high] as number;
      const upper = a + (b - a) * column.part;
      result[i++] = upper + (c + (d - c) * column.part - upper) * row.part;
    }
  }
  return result;
}

/** Where the middles of `count` cells over [start, start + length) lie between samples of another grid. */
function samples(
  count: number,
  start: number,
  length: number,
  gridStart: number,
  gridPitch: number,
  gridCount: number,
): { low: number; high: number; part: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const at = (start + ((i + 0.5) * length) / count - gridStart) / gridPitch - 0.5;
    const inside = Math.min(Math.max(at, 0), gridCount - 1);
    const low = Math.floor(inside);
    return { low, high: Math.min(low + 1, gridCount - 1), part: inside - low };
  });
}
