/** The papers view, its commands, and the completion of wiki links. */
import * as vscode from 'vscode';
import { toWireError } from '../../protocol/errors';
import { openNoteAt, type Papers } from '../../notes/papers/papers';
import { newPaperNote } from '../../notes/papers/newPaperNote';
import { registerWikiCompletion } from '../../notes/index/wikiCompletion';
import { goToPaper } from './goToPaper';
import { PapersTree, placeOfItem, type PaperItem } from './papersTree';

const viewId = 'groundnote.papers';
/** The cursor rests so long before the view follows it. */
const followMs = 250;

/** Registers the view and the commands. Notes are read when the view is first shown, or a command first run. */
export function registerPapers(papers: Papers): vscode.Disposable {
  const tree = new PapersTree(papers);
  const view = vscode.window.createTreeView(viewId, { treeDataProvider: tree, showCollapseAll: true });
  const run =
    <Args extends unknown[]>(action: (...args: Args) => Promise<unknown>) =>
    async (...args: Args) => {
      try {
        await action(...args);
      } catch (error) {
        papers.log.error(error instanceof Error ? error : String(error));
        void vscode.window.showErrorMessage(toWireError(error).message);
      }
    };
  const setFilter = (text: string) => {
    tree.filter = text;
    view.message = tree.filter ? `Filter: ${tree.filter}` : undefined;
    void vscode.commands.executeCommand('setContext', 'groundnote.papers.filtered', tree.filter !== '');
  };
  return vscode.Disposable.from(
    tree,
    view,
    followEditor(tree, view, papers),
    registerWikiCompletion(papers.index),
    vscode.commands.registerCommand(
      'groundnote.newPaperNote',
      run((about?: unknown, known?: unknown) => newPaperNote(papers, about, known)),
    ),
    vscode.commands.registerCommand(
      'groundnote.goToPaper',
      run(() => goToPaper(papers)),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.open',
      run((item: PaperItem) => open(item)),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.openPreview',
      run(async (item: PaperItem) => {
        const editor = await open(item);
        // The preview goes to the line that the editor shows.
        if (editor) await vscode.commands.executeCommand('groundnote.openPreviewToSide', editor.document.uri);
      }),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.openPage',
      run(async (item: PaperItem) => {
        const url =
          item.kind === 'paper' && item.paper.references.find((each) => /^https?:/i.test(each.url))?.url;
        if (url) await vscode.env.openExternal(vscode.Uri.parse(url, true));
      }),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.copyLink',
      run(async (item: PaperItem) => {
        if (item.kind !== 'paper') return;
        await copy(
          item.paper.references.find(({ url }) => /^https?:/i.test(url))?.url ?? item.paper.reference.url,
        );
      }),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.copyCitation',
      run(async (item: PaperItem) => {
        if (item.kind !== 'paper') return;
        const { bibtexOf } = await import('../../notes/papers/noteTemplate');
        await copy(bibtexOf(await papers.detailsOf(item.paper)));
      }),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.segmentFigure',
      run(async (item: PaperItem) => {
        if (item.kind === 'figure')
          await vscode.commands.executeCommand('groundnote.segmentImage', item.figure);
      }),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.groundFigure',
      run(async (item: PaperItem) => {
        if (item.kind === 'figure')
          await vscode.commands.executeCommand('groundnote.groundInImage', item.figure);
      }),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.revealFigure',
      run(async (item: PaperItem) => {
        if (item.kind === 'figure') await vscode.commands.executeCommand('revealInExplorer', item.figure);
      }),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.refresh',
      run(() => papers.index.refresh()),
    ),
    vscode.commands.registerCommand(
      'groundnote.papers.filter',
      run(async () => {
        const text = await vscode.window.showInputBox({
          title: 'Filter Papers',
          prompt: 'Words of a title, a section, a figure, an author or a file',
          value: tree.filter,
        });
        if (text !== undefined) setFilter(text);
      }),
    ),
    vscode.commands.registerCommand('groundnote.papers.clearFilter', () => setFilter('')),
  );
}

async function open(item: PaperItem): Promise<vscode.TextEditor | undefined> {
  const place = placeOfItem(item);
  return place && openNoteAt(place.uri, place.line);
}

async function copy(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void vscode.window.setStatusBarMessage('Copied.', 2000);
}

/** Selects the paper and the section that the cursor is in, while the view shows and the setting says so. */
function followEditor(tree: PapersTree, view: vscode.TreeView<PaperItem>, papers: Papers): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const follow = () => {
    clearTimeout(timer);
    if (!view.visible || !vscode.workspace.getConfiguration('groundnote.papers').get('followEditor', true))
      return;
    timer = setTimeout(async () => {
      const editor = vscode.window.activeTextEditor;
      if (!editor || editor.document.languageId !== 'markdown' || !view.visible) return;
      try {
        const item = await tree.itemAt(editor.document.uri.toString(), editor.selection.active.line);
        if (item && view.selection[0]?.id !== item.id)
          await view.reveal(item, { select: true, focus: false });
      } catch (error) {
        // The tree changed meanwhile.
        papers.log.debug(`The papers view did not follow: ${String(error)}`);
      }
    }, followMs);
  };
  return vscode.Disposable.from(
    { dispose: () => clearTimeout(timer) },
    vscode.window.onDidChangeActiveTextEditor(follow),
    vscode.window.onDidChangeTextEditorSelection(follow),
    view.onDidChangeVisibility(follow),
  );
}
