/** Writing files of packs: streamed, hashed on the way, flushed, with one sentence for what fails. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { GroundnoteError } from '../../../protocol/errors';

/** One sentence for what the disk refused; other errors as they are. */
export function diskError(error: unknown, place: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof GroundnoteError || typeof code !== 'string') return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new GroundnoteError('no-space', `The disk is full: make room where ${place} lies, and go on.`, {
      cause: error,
    });
  if (['EACCES', 'EPERM', 'EROFS'].includes(code))
    return new GroundnoteError(
      'io',
      `${place} may not be written: change its permissions, or choose another folder.`,
      { cause: error },
    );
  if (code === 'ENOENT') return new GroundnoteError('not-found', `There is no ${place}.`, { cause: error });
  if (code.startsWith('E') && !code.startsWith('ERR_'))
    return new GroundnoteError('io', `${place} cannot be used (${code}).`, { cause: error });
  return error;
}

/** Bytes free where a folder lies, or will lie. */
export async function freeBytes(folder: string): Promise<number> {
  for (let place = path.resolve(folder); ; place = path.dirname(place)) {
    try {
      const { bavail, bsize } = await statfs(place);
      return bavail * bsize;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || place === path.dirname(place))
        throw diskError(error, folder);
    }
  }
}

export interface Sums {
  sha256: string;
  size: number;
}

/** SHA-256 over what passes, and where git's object id is wanted that too (SHA-1 over `blob LENGTH\0` and the content). */
export class Summer {
  private readonly sha256 = createHash('sha256');
  private readonly sha1;
  size = 0;

  /** @param gitSize the length that git's object id needs before the content; absent: no such id */
  constructor(gitSize?: number) {
    this.sha1 = gitSize === undefined ? undefined : createHash('sha1').update(`blob ${gitSize}\0`);
  }

  update(bytes: Uint8Array): void {
    this.sha256.update(bytes);
    this.sha1?.update(bytes);
    this.size += bytes.byteLength;
  }

  /** Ends it. */
  digest(): Sums & { gitOid?: string } {
    return {
      sha256: this.sha256.digest('hex'),
      size: this.size,
      ...(this.sha1 && { gitOid: this.sha1.digest('hex') }),
    };
  }
}

/** The bytes of a file from its beginning, in parts of a megabyte. */
export async function* readBytes(
  file: string,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of createReadStream(file, { signal, highWaterMark: 1 << 20 })) yield chunk as Buffer;
}

/** Opens a file to write on at `from`, cutting off what is behind; its folder is made. @throws GroundnoteError io, no-space */
export async function openAt(file: string, from: number): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    handle = await open(file, from ? 'r+' : 'w');
    await handle.truncate(from);
    return handle;
  } catch (error) {
    await handle?.close();
    throw diskError(error, file);
  }
}

/** Writes all of it at a place of the file. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done);
    done += bytesWritten;
  }
}

/** Flushes, closes and moves a file that is complete to its place. @throws GroundnoteError io, no-space */
export async function finish(handle: FileHandle, from: string, to: string): Promise<void> {
  try {
    await handle.sync().finally(() => handle.close());
    await mkdir(path.dirname(to), { recursive: true });
    await rename(from, to);
  } catch (error) {
    throw diskError(error, to);
  }
}
