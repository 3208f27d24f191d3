/** The papers of the workspace: the index of its notes, and what is known about papers. Loads nothing before its first use. Host only. */
import * as vscode from 'vscode';
import { noteName, type NoteCollection, type Paper } from '../index/collection';
import { NoteIndex } from '../index/noteIndex';
import type { PaperDetails } from './details';
import { References } from './references';
import type { PaperReference } from './reference';

export class Papers implements vscode.Disposable {
  readonly index: NoteIndex;
  readonly references: References;

  constructor(
    context: vscode.ExtensionContext,
    readonly log: vscode.LogOutputChannel,
  ) {
    this.index = new NoteIndex(log);
    this.references = new References(context, log);
  }

  dispose(): void {
    this.index.dispose();
    this.references.dispose();
  }

  /** What is known about a paper of the notes without asking anybody: what was looked up, else what its notes say. */
  async detailsOf({ references, title, parts }: Paper): Promise<PaperDetails> {
    for (const reference of references) {
      const known = await this.references.known(reference);
      if (known) return known.details;
    }
    const id = (kind: PaperReference['kind']) => references.find((each) => each.kind === kind)?.id ?? '';
    return {
      title,
      authors: parts.find(({ part }) => part.authors.length)?.part.authors ?? [],
      venue: '',
      abstract: '',
      url: references.find(({ url }) => /^https?:/i.test(url))?.url ?? '',
      arxiv: id('arxiv'),
      doi: id('doi'),
      source: '',
    };
  }
}

/** Opens a note at a line (0-based): in the editor that shows it, else in the first group. */
export async function openNoteAt(
  uri: vscode.Uri,
  line: number,
  options: { preview?: boolean; preserveFocus?: boolean } = {},
): Promise<vscode.TextEditor> {
  const shown = vscode.window.visibleTextEditors.find(
    ({ document }) => document.uri.toString() === uri.toString(),
  );
  const document = await vscode.workspace.openTextDocument(uri);
  const at = new vscode.Position(Math.min(line, document.lineCount - 1), 0);
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? firstTextColumn(),
    selection: new vscode.Range(at, at),
    ...options,
  });
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.AtTop);
  return editor;
}

/** A group with text in it: a preview that is active must not be covered. */
const firstTextColumn = () =>
  vscode.window.activeTextEditor?.viewColumn ??
  vscode.window.visibleTextEditors[0]?.viewColumn ??
  vscode.ViewColumn.One;

/** Title of a note, or the name of its file. */
export const noteTitle = (collection: NoteCollection, uri: string) => {
  const note = collection.get(uri);
  return note ? note.facts.title || noteName(note.path) : '';
};
