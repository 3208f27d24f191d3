/** “Describe Image…” and “Estimate Depth…”: what packs say of a picture as a whole, without the side panel. */
import path from 'node:path';
import * as vscode from 'vscode';
import { withProgress } from '../annotate/dialogs';
import type { InferenceApi } from '../annotate/inferenceApi';
import { GroundnoteError } from '../protocol/errors';
import { describe, estimateDepth, type ImageSource } from '../protocol/inference';

/** Says what the picture shows, as it is being written; the text can be copied, and its regions opened in the side panel. */
export async function describeImage(inference: InferenceApi, uri: vscode.Uri): Promise<void> {
  const name = path.posix.basename(uri.path);
  const { text, pack } = await orModelsView(() =>
    withProgress(`Describing ${name}`, async (signal, say) =>
      inference.request(
        describe,
        { image: await sourceOf(uri) },
        { signal, onProgress: ({ phase, text }) => say(text ?? phase) },
      ),
    ),
  );
  const copy = 'Copy';
  const said = text?.trim() || 'It says nothing about this picture.';
  const answer = await vscode.window.showInformationMessage(`${name}: ${said} (${pack.id})`, copy);
  if (answer === copy) await vscode.env.clipboard.writeText(said);
}

/** Writes how near things are as a picture of greys where the user says, and opens it. */
export async function estimateDepthOf(inference: InferenceApi, uri: vscode.Uri): Promise<void> {
  const { dir, name, base } = path.posix.parse(uri.path);
  const { png } = await orModelsView(() =>
    withProgress(`Estimating the depth of ${base}`, async (signal, say) =>
      inference.request(
        estimateDepth,
        { image: await sourceOf(uri) },
        { signal, onProgress: ({ phase }) => say(phase) },
      ),
    ),
  );
  const file = await vscode.window.showSaveDialog({
    defaultUri: uri.with({ path: path.posix.join(dir, `${name}.depth.png`) }),
    filters: { PNG: ['png'] },
    title: 'Save Depth (White Is Near)',
  });
  if (!file) return;
  try {
    await vscode.workspace.fs.writeFile(file, png);
  } catch (error) {
    throw new GroundnoteError('io', `${path.posix.basename(file.path)} could not be written.`, {
      cause: error,
    });
  }
  await vscode.commands.executeCommand('vscode.open', file);
}

/** Where nothing here can do it, the Models view is a click away. @throws GroundnoteError what `work` throws, else */
async function orModelsView<T>(work: () => Thenable<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GroundnoteError) || error.code !== 'no-pack') throw error;
    const show = 'Show Models';
    const answer = await vscode.window.showErrorMessage(
      `${error.message} The Models view installs packs that can.`,
      show,
    );
    if (answer === show) await vscode.commands.executeCommand('groundnote.models.focus');
    throw new GroundnoteError('cancelled', 'Cancelled.', { cause: error });
  }
}

async function sourceOf(uri: vscode.Uri): Promise<ImageSource> {
  if (uri.scheme === 'file') return { path: uri.fsPath };
  const bytes = new Uint8Array(await vscode.workspace.fs.readFile(uri));
  return { name: path.posix.basename(uri.path), bytes };
}
