/** The previews of notes: the command that opens them, one panel per note, and their return after a reload. */
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { activeEditorTheme, onDidChangeEditorTheme } from './editorTheme';
import { registerEquationCommands } from './equations';
import { registerExportCommands } from './exportNote';
import { NotePreview, webviewOptions, type PreviewServices } from './notePreview';

/** The view type of package.json's menus and activation event. */
export const previewViewType = 'groundnote.preview';

/** What the page keeps over a reload. */
const savedState = z.object({ uri: z.string() });

/** What other parts may ask of the previews. */
export interface PreviewApi extends vscode.Disposable {
  /** The notes whose previews are open. */
  notes(): vscode.Uri[];
}

/** Registers the preview and its command. `openFigure` opens a picture in the side panel. */
export function registerPreview(
  context: vscode.ExtensionContext,
  services: Omit<PreviewServices, 'extensionUri'>,
): PreviewApi {
  const previews = new PreviewPanels({ ...services, extensionUri: context.extensionUri });
  const registered = vscode.Disposable.from(
    previews,
    registerEquationCommands((note) => previews.find(note)),
    registerExportCommands({
      ...services,
      extensionUri: context.extensionUri,
      previews: () => previews.all(),
    }),
    onDidChangeEditorTheme(() => previews.followTheme()),
    vscode.window.registerWebviewPanelSerializer(previewViewType, previews),
    vscode.commands.registerCommand('groundnote.openPreviewToSide', (argument: unknown) => {
      const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
      if (uri) previews.openToSide(uri);
      else void vscode.window.showInformationMessage('Open a Markdown note to see its preview.');
    }),
    vscode.commands.registerCommand('groundnote.runGroundFences', async (argument: unknown) => {
      const editor = vscode.window.activeTextEditor?.document;
      const note =
        argument instanceof vscode.Uri
          ? argument
          : (previews.activeNote() ?? (editor?.languageId === 'markdown' ? editor.uri : undefined));
      if (note) await services.ground.runAll(note);
      else void vscode.window.showInformationMessage('Open a Markdown note to run its ground fences.');
    }),
    vscode.commands.registerCommand('groundnote.toggleRegions', () => previews.toggleRegions()),
  );
  return { notes: () => previews.notes(), dispose: () => registered.dispose() };
}

/** All previews that are open. */
export class PreviewPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly previews = new Map<string, NotePreview>();

  constructor(private readonly services: PreviewServices) {}

  /** The open preview of a note, by the note's address. */
  find(note: string): NotePreview | undefined {
    return this.previews.get(note);
  }

  all(): Iterable<NotePreview> {
    return this.previews.values();
  }

  /** Shows a note beside the active editor; the panel that shows it already is brought to the front. */
  openToSide(uri: vscode.Uri): void {
    const known = this.previews.get(uri.toString());
    if (known) {
      known.panel.reveal(undefined, true);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      previewViewType,
      `Preview ${path.posix.basename(uri.path)}`,
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      webviewOptions(uri, this.services.extensionUri),
    );
    this.adopt(panel, uri);
  }

  notes(): vscode.Uri[] {
    return [...this.previews.values()].map(({ note }) => note);
  }

  /** The note whose preview has the keyboard. */
  activeNote(): vscode.Uri | undefined {
    return [...this.previews.values()].find(({ panel }) => panel.active)?.note;
  }

  /** In the preview that has the keyboard; where none has it, in all. */
  toggleRegions(): void {
    const all = [...this.previews.values()];
    const active = all.filter(({ panel }) => panel.active);
    for (const preview of active.length ? active : all) preview.toggleRegions();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const saved = savedState.safeParse(state);
    if (!saved.success) {
      panel.dispose();
      return;
    }
    const uri = vscode.Uri.parse(saved.data.uri);
    panel.webview.options = webviewOptions(uri, this.services.extensionUri);
    this.adopt(panel, uri);
  }

  dispose(): void {
    for (const preview of [...this.previews.values()]) preview.panel.dispose();
  }

  /** Gives code the colours of the editor. Nothing is read before a note is shown. */
  followTheme(): void {
    if (this.previews.size > 0) void this.readTheme();
  }

  private async readTheme(): Promise<void> {
    const { renderer, log } = this.services;
    try {
      renderer.setTheme(await activeEditorTheme());
    } catch (error) {
      log.warn(`The editor's theme was not read: ${String(error)}`);
    }
  }

  private adopt(panel: vscode.WebviewPanel, uri: vscode.Uri): void {
    const key = uri.toString();
    // A panel that comes back while another one shows the note takes its place.
    this.previews.get(key)?.panel.dispose();
    const themed = this.previews.size === 0 ? this.readTheme() : Promise.resolve();
    const preview = new NotePreview(panel, uri, this.services, themed);
    this.previews.set(key, preview);
    panel.onDidDispose(() => {
      preview.dispose();
      if (this.previews.get(key) === preview) this.previews.delete(key);
    });
  }
}
