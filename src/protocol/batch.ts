/** One question about all images of a folder: what is asked, what became of each image, and the messages of its process. */
import * as z from 'zod';
import { configurationSchema, processOptionsSchema, taskResultSchema } from './inference';
import { errorCodes } from './errors';
import { eventChannel, requestChannel } from './rpc';

/** What to do about an image that has annotations. `replace` takes those away that a model made for the same question. */
export const existingSchema = z.enum(['skip', 'add', 'replace']);
export type Existing = z.infer<typeof existingSchema>;

export const batchJobSchema = z.object({
  /** Ids of the regions that it makes begin with this. */
  id: z.string().min(1),
  /** Absolute path; images are named relative to it, with `/` between the parts. */
  folder: z.string().min(1),
  task: z.enum(['everything', 'ground']),
  /** What to find, for `ground`. */
  text: z.string().optional(),
  pack: z.string().optional(),
  /** Ids of servers that answer; with a `pack` it answers beside them on this machine, without one they answer alone. */
  servers: z.array(z.string()).min(1).optional(),
  existing: existingSchema,
  recursive: z.boolean(),
  /** A glob that names must match: `*.png`, or with folders `cats/**`. */
  filter: z.string().optional(),
});
export type BatchJob = z.infer<typeof batchJobSchema>;

/** How often servers failed on an image before its outcome, by their ids. */
const failuresSchema = z.record(z.string(), z.number().int().positive()).optional();

/** What became of an image. */
export const outcomeSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('done'),
    regions: z.number().int(),
    /** Why nothing was found, where the pack says so. */
    note: z.string().optional(),
    /** With servers: who answered (absent: this machine), and milliseconds until the answer. */
    by: z.string().optional(),
    ms: z.number().optional(),
    failures: failuresSchema,
  }),
  z.object({ state: z.literal('skipped'), reason: z.string() }),
  z.object({
    state: z.literal('failed'),
    code: z.enum(errorCodes),
    reason: z.string(),
    failures: failuresSchema,
  }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;
export type ImageOutcome = Outcome & { image: string };

/** How far it is. The counts hold all runs of the job, before an interruption too. */
export const batchProgressSchema = z.object({
  total: z.number().int(),
  done: z.number().int(),
  skipped: z.number().int(),
  failed: z.number().int(),
  regions: z.number().int(),
  /** Milliseconds that the rest will take; absent before there is something to reckon with. */
  remaining_ms: z.number().optional(),
  /** Why nothing goes on for the moment: no server answers. */
  waiting: z.string().optional(),
});
export type BatchProgress = z.infer<typeof batchProgressSchema>;

/** What a process of a batch needs to know; the journal says the rest. */
export const batchStartSchema = z.object({
  journal: z.string(),
  /** Where the report is written, however it ends. */
  report: z.string(),
  /** A new job; absent: go on with the one of the journal. */
  job: batchJobSchema.optional(),
  retryFailed: z.boolean(),
  /** Servers with their credentials, and the settings of models: they come over the wire, and are in no journal. */
  configuration: configurationSchema.optional(),
  /** The built inference process, and its settings. `threads` is for all models together; 0: one less than the cores. */
  models: processOptionsSchema.partial().extend({
    entry: z.string(),
    packFolders: z.array(z.string()),
    threads: z.number().int().min(0),
  }),
});
export type BatchStart = z.infer<typeof batchStartSchema>;

/** Host → batch process: do it. Ends when all images have had their turn. @error cancelled, no-pack, io, unsupported */
export const startBatch = requestChannel('startBatch', batchStartSchema, batchProgressSchema);
/** Batch process → host. */
export const batchProgress = eventChannel('batchProgress', batchProgressSchema);

/**
 * Batch process → host: is the image open in a panel, and what becomes of it then? `closed`: the sidecar is nobody else's.
 * @error bad-sidecar
 */
export const openBefore = requestChannel(
  'openBefore',
  z.object({ image: z.string() }),
  z.object({ closed: z.boolean(), outcome: outcomeSchema.optional() }),
);
/** Batch process → host: put the answer into the open document. `closed`: it is not open. */
export const openWrite = requestChannel(
  'openWrite',
  z.object({ image: z.string(), result: taskResultSchema }),
  z.object({ closed: z.boolean(), regions: z.number().int() }),
);
