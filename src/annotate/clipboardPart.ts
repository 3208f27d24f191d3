/** Lends a panel the system's clipboard. */
import * as vscode from 'vscode';
import { readClipboard, writeClipboard } from '../protocol/clipboard';
import type { PanelPart } from './annotatorPanel';

export const clipboardPart: PanelPart = (_, endpoint) => {
  endpoint.handle(readClipboard, async () => ({ text: await vscode.env.clipboard.readText() }));
  endpoint.handle(writeClipboard, async ({ text }) => {
    await vscode.env.clipboard.writeText(text);
    return {};
  });
  return new vscode.Disposable(() => undefined);
};
