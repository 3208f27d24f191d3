/** Between the host and the preview of a note. */
import * as z from 'zod';
import { eventChannel, requestChannel } from './rpc';

/** A top-level block of the note: unchanged ones keep their key, and their DOM. Lines are 0-based, end exclusive. */
export const blockSchema = z.object({
  key: z.string(),
  html: z.string(),
  startLine: z.number().int(),
  endLine: z.number().int(),
});
export type Block = z.infer<typeof blockSchema>;

export const noteSchema = z.object({
  version: z.number().int(),
  title: z.string(),
  /** Header made from the front matter, as HTML; empty without one. */
  header: z.string(),
  blocks: z.array(blockSchema),
});
export type NoteSnapshot = z.infer<typeof noteSchema>;

/** The preview's first question; the answer is the whole note. */
export const previewReady = requestChannel('previewReady', z.object({}), noteSchema);
/** Host → preview: the note as it is now. */
export const noteChanged = eventChannel('noteChanged', noteSchema);
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
