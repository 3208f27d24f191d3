/**
 * A promptable segmenter: prompts on a picture → one mask, and the others that the decoder offers. The picture is
 * encoded once as a whole, or as the part that the user looks at; where the object is small in that, a crop around the
 * object is encoded too, and decoded with the same prompts. Encodings are kept, so that most prompts cost a decode or
 * two. The same steps in Python, for training and parity: training/segment/pipeline.py.
 */
import type { Box, Rle, Size } from '../../../protocol/geometry';
import type { HandlerContext } from '../../../protocol/rpc';
import type { PromptableSegmenter } from '../../engines/model';
import type { Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import { wholeOf, type Picture, type Rectangle } from '../picture';
import type { SessionStore } from '../services';
import type { Stopwatch } from '../stopwatch';
import { withoutRepeats } from './candidates';
import { finishMask } from './finish';
import type { Decoded, SegmenterGraphs } from './graphs';
import { OwnGraphs } from './ownGraphs';
import { placesOf, type PromptSet } from './prompts';
import { tidyMask } from './tidy';
import { closeView, cropAround, focusBox, holdsPrompts, liesInside, type EncodedView } from './view';

/** In a close view, a closer one is worth it where it covers at most this share. */
const mostCoverOfClose = 0.4;

/** A finished mask of the whole picture, and the decoder's own estimate of its IoU, 0 to 1. */
export interface ScoredMask {
  mask: Rle;
  score: number;
}

export interface SegmentOptions {
  /** What the user looks at, in pixels of the picture. */
  view?: Box;
  /** Asks for the other masks too. */
  candidates?: boolean;
}

/** A view and what the decoder says about it; the pack's best mask first. */
interface Sight {
  view: EncodedView;
  masks: [Decoded, ...Decoded[]];
}

export class Segmenter implements PromptableSegmenter {
  constructor(readonly graphs: SegmenterGraphs) {}

  /** Opens a pack of our own graphs. @throws GroundnoteError broken-pack */
  static async open(pack: Pack, sessions: SessionStore): Promise<Segmenter> {
    return new Segmenter(await OwnGraphs.open(pack, sessions));
  }

  /**
   * The mask for a set of prompts. `candidates`, when asked for: all different masks that the decoder offers (of the
   * first view those beside the best one too: they are parts and wholes that the second view does not show), the mask
   * itself first, the others by their score.
   * @throws GroundnoteError cancelled, broken-pack (a graph that answers in the wrong form)
   */
  async segment(
    picture: Picture,
    prompts: PromptSet,
    { signal, progress }: HandlerContext,
    stopwatch: Stopwatch,
    { view: looked, candidates = false }: SegmentOptions = {},
  ): Promise<ScoredMask & { candidates?: ScoredMask[] }> {
    progress({ phase: 'Reading the picture' });
    const look = async (rectangle: Rectangle): Promise<Sight> => {
      const view = await this.graphs.encode(picture, rectangle, stopwatch);
      await throwIfCancelled(signal);
      progress({ phase: 'Finding the object' });
      const previous = prompts.mask && (await this.graphs.given(prompts.mask, view));
      const masks = await this.graphs.decode(view, prompts, previous, stopwatch);
      await throwIfCancelled(signal);
      return { view, masks };
    };
    const close = looked && this.closeUp(looked, prompts, picture);
    let first = await look(close ?? wholeOf(picture));
    const { mask_threshold: threshold } = this.graphs.config;
    // What goes on beyond the part that is looked at is seen better from farther away.
    if (close && !liesInside(first.masks[0].logits, first.view, picture, threshold))
      first = await look(wholeOf(picture));
    const second = await this.lookCloser(first, picture, prompts, signal, stopwatch);
    const last = second ?? first;
    const chosen = await this.finish(last.masks[0], last.view, picture, prompts, stopwatch);
    if (!candidates) return chosen;
    const all = [chosen];
    for (const { view, masks } of second ? [second, first] : [first])
      for (const other of masks.slice(1)) {
        all.push(await this.finish(other, view, picture, prompts, stopwatch));
        await throwIfCancelled(signal);
      }
    return { ...chosen, candidates: withoutRepeats(all) };
  }

  /**
   * The mask for prompts from an encoding that is kept, by one decode and without the work on its edge; undefined
   * where none is kept.
   * @throws GroundnoteError broken-pack
   */
  async hover(
    picture: Picture,
    prompts: PromptSet,
    looked: Box | undefined,
    stopwatch: Stopwatch,
  ): Promise<ScoredMask | undefined> {
    const close = looked && this.closeUp(looked, prompts, picture);
    const view = (close && this.graphs.kept(picture, close)) ?? this.graphs.kept(picture, wholeOf(picture));
    if (!view) return undefined;
    const previous = prompts.mask && (await this.graphs.given(prompts.mask, view));
    const [best] = await this.graphs.decode(view, prompts, previous, stopwatch);
    const { mask_threshold } = this.graphs.config;
    const mask = await stopwatch.time('refine', () =>
      finishMask(best.logits, view, picture, { mask_threshold, refine: null }),
    );
    return { mask, score: best.score };
  }

  /**
   * The mask for prompts on a view, or on a closer one where that is worth it; for one of many masks of a picture, so
   * that the closer view is not kept.
   * @throws GroundnoteError broken-pack
   */
  async lookAt(
    view: EncodedView,
    picture: Picture,
    prompts: PromptSet & { box: Box },
    stopwatch: Stopwatch,
  ): Promise<ScoredMask> {
    const crop = this.secondView(prompts.box, view, picture);
    const closest = crop ? await this.graphs.encode(picture, crop, stopwatch, false) : view;
    const [best] = await this.graphs.decode(closest, prompts, undefined, stopwatch);
    return this.finish(best, closest, picture, prompts, stopwatch);
  }

  /** The second view, where one is worth it. */
  private async lookCloser(
    { view, masks: [best] }: Sight,
    picture: Picture,
    prompts: PromptSet,
    signal: AbortSignal,
    stopwatch: Stopwatch,
  ): Promise<Sight | undefined> {
    const focus = focusBox(best.logits, view, prompts, this.graphs.config.mask_threshold);
    const crop = focus && this.secondView(focus, view, picture);
    if (!crop) return undefined;
    const closer = await this.graphs.encode(picture, crop, stopwatch);
    await throwIfCancelled(signal);
    const previous = prompts.mask
      ? await this.graphs.given(prompts.mask, closer)
      : this.graphs.config.second_view?.mask_input
        ? this.graphs.carried(best.logits, view, closer)
        : undefined;
    const masks = await this.graphs.decode(closer, prompts, previous, stopwatch);
    await throwIfCancelled(signal);
    return { view: closer, masks };
  }

  /** The crop around a box that is worth a look of its own, or undefined. */
  private secondView(focus: Box, { rectangle }: EncodedView, picture: Picture): Rectangle | undefined {
    const { second_view: second } = this.graphs.config;
    if (!second) return undefined;
    const crop = cropAround(focus, picture, second);
    const share = areaOf(crop) / areaOf(rectangle);
    const isClose = areaOf(rectangle) < areaOf(picture);
    return share <= (isClose ? Math.min(second.max_cover, mostCoverOfClose) : second.max_cover)
      ? crop
      : undefined;
  }

  /**
   * The part around what the user looks at, where that alone is a better first view: for points and strokes. A box gets
   * the view around itself in any case.
   */
  private closeUp(looked: Box, prompts: PromptSet, picture: Picture): Rectangle | undefined {
    const { second_view: second } = this.graphs.config;
    if (!second || prompts.box) return undefined;
    const close = closeView(looked, picture, second);
    return close && holdsPrompts(close, prompts) ? close : undefined;
  }

  private async finish(
    { logits, score }: Decoded,
    view: EncodedView,
    picture: Picture,
    prompts: PromptSet,
    stopwatch: Stopwatch,
  ): Promise<ScoredMask> {
    const { config } = this.graphs;
    const mask = await stopwatch.time('refine', () => {
      const whole = finishMask(logits, view, picture, config);
      return config.tidy_share > 0 ? tidyMask(whole, config.tidy_share, placesOf(prompts)) : whole;
    });
    return { mask, score };
  }
}

const areaOf = ({ width, height }: Size): number => width * height;
