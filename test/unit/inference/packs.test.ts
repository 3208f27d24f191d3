import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  packFile,
  PackRegistry,
  readPack,
  readPackJson,
  verifyPack,
} from '../../../src/inference/packs/registry';
import { segmenterConfigSchema } from '../../../src/inference/packs/config';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'groundnote-packs-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** Writes a sound pack, with what a test changes in its manifest. */
function writePack(name: string, change: Record<string, unknown> = {}, folder = root): string {
  const pack = path.join(folder, name);
  mkdirSync(path.join(pack, 'onnx'), { recursive: true });
  const contents: Record<string, string> = {
    'config.json': '{"embeddings":["features"]}',
    'onnx/a.onnx': 'graph',
  };
  for (const [file, text] of Object.entries(contents)) writeFileSync(path.join(pack, file), text);
  const manifest = {
    id: name,
    version: '1.0.0',
    title: `Pack ${name}`,
    tasks: ['segment'],
    engine: 'onnx',
    kind: 'promptable-segmenter',
    prompts: ['point'],
    returns: ['mask'],
    license: 'CC0-1.0',
    files: Object.entries(contents).map(([file, text]) => ({
      path: file,
      size: text.length,
      sha256: sha256(text),
    })),
    ...change,
  };
  writeFileSync(path.join(pack, 'groundnote.json'), JSON.stringify(manifest));
  return pack;
}

describe('the packs of a folder', () => {
  it('are listed, and the first for a task is found', async () => {
    writePack('beta');
    writePack('alpha');
    writePack('words', { tasks: ['ground'], kind: 'ocr' });
    mkdirSync(path.join(root, '.hidden'));
    writeFileSync(path.join(root, 'notes.txt'), '');
    const registry = new PackRegistry([root, path.join(root, 'missing')]);
    expect((await registry.list()).map(({ id, state, bytes }) => [id, state, bytes])).toEqual([
      ['alpha', 'ready', 32],
      ['beta', 'ready', 32],
      ['words', 'ready', 32],
    ]);
    expect((await registry.find({ task: 'segment' })).manifest.id).toBe('alpha');
    expect((await registry.find({ task: 'segment', id: 'beta' })).manifest.id).toBe('beta');
    await expect(registry.find({ task: 'segment', id: 'words' })).rejects.toMatchObject({
      code: 'unsupported',
    });
    await expect(registry.find({ task: 'segment', id: 'gamma' })).rejects.toMatchObject({ code: 'no-pack' });
    await expect(registry.find({ task: 'describe' })).rejects.toMatchObject({ code: 'no-pack' });
  });

  it('are taken from the first folder where two have one id', async () => {
    const second = path.join(root, 'second');
    writePack('same', {}, path.join(root, 'first'));
    writePack('same', { version: '2.0.0' }, second);
    const registry = new PackRegistry([path.join(root, 'first'), second]);
    expect((await registry.find({ task: 'segment' })).manifest.version).toBe('1.0.0');
    const [, shadowed] = await registry.list();
    expect(shadowed).toMatchObject({ version: '2.0.0', state: 'broken' });
    expect(shadowed?.problem).toContain('comes first');
  });
});

describe('a broken pack is listed with the reason and never run', () => {
  const expectProblem = async (name: string, problem: RegExp) => {
    const registry = new PackRegistry([root]);
    const [summary] = await registry.list();
    expect(summary).toMatchObject({ state: 'broken' });
    expect(summary?.problem).toMatch(problem);
    expect(summary?.problem).toMatch(/^[A-Z].*\.$/);
    await expect(registry.find({ task: 'segment', id: summary?.id ?? name })).rejects.toMatchObject({
      code: 'broken-pack',
    });
  };

  it('without a manifest', async () => {
    mkdirSync(path.join(root, 'bare'));
    await expectProblem('bare', /The file "groundnote\.json" is missing/);
  });
  it('with a manifest that is no JSON', async () => {
    writeFileSync(path.join(writePack('text'), 'groundnote.json'), '{');
    await expectProblem('text', /not valid JSON/);
  });
  it('with a manifest of the wrong form, telling what it still says', async () => {
    writePack('form', { title: 'A title', tasks: ['fly'] });
    await expectProblem('form', /not valid: tasks/);
    expect((await new PackRegistry([root]).list())[0]).toMatchObject({ title: 'A title', tasks: [] });
  });
  it('with a file that is missing', async () => {
    rmSync(path.join(writePack('gone'), 'onnx/a.onnx'));
    await expectProblem('gone', /"a\.onnx" is missing/);
  });
  it('with a file of another size', async () => {
    writeFileSync(path.join(writePack('size'), 'onnx/a.onnx'), 'a longer graph');
    await expectProblem('size', /14 bytes instead of 5/);
  });
  it('that is chosen by default only when no sound one is there', async () => {
    writePack('a-broken', { tasks: ['segment'], files: [{ path: 'none', size: 1, sha256: sha256('') }] });
    const registry = new PackRegistry([root]);
    await expect(registry.find({ task: 'segment' })).rejects.toMatchObject({ code: 'broken-pack' });
    writePack('b-sound');
    expect((await registry.find({ task: 'segment' })).manifest.id).toBe('b-sound');
  });
});

describe('a pack cannot lead out of its folder', () => {
  const file = (place: string) => ({ path: place, size: 6, sha256: sha256('secret') });
  it.each(['../secret', '/etc/passwd', 'a/../../secret', 'C:/secret', '..\\secret'])(
    'by the path %s',
    async (place) => {
      writeFileSync(path.join(root, 'secret'), 'secret');
      const { summary, pack } = await readPack(writePack('paths', { files: [file(place)] }));
      expect(pack).toBeUndefined();
      expect(summary.problem).toContain('inside the pack');
    },
  );

  it('by a link of a file', async () => {
    writeFileSync(path.join(root, 'secret'), 'secret');
    const folder = writePack('links', { files: [file('link')] });
    symlinkSync(path.join(root, 'secret'), path.join(folder, 'link'));
    const { summary, pack } = await readPack(folder);
    expect(pack).toBeUndefined();
    expect(summary.problem).toContain('link that leads out');
  });

  it('by a link of its whole folder', async () => {
    const elsewhere = path.join(root, 'elsewhere');
    const packs = path.join(root, 'packs');
    mkdirSync(packs);
    symlinkSync(writePack('real', {}, elsewhere), path.join(packs, 'linked'));
    const [summary] = await new PackRegistry([packs]).list();
    expect(summary).toMatchObject({ state: 'broken', title: 'linked' });
  });

  it('and a file that it does not list is not opened', async () => {
    const folder = writePack('unlisted');
    writeFileSync(path.join(folder, 'extra'), '');
    const { pack } = await readPack(folder);
    if (!pack) throw new Error('The pack should be sound.');
    await expect(packFile(pack, 'extra')).rejects.toMatchObject({ code: 'broken-pack' });
  });
});

describe('the packs of a machine', () => {
  it('are read again only when something of them has changed', async () => {
    const folder = writePack('kept');
    const registry = new PackRegistry([root]);
    const find = () => registry.find({ task: 'segment', id: 'kept' });
    const first = await find();
    expect(await find()).toBe(first);
    writePack('another');
    expect((await registry.list()).map(({ id }) => id)).toEqual(['another', 'kept']);
    const second = await find();
    expect(second).not.toBe(first);
    expect(await find()).toBe(second);
    writeFileSync(path.join(folder, 'onnx/a.onnx'), 'a longer graph');
    await expect(find()).rejects.toMatchObject({ code: 'broken-pack' });
    rmSync(folder, { recursive: true });
    await expect(find()).rejects.toMatchObject({ code: 'no-pack' });
  });
});

describe('contents', () => {
  it('are checked by SHA-256', async () => {
    const folder = writePack('sums');
    await expect(verifyPack(folder)).resolves.toMatchObject({ manifest: { id: 'sums' } });
    writeFileSync(path.join(folder, 'onnx/a.onnx'), 'grapf');
    await expect(verifyPack(folder)).rejects.toMatchObject({
      code: 'broken-pack',
      message: expect.stringContaining('onnx/a.onnx') as string,
    });
  });

  it('of a configuration are parsed with their schema', async () => {
    const { pack } = await readPack(writePack('config'));
    if (!pack) throw new Error('The pack should be sound.');
    const config = await readPackJson(pack, 'config.json', segmenterConfigSchema);
    expect(config).toMatchObject({ embeddings: ['features'], stroke_samples: 32 });
    writeFileSync(path.join(pack.folder, 'config.json'), '{"embeddings":[]}');
    await expect(readPackJson(pack, 'config.json', segmenterConfigSchema)).rejects.toMatchObject({
      code: 'broken-pack',
      message: expect.stringContaining('embeddings') as string,
    });
  });
});
