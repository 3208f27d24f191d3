/**
 * Graphs with a class for each pixel, or with one mask.
 *
 * - Semantic segmentation by Hugging Face's configuration (SegFormer and the like): `logits` [1, classes, h, w].
 * - Matting and salient objects (MODNet, BiRefNet, ISNet): one map [1, 1, h, w] or [1, h, w], which is the foreground.
 */
import * as z from 'zod';
import type { Rle } from '../../../../protocol/geometry';
import { rleArea, rleBox } from '../../../../protocol/rle';
import { maskOfIntervals, Pieces } from '../../../../regions/pieces';
import { optionsOf, brokenPack, type Pack } from '../../../packs/registry';
import { throwIfCancelled } from '../../../process/cancel';
import { wholeOf, type Picture } from '../../../process/picture';
import { finishMask } from '../../../process/segment/finish';
import type { SessionStore } from '../../../process/services';
import type { Finding, Findings, PackModel, Run } from '../../model';
import { floatsOf, type NamedArray } from '../arrays';
import { classesNamed, noSuchClass, partlyUnknown, plainName } from '../classes';
import { listOf } from '../labels';
import { graphFile, optionalJson } from '../packFiles';
import type { OnnxSession } from '../session';
import { certainty, classMasks, type ClassMap } from './labelMap';
import {
  placePicture,
  processedSize,
  processorNormalization,
  processorSchema,
  type Processor,
} from './processor';

/** `options` in the manifest of a `pixel-classifier` pack; all of it may be absent. */
const optionsSchema = z.object({
  /** Path of the graph inside the pack; absent: the only one. */
  graphs: z.object({ model: z.string() }).optional(),
  /** Values of a map of the foreground above this are the object: of probabilities 0 to 1, after a sigmoid where the graph gives logits. */
  threshold: z.number().min(0).max(1).default(0.5),
  /** Side of the input where neither the graph nor a file tells it. */
  side: z.number().int().positive().max(4096).default(1024),
  /** Pieces of a class smaller than this share of the picture are left out of `everything`. */
  least_share: z.number().min(0).max(1).default(0.001),
});
type Options = z.output<typeof optionsSchema>;

const configSchema = z.object({ id2label: z.record(z.string(), z.string()).optional() });

/** @throws GroundnoteError broken-pack */
export async function openPixelClassifier(pack: Pack, sessions: SessionStore): Promise<PackModel> {
  const options = optionsOf(pack, optionsSchema);
  const session = await sessions.open(pack, graphFile(pack, options.graphs?.model));
  const processor = await optionalJson(pack, 'preprocessor_config.json', processorSchema);
  const config = await optionalJson(pack, 'config.json', configSchema);
  const names = listOf(config.id2label ?? {});
  const look = new Looker(pack, session, processor, options);
  return look.isForeground(names)
    ? foregroundModel(pack.manifest.title, look)
    : semanticModel(pack, look, names, options);
}

/** Runs the graph on a picture. */
class Looker {
  private readonly pixels;

  constructor(
    private readonly pack: Pack,
    private readonly session: OnnxSession,
    private readonly processor: Processor,
    readonly options: Options,
  ) {
    const [pixels, ...others] = session.inputs;
    if (!pixels || pixels.shape.length !== 4 || others.length)
      throw brokenPack(pack.manifest.id, 'it does not take one picture alone');
    this.pixels = pixels;
  }

  /** Whether the graph gives one map and no classes: by its output where that tells, else by the labels of the configuration. */
  isForeground(names: readonly string[]): boolean {
    const shape = this.session.outputs.at(-1)?.shape ?? [];
    const classes = shape.length === 4 ? shape[1] : 1;
    return typeof classes === 'number' ? classes === 1 : names.length <= 2;
  }

  async map(picture: Picture, { stopwatch, signal, progress }: Run): Promise<ClassMap> {
    progress({ phase: 'Looking at every pixel' });
    const size = this.inputSize(picture);
    const input = await stopwatch.time('prepare', () =>
      placePicture(picture, wholeOf(picture), {
        at: { x: 0, y: 0, ...size },
        canvas: size,
        normalization: processorNormalization(this.processor),
      }),
    );
    const outputs = await this.session.run({
      [this.pixels.name]: { data: input, dims: [1, 3, size.height, size.width] },
    });
    await throwIfCancelled(signal);
    return this.mapOf(outputs);
  }

  private inputSize(picture: Picture): { width: number; height: number } {
    const [, , height, width] = this.pixels.shape;
    if (typeof height === 'number' && typeof width === 'number') return { width, height };
    if (this.processor.size !== undefined) return processedSize(picture, this.processor);
    return { width: this.options.side, height: this.options.side };
  }

  /** The last of the maps where there are several: refined ones come last. */
  private mapOf(outputs: Record<string, NamedArray>): ClassMap {
    const found = this.session.outputs
      .map(({ name }) => outputs[name])
      .filter((array) => array !== undefined && (array.dims.length === 4 || array.dims.length === 3))
      .at(-1);
    const [height = 0, width = 0] = found?.dims.slice(-2) ?? [];
    const classes = found && width * height > 0 ? found.data.length / (width * height) : 0;
    if (!found || classes < 1)
      throw brokenPack(this.pack.manifest.id, 'it gives no map of the picture ([1, classes, height, width])');
    return { data: floatsOf(found), classes, width, height };
  }
}

/** Words for what a matting graph finds, and for the rest of the picture. */
const foregroundNames = [
  'foreground',
  'subject',
  'object',
  'main object',
  'main subject',
  'salient object',
  'portrait',
  'matte',
];
const backgroundNames = ['background', 'backdrop', 'surroundings', 'rest'];

function foregroundModel(title: string, look: Looker): PackModel {
  const found = async (picture: Picture, run: Run, isBackground: boolean): Promise<Findings> => {
    const map = await look.map(picture, run);
    const plane = map.width * map.height;
    const all = map.data.subarray(0, plane);
    // Some graphs end in a sigmoid and some do not.
    const isProbability = all.every((value) => value >= -1e-3 && value <= 1 + 1e-3);
    const { threshold } = look.options;
    const limit = isProbability ? threshold : Math.log(threshold / (1 - threshold));
    const data = Float32Array.from(all, (value) => (isBackground ? limit - value : value - limit));
    const mask = maskOver({ ...map, data }, picture);
    if (rleArea(mask) === 0)
      return { found: [], text: `No ${isBackground ? 'background' : 'foreground'} was found.` };
    const certain = meanInside(all, limit, isProbability, isBackground);
    return {
      found: [{ label: isBackground ? 'background' : 'foreground', mask, box: rleBox(mask), score: certain }],
    };
  };
  return {
    async ground(picture, phrase, run) {
      const word = plainName(phrase);
      if (foregroundNames.includes(word)) return found(picture, run, false);
      if (backgroundNames.includes(word)) return found(picture, run, true);
      return noSuchClass(title, phrase, ['foreground', 'background']);
    },
    everything: (picture, run) => found(picture, run, false),
    close: () => Promise.resolve(),
  };
}

/** Mean probability of what was taken, 0 to 1. */
function meanInside(
  values: Float32Array,
  limit: number,
  isProbability: boolean,
  isBackground: boolean,
): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value > limit === isBackground) continue;
    const probability = isProbability ? value : 1 / (1 + Math.exp(-value));
    sum += isBackground ? 1 - probability : probability;
    count++;
  }
  return count ? Math.min(1, Math.max(0, sum / count)) : 0;
}

function semanticModel(pack: Pack, look: Looker, names: readonly string[], options: Options): PackModel {
  const { id, title } = pack.manifest;
  const nameOf = (kind: number) => names[kind] || `class ${kind}`;
  const checked = async (picture: Picture, run: Run): Promise<ClassMap> => {
    const map = await look.map(picture, run);
    if (names.length && map.classes !== names.length)
      throw brokenPack(id, `it gives ${map.classes} classes and its config.json names ${names.length}`);
    return map;
  };
  /** Regions of classes that are there; `kinds` absent: of all. */
  const regionsOf = async (picture: Picture, run: Run, kinds?: readonly number[]): Promise<Finding[]> => {
    const map = await checked(picture, run);
    await throwIfCancelled(run.signal);
    run.progress({ phase: 'Outlining what was found' });
    const found: Finding[] = [];
    for (const [kind, mask] of classMasks(map, picture)) {
      if (kinds && !kinds.includes(kind)) continue;
      const score = certainty(map, kind);
      // A phrase gets its class as one region; looking for all there is tells its pieces apart.
      const masks = kinds ? [mask] : piecesOf(mask, options.least_share * picture.width * picture.height);
      for (const each of masks) found.push({ label: nameOf(kind), mask: each, box: rleBox(each), score });
    }
    return found.sort((a, b) => rleArea(b.mask as Rle) - rleArea(a.mask as Rle));
  };
  return {
    async ground(picture, phrase, run) {
      const { kinds, unknown } = classesNamed(phrase, names);
      if (!kinds.length) return noSuchClass(title, phrase, names);
      const found = await regionsOf(picture, run, kinds);
      const text = [
        found.length ? undefined : `No ${nameOf(kinds[0] ?? 0)} was found.`,
        partlyUnknown(unknown),
      ];
      const told = text.filter(Boolean).join(' ');
      return { found, ...(told && { text: told }) };
    },
    async everything(picture, run) {
      return { found: await regionsOf(picture, run) };
    },
    close: () => Promise.resolve(),
  };
}

/** The pixels of the picture where a map over it is over 0. */
function maskOver({ data, width, height }: Omit<ClassMap, 'classes'>, picture: Picture): Rle {
  const rectangle = wholeOf(picture);
  const rules = { mask_threshold: 0, refine: null };
  return finishMask({ data, width, height }, { rectangle, size: { width, height } }, picture, rules);
}

/** Connected pieces, without the smallest. */
function piecesOf(mask: Rle, least: number): Rle[] {
  const size = { width: mask.size[1], height: mask.size[0] };
  return new Pieces(mask)
    .objects()
    .map((intervals) => maskOfIntervals(intervals, size))
    .filter((piece) => rleArea(piece) >= least);
}
