/** The shipped catalogue, the check of it against a hub, and what a pack's kind is told by. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkCatalogue } from '../../../scripts/catalogue-check.mjs';
import { catalogue } from '../../../src/inference/packs/catalogue/catalogue';
import { catalogueSchema } from '../../../src/inference/packs/catalogue/schema';
import { recognise } from '../../../src/inference/packs/install/recognise';
import { packKinds } from '../../../src/protocol/packs';
import { bytesInWords } from '../../../src/protocol/words';
import { playHub, type PlayedHub } from '../../support/hub';
import { detector, removeTemporaryFolders, sha256, temporaryFolder } from './support';

afterAll(removeTemporaryFolders);

describe('the catalogue', () => {
  const packs = catalogue();

  it('offers packs of every kind that can be installed, each once', () => {
    expect(packs.length).toBeGreaterThanOrEqual(16);
    expect(new Set(packs.map(({ id }) => id)).size).toBe(packs.length);
    expect(new Set(packs.map(({ hub }) => hub.repo)).size).toBe(packs.length);
    const kinds = new Set(packs.map(({ kind }) => kind));
    // The first two are those of the embedded packs.
    for (const kind of [...packKinds.onnx.slice(3), ...packKinds.transformers]) expect(kinds).toContain(kind);
  });

  it('is what docs/packs.md shows', () => {
    const rows = readFileSync('docs/packs.md', 'utf8')
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, id = '', , , licence = '']) => /^`[a-z0-9.-]+`$/.test(id) && licence.startsWith('['));
    expect(rows.map((row) => row.slice(1, 6))).toEqual(
      packs.map(({ id, tasks, goodFor, license, licenseUrl, files }) => [
        `\`${id}\``,
        tasks.join(', ') || '—',
        goodFor,
        `[${license}](${licenseUrl})`,
        bytesInWords(files.reduce((sum, { size }) => sum + size, 0)),
      ]),
    );
  });

  it.each(packs.map((pack) => [pack.id, pack] as const))('%s is whole', (_, pack) => {
    expect((packKinds[pack.engine] as readonly string[]).includes(pack.kind)).toBe(true);
    expect(pack.license).not.toBe('');
    expect(pack.licenseUrl).toMatch(/^https:/);
    expect(pack.goodFor).toMatch(/\.$/);
    expect(pack.memory_mb).toBeGreaterThan(0);
    for (const file of pack.files) {
      // Without a checksum nothing is exact.
      expect(file.approximate === true).toBe(file.sha256 === undefined);
      expect(file.size).toBeGreaterThan(0);
    }
    expect(pack.files.every((file) => file.sha256)).toBe(pack.verified !== undefined);
  });

  it.each(packs.map((pack) => [pack.id, pack] as const))(
    '%s has the files that its kind needs',
    async (_, pack) => {
      const types: Record<string, string> = {
        'segment-anything': 'sam2',
        detector: 'd_fine',
        'pixel-classifier': 'modnet',
        'zero-shot-detector': 'grounding-dino',
        'text-segmenter': 'clipseg',
        florence: 'florence2',
        'vision-language': 'qwen2_vl',
        captioner: 'vision-encoder-decoder',
        'depth-estimator': 'depth_anything',
      };
      const files = pack.files.map((file) => file.path);
      const known = await recognise(pack.id, { files, config: { model_type: types[pack.kind] } });
      expect(known).toMatchObject({ kind: pack.kind, engine: pack.engine, options: pack.options });
      expect(known?.files.sort()).toEqual(files.sort());
    },
  );
});

describe('npm run catalogue:check', () => {
  let hub: PlayedHub;
  let file: string;
  beforeEach(async () => {
    hub = await playHub();
    file = path.join(temporaryFolder(), 'catalogue.json');
    const entry = catalogue().find(({ id }) => id === 'd-fine-n');
    writeFileSync(file, JSON.stringify({ packs: [entry] }));
  });
  afterEach(() => hub.close());
  const check = () => checkCatalogue({ file, endpoint: hub.url, today: '2026-11-24' });
  const read = () => catalogueSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).packs[0];

  it('writes the commit, sizes, sums and the date down', async () => {
    const files = detector();
    hub.setRepo('onnx-community/dfine_n_coco-ONNX', {
      license: 'apache-2.0',
      files: { ...files, 'onnx/model.onnx_data': 'x' },
    });
    expect(await check()).toEqual([]);
    const entry = read();
    expect(entry?.verified).toBe('2026-11-24');
    expect(entry?.hub.revision).toMatch(/^[0-9a-f]{40}$/);
    expect(entry?.files).toEqual(
      ['config.json', 'preprocessor_config.json', 'onnx/model.onnx', 'onnx/model.onnx_data'].map((name) => {
        const content = files[name] ?? 'x';
        return { path: name, size: content.length, sha256: sha256(content) };
      }),
    );
    // Again: nothing is new.
    expect(await check()).toEqual([]);
  });

  it('runs as it is started by people', async () => {
    hub.setRepo('onnx-community/dfine_n_coco-ONNX', { license: 'apache-2.0', files: detector() });
    const args = [
      'node_modules/tsx/dist/cli.mjs',
      'scripts/catalogue-check.mjs',
      '--endpoint',
      hub.url,
      '--file',
      file,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(stdout).toMatch(/^d-fine-n: as the catalogue says, [0-9a-f]{12}\n$/);
    expect(read()?.verified).toBeDefined();
  });

  it.each([
    [
      'a file is missing',
      { license: 'apache-2.0', files: { 'config.json': '{}', 'onnx/other.onnx': 'x' } },
      /lacks .*onnx\/model\.onnx.*other\.onnx/,
    ],
    ['the licence is another', { license: 'agpl-3.0', files: detector() }, /names the licence "agpl-3.0"/],
    ['the repository is gone', undefined, /does not let you read/],
  ])('leaves an entry alone where %s', async (_, repo, message) => {
    if (repo) hub.setRepo('onnx-community/dfine_n_coco-ONNX', repo);
    const before = read();
    const [problem] = await check();
    expect(problem).toMatch(message);
    expect(read()).toEqual(before);
  });
});

describe('what a model in the Hugging Face layout is', () => {
  const graphs = (...names: string[]) => names.map((name) => `onnx/${name}.onnx`);
  it.each([
    ['sam', ['vision_encoder', 'prompt_encoder_mask_decoder'], 'segment-anything'],
    ['sam3_tracker', ['vision_encoder', 'prompt_encoder_mask_decoder'], 'segment-anything'],
    ['edgetam', ['vision_encoder', 'prompt_encoder_mask_decoder'], 'segment-anything'],
    ['rt_detr', ['model'], 'detector'],
    ['yolos', ['model'], 'detector'],
    ['birefnet', ['model'], 'pixel-classifier'],
    ['grounding-dino', ['model'], 'zero-shot-detector'],
    ['owlv2', ['model'], 'zero-shot-detector'],
    ['clipseg', ['model'], 'text-segmenter'],
    ['florence2', ['vision_encoder', 'embed_tokens', 'encoder_model', 'decoder_model_merged'], 'florence'],
    ['qwen2_5_vl', ['vision_encoder', 'embed_tokens', 'decoder_model_merged'], 'vision-language'],
    ['qwen3_vl', ['vision_encoder', 'embed_tokens', 'decoder_model_merged'], 'vision-language'],
    ['smolvlm', ['vision_encoder', 'embed_tokens', 'decoder_model_merged'], 'vision-language'],
    ['moondream1', ['vision_encoder', 'embed_tokens', 'decoder_model_merged'], 'vision-language'],
    ['vision-encoder-decoder', ['encoder_model', 'decoder_model_merged'], 'captioner'],
    ['depth_anything', ['model'], 'depth-estimator'],
  ])('%s', async (model_type, names, kind) => {
    const files = ['config.json', 'tokenizer.json', 'pytorch_model.bin', ...graphs(...names)];
    expect(await recognise('it', { files, config: { model_type } })).toMatchObject({
      kind,
      files: files.filter((file) => file !== 'pytorch_model.bin'),
    });
  });

  it('takes exact graphs where they are small, and small ones where they are large', async () => {
    const kinds = ['', '_fp16', '_q4', '_quantized'];
    const all = (stem: string) => graphs(...kinds.map((kind) => `${stem}${kind}`));
    const detector = await recognise('it', { files: all('model'), config: { model_type: 'owlv2' } });
    expect(detector?.files).toEqual(['onnx/model.onnx']);
    const files = ['vision_encoder', 'embed_tokens', 'decoder_model_merged'].flatMap(all);
    const chat = await recognise('it', { files, config: { model_type: 'qwen2_vl' } });
    expect(chat?.files).toEqual(graphs('vision_encoder_q4', 'embed_tokens_q4', 'decoder_model_merged_q4'));
  });

  it('says where the graphs are when they are elsewhere', async () => {
    const known = await recognise('it', {
      files: ['config.json', 'owl.onnx'],
      config: { model_type: 'owlv2' },
    });
    expect(known?.options).toEqual({ folder: '', model_file: 'owl' });
  });
});
