/** Reading and writing small text files so that a crash or a full disk leaves the old one whole. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { GroundnoteError } from '../protocol/errors';

/** A text file somewhere: on this machine, or in a virtual workspace. */
export interface TextFile {
  readonly name: string;
  /** The text, or undefined where there is no file. @throws GroundnoteError 'io' */
  read(): Promise<string | undefined>;
  /** Replaces the whole file. @throws GroundnoteError 'io' with what the user can do */
  write(text: string): Promise<void>;
}

/** A file on this machine; writes go to a temporary file beside it, are flushed, and renamed. */
export class DiskFile implements TextFile {
  readonly name: string;

  constructor(private readonly path: string) {
    this.name = path.split(/[\\/]/).pop() as string;
  }

  async read(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw new GroundnoteError('io', `${this.name} cannot be read (${codeOf(error)}).`, { cause: error });
    }
  }

  async write(text: string): Promise<void> {
    try {
      await writeFileAtomic(this.path, text, { encoding: 'utf8', fsync: true });
    } catch (error) {
      throw writeError(this.name, path.dirname(this.path), error);
    }
  }
}

/** One sentence for a failed write. */
export function writeError(name: string, folder: string, error: unknown): GroundnoteError {
  const code = codeOf(error);
  const why =
    code === 'ENOSPC'
      ? 'the disk is full'
      : ['EACCES', 'EPERM', 'EROFS', 'NoPermissions'].includes(code)
        ? `the folder ${folder} is read-only; change its permissions, or use Save As to keep a copy of the picture and its annotations elsewhere`
        : code;
  return new GroundnoteError('io', `${name} was not saved: ${why}.`, { cause: error });
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | undefined)?.code ?? error);
}
