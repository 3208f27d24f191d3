/** What commands have in common. */
import * as vscode from 'vscode';
import { GroundnoteError } from '../protocol/errors';

/** Does what a command is for, and shows an error that the user can do something about; giving up is none. */
export async function runCommand(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof GroundnoteError)) throw error;
    if (error.code !== 'cancelled') void vscode.window.showErrorMessage(error.message);
  }
}
