/**
 * Real servers with OpenAI's interface and tiny models of random weights, which see pictures and write nonsense: llama.cpp's
 * and `transformers serve`. What is tested is all but the sense.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime, type Runtime } from '../../../src/inference/process/runtime';
import { configurationSchema } from '../../../src/protocol/inference';
import type { HandlerContext } from '../../../src/protocol/rpc';
import { findPython, preparePython, runPython } from '../../support/python/environment';
import { startServer, type RealServer, type ServerCommand } from '../../support/servers/process';

const python = findPython();
const reason = python === undefined ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)' : '';
const scripts = path.resolve('test/support/python/servers');
const image = { path: path.resolve('test/fixtures/photos/synthetic-meadow.jpg') };
const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-chat-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Played {
  command: ServerCommand;
  model: string;
}

function llamacpp(): Played {
  const inVenv = preparePython(python as string, 'llamacpp');
  runPython(inVenv, path.join(scripts, 'tiny_gguf.py'), folder);
  return {
    model: 'tiny',
    command: {
      command: inVenv,
      args: (port) => [path.join(scripts, 'llamacpp.py'), `${port}`, folder, '4096'],
      readyPath: '/health',
    },
  };
}

function transformers(): Played {
  const inVenv = preparePython(python as string, 'serve');
  const model = path.join(folder, 'llava');
  runPython(inVenv, path.join(scripts, 'tiny_llava.py'), model);
  return {
    model,
    command: {
      command: path.join(path.dirname(inVenv), 'transformers'),
      args: (port) => ['serve', model, '--host', '127.0.0.1', '--port', `${port}`, '--device', 'cpu'],
      env: { HF_HUB_OFFLINE: '1' },
      readyPath: '/health',
    },
  };
}

describe.skipIf(python === undefined).each([
  ['llama.cpp', llamacpp],
  ['transformers serve', transformers],
])(`%s${reason}`, (_, prepare) => {
  let played: Played;
  let server: RealServer;
  const runtimeFor = (settings = {}): Runtime => {
    const runtime = createRuntime({ packFolders: [folder] });
    const entry = { id: 'lab', protocol: 'openai-chat' as const, url: server.url, model: played.model, retries: 0, ...settings };
    runtime.configure(configurationSchema.parse({ servers: [{ server: entry }] }));
    return runtime;
  };
  const ask = (runtime: Runtime, text: string, context: HandlerContext = quietContext()) =>
    runtime.ask({ image, question: { text, spans: [] }, asked: [], history: [], pack: 'lab', segmenter: null }, context);
  /** An answer without end, and a promise of its beginning. */
  const begun = (runtime: Runtime, signal: AbortSignal) => {
    let begin: () => void = () => {};
    const beginning = new Promise<void>((resolve) => (begin = resolve));
    const progress: HandlerContext['progress'] = ({ text }) => {
      if (text) begin();
    };
    return { beginning, answer: ask(runtime, 'Tell me all.', { signal, progress }) };
  };

  beforeAll(async () => {
    played = prepare();
    server = await startServer(played.command);
  }, 600_000);
  afterAll(() => server?.kill());

  it('is there, by the health check', async () => {
    expect(await runtimeFor().checkServer({ server: 'lab' }, quietContext())).toMatchObject({ ok: true });
  });

  it('answers about a picture, in pieces', async () => {
    const told: string[] = [];
    const context = { ...quietContext(), progress: ({ text }: { text?: string }) => void (text && told.push(text)) };
    const { text, pack, regions } = await ask(runtimeFor({ max_tokens: 3000 }), 'What is it?', context);
    expect(pack).toEqual({ id: 'lab', version: played.model });
    expect(text).toMatch(/\w.* …$/s);
    expect(told.length).toBeGreaterThan(1);
    for (const part of told) expect(text?.startsWith(part)).toBe(true);
    expect(regions).toEqual([]);
  });

  it('answers the same again, and describes', async () => {
    const runtime = runtimeFor({ max_tokens: 12 });
    const answers = await Promise.all([ask(runtime, 'What is it?'), ask(runtime, 'What is it?')]);
    expect(answers[0]?.text).toBe(answers[1]?.text);
    const { text } = await runtime.describe({ image, pack: 'lab' }, quietContext());
    expect(text).toMatch(/\w/);
  });

  it('finds nothing in nonsense', async () => {
    const { regions, text } = await runtimeFor({ max_tokens: 12 }).ground({ image, text: 'a cat', pack: 'lab' }, quietContext());
    expect(regions).toEqual([]);
    expect(text).toMatch(/\w/);
  });

  it('stops when it is told to, and answers the next question', async () => {
    const controller = new AbortController();
    const { beginning, answer } = begun(runtimeFor({ max_tokens: 3000 }), controller.signal);
    const stopped = expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    await beginning;
    controller.abort();
    await stopped;
    expect((await ask(runtimeFor({ max_tokens: 5 }), 'And now?')).text).toMatch(/\w/);
  });

  it('says what is wrong', async () => {
    if (played.model === 'tiny')
      await expect(ask(runtimeFor(), 'word '.repeat(2000))).rejects.toMatchObject({
        code: 'bad-server',
        message: expect.stringContaining('too long for “lab”'),
      });
    await expect(ask(runtimeFor({ url: `${server.url}/nowhere` }), 'What?')).rejects.toMatchObject({
      message: expect.stringContaining('correct “url”'),
    });
  });

  it('killed in the middle of an answer: a clear error, and an answer when it is back', async () => {
    const runtime = runtimeFor({ max_tokens: 3000 });
    const { beginning, answer } = begun(runtime, new AbortController().signal);
    const broken = expect(answer).rejects.toMatchObject({
      code: 'bad-server',
      message: 'The server “lab” broke off in the middle of its answer.',
    });
    await beginning;
    await server.kill();
    await broken;
    await expect(ask(runtime, 'What?')).rejects.toMatchObject({ message: expect.stringContaining('nothing listens there') });
    server = await startServer({ ...played.command, port: server.port });
    expect((await ask(runtimeFor({ max_tokens: 5 }), 'What?')).text).toMatch(/\w/);
  });
});
