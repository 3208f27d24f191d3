/** Servers on the command line: a file, credentials from the environment, the health check, and a question. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program';
import { playServer, sendJson, type PlayedServer } from '../../support/servers/played';

const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-servers-'));
const image = path.join(folder, 'grey.png');
const file = path.join(folder, 'servers.json');
let server: PlayedServer;
beforeAll(async () => {
  await sharp({ create: { width: 100, height: 50, channels: 3, background: '#888' } }).toFile(image);
  server = await playServer(({ path: place, headers }, response) => {
    if (headers.authorization !== 'Bearer open-sesame') return sendJson(response, { error: 'no' }, 401);
    if (place === '/v1/models') return sendJson(response, { data: [{ id: 'eyes' }] });
    sendJson(response, { choices: [{ message: { content: 'A grey box [0, 0, 500, 1000].' } }] });
  });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => vi.unstubAllEnvs());

async function run(...args: string[]) {
  let [out, err] = ['', ''];
  const io = { out: (text: string) => (out += text), err: (text: string) => (err += text) };
  const code = await runCli(args, { ...io, signal: new AbortController().signal, interactive: false });
  return { code, out, err };
}
const entry = (more = {}) => ({
  id: 'my-lab',
  protocol: 'openai-chat',
  model: 'eyes',
  url: server.url,
  retries: 0,
  ...more,
});
const write = (value: unknown) => writeFileSync(file, JSON.stringify(value));

describe('servers of a file', () => {
  it('are checked, with the credential of the environment', async () => {
    write([entry(), entry({ id: 'other', model: 'ears' })]);
    vi.stubEnv('GROUNDNOTE_TOKEN_MY_LAB', 'open-sesame');
    vi.stubEnv('GROUNDNOTE_TOKEN_OTHER', 'open-sesame');
    const { code, out, err } = await run('servers', 'check', '--servers', file, '--json');
    expect(code).toBe(1);
    expect(err).toBe('1 of 2 servers cannot be used.\n');
    expect(JSON.parse(out)).toEqual({
      servers: [
        {
          id: 'my-lab',
          protocol: 'openai-chat',
          ok: true,
          models: ['eyes'],
          message: '“my-lab” is there and has “eyes”.',
        },
        expect.objectContaining({
          id: 'other',
          ok: false,
          message: '“other” has no model named “ears”; it has “eyes”.',
        }),
      ],
    });
  });

  it('answer questions as packs do', async () => {
    write({ 'groundnote.servers': [entry()] });
    vi.stubEnv('GROUNDNOTE_TOKEN_MY_LAB', 'open-sesame');
    vi.stubEnv('GROUNDNOTE_SERVERS', file);
    const { code, out } = await run(
      'ask',
      image,
      'What is it?',
      '--pack',
      'my-lab',
      '--json',
      '--packs',
      folder,
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      pack: { id: 'my-lab', version: 'eyes' },
      text: 'A grey box.',
      spans: [{ start: 0, end: 10, regions: ['1'] }],
    });
  });

  it('say what credential is missing', async () => {
    write([entry()]);
    const { code, err } = await run('ask', image, 'What?', '--pack', 'my-lab', '--servers', file);
    expect(code).toBe(1);
    expect(err).toContain('GROUNDNOTE_TOKEN_MY_LAB');
  });

  it.each([
    ['that is not there', undefined, /cannot be read/],
    ['of something else', { a: 1 }, /no list of servers/],
    ['that is empty', [], /it is empty/],
    ['with a protocol that nobody speaks', [{ id: 'a', protocol: 'x' }], /0\.protocol/],
    [
      'with one id twice',
      [
        { id: 'a', protocol: 'editor-model', model: 'm' },
        { id: 'a', protocol: 'editor-model', model: 'm' },
      ],
      /Two servers/,
    ],
  ])('%s are refused', async (_, value, words) => {
    if (value === undefined) rmSync(file, { force: true });
    else write(value);
    const { code, err } = await run('servers', 'check', '--servers', file);
    expect(code).toBeGreaterThan(0);
    expect(err).toMatch(words);
  });

  it('must be named to be checked', async () => {
    const { code, err } = await run('servers', 'check');
    expect([code, err]).toEqual([
      2,
      'No servers are named: give --servers FILE.json, or set GROUNDNOTE_SERVERS.\n',
    ]);
  });
});
