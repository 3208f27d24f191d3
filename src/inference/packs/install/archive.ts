/**
 * Archives of packs: `.zip`, `.tar`, `.tar.gz`, `.tgz`. What is in one is read and never trusted: an entry that would lie
 * outside, a link, or more than fits a pack makes the whole archive unusable, before anything of it is written.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { ReadEntry } from 'tar';
import type { Entry, ZipFile } from 'yauzl';
import { GroundnoteError } from '../../../protocol/errors';
import { packFileSchema } from '../../../protocol/packs';
import { diskError } from './files';
import { cancelled } from './net';

export interface ArchiveLimits {
  entries: number;
  /** Bytes of all entries when they are unpacked. */
  bytes: number;
  /** Bytes unpacked for each byte of the archive; what is below `freeBytes` is not looked at. */
  ratio: number;
  freeBytes: number;
}

/** Larger than any pack, smaller than what fills a disk by mistake. Weights hardly shrink when they are packed. */
export const archiveLimits: ArchiveLimits = {
  entries: 10_000,
  bytes: 256 * 2 ** 30,
  ratio: 200,
  freeBytes: 64 * 2 ** 20,
};

export interface ArchiveEntry {
  /** Inside the archive, checked to stay inside. */
  path: string;
  /** Bytes, unpacked. */
  size: number;
}

/** Called for each file in the order in which they lie; `bytes` may be read until it returns, or left alone. */
export type Visit = (entry: ArchiveEntry, bytes: AsyncIterable<Uint8Array>) => Promise<void>;

const names = /\.(zip|tar|tar\.gz|tgz)$/i;
export const isArchiveName = (name: string): boolean => names.test(name);
/** A file's name without what says that it is an archive. */
export const archiveStem = (name: string): string => path.basename(name).replace(names, '');

/**
 * Goes over the files of an archive.
 * @throws GroundnoteError broken-pack (hostile or broken), unsupported (no archive), not-found, io, cancelled; what `visit` throws
 */
export async function walkArchive(
  file: string,
  visit: Visit,
  signal: AbortSignal,
  limits: ArchiveLimits = archiveLimits,
): Promise<void> {
  const name = path.basename(file);
  try {
    const { size, head } = await beginning(file);
    const check = checker(name, size, limits);
    if (head.readUInt32BE(0) === 0x504b0304) await walkZip(file, check, visit, signal);
    else if (head.readUInt16BE(0) === 0x1f8b || head.toString('latin1', 257, 262) === 'ustar')
      await walkTar(file, check, visit, signal);
    else
      throw new GroundnoteError(
        'unsupported',
        `${name} is not an archive that can be read: use .zip, .tar.gz or .tgz.`,
      );
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (error instanceof GroundnoteError) throw error;
    const known = diskError(error, file);
    if (known instanceof GroundnoteError) throw known;
    throw unusable(name, `it is broken (${(error as Error).message})`, error);
  }
}

/** All files of an archive. @throws as `walkArchive` */
export async function listArchive(
  file: string,
  signal: AbortSignal,
  limits?: ArchiveLimits,
): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = [];
  await walkArchive(file, async (entry) => void entries.push(entry), signal, limits);
  return entries;
}

async function beginning(file: string): Promise<{ size: number; head: Buffer }> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(512);
    await handle.read(head, 0, head.length, 0);
    return { size: (await handle.stat()).size, head };
  } finally {
    await handle.close();
  }
}

type Check = (told: string, size: number, kind: 'file' | 'folder' | 'other') => ArchiveEntry | undefined;

/** An entry's name without the marks that mean nothing. */
const insideName = (told: string): string => told.replace(/^(?:\.\/)+/, '').replace(/\/$/, '');

const control = /[\0-\x1f:]/;

function staysInside(name: string): boolean {
  if (name === '') return true;
  const parts = name.split('/');
  return (
    packFileSchema.shape.path.safeParse(name).success &&
    !control.test(name) &&
    !parts.includes('') &&
    !parts.includes('.')
  );
}

/** What other systems leave in archives. */
const isLitter = (name: string): boolean =>
  name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/** Takes entries one by one. @returns what is to be looked at; undefined for folders and for litter */
function checker(archive: string, archiveSize: number, limits: ArchiveLimits): Check {
  const most = Math.min(limits.bytes, Math.max(limits.freeBytes, archiveSize * limits.ratio));
  const seen = new Set<string>();
  let entries = 0;
  let bytes = 0;
  return (told, size, kind) => {
    const name = insideName(told);
    if (++entries > limits.entries) throw unusable(archive, `it has more than ${limits.entries} entries`);
    if (kind === 'other') throw unusable(archive, `"${told}" in it is a link or a device`);
    if (!staysInside(name))
      throw unusable(archive, `"${told.slice(0, 100)}" would lie outside of its folder`);
    if (kind === 'folder' || name === '') return undefined;
    bytes += size;
    if (!Number.isSafeInteger(size) || size < 0 || bytes > most)
      throw unusable(
        archive,
        `unpacked it has more than ${Math.round(most / 1e6)} MB, as no pack of its size has`,
      );
    // Two names that differ in case are one file on some disks.
    if (seen.size === seen.add(name.toLowerCase()).size) throw unusable(archive, `"${name}" is in it twice`);
    return isLitter(name) ? undefined : { path: name, size };
  };
}

function unusable(archive: string, why: string, cause?: unknown): GroundnoteError {
  return new GroundnoteError('broken-pack', `The archive ${archive} is not used: ${why}.`, { cause });
}

async function walkZip(file: string, check: Check, visit: Visit, signal: AbortSignal): Promise<void> {
  const { default: yauzl } = await import('yauzl');
  const zip = await new Promise<ZipFile>((resolve, reject) =>
    yauzl.open(file, { lazyEntries: true, autoClose: false, strictFileNames: true }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    ),
  );
  try {
    // The whole list is checked before anything is unpacked.
    const entries: { entry: Entry; file: ArchiveEntry }[] = [];
    for (let entry = await nextEntry(zip); entry; entry = await nextEntry(zip)) {
      signal.throwIfAborted();
      const name = entry.fileName;
      const type = (entry.externalFileAttributes >>> 16) & 0xf000;
      const isOdd = type !== 0 && type !== 0x8000 && type !== 0x4000;
      const checked = check(
        name,
        entry.uncompressedSize,
        isOdd ? 'other' : name.endsWith('/') ? 'folder' : 'file',
      );
      if (checked) entries.push({ entry, file: checked });
    }
    for (const { entry, file: inside } of entries) {
      signal.throwIfAborted();
      await visit(inside, zipBytes(zip, entry, signal));
    }
    signal.throwIfAborted();
  } finally {
    zip.close();
  }
}

function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const off = () => {
      zip.off('entry', onEntry).off('end', onEnd).off('error', onError);
    };
    const onEntry = (entry: Entry) => (off(), resolve(entry));
    const onEnd = () => (off(), resolve(undefined));
    const onError = (error: Error) => (off(), reject(error));
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
}

/** Opened when the first byte is asked for. */
async function* zipBytes(
  zip: ZipFile,
  entry: Entry,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = await new Promise<NodeJS.ReadableStream & { destroy(): void }>((resolve, reject) =>
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const stop = () => stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } finally {
    signal.removeEventListener('abort', stop);
    stream.destroy();
  }
}

async function walkTar(file: string, check: Check, visit: Visit, signal: AbortSignal): Promise<void> {
  // A tar tells of an entry only when it comes, so it is gone over once before anything of it is unpacked.
  const checked = new Map<string, ArchiveEntry>();
  await readTar(file, signal, async (entry, kind) => {
    const inside = check(entry.path, entry.size, kind);
    if (inside) checked.set(inside.path, inside);
  });
  await readTar(file, signal, async (entry) => {
    const inside = checked.get(insideName(entry.path));
    if (inside) await visit(inside, entry as unknown as AsyncIterable<Uint8Array>);
  });
}

const fileTypes = new Set(['File', 'OldFile', 'ContiguousFile']);
const folderTypes = new Set(['Directory', 'GNUDumpDir']);

async function readTar(
  file: string,
  signal: AbortSignal,
  take: (entry: ReadEntry, kind: 'file' | 'folder' | 'other') => Promise<void>,
): Promise<void> {
  const { Parser } = await import('tar');
  await new Promise<void>((resolve, reject) => {
    const stream = createReadStream(file, { signal, highWaterMark: 1 << 20 });
    const fail = (error: unknown) => {
      stream.destroy();
      reject(error);
    };
    let chain = Promise.resolve();
    const parser = new Parser({
      strict: true,
      onReadEntry: (entry) => {
        const { type } = entry;
        const kind = fileTypes.has(type) ? 'file' : folderTypes.has(type) ? 'folder' : 'other';
        chain = chain.then(async () => {
          await take(entry, kind);
          entry.resume();
        });
        chain.catch(fail);
      },
    });
    parser.on('error', fail);
    parser.on('end', () => void chain.then(resolve, fail));
    stream.on('error', fail);
    stream.pipe(parser as unknown as NodeJS.WritableStream);
  });
}
