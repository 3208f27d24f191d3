/**
 * What kind of pack a folder of files is when nobody has written a `groundnote.json` for it: told by the model type in its
 * `config.json`, else by what its ONNX graphs take and give. Only the files that the kind needs are taken.
 */
import path from 'node:path';
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';
import { packKinds, type PackKind, type PackManifest } from '../../../protocol/packs';
import { recogniseGraphs, type Graph } from './onnxFile';

/** What is known of a kind before its pack is opened. */
interface Kind {
  does: Pick<PackManifest, 'tasks' | 'prompts' | 'returns'>;
  /** Graphs by their names without folder and kind of numbers; each inner list: one of these must be there. Empty: any. */
  graphs: readonly (readonly string[])[];
  /** Kinds of numbers in the order in which they are preferred: what is exact where it is small, what is small where it is large. */
  prefers: readonly string[];
}

const exact = ['', '_fp16', '_quantized', '_int8', '_uint8', '_q4', '_q4f16', '_bnb4'];
/** Weights of 8 or 4 bits with sums in 32 bits are quick on a CPU. */
const small = ['_q4', '_quantized', '_int8', '_uint8', '_bnb4', '_fp16', '_q4f16', ''];
const suffix = /(_fp16|_quantized|_int8|_uint8|_q4f16|_q4|_bnb4)?$/;

const oneModel = [['model']] as const;
const kinds = {
  'segment-anything': {
    does: { tasks: ['segment'], prompts: ['point', 'box', 'stroke'], returns: ['mask'] },
    graphs: [['vision_encoder'], ['prompt_encoder_mask_decoder']],
    prefers: exact,
  },
  detector: {
    does: { tasks: ['ground'], prompts: ['text'], returns: ['box'] },
    graphs: oneModel,
    prefers: exact,
  },
  'pixel-classifier': {
    does: { tasks: ['ground'], prompts: ['text'], returns: ['mask'] },
    graphs: oneModel,
    prefers: exact,
  },
  'zero-shot-detector': {
    does: { tasks: ['ground'], prompts: ['text'], returns: ['box'] },
    graphs: oneModel,
    prefers: exact,
  },
  'text-segmenter': {
    does: { tasks: ['ground'], prompts: ['text'], returns: ['mask'] },
    graphs: oneModel,
    prefers: exact,
  },
  florence: {
    does: {
      tasks: ['ground', 'refer', 'ask', 'describe'],
      prompts: ['text', 'point', 'box', 'stroke', 'mask'],
      returns: ['box', 'mask', 'text'],
    },
    graphs: [
      ['vision_encoder'],
      ['embed_tokens'],
      ['encoder_model'],
      ['decoder_model_merged', 'decoder_model'],
    ],
    prefers: exact,
  },
  'vision-language': {
    does: {
      tasks: ['ask', 'refer', 'ground', 'describe'],
      prompts: ['text', 'point', 'box', 'stroke', 'mask'],
      returns: ['box', 'text'],
    },
    graphs: [['vision_encoder'], ['embed_tokens'], ['decoder_model_merged']],
    prefers: small,
  },
  captioner: {
    does: { tasks: ['describe'], prompts: [], returns: ['text'] },
    graphs: [['encoder_model'], ['decoder_model_merged', 'decoder_model']],
    prefers: exact,
  },
  'depth-estimator': {
    does: { tasks: [], prompts: [], returns: [] },
    graphs: oneModel,
    prefers: exact,
  },
} as const satisfies Partial<Record<PackKind, Kind>>;
type KnownKind = keyof typeof kinds;

/** `model_type` of `config.json`, in small letters with `_` for `-`. */
const modelTypes: Readonly<Record<string, KnownKind>> = {
  ...of('segment-anything', ['sam', 'sam2', 'sam2_video', 'edgetam', 'edgetam_video', 'sam3_tracker']),
  ...of('detector', ['detr', 'rt_detr', 'rt_detr_v2', 'd_fine', 'yolos', 'rf_detr', 'table_transformer']),
  ...of('pixel-classifier', ['birefnet', 'modnet', 'isnet', 'segformer']),
  ...of('zero-shot-detector', ['grounding_dino', 'owlvit', 'owlv2']),
  ...of('text-segmenter', ['clipseg']),
  ...of('florence', ['florence2']),
  ...of('vision-language', [
    'qwen2_vl',
    'qwen2_5_vl',
    'qwen3_vl',
    'smolvlm',
    'idefics3',
    'moondream1',
    'paligemma',
    'llava',
    'llava_onevision',
  ]),
  ...of('captioner', ['vision_encoder_decoder']),
  ...of('depth-estimator', ['depth_anything', 'dpt', 'depth_pro', 'glpn']),
};

/** Names in `architectures`, for configurations without a known `model_type`. */
const architectures: readonly (readonly [RegExp, KnownKind])[] = [
  [/^(BiRefNet|MODNet|ISNet|BriaRMBG|U2Net)/i, 'pixel-classifier'],
  [/ForSemanticSegmentation$/, 'pixel-classifier'],
];

function of(kind: KnownKind, types: readonly string[]): Record<string, KnownKind> {
  return Object.fromEntries(types.map((type) => [type, kind]));
}

/** What transformers.js and our adapters read beside the graphs. */
const helpers = new Set([
  'config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'image_processor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'generation_config.json',
  'chat_template.json',
  'chat_template.jinja',
  'vocab.json',
  'vocab.txt',
  'merges.txt',
]);
const papers = /^(readme\.md|licen[cs]e(\.(md|txt))?|notice(\.txt)?)$/i;

const configSchema = z.looseObject({
  model_type: z.string().optional().catch(undefined),
  architectures: z.array(z.string()).optional().catch(undefined),
  _name_or_path: z.string().optional().catch(undefined),
});

export interface Recognised {
  engine: 'onnx' | 'transformers';
  kind: PackKind;
  does: Kind['does'];
  options: Record<string, unknown>;
  /** The files that the pack needs, of those that are there. */
  files: string[];
  /** What it was told by, for people: `model type "sam2"`. */
  by: string;
}

export interface Evidence {
  /** Paths inside the folder. */
  files: readonly string[];
  /** `config.json`, parsed; absent where there is none. */
  config?: unknown;
  /** Reads what a graph takes and gives; absent where it is too far away. */
  graph?(file: string): Promise<Graph['metadata']>;
}

/** Graphs that are looked into where there is no `config.json`. */
const maxGraphs = 8;

/**
 * @param name of what is looked at, for messages
 * @returns undefined where only graphs could tell, and they are too far away
 * @throws GroundnoteError unsupported, saying what was seen; broken-pack
 */
export async function recognise(
  name: string,
  { files, config, graph }: Evidence,
): Promise<Recognised | undefined> {
  const graphs = files.filter((file) => file.endsWith('.onnx'));
  if (!graphs.length)
    throw new GroundnoteError(
      'unsupported',
      `${name} has no ONNX graph (${seen(files)}): only models that were exported to ONNX can be run here.`,
    );
  const told = config === undefined ? undefined : byConfig(config);
  if (told?.kind) return byKind(name, told.kind, told.by, files, graphs);
  if (!graph) {
    if (told) throw unknown(name, told.by);
    return undefined;
  }
  const read: Graph[] = [];
  for (const file of graphs.slice(0, maxGraphs)) read.push({ file, metadata: await graph(file) });
  const byGraphs = recogniseGraphs(read);
  if (!byGraphs) throw unknown(name, [told?.by, ...read.map(describeGraph)].filter(Boolean).join('; '));
  const { kind, options, used, by, hasMasks } = byGraphs;
  const external = read.flatMap(({ file, metadata }) =>
    used.includes(file)
      ? metadata.externalFiles.map((each) => path.posix.join(path.posix.dirname(file), each))
      : [],
  );
  const missing = external.find((file) => !files.includes(file));
  if (missing !== undefined)
    throw new GroundnoteError(
      'broken-pack',
      `${name} lacks the file "${missing}", in which its weights are.`,
    );
  return {
    engine: 'onnx',
    kind,
    does: hasMasks ? { ...kinds[kind].does, returns: ['box', 'mask'] } : kinds[kind].does,
    options,
    files: withHelpers(files, [...used, ...external]),
    by,
  };
}

function byConfig(config: unknown): { kind?: KnownKind; by: string } {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) return { by: 'a config.json that is no object' };
  const { model_type: type, architectures: classes = [] } = parsed.data;
  const kind =
    modelTypes[(type ?? '').toLowerCase().replaceAll('-', '_')] ??
    architectures.find(([pattern]) => classes.some((name) => pattern.test(name)))?.[1];
  const by = type
    ? `the model type "${type}"`
    : classes[0]
      ? `the architecture "${classes[0]}"`
      : 'a config.json without a model type';
  return { kind, by };
}

/** Takes the graphs that the kind needs, each in the kind of numbers that is preferred. */
function byKind(
  name: string,
  kind: KnownKind,
  by: string,
  files: readonly string[],
  graphs: readonly string[],
): Recognised {
  const { does, graphs: needed, prefers }: Kind = kinds[kind];
  const used: string[] = [];
  for (const choices of needed) {
    const chosen =
      choices.map((stem) => preferred(stem, graphs, prefers)).find((file) => file !== undefined) ??
      // Where one graph is all that is needed and all that is there, it may be called anything.
      (needed.length === 1 && graphs.length === 1 ? graphs[0] : undefined);
    if (chosen === undefined)
      throw new GroundnoteError(
        'unsupported',
        `${name} is of the kind "${kind}" (told by ${by}) and lacks the graph "${choices[0]}.onnx" (${seen(graphs)}).`,
      );
    used.push(chosen);
  }
  const external = dataFiles(used, files);
  const engine = (packKinds.onnx as readonly string[]).includes(kind) ? 'onnx' : 'transformers';
  return {
    engine,
    kind,
    does,
    options: optionsOf(kind, used),
    files: withHelpers(files, [...used, ...external]),
    by,
  };
}

/** The files in which exporters put the weights of large graphs, by their names. */
export function dataFiles(graphs: readonly string[], files: readonly string[]): string[] {
  return files.filter((file) =>
    graphs.some((graph) => file.startsWith(`${graph}_data`) || file === `${graph}.data`),
  );
}

function preferred(stem: string, graphs: readonly string[], prefers: readonly string[]): string | undefined {
  for (const kindOfNumbers of prefers) {
    const found = graphs
      .filter((file) => path.posix.basename(file) === `${stem}${kindOfNumbers}.onnx`)
      // Nearer to the top, where the same name is there twice.
      .sort((a, b) => a.split('/').length - b.split('/').length)[0];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Where the graphs are, for those who cannot guess it. */
function optionsOf(kind: KnownKind, used: readonly string[]): Record<string, unknown> {
  const [first = '', second] = used;
  if (kind === 'segment-anything') return { graphs: { encoder: first, decoder: second } };
  if (kind === 'detector' || kind === 'pixel-classifier') return { graphs: { model: first } };
  const folder = path.posix.dirname(first);
  const stem = path.posix.basename(first, '.onnx').replace(suffix, '');
  return {
    ...(folder !== 'onnx' && { folder: folder === '.' ? '' : folder }),
    ...(used.length === 1 && stem !== 'model' && { model_file: stem }),
  };
}

function withHelpers(files: readonly string[], needed: readonly string[]): string[] {
  return files.filter((file) => needed.includes(file) || helpers.has(file) || papers.test(file));
}

function describeGraph({ file, metadata: { inputs, outputs } }: Graph): string {
  const list = (tensors: typeof inputs) =>
    tensors
      .slice(0, 6)
      .map(({ name, shape }) => `${name}[${shape?.join(',') ?? '?'}]`)
      .join(', ');
  return `${path.posix.basename(file)} takes ${list(inputs) || 'nothing'} and gives ${list(outputs)}`;
}

const seen = (files: readonly string[]) =>
  files.length ? `there are: ${files.slice(0, 8).join(', ')}${files.length > 8 ? ', …' : ''}` : 'it is empty';

function unknown(name: string, what: string): GroundnoteError {
  return new GroundnoteError(
    'unsupported',
    `Nothing here can run ${name} (seen: ${what}). It can be one of: ${Object.keys(kinds).join(', ')}; or write a groundnote.json for it (docs/packs.md).`,
  );
}
