/** From what a note writes, or what a menu of VS Code hands over, to the address of a picture. Host only. */
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { GroundnoteError } from '../../protocol/errors';
import { decodeSource } from '../markdown/figures';
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

/** What the menu of our preview hands to a command, and what the built-in preview's does (an address with %20). */
const menuContext = z.union([
  z.object({ groundnoteNote: z.string(), groundnoteFigure: z.string() }),
  z.object({ resource: z.string(), imageSource: z.string() }).transform(({ resource, imageSource }) => ({
    groundnoteNote: resource,
    groundnoteFigure: decodeSource(imageSource),
  })),
]);

/**
 * The picture that a preview's image menu was opened on; undefined for any other argument.
 * @throws GroundnoteError 'not-found' when the picture is missing, 'unsupported' when it is no file
 */
export function figureFromContext(argument: unknown): vscode.Uri | undefined {
  const context = menuContext.safeParse(argument);
  if (!context.success) return undefined;
  const { groundnoteNote, groundnoteFigure } = context.data;
  if (groundnoteFigure.startsWith('data:'))
    throw new GroundnoteError(
      'unsupported',
      'This picture stands in the text of the note. Save it as a file to annotate it.',
    );
  const { uri, exists } = figureUri(vscode.Uri.parse(groundnoteNote), groundnoteFigure);
  if (!exists) throw new GroundnoteError('not-found', `The image "${groundnoteFigure}" is missing.`);
  return uri;
}
