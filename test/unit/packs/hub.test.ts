/** Installing from a hub that is played on the loopback: what is asked, gone on with, refused and told. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CatalogueEntry } from '../../../src/inference/packs/catalogue/schema';
import { download } from '../../../src/inference/packs/install/download';
import { createNet } from '../../../src/inference/packs/install/net';
import { readPack } from '../../../src/inference/packs/registry';
import type { GroundnoteError } from '../../../src/protocol/errors';
import { playHub, type PlayedHub, type PlayedRequest } from '../../support/hub';
import { add, detector, removeTemporaryFolders, running, sha256, storeIn, temporaryFolder } from './support';

let hub: PlayedHub;
let folder: string;
const source = { from: 'hub', repo: 'a/finder' } as const;
const model = 'onnx/model.onnx';
const isLarge = ({ at }: PlayedRequest) => at === 'store';

beforeEach(async () => {
  hub = await playHub();
  hub.setRepo('a/finder', { license: 'apache-2.0', files: detector() });
  folder = temporaryFolder();
});
afterEach(() => hub.close());
afterAll(removeTemporaryFolders);

const store = (options: Parameters<typeof storeIn>[1] = {}) =>
  storeIn(folder, { endpoint: () => hub.url, ...options });
const weights = () => detector()[model] as Buffer;
const visible = () => readdirSync(folder).filter((name) => !name.startsWith('.'));

describe('a repository of the hub', () => {
  it('becomes a pack of the files that its kind needs, with their sums', async () => {
    const { plan, pack, told } = await add(store(), source);
    expect(plan).toMatchObject({
      id: 'finder',
      license: 'apache-2.0',
      needsConsent: true,
      bytesHere: 0,
      hosts: [new URL(hub.url).host],
    });
    expect(plan.files.map((file) => file.path).sort()).toEqual([
      'README.md',
      'config.json',
      model,
      'preprocessor_config.json',
    ]);
    expect(pack).toMatchObject({ id: 'finder', state: 'ready', kind: 'detector', engine: 'onnx' });
    expect(pack.source).toBe(`${hub.url}/a/finder`);
    const { pack: read } = await readPack(path.join(folder, 'finder'));
    expect(read?.manifest.files.find((file) => file.path === model)).toEqual({
      path: model,
      size: weights().length,
      sha256: sha256(weights()),
    });
    expect(told.at(-1)).toMatchObject({ phase: 'done', bytes: plan.bytes, total: plan.bytes });
    expect(Math.max(...told.map(({ bytes }) => bytes))).toBe(plan.bytes);
    // All files come from the commit that was seen first.
    expect(hub.requests.filter(({ path: asked }) => asked.includes('/resolve/main/'))).toEqual([]);
    await store().verify('finder', { signal: running() });
    expect(readdirSync(path.join(folder, '.partial'))).toEqual([]);
  });

  it('is listed page by page', async () => {
    await add(store(), source);
    expect(hub.requests.filter(({ path: asked }) => asked.includes('/tree/')).length).toBeGreaterThan(1);
  });

  it('in the catalogue is taken as the catalogue says', async () => {
    const entry = catalogueEntry();
    const { pack } = await add(store({ catalogue: [entry] }), source);
    expect(pack).toMatchObject({ id: 'catalogued', title: 'Out of the catalogue', license: 'Apache-2.0' });
    expect(readFileSync(path.join(pack.folder, 'README.md'), 'utf8')).toContain(entry.goodFor);
  });

  it('that was checked is asked for its files alone', async () => {
    const entry = catalogueEntry({ verified: '2026-01-01', sha256: sha256(weights()) });
    await add(store({ catalogue: [entry] }), source);
    expect(hub.requests.some(({ path: asked }) => asked.includes('/paths-info/'))).toBe(true);
    expect(hub.requests.some(({ path: asked }) => asked.includes('/tree/'))).toBe(false);
  });

  it('that nobody has checked may have its graph under another name, with its weights beside it', async () => {
    const { 'onnx/model.onnx': graph, ...files } = detector();
    hub.setRepo('a/finder', {
      license: 'apache-2.0',
      files: { ...files, 'onnx/model_fp16.onnx': graph as Buffer, 'onnx/model_fp16.onnx_data': 'weights' },
    });
    const { plan } = await add(store({ catalogue: [catalogueEntry()] }), {
      from: 'catalogue',
      id: 'catalogued',
    });
    const names = plan.files.map((file) => file.path);
    expect(names).toContain('onnx/model_fp16.onnx');
    expect(names).toContain('onnx/model_fp16.onnx_data');
    expect(plan.manifest?.options).toEqual({ graphs: { model: 'onnx/model_fp16.onnx' } });
  });

  it('that differs from what the catalogue has checked is refused', async () => {
    const entry = catalogueEntry({ verified: '2026-01-01', sha256: '0'.repeat(64) });
    await expect(
      add(store({ catalogue: [entry] }), { from: 'catalogue', id: 'catalogued' }),
    ).rejects.toMatchObject({
      code: 'broken-pack',
    });
    expect(visible()).toEqual([]);
  });

  it('whose files the catalogue does not know any more says so', async () => {
    hub.setRepo('a/finder', { files: { 'config.json': '{}' } });
    await expect(
      store({ catalogue: [catalogueEntry()] }).plan({ from: 'catalogue', id: 'catalogued' }, running()),
    ).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('of an unknown kind is refused with what was seen', async () => {
    hub.setRepo('a/odd', { files: { ...detector(), 'config.json': '{"model_type": "bark"}' } });
    const error = await store()
      .plan({ from: 'hub', repo: 'a/odd' }, running())
      .catch((e: GroundnoteError) => e);
    expect(error).toMatchObject({ code: 'unsupported' });
    expect((error as Error).message).toContain('the model type "bark"');
    expect((error as Error).message).toContain('zero-shot-detector');
  });

  it('without a configuration is told by its graph when that is here', async () => {
    hub.setRepo('a/bare', { license: 'mit', files: { 'model.onnx': weights() } });
    const { plan, pack } = await add(store(), { from: 'hub', repo: 'a/bare' });
    expect(plan.manifest).toBeUndefined();
    expect(pack).toMatchObject({ id: 'bare', kind: 'detector', license: 'mit', source: `${hub.url}/a/bare` });
  });

  it('may be given by the address of its page, or of a file', async () => {
    expect(await store().plan({ from: 'url', url: `${hub.url}/a/finder` }, running())).toMatchObject({
      id: 'finder',
    });
    const plan = await store().plan(
      { from: 'url', url: `${hub.url}/a/finder/blob/main/${model}` },
      running(),
    );
    expect(plan).toMatchObject({ id: 'model', bytes: weights().length });
    expect(plan.files[0]?.sha256).toBe(sha256(weights()));
  });

  it('gets a longer name where another pack has the short one', async () => {
    await add(store(), source);
    hub.setRepo('b/finder', { license: 'mit', files: detector(1000, 'other') });
    expect(await store().plan({ from: 'hub', repo: 'b/finder' }, running())).toMatchObject({
      id: 'b-finder',
    });
    expect(await store().plan(source, running())).toMatchObject({ id: 'finder' });
  });
});

describe('an installation goes on where it was cut', () => {
  it('when the connection breaks: by a range of the same version', async () => {
    hub.fail(isLarge, { cutAfter: 100_000 });
    const { pack } = await add(store(), source);
    expect(pack.state).toBe('ready');
    const asked = hub.requests.filter(isLarge);
    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-']);
    expect(asked[1]?.ifRange).toMatch(/^"store-/);
  });

  it('when it was paused: nothing comes twice', async () => {
    const controller = new AbortController();
    hub.setRepo('a/finder', { license: 'apache-2.0', files: detector(3_000_000) });
    hub.manner.pauseMs = 10;
    const plan = await store().plan(source, controller.signal);
    const stopped = store().install(plan, true, {
      signal: controller.signal,
      onProgress: ({ bytes }) => {
        if (bytes > 150_000) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(visible()).toEqual([]);
    const [kept] = await store().partial();
    expect(kept).toMatchObject({ id: 'finder', source, bytes: plan.bytes, running: false });
    expect(kept?.bytesHere).toBeGreaterThan(150_000);
    hub.manner.pauseMs = 0;
    const again = await store().plan(source, running());
    expect(again.bytesHere).toBe(kept?.bytesHere);
    const seen = hub.requests.length;
    await store().install(again, true, { signal: running() });
    expect(hub.requests.slice(seen).filter(({ path: asked }) => asked.includes('config.json'))).toEqual([]);
    expect(hub.requests.slice(seen).find(isLarge)?.range).toMatch(/^bytes=\d{5,}-$/);
    expect(await store().partial()).toEqual([]);
  });

  it('when its process was killed: the next one takes its lock over', async () => {
    hub.setRepo('a/finder', { license: 'apache-2.0', files: detector(3_000_000) });
    hub.manner.pauseMs = 20;
    const child = fork('test/support/installChild.ts', [folder, hub.url, 'a/finder'], {
      execArgv: ['--import', 'tsx'],
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    try {
      await vi.waitFor(() => expect(Math.max(0, ...hub.sent.values())).toBeGreaterThan(500_000), {
        timeout: 20_000,
        interval: 5,
      });
      // While it is at it, nobody else may be.
      const plan = await store().plan(source, running());
      await expect(store().install(plan, true, { signal: running() })).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining('is being installed'),
      });
      expect(await store().partial()).toMatchObject([{ id: 'finder', running: true }]);
      await expect(store().discard('finder')).rejects.toMatchObject({ code: 'io' });
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    expect(visible()).toEqual([]);
    hub.manner.pauseMs = 0;
    const seen = hub.requests.length;
    const { plan, pack } = await add(store(), source);
    expect(pack.state).toBe('ready');
    expect(plan.bytesHere).toBeGreaterThan(300_000);
    expect(hub.requests.slice(seen).find(isLarge)?.range).toMatch(/^bytes=\d{6,}-$/);
    await store().verify('finder', { signal: running() });
  });

  it('with servers that know no ranges: such a file begins anew', async () => {
    hub.manner.noRange = true;
    hub.fail(isLarge, { cutAfter: 100_000 });
    const { pack, plan, told } = await add(store(), source);
    expect(pack.state).toBe('ready');
    expect(told.at(-2)?.bytes).toBe(plan.bytes);
  });

  it('with servers that name neither sum nor version: such a file begins anew', async () => {
    const net = createNet({ folder, retryMs: 5, retries: 2 });
    const fetched = (size?: number) => {
      const [part, file] = [path.join(folder, 'part'), path.join(folder, 'file')];
      const url = `${hub.storeUrl}/${sha256(weights())}`;
      const places = { part, file, onEtag: async () => undefined, onBytes: () => undefined };
      return download(net, { url, name: 'file', size, maxBytes: 1e9 }, places, running());
    };
    hub.manner.noEtag = true;
    hub.fail(isLarge, { cutAfter: 100_000 });
    expect(await fetched()).toEqual({ size: weights().length, sha256: sha256(weights()) });
    expect(hub.requests.map(({ range }) => range)).toEqual([undefined, undefined]);
    await expect(fetched(10)).rejects.toMatchObject({ code: 'broken-pack' });
  });

  it('but not with bytes that another version has: the whole file comes again', async () => {
    hub.fail(isLarge, { cutAfter: 100_000 }, 3);
    await expect(add(store(), source)).rejects.toMatchObject({ code: 'io' });
    // Somebody has spoilt what is here.
    const part = path.join(folder, '.partial/finder/parts', model);
    const bytes = readFileSync(part);
    bytes[5] = (bytes[5] as number) ^ 1;
    writeFileSync(part, bytes);
    expect((await add(store(), source)).pack.state).toBe('ready');
    await store().verify('finder', { signal: running() });
  });

  it('and files of a plan that has changed since are not mixed in', async () => {
    hub.fail(isLarge, { cutAfter: 100_000 }, 3);
    await expect(add(store(), source)).rejects.toMatchObject({ code: 'io' });
    hub.setRepo('a/finder', { license: 'apache-2.0', files: detector(300_000, 'new weights') });
    const { plan } = await add(store(), source);
    expect(plan.bytesHere).toBeLessThan(1000);
    await store().verify('finder', { signal: running() });
  });
});

describe('what is not as it should be is refused, and nothing of it is used', () => {
  it('a file with other bytes', async () => {
    hub.fail(isLarge, { corrupt: true });
    await expect(add(store(), source)).rejects.toMatchObject({
      code: 'broken-pack',
      message: expect.stringContaining(model),
    });
    expect(visible()).toEqual([]);
    // The next time it may be right.
    expect((await add(store(), source)).pack.state).toBe('ready');
  });

  it('a small file with other bytes, by the id that git gives it', async () => {
    hub.fail(({ path: asked }) => asked.endsWith('preprocessor_config.json'), { corrupt: true });
    await expect(add(store(), source)).rejects.toMatchObject({ code: 'broken-pack' });
  });

  it('a repository that is not there, or not for us', async () => {
    await expect(add(store(), { from: 'hub', repo: 'a/none' })).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('HF_TOKEN'),
    });
    await expect(add(store(), { ...source, revision: 'v9' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(add(store(), { from: 'hub', repo: '../etc' })).rejects.toMatchObject({
      code: 'invalid-params',
    });
  });

  it('a repository with terms that were not accepted', async () => {
    hub.setRepo('a/finder', { license: 'other', licenseName: 'sam-license', gated: true, files: detector() });
    await expect(add(store(), source)).rejects.toMatchObject({
      code: 'unauthorized',
      message: expect.stringContaining('accept them on its page'),
    });
    const { plan } = await add(store({ token: async () => hub.token }), source);
    expect(plan.license).toBe('sam-license');
  });

  it('an answer of something that is no hub', async () => {
    const none = storeIn(folder, { endpoint: () => hub.storeUrl });
    await expect(none.plan(source, running())).rejects.toMatchObject({ code: 'bad-server' });
    const odd = storeIn(folder, {
      endpoint: () => hub.url,
      fetch: async () => new Response('<html>Sign in to the network</html>'),
    });
    await expect(odd.plan(source, running())).rejects.toMatchObject({ code: 'bad-server' });
  });

  it('a path that leads out', async () => {
    hub.setRepo('a/finder', { files: { ...detector(), '../../evil.json': '{}' } });
    await expect(store().plan(source, running())).rejects.toMatchObject({ code: 'bad-server' });
  });
});

describe('credentials', () => {
  it('go to the hub and not to where it leads', async () => {
    hub.setRepo('a/finder', { license: 'mit', private: true, files: detector() });
    await add(store({ token: async () => hub.token }), source);
    const [own, others] = [hub.requests.filter(({ at }) => at === 'hub'), hub.requests.filter(isLarge)];
    expect(new Set(own.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${hub.token}`]));
    expect(others.length).toBeGreaterThan(0);
    expect(others.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it('do not go to addresses that are no part of the hub', async () => {
    const tokens: unknown[] = [];
    const elsewhere = storeIn(folder, {
      token: async () => 'hf_secret',
      fetch: async (_, init) => {
        tokens.push(new Headers(init?.headers).get('authorization'));
        return new Response(null, { status: 404 });
      },
    });
    await expect(
      elsewhere.plan({ from: 'url', url: 'https://models.example/a.zip' }, running()),
    ).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(tokens).toEqual([null]);
  });
});

describe('a hub in trouble', () => {
  it('that is busy is asked again after the time that it names', async () => {
    hub.fail(
      ({ path: asked }) => asked.includes('/revision/'),
      { status: 429, headers: { 'Retry-After': '0' } },
      2,
    );
    hub.fail(isLarge, { status: 503 }, 2);
    expect((await add(store(), source)).pack.state).toBe('ready');
  });

  it('that wants more patience than anybody has is not waited for', async () => {
    hub.fail(({ path: asked }) => asked.includes('/revision/'), {
      status: 429,
      headers: { 'Retry-After': '3600' },
    });
    await expect(store().plan(source, running())).rejects.toMatchObject({
      code: 'bad-server',
      message: expect.stringContaining('3600 s'),
    });
  });

  it('that stays broken is given up', async () => {
    hub.fail(isLarge, { status: 500 }, 10);
    await expect(add(store(), source)).rejects.toMatchObject({ code: 'bad-server' });
  });

  it('that stops in the middle is asked for the rest', async () => {
    hub.fail(isLarge, { stallAfter: 64 << 10 });
    expect((await add(store(), source)).pack.state).toBe('ready');
  });

  it('that never says anything is given up, and what came stays', async () => {
    hub.fail(isLarge, { silent: true }, 10);
    await expect(add(store({ stallMs: 100 }), source)).rejects.toMatchObject({ code: 'timeout' });
    expect(await store().partial()).toHaveLength(1);
  });

  it('that is not there', async () => {
    const { url } = hub;
    await hub.close();
    await expect(storeIn(folder, { endpoint: () => url }).plan(source, running())).rejects.toMatchObject({
      code: 'io',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('can be stopped while it says nothing', async () => {
    hub.fail(() => true, { silent: true }, 10);
    const controller = new AbortController();
    const planning = store({ stallMs: 60_000 }).plan(source, controller.signal);
    await vi.waitFor(() => expect(hub.requests.length).toBeGreaterThan(0));
    controller.abort();
    await expect(planning).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('offline', () => {
  it('asks nothing beyond this machine', async () => {
    let asked = 0;
    const fetch = async () => {
      asked++;
      return new Response('');
    };
    const none = storeIn(folder, { offline: () => true, fetch });
    await expect(none.plan(source, running())).rejects.toMatchObject({ code: 'offline' });
    await expect(
      none.plan({ from: 'url', url: 'https://models.example/a.zip' }, running()),
    ).rejects.toMatchObject({ code: 'offline' });
    expect(asked).toBe(0);
    expect((await add(store({ offline: () => true }), source)).pack.state).toBe('ready');
  });

  it('a redirect does not lead out either', async () => {
    hub.fail(isLarge, { status: 302, headers: { Location: 'https://elsewhere.example/model.onnx' } }, 5);
    await expect(add(store({ offline: () => true }), source)).rejects.toMatchObject({ code: 'offline' });
  });
});

describe('an archive or a graph of the net', () => {
  it('tells its licence when it is here, and is not used before that is accepted', async () => {
    const { writeTgz } = await import('../../support/archives');
    const archive = writeTgz(
      Object.entries(detector()).map(([name, content]) => ({ name: `finder-1.0/${name}`, content })),
    );
    hub.setRepo('a/archives', { files: { 'finder.tgz': archive } });
    const url = `${hub.url}/a/archives/resolve/main/finder.tgz`;
    const plan = await store().plan({ from: 'url', url }, running());
    expect(plan).toMatchObject({ id: 'finder', license: '', needsConsent: false, bytes: archive.length });
    await expect(store().install(plan, false, { signal: running() })).rejects.toMatchObject({
      code: 'invalid-params',
    });
    expect(visible()).toEqual([]);
    const asked: unknown[] = [];
    const seen = hub.requests.length;
    const pack = await store().install(plan, true, {
      signal: running(),
      acceptLicense: async (license) => asked.push(license) > 0,
    });
    expect(asked).toEqual([{ id: 'finder', license: 'apache-2.0' }]);
    expect(pack).toMatchObject({ id: 'finder', kind: 'detector', source: url });
    // It was here already.
    expect(hub.requests.slice(seen)).toEqual([]);
    await store().verify('finder', { signal: running() });
    expect(existsSync(path.join(folder, '.partial/finder'))).toBe(false);
  });

  it('a graph alone is a pack where it says what it is', async () => {
    hub.setRepo('a/graphs', { files: { 'Tiny Finder.onnx': weights() } });
    const url = `${hub.url}/a/graphs/resolve/main/Tiny%20Finder.onnx`;
    const { pack } = await add(store(), { from: 'url', url }, { acceptLicense: async () => true });
    expect(pack).toMatchObject({ id: 'tiny-finder', kind: 'detector', license: 'not stated' });
  });

  it.each([
    'https://models.example/readme.html',
    'ftp://models.example/a.zip',
    'https://a:b@models.example/a.zip',
  ])('%s is none', async (url) => {
    await expect(store().plan({ from: 'url', url }, running())).rejects.toMatchObject({
      code: expect.stringMatching(/^(unsupported|invalid-params)$/),
    });
  });
});

function catalogueEntry(checked: { verified?: string; sha256?: string } = {}): CatalogueEntry {
  const { verified, sha256: sum } = checked;
  return {
    id: 'catalogued',
    title: 'Out of the catalogue',
    description: '',
    tasks: ['ground'],
    engine: 'onnx',
    kind: 'detector',
    prompts: ['text'],
    returns: ['box'],
    license: 'Apache-2.0',
    source: 'a/finder',
    card: 'README.md',
    options: {},
    goodFor: 'Good for tests.',
    hub: { repo: 'a/finder', revision: 'main' },
    files: [
      { path: 'config.json', size: 1, approximate: true },
      { path: model, size: 1, approximate: true, ...(sum && { sha256: sum }) },
    ],
    ...(verified && { verified }),
  };
}
