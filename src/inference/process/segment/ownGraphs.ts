/** The two graphs of our own promptable segmenter: views of any aspect, a mask prompt, strokes. */
import type { Rle, Size } from '../../../protocol/geometry';
import { floatsOf, type NamedArray } from '../../engines/onnx/arrays';
import type { GraphContract, OnnxSession } from '../../engines/onnx/session';
import {
  preprocessorConfigSchema,
  segmenterConfigSchema,
  type PreprocessorConfig,
  type SegmenterConfig,
} from '../../packs/config';
import { brokenPack, readPackJson, type Pack } from '../../packs/registry';
import type { Picture, Rectangle } from '../picture';
import { cropResize, normalizationOf, type Normalization } from '../resize';
import type { SessionStore } from '../services';
import type { Stopwatch } from '../stopwatch';
import { KeptEncodings, type Decoded, type SegmenterGraphs, type SegmentRules } from './graphs';
import { givenLogits, transferLogits } from './maskInput';
import { pointArrays, type PromptSet } from './prompts';
import { viewSize, type EncodedView, type Logits, type View } from './view';

/** Chosen on held-back training pictures (docs/side-panel/everything.md). */
const cropsAbove = 600_000;

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

export class OwnGraphs implements SegmenterGraphs {
  readonly config: SegmenterConfig & SegmentRules;
  private readonly encodings = new KeptEncodings();
  private readonly normalization: Normalization;

  private constructor(
    private readonly pack: Pack,
    config: SegmenterConfig,
    private readonly preprocessor: PreprocessorConfig,
    private readonly encoder: OnnxSession,
    private readonly decoder: OnnxSession,
  ) {
    this.config = { ...config, crops_above: cropsAbove };
    this.normalization = normalizationOf(preprocessor);
  }

  /** Opens the pack's graphs. @throws GroundnoteError broken-pack */
  static async open(pack: Pack, sessions: SessionStore): Promise<OwnGraphs> {
    const config = await readPackJson(pack, 'config.json', segmenterConfigSchema);
    const preprocessor = await readPackJson(pack, 'preprocessor_config.json', preprocessorConfigSchema);
    const encoderContract: GraphContract = { inputs: [names.pixels], outputs: config.embeddings };
    const decoderContract: GraphContract = {
      inputs: [...config.embeddings, names.coords, names.labels, names.mask, names.hasMask],
      outputs: [names.masks, names.quality],
    };
    return new OwnGraphs(
      pack,
      config,
      preprocessor,
      await sessions.open(pack, config.graphs.encoder, encoderContract),
      await sessions.open(pack, config.graphs.decoder, decoderContract),
    );
  }

  /** How large a view of this rectangle is for the graphs. */
  private sizeOf(rectangle: Size): Size {
    return viewSize(rectangle, this.preprocessor.size.longest_area_side, this.config.view_multiple);
  }

  kept(picture: Pick<Picture, 'contentHash'>, rectangle: Rectangle): EncodedView | undefined {
    return this.encodings.get(picture, rectangle);
  }

  encode(picture: Picture, rectangle: Rectangle, stopwatch: Stopwatch, keep = true): Promise<EncodedView> {
    return this.encodings.take(picture, rectangle, keep, async () => {
      const size = this.sizeOf(rectangle);
      const pixels = await stopwatch.time('prepare', () =>
        cropResize(picture, rectangle, size, this.normalization),
      );
      const outputs = await stopwatch.time('encodeRun', () =>
        this.encoder.run({ [names.pixels]: { data: pixels, dims: [1, 3, size.height, size.width] } }),
      );
      const features: Record<string, NamedArray> = {};
      for (const name of this.config.embeddings) features[name] = outputs[name] as NamedArray;
      return { size, features };
    });
  }

  /** The pack's best mask first, then the others in its order. @param previous [1, 1, height, width] of maskInputSize */
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

  given(mask: Rle, view: View): Promise<Float32Array> {
    return givenLogits(mask, view.rectangle, this.maskInputSize(view));
  }

  carried(logits: Logits, from: View, to: View): Float32Array {
    return transferLogits(logits, from, to.rectangle, this.maskInputSize(to));
  }

  /** Cells of the decoder's earlier mask. */
  private maskInputSize({ size }: View): Size {
    const stride = this.config.mask_input_stride;
    return { width: size.width / stride, height: size.height / stride };
  }

  /** @param masks [1, K, h, w] @param quality [1, K] */
  private masksOf(masks: NamedArray, quality: NamedArray): [Decoded, ...Decoded[]] {
    const [, count = 0, height = 0, width = 0] = masks.dims;
    const plane = width * height;
    const [logits, scores] = [floatsOf(masks), floatsOf(quality)];
    const maskAt = (index: number): Decoded | undefined => {
      const score = scores[index];
      if (index >= count || score === undefined) return undefined;
      const data = logits.subarray(index * plane, (index + 1) * plane);
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
