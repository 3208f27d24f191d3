/** Tells a panel which labels there are and which colours they have. */
import * as vscode from 'vscode';
import { getLabels, labelsChanged, type LabelBook } from '../../protocol/labels';
import type { PanelPart } from '../annotatorPanel';
import type { LabelColors } from './labelColors';
import type { WorkspaceLabels } from './workspaceLabels';

const setting = 'groundnote.labels';

export function labelsPart(workspace: WorkspaceLabels, colors: LabelColors): PanelPart {
  return ({ document }, endpoint) => {
    const book = (): LabelBook => ({
      listed: listedLabels(document.uri),
      found: workspace.labels,
      colors: { ...colors.all },
    });
    endpoint.handle(getLabels, ({ search }) => {
      if (search) workspace.start();
      return book();
    });
    const tell = () => endpoint.send(labelsChanged, book());
    return vscode.Disposable.from(
      workspace.onDidChange(tell),
      colors.onDidChange(tell),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(setting, document.uri)) tell();
      }),
    );
  };
}

/** A setting may hold anything: only labels are taken. */
function listedLabels(uri: vscode.Uri): string[] {
  const value = vscode.workspace.getConfiguration(undefined, uri).get<unknown>(setting);
  if (!Array.isArray(value)) return [];
  const labels = value.filter((label): label is string => typeof label === 'string' && label.trim() !== '');
  return [...new Set(labels.map((label) => label.trim()))];
}
