/**
 * What a promptable segmenter is built on: a view of a picture is encoded once and kept, and decoded for every set of
 * prompts. Our own graphs (ownGraphs) are one kind, those of Segment Anything (engines/onnx/sam) another; `Segmenter`
 * makes masks with any of them.
 */
import { LRUCache } from 'lru-cache';
import type { Rle } from '../../../protocol/geometry';
import type { SegmenterConfig } from '../../packs/config';
import type { Picture, Rectangle } from '../picture';
import type { Stopwatch } from '../stopwatch';
import type { PromptSet } from './prompts';
import type { EncodedView, Logits, View } from './view';

/** A mask that the decoder offers, over the view that it was given. */
export interface Decoded {
  logits: Logits;
  /** Estimated IoU, 0 to 1. */
  score: number;
}

/** How a decoder's logits become a mask. */
export interface SegmentRules extends Pick<
  SegmenterConfig,
  'mask_threshold' | 'second_view' | 'refine' | 'tidy_share'
> {
  /** Looking for all there is, crops are looked at too where a part has more pixels than this: its small things are lost in one view. */
  crops_above: number;
}

export interface SegmenterGraphs {
  readonly config: SegmentRules;
  /** The encoding of a rectangle of the picture, where it is kept. */
  kept(picture: Pick<Picture, 'contentHash'>, rectangle: Rectangle): EncodedView | undefined;
  /**
   * Encodes a rectangle of the picture, or takes the encoding that is kept.
   * @param keep whether the encoding is kept; not for views that nobody comes back to
   * @throws GroundnoteError broken-pack
   */
  encode(picture: Picture, rectangle: Rectangle, stopwatch: Stopwatch, keep?: boolean): Promise<EncodedView>;
  /**
   * All masks that the decoder offers for the prompts, the best one first.
   * @param previous of `given` or `carried` @throws GroundnoteError broken-pack
   */
  decode(
    view: EncodedView,
    prompts: PromptSet,
    previous: Float32Array | undefined,
    stopwatch: Stopwatch,
  ): Promise<[Decoded, ...Decoded[]]>;
  /** A mask of the whole picture as the decoder's earlier mask; undefined where the decoder takes none. */
  given(mask: Rle, view: View): Promise<Float32Array | undefined>;
  /** A mask of one view as the earlier mask of another one; undefined where the decoder takes none. */
  carried(logits: Logits, from: View, to: View): Float32Array | undefined;
}

const mostEncodings = 24;
const mostBytes = 256 * 2 ** 20;

/** The encodings that were used last, by content of the picture and place in it. */
export class KeptEncodings {
  private readonly views = new LRUCache<string, EncodedView>({
    max: mostEncodings,
    maxSize: mostBytes,
    sizeCalculation: ({ features }) =>
      Math.max(
        1,
        Object.values(features).reduce((sum, { data }) => sum + data.byteLength, 0),
      ),
  });

  get(picture: Pick<Picture, 'contentHash'>, rectangle: Rectangle): EncodedView | undefined {
    return this.views.get(keyOf(picture, rectangle));
  }

  /** The encoding that is kept, or the one that `make` makes. @param keep whether that one is kept */
  async take(
    picture: Picture,
    rectangle: Rectangle,
    keep: boolean,
    make: () => Promise<Omit<EncodedView, 'rectangle'>>,
  ): Promise<EncodedView> {
    const kept = this.get(picture, rectangle);
    if (kept) return kept;
    const view = { rectangle, ...(await make()) };
    if (keep) this.views.set(keyOf(picture, rectangle), view);
    return view;
  }
}

const keyOf = ({ contentHash }: Pick<Picture, 'contentHash'>, { x, y, width, height }: Rectangle): string =>
  [contentHash, x, y, width, height].join(' ');
