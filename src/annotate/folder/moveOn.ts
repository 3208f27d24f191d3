/** From one picture of a folder to another, in the same column, without ever asking and without losing anything. */
import * as vscode from 'vscode';
import type { AnnotatorPanel } from '../annotatorPanel';

/** The tab of a panel as it is now, which VS Code does not tell: a tab that was asked for before a change is no more. */
function tabOf(
  { panel, document }: AnnotatorPanel,
  column: vscode.ViewColumn | undefined,
): vscode.Tab | undefined {
  const group = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === column);
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
  // A panel that is hidden has no column.
  const column = panel.panel.viewColumn;
  await show(target, column);
  const tab = tabOf(panel, column);
  if (tab && !tab.isDirty && isSettled(panel)) await vscode.window.tabGroups.close(tab, true);
  return undefined;
}
