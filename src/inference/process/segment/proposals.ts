/** What a grid of points gives: which of the decoder's masks are believed, and which say the same. */
import type { Point } from '../../../protocol/geometry';
import { bitIou, bitMask, mostIou, type BitMask } from './bitMask';
import type { Decoded } from './graphs';

/** A mask that a point of the grid gave, on the grid of its view's logits. */
export interface Proposal {
  point: Point;
  mask: BitMask;
  /** The decoder's own estimate of its IoU, 0 to 1. */
  score: number;
  /** IoU of the mask at a higher and at a lower threshold: 1 where the edge is sharp. */
  stability: number;
}

/** A proposal, and how many others say nearly the same. */
export interface Ranked extends Proposal {
  votes: number;
}

/** What a mask must have to be believed. */
export interface ProposalRules {
  minScore: number;
  minStability: number;
  /** The thresholds of `stability` lie so far from the mask's, in logits. */
  stabilityOffset: number;
  /** Masks of which IoU are one thing. */
  sameIou: number;
  /** What score × stability a mask must have that no other point gives. */
  minLone: number;
}

/**
 * The decoder's masks for a point that are sharp and that it believes in itself.
 * @param threshold of the mask, in logits
 */
export function proposalsOf(
  decoded: readonly Decoded[],
  point: Point,
  threshold: number,
  rules: ProposalRules,
): Proposal[] {
  return decoded.flatMap(({ logits, score }) => {
    if (score < rules.minScore) return [];
    const stability = stabilityOf(logits.data, threshold, rules.stabilityOffset);
    const mask = stability >= rules.minStability ? bitMask(logits, threshold) : undefined;
    return mask ? [{ point, mask, score, stability }] : [];
  });
}

/** Cells over the higher threshold as a share of those over the lower one; they lie in each other, so it is an IoU. */
export function stabilityOf(logits: Float32Array, threshold: number, offset: number): number {
  let high = 0;
  let low = 0;
  for (const value of logits) {
    if (value > threshold + offset) high++;
    if (value > threshold - offset) low++;
  }
  return low > 0 ? high / low : 0;
}

/**
 * Non-maximum suppression: of masks that are nearly the same only the best is kept, best first. A mask that several
 * points give alike counts for more than one that a single point gives.
 */
export function suppress(proposals: readonly Proposal[], rules: ProposalRules): Ranked[] {
  const ranked: Ranked[] = proposals.map((proposal) => ({ ...proposal, votes: 0 }));
  const same: Ranked[][] = ranked.map(() => []);
  ranked.forEach((a, i) => {
    for (let j = i + 1; j < ranked.length; j++) {
      const b = ranked[j] as Ranked;
      if (mostIou(a.mask, b.mask) < rules.sameIou || bitIou(a.mask, b.mask) < rules.sameIou) continue;
      same[i]?.push(b);
      same[j]?.push(a);
    }
  });
  ranked.forEach((each, i) => {
    each.votes = new Set(same[i]?.map(({ point }) => point).filter((point) => point !== each.point)).size;
  });
  const order = ranked.map((each, i) => ({ each, i })).sort((a, b) => worthOf(b.each) - worthOf(a.each));
  const dropped = new Set<Ranked>();
  const kept: Ranked[] = [];
  for (const { each, i } of order) {
    const { votes, score, stability } = each;
    if (dropped.has(each) || (votes === 0 && score * stability < rules.minLone)) continue;
    kept.push(each);
    for (const other of same[i] ?? []) dropped.add(other);
  }
  return kept;
}

/** By what proposals are compared: their score, their sharp edge, and how many points agree. */
export const worthOf = ({ score, stability, votes }: Ranked): number =>
  score * stability * Math.sqrt(1 + votes);
