/** `groundnote.json`: what a pack says of itself. No code in a pack is ever run. */
import * as z from 'zod';

export const tasks = ['segment', 'ground', 'refer', 'ask', 'describe'] as const;
export const taskSchema = z.enum(tasks);
export type Task = z.infer<typeof taskSchema>;

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

export const packManifestSchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i),
  version: z.string().min(1),
  title: z.string().min(1),
  description: z.string().default(''),
  tasks: z.array(taskSchema).min(1),
  engine: z.enum(['onnx', 'transformers', 'remote']),
  /** Which handler of the engine understands its graphs. */
  kind: z.enum(['promptable-segmenter', 'ocr']),
  prompts: z.array(z.enum(['point', 'box', 'stroke', 'mask', 'text'])),
  returns: z.array(z.enum(['mask', 'box', 'text'])),
  license: z.string().min(1),
  source: z.string().default(''),
  card: z.string().default('README.md'),
  files: z.array(packFileSchema),
});
export type PackManifest = z.infer<typeof packManifestSchema>;

/** What lists and menus show of a pack. A broken one says what its manifest still tells: the rest is empty or absent. */
export const packSummarySchema = packManifestSchema
  .omit({ files: true })
  .partial({ engine: true, kind: true })
  .extend({
    tasks: z.array(taskSchema),
    license: z.string(),
    folder: z.string(),
    bytes: z.number(),
    state: z.enum(['ready', 'broken']),
    problem: z.string().optional(),
  });
export type PackSummary = z.infer<typeof packSummarySchema>;
