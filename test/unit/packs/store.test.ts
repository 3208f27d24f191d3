/** Packs from this machine: what is taken, refused, replaced, removed and checked; and what the folder never shows in between. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { installedPacks } from '../../../src/cli/packs';
import { runCli } from '../../../src/cli/program';
import { PackRegistry } from '../../../src/inference/packs/registry';
import { packManifestSchema } from '../../../src/protocol/packs';
import { playHub } from '../../support/hub';
import { writeOnnx } from '../../support/onnx';
import { add, detector, removeTemporaryFolders, running, storeIn, temporaryFolder } from './support';

afterAll(removeTemporaryFolders);

/** A folder with these files. */
function folderOf(files: Record<string, Buffer | string>, name = 'finder'): string {
  const folder = path.join(temporaryFolder(), name);
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  }
  return folder;
}

const visible = (root: string) => readdirSync(root).filter((name) => !name.startsWith('.'));

/** The embedded segmenter under another name. */
function segmenter(id: string, version = '1'): string {
  const folder = path.join(temporaryFolder(), 'some-folder');
  cpSync('models/groundnote-segment', folder, { recursive: true });
  const file = path.join(folder, 'groundnote.json');
  const manifest = packManifestSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  writeFileSync(file, JSON.stringify({ ...manifest, id, version }));
  return folder;
}

describe('a folder', () => {
  it('with a groundnote.json is taken as that says', async () => {
    const root = temporaryFolder();
    const { pack, plan } = await add(storeIn(root), { from: 'path', path: segmenter('tried') });
    expect(pack).toMatchObject({ id: 'tried', version: '1', kind: 'promptable-segmenter', state: 'ready' });
    expect(plan.hosts).toEqual([]);
    expect(visible(root)).toEqual(['tried']);
    expect(readFileSync(path.join(root, 'tried/README.md'), 'utf8')).toBe(
      readFileSync('models/groundnote-segment/README.md', 'utf8'),
    );
    expect(await new PackRegistry([root]).list()).toMatchObject([{ id: 'tried', state: 'ready' }]);
  });

  it('whose files are not those of its groundnote.json is refused', async () => {
    const root = temporaryFolder();
    const folder = segmenter('tried');
    const file = path.join(folder, 'onnx/mask_decoder.onnx');
    const bytes = readFileSync(file);
    bytes[1000] = (bytes[1000] as number) ^ 1;
    writeFileSync(file, bytes);
    await expect(add(storeIn(root), { from: 'path', path: folder })).rejects.toMatchObject({
      code: 'broken-pack',
    });
    truncateSync(file, 100);
    await expect(add(storeIn(root), { from: 'path', path: folder })).rejects.toMatchObject({
      code: 'broken-pack',
    });
    expect(visible(root)).toEqual([]);
  });

  it('in the Hugging Face layout gets a manifest and a version of its contents; links in it are followed', async () => {
    const root = temporaryFolder();
    const folder = folderOf(detector());
    const linked = path.join(temporaryFolder(), 'linked');
    mkdirSync(linked);
    for (const name of readdirSync(folder)) symlinkSync(path.join(folder, name), path.join(linked, name));
    const { pack } = await add(storeIn(root), { from: 'path', path: folder });
    const { pack: again } = await add(storeIn(root), { from: 'path', path: linked });
    expect(pack).toMatchObject({ id: 'finder', license: 'apache-2.0', source: folder });
    expect(again).toMatchObject({ id: 'linked', version: pack.version });
    expect(pack.version).toMatch(/^[0-9a-f]{12}$/);
  });

  it('under the id of an embedded pack is refused; a name that only stands for it is made longer', async () => {
    const store = storeIn(temporaryFolder(), { reserved: async () => ['tried', 'finder'] });
    await expect(store.plan({ from: 'path', path: segmenter('tried') }, running())).rejects.toMatchObject({
      code: 'unsupported',
    });
    const { id } = await store.plan({ from: 'path', path: folderOf(detector()) }, running());
    expect(id).toMatch(/^groundnote-packs-.*-finder$/);
  });

  it('of a server is refused', async () => {
    const folder = folderOf({
      'groundnote.json': JSON.stringify({
        id: 'far',
        version: '1',
        title: 'Far',
        tasks: ['ask'],
        engine: 'remote',
        kind: 'openai-chat',
        prompts: [],
        returns: [],
        license: 'x',
        files: [],
      }),
    });
    await expect(
      storeIn(temporaryFolder()).plan({ from: 'path', path: folder }, running()),
    ).rejects.toMatchObject({ code: 'unsupported' });
  });

  it.each([
    ['without a graph', { 'config.json': '{"model_type": "sam"}' }, /has no ONNX graph/],
    [
      'with half of its graphs',
      { 'config.json': '{"model_type": "sam"}', 'onnx/vision_encoder.onnx': 'x' },
      /lacks the graph "prompt_encoder_mask_decoder.onnx"/,
    ],
    ['with a config that is no JSON', { 'config.json': '{', 'model.onnx': 'x' }, /not valid JSON/],
    ['with a graph that is none', { 'model.onnx': 'x' }, /not an ONNX model/],
  ] as const)('%s is refused', async (_, files, message) => {
    await expect(
      storeIn(temporaryFolder()).plan({ from: 'path', path: folderOf(files) }, running()),
    ).rejects.toThrow(message);
  });

  it('that is not there', async () => {
    await expect(
      storeIn(temporaryFolder()).plan({ from: 'path', path: '/nowhere/at/all' }, running()),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a graph alone', () => {
  const picture = { name: 'images', shape: [1, 3, 640, 640] };
  const put = (bytes: Buffer, name = 'yolo-nano.onnx') => path.join(folderOf({ [name]: bytes }), name);

  it('of Ultralytics says what it is', async () => {
    const file = put(
      writeOnnx({
        inputs: [picture],
        outputs: [{ name: 'output0', shape: [1, 84, 8400] }],
        properties: { task: 'detect', names: "{0: 'person'}", imgsz: '[640, 640]' },
      }),
    );
    const { pack } = await add(storeIn(temporaryFolder()), { from: 'path', path: file });
    expect(pack).toMatchObject({ id: 'yolo-nano', kind: 'detector', engine: 'onnx' });
    expect(pack.description).toContain('Ultralytics, detect');
  });

  it('of Ultralytics that segments gives masks too', async () => {
    const outputs = [
      { name: 'output0', shape: [1, 116, 8400] },
      { name: 'output1', shape: [1, 32, 160, 160] },
    ];
    const properties = { task: 'segment', names: "{0: 'person'}" };
    const { pack } = await add(storeIn(temporaryFolder()), {
      from: 'path',
      path: put(writeOnnx({ inputs: [picture], outputs, properties })),
    });
    expect(pack).toMatchObject({ kind: 'detector', returns: ['box', 'mask'] });
  });

  it('of Ultralytics for another task is refused with that task', async () => {
    const file = put(
      writeOnnx({
        inputs: [picture],
        outputs: [{ name: 'output0', shape: [1, 1000] }],
        properties: { task: 'classify', names: '{}' },
      }),
    );
    await expect(storeIn(temporaryFolder()).plan({ from: 'path', path: file }, running())).rejects.toThrow(
      /"classify"/,
    );
  });

  it('takes its weights along from the file beside it, and misses them where they are not', async () => {
    const graph = writeOnnx({
      inputs: [picture],
      outputs: [{ name: 'mask', shape: [1, 1, 640, 640] }],
      weights: { w: 'matting.onnx_data' },
    });
    const alone = put(graph, 'matting.onnx');
    await expect(storeIn(temporaryFolder()).plan({ from: 'path', path: alone }, running())).rejects.toThrow(
      /lacks the file "matting.onnx_data"/,
    );
    writeFileSync(`${alone}_data`, 'weights');
    const { plan, pack } = await add(storeIn(temporaryFolder()), { from: 'path', path: alone });
    expect(plan.files.map((file) => file.path)).toEqual(['matting.onnx', 'matting.onnx_data']);
    expect(pack.kind).toBe('pixel-classifier');
  });

  it('that is one half of two says so; both are a pack', async () => {
    const decoder = writeOnnx({
      inputs: [
        { name: 'image_embeddings', shape: [1, 256, 64, 64] },
        { name: 'point_coords', shape: [1, 'n', 2] },
        { name: 'point_labels', shape: [1, 'n'] },
      ],
      outputs: [
        { name: 'masks', shape: [1, 'k', 'h', 'w'] },
        { name: 'iou_predictions', shape: [1, 'k'] },
      ],
    });
    await expect(
      storeIn(temporaryFolder()).plan({ from: 'path', path: put(decoder, 'decoder.onnx') }, running()),
    ).rejects.toThrow(/needs its encoder/);
    const encoder = writeOnnx({
      inputs: [picture],
      outputs: [{ name: 'image_embeddings', shape: [1, 256, 64, 64] }],
    });
    const both = folderOf({ 'sam_decoder.onnx': decoder, 'sam_encoder.onnx': encoder }, 'my-sam');
    const { plan, pack } = await add(storeIn(temporaryFolder()), { from: 'path', path: both });
    expect(pack).toMatchObject({ id: 'my-sam', kind: 'segment-anything', tasks: ['segment'] });
    expect(plan.manifest?.options).toEqual({
      graphs: { encoder: 'sam_encoder.onnx', decoder: 'sam_decoder.onnx' },
    });
  });

  it('that nobody knows is refused with what it takes and gives', async () => {
    const file = put(
      writeOnnx({
        inputs: [{ name: 'audio', shape: [1, 16000] }],
        outputs: [{ name: 'text', shape: [1, 'n'] }],
      }),
      'speech.onnx',
    );
    await expect(storeIn(temporaryFolder()).plan({ from: 'path', path: file }, running())).rejects.toThrow(
      /audio\[1,16000\].*text\[1,n\].*segment-anything/,
    );
  });
});

describe('before anything is used', () => {
  it('its licence must be accepted, once for each licence', async () => {
    const root = temporaryFolder();
    const source = { from: 'path', path: folderOf(detector()) } as const;
    const plan = await storeIn(root).plan(source, running());
    expect(plan).toMatchObject({ license: 'apache-2.0', needsConsent: true });
    await expect(storeIn(root).install(plan, false, { signal: running() })).rejects.toMatchObject({
      code: 'invalid-params',
    });
    expect(visible(root)).toEqual([]);
    await storeIn(root).install(plan, true, { signal: running() });
    expect((await storeIn(root).plan(source, running())).needsConsent).toBe(false);
    writeFileSync(
      path.join(source.path, 'README.md'),
      '---\nlicense: other\nlicense_name: only-on-sundays\nlicense_link: https://a.example/terms\n---\n',
    );
    expect(await storeIn(root).plan(source, running())).toMatchObject({
      license: 'only-on-sundays',
      licenseUrl: 'https://a.example/terms',
      needsConsent: true,
    });
  });

  it('there must be room for it', async () => {
    const root = temporaryFolder();
    const full = storeIn(root, { freeBytes: async () => 33 << 20 });
    const source = { from: 'path', path: segmenter('tried') } as const;
    await expect(add(full, source)).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringContaining(root),
    });
    expect(visible(root)).toEqual([]);
    // Room was made.
    expect((await add(storeIn(root), source)).pack.state).toBe('ready');
  });

  it('its folder must be one that can be written', async () => {
    const file = path.join(temporaryFolder(), 'a-file');
    writeFileSync(file, '');
    await expect(add(storeIn(file), { from: 'path', path: segmenter('tried') })).rejects.toMatchObject({
      code: 'io',
    });
  });

  it('two cannot install it at once', async () => {
    const root = temporaryFolder();
    const source = { from: 'path', path: segmenter('tried') } as const;
    const plan = await storeIn(root).plan(source, running());
    const outcomes = await Promise.allSettled(
      [1, 2, 3].map(() => storeIn(root).install(plan, true, { signal: running() })),
    );
    const failed = outcomes.filter((each) => each.status === 'rejected');
    expect(outcomes.filter((each) => each.status === 'fulfilled').length).toBeGreaterThan(0);
    for (const { reason } of failed)
      expect(reason).toMatchObject({ code: 'io', message: expect.stringContaining('being installed') });
    await storeIn(root).verify('tried', { signal: running() });
  });

  it('it can be stopped, and forgotten', async () => {
    const root = temporaryFolder();
    const controller = new AbortController();
    const source = { from: 'path', path: segmenter('tried') } as const;
    const plan = await storeIn(root).plan(source, running());
    const stopped = storeIn(root).install(plan, true, {
      signal: controller.signal,
      onProgress: ({ file }) => file?.endsWith('encoder.onnx') && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(visible(root)).toEqual([]);
    expect(await storeIn(root).partial()).toMatchObject([
      { id: 'tried', title: 'Groundnote Segment', running: false },
    ]);
    await storeIn(root).discard('tried');
    expect(await storeIn(root).partial()).toEqual([]);
    await expect(storeIn(root).discard('tried')).rejects.toMatchObject({ code: 'not-found' });
    await expect(storeIn(root).discard('../x')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('an installed pack', () => {
  it('is replaced by another version in one step', async () => {
    const root = temporaryFolder();
    await add(storeIn(root), { from: 'path', path: segmenter('tried', '1') });
    const { plan, pack } = await add(storeIn(root), { from: 'path', path: segmenter('tried', '2') });
    expect(plan.replaces).toBe('1');
    expect(pack.version).toBe('2');
    expect(visible(root)).toEqual(['tried']);
    expect(readdirSync(path.join(root, '.replaced'))).toEqual([]);
  });

  it('comes back when a crash came between its versions', async () => {
    const root = temporaryFolder();
    await add(storeIn(root), { from: 'path', path: segmenter('tried', '1') });
    mkdirSync(path.join(root, '.replaced'), { recursive: true });
    cpSync(path.join(root, 'tried'), path.join(root, '.replaced/tried~00000000'), { recursive: true });
    await storeIn(root).remove('tried');
    // As if the program had ended right after the old version was moved away.
    cpSync(segmenter('tried', '1'), path.join(root, '.replaced/tried~00000001'), { recursive: true });
    await storeIn(root).partial();
    expect(await new PackRegistry([root]).list()).toMatchObject([
      { id: 'tried', version: '1', state: 'ready' },
    ]);
    expect(readdirSync(path.join(root, '.replaced'))).toEqual([]);
  });

  it('is checked file by file, and found out where one is not its own', async () => {
    const root = temporaryFolder();
    const { pack } = await add(storeIn(root), { from: 'path', path: segmenter('tried') });
    const told: number[] = [];
    await storeIn(root).verify('tried', { signal: running(), onProgress: ({ bytes }) => told.push(bytes) });
    expect(told.at(-1)).toBe(pack.bytes);
    const file = path.join(pack.folder, 'onnx/image_encoder.onnx');
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
    writeFileSync(file, bytes);
    await expect(storeIn(root).verify('tried', { signal: running() })).rejects.toMatchObject({
      code: 'broken-pack',
      message: expect.stringContaining('image_encoder'),
    });
    await expect(storeIn(root).verify('none', { signal: running() })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('goes when it is removed, and no other', async () => {
    const root = temporaryFolder();
    for (const id of ['one', 'two']) await add(storeIn(root), { from: 'path', path: segmenter(id) });
    await storeIn(root).remove('one');
    expect(visible(root)).toEqual(['two']);
    await expect(storeIn(root).remove('one')).rejects.toMatchObject({ code: 'not-found' });
    await expect(storeIn(root).remove('groundnote-segment')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('groundnote packs', () => {
  async function run(...args: string[]) {
    let [out, err] = ['', ''];
    const code = await runCli(args, {
      out: (text) => (out += text),
      err: (text) => (err += text),
      signal: running(),
      interactive: false,
    });
    return { code, out, err };
  }

  it('adds a pack of the hub, lists, runs, checks and removes it', async () => {
    const hub = await playHub();
    const root = temporaryFolder();
    const at = ['--store', root, '--json'];
    try {
      const folder = segmenter('tried-segment');
      const names = [
        'config.json',
        'preprocessor_config.json',
        'groundnote.json',
        'README.md',
        'onnx/image_encoder.onnx',
        'onnx/mask_decoder.onnx',
      ];
      hub.setRepo('a/tried', {
        license: 'apache-2.0',
        files: Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, name))])),
      });
      const refused = await run('packs', 'add', 'a/tried', '--endpoint', hub.url, ...at);
      expect(refused).toMatchObject({ code: 2, out: '' });
      expect(refused.err).toMatch(/under the licence "Apache-2.0".*--yes/);
      const added = await run('packs', 'add', 'a/tried', '--endpoint', hub.url, '--yes', ...at);
      expect(added.code).toBe(0);
      expect(JSON.parse(added.out)).toMatchObject({ pack: { id: 'tried-segment', state: 'ready' } });
      const listed = await run('packs', 'list', ...at);
      expect(JSON.parse(listed.out).packs.map(({ id }: { id: string }) => id)).toContain('tried-segment');
      const image = path.join(root, 'picture.png');
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"><rect width="160" height="120" fill="#dde"/><circle cx="75" cy="60" r="30" fill="#a33"/></svg>';
      await sharp(Buffer.from(svg)).png().toFile(image);
      const segmented = await run(
        'segment',
        image,
        '--point',
        '75,60',
        '--pack',
        'tried-segment',
        '--packs',
        root,
        '--json',
      );
      expect(segmented.code).toBe(0);
      expect(JSON.parse(segmented.out)).toMatchObject({ pack: { id: 'tried-segment' }, regions: [{}] });
      expect((await run('packs', 'verify', 'tried-segment', ...at)).code).toBe(0);
      expect(JSON.parse((await run('packs', 'remove', 'tried-segment', ...at)).out)).toEqual({
        removed: 'tried-segment',
      });
      expect(existsSync(path.join(root, 'tried-segment'))).toBe(false);
    } finally {
      await hub.close();
    }
  });

  it('stays offline when it is told to', async () => {
    const { code, err } = await run(
      'packs',
      'add',
      'a/tried',
      '--offline',
      '--yes',
      '--store',
      temporaryFolder(),
    );
    expect(code).toBe(1);
    expect(err).toMatch(/set to stay offline/);
  });

  it('lists what can be installed', async () => {
    const { code, out } = await run('packs', 'list', '--available', '--json', '--store', temporaryFolder());
    expect(code).toBe(0);
    expect(JSON.parse(out).available[0]).toMatchObject({
      id: expect.any(String),
      license: expect.any(String),
      installed: false,
    });
  });

  it('keeps packs where programs keep their data', () => {
    const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv) => installedPacks({ platform, env });
    expect(at('linux', { XDG_DATA_HOME: '/data' })).toBe(path.join('/data', 'groundnote', 'packs'));
    expect(at('linux', {})).toMatch(/\.local.share.groundnote.packs$/);
    expect(at('darwin', {})).toMatch(/Library.Application Support.groundnote.packs$/);
    expect(at('win32', { LOCALAPPDATA: 'L' })).toBe(path.join('L', 'groundnote', 'packs'));
    expect(at('linux', { GROUNDNOTE_PACKS: '/mine' })).toBe(path.resolve('/mine'));
  });
});
