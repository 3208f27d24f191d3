/** Graphs that are added from disk as bare files, with nothing beside them, are recognised and run. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPackStore } from '../../../src/inference/packs/install/packStore';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime } from '../../../src/inference/process/runtime';
import { noPython, parityPacks, python, type ParityPacks } from './onnxPacks';

let made: ParityPacks;
beforeAll(() => {
  process.env.ORT_DISABLE_TELEMETRY = '1';
  if (python !== undefined) made = parityPacks();
}, 900_000);

describe.skipIf(python === undefined)(`models added from disk${noPython}`, () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-added-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const store = createPackStore({ folder: path.join(folder, 'packs'), catalogue: [] });
  const { signal } = new AbortController();
  const add = async (place: string) => {
    const plan = await store.plan({ from: 'path', path: place }, signal);
    const { id, kind, state } = await store.install(plan, true, { signal });
    expect(state).toBe('ready');
    return { id, kind };
  };
  const runtime = () => createRuntime({ packFolders: [path.join(folder, 'packs')], threads: 1 });

  it('find objects: one file with metadata of Ultralytics', async () => {
    const { id, kind } = await add(path.join(made.packs, 'yolo-v8-segment/best.onnx'));
    expect(kind).toBe('detector');
    const image = { path: made.picture('wide') };
    const { regions } = await runtime().ground({ image, text: 'wine glasses', pack: id }, quietContext());
    expect(regions.length).toBeGreaterThan(0);
    expect(regions.some(({ mask }) => mask)).toBe(true);
  });

  it('segment: the two files of Segment Anything', async () => {
    const both = path.join(folder, 'both');
    mkdirSync(both);
    // Its encoder's output has to be named as the decoder's input, which it is not in the pack of Meta's names.
    const from = path.join(made.packs, 'sam-hugging-face/onnx');
    copyFileSync(path.join(from, 'vision_encoder.onnx'), path.join(both, 'tiny.encoder.onnx'));
    copyFileSync(path.join(from, 'prompt_encoder_mask_decoder.onnx'), path.join(both, 'tiny.decoder.onnx'));
    const { id, kind } = await add(both);
    expect(kind).toBe('segment-anything');
    const { regions } = await runtime().segment(
      {
        image: { path: made.picture('wide') },
        prompts: [{ type: 'point', point: [120, 100], label: 1 }],
        pack: id,
      },
      quietContext(),
    );
    expect(regions[0]?.mask).toBeDefined();
  });

  it('find objects and classes: folders in the layout of Hugging Face', async () => {
    for (const [name, expected] of [
      ['rt-detr', 'detector'],
      ['segformer', 'pixel-classifier'],
    ] as const) {
      const place = path.join(folder, name);
      mkdirSync(path.join(place, 'onnx'), { recursive: true });
      for (const file of ['config.json', 'preprocessor_config.json', 'onnx/model.onnx'])
        copyFileSync(path.join(made.packs, name, file), path.join(place, file));
      const { id, kind } = await add(place);
      expect(kind).toBe(expected);
      const image = { path: made.picture('square') };
      const { regions } = await runtime().everything({ image, pack: id, segmenter: null }, quietContext());
      expect(regions.length).toBeGreaterThan(0);
    }
  });

  const weights = path.resolve(process.env.GROUNDNOTE_DATA ?? '../shared/data', 'weights');
  const small = ['nanodet_m_416', 'nanodet_m_320', 'fastestdet_352', 'yunet_n_dynamic'];
  const hasWeights = small.every((name) => existsSync(path.join(weights, `${name}.onnx`)));
  const reason = hasWeights ? '' : ` (skipped: ${weights} is not there; set GROUNDNOTE_DATA)`;
  it.skipIf(!hasWeights)(`find objects: small detectors of single files${reason}`, async () => {
    for (const name of small) {
      const { id, kind } = await add(path.join(weights, `${name}.onnx`));
      expect(kind, name).toBe('detector');
      const text = name.startsWith('yunet') ? 'faces' : 'people';
      const image = { path: path.resolve('examples/photos/astronaut.jpg') };
      const { regions, refused } = await runtime().ground({ image, text, pack: id, segmenter: null }, quietContext());
      expect(refused).toBeUndefined();
      expect(regions.length, name).toBeGreaterThan(0);
    }
  });
});
