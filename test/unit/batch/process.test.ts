/** The process of “Segment Folder…”, with an inference process that is played: cancelling, going on, documents that are open. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from '../../../src/annotate/folder/batchClient';
import { BatchStore } from '../../../src/annotate/folder/batchStore';
import type { OpenImages } from '../../../src/batch/sinks';
import type { BatchJob, BatchProgress } from '../../../src/protocol/batch';
import { GroundnoteError } from '../../../src/protocol/errors';
import { buildEntry } from '../../support/build';

let entry: string;
let quick: string;
let root: string;
let job: BatchJob;
let store: BatchStore;
beforeAll(async () => {
  entry = await buildEntry('src/batch/process.ts', 'batchProcess');
  quick = await buildEntry('test/support/quickProcess.ts', 'quickProcess');
}, 60_000);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'groundnote-folder-'));
  const folder = path.join(root, 'images');
  mkdirSync(folder);
  store = new BatchStore(path.join(root, 'batches'));
  job = { id: 'batch-1', folder, task: 'ground', text: 'cat', existing: 'add', recursive: false };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const allClosed: OpenImages = {
  before: () => Promise.resolve({ closed: true }),
  write: () => Promise.resolve({ closed: true, regions: 0 }),
};
const images = (count: number) => {
  for (let i = 1; i <= count; i++) writeFileSync(path.join(job.folder, `img${i}.png`), 'x');
};
const run = (options: {
  resume?: boolean;
  signal?: AbortSignal;
  open?: OpenImages;
  onProgress?(progress: BatchProgress): void;
  process?: string;
}) =>
  runInProcess(
    {
      ...store.filesOf(job),
      models: { entry: quick, packFolders: [], threads: 1 },
      retryFailed: false,
      ...(!options.resume && { job }),
    },
    {
      entry: options.process ?? entry,
      open: options.open ?? allClosed,
      log: () => undefined,
      signal: options.signal ?? new AbortController().signal,
      onProgress: (progress) => options.onProgress?.(progress),
    },
  );
const sidecars = (count: number) =>
  Array.from({ length: count }, (_, i) => path.join(job.folder, `img${i + 1}.json`)).filter(existsSync)
    .length;

describe('the process of a batch', { timeout: 60_000 }, () => {
  it('writes sidecars, says how far it is and how long it takes, and leaves a report', async () => {
    images(12);
    const seen: BatchProgress[] = [];
    const counts = await run({ onProgress: (progress) => seen.push(progress) });
    expect(counts).toEqual({ total: 12, done: 12, skipped: 0, failed: 0, regions: 12 });
    expect(sidecars(12)).toBe(12);
    expect(seen.some(({ remaining_ms = 0 }) => remaining_ms > 0)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ done: 12, remaining_ms: 0 });
    expect(readFileSync(store.filesOf(job).report, 'utf8')).toContain('# Find “cat” in images');
    expect(await store.unfinished()).toEqual([]);
  });

  it('is cancelled in the middle, is found as unfinished, and goes on to the end', async () => {
    images(150);
    const controller = new AbortController();
    const onProgress = ({ done }: BatchProgress) => done >= 20 && controller.abort();
    await expect(run({ signal: controller.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' });
    const [left] = await store.unfinished();
    const done = left?.outcomes.size ?? 0;
    expect(done).toBeGreaterThanOrEqual(20);
    expect(done).toBeLessThan(150);
    expect(readFileSync(store.filesOf(job).report, 'utf8')).toContain(`| Not reached | ${150 - done} |`);
    expect(await run({ resume: true })).toMatchObject({ total: 150, done: 150, regions: 150 });
    expect(sidecars(150)).toBe(150);
  });

  it('gives what is open to its document, and leaves alone what its document refuses', async () => {
    images(3);
    const written: string[] = [];
    const open: OpenImages = {
      before: (image) => {
        if (image === 'img2.png')
          throw new GroundnoteError('bad-sidecar', 'It has unsaved regions from before.');
        return Promise.resolve({ closed: image !== 'img1.png' });
      },
      write: (image) => {
        if (image !== 'img1.png') return Promise.resolve({ closed: true, regions: 0 });
        written.push(image);
        return Promise.resolve({ closed: false, regions: 5 });
      },
    };
    expect(await run({ open })).toMatchObject({ done: 2, failed: 1, regions: 6 });
    expect(written).toEqual(['img1.png']);
    expect(existsSync(path.join(job.folder, 'img1.json'))).toBe(false);
    expect(existsSync(path.join(job.folder, 'img2.json'))).toBe(false);
    expect(readFileSync(store.filesOf(job).report, 'utf8')).toMatch(/img2\.png.*unsaved regions/);
  });

  it('says what is true of all images once, and a process that cannot start', async () => {
    await expect(run({})).rejects.toMatchObject({ code: 'not-found' });
    images(1);
    const broken = path.join(root, 'broken.cjs');
    writeFileSync(broken, 'process.exit(3)');
    await expect(run({ process: broken })).rejects.toMatchObject({ code: 'process-crashed' });
  });
});
