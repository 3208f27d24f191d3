/** “Export Annotations…” and “Import Annotations…” of the explorer and the palette. */
import * as vscode from 'vscode';
import type { AnnotatorApi } from '../annotate/annotator';
import type { InferenceApi } from '../annotate/inferenceApi';
import { said } from '../annotate/dialogs';
import type { ExchangeServices } from '../annotate/exchange/services';
import { GroundnoteError } from '../protocol/errors';
import { isPictureName } from '../protocol/pictureNames';

/** Registers `groundnote.exportAnnotations` and `groundnote.importAnnotations`. */
export function registerExchangeCommands(
  annotator: Pick<AnnotatorApi, 'regionsOf' | 'apply'>,
  inference: InferenceApi,
): vscode.Disposable {
  const services: ExchangeServices = {
    inference,
    regionsOf: (uri) => annotator.regionsOf(uri)?.annotations,
    apply: (uri, edit) => annotator.apply(uri, edit),
  };
  return vscode.Disposable.from(
    vscode.commands.registerCommand('groundnote.exportAnnotations', (clicked: unknown, all: unknown) =>
      said(
        (async () => {
          const { exportPlaces } = await import('../annotate/exchange/exportFlow');
          await exportPlaces(services, placesOf(clicked, all) ?? [await askForFolder()]);
        })(),
      ),
    ),
    vscode.commands.registerCommand('groundnote.importAnnotations', (clicked: unknown, all: unknown) =>
      said(
        (async () => {
          const { importIntoFolder } = await import('../annotate/exchange/importFlow');
          const [place] = placesOf(clicked, all) ?? [await askForFolder()];
          if (!place) return;
          await importIntoFolder(
            services,
            isPictureName(place.path) ? vscode.Uri.joinPath(place, '..') : place,
          );
        })(),
      ),
    ),
  );
}

/** What the explorer hands over: the entry that was clicked, and all that are selected. */
function placesOf(clicked: unknown, all: unknown): vscode.Uri[] | undefined {
  const uris = (Array.isArray(all) ? all : [clicked]).filter((each) => each instanceof vscode.Uri);
  return uris.length ? uris : undefined;
}

/** A folder of the workspace. @throws GroundnoteError 'cancelled' */
async function askForFolder(): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const [only, second] = folders;
  if (only && !second) return only.uri;
  const picked = only
    ? (await vscode.window.showWorkspaceFolderPick())?.uri
    : (await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false }))?.[0];
  if (!picked) throw new GroundnoteError('cancelled', 'Cancelled.');
  return picked;
}
