/** What the walkthrough's buttons do. */
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AnnotatorApi } from '../annotate/annotator';
import { imageExtensions } from '../protocol/pictureNames';
import { runCommand } from './runCommand';

const walkthroughId = 'groundnote.groundnote#groundnote.start';

/** Contexts that tick steps of the walkthrough, by the channel that answered. */
const asked = 'groundnote.hasAsked';
const steps: Readonly<Record<string, string>> = { ask: asked, refer: asked, ground: asked };
const ownStep = 'groundnote.hasSegmentedOwn';

/** What the user has done for the first time in this window; the walkthrough itself remembers which steps are done. */
export class Firsts {
  private readonly ticked = new Set<string>();
  /** The image that was chosen in the last step. */
  own: string | undefined;

  /** A request has been answered. */
  answered(channel: string, params: unknown): void {
    if (steps[channel]) this.tick(steps[channel]);
    const { image } = params as { image?: { path?: unknown } };
    if (channel === 'segment' && this.own !== undefined && image?.path === this.own) this.tick(ownStep);
  }

  private tick(context: string): void {
    if (this.ticked.has(context)) return;
    this.ticked.add(context);
    void vscode.commands.executeCommand('setContext', context, true);
  }
}

export function registerWalkthrough(
  context: vscode.ExtensionContext,
  annotator: Pick<AnnotatorApi, 'open'>,
  firsts: Firsts,
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
            // Not where the sample lies.
            defaultUri: vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir()),
            filters: { Images: [...imageExtensions] },
          })) ?? [];
        if (!image) return;
        firsts.own = image.fsPath;
        await annotator.open(image, { tool: 'point', column: vscode.ViewColumn.Active });
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
