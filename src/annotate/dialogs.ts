/** Questions, progress and errors, as VS Code shows them. */
import * as vscode from 'vscode';
import { GroundnoteError, isCancelled, toWireError } from '../protocol/errors';

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
