/** The editor's language models, played: no model is asked here, and none is looked for before the user wants one. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { Progress } from '../../../src/protocol/rpc';
import { EditorLanguageModels } from '../../../src/views/editorModels';
import { useEditorModel } from '../../../src/views/useEditorModel';
import { fake, LanguageModelError, type FakeModel } from '../../support/fakeVscode';

vi.mock('vscode', () => import('../../support/fakeVscode'));

const sent = vi.fn<FakeModel['sendRequest']>();
const modelOf = (vendor: string, id: string): FakeModel => ({
  vendor,
  id,
  family: 'seer',
  name: `Seer of ${vendor}`,
  maxInputTokens: 128_000,
  sendRequest: sent,
});
async function* pieces(...texts: string[]) {
  for (const text of texts) yield await Promise.resolve(text);
}
let offline: boolean;
const models = (times: { beginMs?: number; pauseMs?: number } = {}) =>
  new EditorLanguageModels({ log: { info: () => {}, warn: () => {} }, offline: () => offline, ...times });
const image = { bytes: new Uint8Array([1, 2]), mime: 'image/jpeg' };
const question = {
  model: 'acme/seer-1',
  messages: [{ role: 'user' as const, text: 'What is this?', image }],
};
/** The model is asked and does not answer. */
const silent = () => new Promise<never>(() => {});

beforeEach(() => {
  offline = false;
  sent.mockReset();
  Object.assign(fake, {
    isTrusted: true,
    hasDataParts: true,
    models: [modelOf('other', 'seer-1'), modelOf('acme', 'seer-1')],
    selectors: [],
    shown: [],
  });
  fake.answers.clear();
});

describe('asking', () => {
  it('sends pictures and turns to the model of that vendor, and streams its text', async () => {
    sent.mockResolvedValue({ text: pieces('A ', 'cat.') });
    const told: Progress[] = [];
    const messages = [
      ...question.messages,
      { role: 'assistant' as const, text: 'A cup.' },
      { role: 'user' as const, text: 'Sure?' },
    ];
    const answer = await models().ask(
      { ...question, messages },
      { onProgress: (progress) => told.push(progress) },
    );
    expect(answer).toEqual({ text: 'A cat.' });
    expect(fake.selectors).toEqual([{ vendor: 'acme', id: 'seer-1' }]);
    expect(told).toEqual([
      { phase: 'Seer of acme is answering', text: 'A ' },
      { phase: 'Seer of acme is answering', text: 'A cat.' },
    ]);
    expect(sent.mock.calls[0]?.[0]).toMatchObject([
      { role: 'user', content: [{ data: image.bytes, mimeType: 'image/jpeg' }, { value: 'What is this?' }] },
      { role: 'assistant', content: 'A cup.' },
      { role: 'user', content: 'Sure?' },
    ]);
    expect(sent.mock.calls[0]?.[1]).toMatchObject({ justification: expect.any(String) });
  });

  it('takes an id without its vendor too, and says when there is no such model', async () => {
    sent.mockImplementation(() => Promise.resolve({ text: pieces('yes') }));
    await models().ask({ ...question, model: 'seer-1' }, {});
    const gone = models().ask({ ...question, model: 'acme/seer-0' }, {});
    await expect(gone).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('“Groundnote: Use a'),
    });
  });

  it('asks nobody while offline, and no editor that cannot send pictures', async () => {
    offline = true;
    await expect(models().ask(question, {})).rejects.toMatchObject({ code: 'offline' });
    offline = false;
    fake.hasDataParts = false;
    await expect(models().ask(question, {})).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('cannot send pictures'),
    });
    expect([fake.selectors, sent.mock.calls]).toEqual([[], []]);
    sent.mockResolvedValue({ text: pieces('words alone') });
    const { text } = await models().ask({ ...question, messages: [{ role: 'user', text: 'x' }] }, {});
    expect(text).toBe('words alone');
  });

  it.each([
    ['NoPermissions', 'unauthorized', /allow/],
    ['Blocked', 'bad-server', /has refused.*quota is used up\. Try later/],
    ['NotFound', 'not-found', /not offered by the editor any more/],
    ['Unknown', 'bad-server', /has failed: the picture is too large\./],
  ])('%s becomes a sentence', async (code, expected, sentence) => {
    sent.mockRejectedValue(
      new LanguageModelError(
        'quota is used up',
        code,
        code === 'Unknown' ? new Error('the picture is too large') : undefined,
      ),
    );
    await expect(models().ask(question, {})).rejects.toMatchObject({
      code: expected,
      message: expect.stringMatching(sentence),
    });
  });

  it('takes an answer that breaks off, or says nothing, for no answer', async () => {
    sent.mockResolvedValueOnce({
      text: (async function* () {
        yield await Promise.resolve('A ');
        throw new Error('connection lost');
      })(),
    });
    await expect(models().ask(question, {})).rejects.toMatchObject({
      code: 'bad-server',
      message: expect.stringContaining('connection lost'),
    });
    sent.mockResolvedValueOnce({ text: pieces(' ') });
    await expect(models().ask(question, {})).rejects.toMatchObject({
      message: expect.stringContaining('answered nothing'),
    });
  });

  it.each(['before it answers', 'in the middle'])('is cancelled %s, and the editor is told', async (when) => {
    const stop = new AbortController();
    sent.mockImplementation(() => {
      if (when === 'before it answers') {
        setImmediate(() => stop.abort());
        return silent();
      }
      return Promise.resolve({
        text: (async function* () {
          yield await Promise.resolve('A ');
          await silent();
        })(),
      });
    });
    const onProgress = () => stop.abort();
    await expect(models().ask(question, { signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(sent.mock.calls[0]?.[2].isCancellationRequested).toBe(true);
  });

  it('waits no longer than it may, and the editor is told', async () => {
    sent.mockImplementation(silent);
    await expect(models({ beginMs: 5 }).ask(question, {})).rejects.toMatchObject({ code: 'timeout' });
    expect(sent.mock.calls[0]?.[2].isCancellationRequested).toBe(true);
    sent.mockResolvedValueOnce({
      text: (async function* () {
        yield await Promise.resolve('A ');
        await silent();
      })(),
    });
    await expect(models({ pauseMs: 5 }).ask(question, {})).rejects.toMatchObject({ code: 'timeout' });
  });
});

describe('choosing one', () => {
  let written: unknown[];
  let defaults: Record<string, string | undefined>;
  const services = () => ({
    configuration: {
      rawServers: written,
      writeServers: (entries: readonly unknown[]) => {
        written = [...entries];
        return Promise.resolve();
      },
      setDefault: (task: string, id: string | undefined) => {
        defaults[task] = id;
        return Promise.resolve();
      },
    },
    packIds: () => Promise.resolve(['seer-of-acme']),
  });
  beforeEach(() => {
    written = [{ protocol: 'x-anylabeling', id: 'kept', url: 'http://127.0.0.1:1', model: 'm' }];
    defaults = {};
    fake.answers.set('Use a Language Model', 'Seer of acme');
  });

  it('adds it to the servers once the user knows what is sent', async () => {
    fake.answers.set('are sent to', 'Use Seer of acme');
    fake.answers.set('has been added', 'Ask It by Default');
    await useEditorModel(services());
    expect(written[1]).toEqual({
      protocol: 'editor-model',
      id: 'seer-of-acme-2',
      model: 'acme/seer-1',
      title: 'Seer of acme',
    });
    expect(written).toHaveLength(2);
    expect(defaults).toEqual({ ask: 'seer-of-acme-2', refer: 'seer-of-acme-2', describe: 'seer-of-acme-2' });
    expect(fake.shown.find((text) => text.includes('are sent to'))).toMatch(
      /Seer of acme \(acme\)[^]*the provider of the model/,
    );
    await expect(useEditorModel(services())).rejects.toMatchObject({
      message: expect.stringContaining('already'),
    });
  });

  it('changes nothing when the user does not agree, and says when there is nothing to choose', async () => {
    await expect(useEditorModel(services())).rejects.toMatchObject({ code: 'cancelled' });
    expect(written).toHaveLength(1);
    fake.models = [];
    await expect(useEditorModel(services())).rejects.toMatchObject({ code: 'not-found' });
    fake.isTrusted = false;
    await expect(useEditorModel(services())).rejects.toBeInstanceOf(GroundnoteError);
    expect(sent).not.toHaveBeenCalled();
  });
});
