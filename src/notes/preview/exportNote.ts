/** "Export Note as HTML…" and "as PDF…". Host only. */
import path from 'node:path';
import * as vscode from 'vscode';
import { isCancelled, toWireError } from '../../protocol/errors';
import { drawnDiagrams } from '../../protocol/preview';
import type { Endpoint } from '../../protocol/rpc';
import { findBrowser, noBrowserMessage } from '../export/browser';
import { printPdf } from '../export/pdf';
import { renderInWorker } from '../export/renderInWorker';
import type { PageOptions } from '../render/page';

/** An open preview, as far as an export needs it. */
interface ExportPreview {
  readonly panel: vscode.WebviewPanel;
  readonly note: vscode.Uri;
  readonly endpoint: Endpoint;
}

export interface ExportServices {
  extensionUri: vscode.Uri;
  log: vscode.LogOutputChannel;
  /** The previews that are open. */
  previews(): Iterable<ExportPreview>;
}

type Format = 'html' | 'pdf';

/** How long a page may take to say which diagrams it shows. */
const askMs = 5000;

export function registerExportCommands(services: ExportServices): vscode.Disposable {
  const run = (format: Format) => async (argument: unknown) => {
    try {
      await exportNote(services, format, argument);
    } catch (error) {
      if (isCancelled(error)) return;
      services.log.error('Export:', error instanceof Error ? error : String(error));
      void vscode.window.showErrorMessage(toWireError(error).message);
    }
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('groundnote.exportHtml', run('html')),
    vscode.commands.registerCommand('groundnote.exportPdf', run('pdf')),
  );
}

/** The note that a command is about: what it was called on, the preview in front, or the editor's. */
function noteFor(argument: unknown, previews: readonly ExportPreview[]): vscode.Uri | undefined {
  const active = previews.find(({ panel }) => panel.active);
  // The menu of an editor's title gives the address of a webview there, not of the note.
  if (active && !(argument instanceof vscode.Uri && argument.scheme === 'file')) return active.note;
  if (argument instanceof vscode.Uri) return argument;
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId === 'markdown') return document.uri;
  return active?.note;
}

async function exportNote(services: ExportServices, format: Format, argument: unknown): Promise<void> {
  const previews = [...services.previews()];
  const note = noteFor(argument, previews);
  if (!note) {
    void vscode.window.showInformationMessage('Open a Markdown note to export it.');
    return;
  }
  const settings = vscode.workspace.getConfiguration('groundnote', note);
  const chosen = settings.get('export.browser', '');
  const browser = format === 'pdf' ? findBrowser(chosen) : undefined;
  if (format === 'pdf' && !browser) {
    const asHtml = 'Export HTML';
    const answer = await vscode.window.showWarningMessage(noBrowserMessage(chosen), asHtml);
    if (answer === asHtml) await exportNote(services, 'html', note);
    return;
  }
  const name = path.posix.basename(note.path).replace(/\.[^.]*$/, '');
  const target = await vscode.window.showSaveDialog({
    title: `Export Note as ${format.toUpperCase()}`,
    defaultUri: vscode.Uri.joinPath(note, '..', `${name}.${format}`),
    filters: format === 'html' ? { 'Web page': ['html'] } : { PDF: ['pdf'] },
    saveLabel: 'Export',
  });
  if (!target) return;
  await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Exporting ${path.posix.basename(target.path)}`,
      cancellable: true,
    },
    async (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      const { signal } = controller;
      const document = await vscode.workspace.openTextDocument(note);
      const options: PageOptions = {
        path: note.fsPath,
        allowHtml: vscode.workspace.isTrusted,
        frontMatter: settings.get<NonNullable<PageOptions['frontMatter']>>('preview.frontMatter', 'header'),
        linkAddresses: settings.get('export.linkAddresses', false),
        diagrams: await diagramsOf(previews.find((preview) => String(preview.note) === String(note))),
      };
      const worker = vscode.Uri.joinPath(services.extensionUri, 'dist', 'pageWorker.cjs').fsPath;
      const { html } = await renderInWorker(worker, { text: document.getText(), options }, signal);
      let bytes: Uint8Array = new TextEncoder().encode(html);
      if (browser) {
        progress.report({ message: `printing with ${path.basename(browser)}` });
        bytes = await printPdf(html, { browser, signal });
      }
      await vscode.workspace.fs.writeFile(target, bytes);
    },
  );
  void offerToOpen(target);
}

/** The pictures of diagrams as the open preview shows them; without a preview their source stands there. */
async function diagramsOf(preview: ExportPreview | undefined): Promise<PageOptions['diagrams']> {
  if (!preview?.panel.visible) return undefined;
  const signal = AbortSignal.timeout(askMs);
  try {
    return (await preview.endpoint.request(drawnDiagrams, {}, { signal })).diagrams;
  } catch {
    return undefined;
  }
}

async function offerToOpen(target: vscode.Uri): Promise<void> {
  const open = 'Open';
  const answer = await vscode.window.showInformationMessage(
    `Exported ${path.posix.basename(target.path)}.`,
    open,
  );
  if (answer !== open) return;
  const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  if (isHere && (await vscode.env.openExternal(target))) return;
  // Elsewhere the file is on another machine than the browser.
  await vscode.commands.executeCommand('vscode.open', target);
}
