/**
 * After a crash of the extension host VS Code starts it again but leaves open custom editors without a document: they
 * answer nothing, and saving does nothing. Such a tab is opened again; its draft brings unsaved edits back.
 */
import * as vscode from 'vscode';

/** A live tab is given its document well before this. */
const patienceMs = 2_000;

/** Looks once, shortly after activation, whether the active tab is a zombie. */
export function healZombies(
  viewType: string,
  isOpen: (uri: vscode.Uri) => boolean,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const zombie = () => {
    const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
    return tab?.input instanceof vscode.TabInputCustom &&
      tab.input.viewType === viewType &&
      !isOpen(tab.input.uri)
      ? { tab, uri: tab.input.uri }
      : undefined;
  };
  const first = zombie();
  if (!first) return new vscode.Disposable(() => undefined);
  const timer = setTimeout(() => {
    const still = zombie();
    if (!still || still.uri.toString() !== first.uri.toString()) return;
    log.warn(`The side panel of ${still.uri.path} lost its document; opening it again.`);
    void reopen(still.tab, still.uri, viewType).then(undefined, (error: unknown) => log.error(String(error)));
  }, patienceMs);
  return new vscode.Disposable(() => clearTimeout(timer));
}

async function reopen(tab: vscode.Tab, uri: vscode.Uri, viewType: string): Promise<void> {
  const { viewColumn } = tab.group;
  if (tab.isDirty) await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  else await vscode.window.tabGroups.close(tab);
  await vscode.commands.executeCommand('vscode.openWith', uri, viewType, { viewColumn });
}
