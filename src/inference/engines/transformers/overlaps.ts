/** Boxes that are about the same thing. */
import type { Box } from '../../../protocol/geometry';
import type { Finding } from '../model';

const areaOf = ([x1, y1, x2, y2]: Box) => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

function iou(a: Box, b: Box): number {
  const inside = areaOf([
    Math.max(a[0], b[0]),
    Math.max(a[1], b[1]),
    Math.min(a[2], b[2]),
    Math.min(a[3], b[3]),
  ]);
  return inside === 0 ? 0 : inside / (areaOf(a) + areaOf(b) - inside);
}

/** The best ones first, without those that overlap a better one by more than `limit` (intersection over union). */
export function withoutDoubles(
  found: readonly (Finding & { box: Box; score: number })[],
  limit: number,
): (Finding & { box: Box; score: number })[] {
  const kept: (Finding & { box: Box; score: number })[] = [];
  for (const each of [...found].sort((a, b) => b.score - a.score))
    if (!kept.some(({ box }) => iou(box, each.box) > limit)) kept.push(each);
  return kept;
}
