/**
 * The pyramid of one large picture. The file is decoded once, row by row, into a plain file of pixels on the disk, which
 * is halved level by level; tiles are cut from these in any order, those that somebody waits for first. The plain files
 * go when all tiles are there, or when nobody wants more. The picture is never in memory as a whole.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import { GroundnoteError } from '../../../protocol/errors';
import type { Size } from '../../../protocol/geometry';
import type { HandlerContext, Progress } from '../../../protocol/rpc';
import { levelSizes, tileCounts, tileFile, tileSide, type Tile } from '../../../protocol/tiles';
import { throwIfCancelled } from '../cancel';
import { damaged, decoder, type EncodedImage, type Header, type ImageLimits } from '../images';
import type { Rectangle } from '../picture';
import { loadSharp } from '../sharpLoader';
import type { TileCache } from './cache';
import { storedRectangle, storedSize, turnUpright } from './orientation';

/** JPEG, because a page decodes it fast; so fine that what it changes is not seen, and with colours at full resolution. */
const tileEncoding = { quality: 92, chromaSubsampling: '4:4:4' } as const;
const overviewSide = 2048;
/** Formats of which a small copy can be read without decoding all of it. */
const shrinksOnLoad = new Set(['jpeg', 'webp']);
const jobsAtOnce = 2;
/** How long the plain files stay when nobody wants a tile. */
const keepPixelsMs = 60_000;
/** Shares of the whole work, for the progress. */
const readingShare = 0.3;

/** A tile that is being made. */
interface Job {
  /** How many wait for it; with none it is not begun. */
  waiting: number;
  done: Promise<void>;
}

export interface PyramidOptions {
  image: EncodedImage;
  header: Header;
  limits: ImageLimits;
  cache: TileCache;
  folder: string;
  contentHash: string;
  /** Resolves when no task is at work: tiles that nobody waits for are made then. */
  quiet(): Promise<void>;
}

export class Pyramid {
  /** Sizes of the levels, oriented, the finest first. */
  readonly levels: readonly Size[];
  readonly size: Size;
  readonly folder: string;
  readonly contentHash: string;
  private readonly queue = new PQueue({ concurrency: jobsAtOnce });
  private readonly jobs = new Map<string, Job>();
  /** Files of a level's pixels, as stored, by level. */
  private readonly pixels = new Map<number, Promise<string>>();
  private users = 0;
  private dropTimer: NodeJS.Timeout | undefined;
  private readonly workFolder: string;

  constructor(private readonly options: PyramidOptions) {
    const { width, height } = options.header;
    this.size = { width, height };
    this.levels = levelSizes(this.size);
    this.folder = options.folder;
    this.contentHash = options.contentHash;
    this.workFolder = path.join(options.folder, `work-${process.pid}`);
  }

  isComplete(): Promise<boolean> {
    return this.options.cache.isComplete(this.folder);
  }

  /** The file of a small copy of the picture. @throws GroundnoteError bad-image, io */
  overview(): Promise<{ file: string } & Size> {
    return this.using(async () => {
      const { width, height } = this.size;
      const factor = Math.min(1, overviewSide / Math.max(width, height));
      const size = {
        width: Math.max(1, Math.round(width * factor)),
        height: Math.max(1, Math.round(height * factor)),
      };
      const file = path.join(this.folder, 'overview.jpg');
      if (await exists(file)) return { file, ...size };
      const { image, header, limits } = this.options;
      const stored = storedSize(size, header.orientation);
      try {
        const source = shrinksOnLoad.has(header.format)
          ? await decoder(image, header, limits)
          : (await loadSharp())(await this.pixelsOf(this.levelNear(size)), { limitInputPixels: false });
        source.resize(stored.width, stored.height, { fit: 'fill' });
        await written(file, (part) =>
          turnUpright(source, header.orientation).jpeg(tileEncoding).toFile(part),
        );
      } catch (error) {
        throw this.failure(error);
      }
      return { file, ...size };
    });
  }

  /**
   * Makes a tile unless it is there, before those that nobody waits for.
   * @returns its file
   * @throws GroundnoteError cancelled, invalid-params, bad-image, io
   */
  tile(tile: Tile, signal?: AbortSignal): Promise<string> {
    return this.using(() => this.make(tile, 1, signal));
  }

  /** Makes all tiles that are missing, coarse ones first. @throws GroundnoteError cancelled, bad-image, io */
  build({ signal, progress }: HandlerContext): Promise<void> {
    return this.using(async () => {
      if (await this.isComplete()) return;
      const missing = await this.missingTiles();
      const reading = this.watchReading((fraction) =>
        progress({ phase: 'Reading the picture', fraction: fraction * readingShare }),
      );
      try {
        if (missing.length) await this.pixelsOf(0);
      } finally {
        reading();
      }
      await this.makeAll(missing, signal, progress);
      // They are no part of what is kept.
      await this.dropPixels();
      await this.options.cache.complete(this.folder);
    });
  }

  /**
   * Pixels of a part of a level: rows of RGB.
   * @param part inside the level, in its pixels
   */
  read(level: number, part: Rectangle, signal?: AbortSignal): Promise<Uint8Array> {
    return this.using(async () => {
      const tiles: Tile[] = [];
      for (let y = Math.floor(part.y / tileSide); y * tileSide < part.y + part.height; y++)
        for (let x = Math.floor(part.x / tileSide); x * tileSide < part.x + part.width; x++)
          tiles.push({ level, x, y });
      const data = new Uint8Array(part.width * part.height * 3);
      const sharp = await loadSharp();
      await Promise.all(
        tiles.map(async (tile) => {
          const file = await this.make(tile, 1, signal);
          const { data: pixels, info } = await sharp(file)
            .toColourspace('srgb')
            .raw()
            .toBuffer({ resolveWithObject: true });
          const [left, top] = [tile.x * tileSide, tile.y * tileSide];
          const [x1, x2] = [Math.max(left, part.x), Math.min(left + info.width, part.x + part.width)];
          const [y1, y2] = [Math.max(top, part.y), Math.min(top + info.height, part.y + part.height)];
          for (let y = y1; y < y2; y++) {
            const from = ((y - top) * info.width + x1 - left) * 3;
            data.set(
              pixels.subarray(from, from + (x2 - x1) * 3),
              ((y - part.y) * part.width + x1 - part.x) * 3,
            );
          }
        }),
      );
      return data;
    });
  }

  /** The coarsest level that is no smaller than a size. */
  private levelNear({ width }: Size): number {
    return Math.max(0, this.levels.filter((level) => level.width >= width).length - 1);
  }

  /** Makes tiles, a few at a time, while no task is at work. */
  private async makeAll(
    tiles: readonly Tile[],
    signal: AbortSignal,
    progress: (progress: Progress) => void,
  ): Promise<void> {
    let [next, made] = [0, 0];
    const work = async () => {
      while (next < tiles.length) {
        const tile = tiles[next++] as Tile;
        await this.options.quiet();
        await throwIfCancelled(signal);
        await this.make(tile, 0, signal);
        const share = ++made / tiles.length;
        progress({ phase: 'Preparing the picture', fraction: readingShare + (1 - readingShare) * share });
      }
    };
    await Promise.all(Array.from({ length: jobsAtOnce }, work));
  }

  private async make(tile: Tile, priority: 0 | 1, signal?: AbortSignal): Promise<string> {
    const level = this.levels[tile.level];
    const counts = level && tileCounts(level);
    if (!counts || tile.x >= counts.width || tile.y >= counts.height)
      throw new GroundnoteError('invalid-params', 'The picture has no such tile.');
    const name = tileFile(tile);
    const file = path.join(this.folder, name);
    if (await exists(file)) return file;
    const begun = this.jobs.get(name);
    if (begun) begun.waiting++;
    const job = begun ?? this.enqueue(name, file, tile, priority);
    const leave = () => job.waiting--;
    signal?.addEventListener('abort', leave, { once: true });
    try {
      if (signal?.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
      await job.done;
      return file;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  private enqueue(name: string, file: string, tile: Tile, priority: 0 | 1): Job {
    const job: Job = { waiting: 1, done: Promise.resolve() };
    this.jobs.set(name, job);
    job.done = this.queue
      .add(
        async () => {
          if (job.waiting <= 0) throw new GroundnoteError('cancelled', 'Cancelled.');
          const pixels = await this.pixelsOf(tile.level);
          if (job.waiting <= 0) throw new GroundnoteError('cancelled', 'Cancelled.');
          await this.cut(tile, pixels, file);
        },
        { priority },
      )
      .finally(() => this.jobs.delete(name)) as Promise<void>;
    job.done.catch(() => undefined);
    return job;
  }

  private async cut(tile: Tile, pixels: string, file: string): Promise<void> {
    const { orientation } = this.options.header;
    const level = this.levels[tile.level] as Size;
    const [x, y] = [tile.x * tileSide, tile.y * tileSide];
    const part = storedRectangle(
      { x, y, width: Math.min(tileSide, level.width - x), height: Math.min(tileSide, level.height - y) },
      level,
      orientation,
    );
    const sharp = await loadSharp();
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await written(file, (unfinished) =>
        turnUpright(
          sharp(pixels, { limitInputPixels: false }).extract({
            left: part.x,
            top: part.y,
            width: part.width,
            height: part.height,
          }),
          orientation,
        )
          .jpeg(tileEncoding)
          .toFile(unfinished),
      );
    } catch (error) {
      throw this.failure(error);
    }
  }

  /** The file with a level's pixels, as stored. */
  private pixelsOf(level: number): Promise<string> {
    let pixels = this.pixels.get(level);
    if (!pixels) {
      pixels = this.writePixels(level);
      this.pixels.set(level, pixels);
      pixels.catch(() => this.pixels.delete(level));
    }
    return pixels;
  }

  private async writePixels(level: number): Promise<string> {
    const { image, header, limits, cache } = this.options;
    const file = this.pixelFile(level);
    try {
      if (level === 0) {
        await removeDeadWork(this.folder);
        const { width, height } = this.size;
        // The pixels of all levels, and as much again as tiles take at worst.
        await cache.makeRoom(this.folder, width * height * 5);
        await mkdir(this.workFolder, { recursive: true });
        const source = await decoder(image, header, limits);
        await written(file, (part) => source.toFile(part));
      } else {
        const finer = await this.pixelsOf(level - 1);
        const { width, height } = storedSize(this.levels[level] as Size, header.orientation);
        const sharp = await loadSharp();
        await written(file, (part) =>
          sharp(finer, { limitInputPixels: false, sequentialRead: true })
            .resize(width, height, { fit: 'fill', kernel: 'linear' })
            .toFile(part),
        );
      }
    } catch (error) {
      throw this.failure(error);
    }
    return file;
  }

  private pixelFile(level: number): string {
    return path.join(this.workFolder, `${level}.v`);
  }

  /** Tells how much of the picture has been decoded, until the returned function is called. */
  private watchReading(onFraction: (fraction: number) => void): () => void {
    const { width, height } = this.size;
    const timer = setInterval(() => {
      stat(unfinished(this.pixelFile(0))).then(
        ({ size }) => onFraction(Math.min(1, size / (width * height * 3))),
        () => undefined,
      );
    }, 250);
    return () => clearInterval(timer);
  }

  /** Tiles whose files are not there: those of coarse levels first, in each from the middle outwards. */
  private async missingTiles(): Promise<Tile[]> {
    const missing: Tile[] = [];
    for (let level = this.levels.length - 1; level >= 0; level--) {
      const there = new Set(await readdir(path.join(this.folder, String(level))).catch(() => []));
      const { width, height } = tileCounts(this.levels[level] as Size);
      const tiles: Tile[] = [];
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          if (!there.has(path.basename(tileFile({ level, x, y })))) tiles.push({ level, x, y });
      const distance = ({ x, y }: Tile) => Math.hypot(x + 0.5 - width / 2, y + 0.5 - height / 2);
      missing.push(...tiles.sort((a, b) => distance(a) - distance(b)));
    }
    return missing;
  }

  /** Counts a user of the pixels; they go a while after the last one. */
  private async using<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.dropTimer);
    this.users++;
    try {
      return await work();
    } finally {
      if (--this.users === 0 && this.pixels.size) {
        this.dropTimer = setTimeout(() => void this.dropPixels(), keepPixelsMs);
        this.dropTimer.unref();
      }
    }
  }

  private async dropPixels(): Promise<void> {
    clearTimeout(this.dropTimer);
    await Promise.allSettled(this.pixels.values());
    this.pixels.clear();
    await rm(this.workFolder, { recursive: true, force: true });
  }

  private failure(error: unknown): GroundnoteError {
    if (error instanceof GroundnoteError) return error;
    const text = String(error);
    if (/ENOSPC|no space left/i.test(text))
      return new GroundnoteError('io', 'The disk is full: the picture cannot be prepared. Make room.', {
        cause: error,
      });
    return damaged(this.options.image.name, error);
  }
}

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

const unfinished = (file: string) =>
  path.join(path.dirname(file), `part-${process.pid}-${path.basename(file)}`);

/** Writes a file under another name first, so that nobody sees half of it. */
async function written(file: string, write: (part: string) => Promise<unknown>): Promise<void> {
  const part = unfinished(file);
  try {
    await write(part);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** Removes pixels that a process left behind which is no more. */
async function removeDeadWork(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/^work-(\d+)$/.exec(name)?.[1]);
    if (pid && pid !== process.pid && !isAlive(pid))
      await rm(path.join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
