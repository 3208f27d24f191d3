/**
 * All there is in a picture or in a part of it: a grid of points is asked, what the decoder believes in is kept once,
 * looked at more closely, and finished like any other mask. The settings were chosen on held-back training pictures;
 * docs/side-panel/everything.md tells how, and what they reach.
 */
import type { Box } from '../../../protocol/geometry';
import type { HandlerContext } from '../../../protocol/rpc';
import { rleArea, rleOverlap } from '../../../protocol/rle';
import { throwIfCancelled } from '../cancel';
import type { Picture, Rectangle } from '../picture';
import type { Stopwatch } from '../stopwatch';
import { cropsOf, gridPoints } from './grid';
import { proposalsOf, suppress, worthOf, type Proposal, type ProposalRules, type Ranked } from './proposals';
import type { ScoredMask, Segmenter } from './segmenter';
import { boxOfCells, reachesOut, type EncodedView } from './view';

export interface EverythingOptions extends ProposalRules {
  /** Points along the longer side of the part. */
  pointsPerSide: number;
  /** Whether four overlapping crops are looked at too, each with half the points a side; otherwise where it pays. */
  crops?: boolean;
  /** Smallest mask, in pixels of the picture. */
  minArea: number;
  /** Milliseconds after which no more points are asked. */
  limitMs: number;
}

export const everythingDefaults: EverythingOptions = {
  pointsPerSide: 16,
  minScore: 0.4,
  minStability: 0.5,
  stabilityOffset: 1,
  sameIou: 0.7,
  minLone: 0.5,
  minArea: 64,
  limitMs: 60_000,
};

/** A mask that fills more of its view than this is the view itself. */
const mostCover = 0.95;
/** How much of the work asking the points is, for the progress. */
const askingShare = 0.6;

/** What was found, the largest first, and how much of the grid was asked. */
export interface Everything {
  found: ScoredMask[];
  asked: number;
  points: number;
}

/** A finished mask with what it is compared by. */
interface Found extends ScoredMask {
  /** Pixels of the picture. */
  area: number;
  worth: number;
}

/** @param part of the picture to look at @throws GroundnoteError cancelled, broken-pack */
export async function findEverything(
  segmenter: Segmenter,
  picture: Picture,
  part: Rectangle,
  { signal, progress }: HandlerContext,
  stopwatch: Stopwatch,
  options: EverythingOptions = everythingDefaults,
): Promise<Everything> {
  const { graphs } = segmenter;
  const started = performance.now();
  const isLate = () => performance.now() - started > options.limitMs;
  const grids = looksOf(part, graphs.config.crops_above, options).map(({ rectangle, perSide }) => ({
    rectangle,
    points: gridPoints(rectangle, perSide),
  }));
  const points = grids.reduce((sum, grid) => sum + grid.points.length, 0);
  let asked = 0;
  const seen: { view: EncodedView; ranked: Ranked }[] = [];
  for (const grid of grids) {
    if (isLate()) break;
    const view = await graphs.encode(picture, grid.rectangle, stopwatch, grid.rectangle === part);
    const proposals: Proposal[] = [];
    for (const point of grid.points) {
      await throwIfCancelled(signal);
      if (isLate()) break;
      progress({
        phase: `Looking at point ${++asked} of ${points}`,
        fraction: (askingShare * asked) / points,
      });
      const prompts = { points: [{ point, label: 1 as const }], strokes: [] };
      const decoded = await graphs.decode(view, prompts, undefined, stopwatch);
      proposals.push(...proposalsOf(decoded, point, graphs.config.mask_threshold, options));
    }
    const whole = proposals.filter(
      ({ mask }) =>
        !reachesOut(mask.box, mask, view.rectangle, picture) &&
        mask.area <= mostCover * mask.width * mask.height,
    );
    seen.push(...suppress(whole, options).map((ranked) => ({ view, ranked })));
  }
  const found: Found[] = [];
  for (const [i, { view, ranked }] of seen.entries()) {
    await throwIfCancelled(signal);
    progress({
      phase: `Finishing mask ${i + 1} of ${seen.length}`,
      fraction: askingShare + ((1 - askingShare) * i) / seen.length,
    });
    const prompts = {
      points: [{ point: ranked.point, label: 1 as const }],
      strokes: [],
      box: boxIn(ranked, view),
    };
    const finished = await segmenter.lookAt(view, picture, prompts, stopwatch);
    const area = rleArea(finished.mask);
    if (area >= options.minArea) found.push({ ...finished, area, worth: worthOf(ranked) });
  }
  const once = withoutDoubles(found, options.sameIou).sort((a, b) => b.area - a.area);
  return { found: once.map(({ mask, score }) => ({ mask, score })), asked, points };
}

/** The part itself, and its crops where they are asked for or show more. */
function looksOf(
  part: Rectangle,
  cropsAbove: number,
  { pointsPerSide, crops = part.width * part.height > cropsAbove }: EverythingOptions,
): { rectangle: Rectangle; perSide: number }[] {
  const closer = crops ? cropsOf(part, 2) : [];
  return [
    { rectangle: part, perSide: pointsPerSide },
    ...closer.map((rectangle) => ({ rectangle, perSide: Math.ceil(pointsPerSide / 2) })),
  ];
}

/** The tight box of a proposal, in pixels of the picture. */
function boxIn({ mask }: Proposal, { rectangle }: EncodedView): Box {
  return boxOfCells(mask.box, mask, rectangle);
}

/** Of finished masks that say the same the one of the most worth is kept. */
function withoutDoubles(found: readonly Found[], sameIou: number): Found[] {
  const kept: Found[] = [];
  for (const each of [...found].sort((a, b) => b.worth - a.worth)) {
    const isDouble = kept.some((other) => {
      if (Math.min(each.area, other.area) < sameIou * Math.max(each.area, other.area)) return false;
      const { intersection, union } = rleOverlap(each.mask, other.mask);
      return intersection > sameIou * union;
    });
    if (!isDouble) kept.push(each);
  }
  return kept;
}
