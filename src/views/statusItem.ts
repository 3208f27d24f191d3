/** The status bar item that says what the inference process is doing. */
import * as vscode from 'vscode';
import type { InferenceState } from '../inference/client';

const texts: Record<InferenceState, string | undefined> = {
  stopped: undefined,
  starting: '$(loading~spin) Groundnote: starting model',
  ready: '$(circuit-board) Groundnote',
  busy: '$(loading~spin) Groundnote: working',
};

/** A status item that is hidden while no model is in memory; a click unloads it. */
export class StatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    'groundnote.inference',
    vscode.StatusBarAlignment.Right,
    10,
  );

  constructor() {
    this.item.name = 'Groundnote';
    this.item.tooltip = 'A local model is in memory. Click to unload it.';
    this.item.command = 'groundnote.stopInference';
  }

  show(state: InferenceState): void {
    const text = texts[state];
    if (!text) return this.item.hide();
    this.item.text = text;
    this.item.show();
  }

  dispose(): void {
    this.item.dispose();
  }
}
