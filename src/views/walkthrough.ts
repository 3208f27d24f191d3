/** What the walkthrough's buttons do. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AnnotatorApi } from '../annotate/annotator';
import { imageExtensions } from '../protocol/pictureNames';
import { runCommand } from './runCommand';

const walkthroughId = 'groundnote.groundnote#groundnote.start';

/** What is done for the first time ticks a step of the walkthrough, by the channel that answered. */
const firsts: Readonly<Record<string, string>> = {
  segment: 'groundnote.hasSegmented',
  ask: 'groundnote.hasAsked',
  refer: 'groundnote.hasAsked',
  ground: 'groundnote.hasAsked',
};

/** Tells the walkthrough what has been done; for `GuardedInference`. */
export function tickFirsts(): (channel: string) => void {
  const ticked = new Set<string>();
  return (channel) => {
    const context = firsts[channel];
    if (context === undefined || ticked.has(context)) return;
    ticked.add(context);
    void vscode.commands.executeCommand('setContext', context, true);
  };
}

export function registerWalkthrough(
  context: vscode.ExtensionContext,
  annotator: Pick<AnnotatorApi, 'open'>,
): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.commands.registerCommand('groundnote.getStarted', () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthroughId, false),
    ),
    vscode.commands.registerCommand('groundnote.segmentOwnImage', () =>
      runCommand(async () => {
        const [image] =
          (await vscode.window.showOpenDialog({
            title: 'Segment an Image of Yours',
            openLabel: 'Segment',
            canSelectMany: false,
            filters: { Images: [...imageExtensions] },
          })) ?? [];
        if (image) await annotator.open(image, { tool: 'point', column: vscode.ViewColumn.Active });
      }),
    ),
    vscode.commands.registerCommand('groundnote.openSampleNote', () =>
      runCommand(async () => {
        const note = await sampleNote(context);
        await vscode.window.showTextDocument(note, { preview: false });
        await vscode.commands.executeCommand('groundnote.openPreviewToSide', note);
      }),
    ),
  );
}

/** A copy of the sample, which may be written on; what was written before stays. */
async function sampleNote(context: vscode.ExtensionContext): Promise<vscode.Uri> {
  const from = path.join(context.extensionPath, 'media', 'walkthrough', 'sample');
  const to = path.join(context.globalStorageUri.fsPath, 'sample');
  await mkdir(to, { recursive: true });
  const there = await readdir(to);
  for (const name of await readdir(from))
    if (!there.includes(name)) await copyFile(path.join(from, name), path.join(to, name));
  return vscode.Uri.file(path.join(to, 'note.md'));
}
