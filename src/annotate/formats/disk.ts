/** Files of this machine for exports and imports: what a folder holds, and writing so that nothing is ever half there. */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GroundnoteError } from '../../protocol/errors';
import { naturallySorted } from '../../protocol/pictureNames';
import { writeError } from '../textFile';
import type { InputFile, OutputFile } from './format';

/** A file below a folder. */
export interface FoundFile {
  /** Where it lies on this machine. */
  file: string;
  /** Relative to the folder, `/` between the parts. */
  path: string;
}

/** All files below a folder, in the order of their names; hidden folders and node_modules are left out. */
export async function* walk(folder: string, below = ''): AsyncGenerator<FoundFile> {
  const entries = await readdir(path.join(folder, below), { withFileTypes: true }).catch((cause: unknown) => {
    throw new GroundnoteError('io', `The folder ${path.join(folder, below)} cannot be read.`, { cause });
  });
  for (const entry of naturallySorted(entries, ({ name }) => name)) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) yield* walk(folder, name);
    else if (entry.isFile()) yield { file: path.join(folder, name), path: name };
  }
}

/** The files of an import: one file with its neighbours of the same format's lists, or all below a folder. */
export async function inputFiles(place: string): Promise<{ root: string; files: InputFile[] }> {
  const info = await stat(place).catch((cause: unknown) => {
    throw new GroundnoteError('not-found', `“${place}” does not exist.`, { cause });
  });
  const root = info.isDirectory() ? place : path.dirname(place);
  const files: InputFile[] = [];
  if (!info.isDirectory()) files.push(inputFile({ file: place, path: path.basename(place) }));
  // A data.yaml stands for the labels below it, and a file of labels needs the list of classes beside or above it.
  if (info.isDirectory() || /\.ya?ml$/i.test(place)) {
    for await (const found of walk(root)) if (found.file !== place) files.push(inputFile(found));
  } else if (/\.(txt|png)$/i.test(place)) {
    for (const folder of [root, path.dirname(root)])
      for (const name of ['data.yaml', 'classes.txt', 'instances.csv']) {
        const file = path.join(folder, name);
        if (file !== place && (await isFile(file))) files.push(inputFile({ file, path: name }));
      }
  }
  return { root, files };
}

/** Whether there is a file of this name. */
export const isFile = (file: string) =>
  stat(file).then(
    (info) => info.isFile(),
    () => false,
  );

function inputFile({ file, path: name }: FoundFile): InputFile {
  const reading = <T>(work: Promise<T>) =>
    work.catch((cause: unknown) => {
      throw new GroundnoteError('io', `${name} cannot be read.`, { cause });
    });
  return {
    path: name,
    text: () => reading(readFile(file, 'utf8')),
    bytes: async () => new Uint8Array(await reading(readFile(file))),
  };
}

/** Where an export goes. Each file is written under another name first, and is there whole or not at all. */
export class DiskFolder {
  /** @param spared files that are never written over: the pictures and their sidecars */
  constructor(
    readonly folder: string,
    private readonly spared: (file: string) => boolean = () => false,
  ) {}

  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(path.join(this.folder, name), 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new GroundnoteError('io', `${name} cannot be read.`, { cause });
    }
  }

  /** @throws GroundnoteError 'io' when it cannot be written, or would replace a picture that is exported */
  async write({ path: name, data }: OutputFile): Promise<void> {
    const file = path.join(this.folder, name);
    if (this.spared(file))
      throw new GroundnoteError('io', `${file} belongs to what is exported: choose another folder.`);
    const temporary = `${file}.${process.pid}.part`;
    try {
      await mkdir(path.dirname(file), { recursive: true });
      if (typeof data === 'string' || data instanceof Uint8Array) await writeFile(temporary, data);
      else await pipeline(Readable.from(data), createWriteStream(temporary));
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error instanceof GroundnoteError ? error : writeError(name, path.dirname(file), error);
    }
  }
}

/** The deepest folder that holds all of these, or is one of them. */
export function commonFolder([first = '', ...others]: readonly string[]): string {
  let common = first;
  for (const folder of others)
    while (path.relative(common, folder).startsWith('..') && path.dirname(common) !== common)
      common = path.dirname(common);
  return common;
}
