import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { withoutOpenEnd } from '../../../../src/inference/engines/remote/chatModel';
import { sentSize } from '../../../../src/inference/engines/remote/sentPicture';
import { eventsOf } from '../../../../src/inference/engines/remote/serverSentEvents';
import { GroundnoteError } from '../../../../src/protocol/errors';
import { playServer, sendJson, type Play, type PlayedServer } from '../../../support/servers/played';
import { modelOf, newRun, noQuestion, ramp } from './support';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function play(answer: Play): Promise<PlayedServer> {
  const server = await playServer(answer);
  open.push(server.close);
  return server;
}
async function chat(answer: Play, settings = {}) {
  const server = await play(answer);
  const model = await modelOf({
    protocol: 'openai-chat',
    model: 'tiny',
    url: `${server.url}/v1`,
    ...settings,
  });
  open.push(() => model.close());
  return { server, model };
}

const chunk = (content: string, finish: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
});
const completion = (content: string) => ({
  choices: [{ message: { role: 'assistant', content }, finish_reason: 'stop' }],
});
/** A stream of pieces, ended by [DONE] or not. */
function stream(
  response: ServerResponse,
  pieces: readonly string[],
  { end = '\n\n', done = true } = {},
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  for (const piece of pieces) response.write(`data: ${JSON.stringify(chunk(piece))}${end}`);
  response.end(done ? `data: [DONE]${end}` : '');
}
const say =
  (text: string): Play =>
  (_, response) =>
    stream(response, [text]);
interface Body {
  messages: {
    role: string;
    content: string | { type: string; text?: string; image_url?: { url: string } }[];
  }[];
  [field: string]: unknown;
}
const bodyOf = (server: PlayedServer, index = 0) => server.requests[index]?.json() as Body;
const textOf = (server: PlayedServer, index = 0) => {
  const content = bodyOf(server, index).messages.at(-1)?.content;
  return typeof content === 'string' ? content : content?.find(({ type }) => type === 'text')?.text;
};
const picture = ramp(2000, 1000);
const question = { ...noQuestion, text: 'Where is the cat?' };

describe('a chat with a picture', () => {
  it('sends a reduced picture and streams the answer, whose places come back in pixels', async () => {
    const { server, model } = await chat((_, response) =>
      stream(response, ['The c', 'at [100, ', '200, 300', ', 400] sits ', 'there.']),
    );
    const run = newRun();
    const answer = await model.answer?.(picture, question, run);
    expect(answer).toEqual({
      text: 'The cat sits there.',
      found: [{ label: 'The cat', box: [200, 200, 600, 400], spans: [{ start: 0, end: 7 }] }],
    });
    expect(run.told[0]?.text).toBe('The c');
    expect(run.told.every(({ text }) => !text?.includes('['))).toBe(true);
    expect(server.requests[0]?.path).toBe('/v1/chat/completions');
    const { messages, ...fields } = bodyOf(server);
    expect(fields).toEqual({ model: 'tiny', stream: true, temperature: 0, max_tokens: 1024 });
    const parts = messages[0]?.content as { image_url?: { url: string } }[];
    const bytes = Buffer.from(
      parts[0]?.image_url?.url.replace('data:image/jpeg;base64,', '') ?? '',
      'base64',
    );
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 1536, height: 768 });
  });

  it.each([
    ['with CR LF', { end: '\r\n\r\n' }],
    ['without [DONE]', { done: false }],
    ['without an empty line at the end', { end: '\n\n', done: false }],
  ])('reads streams %s', async (_, how) => {
    const { model } = await chat((_, response) => stream(response, ['a', 'b', '猫'], how));
    expect((await model.answer?.(picture, question, newRun()))?.text).toBe('ab猫');
  });

  it.each([
    ['an answer in one piece', ((_, response) => sendJson(response, completion('yes'))) satisfies Play],
    [
      'a stream that is not called one',
      ((_, response) =>
        void response.end(`data: ${JSON.stringify(chunk('yes'))}\n\ndata: [DONE]\n\n`)) satisfies Play,
    ],
    [
      'parts of content',
      ((_, response) =>
        sendJson(response, {
          choices: [{ message: { content: [{ type: 'text', text: 'yes' }] } }],
        })) satisfies Play,
    ],
  ])('takes %s', async (_, answer) => {
    const { model } = await chat(answer);
    expect((await model.answer?.(picture, question, newRun()))?.text).toBe('yes');
  });

  it.each([
    ['temperature', { error: { message: "Unsupported value: 'temperature' does not support 0" } }, 400],
    [
      'max_tokens',
      { error: { message: "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'." } },
      400,
    ],
    ['stream', { detail: [{ loc: ['body', 'stream'], msg: 'Extra inputs are not permitted' }] }, 422],
  ])('leaves out the field %s where it is denied, and remembers it', async (field, denial, status) => {
    const { server, model } = await chat((request, response) =>
      field in (request.json() as object)
        ? sendJson(response, denial, status)
        : sendJson(response, completion('yes')),
    );
    for (let i = 0; i < 2; i++) expect((await model.answer?.(picture, question, newRun()))?.text).toBe('yes');
    expect(server.requests).toHaveLength(3);
    if (field === 'max_tokens') expect(bodyOf(server, 2)).toMatchObject({ max_completion_tokens: 1024 });
  });

  it('sends turns before, and places in the form of the model', async () => {
    const { server, model } = await chat(say('ok'), { model: 'Ferret-7B' });
    const place = {
      name: 'Region 1',
      geometry: { type: 'box' as const, box: [200, 100, 400, 1000] as [number, number, number, number] },
    };
    await model.answer?.(
      picture,
      {
        text: 'What is Region 1?',
        asked: [{ ...place, spans: [{ start: 8, end: 16 }] }],
        history: [{ question: 'And this?', answer: 'A dog.', asked: [place] }],
      },
      newRun(),
    );
    const { messages } = bodyOf(server);
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(messages[0]?.content).toMatchObject([
      { type: 'image_url' },
      { text: 'And this? (Region 1: [100, 100, 200, 999])' },
    ]);
    expect(textOf(server)).toContain('What is Region 1 [100, 100, 200, 999]?');
  });

  it.each([
    ['Qwen2.5-VL-3B', 'Coordinates are pixels'],
    ['paligemma-3b-mix', 'detect a cat'],
    ['Molmo-7B', 'Point to all of this in the image: a cat'],
    ['something', 'from 0 to 1000'],
  ])('asks %s for a phrase in its own words', async (name, words) => {
    const { server, model } = await chat(say('[{"bbox_2d": [100, 200, 300, 400]}]'), { model: name });
    const { found } = (await model.ground?.(picture, 'a cat', newRun())) ?? { found: [] };
    expect(textOf(server)).toContain(words);
    if (name === 'something') expect(found).toEqual([{ label: 'a cat', box: [200, 200, 600, 400] }]);
  });

  it('says that nothing was found, in the words of the model or its own', async () => {
    const { model } = await chat(say('```json\n[]\n```'));
    expect(await model.ground?.(picture, 'a cat', newRun())).toEqual({
      found: [],
      text: 'lab found nothing for “a cat”.',
    });
    const other = await chat(say('There is no cat.'));
    expect(await other.model.ground?.(picture, 'a cat', newRun())).toEqual({
      found: [],
      text: 'There is no cat.',
    });
    const silent = await chat(say(''));
    expect(await silent.model.answer?.(picture, question, newRun())).toMatchObject({ refused: true });
  });

  it('does what its settings say, and no more', async () => {
    const { model } = await chat(say(''), { tasks: ['describe'] });
    expect([model.ground, model.segmenter, typeof model.answer]).toEqual([undefined, undefined, 'function']);
  });

  const failing = async (answer: Play, settings = {}) => {
    const { server, model } = await chat(answer, settings);
    const error = await model.answer?.(picture, question, newRun()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GroundnoteError);
    return { ...(error as GroundnoteError), message: (error as GroundnoteError).message, server };
  };

  it('tries a smaller picture where the context is too short, and then says so', async () => {
    const error = {
      error: {
        code: 400,
        type: 'exceed_context_size_error',
        message: 'request (900 tokens) exceeds the available context size (512 tokens)',
      },
    };
    const { message, server } = await failing((_, response) => sendJson(response, error, 400));
    expect(message).toContain('too long for “lab” (“request (900 tokens) exceeds');
    expect(server.requests).toHaveLength(2);
    const [first, second] = server.requests.map(({ body }) => body.length);
    expect(second).toBeLessThan((first as number) / 2);
    const { model } = await chat((_, response, count) =>
      count === 1 ? sendJson(response, error, 400) : sendJson(response, completion('yes')),
    );
    expect((await model.answer?.(picture, question, newRun()))?.text).toBe('yes');
  });

  it.each([
    [
      'an unknown model',
      404,
      { error: { message: 'The model `tiny` does not exist.' } },
      'has no model named “tiny”',
    ],
    ['a wrong address', 404, 'not found', 'correct “url”'],
    [
      'a model without eyes',
      400,
      { error: { message: 'image input is not supported - hint: provide the mmproj' } },
      'must be one that sees pictures',
    ],
    ['anything else', 500, { error: 'out of memory' }, 'refused the question (500): “out of memory”'],
  ])('says what is wrong with %s', async (_, status, body, words) => {
    expect((await failing((_, response) => sendJson(response, body, status))).message).toContain(words);
  });

  it.each([
    [
      'an error in the stream',
      'data: {"error": {"message": "CUDA out of memory"}}\n\n',
      'broke off its answer: “CUDA out of memory”',
    ],
    ['garbage in the stream', 'data: {"choices": [{"del\n\n', 'it is no JSON'],
    ['a stream of nothing', ': keep-alive\n\n', 'holds no piece of an answer'],
  ])('says so for %s', async (_, text, words) => {
    const { message } = await failing(
      (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text),
    );
    expect(message).toContain(words);
  });

  it('says so for a stream that is cut, and asks no second time', async () => {
    const { message, server } = await failing(
      (_, response) => {
        response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(`data: ${JSON.stringify(chunk('half'))}\n\n`);
        setTimeout(() => response.destroy(), 20);
      },
      { retries: 3 },
    );
    expect(message).toContain('broke off in the middle');
    expect(server.requests).toHaveLength(1);
  });

  it('stops in the middle of a stream', async () => {
    const { server, model } = await chat(
      (_, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(`data: ${JSON.stringify(chunk('half'))}\n\n`),
    );
    const controller = new AbortController();
    const run = newRun(controller.signal);
    const asked = model.answer?.(picture, question, { ...run, progress: () => controller.abort() });
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    await server.left;
  });

  it('marks an answer that was cut by its limit', async () => {
    const { model } = await chat((_, response) =>
      sendJson(response, { choices: [{ message: { content: 'half' }, finish_reason: 'length' }] }),
    );
    expect((await model.answer?.(picture, question, newRun()))?.text).toBe('half …');
  });
});

describe("the editor's language models", () => {
  it('are asked in the same words, and streamed', async () => {
    const asked: unknown[] = [];
    const model = await modelOf(
      { protocol: 'editor-model', model: 'copilot/gpt' },
      {
        editorModels: {
          ask: (params, { onProgress }) => {
            asked.push(params);
            onProgress?.({ phase: '', text: 'The cat' });
            return Promise.resolve({ text: 'The cat [100, 200, 300, 400].' });
          },
        },
      },
    );
    const run = newRun();
    expect(await model.answer?.(picture, question, run)).toMatchObject({
      text: 'The cat.',
      found: [{ label: 'The cat' }],
    });
    expect(run.told.map(({ text }) => text)).toEqual(['The cat']);
    expect(asked).toMatchObject([
      { model: 'copilot/gpt', messages: [{ role: 'user', image: { mime: 'image/jpeg' } }] },
    ]);
  });

  it('are not there outside an editor', async () => {
    await expect(modelOf({ protocol: 'editor-model', model: 'm' })).rejects.toMatchObject({
      code: 'unsupported',
    });
  });
});

describe('pieces', () => {
  const events = async (...pieces: string[]) => {
    const all: string[] = [];
    const body = (async function* () {
      for (const piece of pieces) yield Buffer.from(piece);
    })();
    for await (const event of eventsOf(body)) all.push(event);
    return all;
  };

  it('of a stream become events wherever they are cut', async () => {
    const text =
      ': hello\r\nevent: x\r\ndata: one\r\ndata: two\r\n\r\ndata:{"a": "é"}\r\n\r\ndata\r\n\r\nid: 3\r\n\r\n';
    const whole = ['one\ntwo', '{"a": "é"}', ''];
    expect(await events(text)).toEqual(whole);
    expect(await events(text.replaceAll('\r\n', '\n'))).toEqual(whole);
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const body = (async function* () {
        yield bytes.subarray(0, cut);
        yield bytes.subarray(cut);
      })();
      const all: string[] = [];
      for await (const event of eventsOf(body)) all.push(event);
      expect(all).toEqual(whole);
    }
  });

  it('of text do not show a place before it is whole', () => {
    expect(withoutOpenEnd('a cat [12, 3')).toBe('a cat ');
    expect(withoutOpenEnd('a cat [12, 3] and')).toBe('a cat [12, 3] and');
    expect(withoutOpenEnd('see\n```json\n[{"bbox')).toBe('see\n');
  });

  it('of a picture that counts pixels have sides in steps of 28', () => {
    for (const size of [
      { width: 4000, height: 3000 },
      { width: 30, height: 20 },
      { width: 5000, height: 40 },
      { width: 640, height: 480 },
    ]) {
      const { width, height } = sentSize(size, 'pixels');
      expect([width % 28, height % 28]).toEqual([0, 0]);
      expect(width * height).toBeLessThanOrEqual(1280 * 28 * 28);
      expect(width * height).toBeGreaterThanOrEqual(28 * 28);
    }
    expect(sentSize({ width: 300, height: 200 }, 'qwen')).toEqual({ width: 300, height: 200 });
  });
});
