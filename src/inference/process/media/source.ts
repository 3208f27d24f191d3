/** The bytes of a file, within a limit, and the errors of files that are not what they should be. */
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { GroundnoteError } from '../../../protocol/errors';
import type { MediaSource } from '../../../protocol/media';
import { bytesInWords } from '../../../protocol/words';

/** A file in memory. */
export interface MediaBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Files of more bytes are not read. */
export const maxMediaBytes = 512_000_000;

/** @throws GroundnoteError not-found, io, bad-file (empty), file-too-large */
export async function loadMedia(source: MediaSource, limit = maxMediaBytes): Promise<MediaBytes> {
  if (!('path' in source)) return checked(source.name, source.bytes, limit);
  const name = path.basename(source.path);
  let file: FileHandle | undefined;
  try {
    file = await open(source.path);
    const stats = await file.stat();
    if (stats.isDirectory()) throw new GroundnoteError('io', `"${name}" is a folder.`);
    if (stats.size > limit) throw tooLarge(name, stats.size, limit);
    return checked(name, await file.readFile(), limit);
  } catch (error) {
    if (error instanceof GroundnoteError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new GroundnoteError('not-found', `The file "${name}" does not exist.`, { cause: error });
    throw new GroundnoteError('io', `"${name}" cannot be read (${code ?? String(error)}).`, { cause: error });
  } finally {
    await file?.close();
  }
}

function checked(name: string, bytes: Uint8Array<ArrayBuffer>, limit: number): MediaBytes {
  if (bytes.length === 0) throw badFile(name, 'is empty');
  if (bytes.length > limit) throw tooLarge(name, bytes.length, limit);
  return { name, bytes };
}

const tooLarge = (name: string, size: number, limit: number) =>
  new GroundnoteError(
    'file-too-large',
    `"${name}" has ${bytesInWords(size)}; the limit is ${bytesInWords(limit)}.`,
  );

/** @param problem the rest of a sentence that begins with the file's name, without a full stop */
export const badFile = (name: string, problem: string, cause?: unknown): GroundnoteError =>
  new GroundnoteError('bad-file', `"${name}" ${problem}.`, { cause });

/** @param got what is there @param needed what the header tells; both in bytes */
export const truncated = (name: string, got: number, needed: number): GroundnoteError =>
  badFile(name, `is incomplete: its header tells of ${needed} bytes of data, and ${got} are there`);

/** A view on the bytes. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes as characters, one each. */
export const latin1 = (bytes: Uint8Array, start = 0, end = bytes.length): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', start, end);
