/**
 * Where the tiles of large pictures lie: one folder a picture, named by its content. The folders that were not used for
 * longest go when all take too much, or when the disk is nearly full.
 */
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod';
import { GroundnoteError } from '../../../protocol/errors';

/** Grows when tiles are made in another way. */
const formatVersion = 1;
/** So much of the disk is left to others. */
const reserveBytes = 1_000_000_000;
const folderPattern = /^v\d+-[0-9a-f]{32}$/;
const completeFile = 'complete.json';
const completeSchema = z.object({ bytes: z.number() });

export interface TileCacheOptions {
  /** Absent: a temporary folder, which goes with this process. */
  folder?: string | undefined;
  /** Most bytes of all tiles together. */
  limitBytes: number;
}

/** A folder of tiles as the limit sees it. */
interface Entry {
  folder: string;
  bytes: number;
  usedMs: number;
}

export class TileCache {
  private root: Promise<string> | undefined;

  constructor(private readonly options: TileCacheOptions) {}

  /** The folder of a picture, which is made if need be and counts as used now. @param contentHash SHA-256, hexadecimal */
  async folderOf(contentHash: string): Promise<string> {
    this.root ??= this.open();
    const folder = path.join(await this.root, `v${formatVersion}-${contentHash.slice(0, 32)}`);
    await mkdir(folder, { recursive: true });
    const now = new Date();
    await utimes(folder, now, now);
    return folder;
  }

  /** Whether all tiles of a folder are there. */
  async isComplete(folder: string): Promise<boolean> {
    return stat(path.join(folder, completeFile)).then(
      () => true,
      () => false,
    );
  }

  /** All tiles are there: says so in the folder, and lets the oldest folders go where the limit asks for it. */
  async complete(folder: string): Promise<void> {
    const bytes = await bytesIn(folder);
    await writeFile(path.join(folder, completeFile), JSON.stringify({ bytes }));
    await this.shrink(folder, 0);
  }

  /**
   * Sees to it that so many bytes can be written, by letting other folders go.
   * @param folder this one stays
   * @throws GroundnoteError io when the disk is too full
   */
  async makeRoom(folder: string, bytes: number): Promise<void> {
    await this.shrink(folder, bytes);
    const free = await freeBytes(folder);
    if (free < bytes + reserveBytes)
      throw new GroundnoteError(
        'io',
        `Preparing this picture takes ${gigabytes(bytes)} on the disk, and only ${gigabytes(free)} are free. Make room and open it again.`,
      );
  }

  /** Removes the oldest folders but `folder`, until the limit holds and `bytes` more can be written. */
  private async shrink(folder: string, bytes: number): Promise<void> {
    const entries = (await this.entries()).sort((a, b) => a.usedMs - b.usedMs);
    let total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    for (const entry of entries) {
      if (entry.folder === folder) continue;
      if (total <= this.options.limitBytes && (await freeBytes(folder)) >= bytes + reserveBytes) return;
      await rm(entry.folder, { recursive: true, force: true });
      total -= entry.bytes;
    }
  }

  private async entries(): Promise<Entry[]> {
    const root = await (this.root ??= this.open());
    const entries: Entry[] = [];
    for (const name of await readdir(root)) {
      if (!folderPattern.test(name)) continue;
      const folder = path.join(root, name);
      const stats = await stat(folder).catch(() => undefined);
      if (stats) entries.push({ folder, usedMs: stats.mtimeMs, bytes: await bytesOf(folder) });
    }
    return entries;
  }

  private async open(): Promise<string> {
    const { folder } = this.options;
    if (folder === undefined) {
      const temporary = await mkdtemp(path.join(tmpdir(), 'groundnote-tiles-'));
      process.once('exit', () => rmSync(temporary, { recursive: true, force: true }));
      return temporary;
    }
    await mkdir(folder, { recursive: true });
    return folder;
  }
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Bytes of a folder, as it says itself where it is complete. */
async function bytesOf(folder: string): Promise<number> {
  try {
    return completeSchema.parse(JSON.parse(await readFile(path.join(folder, completeFile), 'utf8'))).bytes;
  } catch {
    return bytesIn(folder);
  }
}

async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    bytes += (await stat(path.join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size;
  }
  return bytes;
}
