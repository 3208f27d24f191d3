/** Batches through the built command line, with an inference process that is played: crashes, kills, resumption. */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PNG } from 'pngjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readJournal } from '../../../src/batch/journal';
import { buildEntry } from '../../support/build';

/** As many as the time of a test run allows; the real number is for a run by hand. */
const count = Number(process.env['GROUNDNOTE_BATCH_IMAGES'] ?? 200);
const pixel = PNG.sync.write(new PNG({ width: 1, height: 1 }));

let cli: string;
let folder: string;
let out: string;
beforeAll(async () => {
  const bundles = path.resolve('.cache/test/batch');
  mkdirSync(bundles, { recursive: true });
  cli = path.join(bundles, 'cli.cjs');
  copyFileSync(await buildEntry('src/cli.ts', 'cli'), cli);
  copyFileSync(
    await buildEntry('test/support/quickProcess.ts', 'quickProcess'),
    path.join(bundles, 'inferenceProcess.cjs'),
  );
}, 60_000);
beforeEach(() => {
  const root = mkdtempSync(path.join(tmpdir(), 'groundnote-batch-'));
  folder = path.join(root, 'images');
  out = path.join(root, 'out');
  mkdirSync(folder);
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

const image = (name: string) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), pixel);
};
function start(...args: string[]) {
  const child = spawn(process.execPath, [cli, 'batch', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}
const run = (...args: string[]) => start(...args).ended;
const shapesOf = (name: string) =>
  (
    JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as {
      shapes: { label: string; groundnote: { id: string } }[];
    }
  ).shapes;
/** Images that the journal names, once for each line. */
const journalled = () =>
  readFileSync(path.join(out, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => {
      const { image: name } = JSON.parse(line) as { image?: string };
      return name === undefined ? [] : [name];
    });

describe(
  'killed at five random moments, a batch ends with each image done exactly once',
  { timeout: 120_000 + count * 60 },
  () => {
    it.each([
      ['into sidecars, beside regions that are there', ['--sidecars', '--existing', 'add']],
      ['into a folder of results', []],
    ])('%s', async (_, more) => {
      const names = Array.from({ length: count }, (_, i) => `${i % 3 ? '' : 'sub/'}img${i}.png`);
      names.forEach(image);
      const args = [folder, '--recursive', '--task', 'ground', '--text', 'a cat', '--out', out, '--resume'];
      args.push('--concurrency', '2', '--json', ...more);
      const moments = Array.from({ length: 5 }, () => Math.floor(Math.random() * (count - 20))).sort(
        (a, b) => a - b,
      );
      for (const moment of moments) {
        const { child, ended } = start(...args);
        const reached = async () =>
          ((await readJournal(path.join(out, 'journal.jsonl')))?.outcomes.size ?? 0) > moment;
        while (child.exitCode === null && !(await reached())) await sleep(2);
        // Between two lines of the journal as well as within the work of one.
        await sleep(Math.random() * 6);
        child.kill('SIGKILL');
        await ended;
      }
      const { code, stdout, stderr } = await run(...args);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        total: count,
        done: count,
        regions: count,
        failed: 0,
        skipped: 0,
      });
      expect(journalled().sort()).toEqual([...names].sort());
      const made = more.length ? folder : out;
      const files = readdirSync(made, { recursive: true, encoding: 'utf8' }).filter((file) =>
        file.endsWith('.json'),
      );
      expect(files).toHaveLength(count);
      if (more.length) for (const file of files) expect(shapesOf(file)).toHaveLength(1);
      expect(readdirSync(out).filter((file) => file.endsWith('.lock'))).toEqual([]);
    });
  },
);

describe('what does not stop a batch', { timeout: 60_000 }, () => {
  it('is a broken image, one that ends the process, and sidecars that are not ours', async () => {
    ['a.png', 'broken.png', 'crash.png', 'crash-once.png', 'foreign.png', 'z.png', 'notes.txt'].forEach(
      image,
    );
    writeFileSync(path.join(folder, 'foreign.json'), '{"mine": true}');
    const args = [folder, '--task', 'segment', '--out', out, '--sidecars', '--json'];
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^3 of 6 images failed: see .*report\.md\.\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ total: 6, done: 3, failed: 3 });
    expect(readFileSync(path.join(folder, 'foreign.json'), 'utf8')).toBe('{"mine": true}');
    const report = readFileSync(path.join(out, 'report.md'), 'utf8');
    for (const [name, reason] of [
      ['broken.png', 'is damaged'],
      ['crash.png', 'ended unexpectedly'],
      ['foreign.png', 'no LabelMe file'],
    ])
      expect(report).toMatch(new RegExp(`\\[${name}\\].*${reason}`));
    // Repaired, they are tried again when asked for; what is done is not.
    rmSync(path.join(folder, 'foreign.json'));
    const before = readFileSync(path.join(folder, 'a.json'), 'utf8');
    expect((await run(...args, '--resume', '--retry-failed')).stderr).toMatch(/^2 of 6/);
    expect(readFileSync(path.join(folder, 'a.json'), 'utf8')).toBe(before);
    expect(shapesOf('foreign.json')).toHaveLength(1);
  });

  it('is an image that the pack cannot answer about', async () => {
    ['a.png', 'refused.png'].forEach(image);
    const { code, stdout } = await run(
      folder,
      '--task',
      'ground',
      '--text',
      'x',
      '--out',
      out,
      '--sidecars',
      '--json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ done: 2, regions: 1 });
    expect(readFileSync(path.join(out, 'report.md'), 'utf8')).toContain('This pack reads text only');
    expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toEqual(['a.json']);
  });
});

describe('images that have annotations', { timeout: 60_000 }, () => {
  const own = { label: 'own', points: [[1, 1]], shape_type: 'point', flags: {}, mine: 7 };
  const segment = (existing: string, text: string, to: string) =>
    run(
      folder,
      '--task',
      'ground',
      '--text',
      text,
      '--sidecars',
      '--existing',
      existing,
      '--out',
      path.join(out, to),
    );
  const labels = () => shapesOf('a.json').map(({ label }) => label);

  it('are skipped, added to, or lose what a model said before; what others wrote stays', async () => {
    image('a.png');
    writeFileSync(path.join(folder, 'a.json'), JSON.stringify({ imagePath: 'a.png', shapes: [own] }));
    expect((await segment('skip', 'cat', '1')).stdout).toContain('1 skipped');
    expect(labels()).toEqual(['own']);
    await segment('add', 'cat', '2');
    await segment('add', 'cat', '3');
    await segment('add', 'dog', '4');
    expect(labels()).toEqual(['own', 'cat', 'cat', 'dog']);
    await segment('replace', 'Cat', '5');
    expect(labels()).toEqual(['own', 'dog', 'Cat']);
    expect(shapesOf('a.json')[0]).toEqual(own);
  });

  it('give their sidecar to one of two images of the same stem', async () => {
    ['a.jpg', 'a.png'].forEach(image);
    const { code } = await run(folder, '--task', 'segment', '--sidecars', '--existing', 'add', '--out', out);
    expect(code).toBe(1);
    expect(readFileSync(path.join(out, 'report.md'), 'utf8')).toMatch(/\[a\.png\].*belongs to a\.jpg/);
    expect(shapesOf('a.json')).toHaveLength(1);
  });
});

describe('a batch is not mixed with another', { timeout: 60_000 }, () => {
  it('refuses a folder that holds one, and another question', async () => {
    image('a.png');
    const args = [folder, '--out', out, '--task', 'ground', '--text'];
    expect((await run(...args, 'cat')).code).toBe(0);
    expect(await run(...args, 'cat')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--resume') as string,
    });
    expect((await run(...args, 'dog', '--resume')).code).toBe(2);
    image('b.png');
    expect((await run(...args, 'cat', '--resume', '--json')).stdout).toContain('"done":2');
  });

  it('takes globs and lists of files, and says when there is nothing', async () => {
    ['a1.png', 'a2.png', 'b.png', 'sub/a3.png'].forEach(image);
    const to = (name: string) => ['--task', 'segment', '--out', path.join(out, name)];
    expect((await run(`${folder}/a*.png`, ...to('1'))).stdout).toContain('2 of 2');
    expect((await run(`${folder}/**/a*.png`, ...to('2'))).stdout).toContain('3 of 3');
    const files = [path.join(folder, 'b.png'), path.join(folder, 'sub/a3.png')];
    expect((await run(...files, ...to('3'))).stdout).toContain('2 of 2');
    expect(readdirSync(path.join(out, '3/sub'))).toEqual(['a3.png.json']);
    expect(await run(`${folder}/*.gif`, ...to('4'))).toMatchObject({ code: 1 });
    expect(await run(path.join(folder, 'nowhere'), ...to('5'))).toMatchObject({ code: 1 });
    expect((await run(folder, '--task', 'ground', '--out', out)).code).toBe(2);
  });
});
