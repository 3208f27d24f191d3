/**
 * Batches on servers that are played, through the built command line and the real inference process: kills, servers that die,
 * hang, answer garbage or are busy, all gone and back, credentials, and how much faster two are than one.
 */
import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PNG } from 'pngjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runInProcess } from '../../../src/annotate/folder/batchClient';
import { readJournal } from '../../../src/batch/journal';
import { configurationSchema } from '../../../src/protocol/inference';
import { serverSchema } from '../../../src/protocol/servers';
import { buildEntry, buildInferenceProcess } from '../../support/build';
import { playServer, sendJson, type Play, type PlayedServer } from '../../support/servers/played';

/** As many as the time of a test run allows; the real number is for a run by hand. */
const count = Number(process.env['GROUNDNOTE_BATCH_IMAGES'] ?? 120);
const pixels = PNG.sync.write(new PNG({ width: 12, height: 8 }));

let cli: string;
let inference: string;
let batchProcess: string;
let root: string;
let folder: string;
let out: string;
const servers: PlayedServer[] = [];
beforeAll(async () => {
  const bundles = path.resolve('.cache/test/batch-servers');
  mkdirSync(bundles, { recursive: true });
  cli = path.join(bundles, 'cli.cjs');
  inference = await buildInferenceProcess();
  batchProcess = await buildEntry('src/batch/process.ts', 'batchProcess');
  copyFileSync(await buildEntry('src/cli.ts', 'cli'), cli);
  copyFileSync(inference, path.join(bundles, 'inferenceProcess.cjs'));
}, 120_000);
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'groundnote-servers-'));
  folder = path.join(root, 'images');
  out = path.join(root, 'out');
  mkdirSync(folder);
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(root, { recursive: true, force: true });
});

const shape = {
  label: 'cat',
  shape_type: 'polygon',
  points: [
    [1, 1],
    [9, 1],
    [9, 6],
    [1, 6],
  ],
};
const found = { success: true, data: { shapes: [shape], description: '', replace: true } };
type Behaviour = (response: Parameters<Play>[1], count: number) => void | Promise<void>;
const answers: Behaviour = (response) => sendJson(response, found);
const slowly =
  (ms: number): Behaviour =>
  async (response) => {
    await sleep(ms);
    sendJson(response, found);
  };

/** X-AnyLabeling-Server with one model; `behave` answers questions about pictures, the count of which it is given. */
async function play(behave: Behaviour = answers, port = 0): Promise<PlayedServer> {
  let asked = 0;
  const server = await playServer(
    ({ path: at }, response) =>
      at === '/v1/predict'
        ? behave(response, ++asked)
        : sendJson(response, { success: true, data: { finder: { display_name: 'Finder' } } }),
    { port },
  );
  servers.push(server);
  return server;
}
const asked = (server: PlayedServer | undefined) =>
  (server?.requests ?? []).filter(({ path: at }) => at === '/v1/predict').length;

/** The file for --servers. */
function fileOf(named: Record<string, PlayedServer>, more: Record<string, unknown> = {}): string {
  const file = path.join(root, 'servers.json');
  const list = Object.entries(named).map(([id, { url }]) => ({
    id,
    url,
    protocol: 'x-anylabeling',
    model: 'finder',
    timeout_s: 2,
    ...more,
  }));
  writeFileSync(file, JSON.stringify(list));
  return file;
}

const images = (number: number) => {
  const names = Array.from({ length: number }, (_, i) => `img${i}.png`);
  for (const name of names) writeFileSync(path.join(folder, name), pixels);
  return names;
};
function start(args: string[], env: Record<string, string> = {}) {
  const all = ['batch', folder, '--task', 'ground', '--text', 'a cat', '--out', out, ...args];
  const child = spawn(process.execPath, [cli, ...all], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (data: Buffer) => (said.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.stderr += data.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, ...said })),
  );
  return { child, ended, said };
}
const run = (args: string[], env?: Record<string, string>) => start(args, env).ended;

interface Summary {
  done: number;
  failed: number;
  servers: { id?: string; images: number; failures: number; mean_ms?: number }[];
}
const summary = (stdout: string) => JSON.parse(stdout) as Summary;
const results = () => readdirSync(out).filter((file) => file.endsWith('.png.json')).length;
/** Images that the journal names, once for each line. */
const journalled = () =>
  readFileSync(path.join(out, 'journal.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { image?: string }).image ?? []);
async function until(true_: () => boolean | Promise<boolean>, child: { exitCode: number | null }) {
  while (child.exitCode === null && !(await true_())) await sleep(5);
}

describe('a batch on servers', { timeout: 120_000 + count * 100 }, () => {
  it('is killed at five random moments and ends with each image done exactly once', async () => {
    const names = images(count);
    const file = fileOf({ a: await play(), b: await play() }, { concurrency: 2 });
    const args = ['--servers', file, '--resume', '--json'];
    const moments = Array.from({ length: 5 }, () => Math.floor(Math.random() * (count - 20)));
    for (const moment of moments.sort((a, b) => a - b)) {
      const { child, ended } = start(args);
      await until(
        async () => ((await readJournal(path.join(out, 'journal.jsonl')))?.outcomes.size ?? 0) > moment,
        child,
      );
      // Between two lines of the journal as well as within the work of one.
      await sleep(Math.random() * 6);
      child.kill('SIGKILL');
      await ended;
    }
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(summary(stdout)).toMatchObject({ done: count, failed: 0, regions: count });
    expect(journalled().sort()).toEqual([...names].sort());
    expect(results()).toBe(count);
    expect(readFileSync(path.join(out, 'report.md'), 'utf8')).toMatch(/\| b \| \d+ \| 0 \| /);
  });

  it('does at least 1.6 times as much with two servers as with one, each slowed to a fixed time', async () => {
    images(20);
    /** Milliseconds from the first question to the last answer. */
    const timed = async (number: number): Promise<number> => {
      const times: number[] = [];
      const slow: Behaviour = async (response) => {
        times.push(performance.now());
        await sleep(200);
        sendJson(response, found);
        times.push(performance.now());
      };
      const named: Record<string, PlayedServer> = {};
      for (const id of ['a', 'b'].slice(0, number)) named[id] = await play(slow);
      const { stdout } = await run(['--servers', fileOf(named), '--json']);
      expect(summary(stdout).servers.every(({ mean_ms = 0 }) => mean_ms >= 200)).toBe(true);
      rmSync(out, { recursive: true });
      return Math.max(...times) - Math.min(...times);
    };
    const [one, two] = [await timed(1), await timed(2)];
    expect(one / two).toBeGreaterThan(1.6);
  });

  it.each<[string, Behaviour]>([
    ['breaks the connection', (response) => void response.destroy()],
    ['hangs', () => undefined],
    ['answers garbage', (response) => void response.end('<html>It works!</html>')],
    ['is busy (429)', (response) => sendJson(response, { detail: 'Too many.' }, 429)],
    ['fails (500)', (response) => sendJson(response, { detail: 'Oh.' }, 500)],
  ])('goes on with the other where one %s from some image on', async (_, badly) => {
    const names = images(25);
    const bad = await play((response, number) =>
      number > 4 ? badly(response, number) : answers(response, number),
    );
    const { code, stdout, stderr } = await run([
      '--servers',
      fileOf({ bad, well: await play(slowly(40)) }),
      '--json',
    ]);
    expect(code).toBe(0);
    const { done, failed, servers: did } = summary(stdout);
    expect([done, failed]).toEqual([25, 0]);
    expect(did[0]).toMatchObject({ id: 'bad', images: 4 });
    expect(did[0]?.failures).toBeGreaterThan(0);
    expect(stderr).toMatch(/^The server "bad" failed and rests for 1 s: .+\n/);
    expect(journalled().sort()).toEqual([...names].sort());
  });

  it('waits while all servers are down, says so, and goes on when they are back', async () => {
    const names = images(40);
    const file = fileOf({ a: await play(slowly(30)), b: await play(slowly(30)) });
    const { child, ended, said } = start(['--servers', file, '--json']);
    await until(() => servers.reduce((sum, server) => sum + asked(server), 0) > 12, child);
    const ports = servers.map(({ url }) => Number(new URL(url).port));
    await Promise.all(servers.splice(0).map((server) => server.close()));
    await until(() => said.stderr.includes('No server answers: waiting'), child);
    for (const port of ports) await play(slowly(10), port);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(0);
    expect(summary(stdout)).toMatchObject({ done: 40, failed: 0 });
    expect(stderr).toContain('answers again');
    expect(journalled().sort()).toEqual([...names].sort());
  });

  it('is stopped by Ctrl+C while it waits, and can go on', async () => {
    images(3);
    const gone = await play();
    const file = fileOf({ gone });
    await gone.close();
    const { child, ended, said } = start(['--servers', file, '--json']);
    await until(() => said.stderr.includes('waiting'), child);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toContain('Cancelled');
    await play(answers, Number(new URL(gone.url).port));
    expect(summary((await run(['--servers', file, '--resume', '--json'])).stdout)).toMatchObject({ done: 3 });
  });

  it('gives credentials to servers, and to nothing else', async () => {
    images(2);
    const server = await play();
    const { code } = await run(['--servers', fileOf({ 'my-lab': server })], {
      GROUNDNOTE_TOKEN_MY_LAB: 'very-secret',
    });
    expect(code).toBe(0);
    expect(server.requests.every(({ headers }) => headers.token === 'very-secret')).toBe(true);
    for (const file of readdirSync(out))
      expect(readFileSync(path.join(out, file), 'utf8')).not.toContain('secret');
  });

  it('asks the one server that --pack names, of those that the environment names', async () => {
    images(2);
    const [a, b] = [await play(), await play()];
    const env = { GROUNDNOTE_SERVERS: fileOf({ a, b }) };
    const { stdout } = await run(['--pack', 'b', '--json'], env);
    expect(summary(stdout).servers).toMatchObject([{ id: 'b', images: 2 }]);
    expect(asked(a)).toBe(0);
  });

  it('finds out by itself what answers at an address, and says what is missing', async () => {
    images(2);
    const server = await play();
    const { code, stdout } = await run(['--engine', server.url, '--per-server', '2', '--json']);
    expect(code).toBe(0);
    expect(summary(stdout).servers[0]?.id).toBe(new URL(server.url).host.replace(':', '-'));
    const chat = await playServer((_, response) =>
      sendJson(response, { data: [{ id: 'm1' }, { id: 'm2' }] }),
    );
    const closed = await playServer((_, response) => sendJson(response, {}, 404));
    servers.push(chat, closed);
    const wrong = async (...args: string[]) => {
      const { code: ended, stderr } = await run([...args, '--resume']);
      expect(ended).toBe(2);
      return stderr;
    };
    expect(await wrong('--engine', chat.url)).toContain('has "m1", "m2": name one with --model.');
    expect(await wrong('--engine', closed.url)).toContain('describe it in a file for --servers');
    expect(await wrong('--engine', server.url, '--model', 'x')).toContain(
      'has no model "x"; it has "finder".',
    );
    const file = path.join(root, 'wrong.json');
    writeFileSync(file, '[{"id": "a", "protocol": "x-anylabeling", "url": "ftp://a", "model": "m"}]');
    expect(await wrong('--servers', file)).toMatch(/no list of servers \(0\.url: /);
  });

  it('runs in the process of “Segment Folder…”, which is told of servers over the wire', async () => {
    images(12);
    const server = await play();
    const counts = await runInProcess(
      {
        journal: path.join(root, 'journal.jsonl'),
        report: path.join(root, 'report.md'),
        job: {
          id: 'batch-1',
          folder,
          task: 'everything',
          servers: ['lab'],
          existing: 'add',
          recursive: false,
        },
        retryFailed: false,
        configuration: configurationSchema.parse({
          servers: [
            {
              server: serverSchema.parse({
                id: 'lab',
                protocol: 'x-anylabeling',
                url: server.url,
                model: 'finder',
                concurrency: 3,
              }),
              token: 'very-secret',
            },
          ],
        }),
        models: { entry: inference, packFolders: [], threads: 1 },
      },
      {
        entry: batchProcess,
        open: {
          before: () => Promise.resolve({ closed: true }),
          write: () => Promise.resolve({ closed: true, regions: 0 }),
        },
        log: () => undefined,
        signal: new AbortController().signal,
        onProgress: () => undefined,
      },
    );
    expect(counts).toMatchObject({ done: 12, failed: 0, regions: 12 });
    expect(asked(server)).toBe(12);
    expect(server.requests[0]?.headers.token).toBe('very-secret');
    expect(readFileSync(path.join(root, 'journal.jsonl'), 'utf8')).not.toContain('secret');
    expect(readFileSync(path.join(root, 'report.md'), 'utf8')).toMatch(/\| lab \| 12 \| 0 \| \d+ ms \|/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.json'))).toHaveLength(12);
  });
});
