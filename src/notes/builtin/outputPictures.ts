/** A picture that a notebook's cell has put out, and the file that it becomes. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface OutputPicture {
  bytes: Uint8Array;
  /** Without a dot. */
  extension: string;
}

/** What a notebook may show as a picture → the extension of its file, in the order in which VS Code chooses. */
const pictureTypes: [mime: string, extension: string][] = [
  ['image/svg+xml', 'svg'],
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/gif', 'gif'],
  ['image/webp', 'webp'],
];

/** The picture among the forms of one output; undefined when there is none, or an empty one. */
export function outputPicture(
  items: readonly { mime: string; data: Uint8Array }[],
): OutputPicture | undefined {
  for (const [mime, extension] of pictureTypes) {
    const item = items.find((each) => each.mime === mime && each.data.length > 0);
    if (item) return { bytes: item.data, extension };
  }
  return undefined;
}

/** The shortest part of a picture's hash that stands in its file's name. */
const hashLength = 8;

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The file in a folder that holds this picture already, whatever cell it was made from. */
export async function findPicture(folder: string, picture: OutputPicture): Promise<string | undefined> {
  const hash = hashOf(picture.bytes);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.sort()) {
    const match = /^cell-\d+-([0-9a-f]+)\.(\w+)$/.exec(name);
    const part = match?.[1] ?? '';
    if (part.length < hashLength || !hash.startsWith(part) || match?.[2] !== picture.extension) continue;
    const file = path.join(folder, name);
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes?.equals(picture.bytes)) return file;
  }
  return undefined;
}

/**
 * Writes a picture into a folder, which is made if need be: `cell-3-0f1e2d3c.png`. The same content is written once, and
 * no other file is overwritten.
 * @param cell the cell's place in the notebook, the first being 1
 * @returns the path of the file
 * @throws the file system's error when it cannot be written
 */
export async function storePicture(folder: string, cell: number, picture: OutputPicture): Promise<string> {
  await mkdir(folder, { recursive: true });
  const known = await findPicture(folder, picture);
  if (known) return known;
  const hash = hashOf(picture.bytes);
  for (let length = hashLength; ; length *= 2) {
    const file = path.join(folder, `cell-${cell}-${hash.slice(0, length)}.${picture.extension}`);
    try {
      await writeFile(file, picture.bytes, { flag: 'wx' });
      return file;
    } catch (error) {
      // A file of this name that somebody has edited: a longer part of the hash makes another name.
      const taken = (error as NodeJS.ErrnoException).code === 'EEXIST';
      if (!taken || length >= hash.length) throw error;
    }
  }
}
