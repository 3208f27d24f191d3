/**
 * A promptable segmenter: prompts on a picture → one mask. The picture is encoded once as a whole; where the object
 * is small in it, a crop around the object is encoded too, and decoded with the same prompts. Encodings are kept, so
 * that most prompts cost a decode or two. The same steps in Python, for training and parity: training/pipeline.py.
 */
import { LRUCache } from 'lru-cache';
import type { Rle } from '../../../protocol/geometry';
import type { HandlerContext } from '../../../protocol/rpc';
import type { GraphContract, NamedArray, OnnxSession } from '../../engines/onnx/session';
import {
  preprocessorConfigSchema,
  segmenterConfigSchema,
  type PreprocessorConfig,
  type SegmenterConfig,
} from '../../packs/config';
import { brokenPack, readPackJson, type Pack } from '../../packs/registry';
import { throwIfCancelled } from '../cancel';
import { wholeOf, type Picture, type Rectangle } from '../picture';
import { cropResize, type Normalization } from '../resize';
import type { SessionStore } from '../services';
import type { Stopwatch } from '../stopwatch';
import { finishMask } from './finish';
import { givenLogits, transferLogits } from './maskInput';
import { placesOf, pointArrays, type PromptSet } from './prompts';
import { tidyMask } from './tidy';
import { cropAround, focusBox, viewSize, type EncodedView, type Logits } from './view';

const keptEncodings = 16;

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

/** What the decoder says about a view. */
interface Decoded {
  logits: Logits;
  /** Estimated IoU, 0 to 1. */
  score: number;
}

export class Segmenter {
  private readonly encodings = new LRUCache<string, EncodedView>({ max: keptEncodings });
  private readonly normalization: Normalization;

  private constructor(
    readonly pack: Pack,
    private readonly config: SegmenterConfig,
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
  static async open(pack: Pack, sessions: SessionStore): Promise<Segmenter> {
    const config = await readPackJson(pack, 'config.json', segmenterConfigSchema);
    const preprocessor = await readPackJson(pack, 'preprocessor_config.json', preprocessorConfigSchema);
    const encoderContract: GraphContract = { inputs: [names.pixels], outputs: config.embeddings };
    const decoderContract: GraphContract = {
      inputs: [...config.embeddings, names.coords, names.labels, names.mask, names.hasMask],
      outputs: [names.masks, names.quality],
    };
    return new Segmenter(
      pack,
      config,
      preprocessor,
      await sessions.open(pack, config.graphs.encoder, encoderContract),
      await sessions.open(pack, config.graphs.decoder, decoderContract),
    );
  }

  /**
   * The mask for a set of prompts.
   * @throws GroundnoteError cancelled, broken-pack (a graph that answers in the wrong form)
   */
  async segment(
    picture: Picture,
    prompts: PromptSet,
    { signal, progress }: HandlerContext,
    stopwatch: Stopwatch,
  ): Promise<{ mask: Rle; score: number }> {
    progress({ phase: 'Reading the picture' });
    let view = await this.encode(picture, wholeOf(picture), stopwatch);
    await throwIfCancelled(signal);
    progress({ phase: 'Finding the object' });
    let decoded = await this.decode(
      view,
      prompts,
      prompts.mask && (await this.given(prompts.mask, view)),
      stopwatch,
    );
    await throwIfCancelled(signal);
    const crop = this.secondView(decoded.logits, view, prompts, picture);
    if (crop) {
      const second = await this.encode(picture, crop, stopwatch);
      await throwIfCancelled(signal);
      const previous = prompts.mask
        ? await this.given(prompts.mask, second)
        : this.config.second_view?.mask_input
          ? transferLogits(decoded.logits, view, crop, this.maskInputSize(second))
          : undefined;
      decoded = await this.decode(second, prompts, previous, stopwatch);
      view = second;
      await throwIfCancelled(signal);
    }
    const mask = await stopwatch.time('refine', () => {
      const { tidy_share: share } = this.config;
      const whole = finishMask(decoded.logits, view, picture, this.config);
      return share > 0 ? tidyMask(whole, share, placesOf(prompts)) : whole;
    });
    return { mask, score: decoded.score };
  }

  /** The crop that is worth a second look, or undefined. */
  private secondView(
    logits: Logits,
    view: EncodedView,
    prompts: PromptSet,
    picture: Picture,
  ): Rectangle | undefined {
    const second = this.config.second_view;
    const focus = second && focusBox(logits, view, prompts, this.config.mask_threshold);
    if (!focus) return undefined;
    const crop = cropAround(focus, picture, second);
    const share = (crop.width * crop.height) / (picture.width * picture.height);
    return share <= second.max_cover ? crop : undefined;
  }

  /** Encodes a rectangle of the picture, or takes the encoding that is kept. */
  private async encode(picture: Picture, rectangle: Rectangle, stopwatch: Stopwatch): Promise<EncodedView> {
    const { x, y, width, height } = rectangle;
    const key = [picture.contentHash, x, y, width, height].join(' ');
    const kept = this.encodings.get(key);
    if (kept) return kept;
    const size = viewSize(rectangle, this.preprocessor.size.longest_area_side, this.config.view_multiple);
    const pixels = await stopwatch.time('prepare', () =>
      cropResize(picture, rectangle, size, this.normalization),
    );
    const outputs = await stopwatch.time('encodeRun', () =>
      this.encoder.run({ [names.pixels]: { data: pixels, dims: [1, 3, size.height, size.width] } }),
    );
    const features: Record<string, NamedArray> = {};
    for (const name of this.config.embeddings) features[name] = outputs[name] as NamedArray;
    const view = { rectangle, size, features };
    this.encodings.set(key, view);
    return view;
  }

  /**
   * Runs the decoder.
   * @param previous logits of an earlier mask: [1, 1, height, width] of maskInputSize, or none
   */
  private async decode(
    view: EncodedView,
    prompts: PromptSet,
    previous: Float32Array | undefined,
    stopwatch: Stopwatch,
  ): Promise<Decoded> {
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
    return this.choose(outputs[names.masks] as NamedArray, outputs[names.quality] as NamedArray);
  }

  /** The pack's best mask. @param masks [1, K, h, w] @param quality [1, K] */
  private choose(masks: NamedArray, quality: NamedArray): Decoded {
    const [, count = 0, height = 0, width = 0] = masks.dims;
    const index = this.config.best_mask;
    const score = quality.data[index];
    if (masks.dims.length !== 4 || index >= count || width * height === 0 || score === undefined)
      throw brokenPack(
        this.pack.manifest.id,
        `its decoder gives masks as [${masks.dims.join(', ')}] where [1, K, height, width] is expected`,
      );
    const plane = width * height;
    const data = masks.data.subarray(index * plane, (index + 1) * plane);
    return { logits: { data, width, height }, score: Math.min(Math.max(score, 0), 1) };
  }

  private given(mask: Rle, view: EncodedView): Promise<Float32Array> {
    return givenLogits(mask, view.rectangle, this.maskInputSize(view));
  }

  private maskInputSize({ size }: EncodedView): { width: number; height: number } {
    const stride = this.config.mask_input_stride;
    return { width: size.width / stride, height: size.height / stride };
  }
}
