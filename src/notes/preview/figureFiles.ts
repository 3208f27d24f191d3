/** Files beside the figures and the note that change what a preview shows: sidecars and the answers of ground fences. */
import * as vscode from 'vscode';
import { sidecarPath } from '../../annotate/sidecar';
import { answersPath } from '../ground/answers';

/**
 * Calls back when the sidecar of a figure, or the file with the note's answers, appears, changes or goes.
 * @param figures addresses of the figures that the note shows now
 */
export function watchFigureFiles(
  note: vscode.Uri,
  figures: () => ReadonlySet<string>,
  onChange: () => void,
): vscode.Disposable {
  const folder = vscode.workspace.getWorkspaceFolder(note)?.uri;
  // Outside the workspace only the note's own folder is watched: what lies below may be a whole disk.
  const watcher = vscode.workspace.createFileSystemWatcher(
    folder
      ? new vscode.RelativePattern(folder, '**/*.json')
      : new vscode.RelativePattern(vscode.Uri.joinPath(note, '..'), '*.json'),
  );
  const changed = (uri: vscode.Uri) => {
    const { fsPath } = uri;
    const isSidecar = () =>
      [...figures()].some((address) => sidecarPath(vscode.Uri.parse(address).fsPath) === fsPath);
    if (fsPath === answersPath(note.fsPath) || isSidecar()) onChange();
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(changed),
    watcher.onDidChange(changed),
    watcher.onDidDelete(changed),
  );
}
