/** The masks that are offered beside the chosen one. */
import { rleArea, rleOverlap } from '../../../protocol/rle';
import type { ScoredMask } from './segmenter';

/** Masks of a greater IoU are one to the eye. */
const sameIou = 0.95;

/** The first as it is, then the others by score; empty ones are left out, and of nearly equal ones all but the first. */
export function withoutRepeats([chosen, ...others]: readonly ScoredMask[]): ScoredMask[] {
  if (!chosen) return [];
  const kept: ScoredMask[] = [];
  for (const each of [chosen, ...others.sort((a, b) => b.score - a.score)]) {
    if (rleArea(each.mask) === 0) continue;
    const seen = kept.some(({ mask }) => {
      const { intersection, union } = rleOverlap(mask, each.mask);
      return intersection > sameIou * union;
    });
    if (!seen) kept.push(each);
  }
  return kept;
}
