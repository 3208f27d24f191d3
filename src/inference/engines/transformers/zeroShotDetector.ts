/** Phrase → boxes: Grounding DINO, and OWL-ViT with OWLv2. */
import type { PreTrainedModel, Tensor } from '@huggingface/transformers';
import * as z from 'zod';
import type { Box, Size } from '../../../protocol/geometry';
import { optionsOf, type Pack } from '../../packs/registry';
import { throwIfCancelled } from '../../process/cancel';
import type { Picture } from '../../process/picture';
import type { Finding, Findings, PackModel, Run } from '../model';
import type { EngineServices } from '../open';
import { asking, loadingOptionsSchema, opening, type Library } from './loading';
import { withoutDoubles } from './overlaps';
import { notFound, phrasesOf } from './phrases';
import { detrSize, rawPicture, squarePicture } from './rawPicture';
import { floatsOf, sigmoid, type Called } from './tensors';

const optionsSchema = loadingOptionsSchema.extend({
  /** Least score of a box; the two families score differently. */
  threshold: z.number().min(0).max(1).optional(),
  /** Of two boxes of a phrase that overlap by more than this, the worse one goes; 1: none goes. */
  overlap: z.number().min(0).max(1).default(0.7),
  /** Boxes of a phrase at most. */
  most: z.number().int().positive().default(100),
  /** What OWL is asked for a phrase; Grounding DINO takes it as it is. */
  template: z.string().includes('{}').default('a photo of a {}'),
});

interface Parts {
  pack: Pack;
  library: Library;
  model: PreTrainedModel;
  images: Called;
  tokenizer: (texts: string[], options: object) => Record<string, Tensor>;
  /** The picture is padded to a square first. */
  isSquared: boolean;
}

/** A box with a score for one of the phrases. */
type Scored = Finding & { box: Box; score: number; label: string };

/** @throws GroundnoteError broken-pack */
export async function openZeroShotDetector(pack: Pack, services: EngineServices): Promise<PackModel> {
  const options = optionsOf(pack, optionsSchema);
  const { parts, type } = await opening(pack, options, services, async (from) => {
    const { AutoImageProcessor, AutoModelForZeroShotObjectDetection, AutoTokenizer } = from.library;
    const parts: Parts = {
      pack,
      library: from.library,
      model: await from.model(AutoModelForZeroShotObjectDetection, 'as finders of phrases'),
      images: (await from.part(AutoImageProcessor, 'preprocessor')) as unknown as Called,
      tokenizer: (await from.part(AutoTokenizer, 'tokenizer')) as unknown as Parts['tokenizer'],
      isSquared: from.config.model_type === 'owlv2',
    };
    return { parts, type: from.config.model_type };
  });
  const isDino = type === 'grounding-dino';
  if (isDino) resizeAsDetr(parts.images);
  const threshold = options.threshold ?? (isDino ? 0.25 : 0.1);
  return {
    ground: (picture, text, run) =>
      asking(pack, async (): Promise<Findings> => {
        const phrases = phrasesOf(text);
        const scored = isDino
          ? await dinoBoxes(parts, picture, phrases, threshold, run)
          : await owlBoxes(parts, picture, phrases, options.template, threshold, run);
        const found = phrases.flatMap((phrase) =>
          withoutDoubles(
            scored.filter(({ label }) => label === phrase),
            options.overlap,
          ).slice(0, options.most),
        );
        found.sort((a, b) => b.score - a.score);
        const missing = phrases.filter((phrase) => !found.some(({ label }) => label === phrase));
        return { found, ...(missing.length && { text: notFound(missing, threshold) }) };
      }),
    async close() {
      await parts.model.dispose();
    },
  };
}

/** Grounding DINO reads one phrase at a time, in small letters and with a full stop: so no phrase colours another. */
async function dinoBoxes(
  { pack, library, model, images, tokenizer }: Parts,
  picture: Picture,
  phrases: readonly string[],
  threshold: number,
  run: Run,
): Promise<Scored[]> {
  const pixels = await images(rawPicture(library, picture));
  const scored: Scored[] = [];
  for (const [index, phrase] of phrases.entries()) {
    run.progress({ phase: `Looking for “${phrase}”`, fraction: index / phrases.length });
    await throwIfCancelled(run.signal);
    const text = tokenizer([`${phrase.toLowerCase().replace(/[\s.]+$/, '')}.`], {});
    const outputs = await (model as unknown as Called)({ ...pixels, ...text });
    const logits = floatsOf(pack, outputs, 'logits', 3);
    const boxes = floatsOf(pack, outputs, 'pred_boxes', 3);
    const tokens = logits.dims[2] as number;
    for (let query = 0; query < (logits.dims[1] as number); query++) {
      let best = -Infinity;
      for (let token = 0; token < tokens; token++)
        best = Math.max(best, logits.data[query * tokens + token] as number);
      const score = sigmoid(best);
      if (score > threshold) scored.push({ label: phrase, score, box: boxAt(boxes.data, query, picture) });
    }
  }
  return scored;
}

/** An image processor of the library, as far as it is looked into. */
interface ImageProcessor {
  size?: { shortest_edge?: number; longest_edge?: number };
  image_mean?: number[];
  image_std?: number[];
  get_resize_output_image_size(image: Size, size: unknown): [width: number, height: number];
}

function resizeAsDetr(images: unknown): void {
  const processor = images as ImageProcessor;
  const { shortest_edge, longest_edge } = processor.size ?? {};
  if (shortest_edge !== undefined && longest_edge !== undefined)
    processor.get_resize_output_image_size = (image) => detrSize(image, shortest_edge, longest_edge);
}

/** OWL scores each phrase for itself: all of them in one run. */
async function owlBoxes(
  { pack, library, model, images, tokenizer, isSquared }: Parts,
  picture: Picture,
  phrases: readonly string[],
  template: string,
  threshold: number,
  run: Run,
): Promise<Scored[]> {
  run.progress({ phase: 'Looking' });
  const seen = isSquared ? squarePicture(picture) : picture;
  const pixels = await images(rawPicture(library, seen));
  if (isSquared && pixels.pixel_values) greyPadding(pixels.pixel_values, picture, images);
  const texts = phrases.map((phrase) => template.replace('{}', phrase));
  const text = tokenizer(texts, { padding: true, truncation: true });
  await throwIfCancelled(run.signal);
  const outputs = await (model as unknown as Called)({ ...pixels, ...text });
  const logits = floatsOf(pack, outputs, 'logits', 3);
  const boxes = floatsOf(pack, outputs, 'pred_boxes', 3);
  const columns = logits.dims[2] as number;
  const scored: Scored[] = [];
  for (let query = 0; query < (logits.dims[1] as number); query++)
    for (const [column, phrase] of phrases.entries()) {
      const score = sigmoid(logits.data[query * columns + column] as number);
      if (score > threshold) scored.push({ label: phrase, score, box: boxAt(boxes.data, query, seen) });
    }
  return scored;
}

/** A box of a query: centre and size as shares of what the model saw → corners in pixels of it. */
function boxAt(
  boxes: Float32Array,
  query: number,
  { width, height }: { width: number; height: number },
): Box {
  const [x, y, w, h] = boxes.subarray(4 * query, 4 * query + 4) as unknown as [
    number,
    number,
    number,
    number,
  ];
  return [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height];
}

/** The padding as half of white exactly, which no byte is. */
function greyPadding(pixels: Tensor, { width, height }: Picture, processor: unknown): void {
  const { image_mean: mean, image_std: std } = processor as ImageProcessor;
  const [, channels, rows, columns] = pixels.dims as [number, number, number, number];
  const side = Math.max(width, height);
  // Two rows more: there the picture still shines through.
  const right = Math.ceil((width / side) * columns) + 2;
  const bottom = Math.ceil((height / side) * rows) + 2;
  const data = pixels.data as Float32Array;
  for (let c = 0; c < channels; c++) {
    const grey = (0.5 - (mean?.[c] ?? 0)) / (std?.[c] ?? 1);
    for (let y = 0; y < rows; y++)
      for (let x = y < bottom ? right : 0; x < columns; x++) data[(c * rows + y) * columns + x] = grey;
  }
}
