/** From one picture of a folder to another, in the same column, without ever asking and without losing anything. */
import * as vscode from 'vscode';
import type { AnnotatorPanel } from '../annotatorPanel';

/** The tab of a panel, which VS Code does not tell. */
function tabOf({ panel, document }: AnnotatorPanel): vscode.Tab | undefined {
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === panel.viewColumn);
  return group?.tabs.find(
    ({ input }) =>
      input instanceof vscode.TabInputCustom &&
      input.viewType === panel.viewType &&
      input.uri.toString() === document.uri.toString(),
  );
}

/** True when nothing would be gone with the picture: no unsaved regions, and no answer on its way. */
const isSettled = ({ document }: AnnotatorPanel) =>
  !document.session.dirty && document.tasks.phase === undefined;

/**
 * Opens `target` where `panel` is. The tab is replaced, or kept where the picture has unsaved regions or the model is at work;
 * with `groundnote.annotator.autoSave` unsaved regions are saved first.
 * @returns why the picture was not left: it could not be saved
 */
export async function moveOn(
  panel: AnnotatorPanel,
  target: vscode.Uri,
  show: (uri: vscode.Uri, column: vscode.ViewColumn | undefined) => Promise<unknown>,
): Promise<string | undefined> {
  const { session, uri, picture } = panel.document;
  const autoSave = vscode.workspace
    .getConfiguration('groundnote.annotator', uri)
    .get<boolean>('autoSave', false);
  if (autoSave && session.dirty) {
    if (session.problem !== undefined) return session.problem;
    await vscode.workspace.save(uri);
    if (session.dirty) return `${picture.name} was not saved, so it stays open.`;
  }
  const tab = tabOf(panel);
  await show(target, panel.panel.viewColumn);
  if (tab && !tab.isDirty && isSettled(panel)) await vscode.window.tabGroups.close(tab, true);
  return undefined;
}
