/** Keeps the editors of a note and its preview at the same line. Host only. */
import * as vscode from 'vscode';
import { cursorLine, goToLine, scrollReady, visibleLine } from '../../protocol/preview';
import type { Endpoint } from '../../protocol/rpc';

type Direction = 'both' | 'toPreview' | 'toEditor' | 'off';

/** A scrolling of an editor that the preview asked for: what the editor reports on the way there is an echo. */
interface Echo {
  /** First line that the editor showed before. */
  from: number;
  to: number;
}

/** An editor that was asked to scroll, and says nothing for longer, did not have to. */
const echoMs = 1000;

export class ScrollSync implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  private echoes: Echo[] = [];
  private echoTimer: NodeJS.Timeout | undefined;
  private typing = false;
  /** The line that was typed in last, while it is in the editor's view. */
  private typedIn: number | undefined;

  /** @param isVisible whether the preview can be seen: a hidden page hears nothing */
  constructor(
    private readonly endpoint: Endpoint,
    private readonly note: vscode.Uri,
    private readonly isVisible: () => boolean,
  ) {
    endpoint.on(scrollReady, () => this.start());
    endpoint.on(visibleLine, ({ line }) => this.scrollEditors(line));
    endpoint.on(goToLine, ({ line }) => void this.openAt(line));
    this.disposables = [
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.onEditorScrolled(textEditor)),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (this.isLeading(textEditor)) this.sendCursor(textEditor);
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges, reason }) => {
        // Undo and redo move the cursor, but nothing is typed.
        if (contentChanges.length && reason === undefined && this.isNote(document)) this.typing = true;
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('groundnote.preview.markCursor', this.note)) this.start();
      }),
    ];
  }

  dispose(): void {
    clearTimeout(this.echoTimer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** Tells the page where the editor stands. */
  private start(): void {
    const editor = this.editors()[0];
    if (!editor) return;
    this.sendCursor(editor);
    const first = editor.visibleRanges[0]?.start.line;
    if (first !== undefined && this.follows('toPreview')) this.endpoint.send(visibleLine, { line: first });
  }

  private get settings(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration('groundnote.preview', this.note);
  }

  private follows(direction: 'toPreview' | 'toEditor'): boolean {
    const setting = this.settings.get<Direction>('scrollSync', 'both');
    return setting === 'both' || setting === direction;
  }

  private isNote = (document: vscode.TextDocument) => document.uri.toString() === this.note.toString();

  private editors(): vscode.TextEditor[] {
    const all = vscode.window.visibleTextEditors.filter(({ document }) => this.isNote(document));
    // The active one leads where a note is open twice.
    return all.sort(
      (a, b) => Number(b === vscode.window.activeTextEditor) - Number(a === vscode.window.activeTextEditor),
    );
  }

  private isLeading(editor: vscode.TextEditor): boolean {
    return this.isVisible() && this.isNote(editor.document) && this.editors()[0] === editor;
  }

  private sendCursor(editor: vscode.TextEditor): void {
    const { line } = editor.selection.active;
    const typed = this.typing && this.follows('toPreview');
    this.endpoint.send(cursorLine, { line, show: this.settings.get('markCursor', true), typed });
    if (!this.typing) return;
    this.typing = false;
    this.typedIn = line;
  }

  private onEditorScrolled(editor: vscode.TextEditor): void {
    const range = editor.visibleRanges[0];
    if (!range || !this.isLeading(editor)) return;
    const line = range.start.line;
    if (this.isEcho(line)) return;
    if (!this.follows('toPreview')) return;
    const { typedIn } = this;
    const isSeen =
      typedIn !== undefined &&
      editor.visibleRanges.some((each) => each.contains(new vscode.Position(typedIn, 0)));
    if (!isSeen) this.typedIn = undefined;
    this.endpoint.send(visibleLine, { line, ...(isSeen && { keep: typedIn }) });
  }

  private scrollEditors(line: number): void {
    if (!this.follows('toEditor')) return;
    const target = Math.floor(line);
    this.typedIn = undefined;
    this.editors().forEach((editor, index) => {
      const from = editor.visibleRanges[0]?.start.line ?? 0;
      if (index === 0 && from !== target) this.expect({ from, to: target });
      reveal(editor, target);
    });
  }

  private expect(echo: Echo): void {
    this.echoes.push(echo);
    clearTimeout(this.echoTimer);
    this.echoTimer = setTimeout(() => (this.echoes = []), echoMs);
  }

  /**
   * Whether an editor that now begins with `line` got there because the preview asked for it. It arrives, or is on its
   * way (editors may scroll smoothly); anything else is the reader's own scrolling.
   */
  private isEcho(line: number): boolean {
    const { echoes } = this;
    const arrived = echoes.findIndex(({ to }) => to === line);
    if (arrived >= 0) {
      // What was asked for before is overtaken.
      this.echoes = echoes.slice(arrived + 1);
      return true;
    }
    const isOnTheWay = echoes.some(
      ({ from, to }) => line >= Math.min(from, to) && line <= Math.max(from, to),
    );
    if (!isOnTheWay) this.echoes = [];
    return isOnTheWay;
  }

  private async openAt(line: number): Promise<void> {
    if (!this.settings.get('doubleClickToEditor', true)) return;
    const at = new vscode.Position(line, 0);
    const viewColumn = this.editors()[0]?.viewColumn ?? vscode.ViewColumn.One;
    await vscode.window.showTextDocument(this.note, { viewColumn, selection: new vscode.Range(at, at) });
  }
}

/** Scrolls an editor so that a line stands at its top. */
function reveal(editor: vscode.TextEditor, line: number): void {
  const last = editor.document.lineCount - 1;
  const at = new vscode.Position(Math.max(0, Math.min(line + linesKeptAbove(editor), last)), 0);
  editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.AtTop);
}

/** An editor keeps so many lines, for sticky headings or around the cursor, above a line that it reveals at the top. */
function linesKeptAbove(editor: vscode.TextEditor): number {
  const settings = vscode.workspace.getConfiguration('editor', editor.document);
  const sticky = settings.get('stickyScroll.enabled', true)
    ? settings.get('stickyScroll.maxLineCount', 5)
    : 0;
  const range = editor.visibleRanges[0];
  const half = range ? (range.end.line - range.start.line) / 2 : 0;
  return Math.floor(Math.min(half, Math.max(sticky, settings.get('cursorSurroundingLines', 0))));
}
