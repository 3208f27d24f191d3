/** What the inference process can be asked: one channel per task, and what serves them. */
import * as z from 'zod';
import { boxSchema, geometrySchema, packRefSchema, promptSchema, rleSchema, sizeSchema } from './geometry';
import { packSummarySchema, taskDefaultsSchema } from './packs';
import { eventChannel, requestChannel } from './rpc';
import { openServerSchema } from './servers';
import { traceSchema } from './trace';

/** A picture by its path on this machine, or by its encoded bytes (virtual workspaces, notebook outputs). */
export const imageSourceSchema = z.union([
  z.object({ path: z.string().min(1) }),
  z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) }),
]);
export type ImageSource = z.infer<typeof imageSourceSchema>;

/** A region of a result. `box` is tight around the mask where there is one. */
export const resultRegionSchema = z.object({
  id: z.string(),
  label: z.string().optional(),
  score: z.number().optional(),
  box: boxSchema,
  mask: rleSchema.optional(),
});
export type ResultRegion = z.infer<typeof resultRegionSchema>;

/** Milliseconds spent on a request. */
export const timingsSchema = z.object({
  load_ms: z.number(),
  encode_ms: z.number(),
  decode_ms: z.number(),
  total_ms: z.number(),
});
export type Timings = z.infer<typeof timingsSchema>;

/** A part of a text, from `start` to before `end` in UTF-16 units, that is about regions. */
export const spanSchema = z.object({
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  regions: z.array(z.string()),
});
export type Span = z.infer<typeof spanSchema>;

/** A text with parts that are tied to regions. */
export const groundedTextSchema = z.object({ text: z.string(), spans: z.array(spanSchema) });
export type GroundedText = z.infer<typeof groundedTextSchema>;

/** A step of how an answer was found, and the regions that it is about. */
export const explanationStepSchema = z.object({ text: z.string(), regions: z.array(z.string()).optional() });
export type ExplanationStep = z.infer<typeof explanationStepSchema>;

/** The result of every task, in the command line's own form; absent parts are left out. */
export const taskResultSchema = z.object({
  image: z.object({ path: z.string().optional() }).extend(sizeSchema.shape),
  /** The pack that answered; with composition, the last one of `packs`. */
  pack: packRefSchema,
  packs: z.array(packRefSchema).optional(),
  regions: z.array(resultRegionSchema),
  /** Segmenting: all masks that the decoder offers for the prompts, the one in `regions` first. */
  candidates: z.array(resultRegionSchema).optional(),
  /** Text of the answer, or why there is none. */
  text: z.string().optional(),
  /** Regions are those of the result, or those that the question was about. */
  spans: z.array(spanSchema).optional(),
  /** True where the pack cannot answer this question about this picture; `text` says why and what can. */
  refused: z.boolean().optional(),
  /** What the pack did, step by step. */
  explanation: z.array(explanationStepSchema).optional(),
  /** Where it was asked for and the pack has one. */
  trace: traceSchema.optional(),
  timings: timingsSchema,
});
export type TaskResult = z.infer<typeof taskResultSchema>;

/**
 * Prompts → one region with a mask. `previous` is the mask that the prompts refine; `view` the part of the picture that
 * the user looks at, which may be encoded by itself where that gives a better mask.
 */
export const segmentParamsSchema = z.object({
  image: imageSourceSchema,
  prompts: z.array(promptSchema).min(1),
  previous: rleSchema.optional(),
  view: boxSchema.optional(),
  pack: z.string().optional(),
  /** Asks for `candidates` too. */
  candidates: z.boolean().optional(),
});
export type SegmentParams = z.infer<typeof segmentParamsSchema>;
export const segment = requestChannel('segment', segmentParamsSchema, taskResultSchema);
/** What `hover` answers: where nothing is kept, the picture and the pack are not looked at. */
export const hoverResultSchema = taskResultSchema.partial({ image: true, pack: true });
export type HoverResult = z.infer<typeof hoverResultSchema>;
/**
 * As `segment`, from kept encodings alone, without waiting and with a coarser edge: no region where nothing is kept or
 * work is under way.
 */
export const hover = requestChannel('hover', segmentParamsSchema, hoverResultSchema);

/** All there is in a picture, or in a part of it: masks from a grid of points, overlapping ones left out. */
export const everythingParamsSchema = z.object({
  image: imageSourceSchema,
  view: boxSchema.optional(),
  /** Points along the longer side. */
  pointsPerSide: z.number().int().min(2).max(64).optional(),
  pack: z.string().optional(),
  segmenter: z.string().nullable().optional(),
});
export type EverythingParams = z.infer<typeof everythingParamsSchema>;
export const everything = requestChannel('everything', everythingParamsSchema, taskResultSchema);

/** A phrase → the regions it names, best first. Of a large picture only the part in `view` is read, or a reduced copy. */
export const groundParamsSchema = z.object({
  image: imageSourceSchema,
  text: z.string().trim().min(1),
  view: boxSchema.optional(),
  pack: z.string().optional(),
  /** The segmenter that turns boxes and points into masks; absent: the default one; null: boxes stay boxes. */
  segmenter: z.string().nullable().optional(),
});
export type GroundParams = z.infer<typeof groundParamsSchema>;
export const ground = requestChannel('ground', groundParamsSchema, taskResultSchema);

/** A region that a question names. In the question's text its name is a span with its id. */
export const askedRegionSchema = z.object({
  id: z.string().min(1),
  name: z.string().min(1),
  label: z.string().optional(),
  geometry: geometrySchema,
});
export type AskedRegion = z.infer<typeof askedRegionSchema>;

/** A question and its answer. */
export const turnSchema = z.object({
  question: groundedTextSchema,
  /** The regions that the question names. */
  asked: z.array(askedRegionSchema),
  answer: groundedTextSchema,
  /** The regions that the answer found. */
  regions: z.array(resultRegionSchema),
  refused: z.boolean().optional(),
});
export type Turn = z.infer<typeof turnSchema>;

/**
 * A question about a picture → an answer whose words are tied to regions; progress carries its text so far. Of a large
 * picture only the part in `view` is looked at, or a reduced copy.
 */
export const askParamsSchema = z.object({
  image: imageSourceSchema,
  question: groundedTextSchema.refine(({ text }) => text.trim() !== '', 'must not be empty'),
  asked: z.array(askedRegionSchema),
  /** The turns before, oldest first. */
  history: z.array(turnSchema).default([]),
  view: boxSchema.optional(),
  pack: z.string().optional(),
  segmenter: z.string().nullable().optional(),
  /** Asks for `trace` too. */
  trace: z.boolean().optional(),
});
export type AskParams = z.infer<typeof askParamsSchema>;
export const ask = requestChannel('ask', askParamsSchema, taskResultSchema);

/** Regions → what they are or say, with a question about them or without one. */
export const referParamsSchema = z.object({
  image: imageSourceSchema,
  asked: z.array(askedRegionSchema).min(1),
  question: groundedTextSchema.optional(),
  history: z.array(turnSchema).default([]),
  view: boxSchema.optional(),
  pack: z.string().optional(),
  segmenter: z.string().nullable().optional(),
  /** Asks for `trace` too. */
  trace: z.boolean().optional(),
});
export type ReferParams = z.infer<typeof referParamsSchema>;
export const refer = requestChannel('refer', referParamsSchema, taskResultSchema);

/** A picture → what it shows, in words; progress carries the text so far. */
export const describeParamsSchema = z.object({
  image: imageSourceSchema,
  view: boxSchema.optional(),
  pack: z.string().optional(),
});
export type DescribeParams = z.infer<typeof describeParamsSchema>;
export const describe = requestChannel('describe', describeParamsSchema, taskResultSchema);

/**
 * A picture → how near each of its pixels is, as a PNG of greys (the nearest is white). Of a large picture the part in `view`,
 * or a reduced copy.
 */
export const estimateDepth = requestChannel(
  'estimateDepth',
  describeParamsSchema,
  z
    .object({ png: z.instanceof(Uint8Array), pack: packRefSchema, timings: timingsSchema })
    .extend(sizeSchema.shape),
);

/** Size and kind of a picture, read from its header. */
export const imageInfoSchema = z
  .object({
    format: z.string(),
    /** Whether a browser can show the file as it is. */ displayable: z.boolean(),
    /** Whether it is shown in tiles and worked on in parts (protocol/tiles). */ large: z.boolean(),
  })
  .extend(sizeSchema.shape);
export type ImageInfo = z.infer<typeof imageInfoSchema>;
export const imageInfo = requestChannel('imageInfo', z.object({ image: imageSourceSchema }), imageInfoSchema);

/**
 * The oriented picture as PNG, at most `maxSide` pixels on its longer side, for what a browser cannot show (TIFF). A large
 * one comes reduced.
 */
export const renderImage = requestChannel(
  'renderImage',
  z.object({ image: imageSourceSchema, maxSide: z.number().int().positive().optional() }),
  z.object({ png: z.instanceof(Uint8Array) }).extend(sizeSchema.shape),
);

/** The oriented picture as a small WebP, `side` pixels on its longer side at most; made when nothing else is to be done. */
export const thumbnail = requestChannel(
  'thumbnail',
  z.object({ image: imageSourceSchema, side: z.number().int().positive() }),
  z.object({ webp: z.instanceof(Uint8Array) }),
);

/** A region as it is drawn into a picture. */
export const overlayPictureRegionSchema = z.object({
  label: z.string().optional(),
  color: z.string().regex(/^#[0-9a-f]{6}$/i),
  geometry: geometrySchema,
});
export type OverlayPictureRegion = z.infer<typeof overlayPictureRegionSchema>;

/**
 * The oriented picture (a large one reduced) with regions drawn on it, as PNG; in full size, or at most `maxSide` pixels on
 * its longer side.
 */
export const renderOverlay = requestChannel(
  'renderOverlay',
  z.object({
    image: imageSourceSchema,
    regions: z.array(overlayPictureRegionSchema),
    maxSide: z.number().int().positive().optional(),
  }),
  z.object({ png: z.instanceof(Uint8Array) }),
);

/** The packs that this machine has. */
export const listPacks = requestChannel(
  'listPacks',
  z.object({}),
  z.object({ packs: z.array(packSummarySchema) }),
);

/** What a server says when it is asked whether it is there: never an error, except for an id that is not known. */
export const serverStateSchema = z.object({
  /** It answers, accepts the credential, and has the model that the settings name. */
  ok: z.boolean(),
  /** Names of its models, where it lists them. */
  models: z.array(z.string()).optional(),
  /** One sentence: what is wrong and what to do, or what it is. */
  message: z.string(),
});
export type ServerState = z.infer<typeof serverStateSchema>;
/** Asks a server of the configuration, by its id, for its health and its models. @throws GroundnoteError no-pack, cancelled */
export const checkServer = requestChannel('checkServer', z.object({ server: z.string() }), serverStateSchema);

/** Answered at once, unless a graph holds the process's thread. */
export const alive = requestChannel('alive', z.object({}), z.object({}));

/** A line for the log, from the process. */
export const logLine = eventChannel(
  'log',
  z.object({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error']), message: z.string() }),
);

/** Where graphs run. `auto`: on the CPU, which every machine has. What is not there falls back to the CPU, and that is said. */
export const executionProviders = ['auto', 'cpu', 'coreml', 'dml', 'cuda', 'webgpu'] as const;

/**
 * What may change while the process lives, and what no list of processes may show: sent over the wire as soon as the process
 * is there, before any request, and again when it changes.
 */
export const configurationSchema = z.object({
  servers: z.array(openServerSchema).default([]),
  /** Id of the pack that a task takes where a request names none. */
  defaults: taskDefaultsSchema.default({}),
  /** Nothing is sent to any server, except on this machine itself. */
  offline: z.boolean().default(false),
  executionProvider: z.enum(executionProviders).default('auto'),
});
export type Configuration = z.output<typeof configurationSchema>;
export const configure = requestChannel('configure', configurationSchema, z.object({}));

/** Process → host: a question to a language model of the editor; the text comes as progress too. @error unsupported, cancelled */
export const askEditorModel = requestChannel(
  'askEditorModel',
  z.object({
    model: z.string(),
    messages: z.array(
      z.object({
        role: z.enum(['user', 'assistant']),
        text: z.string(),
        image: z.object({ bytes: z.instanceof(Uint8Array), mime: z.string() }).optional(),
      }),
    ),
  }),
  z.object({ text: z.string() }),
);

/** Settings of the process, given to it once when it starts, as JSON in its first argument. */
export const processOptionsSchema = z.object({
  /** Folders whose children are packs; the embedded ones first. */
  packFolders: z.array(z.string()),
  /** Threads of a session; 0 means the machine's cores less one, at least one. */
  threads: z.number().int().min(0).default(0),
  /** Pictures of more pixels than this are refused before they are decoded. */
  maxPixels: z.number().int().positive().default(1_000_000_000),
  /** Pictures of more pixels than this are shown in tiles and worked on in parts. */
  largePixels: z.number().int().positive().default(24_000_000),
  /** Where the tiles of large pictures are kept; absent: in a temporary folder that goes with the process. */
  tileFolder: z.string().optional(),
  /** The tiles that were not looked at for longest go when all take more bytes than this. */
  tileBytes: z.number().int().positive().default(4_000_000_000),
});
export type ProcessOptions = z.input<typeof processOptionsSchema>;
