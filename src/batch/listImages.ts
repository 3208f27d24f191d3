/** The images of a folder, a pattern, or a list, each once and in natural order. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { commonFolder } from '../annotate/formats/disk';
import { GroundnoteError } from '../protocol/errors';
import { isPictureName, naturallySorted } from '../protocol/pictureNames';

/** Folders that hold programs' files. */
const ignored = ['**/node_modules/**', '**/.*/**'];

export interface ListOptions {
  recursive: boolean;
  /** A glob; one without a slash is about names in any folder. */
  filter?: string;
}

/**
 * Images below a folder, relative to it and with `/` between the parts. Hidden files and folders are left out, and links to
 * folders are not followed.
 * @throws GroundnoteError not-found, when there is no such folder
 */
export async function listImages(folder: string, { recursive, filter }: ListOptions): Promise<string[]> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw new GroundnoteError('not-found', `The folder "${folder}" does not exist.`);
  const options = {
    cwd: folder,
    ignore: ignored,
    onlyFiles: true,
    expandDirectories: false,
    followSymbolicLinks: false,
  };
  const all = await glob(recursive ? '**/*' : '*', options);
  const wanted = filter === undefined ? undefined : new Set(await glob(patternOf(filter), options));
  return inOrder(all.filter((image) => !wanted || wanted.has(image)));
}

/** What the command line is given: a folder, a glob, or images. The folder is what the images are named relative to. */
export async function resolveImages(
  inputs: readonly string[],
  recursive: boolean,
): Promise<{ folder: string; images: string[] }> {
  const [first = '.'] = inputs;
  const kind = await stat(first).catch(() => undefined);
  if (inputs.length === 1 && kind?.isDirectory()) {
    const folder = path.resolve(first);
    return { folder, images: await listImages(folder, { recursive }) };
  }
  if (inputs.length === 1 && !kind) {
    const { base, pattern } = splitPattern(first);
    if (pattern === undefined) throw new GroundnoteError('not-found', `"${first}" does not exist.`);
    const folder = path.resolve(base);
    return { folder, images: await listImages(folder, { recursive: true, filter: `./${pattern}` }) };
  }
  const paths = inputs.map((input) => path.resolve(input));
  const folder = commonFolder(paths.map((file) => path.dirname(file)));
  const images = paths.map((file) => path.relative(folder, file).split(path.sep).join('/'));
  return { folder, images: inOrder(images) };
}

const inOrder = (images: readonly string[]): string[] =>
  naturallySorted([...new Set(images.filter(isPictureName))], (image) => image);

const patternOf = (filter: string) => (filter.includes('/') ? filter.replace(/^\.\//, '') : `**/${filter}`);

/** The parts of a glob before the first that has a special character, and the rest. */
function splitPattern(glob: string): { base: string; pattern: string | undefined } {
  const parts = glob.split('/');
  const at = parts.findIndex((part) => /[*?[\]{}()!]/.test(part));
  if (at < 0) return { base: glob, pattern: undefined };
  return {
    base: parts.slice(0, at).join('/') || (glob.startsWith('/') ? '/' : '.'),
    pattern: parts.slice(at).join('/'),
  };
}
