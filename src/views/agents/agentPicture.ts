/** The picture that a tool was asked about: from the path that a model wrote to a file that is there. */
import path from 'node:path';
import * as vscode from 'vscode';
import { GroundnoteError } from '../../protocol/errors';
import type { ImageSource } from '../../protocol/inference';
import { imageExtensions, isPictureName } from '../../protocol/pictureNames';

export interface AgentPicture {
  uri: vscode.Uri;
  name: string;
  /** The path for people and models: relative to the workspace where it lies there, else whole. */
  shown: string;
  inWorkspace: boolean;
}

const mostSuggestions = 5;

/** @throws GroundnoteError not-found, unsupported: both say what to write instead */
export async function findPicture(image: string): Promise<AgentPicture> {
  const candidates = candidatesOf(image);
  if (!isPictureName(candidates[0]?.path ?? image))
    throw new GroundnoteError(
      'unsupported',
      `"${image}" is not an image file. Image files end in ${imageExtensions.join(', ')}.`,
    );
  for (const uri of candidates) if (await isFile(uri)) return pictureAt(uri);
  const suggestions = await similar(image);
  throw new GroundnoteError(
    'not-found',
    `There is no image file "${image}". ` +
      (suggestions.length
        ? `Did you mean ${suggestions.map((each) => `"${each}"`).join(' or ')}?`
        : 'Give its absolute path, or its path relative to a workspace folder.'),
  );
}

/** What the inference process reads. @throws GroundnoteError io */
export async function sourceOf({ uri, name }: AgentPicture): Promise<ImageSource> {
  if (uri.scheme === 'file') return { path: uri.fsPath };
  try {
    return { name, bytes: new Uint8Array(await vscode.workspace.fs.readFile(uri)) };
  } catch (cause) {
    throw new GroundnoteError('io', `${name} cannot be read.`, { cause });
  }
}

function pictureAt(uri: vscode.Uri): AgentPicture {
  const inWorkspace = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  const whole = uri.scheme === 'file' ? uri.fsPath : uri.toString();
  return {
    uri,
    name: path.posix.basename(uri.path),
    shown: inWorkspace ? vscode.workspace.asRelativePath(uri) : whole,
    inWorkspace,
  };
}

/** Where a path may lead, the likeliest first. @throws GroundnoteError unsupported */
function candidatesOf(image: string): vscode.Uri[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(image)) {
    const uri = vscode.Uri.parse(image);
    const known = uri.scheme === 'file' || folders.some((folder) => folder.uri.scheme === uri.scheme);
    if (known) return [uri];
    throw new GroundnoteError(
      'unsupported',
      `"${image}" is not on this machine. Only image files on disk are read; give the path of one.`,
    );
  }
  if (path.isAbsolute(image) || /^[a-z]:[\\/]/i.test(image)) {
    const virtual = folders.filter(({ uri }) => uri.scheme !== 'file');
    return [vscode.Uri.file(image), ...virtual.map(({ uri }) => uri.with({ path: image }))];
  }
  const relative = image.replaceAll('\\', '/').replace(/^\.\//, '');
  return folders.flatMap(({ uri, name }) => [
    vscode.Uri.joinPath(uri, relative),
    // As paths are shown where several folders are open.
    ...(relative.startsWith(`${name}/`) ? [vscode.Uri.joinPath(uri, relative.slice(name.length + 1))] : []),
  ]);
}

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) !== 0;
  } catch {
    return false;
  }
}

/** Pictures of the workspace that have the same name. */
async function similar(image: string): Promise<string[]> {
  const name = path.posix.basename(image.replaceAll('\\', '/'));
  if (!/^[\p{L}\p{N} ._-]+$/u.test(name)) return [];
  const found = await vscode.workspace.findFiles(`**/${name}`, '**/{node_modules,.git}/**', mostSuggestions);
  return found.map((uri) => vscode.workspace.asRelativePath(uri));
}
