/** Pictures in messages of the editor's chat: newer than the oldest VS Code that is supported. */
import * as vscode from 'vscode';

interface DataParts {
  image(data: Uint8Array, mime: string): object;
}

/** A picture for a language model or from a tool; undefined where this VS Code knows none. */
export function imagePart(data: Uint8Array, mime: string): object | undefined {
  const { LanguageModelDataPart: parts } = vscode as unknown as { LanguageModelDataPart?: DataParts };
  return typeof parts?.image === 'function' ? parts.image(data, mime) : undefined;
}

/** Whether messages can carry pictures here. */
export const canCarryPictures = (): boolean => imagePart(new Uint8Array(), 'image/png') !== undefined;

/** Aborts when the token is cancelled. */
export function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
