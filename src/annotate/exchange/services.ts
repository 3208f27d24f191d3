/** What exports and imports need of VS Code and of the pictures that are open. */
import * as vscode from 'vscode';
import type { Annotation, Edit } from '../../protocol/annotator';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import type { InferenceApi } from '../inferenceApi';

export interface ExchangeServices {
  inference: InferenceApi;
  /** The regions of a picture that is open in a panel, unsaved ones too. */
  regionsOf(uri: vscode.Uri): readonly Annotation[] | undefined;
  /** Applies an edit to a picture that is open, as one undo step. */
  apply(uri: vscode.Uri, edit: Edit): void;
}

/** Shows what went wrong; giving up is no error. */
export async function said(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isCancelled(error)) void vscode.window.showErrorMessage(toWireError(error).message);
  }
}

/** A choice of one. @throws GroundnoteError 'cancelled' when the user gave up */
export async function choose<T extends vscode.QuickPickItem>(items: readonly T[], title: string): Promise<T> {
  if (items.length === 1) return items[0] as T;
  return answered(await vscode.window.showQuickPick(items, { title, matchOnDetail: true }));
}

/** What the user chose. @throws GroundnoteError 'cancelled' */
export function answered<T>(choice: T | undefined): T {
  if (choice === undefined) throw new GroundnoteError('cancelled', 'Cancelled.');
  return choice;
}

/** A long job in a notification that can be cancelled. */
export function withProgress<T>(
  title: string,
  work: (signal: AbortSignal, say: (message: string) => void) => Promise<T>,
): Thenable<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      return work(controller.signal, (message) => progress.report({ message }));
    },
  );
}

/** Only files of this machine are written and read in folders. @throws GroundnoteError 'unsupported' */
export function onDisk(uri: vscode.Uri): string {
  if (uri.scheme === 'file') return uri.fsPath;
  throw new GroundnoteError('unsupported', 'Folders are exported and imported on this machine only.');
}
