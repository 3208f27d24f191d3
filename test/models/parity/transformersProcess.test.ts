/**
 * Packs of transformers.js as they run for a user: in the built process and on the built command line, cancelled in the middle
 * of a text, and refused where something is wrong with them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe as tests, expect, it } from 'vitest';
import { InferenceClient } from '../../../src/inference/client';
import { loadLibrary } from '../../../src/inference/engines/transformers/loading';
import { ask, describe, estimateDepth, ground, taskResultSchema } from '../../../src/protocol/inference';
import type { PackManifest } from '../../../src/protocol/packs';
import {
  expectedOf,
  makeTinyModels,
  opened,
  packFolder,
  packNamed,
  picture,
  picturePath,
  python,
  reason,
  runOf,
} from './tinyModels';

const built = path.resolve('.cache/test/built');
const inputsFile = `${built}.inputs.json`;
const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-transformers-'));
const packs = path.join(folder, 'packs');
const embedded = path.join(built, 'models');
const image = { path: picturePath };
const client = new InferenceClient({
  entry: path.join(built, 'inferenceProcess.cjs'),
  packFolders: [packs, embedded],
  threads: 1,
  idleMs: 0,
  log: () => {},
});

/** Puts a pack into a folder of its own, where files of it may be changed. */
function placed(name: string, ...[kind, options]: [PackManifest['kind'], object?]): string {
  const from = packFolder(name, kind, options as PackManifest['options']);
  const place = path.join(packs, `${name}-${kind}`);
  cpSync(from, place, { recursive: true });
  return place;
}

beforeAll(async () => {
  if (python === undefined) return;
  makeTinyModels();
  execFileSync(process.execPath, ['esbuild.mjs', '--out', built, '--inputs', inputsFile], { stdio: 'pipe' });
  placed('owlv2', 'zero-shot-detector', { threshold: 0 });
  placed('captioner', 'captioner', { max_tokens: expectedOf<{ tokens: number }>('captioner').tokens });
  placed('depth', 'depth-estimator');
  // A model that never ends by itself.
  const endless = placed('idefics', 'vision-language', { max_tokens: 100_000 });
  const generation = JSON.stringify({ bos_token_id: 2, eos_token_id: -1, pad_token_id: 0 });
  await changeFile(endless, 'generation_config.json', generation);
}, 900_000);
afterAll(() => {
  client.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Changes a file of a pack, with its line in the manifest. */
async function changedManifest(place: string, change: (manifest: PackManifest) => void): Promise<void> {
  const file = path.join(place, 'groundnote.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as PackManifest;
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest));
}
async function changeFile(place: string, name: string, content: string): Promise<void> {
  const { createHash } = await import('node:crypto');
  writeFileSync(path.join(place, name), content);
  await changedManifest(place, ({ files }) => {
    const entry = files.find((each) => each.path === name);
    if (!entry) throw new Error(`The pack has no "${name}".`);
    entry.size = Buffer.byteLength(content);
    entry.sha256 = createHash('sha256').update(content).digest('hex');
  });
}

tests.skipIf(python === undefined)(`packs of transformers.js in the built process${reason}`, () => {
  it('the build holds the library once, in a file of its own, without ONNX Runtime for browsers', () => {
    const inputs = JSON.parse(readFileSync(inputsFile, 'utf8')) as string[];
    expect(inputs.filter((input) => /node_modules\/onnxruntime-/.test(input))).toEqual([]);
    expect(inputs.filter((input) => input.endsWith('transformers/src/transformers.js'))).toHaveLength(1);
    expect(statSync(path.join(built, 'transformersLibrary.cjs')).size).toBeLessThan(3e6);
    for (const name of ['inferenceProcess', 'cli', 'extension', 'batchProcess'])
      expect(readFileSync(path.join(built, `${name}.cjs`), 'utf8')).not.toContain('PreTrainedModel extends');
  });

  it('finds phrases, and names the pack', async () => {
    const result = await client.request(ground, {
      image,
      text: 'the red disc; blue bar',
      pack: 'tiny-owlv2',
      segmenter: null,
    });
    expect(result.pack.id).toBe('tiny-owlv2');
    expect(new Set(result.regions.map(({ label }) => label))).toEqual(new Set(['the red disc', 'blue bar']));
  });

  it('turns what was found into masks with the embedded segmenter', async () => {
    const request = { image, text: 'blue bar', pack: 'tiny-owlv2' };
    const { packs = [], regions } = await client.request(ground, request);
    expect(packs.map(({ id }) => id)).toEqual(['groundnote-segment', 'tiny-owlv2']);
    expect(regions.some(({ mask }) => mask)).toBe(true);
  });

  it('describes', async () => {
    const { text } = await client.request(describe, { image, pack: 'tiny-captioner' });
    expect(text).toBe(expectedOf<{ text: string }>('captioner').text);
  });

  it('estimates depth as a PNG of the size of the picture', async () => {
    const { png, width, height, pack } = await client.request(estimateDepth, { image });
    const { width: w, height: h, channels } = await sharp(png).metadata();
    expect([w, h, channels, pack.id]).toEqual([width, height, 1, 'tiny-depth']);
  });

  it('ends a text in the middle when it is cancelled, and the process lives on', async () => {
    const question = { text: 'What is the red disc?', spans: [] };
    const params = { image, question, asked: [], history: [], pack: 'tiny-idefics' };
    await client.request(describe, { image, pack: 'tiny-captioner' });
    const { pid } = client;
    const stop = new AbortController();
    const texts: string[] = [];
    const onProgress = ({ text }: { text?: string | undefined }) => {
      if (text) texts.push(text);
      if (texts.length >= 3) stop.abort();
    };
    const asked = client.request(ask, params, { signal: stop.signal, onProgress });
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    // The text grew while it was written.
    expect(texts[2]?.length).toBeGreaterThan(texts[0]?.length ?? Infinity);
    const after = await client.request(describe, { image, pack: 'tiny-captioner' });
    expect(after.text).toBe(expectedOf<{ text: string }>('captioner').text);
    expect(client.pid).toBe(pid);
  });

  const cli = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(built, 'cli.cjs'), ...args, '--packs', packs, '--threads', '1'], {
      encoding: 'utf8',
      env: { ...process.env, GROUNDNOTE_PACKS: path.join(folder, 'none') },
    });

  it('does the same on the command line, with one object on standard output', () => {
    const { status, stdout, stderr } = cli('describe', picturePath, '--pack', 'tiny-captioner', '--json');
    expect([status, stderr]).toEqual([0, '']);
    const result = taskResultSchema.parse(JSON.parse(stdout));
    expect(result.text).toBe(expectedOf<{ text: string }>('captioner').text);
  });

  it('writes depth on the command line', async () => {
    const out = path.join(folder, 'depth.png');
    const { status, stdout } = cli('depth', picturePath, '--out', out, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ out, pack: { id: 'tiny-depth' } });
    expect((await sharp(out).stats()).channels[0]).toMatchObject({ min: 0, max: 255 });
  });

  it('says on the command line what a pack cannot do', () => {
    const { status, stdout } = cli('ask', picturePath, 'Why?', '--pack', 'tiny-captioner', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ refused: true });
  });
});

tests.skipIf(python === undefined)(`packs of transformers.js that are wrong${reason}`, () => {
  const broken = async (
    change: (place: string) => void | Promise<void>,
    kind: PackManifest['kind'] = 'captioner',
  ) => {
    const place = path.join(folder, `broken-${Math.random()}`);
    cpSync(packFolder('captioner', kind), place, { recursive: true });
    await change(place);
    const { readPack } = await import('../../../src/inference/packs/registry');
    const { pack, summary } = await readPack(place);
    if (!pack) throw new Error(summary.problem);
    return opened(pack).then(
      ({ model }) => model.close().then(() => 'It opened.'),
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    );
  };

  it('a graph that is none', async () => {
    const message = await broken((place) => changeFile(place, 'onnx/encoder_model.onnx', 'nothing'));
    expect(message).toMatch(/^broken-pack: The pack "tiny-captioner" cannot be used: its graphs cannot be opened \(/);
  });

  it('a file whose content has changed', async () => {
    const message = await broken((place) => {
      const file = path.join(place, 'tokenizer.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('WordLevel', 'WordLever'));
    });
    expect(message).toMatch(/^broken-pack: .*"tokenizer.json" is not the one/);
  });

  it('a file that lies in the folder and not in the manifest is not read', async () => {
    const message = await broken((place) =>
      changedManifest(place, (manifest) => {
        manifest.files = manifest.files.filter((file) => file.path !== 'tokenizer.json');
      }),
    );
    expect(message).toMatch(/^broken-pack: .*its tokenizer cannot be opened/);
  });

  it('a kind that does not fit the model, and options that are wrong', async () => {
    expect(await broken(() => {}, 'text-segmenter')).toBe(
      'broken-pack: The pack "tiny-captioner" cannot be used: models of the type "vision-encoder-decoder" cannot be run as segmenters of phrases.',
    );
    const message = await broken((place) =>
      changedManifest(place, (manifest) => {
        manifest.options = { max_tokens: 'many' };
      }),
    );
    expect(message).toMatch(/^broken-pack: .*its option "max_tokens" is not valid/);
  });

  it('the library is shut off from the network, and from telemetry', async () => {
    const { env } = await loadLibrary();
    expect(process.env.ORT_DISABLE_TELEMETRY).toBe('1');
    expect(env.allowRemoteModels).toBe(false);
    await expect(env.fetch('https://huggingface.co')).rejects.toThrow('Nothing is fetched');
  });

  it('an execution provider that is not here: said, and the CPU takes over', async () => {
    const provider = process.platform === 'darwin' ? 'dml' : 'coreml';
    const { model, log } = await opened(await packNamed('depth', 'depth-estimator'), {
      executionProvider: provider,
    });
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(`warn: "Tiny depth" runs on the CPU: "${provider}" cannot run it here (`);
    expect(await model.depth?.(await picture(), runOf())).toHaveLength(150 * 100);
    await model.close();
  });

  it('a model that was closed answers no more', async () => {
    const { model } = await opened(await packNamed('depth', 'depth-estimator'));
    await model.close();
    await expect(model.depth?.(await picture(), runOf())).rejects.toMatchObject({ code: 'broken-pack' });
  });

  it('a question that was cancelled before it began', async () => {
    const { model } = await opened(await packNamed('owlv2', 'zero-shot-detector'));
    const run = runOf(AbortSignal.abort());
    await expect(model.ground?.(await picture(), 'bar', run)).rejects.toMatchObject({ code: 'cancelled' });
    await model.close();
  });
});
