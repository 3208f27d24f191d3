/** Groundnote: Go to Paper, Section, Figure or Equation… One list over all notes; the place shows while the list is moved through. */
import * as vscode from 'vscode';
import type { NoteCollection } from '../../notes/index/collection';
import { flatten, outlineOf } from '../../notes/index/outline';
import { openNoteAt, type Papers } from '../../notes/papers/papers';
import { referenceText } from '../../notes/papers/reference';

interface PlaceItem extends vscode.QuickPickItem {
  uri: vscode.Uri;
  line: number;
}

const icons = { section: 'symbol-string', figure: 'file-media', equation: 'symbol-operator' } as const;
/** The list is moved through faster than notes are opened. */
const showMs = 150;

/** All papers and what notes hold about them, in the order of the papers view. */
export function placesOf(collection: NoteCollection): PlaceItem[] {
  return collection.papers().flatMap((paper) =>
    paper.parts.flatMap(({ note, part }) => {
      const uri = vscode.Uri.parse(note.uri);
      const title = part.title || paper.title;
      return [
        {
          label: `$(book) ${title}`,
          description: [referenceText(paper.reference), vscode.workspace.asRelativePath(uri)].join(' · '),
          ...{ uri, line: part.line },
        },
        ...flatten(outlineOf(note.facts, part)).map(({ kind, label, detail, line }) => ({
          label: `$(${icons[kind]}) ${label}`,
          description: [detail, title].filter(Boolean).join(' · '),
          ...{ uri, line },
        })),
      ];
    }),
  );
}

/** Lets the user choose a place, and goes there. Escape leads back to where the reader was. */
export async function goToPaper(papers: Papers): Promise<void> {
  const picker = vscode.window.createQuickPick<PlaceItem>();
  picker.title = 'Go to Paper, Section, Figure or Equation';
  picker.placeholder = 'Type words of a paper, a section, a figure or an equation';
  picker.matchOnDescription = true;
  picker.busy = true;
  picker.show();
  const before = vscode.window.activeTextEditor;
  const seen = before?.visibleRanges[0];
  let moved = false;
  let timer: NodeJS.Timeout | undefined;
  let showing: Promise<unknown> = Promise.resolve();
  const mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
  });
  const open = async ({ uri, line }: PlaceItem, preserveFocus: boolean) => {
    const editor = await openNoteAt(uri, line, { preview: true, preserveFocus });
    if (preserveFocus) editor.setDecorations(mark, [new vscode.Range(line, 0, line, 0)]);
  };
  const chosen = new Promise<PlaceItem | undefined>((resolve) => {
    picker.onDidAccept(() => resolve(picker.activeItems[0]));
    picker.onDidHide(() => resolve(undefined));
  });
  let first = true;
  picker.onDidChangeActive(([item]) => {
    clearTimeout(timer);
    // The first row is active by itself: nobody has moved to it yet.
    if (!item || (first && !picker.value)) {
      first = false;
      return;
    }
    timer = setTimeout(() => {
      moved = true;
      showing = showing.then(() => open(item, true)).catch((error) => papers.log.warn(String(error)));
    }, showMs);
  });
  try {
    const places = placesOf(await papers.index.load());
    picker.items = places;
    if (places.length === 0) picker.placeholder = 'No papers in the notes of this workspace yet';
    picker.busy = false;
    const item = await chosen;
    clearTimeout(timer);
    await showing;
    if (item) await open(item, false);
    else if (moved && before && seen) {
      const editor = await vscode.window.showTextDocument(before.document, {
        viewColumn: before.viewColumn,
        selection: before.selection,
      });
      editor.revealRange(seen, vscode.TextEditorRevealType.AtTop);
    }
  } finally {
    mark.dispose();
    picker.dispose();
  }
}
