/** The command `groundnote.segmentFolder`: from the palette, the explorer, or the filmstrip. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AnnotatorApi } from '../annotate/annotator';
import type { SegmentFolder, SegmentFolderServices } from '../annotate/folder/segmentFolder';
import type { BatchStart } from '../protocol/batch';
import { runCommand } from './runCommand';

/** The window is there, and what opens with it. */
const settledMs = 6_000;

export interface SegmentFolderOptions {
  annotator: AnnotatorApi;
  /** The folder of the built processes. */
  dist: string;
  models: BatchStart['models'];
  allow: SegmentFolderServices['allow'];
  log: vscode.LogOutputChannel;
}

export function registerSegmentFolder(
  context: vscode.ExtensionContext,
  { annotator, dist, models, allow, log }: SegmentFolderOptions,
): vscode.Disposable {
  const storage = path.join((context.storageUri ?? context.globalStorageUri).fsPath, 'batches');
  let made: Promise<SegmentFolder> | undefined;
  // Nobody may ever need it: it is loaded with the first question.
  const segmentFolder = () =>
    (made ??= import('../annotate/folder/segmentFolder').then(
      ({ SegmentFolder }) =>
        new SegmentFolder({
          documentOf: (uri) => annotator.documentOf(uri),
          hasDraft: (uri) => annotator.hasDraft(uri),
          packs: () => annotator.packs(),
          entry: path.join(dist, 'batchProcess.cjs'),
          models,
          allow,
          storage,
          memory: context.workspaceState,
          log,
        }),
    ));
  const offerInterrupted = async () => {
    // Where no batch was ever run, there is nothing to load.
    const batches = await readdir(storage).catch(() => []);
    if (batches.length) await (await segmentFolder()).offerInterrupted();
  };
  const timer = setTimeout(() => void runCommand(offerInterrupted), settledMs);
  return vscode.Disposable.from(
    new vscode.Disposable(() => clearTimeout(timer)),
    vscode.commands.registerCommand('groundnote.segmentFolder', (argument: unknown) =>
      runCommand(async () => {
        const folder =
          argument instanceof vscode.Uri ? argument : await pickFolder(annotator.activePicture());
        if (folder) await (await segmentFolder()).start(folder);
      }),
    ),
  );
}

/** Asks for a folder; the one of the picture in the panel is there already. */
async function pickFolder(picture: vscode.Uri | undefined): Promise<vscode.Uri | undefined> {
  const beside = picture && vscode.Uri.joinPath(picture, '..');
  const folders = await vscode.window.showOpenDialog({
    title: 'Segment Folder',
    openLabel: 'Segment',
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    defaultUri: beside ?? vscode.workspace.workspaceFolders?.[0]?.uri,
  });
  return folders?.[0];
}
