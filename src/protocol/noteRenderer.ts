/** Between the extension host and the thread that renders notes. Every message names the note it is about. */
import * as z from 'zod';
import { codeTheme, themeKind } from './codeTheme';
import { spliceSchema } from './preview';
import { eventChannel, requestChannel } from './rpc';

/** Stands for a file's encoded path in `resourceAddress`. */
export const pathMark = '{path}';

/** How a note is rendered: what the host knows and the thread cannot find out. */
export const renderSettingsSchema = z.object({
  /** The note's own HTML is used, sanitised. */
  allowHtml: z.boolean(),
  frontMatter: z.enum(['header', 'hidden', 'raw']),
  /** Which Markdown. */
  syntax: z.enum(['groundnote', 'gfm', 'commonmark']),
  /** `:tada:` becomes an emoji. */
  emoji: z.boolean(),
  /** Macros of formulas, as the setting has them. */
  macros: z.record(z.string(), z.unknown()),
  /** Bibliographies of all notes, from the setting: paths, relative ones from the workspace folder. */
  bibliography: z.array(z.string()),
  /** The note's path on disk, when it has one: images are looked for beside it. */
  path: z.string().optional(),
  /** Workspace folders on disk, the note's own first: `/img/a.png` is looked for in them. */
  roots: z.array(z.string()),
  /** The address that a page has for the file of a path: with {@link pathMark} in it. */
  resourceAddress: z.string(),
  /** The note's folder, for a note that is not on disk: the path of its address. */
  folder: z.string(),
});
export type RenderSettings = z.infer<typeof renderSettingsSchema>;

const note = z.string();
const place = z.object({ line: z.number().int().min(0), character: z.number().int().min(0) });

/** A replaced piece of text. Lines and characters (UTF-16) are those of the text before this change. */
export const textChangeSchema = z.object({ start: place, end: place, text: z.string() });
export type TextChange = z.infer<typeof textChangeSchema>;

/** Host → thread: this is the note now. */
export const openNote = eventChannel(
  'openNote',
  z.object({ note, text: z.string(), settings: renderSettingsSchema }),
);
/** Host → thread: changes in the order in which they were made; `lineCount` is the text's after all of them. */
export const changeNote = eventChannel(
  'changeNote',
  z.object({ note, changes: z.array(textChangeSchema), lineCount: z.number().int() }),
);
export const configureNote = eventChannel(
  'configureNote',
  z.object({ note, settings: renderSettingsSchema }),
);
/** Host → thread: a page wants the note, beginning at this line. */
export const showNote = eventChannel('showNote', z.object({ note, line: z.number().min(0) }));
/** Host → thread: the page is hidden or gone. */
export const hideNote = eventChannel('hideNote', z.object({ note }));
export const closeNote = eventChannel('closeNote', z.object({ note }));
/** Host → thread: the page shows the splice of this version. */
export const noteShown = eventChannel('noteShown', z.object({ note, version: z.number().int() }));
/** Host → thread: the colours of code; a theme of VS Code, or a bundled one. */
export const themeChanged = eventChannel(
  'themeChanged',
  z.object({ theme: z.union([codeTheme, themeKind]) }),
);
/** Host → thread: where wiki links lead, by note and target; what is not there is missing. */
export const wikiTargetsChanged = eventChannel(
  'wikiTargetsChanged',
  z.object({ note, targets: z.record(z.string(), z.string()) }),
);
/** Host → thread: pictures, sidecars or other notes have changed on disk. */
export const filesChanged = eventChannel('filesChanged', z.object({}));
/** Host → thread: is the thread at work? It is not while one formula or pattern takes for ever. */
export const renderPing = requestChannel('renderPing', z.object({}), z.object({}));

/** Thread → host: for the page. */
export const splicedNote = eventChannel('splicedNote', z.object({ note, splice: spliceSchema }));
/** Thread → host: its text is not the host's any more; the host opens the note again. */
export const lostNote = eventChannel('lostNote', z.object({ note }));
/** Thread → host: what went wrong, for the log. */
export const renderLog = eventChannel('renderLog', z.object({ message: z.string() }));
