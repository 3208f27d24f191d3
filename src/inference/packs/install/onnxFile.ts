/** What kind of pack bare ONNX graphs are, told by what they take and give and what their exporter wrote into them. */
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';
import type { OnnxMetadata, OnnxTensor } from '../onnxMetadata';

export interface Graph {
  /** Path in the pack. */
  file: string;
  metadata: OnnxMetadata;
}

export interface RecognisedGraphs {
  kind: 'segment-anything' | 'detector' | 'pixel-classifier';
  options: Record<string, unknown>;
  /** The files of `graphs` that are needed. */
  used: string[];
  by: string;
  /** Beside boxes it gives masks. */
  hasMasks?: boolean;
}

/** @returns undefined where nothing fits. @throws GroundnoteError unsupported, where what it is can be said and cannot be run */
export function recogniseGraphs(graphs: readonly Graph[]): RecognisedGraphs | undefined {
  return segmentAnything(graphs) ?? (graphs.length === 1 ? oneGraph(graphs[0] as Graph) : undefined);
}

const namesOf = (tensors: readonly OnnxTensor[]) => tensors.map(({ name }) => name);

/** A decoder that takes points, and the encoder that gives what else the decoder takes. */
function segmentAnything(graphs: readonly Graph[]): RecognisedGraphs | undefined {
  const decoders = graphs.filter(({ metadata }) =>
    namesOf(metadata.inputs).some((name) => /^(point_coords|input_points)$/.test(name)),
  );
  const [decoder] = decoders;
  if (!decoder) return undefined;
  const wanted = new Set(namesOf(decoder.metadata.inputs));
  const encoder = graphs.find(
    (graph) => graph !== decoder && namesOf(graph.metadata.outputs).some((name) => wanted.has(name)),
  );
  if (!encoder)
    throw new GroundnoteError(
      'unsupported',
      `${decoder.file} is the decoder of a Segment Anything model and needs its encoder too: put both .onnx files into one folder and add that.`,
    );
  return {
    kind: 'segment-anything',
    options: { graphs: { encoder: encoder.file, decoder: decoder.file } },
    used: [encoder.file, decoder.file],
    by: `what ${decoder.file} takes`,
  };
}

const ultralyticsSchema = z.object({ task: z.string(), names: z.string() });

function oneGraph({ file, metadata }: Graph): RecognisedGraphs | undefined {
  const { inputs, outputs, properties } = metadata;
  const options = { graphs: { model: file } };
  const found = (kind: RecognisedGraphs['kind'], by: string): RecognisedGraphs => ({
    kind,
    options,
    used: [file],
    by,
  });
  const ultralytics = ultralyticsSchema.safeParse(properties);
  if (ultralytics.success) {
    const { task } = ultralytics.data;
    if (task === 'detect' || task === 'segment')
      return { ...found('detector', `its metadata (Ultralytics, ${task})`), hasMasks: task === 'segment' };
    throw new GroundnoteError(
      'unsupported',
      `${file} is an Ultralytics model for "${task}": only those for "detect" and "segment" can be run here.`,
    );
  }
  const picture = inputs.find(({ shape }) => shape?.length === 4);
  if (!picture || inputs.some((input) => input !== picture && (input.shape?.length ?? 0) > 2))
    return undefined;
  const names = new Set(namesOf(outputs));
  const ranks = outputs.map(({ shape }) => shape?.length);
  const last = outputs.map(({ shape }) => shape?.at(-1));
  if (names.has('logits') && names.has('pred_boxes')) return found('detector', 'its outputs (DETR)');
  if (['cls_8', 'obj_8', 'bbox_8'].every((name) => names.has(name)))
    return found('detector', 'its outputs (YuNet)');
  // Scores and distances of a box's four sides in three sizes.
  const isNanoDet =
    outputs.length === 6 && last.filter((size) => size === 80).length >= 3 && last.includes(32);
  if (isNanoDet) return found('detector', 'its outputs (NanoDet)');
  const [shape] = outputs.map((output) => output.shape);
  if (outputs.length !== 1 || ranks[0] !== 4 || !shape) return undefined;
  const channels = shape[1];
  // Object or not, a box, and 80 classes on a grid.
  if (channels === 85) return found('detector', 'its output (FastestDet)');
  const isFull = [2, 3].every(
    (axis) => typeof shape[axis] === 'string' || shape[axis] === picture.shape?.[axis],
  );
  return channels === 1 && isFull ? found('pixel-classifier', 'its output (one mask)') : undefined;
}
