/** Masks on the grid of a view's logits, a bit a cell, for comparing hundreds of them. */
import type { Box } from '../../../protocol/geometry';
import { hitBox, type Grid, type Logits } from './view';

export interface BitMask extends Grid {
  /** Cells in rows, 32 to a word, the first in the lowest bit. */
  readonly words: Uint32Array;
  /** Number of cells. */
  readonly area: number;
  /** Tight, in cells, right and bottom exclusive. */
  readonly box: Box;
}

/** The cells whose logit is over the threshold; undefined when there are none. */
export function bitMask(logits: Logits, threshold: number): BitMask | undefined {
  const box = hitBox(logits, threshold);
  if (!box) return undefined;
  const { width, height, span, data } = logits;
  const words = new Uint32Array(Math.ceil(data.length / 32));
  let area = 0;
  for (let i = 0; i < data.length; i++)
    if ((data[i] as number) > threshold) {
      words[i >>> 5] = (words[i >>> 5] as number) | (1 << (i & 31));
      area++;
    }
  return { width, height, ...(span && { span }), words, area, box };
}

/** Intersection over union of two masks on one grid. */
export function bitIou(a: BitMask, b: BitMask): number {
  const [ax1, ay1, ax2, ay2] = a.box;
  const [bx1, by1, bx2, by2] = b.box;
  if (Math.min(ax2, bx2) <= Math.max(ax1, bx1)) return 0;
  const [top, bottom] = [Math.max(ay1, by1), Math.min(ay2, by2)];
  if (bottom <= top) return 0;
  const last = Math.min(a.words.length, Math.ceil((bottom * a.width) / 32));
  let intersection = 0;
  for (let i = (top * a.width) >>> 5; i < last; i++)
    intersection += bitCount((a.words[i] as number) & (b.words[i] as number));
  return intersection / (a.area + b.area - intersection);
}

/** Upper bound of the masks' IoU from their areas: the smaller one lying wholly in the larger one. */
export const mostIou = (a: BitMask, b: BitMask): number =>
  Math.min(a.area, b.area) / Math.max(a.area, b.area);

/** Number of ones of a 32-bit word, by adding neighbouring groups of bits. */
function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
