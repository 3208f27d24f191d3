/**
 * Between the host and the side panel. The host owns the document: the panel sends gestures and edits, the host
 * applies them (one undo step of VS Code each) and answers with whole snapshots, so that nothing is lost when a panel goes.
 */
import * as z from 'zod';
import { actionIdSchema } from './actions';
import { boxSchema, promptSchema, regionSchema, rleSchema, sizeSchema } from './geometry';
import { packSummarySchema, taskDefaultsSchema } from './packs';
import { eventChannel, requestChannel } from './rpc';
import { tiledImageSchema } from './tiles';

/** How a region looks in the panel; saved in the sidecar. */
export const annotationSchema = regionSchema.extend({
  color: z.string().optional(),
  hidden: z.boolean().optional(),
  /** A locked region is not changed by gestures on the canvas. */
  locked: z.boolean().optional(),
  /** Regions of one number belong together (LabelMe's `group_id`). */
  group: z.number().int().optional(),
});
export type Annotation = z.infer<typeof annotationSchema>;

/** All that a panel needs to draw itself; `revision` grows with every change. */
export const snapshotSchema = z.object({
  revision: z.number().int(),
  image: z
    .object({
      name: z.string(),
      /** Webview URI, of the picture or of a copy; empty while the small copy of a large one is made. */
      uri: z.string(),
      /** A large picture is shown in these, over the small copy. */
      tiles: tiledImageSchema.optional(),
    })
    .extend(sizeSchema.shape),
  annotations: z.array(annotationSchema),
  dirty: z.boolean(),
  /** What the model is doing; absent when nothing is under way. */
  busy: z.string().optional(),
  /** Why saving is not possible (a broken or foreign sidecar, a read-only folder), or absent. */
  problem: z.string().optional(),
  packs: z.array(packSummarySchema),
  /** Id of the pack that a task takes where none is chosen, as the user has set it. */
  defaults: taskDefaultsSchema.optional(),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

/**
 * One user gesture: regions that are added or replaced (by id), ids that go, and the order of all that are left (the last
 * is on top; ids that it leaves out keep their places at the end). One undo step, named `title`.
 */
export const editSchema = z.object({
  title: z.string(),
  put: z.array(annotationSchema).default([]),
  remove: z.array(z.string()).default([]),
  order: z.array(z.string()).optional(),
  /** Colours (`#rrggbb`) that labels have in the whole workspace from now on; taken back when the edit is undone. */
  labelColors: z.record(z.string(), z.string()).optional(),
});
export type Edit = z.infer<typeof editSchema>;

/** The panel's first question; the answer is everything. @error bad-image, image-too-large, io */
export const ready = requestChannel('ready', z.object({}), snapshotSchema);
/** Applies an edit. */
export const applyEdit = requestChannel('applyEdit', editSchema, z.object({ revision: z.number().int() }));
/** Prompts of one region, and the part of the picture that the user looks at (a crop around it may be encoded). */
const regionPromptsSchema = z.object({
  regionId: z.string(),
  prompts: z.array(promptSchema).min(1),
  pack: z.string().optional(),
  view: boxSchema.optional(),
});
/** Another mask for the same prompts. */
export const candidateSchema = z.object({ mask: rleSchema, score: z.number().optional() });
export type Candidate = z.infer<typeof candidateSchema>;
/**
 * Runs the segmenter for a region (a new id makes a new region) with all its prompts; the mask becomes an edit.
 * `candidates`: all masks that the decoder offers, the one that was taken first.
 */
export const promptRegion = requestChannel(
  'promptRegion',
  regionPromptsSchema,
  z.object({
    regionId: z.string(),
    score: z.number().optional(),
    total_ms: z.number(),
    candidates: z.array(candidateSchema),
  }),
);
/**
 * The mask that these prompts would give, as an answer only: no edit. Answered from kept encodings alone, so `mask` is
 * absent where the picture has not been encoded, nothing is there, or a real request waits.
 */
export const hoverRegion = requestChannel(
  'hoverRegion',
  regionPromptsSchema,
  z.object({ mask: rleSchema.optional(), score: z.number().optional(), decode_ms: z.number() }),
);
/** Segments all there is, by a grid of points over the picture or a part of it; the new regions become one edit. */
export const segmentEverything = requestChannel(
  'segmentEverything',
  z.object({
    view: boxSchema.optional(),
    pointsPerSide: z.number().int().min(2).max(64).optional(),
    pack: z.string().optional(),
  }),
  z.object({ regionIds: z.array(z.string()), message: z.string() }),
);
/** Finds a phrase; its regions become one edit. `message` says what was found, or why nothing is shown. */
export const groundText = requestChannel(
  'groundText',
  z.object({
    text: z.string().trim().min(1),
    pack: z.string().optional(),
    /** The part in sight: of a large picture no more is read. */
    view: boxSchema.optional(),
  }),
  z.object({ regionIds: z.array(z.string()), refused: z.boolean(), message: z.string() }),
);
/** Undo, redo, save and the keys go through VS Code, so that its menus, keys and dirty mark agree with the panel. */
export const runCommand = requestChannel(
  'runCommand',
  z.object({ command: z.enum(['undo', 'redo', 'save', 'keys']) }),
  z.object({}),
);
/** What became of it: `message` when something was inserted, `problem` when not, neither when the user gave up. */
export const insertResultSchema = z.object({
  message: z.string().optional(),
  problem: z.string().optional(),
});
export type InsertResult = z.infer<typeof insertResultSchema>;
/** Panel → host: put these regions into a note. */
export const insertIntoNote = requestChannel(
  'insertIntoNote',
  z.object({ regionIds: z.array(z.string()).min(1) }),
  insertResultSchema,
);
/** Panel → host: ends what the model is doing for this picture, or, with `regionIds`, only what it is doing for their prompts. */
export const cancelWork = requestChannel(
  'cancelWork',
  z.object({ regionIds: z.array(z.string()).optional() }),
  z.object({}),
);
/** Panel → host: is somebody there (a panel whose host died asks and hears nothing). */
export const ping = requestChannel('ping', z.object({}), z.object({}));

/** Panel → host: whether the keyboard is in the panel's page (the keys of actions hold only then). */
export const focusChanged = eventChannel('focusChanged', z.object({ focused: z.boolean() }));
/** Host → panel: an action was asked for by its key, the palette or a menu. */
export const runAction = eventChannel('runAction', z.object({ action: actionIdSchema }));
/** Host → panel: the newest whole snapshot. */
export const snapshotChanged = eventChannel('snapshotChanged', snapshotSchema);
/** Host → panel: what the model is doing; null when it has ended. */
export const busy = eventChannel('busy', z.object({ phase: z.string() }).nullable());
/** Host → panel: put the keyboard into the phrase box, or start with a tool (from a command). */
export const focusTool = eventChannel(
  'focusTool',
  z.object({ tool: z.enum(['point', 'box', 'stroke', 'text']) }),
);
/** Host → panel: say something where the user looks. */
export const notice = eventChannel(
  'notice',
  z.object({ level: z.enum(['info', 'warning', 'error']), message: z.string() }),
);
