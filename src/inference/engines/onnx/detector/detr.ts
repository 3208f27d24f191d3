/**
 * The DETR family as Hugging Face exports it (DETR, YOLOS, RT-DETR, D-FINE, RF-DETR and others): `logits` [1, queries, classes],
 * `pred_boxes` [1, queries, 4] as middle and sides in shares of the picture.
 */
import * as z from 'zod';
import { brokenPack, type Pack } from '../../../packs/registry';
import { wholeOf, type Picture } from '../../../process/picture';
import type { Run } from '../../model';
import { floatsOf, type NamedArray } from '../arrays';
import { boxAround, suppressBoxes } from '../boxes';
import { placePicture, processedSize, processorNormalization, type Processor } from '../pixels/processor';
import type { GraphValue, OnnxSession } from '../session';
import type { Detector, DetectorOptions, Found } from './detector';

export const detrConfigSchema = z.object({
  model_type: z.string().optional(),
  id2label: z.record(z.string(), z.string()).optional(),
});
export type DetrConfig = z.output<typeof detrConfigSchema>;

/** Those whose last class is “no object”: classes of a query exclude each other. */
const exclusive = new Set(['detr', 'yolos', 'table-transformer', 'maskformer']);
const usualThreshold = 0.5;
/** `pixel_mask` is shrunk to the feature map by the graph; where it may have any size, this does. */
const usualMaskSide = 64;

export function detrDetector(
  pack: Pack,
  session: OnnxSession,
  { names, config, processor }: { names: readonly string[]; config: DetrConfig; processor: Processor },
  { threshold = usualThreshold, nms }: DetectorOptions,
): Detector {
  const { id } = pack.manifest;
  const pixels = session.inputs.find(({ shape }) => shape.length === 4);
  const mask = session.inputs.find(({ name }) => name === 'pixel_mask');
  const unknown = session.inputs.filter((input) => input !== pixels && input !== mask);
  if (!pixels || unknown.length)
    throw brokenPack(
      id,
      `it wants an input that Groundnote does not know: "${unknown[0]?.name ?? 'no picture'}"`,
    );
  const normalization = processorNormalization(processor);
  return {
    names,
    async detect(picture: Picture, { stopwatch }: Run): Promise<Found[]> {
      const size = fixedSize(pixels) ?? processedSize(picture, processor);
      const input = await stopwatch.time('prepare', () =>
        placePicture(picture, wholeOf(picture), { at: { x: 0, y: 0, ...size }, canvas: size, normalization }),
      );
      const outputs = await session.run({
        [pixels.name]: { data: input, dims: [1, 3, size.height, size.width] },
        ...(mask && { [mask.name]: fullMask(mask) }),
      });
      const { logits, pred_boxes: boxes } = outputs;
      const [, queries = 0, classes = 0] = logits?.dims ?? [];
      if (!logits || !boxes || boxes.data.length !== 4 * queries || classes === 0)
        throw brokenPack(
          id,
          `it gives logits as [${logits?.dims.join(', ')}] and boxes as [${boxes?.dims.join(', ')}]`,
        );
      const softmax = config.model_type
        ? exclusive.has(config.model_type)
        : names.length > 0 && classes === names.length + 1;
      const scored = softmax
        ? exclusiveScores(floatsOf(logits), queries, classes)
        : independentScores(floatsOf(logits), queries, classes);
      const places = floatsOf(boxes);
      const found = scored
        .filter(({ score }) => score > threshold)
        .map(({ query, kind, score }) => {
          const [x, y, w, h] = places.subarray(4 * query, 4 * query + 4) as unknown as [
            number,
            number,
            number,
            number,
          ];
          const { width, height } = picture;
          return { kind, score, box: boxAround(x * width, y * height, w * width, h * height) };
        });
      return nms === undefined ? found.sort((a, b) => b.score - a.score) : suppressBoxes(found, nms);
    },
  };
}

interface Scored {
  query: number;
  kind: number;
  score: number;
}

/** A softmax over the classes of a query, of which the last one is “no object”. */
function exclusiveScores(logits: Float32Array, queries: number, classes: number): Scored[] {
  return Array.from({ length: queries }, (_, query) => {
    const row = logits.subarray(query * classes, (query + 1) * classes);
    const most = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
    let kind = 0;
    for (let i = 1; i < classes - 1; i++) if ((row[i] as number) > (row[kind] as number)) kind = i;
    return { query, kind, score: Math.exp((row[kind] as number) - most) / sum };
  });
}

/** A sigmoid for each class; as many as there are queries, the best over all queries and classes. */
function independentScores(logits: Float32Array, queries: number, classes: number): Scored[] {
  const order = Array.from(logits.keys()).sort((a, b) => (logits[b] as number) - (logits[a] as number));
  return order.slice(0, queries).map((at) => ({
    query: Math.floor(at / classes),
    kind: at % classes,
    score: 1 / (1 + Math.exp(-(logits[at] as number))),
  }));
}

function fixedSize({ shape }: GraphValue): { width: number; height: number } | undefined {
  const [, , height, width] = shape;
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : undefined;
}

function fullMask({ shape }: GraphValue): NamedArray {
  const [, height, width] = shape.map((length) => (typeof length === 'number' ? length : usualMaskSide));
  const [h, w] = [height ?? usualMaskSide, width ?? usualMaskSide];
  return { data: new Float32Array(h * w).fill(1), dims: [1, h, w] };
}
