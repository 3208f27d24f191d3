/** The client with a process that is played (slow, dying), and with the real one. */
import { fork, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  everything,
  hover,
  imageInfo,
  listPacks,
  renderImage,
  segment,
} from '../../../src/protocol/inference';
import { rleArea } from '../../../src/protocol/rle';
import { superseded } from '../../../src/protocol/rpc';
import {
  InferenceClient,
  type InferenceClientOptions,
  type InferenceState,
} from '../../../src/inference/client';
import { buildEntry, buildInferenceProcess } from '../../support/build';

const clients: InferenceClient[] = [];
afterEach(() => clients.splice(0).forEach((client) => client.dispose()));

function start(
  options: Pick<InferenceClientOptions, 'entry'> & Partial<InferenceClientOptions>,
): InferenceClient {
  const client = new InferenceClient({ packFolders: [], threads: 1, idleMs: 0, log: () => {}, ...options });
  clients.push(client);
  return client;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const ended = (pid: number) => vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000 });

describe('the client', { timeout: 30_000 }, () => {
  let entry: string;
  beforeAll(async () => {
    entry = await buildEntry('test/support/slowProcess.ts', 'slowProcess');
  }, 60_000);
  const ask = (client: InferenceClient, word: string, signal?: AbortSignal) =>
    client.request(imageInfo, { image: { path: word } }, { signal });

  it('starts a process on first use, says what it does, and ends it', async () => {
    const states: InferenceState[] = [];
    const client = start({ entry, onStateChange: (state) => states.push(state) });
    expect(client.pid).toBeUndefined();
    const { width } = await ask(client, 'wait:50');
    expect(width).toBe(client.pid);
    expect((await ask(client, 'now')).width).toBe(width);
    client.stop();
    expect(client.pid).toBeUndefined();
    expect(states).toEqual(['starting', 'busy', 'ready', 'busy', 'ready', 'stopped']);
    await ended(width);
    expect((await ask(client, 'now')).width).not.toBe(width);
  });

  it('reports a crash to all who wait, and starts again with the next request', async () => {
    const log = vi.fn();
    const client = start({ entry, log });
    const { width: pid } = await ask(client, 'now');
    const waiting = [ask(client, 'block:5000'), ask(client, 'now')];
    setTimeout(() => process.kill(pid, 'SIGKILL'), 100);
    for (const { status, reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[]) {
      expect(status).toBe('rejected');
      expect(reason).toMatchObject({
        code: 'process-crashed',
        message: 'The inference process ended unexpectedly (SIGKILL). The next prompt starts it again.',
      });
    }
    expect((await ask(client, 'now')).width).not.toBe(pid);
    await expect(ask(client, 'die')).rejects.toMatchObject({
      code: 'process-crashed',
      message: expect.stringContaining('exit code 7') as string,
    });
    expect(log).toHaveBeenCalledWith('error', expect.stringContaining('dying as asked'));
  });

  it('reports an entry that cannot start', async () => {
    const client = start({ entry: path.resolve('none.cjs') });
    await expect(ask(client, 'now')).rejects.toMatchObject({ code: 'process-crashed' });
    expect(client.state).toBe('stopped');
  });

  it('cancels a request that listens, and keeps the process', async () => {
    const client = start({ entry });
    const { width: pid } = await ask(client, 'now');
    const controller = new AbortController();
    const answer = ask(client, 'wait:5000', controller.signal);
    setTimeout(() => controller.abort(), 50);
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await ask(client, 'now')).width).toBe(pid);
  });

  it('kills a run that holds the thread, and asks again for those who waited behind it', async () => {
    const client = start({ entry });
    const { width: pid } = await ask(client, 'now');
    const controller = new AbortController();
    const blocked = ask(client, 'block:20000', controller.signal);
    const behind = ask(client, 'now');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const started = performance.now();
    controller.abort();
    await expect(blocked).rejects.toMatchObject({ code: 'cancelled' });
    expect(performance.now() - started).toBeLessThan(50);
    expect((await behind).width).not.toBe(pid);
    expect(performance.now() - started).toBeLessThan(5000);
    await ended(pid);
  });

  it('waits for a run whose place a newer request took, and keeps the process', async () => {
    const client = start({ entry });
    const { width: pid } = await ask(client, 'now');
    const controller = new AbortController();
    const older = ask(client, 'block:600', controller.signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    controller.abort(superseded);
    const newer = ask(client, 'now');
    await expect(older).rejects.toMatchObject({ code: 'cancelled' });
    expect((await newer).width).toBe(pid);
  });

  it('does not start a process for a request that is cancelled already', async () => {
    const client = start({ entry });
    await expect(ask(client, 'now', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(client.pid).toBeUndefined();
  });

  it('asks only a process that is ready, where the request says so', async () => {
    const client = start({ entry });
    const asked = () => client.request(imageInfo, { image: { path: 'now' } }, { ifReady: true });
    await expect(asked()).rejects.toMatchObject({ code: 'cancelled' });
    expect(client.pid).toBeUndefined();
    const { width } = await ask(client, 'now');
    expect((await asked()).width).toBe(width);
  });

  it('ends the process when it is idle, not while it works', async () => {
    const client = start({ entry, idleMs: 150 });
    const { width: pid } = await ask(client, 'wait:500');
    expect(isAlive(pid)).toBe(true);
    await ended(pid);
    expect(client.state).toBe('stopped');
  });

  it('rejects what waits when it is stopped or disposed', async () => {
    const client = start({ entry });
    const first = ask(client, 'block:5000');
    client.stop();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    const second = ask(client, 'block:5000');
    client.dispose();
    await expect(second).rejects.toMatchObject({ code: 'disposed' });
    await expect(ask(client, 'now')).rejects.toMatchObject({ code: 'disposed' });
  });
});

const models = path.resolve('models');

describe('the real process', { timeout: 60_000 }, () => {
  let entry: string;
  let folder: string;
  let image: { path: string };
  beforeAll(async () => {
    entry = await buildInferenceProcess();
    folder = mkdtempSync(path.join(tmpdir(), 'groundnote-client-'));
    image = { path: path.join(folder, 'disc.png') };
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#dde"/><circle cx="300" cy="240" r="120" fill="#a33"/></svg>';
    writeFileSync(image.path, await sharp(Buffer.from(svg)).png().toBuffer());
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('tells about pictures and gives them as PNG, without VS Code', async () => {
    const client = start({ entry });
    expect(await client.request(imageInfo, { image })).toEqual({
      format: 'png',
      displayable: true,
      large: false,
      width: 640,
      height: 480,
    });
    const rendered = await client.request(renderImage, { image, maxSide: 320 });
    expect([rendered.width, rendered.height]).toEqual([320, 240]);
    expect((await sharp(rendered.png).metadata()).format).toBe('png');
    await expect(client.request(imageInfo, { image: { path: '/none.png' } })).rejects.toMatchObject({
      code: 'not-found',
      message: 'The picture "none.png" does not exist.',
    });
    await expect(
      client.request(segment, { image, prompts: [{ type: 'point', point: [1, 1], label: 1 }] }),
    ).rejects.toMatchObject({ code: 'no-pack' });
  });

  it('ends with its parent', async () => {
    const parent = path.join(folder, 'parent.cjs');
    const options = JSON.stringify(JSON.stringify({ packFolders: [] }));
    writeFileSync(
      parent,
      `const child = require('node:child_process').fork(${JSON.stringify(entry)}, [${options}], { serialization: 'advanced' });
       process.send(child.pid);
       setInterval(() => {}, 1000);`,
    );
    const holder = fork(parent, { stdio: 'ignore' });
    const pid = await new Promise<number>((resolve) =>
      holder.once('message', (message) => resolve(Number(message))),
    );
    expect(isAlive(pid)).toBe(true);
    holder.kill('SIGKILL');
    await ended(pid);
  });

  it('refuses to be started by hand', async () => {
    const { status, stderr } = spawnSync(process.execPath, [entry], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('not by hand');
    const wrong = fork(entry, ['{"packFolders": 7}'], { silent: true });
    expect(await new Promise((resolve) => wrong.once('exit', resolve))).toBe(1);
  });

  describe.skipIf(!existsSync(path.join(models, 'groundnote-segment/groundnote.json')))(
    'with the embedded pack',
    () => {
      const prompts = [{ type: 'point' as const, point: [300, 240] as [number, number], label: 1 as const }];

      it('lists it, and segments', async () => {
        const client = start({ entry, packFolders: [models] });
        const { packs } = await client.request(listPacks, {});
        expect(packs.find(({ id }) => id === 'groundnote-segment')).toMatchObject({ state: 'ready' });
        const phases: string[] = [];
        const result = await client.request(
          segment,
          { image, prompts },
          { onProgress: ({ phase }) => phases.push(phase) },
        );
        expect(result).toMatchObject({
          image: { ...image, width: 640, height: 480 },
          pack: { id: 'groundnote-segment' },
        });
        expect(phases.length).toBeGreaterThan(0);
        const [region] = result.regions;
        expect(region?.mask && rleArea(region.mask)).toBeGreaterThan(100);
        const again = await client.request(segment, { image, prompts });
        expect(again.regions).toEqual(result.regions);
        expect(again.timings.load_ms).toBeLessThan(result.timings.load_ms);
        expect(again.timings.encode_ms).toBeLessThan(result.timings.encode_ms);
      });

      it('hovers and segments everything, which can be cancelled', async () => {
        const client = start({ entry, packFolders: [models] });
        await client.request(segment, { image, prompts });
        const { regions } = await client.request(hover, { image, prompts }, { ifReady: true });
        expect(regions[0]?.mask && rleArea(regions[0].mask)).toBeGreaterThan(100);
        const { pid } = client;
        const controller = new AbortController();
        const cancelled = client.request(
          everything,
          { image, pointsPerSide: 64 },
          { signal: controller.signal, onProgress: () => controller.abort(superseded) },
        );
        await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
        const found = await client.request(everything, { image, pointsPerSide: 3 });
        expect(found.regions.length).toBeGreaterThan(0);
        expect(client.pid).toBe(pid);
      });

      it('killed during a run, it is reported, and the next prompt works', async () => {
        const client = start({ entry, packFolders: [models] });
        const wanted = await client.request(segment, { image, prompts });
        const { pid } = client;
        const runs = [1, 2, 3].map(() => client.request(segment, { image, prompts }));
        const settled = Promise.allSettled(runs);
        process.kill(pid ?? 0, 'SIGKILL');
        for (const result of await settled)
          expect(result).toMatchObject({ status: 'rejected', reason: { code: 'process-crashed' } });
        expect((await client.request(segment, { image, prompts })).regions).toEqual(wanted.regions);
        expect(client.pid).not.toBe(pid);
      });

      it('cancelled in the middle, it goes on with the next', async () => {
        const client = start({ entry, packFolders: [models] });
        const controller = new AbortController();
        const first = client.request(segment, { image, prompts }, { signal: controller.signal });
        setTimeout(() => controller.abort(), 20);
        await expect(first).rejects.toMatchObject({ code: 'cancelled' });
        expect((await client.request(segment, { image, prompts })).regions.length).toBe(1);
      });
    },
  );
});
