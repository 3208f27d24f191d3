/** The setting of servers, which servers a request would reach, and that none of them gets a picture without a yes. */
import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../../src/protocol/inference';
import { ground, hover, listPacks, segment } from '../../../../src/protocol/inference';
import { GroundnoteError } from '../../../../src/protocol/errors';
import type { NetworkServer, Server } from '../../../../src/protocol/servers';
import type { ModelSettings } from '../../../../src/views/models/configuration';
import { destinationsOf } from '../../../../src/views/servers/destinations';
import { GuardedInference } from '../../../../src/views/servers/guardedInference';
import { readServers } from '../../../../src/views/servers/readServers';

const chat = { id: 'chat', protocol: 'openai-chat', url: 'https://models.example', model: 'vlm' };
const tensors = {
  id: 'tensors',
  protocol: 'open-inference',
  url: 'http://10.0.0.2:8000',
  models: { task: 'sam' },
};
const editor = { id: 'editor', protocol: 'editor-model', model: 'gpt' };
const servers = (...raw: object[]): Server[] => readServers(raw).flatMap(({ server }) => server ?? []);

describe('readServers', () => {
  it('takes what is right and says what is wrong with the rest', () => {
    const entries = readServers([
      chat,
      { ...chat, id: 'x y' },
      { ...chat, url: 'nowhere', id: 'lost', title: 'Lost' },
      { ...chat, url: 'https://me:secret@models.example', id: 'told' },
      chat,
      'text',
      editor,
    ]);
    expect(entries.map(({ id, problem }) => [id, problem?.replace(/: .*/, '')])).toEqual([
      ['chat', undefined],
      ['x y', 'The entry in the settings is wrong'],
      ['lost', 'The entry in the settings is wrong'],
      ['told', 'The entry in the settings is wrong'],
      ['chat', 'Another server has the id "chat"'],
      ['server-6', 'The entry in the settings is wrong'],
      ['editor', undefined],
    ]);
    expect(entries[2]).toMatchObject({ index: 2, title: 'Lost', url: 'nowhere' });
    expect(entries[3]?.problem).toMatch(/no user name or password/);
    expect(entries[0]?.server).toMatchObject({ tasks: ['ask', 'refer', 'ground', 'describe'], retries: 2 });
  });
});

describe('destinationsOf', () => {
  const choices = { servers: servers(chat, tensors, editor), defaults: { segment: 'tensors' } };
  const ids = (channel: string, params: unknown) =>
    destinationsOf(channel, params, choices).map(({ id }) => id);

  it('finds the server that is named, or the default of the task', () => {
    expect(ids('segment', {})).toEqual(['tensors']);
    expect(ids('segment', { pack: 'groundnote-segment' })).toEqual([]);
    expect(ids('hover', {})).toEqual(['tensors']);
    expect(ids('everything', { pack: 'chat', segmenter: null })).toEqual(['chat']);
    expect(ids('describe', { pack: 'chat', segmenter: null })).toEqual(['chat']);
  });

  it('counts the server that segments what another pack finds', () => {
    expect(ids('ground', { pack: 'groundnote-ocr' })).toEqual(['tensors']);
    expect(ids('ask', { pack: 'chat' })).toEqual(['chat', 'tensors']);
    expect(ids('ask', { pack: 'chat', segmenter: null })).toEqual(['chat']);
    expect(ids('refer', { pack: 'groundnote-ocr', segmenter: 'groundnote-segment' })).toEqual([]);
  });

  it('leaves out models of the editor, and channels that send nothing', () => {
    expect(ids('ask', { pack: 'editor', segmenter: null })).toEqual([]);
    expect(ids('listPacks', {})).toEqual([]);
    expect(ids('thumbnail', { pack: 'chat' })).toEqual([]);
  });
});

describe('GuardedInference', () => {
  const configuration = (defaults: Configuration['defaults']): Configuration => ({
    servers: servers(chat).map((server) => ({ server })),
    defaults,
    offline: false,
    executionProvider: 'auto',
  });
  const settings = (more: Partial<ModelSettings> = {}): ModelSettings => ({
    entries: [],
    servers: servers(chat),
    defaults: {},
    offline: false,
    trusted: true,
    tokens: new Set(),
    configuration: configuration(more.defaults ?? {}),
    ...more,
  });
  /** @param says whether the user agrees */
  function guard(says: boolean) {
    const happened: string[] = [];
    const agreed = new Set<string>();
    const state = { settings: settings() };
    const inference = new GuardedInference({
      client: {
        configure: ({ defaults }) => void happened.push(`configure ${JSON.stringify(defaults)}`),
        request: ((channel: { name: string }) => {
          happened.push(`request ${channel.name}`);
          return Promise.resolve({});
        }) as never,
      },
      configuration: { read: () => Promise.resolve(state.settings) },
      consent: {
        has: ({ url }) => agreed.has(url),
        require: ({ url }: NetworkServer) => {
          if (agreed.has(url)) return Promise.resolve();
          happened.push(`ask ${url}`);
          if (!says) return Promise.reject(new GroundnoteError('cancelled', 'No.'));
          agreed.add(url);
          return Promise.resolve();
        },
      },
      onAnswered: (channel) => happened.push(`answered ${channel}`),
    });
    return { inference, happened, state };
  }
  const image = { path: '/a.png' };
  const prompts = [{ type: 'point' as const, point: [1, 1] as [number, number], label: 1 as const }];

  it('tells the process of the settings before the first request, and again when they are others', async () => {
    const { inference, happened, state } = guard(true);
    await inference.refresh();
    expect(happened).toEqual([]);
    await inference.request(listPacks, {});
    await inference.request(segment, { image, prompts });
    expect(happened).toEqual([
      'configure {}',
      'request listPacks',
      'answered listPacks',
      'request segment',
      'answered segment',
    ]);
    state.settings = settings({ defaults: { ask: 'chat' } });
    await inference.refresh();
    expect(happened.at(-1)).toBe('configure {"ask":"chat"}');
  });

  it('asks before the first picture goes to a server, once, and sends nothing without a yes', async () => {
    const yes = guard(true);
    for (let i = 0; i < 2; i++) await yes.inference.request(ground, { image, text: 'a', pack: 'chat' });
    expect(yes.happened.filter((each) => /^(ask|request)/.test(each))).toEqual([
      'ask https://models.example',
      'request ground',
      'request ground',
    ]);
    const no = guard(false);
    await expect(no.inference.request(ground, { image, text: 'a', pack: 'chat' })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(no.happened.some((each) => each.startsWith('request'))).toBe(false);
  });

  it('asks nothing for what follows the pointer', async () => {
    const { inference, happened, state } = guard(true);
    state.settings = settings({ defaults: { segment: 'chat' } });
    await expect(inference.request(hover, { image, prompts })).rejects.toMatchObject({ code: 'cancelled' });
    expect(happened).toEqual(['configure {"segment":"chat"}']);
  });

  it('asks nothing where nothing is sent, and does not send what was given up meanwhile', async () => {
    const { inference, happened, state } = guard(false);
    state.settings = settings({ offline: true });
    await inference.request(ground, { image, text: 'a', pack: 'chat' });
    expect(happened).toContain('request ground');
    const controller = new AbortController();
    const asked = inference.request(segment, { image, prompts }, { signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(happened.filter((each) => each === 'request segment')).toEqual([]);
  });
});
