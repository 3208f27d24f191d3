/** The conversation in the host: which task of a pack answers, history, stopping, keeping, and the file that it is kept in. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ConversationFile } from '../../../src/annotate/conversation/conversationFile';
import { ConversationModel } from '../../../src/annotate/conversation/conversationModel';
import { AnnotationModel } from '../../../src/annotate/document';
import type { InferenceApi } from '../../../src/annotate/inferenceApi';
import type { Annotation } from '../../../src/protocol/annotator';
import type { Conversation } from '../../../src/protocol/conversation';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { AskParams, TaskResult } from '../../../src/protocol/inference';
import type { PackSummary } from '../../../src/protocol/packs';
import type { RequestOptions } from '../../../src/protocol/rpc';

const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-conversation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const size = { width: 200, height: 100 };
const pack = (id: string, ...tasks: PackSummary['tasks']) =>
  ({ id, title: id, tasks, state: 'ready' }) as PackSummary;
const region: Annotation = {
  id: 'a',
  label: 'Encoder',
  geometry: { type: 'box', box: [10, 10, 60, 40] },
  provenance: { by: 'user' },
};
const result: TaskResult = {
  image: size,
  pack: { id: 'reader', version: '1' },
  regions: [{ id: '1', label: 'Decoder', score: 0.9, box: [80, 10, 130, 40] }],
  text: 'Right of it is "Decoder".',
  spans: [
    { start: 9, end: 11, regions: ['a'] },
    { start: 15, end: 24, regions: ['1'] },
    { start: 20, end: 24, regions: ['1'] },
    { start: 24, end: 99, regions: ['1'] },
    { start: 0, end: 5, regions: ['unknown'] },
  ],
  timings: { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 1 },
};
const question = { text: 'What is right of Encoder?', spans: [{ start: 17, end: 24, regions: ['a'] }] };

type Reply = (params: AskParams, options: RequestOptions) => Promise<TaskResult>;

let files = 0;
function setUp(
  reply: Reply = () => Promise.resolve(result),
  packs = [pack('reader', 'ask', 'refer', 'ground')],
  uri = `file:///${files++}.png`,
) {
  const annotations = new AnnotationModel([region]);
  const asked: { task: string; params: AskParams }[] = [];
  const seen: Conversation[] = [];
  const grown: string[] = [];
  const edits: string[] = [];
  const inference: InferenceApi = {
    request: async (channel, params, options = {}) => {
      asked.push({ task: channel.name, params: params as AskParams });
      return channel.result.parse(await reply(params as AskParams, options)) as never;
    },
  };
  const file = new ConversationFile(folder, uri, () => undefined);
  const model = new ConversationModel({
    inference,
    file,
    image: () => Promise.resolve({ path: '/a.png' }),
    size: () => Promise.resolve(size),
    annotations: () => annotations.annotations,
    apply: (edit) => {
      edits.push(edit.title);
      annotations.apply(edit);
    },
    packs: () => Promise.resolve(packs),
    onChange: (conversation) => seen.push(conversation),
    onGrowth: ({ text }) => grown.push(text),
  });
  const last = () => seen.at(-1)?.turns.at(-1);
  const settled = () => vi.waitFor(() => expect(last()?.state).not.toBe('answering'));
  return { model, annotations, asked, seen, grown, edits, last, settled, file, uri };
}

it('answers with spans of its own regions and of those that were asked about; broken ones go', async () => {
  const { model, last, settled, asked } = setUp();
  await model.ask(question, { a: 'Encoder' });
  await settled();
  const turn = last();
  const [found] = turn?.regions ?? [];
  expect(turn?.answer.spans).toEqual([
    { start: 9, end: 11, regions: ['a'] },
    { start: 15, end: 24, regions: [found?.id] },
  ]);
  expect(found).toMatchObject({ label: 'Decoder', geometry: { type: 'box' }, provenance: { by: 'pack' } });
  expect(asked[0]?.params.asked).toEqual([
    { id: 'a', name: 'Encoder', label: 'Encoder', geometry: region.geometry },
  ]);
});

it('asks the most able task of the pack', async () => {
  const tasksFor = async (text: string, spans: typeof question.spans, ...tasks: PackSummary['tasks']) => {
    const { model, asked, settled, last } = setUp(undefined, [pack('p', ...tasks)]);
    await model.ask({ text, spans }, { a: 'Encoder' });
    await settled();
    return asked[0]?.task ?? last()?.problem;
  };
  expect(await tasksFor(question.text, question.spans, 'ground', 'refer', 'ask')).toBe('ask');
  expect(await tasksFor(question.text, question.spans, 'ground', 'refer')).toBe('refer');
  expect(await tasksFor('the encoder', [], 'ground', 'refer')).toBe('ground');
  expect(await tasksFor('the encoder', [], 'refer')).toMatch(/regions only/);
  expect(await tasksFor(question.text, question.spans, 'ground')).toMatch(/cannot be asked about regions/);
  const { model } = setUp(undefined, [pack('p', 'segment')]);
  await expect(model.ask(question, {})).rejects.toMatchObject({ code: 'no-pack' });
});

it('tells the turns before, but not those that were stopped or failed', async () => {
  let fails = true;
  const { model, asked, settled, last } = setUp(() =>
    fails ? Promise.reject(new GroundnoteError('process-crashed', 'It ended.')) : Promise.resolve(result),
  );
  await model.ask(question, { a: 'Encoder' });
  await settled();
  expect(last()).toMatchObject({ state: 'failed', problem: 'It ended.' });
  fails = false;
  const id = await model.ask(question, { a: 'Encoder' });
  await settled();
  await model.ask({ text: 'And below?', spans: [] }, {});
  await settled();
  expect(asked.map(({ params }) => params.history.length)).toEqual([0, 0, 1]);
  expect(asked[2]?.params.history[0]).toMatchObject({ question, answer: { text: result.text } });
  // Asking again takes the turns after it away.
  await model.retry(id);
  await settled();
  expect((await model.open()).turns.map((turn) => turn.state)).toEqual(['failed', 'answered']);
  await expect(model.retry('gone')).rejects.toMatchObject({ code: 'not-found' });
});

it('keeps what was said when it is stopped, and an answer that comes too late changes nothing', async () => {
  let finish: (result: TaskResult) => void = () => undefined;
  let signal: AbortSignal | undefined;
  const { model, last, grown } = setUp((_, options) => {
    signal = options.signal;
    options.onProgress?.({ phase: 'Reading', text: 'Right of' });
    return new Promise((resolve) => (finish = resolve));
  });
  await model.ask(question, { a: 'Encoder' });
  await vi.waitFor(() => expect(grown).toEqual(['Right of']));
  model.stop();
  finish(result);
  await new Promise((resolve) => setImmediate(resolve));
  expect(signal?.aborted).toBe(true);
  expect(last()).toMatchObject({ state: 'stopped', answer: { text: 'Right of' }, regions: [] });
});

it('makes regions annotations in one edit, once', async () => {
  const { model, annotations, edits, settled, last } = setUp();
  const id = await model.ask(question, { a: 'Encoder' });
  await settled();
  expect(annotations.annotations).toHaveLength(1);
  expect(await model.keep(id)).toEqual([last()?.regions[0]?.id]);
  expect(await model.keep(id)).toEqual([]);
  expect(edits).toEqual(['Keep Region']);
});

describe('on the disk', () => {
  it('a conversation is there again, with what was under way as stopped', async () => {
    const { model, settled, file, uri } = setUp();
    await model.ask(question, { a: 'Encoder' });
    await settled();
    await model.choosePack('reader');
    const kept = await file.read(size);
    expect(kept.turns).toHaveLength(1);
    await file.write({ ...kept, turns: kept.turns.map((turn) => ({ ...turn, state: 'answering' })) }, size);
    const again = setUp(undefined, undefined, uri);
    expect(await again.model.open()).toMatchObject({
      pack: 'reader',
      turns: [{ state: 'stopped', answer: { text: result.text } }],
    });
  });

  it('is empty for a picture of another size, and an unreadable file is put aside', async () => {
    const { model, settled, file } = setUp();
    await model.ask(question, { a: 'Encoder' });
    await settled();
    await model.choosePack('reader');
    expect(await file.read({ width: 9, height: 9 })).toEqual({ turns: [] });
    writeFileSync(file.path, '{');
    expect(await file.read(size)).toEqual({ turns: [] });
    expect(readdirSync(folder)).toContain(`${path.basename(file.path)}.broken`);
  });

  it('keeps the newest turns, and no file of an empty conversation', async () => {
    const { model, settled, file } = setUp();
    await model.ask(question, { a: 'Encoder' });
    await settled();
    const [turn] = (await model.open()).turns;
    if (!turn) throw new Error('There is no turn.');
    const turns = Array.from({ length: 90 }, (_, i) => ({ ...turn, id: String(i) }));
    await file.write({ turns }, size);
    const kept = (await file.read(size)).turns;
    expect([kept.length, kept.at(-1)?.id]).toEqual([60, '89']);
    await file.write(
      { turns: [{ ...turn, answer: { text: 'x'.repeat(5_000_000), spans: [] } }, turn] },
      size,
    );
    expect((await file.read(size)).turns).toHaveLength(1);
    await model.clear();
    await file.write({ turns: [] }, size);
    expect(readdirSync(folder)).not.toContain(path.basename(file.path));
  });
});
