import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { HttpClient, Refusal, type HttpClientOptions } from '../../../../src/inference/engines/remote/http';
import { isLoopback } from '../../../../src/inference/engines/remote/transport';
import { serverSchema, type NetworkServer } from '../../../../src/protocol/servers';
import { playServer, sendJson, type Play, type PlayedServer } from '../../../support/servers/played';

const token = 'secret-token-123';
const never = new AbortController().signal;
const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function play(play: Play, options = {}): Promise<PlayedServer> {
  const server = await playServer(play, options);
  open.push(server.close);
  return server;
}

function clientOf(
  url: string,
  settings: Partial<NetworkServer> = {},
  options: Partial<HttpClientOptions> = {},
): HttpClient {
  const server = serverSchema.parse({ id: 'lab', protocol: 'openai-chat', model: 'm', url, ...settings });
  const client = new HttpClient({
    server: server as NetworkServer,
    token,
    offline: () => false,
    firstWaitMs: 5,
    ...options,
  });
  open.push(() => client.close());
  return client;
}

const anything = z.looseObject({});
const ask = (client: HttpClient, signal = never) =>
  client.json({ method: 'POST', path: '/v1/x', body: '{}' }, anything, signal);
/** The code and the message of what goes wrong. The credential is in none. */
async function failure(promise: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await promise.then(
    () => ({ code: 'none', message: 'it did not fail' }),
    (thrown: { code: string; message: string }) => thrown,
  );
  expect(error.message).not.toContain(token);
  return { code: error.code, message: error.message };
}

describe('a server', () => {
  it('gets the credential and answers', async () => {
    const server = await play((_, response) => sendJson(response, { a: 1 }));
    expect(await ask(clientOf(`${server.url}/v1/`))).toEqual({ a: 1 });
    expect(server.requests[0]).toMatchObject({
      path: '/v1/x',
      headers: { authorization: `Bearer ${token}` },
    });
  });

  it.each([429, 502, 503, 504])('that is busy (%i) is asked again', async (status) => {
    const server = await play((_, response, count) =>
      count < 3
        ? void response.writeHead(status, { 'retry-after': '0' }).end('later')
        : sendJson(response, {}),
    );
    await ask(clientOf(server.url));
    expect(server.requests).toHaveLength(3);
  });

  it('that stays busy is given up', async () => {
    const server = await play((_, response) =>
      sendJson(response, { error: { message: 'queue is full' } }, 503),
    );
    expect(await failure(ask(clientOf(server.url, { retries: 1 })))).toEqual({
      code: 'bad-server',
      message: 'The server “lab” is busy or not ready (503): “queue is full”.',
    });
    expect(server.requests).toHaveLength(2);
  });

  it('that wants a long pause is not waited for', async () => {
    const server = await play((_, response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
    expect((await failure(ask(clientOf(server.url)))).code).toBe('bad-server');
    expect(server.requests).toHaveLength(1);
  });

  it.each([400, 404, 422, 500])('that refuses (%i) is not asked again', async (status) => {
    const server = await play((_, response) =>
      sendJson(response, { detail: [{ loc: ['body', 'x'], msg: `no ${token}` }] }, status),
    );
    const error = await ask(clientOf(server.url)).catch((thrown: unknown) => thrown as Refusal);
    expect(error).toBeInstanceOf(Refusal);
    expect((await failure(ask(clientOf(server.url)))).message).toBe(
      `The server “lab” refused the question (${status}): “body.x: no •••”.`,
    );
    expect(server.requests).toHaveLength(2);
  });

  it.each([401, 403])(
    'that wants a credential (%i) is named with the command that sets it',
    async (status) => {
      const server = await play((_, response) => sendJson(response, { error: 'no' }, status));
      const { code, message } = await failure(ask(clientOf(server.url)));
      expect(code).toBe('unauthorized');
      expect(message).toContain('“Groundnote: Set Access Token…”');
      expect(message).toContain('GROUNDNOTE_TOKEN_LAB');
    },
  );

  it('that answers garbage is quoted', async () => {
    const server = await play((_, response) => void response.end(`<html>\n${'garbage '.repeat(100)}`));
    const { code, message } = await failure(ask(clientOf(server.url)));
    expect(code).toBe('bad-server');
    expect(message).toMatch(/it is no JSON: “<html> garbage .*…”/);
    expect(message.length).toBeLessThan(300);
  });

  it('that speaks no HTTP is told', async () => {
    const raw = createServer((socket) =>
      socket.on('error', () => {}).end('hello\r\n\r\n', () => socket.destroy()),
    );
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    open.push(() => new Promise((resolve) => raw.close(resolve)));
    const { message } = await failure(
      ask(clientOf(`http://127.0.0.1:${(raw.address() as AddressInfo).port}`)),
    );
    expect(message).toContain('answers something that is no HTTP');
  });

  it('that hangs ends with the time-out', async () => {
    const server = await play(() => {});
    const { code, message } = await failure(ask(clientOf(server.url, { timeout_s: 0.2 })));
    expect(code).toBe('timeout');
    expect(message).toContain('has not answered within 0.2 s');
    expect(server.requests).toHaveLength(1);
  });

  it('that stops in the middle ends with the time-out', async () => {
    const server = await play((_, response) => void response.writeHead(200).write('{"a": '));
    const { code, message } = await failure(ask(clientOf(server.url, { timeout_s: 0.2 })));
    expect(code).toBe('timeout');
    expect(message).toContain('stopped in the middle');
  });

  it('that is slow, and goes on, is waited for', async () => {
    const server = await play(async (_, response) => {
      response.writeHead(200);
      for (const part of ['{', '"a"', ':', '1', '}']) {
        response.write(part);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      response.end();
    });
    expect(await ask(clientOf(server.url, { timeout_s: 0.25 }))).toEqual({ a: 1 });
  });

  it('that breaks off is asked again, and told when it does so always', async () => {
    const cut: Play = (_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a": ');
      setImmediate(() => response.destroy());
    };
    const once = await play((request, response, count) =>
      count < 2 ? cut(request, response, count) : sendJson(response, {}),
    );
    await ask(clientOf(once.url));
    const always = await play(cut);
    expect((await failure(ask(clientOf(always.url)))).message).toBe(
      'The server “lab” broke off in the middle of its answer.',
    );
    expect(always.requests).toHaveLength(3);
  });

  it('that is not there is told, and asked again', async () => {
    const gone = await playServer(() => {});
    await gone.close();
    const waits: string[] = [];
    const client = clientOf(gone.url, {}, { log: (_, message) => waits.push(message) });
    const { code, message } = await failure(ask(client));
    expect(code).toBe('bad-server');
    expect(message).toContain('nothing listens there');
    expect(message).toContain(gone.url);
    expect(waits).toHaveLength(2);
  });

  it('that comes back is asked with the same client', async () => {
    const first = await playServer((_, response) => sendJson(response, { n: 1 }));
    const client = clientOf(first.url);
    expect(await ask(client)).toEqual({ n: 1 });
    await first.close();
    await play((_, response) => sendJson(response, { n: 2 }), { port: Number(new URL(first.url).port) });
    expect(await ask(client)).toEqual({ n: 2 });
  });

  it('with a certificate that nobody has signed is refused by name', async () => {
    const server = await play((_, response) => sendJson(response, {}), { tls: true });
    const { code, message } = await failure(ask(clientOf(server.url)));
    expect(code).toBe('bad-server');
    expect(message).toContain('signed itself');
    expect(message).toContain(new URL(server.url).host);
    expect(server.requests).toHaveLength(0);
  });

  it('whose address has the wrong protocol is told so', async () => {
    const plain = await play((_, response) => sendJson(response, {}));
    expect((await failure(ask(clientOf(plain.url.replace('http:', 'https:'))))).message).toContain(
      'does not speak TLS',
    );
  });

  it('may send on within its origin, and to no other', async () => {
    const other = await play((_, response) => sendJson(response, {}));
    const server = await play(({ path }, response) => {
      if (path === '/v1/x') response.writeHead(307, { location: '/v1/y' }).end();
      else if (path === '/v1/y') sendJson(response, { here: true });
      else if (path === '/v1/away') response.writeHead(302, { location: `${other.url}/` }).end();
      else response.writeHead(302, { location: path }).end();
    });
    const client = clientOf(server.url);
    expect(await ask(client)).toEqual({ here: true });
    expect(server.requests[1]).toMatchObject({ method: 'POST', path: '/v1/y' });
    expect((await failure(client.json({ path: '/v1/away' }, anything, never))).message).toContain(other.url);
    expect(other.requests).toHaveLength(0);
    expect((await failure(client.json({ path: '/v1/circle' }, anything, never))).message).toContain(
      'in a circle',
    );
  });

  it('that never ends its answer is cut', async () => {
    const server = await play((_, response) => {
      response.writeHead(200);
      const fill = () => {
        while (!response.destroyed && response.write(Buffer.alloc(100_000, 32)));
      };
      response.on('drain', fill);
      fill();
    });
    const big = clientOf(server.url).json({ path: '/', maxBytes: 1_000_000 }, anything, never);
    expect((await failure(big)).message).toContain('longer than 1 MB');
  });

  it.each([
    ['answers', () => {}],
    ['goes on', ((_, response) => void response.writeHead(200).write('{')) satisfies Play],
    [
      'is asked again',
      ((_, response) => void response.writeHead(503, { 'retry-after': '30' }).end()) satisfies Play,
    ],
  ])('is left alone when cancelled before it %s', async (_, answer) => {
    const server = await play(answer);
    const controller = new AbortController();
    const question = failure(ask(clientOf(server.url), controller.signal));
    await server.came(1);
    setTimeout(() => controller.abort(), 30);
    const started = performance.now();
    expect((await question).code).toBe('cancelled');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('hears of a cancellation', async () => {
    const server = await play(() => {});
    const controller = new AbortController();
    const question = failure(ask(clientOf(server.url), controller.signal));
    await server.came(1);
    controller.abort();
    await server.left;
    expect((await question).code).toBe('cancelled');
  });

  it('gets so many questions at a time, and none that was cancelled while it waited', async () => {
    let [now, most] = [0, 0];
    const server = await play(async (_, response) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 30));
      now--;
      sendJson(response, {});
    });
    const client = clientOf(server.url, { concurrency: 2 });
    const controller = new AbortController();
    const asked = Array.from({ length: 5 }, () => ask(client));
    const waiting = failure(ask(client, controller.signal));
    controller.abort();
    expect((await waiting).code).toBe('cancelled');
    await Promise.all(asked);
    expect(most).toBe(2);
    expect(server.requests).toHaveLength(5);
  });

  it('elsewhere gets nothing when Groundnote is offline; this machine does', async () => {
    const server = await play((_, response) => sendJson(response, {}));
    await ask(clientOf(server.url, {}, { offline: () => true }));
    const away = await failure(ask(clientOf('http://models.example:8000', {}, { offline: () => true })));
    expect(away).toEqual({
      code: 'offline',
      message: expect.stringContaining('models.example:8000'),
    });
    for (const host of ['localhost', 'a.localhost', '127.0.0.1', '127.1.2.3', '[::1]'])
      expect(isLoopback(host)).toBe(true);
    for (const host of ['localhost.example', '10.0.0.1', '127.0.0.1.example', '[::2]'])
      expect(isLoopback(host)).toBe(false);
  });

  it('with a credential that cannot be sent is told so', async () => {
    const server = await play((_, response) => sendJson(response, {}));
    const { code } = await failure(ask(clientOf(server.url, {}, { token: 'a\nb' })));
    expect(code).toBe('unauthorized');
  });

  it('has no credentials in its address', () => {
    expect(
      serverSchema.safeParse({ id: 'a', protocol: 'openai-chat', model: 'm', url: 'http://u:p@h' }).success,
    ).toBe(false);
  });
});
