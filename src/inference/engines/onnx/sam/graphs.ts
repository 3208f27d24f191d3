/** The graphs of Segment Anything and its relatives, as the parts that `Segmenter` is built on. */
import type { Rle, Size } from '../../../../protocol/geometry';
import { optionsOf, brokenPack, type Pack } from '../../../packs/registry';
import type { Picture, Rectangle } from '../../../process/picture';
import {
  KeptEncodings,
  type Decoded,
  type SegmenterGraphs,
  type SegmentRules,
} from '../../../process/segment/graphs';
import { givenLogits, transferLogits } from '../../../process/segment/maskInput';
import type { PromptSet } from '../../../process/segment/prompts';
import type { EncodedView, Logits, View } from '../../../process/segment/view';
import type { SessionStore } from '../../../process/services';
import type { Stopwatch } from '../../../process/stopwatch';
import { floatsOf, type NamedArray } from '../arrays';
import { graphFiles, optionalJson } from '../packFiles';
import {
  longestEdge,
  placePicture,
  processorNormalization,
  processorSchema,
  type Processor,
} from '../pixels/processor';
import type { OnnxSession } from '../session';
import { bestFirst } from './choose';
import { samOptionsSchema, type SamOptions } from './options';
import { askedOf, promptArrays } from './prompts';
import { isDecoder, samSignature, type SamSignature } from './signature';

/** Side of the input where neither the graph nor a file tells it. */
const usualSide = 1024;
/** Masks that a decoder makes in a size that it is told have a longer side of at most this. */
const mostMaskSide = 1024;
/** Side of the earlier mask where the graph leaves it open. */
const usualMaskSide = 256;
/** The decoder's own logits are about so many times those of `givenLogits`. */
const logitScale = 2.5;
const outside = -10;
/** Things are lost in one view where the picture has more pixels than four times the view's. */
const cropsAbove = 4 * usualSide ** 2;

/** How a picture lies in the encoder's input. */
interface Frame {
  /** Side of the square. */
  readonly side: number;
  readonly stretches: boolean;
}

export class SamGraphs implements SegmenterGraphs {
  readonly config: SegmentRules;
  private readonly encodings = new KeptEncodings();

  private constructor(
    private readonly id: string,
    private readonly options: SamOptions,
    private readonly processor: Processor,
    private readonly signature: SamSignature,
    private readonly frame: Frame,
    private readonly encoder: OnnxSession,
    private readonly decoder: OnnxSession,
  ) {
    const { mask_threshold, tidy_share } = options;
    this.config = { mask_threshold, tidy_share, second_view: null, refine: null, crops_above: cropsAbove };
  }

  /** Opens the pack's graphs and finds out which they are. @throws GroundnoteError broken-pack */
  static async open(pack: Pack, sessions: SessionStore): Promise<SamGraphs> {
    const { id } = pack.manifest;
    const options = optionsOf(pack, samOptionsSchema);
    const files = graphFiles(pack);
    const find = (what: string, test: (path: string) => boolean): string => {
      const found = files.filter(test);
      if (found.length !== 1)
        throw brokenPack(
          id,
          `${found.length ? 'several of its graphs' : 'none of its graphs'} can be its ${what}: name it in "options.graphs.${what}"`,
        );
      return found[0] as string;
    };
    const isDecoderFile = (path: string) => /decoder/i.test(path);
    const decoderFile = options.graphs.decoder ?? find('decoder', isDecoderFile);
    const encoderFile =
      options.graphs.encoder ?? find('encoder', (path) => /encoder/i.test(path) && !isDecoderFile(path));
    const [encoder, decoder] = [
      await sessions.open(pack, encoderFile),
      await sessions.open(pack, decoderFile),
    ];
    if (!isDecoder(decoder))
      throw brokenPack(id, `"${decoderFile}" takes no points, so it is no mask decoder`);
    const signature = samSignature(id, encoder, decoder);
    const processor = await optionalJson(pack, 'preprocessor_config.json', processorSchema);
    const frame = frameOf(signature, processor, options);
    return new SamGraphs(id, options, processor, signature, frame, encoder, decoder);
  }

  kept(picture: Pick<Picture, 'contentHash'>, rectangle: Rectangle): EncodedView | undefined {
    return this.encodings.get(picture, rectangle);
  }

  encode(picture: Picture, rectangle: Rectangle, stopwatch: Stopwatch, keep = true): Promise<EncodedView> {
    return this.encodings.take(picture, rectangle, keep, async () => {
      const { pixels, embeddings } = this.signature;
      const size = this.sizeOf(rectangle);
      const input = await stopwatch.time('prepare', () => this.pixelsOf(picture, rectangle, size));
      const outputs = await stopwatch.time('encodeRun', () => this.encoder.run({ [pixels.name]: input }));
      const features: Record<string, NamedArray> = {};
      for (const [into, from] of Object.entries(embeddings)) {
        const feature = outputs[from];
        if (!feature)
          throw brokenPack(this.id, `its encoder gives "${from}" in a type that is not supported`);
        features[into] = feature;
      }
      return { size, features };
    });
  }

  async decode(
    view: EncodedView,
    prompts: PromptSet,
    previous: Float32Array | undefined,
    stopwatch: Stopwatch,
  ): Promise<[Decoded, ...Decoded[]]> {
    const { signature } = this;
    const asked = askedOf(prompts, this.options.stroke_samples);
    const outputs = await stopwatch.time('decodeRun', () =>
      this.decoder.run({
        ...view.features,
        ...promptArrays(asked, view, signature),
        ...this.maskArrays(view, previous),
      }),
    );
    return stopwatch.time('prompts', () => {
      const decoded = this.masksOf(view, outputs[signature.masks], outputs[signature.scores]);
      const byBox = signature.boxes === 'none';
      const [best, ...others] = bestFirst(decoded, asked, view, this.config.mask_threshold, byBox);
      if (!best) throw brokenPack(this.id, 'its decoder gives no masks');
      return [best, ...others];
    });
  }

  async given(mask: Rle, view: View): Promise<Float32Array | undefined> {
    const size = this.maskSize();
    if (!size) return undefined;
    const cells = this.spanOf(view, size);
    const part = { width: Math.ceil(cells.width), height: Math.ceil(cells.height) };
    const logits = await givenLogits(mask, view.rectangle, part);
    return padded({ ...part, data: logits.map((value) => value * logitScale) }, size);
  }

  carried(logits: Logits, from: View, to: View): Float32Array | undefined {
    const size = this.maskSize();
    if (!size) return undefined;
    const cells = this.spanOf(to, size);
    const part = { width: Math.ceil(cells.width), height: Math.ceil(cells.height) };
    return padded({ ...part, data: transferLogits(logits, from, to.rectangle, part) }, size);
  }

  /** The resized rectangle, without what lies beside it in the square. */
  private sizeOf(rectangle: Size): Size {
    const { side, stretches } = this.frame;
    return stretches ? { width: side, height: side } : longestEdge(rectangle, side);
  }

  private async pixelsOf(picture: Picture, rectangle: Rectangle, size: Size): Promise<NamedArray> {
    const { signature, frame } = this;
    const at = { x: 0, y: 0, ...size };
    if (!signature.rawPixels) {
      const canvas = { width: frame.side, height: frame.side };
      const normalization = processorNormalization(this.processor);
      const data = await placePicture(picture, rectangle, { at, canvas, normalization });
      return { data, dims: [1, 3, canvas.height, canvas.width] };
    }
    const { shape } = signature.pixels;
    const length = (at: number, own: number) => (typeof shape[at] === 'number' ? shape[at] : own);
    const canvas = { height: length(0, size.height), width: length(1, size.width) };
    if (canvas.height < size.height || canvas.width < size.width)
      throw brokenPack(
        this.id,
        `its encoder takes pictures of ${canvas.width} × ${canvas.height} pixels only, and this one has another aspect`,
      );
    const planes = await placePicture(picture, rectangle, {
      at,
      canvas,
      normalization: { scale: [1, 1, 1], shift: [0, 0, 0] },
    });
    const plane = canvas.width * canvas.height;
    const data = Float32Array.from(
      { length: 3 * plane },
      (_, i) => planes[(i % 3) * plane + Math.floor(i / 3)] as number,
    );
    return { data, dims: [canvas.height, canvas.width, 3] };
  }

  /** The decoder's inputs beside embeddings and points. */
  private maskArrays(view: View, previous: Float32Array | undefined): Record<string, NamedArray> {
    const { signature, decoder } = this;
    const size = this.maskSize();
    const arrays: Record<string, NamedArray> = {};
    if (signature.mask && size)
      arrays[signature.mask.name] = {
        data: previous ?? new Float32Array(size.width * size.height),
        dims: [1, 1, size.height, size.width],
      };
    if (decoder.inputNames.includes('has_mask_input'))
      arrays.has_mask_input = { data: Float32Array.of(previous ? 1 : 0), dims: [1] };
    if (decoder.inputNames.includes('orig_im_size')) {
      const { width, height } = this.maskSizeFor(view);
      arrays.orig_im_size = { data: Float32Array.of(height, width), dims: [2] };
    }
    return arrays;
  }

  /** In which size a decoder that is told one makes its masks: over the rectangle alone. */
  private maskSizeFor({ rectangle }: View): Size {
    return Math.max(rectangle.width, rectangle.height) <= mostMaskSide
      ? { width: rectangle.width, height: rectangle.height }
      : longestEdge(rectangle, mostMaskSide);
  }

  /** Cells of the decoder's earlier mask, over the whole square; undefined where it takes none. */
  private maskSize(): Size | undefined {
    const { mask } = this.signature;
    if (!mask) return undefined;
    const [, , height, width] = mask.shape;
    const length = (value: number | string | undefined) =>
      typeof value === 'number' ? value : usualMaskSide;
    return { width: length(width), height: length(height) };
  }

  /** How much of a grid over the square the resized rectangle covers, in cells. */
  private spanOf({ size }: View, grid: Size): Size {
    const { side } = this.frame;
    return { width: (grid.width * size.width) / side, height: (grid.height * size.height) / side };
  }

  /** @param masks [1, (1,) K, h, w] @param scores [1, (1,) K] */
  private masksOf(view: View, masks: NamedArray | undefined, scores: NamedArray | undefined): Decoded[] {
    const [height = 0, width = 0] = masks?.dims.slice(-2) ?? [];
    const plane = width * height;
    if (
      !masks ||
      !scores ||
      masks.dims.length < 4 ||
      plane === 0 ||
      masks.data.length !== scores.data.length * plane
    )
      throw brokenPack(
        this.id,
        `its decoder gives masks as [${masks?.dims.join(', ')}] and scores as [${scores?.dims.join(', ')}]`,
      );
    const values = floatsOf(masks);
    const span = this.signature.sized ? undefined : this.spanOf(view, { width, height });
    return Array.from(floatsOf(scores), (score, index) => ({
      logits: cropped({ data: values.subarray(index * plane, (index + 1) * plane), width, height }, span),
      score: Math.min(Math.max(score, 0), 1),
    }));
  }
}

function frameOf(signature: SamSignature, processor: Processor, { resize }: SamOptions): Frame {
  const { shape } = signature.pixels;
  const { size } = processor;
  const fixed = signature.rawPixels ? undefined : shape[3];
  const told =
    typeof size === 'object' && 'longest_edge' in size && size.longest_edge
      ? size.longest_edge
      : typeof size === 'object' && 'width' in size
        ? size.width
        : undefined;
  const stretches =
    resize === undefined
      ? typeof size === 'object'
        ? 'width' in size
        : signature.levels > 1
      : resize === 'stretch';
  return { side: typeof fixed === 'number' ? fixed : (told ?? usualSide), stretches };
}

/** The part of a grid over the square that covers the rectangle, whose last cells may reach over its edge. */
function cropped({ data, width, height }: Logits, span: Size | undefined): Logits {
  if (!span) return { data, width, height };
  const [columns, rows] = [Math.min(width, Math.ceil(span.width)), Math.min(height, Math.ceil(span.height))];
  if (columns === width && rows === height) return { data, width, height, span };
  const part = new Float32Array(columns * rows);
  for (let y = 0; y < rows; y++) part.set(data.subarray(y * width, y * width + columns), y * columns);
  return { data: part, width: columns, height: rows, span };
}

/** Logits at the top left of a larger grid; the rest is not the object. */
function padded({ data, width, height }: Logits, size: Size): Float32Array {
  const result = new Float32Array(size.width * size.height).fill(outside);
  for (let y = 0; y < Math.min(height, size.height); y++)
    result.set(data.subarray(y * width, y * width + Math.min(width, size.width)), y * size.width);
  return result;
}
