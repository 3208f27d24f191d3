/** Brings the files of a plan into a folder of work: downloaded, copied or unpacked, and each compared with what was promised. */
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { GroundnoteError } from '../../../protocol/errors';
import { walkArchive } from './archive';
import { download } from './download';
import { diskError, finish, openAt, readBytes, Summer, writeAll, type Sums } from './files';
import { cancelled, type Net } from './net';
import type { Meter } from './progress';
import type { PlannedFile } from './types';
import type { WorkFolder } from './work';

/** @returns the sums by path. @throws GroundnoteError as `download`, and cancelled, broken-pack, no-space, io */
export async function fetchFiles(
  net: Net,
  files: readonly PlannedFile[],
  work: WorkFolder,
  meter: Meter,
  spare: number,
  signal: AbortSignal,
): Promise<Map<string, Sums>> {
  const sums = new Map<string, Sums>();
  const keep = async (file: PlannedFile, own: Sums) => {
    await work.setDone(file, own);
    sums.set(file.path, own);
  };
  /** By archive, by entry. */
  const packed = new Map<string, Map<string, PlannedFile>>();
  for (const file of files) {
    if (signal.aborted) throw cancelled();
    const { at } = file;
    const here = await work.done(file);
    if (here) sums.set(file.path, here);
    else if ('archive' in at) {
      const entries = packed.get(at.archive) ?? new Map<string, PlannedFile>();
      packed.set(at.archive, entries.set(at.entry, file));
    } else if ('url' in at) {
      meter.begin('downloading', file.path);
      const { path: name, size, sha256, gitOid } = file;
      const wanted = { url: at.url, name, size: size || undefined, sha256, gitOid, maxBytes: size || spare };
      const places = {
        part: work.part(name),
        file: path.join(work.files, name),
        etag: work.etag(file),
        onEtag: (etag: string | undefined) => work.setEtag(file, etag),
        onBytes: meter.add,
      };
      await keep(file, await download(net, wanted, places, signal));
    } else {
      meter.begin('copying', file.path);
      await keep(file, await copy(file, readBytes(at.file, signal), work, meter, signal));
    }
  }
  for (const [archive, entries] of packed)
    await walkArchive(
      archive,
      async (entry, bytes) => {
        const file = entries.get(entry.path);
        if (!file) return;
        meter.begin('copying', file.path);
        await keep(file, await copy(file, bytes, work, meter, signal));
      },
      signal,
    );
  const missing = files.find((file) => !sums.has(file.path));
  if (missing) throw changed(missing);
  return sums;
}

async function copy(
  file: PlannedFile,
  bytes: AsyncIterable<Uint8Array>,
  work: WorkFolder,
  meter: Meter,
  signal: AbortSignal,
): Promise<Sums> {
  const part = work.part(file.path);
  const place = path.join(work.files, file.path);
  const summer = new Summer();
  try {
    const handle = await openAt(part, 0);
    try {
      for await (const chunk of bytes) {
        if (signal.aborted) throw cancelled();
        if (summer.size + chunk.byteLength > file.size) throw changed(file);
        await writeAll(handle, chunk, summer.size);
        summer.update(chunk);
        meter.add(chunk.byteLength);
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    await finish(handle, part, place);
  } catch (error) {
    meter.add(-summer.size);
    await rm(part, { force: true });
    throw signal.aborted ? cancelled() : diskError(error, file.path);
  }
  const { sha256, size } = summer.digest();
  if (size !== file.size) throw changed(file);
  if (file.sha256 === undefined || sha256 === file.sha256) return { sha256, size };
  await rm(place, { force: true });
  throw new GroundnoteError(
    'broken-pack',
    `The file "${file.path}" is not the one that was promised (its checksum differs), so nothing was installed.`,
  );
}

const changed = (file: PlannedFile) =>
  new GroundnoteError('io', `The file "${file.path}" has changed while it was copied: try again.`);

/** Moves a folder to where nothing is. @throws GroundnoteError io, naming what may hold it */
export async function moveFolder(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isHeld = code === 'EBUSY' || code === 'EPERM' || code === 'EACCES';
    if (isHeld && process.platform === 'win32')
      throw new GroundnoteError(
        'io',
        `${path.basename(from)} is in use: close the windows that run it, and try again.`,
        {
          cause: error,
        },
      );
    throw diskError(error, from);
  }
}

/** Whether something is there. */
export const exists = (place: string): Promise<boolean> =>
  stat(place).then(
    () => true,
    () => false,
  );
