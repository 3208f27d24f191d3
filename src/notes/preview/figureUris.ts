/** From what a note writes, or what a menu of VS Code hands over, to the address of a picture. Host only. */
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { imagePath } from '../render/imagePaths';

/** Pictures that the side panel opens. */
export const imageExtensions = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'bmp', 'avif', 'tif', 'tiff', 'svg'];

/** Where a note's image lies. `exists` is only known for files on disk; elsewhere it is taken to be there. */
export function figureUri(note: vscode.Uri, source: string): { uri: vscode.Uri; exists: boolean } {
  if (note.scheme !== 'file') {
    const relative = source.replace(/[?#].*$/s, '');
    const uri = relative.startsWith('/')
      ? note.with({ path: relative })
      : vscode.Uri.joinPath(note, '..', relative);
    return { uri, exists: true };
  }
  const roots = (vscode.workspace.workspaceFolders ?? [])
    .filter((folder) => folder.uri.scheme === 'file')
    .map((folder) => folder.uri.fsPath);
  const found = imagePath(source, path.dirname(note.fsPath), roots);
  return { uri: vscode.Uri.file(found.path), exists: found.exists };
}

/** What the menu of our preview hands to a command, and what the built-in preview's does. */
const menuContext = z.union([
  z.object({ groundnoteNote: z.string(), groundnoteFigure: z.string() }),
  z
    .object({ resource: z.string(), imageSource: z.string() })
    .transform(({ resource, imageSource }) => ({ groundnoteNote: resource, groundnoteFigure: imageSource })),
]);

/** The picture that a preview's image menu was opened on; undefined for any other argument and for a missing picture. */
export function figureFromContext(argument: unknown): vscode.Uri | undefined {
  const context = menuContext.safeParse(argument);
  if (!context.success) return undefined;
  const { uri, exists } = figureUri(
    vscode.Uri.parse(context.data.groundnoteNote),
    context.data.groundnoteFigure,
  );
  return exists ? uri : undefined;
}
