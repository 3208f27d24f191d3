/** The two graphs of a promptable segmenter: a view is encoded once and kept, and decoded for every set of prompts. */
import { LRUCache } from 'lru-cache';
import type { Rle, Size } from '../../../protocol/geometry';
import type { GraphContract, NamedArray, OnnxSession } from '../../engines/onnx/session';
import {
  preprocessorConfigSchema,
  segmenterConfigSchema,
  type PreprocessorConfig,
  type SegmenterConfig,
} from '../../packs/config';
import { brokenPack, readPackJson, type Pack } from '../../packs/registry';
import type { Picture, Rectangle } from '../picture';
import { cropResize, type Normalization } from '../resize';
import type { SessionStore } from '../services';
import type { Stopwatch } from '../stopwatch';
import { givenLogits } from './maskInput';
import { pointArrays, type PromptSet } from './prompts';
import { viewSize, type EncodedView, type Logits, type View } from './view';

const keptEncodings = 24;

/** Names of the graphs' inputs and outputs beside the embeddings: those of Segment Anything's exported decoder. */
const names = {
  pixels: 'pixel_values',
  coords: 'point_coords',
  labels: 'point_labels',
  mask: 'mask_input',
  hasMask: 'has_mask_input',
  masks: 'masks',
  quality: 'iou_predictions',
} as const;

/** A mask that the decoder offers, over the view that it was given. */
export interface Decoded {
  logits: Logits;
  /** Estimated IoU, 0 to 1. */
  score: number;
}

export class SegmenterGraphs {
  private readonly encodings = new LRUCache<string, EncodedView>({ max: keptEncodings });
  private readonly normalization: Normalization;

  private constructor(
    readonly pack: Pack,
    readonly config: SegmenterConfig,
    private readonly preprocessor: PreprocessorConfig,
    private readonly encoder: OnnxSession,
    private readonly decoder: OnnxSession,
  ) {
    const { image_mean: mean, image_std: std, rescale_factor: factor } = preprocessor;
    this.normalization = {
      scale: [factor / std[0], factor / std[1], factor / std[2]],
      shift: [-mean[0] / std[0], -mean[1] / std[1], -mean[2] / std[2]],
    };
  }

  /** Opens the pack's graphs. @throws GroundnoteError broken-pack */
  static async open(pack: Pack, sessions: SessionStore): Promise<SegmenterGraphs> {
    const config = await readPackJson(pack, 'config.json', segmenterConfigSchema);
    const preprocessor = await readPackJson(pack, 'preprocessor_config.json', preprocessorConfigSchema);
    const encoderContract: GraphContract = { inputs: [names.pixels], outputs: config.embeddings };
    const decoderContract: GraphContract = {
      inputs: [...config.embeddings, names.coords, names.labels, names.mask, names.hasMask],
      outputs: [names.masks, names.quality],
    };
    return new SegmenterGraphs(
      pack,
      config,
      preprocessor,
      await sessions.open(pack, config.graphs.encoder, encoderContract),
      await sessions.open(pack, config.graphs.decoder, decoderContract),
    );
  }

  /** How large a view of this rectangle is for the graphs. */
  sizeOf(rectangle: Size): Size {
    return viewSize(rectangle, this.preprocessor.size.longest_area_side, this.config.view_multiple);
  }

  /** The encoding of a rectangle of the picture, where it is kept. */
  kept(picture: Pick<Picture, 'contentHash'>, rectangle: Rectangle): EncodedView | undefined {
    return this.encodings.get(keyOf(picture, rectangle));
  }

  /**
   * Encodes a rectangle of the picture, or takes the encoding that is kept.
   * @param keep whether the encoding is kept; not for views that nobody comes back to
   */
  async encode(
    picture: Picture,
    rectangle: Rectangle,
    stopwatch: Stopwatch,
    keep = true,
  ): Promise<EncodedView> {
    const kept = this.kept(picture, rectangle);
    if (kept) return kept;
    const size = this.sizeOf(rectangle);
    const pixels = await stopwatch.time('prepare', () =>
      cropResize(picture, rectangle, size, this.normalization),
    );
    const outputs = await stopwatch.time('encodeRun', () =>
      this.encoder.run({ [names.pixels]: { data: pixels, dims: [1, 3, size.height, size.width] } }),
    );
    const features: Record<string, NamedArray> = {};
    for (const name of this.config.embeddings) features[name] = outputs[name] as NamedArray;
    const view = { rectangle, size, features };
    if (keep) this.encodings.set(keyOf(picture, rectangle), view);
    return view;
  }

  /**
   * All masks that the decoder offers for the prompts: the pack's best one first, then the others in its order.
   * @param previous logits of an earlier mask: [1, 1, height, width] of maskInputSize, or none
   */
  async decode(
    view: EncodedView,
    prompts: PromptSet,
    previous: Float32Array | undefined,
    stopwatch: Stopwatch,
  ): Promise<[Decoded, ...Decoded[]]> {
    const feeds = await stopwatch.time('prompts', () => {
      const { coords, labels, count } = pointArrays(prompts, view, this.config.stroke_samples);
      const { width, height } = this.maskInputSize(view);
      return {
        ...view.features,
        [names.coords]: { data: coords, dims: [1, count, 2] },
        [names.labels]: { data: labels, dims: [1, count] },
        [names.mask]: { data: previous ?? new Float32Array(width * height), dims: [1, 1, height, width] },
        [names.hasMask]: { data: Float32Array.of(previous ? 1 : 0), dims: [1] },
      };
    });
    const outputs = await stopwatch.time('decodeRun', () => this.decoder.run(feeds));
    return this.masksOf(outputs[names.masks] as NamedArray, outputs[names.quality] as NamedArray);
  }

  /** A mask of the whole picture as the decoder's earlier mask. */
  given(mask: Rle, view: View): Promise<Float32Array> {
    return givenLogits(mask, view.rectangle, this.maskInputSize(view));
  }

  /** Cells of the decoder's earlier mask. */
  maskInputSize({ size }: View): Size {
    const stride = this.config.mask_input_stride;
    return { width: size.width / stride, height: size.height / stride };
  }

  /** @param masks [1, K, h, w] @param quality [1, K] */
  private masksOf(masks: NamedArray, quality: NamedArray): [Decoded, ...Decoded[]] {
    const [, count = 0, height = 0, width = 0] = masks.dims;
    const plane = width * height;
    const maskAt = (index: number): Decoded | undefined => {
      const score = quality.data[index];
      if (index >= count || score === undefined) return undefined;
      const data = masks.data.subarray(index * plane, (index + 1) * plane);
      return { logits: { data, width, height }, score: Math.min(Math.max(score, 0), 1) };
    };
    const { best_mask: best } = this.config;
    const chosen = masks.dims.length === 4 && plane > 0 ? maskAt(best) : undefined;
    if (!chosen)
      throw brokenPack(
        this.pack.manifest.id,
        `its decoder gives masks as [${masks.dims.join(', ')}] where [1, K, height, width] is expected`,
      );
    const others = Array.from({ length: count }, (_, index) => (index === best ? undefined : maskAt(index)));
    return [chosen, ...others.filter((mask) => mask !== undefined)];
  }
}

const keyOf = ({ contentHash }: Pick<Picture, 'contentHash'>, { x, y, width, height }: Rectangle): string =>
  [contentHash, x, y, width, height].join(' ');
