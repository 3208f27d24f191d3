/** The commands that start from a picture: from the palette, the explorer, an editor's tab, a figure of a preview, or a notebook's output. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { AnnotatorApi } from '../annotate/annotator';
import type { NotebookFigures } from '../notes/builtin/notebookFigures';
import { figureFromContext } from '../notes/preview/figureUris';
import { imageExtensions, isPictureName } from '../protocol/pictureNames';
import type { InferenceApi } from '../annotate/inferenceApi';
import { runCommand } from './runCommand';
import { describeImage, estimateDepthOf } from './wholePicture';

const isImage = (uri: vscode.Uri) => isPictureName(uri.path);

/** The picture of the active tab: an image preview, the side panel, or an SVG that is open as text. */
function activeImage(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText) {
    return isImage(input.uri) ? input.uri : undefined;
  }
  return undefined;
}

/** Asks for a picture of the workspace, or for any file. */
async function pickImage(): Promise<vscode.Uri | undefined> {
  const found = await vscode.workspace.findFiles(
    `**/*.{${imageExtensions.join(',')}}`,
    '**/{node_modules,.git}/**',
    2000,
  );
  const browse = { label: '$(folder-opened) Browse…', uri: undefined };
  const items = found
    .map((uri) => ({
      label: path.basename(uri.path),
      description: vscode.workspace.asRelativePath(uri),
      uri,
    }))
    .sort((a, b) => a.description.localeCompare(b.description));
  const picked = await vscode.window.showQuickPick([...items, browse], {
    placeHolder: 'Choose an image',
    matchOnDescription: true,
  });
  if (!picked || picked.uri) return picked?.uri;
  const files = await vscode.window.showOpenDialog({
    filters: { Images: [...imageExtensions] },
    canSelectMany: false,
  });
  return files?.[0];
}

/**
 * Registers `groundnote.segmentImage`, `groundnote.groundInImage`, `groundnote.describeImage`, `groundnote.estimateDepth` and,
 * for the image menus of previews and notebooks, `groundnote.annotateFigure`.
 */
export function registerImageCommands(
  annotator: AnnotatorApi,
  inference: InferenceApi,
  notebooks: NotebookFigures,
): vscode.Disposable[] {
  /** The picture that an argument of a menu names; other arguments name none. */
  const named = async (argument: unknown) =>
    argument instanceof vscode.Uri
      ? argument
      : (figureFromContext(argument) ?? (await notebooks.figureFromContext(argument)));
  const imageFor = async (argument: unknown) =>
    (await named(argument)) ?? activeImage() ?? (await pickImage());
  return [
    vscode.commands.registerCommand('groundnote.segmentImage', (argument: unknown) =>
      runCommand(async () => {
        const uri = await imageFor(argument);
        if (uri) await annotator.open(uri, { tool: 'point' });
      }),
    ),
    vscode.commands.registerCommand('groundnote.annotateFigure', (argument: unknown) =>
      runCommand(async () => {
        const uri = await named(argument);
        if (uri) await annotator.open(uri, { tool: 'point' });
      }),
    ),
    vscode.commands.registerCommand('groundnote.groundInImage', (argument: unknown) =>
      runCommand(async () => {
        const uri = await imageFor(argument);
        if (!uri) return;
        const phrase = await vscode.window.showInputBox({
          title: `Ground in ${path.basename(uri.path)}`,
          prompt: 'A word or phrase that is written in the figure, for instance the label of a box',
          placeHolder: 'Mask decoder',
          validateInput: (value) => (value.trim() ? undefined : 'Type a word or a phrase.'),
        });
        if (phrase) await annotator.ground(uri, phrase);
      }),
    ),
    vscode.commands.registerCommand('groundnote.describeImage', (argument: unknown) =>
      runCommand(async () => {
        const uri = await imageFor(argument);
        if (uri) await describeImage(inference, uri);
      }),
    ),
    vscode.commands.registerCommand('groundnote.estimateDepth', (argument: unknown) =>
      runCommand(async () => {
        const uri = await imageFor(argument);
        if (uri) await estimateDepthOf(inference, uri);
      }),
    ),
  ];
}
