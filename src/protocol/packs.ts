/** `groundnote.json`: what a pack says of itself. No code in a pack is ever run. */
import * as z from 'zod';
import { modalitySchema } from './modalities';

export const tasks = ['segment', 'ground', 'refer', 'ask', 'describe'] as const;
export const taskSchema = z.enum(tasks);
export type Task = z.infer<typeof taskSchema>;

/** Id of the pack or server that a task takes where a request names none. */
export const taskDefaultsSchema = z.partialRecord(taskSchema, z.string());
export type TaskDefaults = z.infer<typeof taskDefaultsSchema>;

/** A file of the pack, by its path inside the pack's folder (no absolute path, no `..`). */
export const packFileSchema = z.object({
  path: z
    .string()
    .min(1)
    .refine(
      (p) => !p.startsWith('/') && !p.includes('\\') && !/^[a-z]:/i.test(p) && !p.split('/').includes('..'),
      'must stay inside the pack',
    ),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
});

/**
 * What understands a pack's files and answers: one name for each adapter of an engine. The first three are those of the
 * embedded packs; `docs/packs.md` says what each expects.
 */
export const packKinds = {
  onnx: [
    /** Our own encoder and decoder: any size, mask prompt. */
    'promptable-segmenter',
    /** PP-OCR detection and recognition. */
    'ocr',
    /** Parser of figures, language of questions about them, and what else the embedded model is made of. */
    'figure',
    /** Segment Anything by Meta's or Hugging Face's names, SAM 2, EdgeTAM, the SAM 3 tracker: told by the graphs' inputs. */
    'segment-anything',
    /** Boxes (and masks) with class names: Ultralytics, DETR family, NanoDet, FastestDet, YuNet: told by metadata or config. */
    'detector',
    /** A class for each pixel, or one mask (matting, salient object). */
    'pixel-classifier',
  ],
  transformers: [
    /** Phrase → boxes: Grounding DINO, OWLv2. */
    'zero-shot-detector',
    /** Phrase → heat map: CLIPSeg. */
    'text-segmenter',
    /** Task tokens → text with `<loc_…>`: Florence-2. */
    'florence',
    /** Chat with a picture: Qwen-VL, SmolVLM, Moondream and the like. */
    'vision-language',
    /** Picture → caption: ViT-GPT2, BLIP and the like. */
    'captioner',
    /** Picture → depth. */
    'depth-estimator',
  ],
  remote: ['open-inference', 'openai-chat', 'x-anylabeling', 'editor-model'],
} as const;
export const packKindSchema = z.enum([...packKinds.onnx, ...packKinds.transformers, ...packKinds.remote]);
export type PackKind = z.infer<typeof packKindSchema>;

export const packManifestSchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i),
  version: z.string().min(1),
  title: z.string().min(1),
  description: z.string().default(''),
  /** None: it answers no question, and gives something that others use (depth). */
  tasks: z.array(taskSchema),
  engine: z.enum(['onnx', 'transformers', 'remote']),
  /** Which handler of the engine understands its graphs. */
  kind: packKindSchema,
  prompts: z.array(z.enum(['point', 'box', 'stroke', 'mask', 'text'])),
  returns: z.array(z.enum(['mask', 'box', 'text'])),
  /** Modalities other than pictures that it describes and answers questions about. */
  modalities: z.array(modalitySchema).optional(),
  license: z.string().min(1),
  source: z.string().default(''),
  card: z.string().default('README.md'),
  /** Megabytes of memory that it takes at work, about. */
  memory_mb: z.number().positive().optional(),
  /** What its kind lets a pack choose (thresholds, file names, the form of its coordinates); the adapter checks it. */
  options: z.record(z.string(), z.unknown()).default({}),
  files: z.array(packFileSchema),
});
export type PackManifest = z.infer<typeof packManifestSchema>;

/** What lists and menus show of a pack. A broken one says what its manifest still tells: the rest is empty or absent. */
export const packSummarySchema = packManifestSchema
  .omit({ files: true, options: true })
  .partial({ engine: true, kind: true })
  .extend({
    tasks: z.array(taskSchema),
    license: z.string(),
    folder: z.string(),
    bytes: z.number(),
    /** For a server: where it is. */
    url: z.string().optional(),
    state: z.enum(['ready', 'broken']),
    problem: z.string().optional(),
  });
export type PackSummary = z.infer<typeof packSummarySchema>;
