/** Registers the panels of the modalities and the commands that open them. What they are made of is loaded with the first file. */
import * as vscode from 'vscode';
import type { InferenceApi } from '../annotate/inferenceApi';
import { mediaKinds, type MediaKind } from './kinds';

export interface MediaServices {
  readonly inference: InferenceApi;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

export function registerMedia(services: MediaServices): vscode.Disposable {
  return vscode.Disposable.from(
    ...mediaKinds.flatMap((kind) => [
      vscode.window.registerCustomEditorProvider(kind.viewType, providerOf(kind, services), {
        supportsMultipleEditorsPerDocument: true,
        webviewOptions: { retainContextWhenHidden: false },
      }),
      vscode.commands.registerCommand(kind.command, (argument: unknown) => openAs(kind, argument)),
    ]),
  );
}

/** The document is only a name: its page asks for what is in it. */
const providerOf = (kind: MediaKind, services: MediaServices): vscode.CustomReadonlyEditorProvider => ({
  openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
  resolveCustomEditor: async ({ uri }, panel) => {
    const { MediaPanel } = await import('./mediaPanel');
    const open = new MediaPanel(kind, uri, panel, services);
    panel.onDidDispose(() => open.dispose());
  },
});

/** @param argument the file, from a menu; without one the file of the active tab, or one that is asked for */
async function openAs({ viewType, filter }: MediaKind, argument: unknown): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : (activeFile() ?? (await pickFile(filter)));
  if (uri) await vscode.commands.executeCommand('vscode.openWith', uri, viewType);
}

function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText
    ? input.uri
    : undefined;
}

async function pickFile({ name, extensions }: MediaKind['filter']): Promise<vscode.Uri | undefined> {
  const files = await vscode.window.showOpenDialog({
    filters: { [name]: [...extensions], 'All Files': ['*'] },
    canSelectMany: false,
  });
  return files?.[0];
}
