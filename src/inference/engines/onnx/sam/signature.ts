/**
 * What Segment Anything's exports are called: the graphs themselves tell which of them a pack holds.
 *
 * - Meta's decoder: `point_coords`, `point_labels` (2 and 3 for the corners of a box, -1 for padding), `mask_input`,
 *   `has_mask_input`, `orig_im_size` → `masks`, `iou_predictions`, `low_res_masks`.
 * - Hugging Face's: `input_points`, `input_labels`, some `input_boxes` or `input_masks` → `pred_masks`, `iou_scores`.
 *
 * The other inputs of a decoder are the outputs of its encoder, by name: one embedding of SAM, three levels of SAM 2.
 */
import { brokenPack } from '../../../packs/registry';
import type { GraphValue, OnnxSession } from '../session';

/** How a box is told to the decoder. */
export type BoxForm =
  /** `input_boxes`. */
  | 'boxes'
  /** Two points with labels 2 and 3. */
  | 'corners'
  /** Not at all: its points know only what belongs to the object and what does not. */
  | 'none';

export interface SamSignature {
  readonly names: 'meta' | 'hugging-face';
  /** The encoder's input. */
  readonly pixels: GraphValue;
  /** [height, width, 3] of values 0 to 255, which the graph itself normalises; otherwise [1, 3, height, width]. */
  readonly rawPixels: boolean;
  /** Decoder's inputs by the encoder's outputs that go there. */
  readonly embeddings: Readonly<Record<string, string>>;
  readonly boxes: BoxForm;
  /** The decoder's input for an earlier mask. */
  readonly mask?: GraphValue;
  /** Whether the decoder gives masks in a size that it is told, and no others. */
  readonly sized: boolean;
  /** The decoder's outputs. */
  readonly masks: string;
  readonly scores: string;
  /** Several levels of features: SAM 2 and what came after it, which stretch the picture to a square. */
  readonly levels: number;
}

const meta = {
  points: ['point_coords', 'point_labels'],
  more: ['mask_input', 'has_mask_input', 'orig_im_size'],
  masks: ['low_res_masks', 'masks'],
  scores: ['iou_predictions', 'iou_preds'],
} as const;
const huggingFace = {
  points: ['input_points', 'input_labels'],
  more: ['input_boxes', 'input_masks'],
  masks: ['pred_masks'],
  scores: ['iou_scores'],
} as const;

type Graph = Pick<OnnxSession, 'inputs' | 'outputs'>;

/** Whether a graph takes points, so that it is a decoder. */
export const isDecoder = ({ inputs }: Pick<Graph, 'inputs'>): boolean =>
  inputs.some(({ name }) => name === meta.points[0] || name === huggingFace.points[0]);

/** @param id of the pack @throws GroundnoteError broken-pack, naming what does not fit */
export function samSignature(id: string, encoder: Graph, decoder: Graph): SamSignature {
  const has = (name: string) => decoder.inputs.some((input) => input.name === name);
  const form = has(huggingFace.points[0]) ? huggingFace : meta;
  const missing = form.points.filter((name) => !has(name));
  if (missing.length) throw brokenPack(id, `its decoder has no input ${list(missing)}`);
  const [pixels, ...others] = encoder.inputs;
  if (!pixels) throw brokenPack(id, 'its encoder takes no picture');
  if (others.length)
    throw brokenPack(
      id,
      `its encoder wants inputs that Groundnote does not know: ${list(others.map(({ name }) => name))}`,
    );
  const embeddings = embeddingsOf(
    id,
    decoder.inputs
      .map(({ name }) => name)
      .filter((name) => ![...form.points, ...form.more].some((known) => known === name)),
    encoder.outputs.map(({ name }) => name),
  );
  const output = (what: string, names: readonly string[]) => {
    const found = names.find((name) => decoder.outputs.some((each) => each.name === name));
    if (found === undefined) throw brokenPack(id, `its decoder has no output ${list(names)} (${what})`);
    return found;
  };
  const levels = Object.keys(embeddings).filter((name) => !/positional/.test(name)).length;
  const isMeta = form === meta;
  const masks = output('the masks', form.masks);
  return {
    names: isMeta ? 'meta' : 'hugging-face',
    pixels,
    rawPixels: pixels.shape.length === 3,
    embeddings,
    // In Hugging Face's SAM the labels of points are 0 and 1 alone; SAM 2 looks all four up in one table.
    boxes: has('input_boxes') ? 'boxes' : isMeta || levels > 1 ? 'corners' : 'none',
    mask: decoder.inputs.find(({ name }) => name === 'mask_input' || name === 'input_masks'),
    sized: masks === 'masks' && has('orig_im_size'),
    masks,
    scores: output('their scores', form.scores),
    levels,
  };
}

/** Decoder's inputs by name; one alone fits the encoder's only output under any name. */
function embeddingsOf(
  id: string,
  wanted: readonly string[],
  given: readonly string[],
): Readonly<Record<string, string>> {
  const [only, ...more] = wanted;
  if (only === undefined) throw brokenPack(id, 'its decoder takes nothing from its encoder');
  if (!more.length && given.length === 1) return { [only]: given[0] as string };
  const unknown = wanted.filter((name) => !given.includes(name));
  if (unknown.length)
    throw brokenPack(
      id,
      `its decoder wants inputs that neither Groundnote nor its encoder knows: ${list(unknown)}`,
    );
  return Object.fromEntries(wanted.map((name) => [name, name]));
}

const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
