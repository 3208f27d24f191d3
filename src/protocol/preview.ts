/** Between the host and the preview of a note. */
import * as z from 'zod';
import { eventChannel, requestChannel } from './rpc';

/** A block of the note that is shown. Lines are 0-based lines of the note, end exclusive. */
export const blockSchema = z.object({
  html: z.string(),
  startLine: z.number().int(),
  endLine: z.number().int(),
});
export type Block = z.infer<typeof blockSchema>;

/**
 * A change of what the page shows: `remove` blocks at index `at` make way for `blocks`, and the lines of all blocks
 * behind them move by `shift`. Splices are applied in the order of their versions.
 */
export const spliceSchema = z.object({
  version: z.number().int(),
  /** The page begins anew: it shows nothing before this splice. */
  reset: z.boolean(),
  at: z.number().int().min(0),
  remove: z.number().int().min(0),
  blocks: z.array(blockSchema),
  shift: z.number().int(),
  /** Header made from the front matter, as HTML (empty without one); absent when it has not changed. */
  header: z.string().optional(),
  /** The whole note is shown; until then more splices come by themselves. */
  complete: z.boolean(),
});
export type NoteSplice = z.infer<typeof spliceSchema>;

/** The first splice of a note inside its page: shown without asking for it. `id` differs in each page that is made. */
export const firstSpliceSchema = z.object({ id: z.string(), splice: spliceSchema });
export type FirstSplice = z.infer<typeof firstSpliceSchema>;

/**
 * The preview's first question: it wants the note, beginning with what stands at this line (else where the editor is), or
 * the rest of it, when it has shown the splice that came with the page. Splices follow.
 */
export const previewReady = requestChannel(
  'previewReady',
  z.object({ line: z.number().min(0).optional(), first: z.string().optional() }),
  z.object({}),
);
/** Host → preview: a change of what is shown. */
export const noteSpliced = eventChannel('noteSpliced', spliceSchema);
/** Preview → host: the splice of this version is shown, the next one may come. */
export const spliceShown = eventChannel('spliceShown', z.object({ version: z.number().int() }));
/** Host → preview: what keeps the note from being shown, for the reader. */
export const renderProblem = eventChannel('renderProblem', z.object({ message: z.string() }));
/** Preview → host: open this figure (as the note writes it) in the side panel; with `ground`, ask for a phrase. */
export const openFigure = requestChannel(
  'openFigure',
  z.object({ source: z.string(), ground: z.boolean().default(false) }),
  z.object({}),
);
/** Preview → host: a link was clicked. */
export const openLink = requestChannel('openLink', z.object({ href: z.string() }), z.object({}));
/** A formula of the note: its TeX as the note writes it, its MathML, and whether it stands by itself. */
export const equationSchema = z.object({
  tex: z.string().max(50_000),
  mathMl: z.string().max(2_000_000),
  display: z.boolean(),
});
export type Equation = z.infer<typeof equationSchema>;
export const equationFormats = ['tex', 'mathMl', 'svg', 'png'] as const;
export type EquationFormat = (typeof equationFormats)[number];
/** Preview → host: put a formula on the clipboard. */
export const copyEquation = requestChannel(
  'copyEquation',
  z.object({ equation: equationSchema, format: z.enum(equationFormats) }),
  z.object({}),
);
/** Host → preview: put a PNG on the clipboard, which only a page can; false where it may not. */
export const copyPicture = requestChannel(
  'copyPicture',
  z.object({ png: z.instanceof(Uint8Array) }),
  z.object({ copied: z.boolean() }),
);
/** Host → preview: the pictures of diagrams that are drawn now, for an export. */
export const drawnDiagrams = requestChannel(
  'drawnDiagrams',
  z.object({}),
  z.object({ diagrams: z.array(z.object({ source: z.string(), svg: z.string() })) }),
);
/**
 * Both ways: the first line that is seen (0-based, fractions inside a block). `keep`, to the preview only: the line that
 * is typed in, which stays in view.
 */
export const visibleLine = eventChannel(
  'visibleLine',
  z.object({ line: z.number().min(0), keep: z.number().int().min(0).optional() }),
);
/** Host → preview: the line of the text cursor; `show`: with a mark, `typed`: by typing, so that it is followed. */
export const cursorLine = eventChannel(
  'cursorLine',
  z.object({ line: z.number().int().min(0), show: z.boolean(), typed: z.boolean() }),
);
/** Preview → host: the page is there, and asks where the editor stands. */
export const scrollReady = eventChannel('scrollReady', z.object({}));
/** Preview → host: put the text cursor at the beginning of this line. */
export const goToLine = eventChannel('goToLine', z.object({ line: z.number().int().min(0) }));
/** Preview → host: is anybody there? An extension host that was restarted has forgotten the panel. */
export const previewPing = requestChannel('previewPing', z.object({}), z.object({}));
/** Host → preview: show the regions of all figures, or hide them. */
export const toggleRegions = eventChannel('toggleRegions', z.object({}));
/** Preview → host: run the ground fence with this key; its answer comes with the next state of the note. */
export const groundFence = requestChannel('groundFence', z.object({ key: z.string() }), z.object({}));

/** What names a paper on the page: the address of a link, or a key of the note's bibliography. */
export const paperNameSchema = z.object({
  href: z.string().max(4000).default(''),
  cite: z.string().max(500).default(''),
});
export type PaperName = z.infer<typeof paperNameSchema>;

const cardSchema = z.object({
  /** `arXiv:2308.00692`, or `@key` */
  name: z.string(),
  /** The paper's page; empty where unknown. */
  url: z.string(),
  /** The title of the note that is about it; empty where there is none. */
  note: z.string(),
  /** A note could be made about it. */
  canMakeNote: z.boolean(),
});
export const referenceCardSchema = z.discriminatedUnion('state', [
  cardSchema.extend({
    state: z.literal('details'),
    title: z.string(),
    authors: z.array(z.string()),
    year: z.number().int().optional(),
    venue: z.string(),
    /** Who says so, as words for the reader. */
    source: z.string(),
  }),
  /** The user has not said whether `service` may be asked. */
  cardSchema.extend({ state: z.literal('ask'), service: z.string() }),
  cardSchema.extend({ state: z.literal('failed'), message: z.string() }),
  /** There is nothing to show. */
  z.object({ state: z.literal('nothing') }),
]);
export type ReferenceCard = z.infer<typeof referenceCardSchema>;

/** Preview → host: what is known about this paper? */
export const lookupReference = requestChannel('lookupReference', paperNameSchema, referenceCardSchema);
/** What the user says to looking papers up: yes in this workspace, always, never. */
export const lookupAnswerSchema = z.enum(['yes', 'always', 'never']);
export type LookupAnswer = z.infer<typeof lookupAnswerSchema>;
/** Preview → host: the user's answer. */
export const answerLookup = requestChannel(
  'answerLookup',
  z.object({ answer: lookupAnswerSchema }),
  z.object({}),
);
/** Preview → host: open the note about this paper, or make one. */
export const openPaperNote = requestChannel('openPaperNote', paperNameSchema, z.object({}));

export const backlinkSchema = z.object({
  uri: z.string(),
  title: z.string(),
  /** Path of the note in its workspace folder. */
  path: z.string(),
  heading: z.string(),
  /** 0-based. */
  line: z.number().int().min(0),
  /** The line's text. */
  context: z.string(),
});
export type Backlink = z.infer<typeof backlinkSchema>;
/** Preview → host: the page can show links back. */
export const backlinksReady = eventChannel('backlinksReady', z.object({}));
/** Host → preview: where other notes link to this one. */
export const backlinksChanged = eventChannel(
  'backlinksChanged',
  z.object({ links: z.array(backlinkSchema) }),
);
/** Preview → host: go to a place that links here. */
export const openBacklink = requestChannel(
  'openBacklink',
  backlinkSchema.pick({ uri: true, line: true }),
  z.object({}),
);
