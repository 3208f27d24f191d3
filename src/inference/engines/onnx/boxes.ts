/** Boxes [x1, y1, x2, y2] of detectors. */
import type { Box } from '../../../protocol/geometry';

/** Intersection over union; 0 for boxes without area. */
export function boxIou(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}

/** A box with a class, as detectors give it. */
export interface Detection {
  box: Box;
  /** Number of the class. */
  kind: number;
  /** 0 to 1. */
  score: number;
}

/** Most boxes of an answer. */
const mostBoxes = 300;

/** Non-maximum suppression: of boxes of one class with a greater IoU than `iou` only the best is kept. Best first. */
export function suppressBoxes<T extends Detection>(found: readonly T[], iou: number, most = mostBoxes): T[] {
  const kept: T[] = [];
  for (const each of [...found].sort((a, b) => b.score - a.score)) {
    if (kept.length === most) break;
    if (!kept.some(({ kind, box }) => kind === each.kind && boxIou(box, each.box) > iou)) kept.push(each);
  }
  return kept;
}

/** From the middle and the sides. */
export const boxAround = (x: number, y: number, width: number, height: number): Box => [
  x - width / 2,
  y - height / 2,
  x + width / 2,
  y + height / 2,
];
