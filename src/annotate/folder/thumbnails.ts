/** Small pictures for the filmstrip: made in the inference process, kept on disk up to a limit. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import PQueue from 'p-queue';
import * as vscode from 'vscode';
import { toWireError } from '../../protocol/errors';
import { thumbnail } from '../../protocol/inference';
import type { InferenceApi } from '../inferenceApi';
import { leastRecent, type CachedFile } from './leastRecent';

/** Longer side in pixels: sharp on a screen of two pixels a point. */
const side = 192;
const limitBytes = 128 * 1024 * 1024;
/** The limit is looked at after so many new files. */
const checkEvery = 200;

export interface ThumbnailsOptions {
  folder: vscode.Uri;
  inference: InferenceApi;
  log: vscode.LogOutputChannel;
}

export class Thumbnails {
  /** One at a time, the newest question first: it is about what the user looks at. */
  private readonly queue = new PQueue({ concurrency: 1 });
  private readonly making = new Map<string, Promise<vscode.Uri | undefined>>();
  private asked = 0;
  private written = checkEvery - 1;

  constructor(private readonly options: ThumbnailsOptions) {}

  /**
   * The small picture of a file, or undefined where none can be made. While it waits for its turn, `signal` takes the
   * question back; once the process has it, stopping would cost more than the answer.
   */
  async of(image: vscode.Uri, signal: AbortSignal): Promise<vscode.Uri | undefined> {
    const { mtime, size } = await vscode.workspace.fs.stat(image);
    const key = createHash('sha1').update(`${image.toString()}|${mtime}|${size}|${side}`).digest('hex');
    const file = vscode.Uri.joinPath(this.options.folder, `${key}.webp`);
    if (await touch(file.fsPath)) return file;
    const running = this.making.get(key);
    if (running) return running;
    // Not begun: whoever asks next puts it in front again.
    const made = await this.queue.add(
      async () => {
        if (signal.aborted) return undefined;
        const making = this.make(image, file.fsPath).then((ok) => (ok ? file : undefined));
        this.making.set(key, making);
        try {
          return await making;
        } finally {
          this.making.delete(key);
        }
      },
      { priority: ++this.asked },
    );
    return made ?? undefined;
  }

  private async make(image: vscode.Uri, file: string): Promise<boolean> {
    try {
      // Two panels may have asked before the first was made.
      if (await touch(file)) return true;
      const name = image.path.split('/').pop() as string;
      const source =
        image.scheme === 'file'
          ? { path: image.fsPath }
          : { name, bytes: new Uint8Array(await vscode.workspace.fs.readFile(image)) };
      const { webp } = await this.options.inference.request(thumbnail, { image: source, side });
      await mkdir(path.dirname(file), { recursive: true });
      // A page never sees half a file.
      await writeFile(`${file}.part`, webp);
      await rename(`${file}.part`, file);
    } catch (error) {
      this.options.log.debug(`No thumbnail of ${image.path}: ${toWireError(error).message}`);
      return false;
    }
    if (++this.written % checkEvery === 0) void this.keepWithinLimit();
    return true;
  }

  private async keepWithinLimit(): Promise<void> {
    const { folder, log } = this.options;
    try {
      const files: CachedFile[] = [];
      for (const name of await readdir(folder.fsPath)) {
        const { mtimeMs, size } = await stat(path.join(folder.fsPath, name));
        files.push({ name, used: mtimeMs, bytes: size });
      }
      for (const name of leastRecent(files, limitBytes))
        await rm(path.join(folder.fsPath, name), { force: true });
    } catch (error) {
      log.debug('Thumbnails:', String(error));
    }
  }
}

/** Marks a kept file as used. @returns false when it is not there */
const touch = (file: string): Promise<boolean> => {
  const now = new Date();
  return utimes(file, now, now).then(
    () => true,
    () => false,
  );
};
