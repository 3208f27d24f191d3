/** A note's text → blocks of safe HTML, all at once. */
import type { Block } from '../../protocol/preview';
import type { Figure } from '../markdown/figures';
import { NoteDocument, type RenderOptions } from './noteDocument';

export type { RenderOptions } from './noteDocument';

export interface RenderedNote {
  /** From the front matter, else the first heading, else empty. */
  title: string;
  header: string;
  blocks: Block[];
  /** The pictures of the note, in order. */
  figures: Figure[];
}

/** Renders a note once. A note that changes is a {@link NoteDocument}. Never throws for what a note may hold. */
export function renderNote(text: string, options: RenderOptions): RenderedNote {
  const note = new NoteDocument(options);
  note.setText(text);
  return {
    title: note.title,
    header: note.header,
    blocks: note.units.map((unit) => ({ html: note.html(unit), startLine: unit.start, endLine: unit.end })),
    figures: note.units.flatMap((unit) => note.figures(unit)),
  };
}
