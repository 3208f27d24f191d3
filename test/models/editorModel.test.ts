/**
 * A language model of the editor (played) and the embedded segmenter together: the question goes from the inference process
 * over its wire to the editor and back, and the boxes of the answer become masks.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { InferenceClient } from '../../src/inference/client';
import { ask, configurationSchema, ground } from '../../src/protocol/inference';
import type { Progress } from '../../src/protocol/rpc';
import { EditorLanguageModels } from '../../src/views/editorModels';
import { buildInferenceProcess } from '../support/build';
import { fake, LanguageModelError, type FakeModel } from '../support/fakeVscode';
import { boxIou, layOutPacks } from './embedded';

vi.mock('vscode', () => import('../support/fakeVscode'));

const root = path.resolve(import.meta.dirname, '../..');
const packs = layOutPacks();
const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-editor-model-'));
const image = { path: path.join(folder, 'cat.jpg') };
/** Where the cat is, in pixels of the picture of 451 × 300 and in thousandths. */
const cat = { box: [56, 0, 373, 294] as [number, number, number, number], thousandths: '[133, 33, 887, 980]' };
let client: InferenceClient;
let reply: FakeModel['sendRequest'];

beforeAll(async () => {
  copyFileSync(path.join(root, 'examples/photos/cat.jpg'), image.path);
  const editorModels = new EditorLanguageModels({ log: { info: () => {}, warn: () => {} }, offline: () => false });
  client = new InferenceClient({
    entry: await buildInferenceProcess(),
    packFolders: [packs.folder],
    threads: 1,
    idleMs: 0,
    log: () => {},
    editorModels,
    configuration: configurationSchema.parse({
      servers: [{ server: { protocol: 'editor-model', id: 'seer', title: 'Seer', model: 'acme/seer-1', format: 'qwen' } }],
      defaults: { ground: 'seer', ask: 'seer' },
    }),
  });
  fake.models = [
    {
      vendor: 'acme',
      id: 'seer-1',
      family: 'seer',
      name: 'Seer',
      maxInputTokens: 1000,
      sendRequest: (...call) => reply(...call),
    },
  ];
}, 60_000);
afterAll(() => {
  client.dispose();
  packs.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function* pieces(...texts: string[]) {
  for (const text of texts) yield await Promise.resolve(text);
}
const saying =
  (...texts: string[]): FakeModel['sendRequest'] =>
  () =>
    Promise.resolve({ text: pieces(...texts) });
beforeEach(() => {
  reply = saying('nothing');
});

it('gets the picture, and its box becomes a mask of the embedded segmenter', async () => {
  let sent: { data: Uint8Array; mimeType: string } | undefined;
  reply = ([message], ...rest) => {
    [sent] = message?.content as [typeof sent];
    return saying('[{"bbox_2d": ', `${cat.thousandths}, "label": "cat"}]`)([], ...rest);
  };
  const result = await client.request(ground, { image, text: 'the cat' });
  const { width, height } = await sharp(sent?.data).metadata();
  expect([width, height, sent?.mimeType]).toEqual([451, 300, expect.stringMatching(/^image\/(png|jpeg)$/)]);
  expect(result.pack).toEqual({ id: 'seer', version: 'acme/seer-1' });
  expect(result.packs?.map(({ id }) => id)).toEqual(['groundnote-segment', 'seer']);
  expect(result.regions).toHaveLength(1);
  expect(result.regions[0]?.mask).toBeDefined();
  expect(boxIou(result.regions[0]!.box, cat.box)).toBeGreaterThan(0.8);
});

it('streams its words, and the words that are about a place are tied to it', async () => {
  reply = saying('There is ', 'a cat ', cat.thousandths, ' on the picture.');
  const told: Progress[] = [];
  const question = { text: 'What is there?', spans: [] };
  const result = await client.request(
    ask,
    { image, question, asked: [], history: [], segmenter: null },
    { onProgress: (progress) => told.push(progress) },
  );
  expect(result.text).toContain('There is a cat');
  expect(result.regions).toHaveLength(1);
  expect(told.some(({ text }) => text?.startsWith('There is'))).toBe(true);
});

it('is stopped in the middle, and what the editor refuses is said', async () => {
  const stop = new AbortController();
  let token: { isCancellationRequested: boolean } | undefined;
  reply = (_, __, cancellation) => {
    token = cancellation;
    setImmediate(() => stop.abort());
    return new Promise(() => {});
  };
  const question = { text: 'What is there?', spans: [] };
  const params = { image, question, asked: [], history: [] };
  await expect(client.request(ask, params, { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
  await vi.waitFor(() => expect(token?.isCancellationRequested).toBe(true), { timeout: 10_000 });
  reply = () => Promise.reject(new LanguageModelError('no', 'NoPermissions'));
  await expect(client.request(ask, params)).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('allow'),
  });
});
