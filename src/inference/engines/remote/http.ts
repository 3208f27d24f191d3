/**
 * The one way in which servers are asked: so many questions at a time, each with a time-out, tried again where the server
 * is busy or gone, and stopped at any point. Node's own http and https are used and not fetch, which gives up after five
 * minutes without a word whatever it is told; a language model on a slow machine thinks longer.
 *
 * No message holds the credential, and none goes to another origin than that of the server's address.
 */
import http from 'node:http';
import https from 'node:https';
import PQueue from 'p-queue';
import type * as z from 'zod';
import { GroundnoteError, isCancelled } from '../../../protocol/errors';
import type { NetworkServer } from '../../../protocol/servers';
import { isLoopback, placeOf, Transient, transportProblem } from './transport';

/** A question to a server. */
export interface HttpQuestion {
  method?: 'GET' | 'POST';
  /** Put behind the server's address. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array | string;
  /** A longer answer is refused. */
  maxBytes?: number;
  /** Tried again as the server's settings say; false: once. */
  retry?: boolean;
}

/** An answer that has begun. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Its bytes as they come. @throws GroundnoteError bad-server, timeout, cancelled */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An answer that is there as a whole. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Buffer;
}

/** A server said no: with which status, and in which words. */
export class Refusal extends GroundnoteError {
  constructor(
    readonly status: number,
    /** What it says, with the credential removed. */
    readonly said: string,
    /** Whether that was in a form that protocols define (JSON), and not a page or a line of somebody in between. */
    readonly isJson: boolean,
    message: string,
  ) {
    super('bad-server', message);
  }
}

export interface HttpClientOptions {
  server: NetworkServer;
  token?: string;
  /** The header that carries the credential. */
  credential?: (token: string) => Record<string, string>;
  /** Whether only this machine may be asked. */
  offline: () => boolean;
  log?: (level: 'debug' | 'info' | 'warn', message: string) => void;
  /** The first wait before a question is asked again; each further one is twice as long. */
  firstWaitMs?: number;
}

const defaultMaxBytes = 64_000_000;
const maxRedirects = 5;
const firstWaitMs = 500;
/** A server that wants a longer pause than this is not waited for. */
const longestWaitMs = 60_000;

/** Statuses of a server that is busy, or of whoever stands before one that is gone. */
const busyStatuses = new Set([429, 502, 503, 504]);

export class HttpClient {
  private readonly queue: PQueue;
  private readonly agent: http.Agent;
  private readonly base: URL;

  constructor(private readonly options: HttpClientOptions) {
    const { url, concurrency } = options.server;
    this.base = new URL(url);
    this.queue = new PQueue({ concurrency });
    const kept = { keepAlive: true, maxSockets: concurrency };
    this.agent = this.base.protocol === 'https:' ? new https.Agent(kept) : new http.Agent(kept);
  }

  /** The server's name in messages. */
  get name(): string {
    const { title, id } = this.options.server;
    return title ?? id;
  }

  /** Connections end when what is under way has ended. */
  async close(): Promise<void> {
    await this.queue.onIdle();
    this.agent.destroy();
  }

  /**
   * Asks, and hands the beginning of an accepted answer (2xx) to `read`, whose place among the questions at a time it
   * keeps until it is done. Once `read` has begun nothing is tried again.
   * @throws GroundnoteError offline, unauthorized, timeout, bad-server (a Refusal where the server said no), cancelled
   */
  stream<T>(
    question: HttpQuestion,
    signal: AbortSignal,
    read: (answer: HttpAnswer) => Promise<T>,
  ): Promise<T> {
    return this.inTurn(signal, async () => {
      const answer = await this.persist(question, signal, (begun) => Promise.resolve(begun));
      try {
        return await read(answer);
      } catch (error) {
        throw error instanceof Transient ? this.problem(error.message, error) : error;
      }
    });
  }

  /** Asks for a whole answer; one that breaks off is asked for again. @throws as `stream` */
  whole(question: HttpQuestion, signal: AbortSignal): Promise<WholeAnswer> {
    return this.inTurn(signal, () =>
      this.persist(question, signal, async ({ status, headers, body }) => ({
        status,
        headers,
        bytes: await joined(body),
      })),
    );
  }

  /** Asks for JSON of a form. @throws as `stream` */
  async json<T extends z.ZodType>(
    question: HttpQuestion,
    schema: T,
    signal: AbortSignal,
  ): Promise<z.output<T>> {
    const { bytes } = await this.whole(question, signal);
    return this.parse(bytes.toString('utf8'), schema);
  }

  /** @throws GroundnoteError bad-server, quoting what is no such JSON */
  parse<T extends z.ZodType>(text: string, schema: T): z.output<T> {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.unexpected(text.trim() ? `it is no JSON: ${this.quote(text)}` : 'it is empty');
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw this.unexpected(
      `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'wrong form'}: ${this.quote(text)}`,
    );
  }

  /** The error for an answer that breaks the protocol. @param what the rest of the sentence, without a full stop */
  unexpected(what: string): GroundnoteError {
    return this.problem(`gave an answer that cannot be used (${what})`);
  }

  /** The beginning of what a server said, in one line, without the credential. */
  quote(text: string, length = 160): string {
    const { token } = this.options;
    const open = token ? text.replaceAll(token, '•••') : text;
    const line = open
      .slice(0, 4 * length)
      .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .trim();
    return `“${line.length > length ? `${line.slice(0, length)}…` : line}”`;
  }

  /** Writes to the log. @param what the rest of a sentence that begins with the server's name, without a full stop */
  log(level: 'debug' | 'info' | 'warn', what: string): void {
    this.options.log?.(level, `The server “${this.name}” ${what}.`);
  }

  /** @param what the rest of a sentence that begins with the server's name, without a full stop */
  problem(what: string, cause?: unknown): GroundnoteError {
    return new GroundnoteError('bad-server', `The server “${this.name}” ${what}.`, { cause });
  }

  /** The error for a credential that is missing or not the right one. @param status where one says so */
  unauthorized(status?: number): GroundnoteError {
    const { server, token } = this.options;
    const told = status === undefined ? '' : ` (${status})`;
    return new GroundnoteError(
      'unauthorized',
      `The server “${this.name}” wants ${token ? 'another' : 'an'} access token${told}: set it with “Groundnote: Set Access Token…”, or in ${tokenVariable(server.id)} for the command line.`,
    );
  }

  /** Waits for a free place; one who cancels waits no longer. */
  private inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => reject(cancelled());
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      void this.queue.add(async () => {
        if (!signal.aborted) await work().then(resolve, reject);
        signal.removeEventListener('abort', onAbort);
      });
    });
  }

  /** Tries until an answer was accepted and `take` has it, or nothing more is to be tried. */
  private async persist<T>(
    question: HttpQuestion,
    signal: AbortSignal,
    take: (answer: HttpAnswer) => Promise<T>,
  ): Promise<T> {
    const { server } = this.options;
    const retries = question.retry === false ? 0 : server.retries;
    for (let tries = 0; ; tries++) {
      let wait = (this.options.firstWaitMs ?? firstWaitMs) * 2 ** tries * (0.75 + Math.random() / 2);
      let why: string;
      try {
        const answer = await this.ask(question, signal);
        if (answer.status < 300) return await take(answer);
        const refusal = await this.refusal(answer);
        if (!busyStatuses.has(answer.status) || tries >= retries) throw refusal;
        const asked = pauseOf(answer.headers['retry-after']);
        if (asked !== undefined && asked > longestWaitMs) throw refusal;
        wait = asked ?? wait;
        why = `is busy (${answer.status})`;
      } catch (error) {
        if (!(error instanceof Transient)) throw error;
        if (tries >= retries) throw this.problem(error.message, error);
        why = error.message;
      }
      this.log('info', `${why}; it is asked again in ${Math.round(wait)} ms`);
      await pause(wait, signal);
    }
  }

  /** Asks once, and follows redirections that stay with the origin. @throws Transient too */
  private async ask(question: HttpQuestion, signal: AbortSignal): Promise<HttpAnswer> {
    if (this.options.offline() && !isLoopback(this.base.hostname))
      throw new GroundnoteError(
        'offline',
        `Groundnote is set to work offline (“groundnote.models.offline”), so nothing is sent to ${this.base.host}.`,
      );
    let url = addressOf(this.base, question.path);
    for (let hops = 0; ; hops++) {
      const message = await this.send(url, question, signal);
      const { statusCode: status = 0, headers } = message;
      const target = status >= 300 && status < 400 ? headers.location : undefined;
      if (target === undefined || status === 304)
        return { status, headers, body: this.bytesOf(message, question.maxBytes ?? defaultMaxBytes, signal) };
      message.destroy();
      const next = URL.canParse(target, url.href) ? new URL(target, url) : undefined;
      if (next?.origin !== url.origin)
        throw this.problem(
          `sends questions on to another address (${next ? next.origin : this.quote(target)}): name that one in “groundnote.servers” if you trust it`,
        );
      if (hops >= maxRedirects) throw this.problem('sends questions in a circle');
      url = next;
    }
  }

  /** Sends a question and waits for the beginning of the answer. */
  private send(url: URL, question: HttpQuestion, signal: AbortSignal): Promise<http.IncomingMessage> {
    const { server, token, credential = bearer } = this.options;
    const { method = 'GET', body, headers } = question;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(cancelled());
      let request: http.ClientRequest;
      try {
        request = (url.protocol === 'https:' ? https : http).request(url, {
          method,
          agent: this.agent,
          headers: {
            accept: 'application/json',
            ...headers,
            ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
            ...(token && credential(token)),
          },
        });
      } catch (cause) {
        // A header that cannot be sent; Node's own message would not say which.
        return reject(
          new GroundnoteError(
            'unauthorized',
            `The access token of the server “${this.name}” holds characters that cannot be sent: set it again with “Groundnote: Set Access Token…”.`,
            { cause },
          ),
        );
      }
      const timer = setTimeout(
        () => request.destroy(this.late(`has not answered within ${server.timeout_s} s`)),
        server.timeout_s * 1000,
      );
      const onAbort = () => request.destroy(cancelled());
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      request.once('response', (message) => {
        done();
        resolve(message);
      });
      request.on('error', (error) => {
        done();
        // A kept connection may be closed by the server just when it is used again: that is no failure of its own.
        if (request.reusedSocket && isReset(error)) this.send(url, question, signal).then(resolve, reject);
        else reject(this.told(error, url));
      });
      request.end(body);
    });
  }

  /** The bytes of an answer, each within the time-out after the one before. */
  private async *bytesOf(
    message: http.IncomingMessage,
    maxBytes: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const { timeout_s } = this.options.server;
    let timer: NodeJS.Timeout | undefined;
    const arm = () => {
      clearTimeout(timer);
      const stop = () =>
        message.destroy(this.late(`stopped in the middle of its answer (nothing came for ${timeout_s} s)`));
      timer = setTimeout(stop, timeout_s * 1000);
    };
    const onAbort = () => message.destroy(cancelled());
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    let length = 0;
    try {
      arm();
      for await (const chunk of message as AsyncIterable<Uint8Array>) {
        arm();
        length += chunk.length;
        if (length > maxBytes) throw this.unexpected(`it is longer than ${Math.round(maxBytes / 1e6)} MB`);
        yield chunk;
      }
      if (!message.complete) throw new Transient('broke off in the middle of its answer');
    } catch (error) {
      if (error instanceof GroundnoteError || error instanceof Transient) throw error;
      throw new Transient('broke off in the middle of its answer', { cause: error });
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      message.destroy();
    }
  }

  /** The error for an answer that is no 2xx, from the form in which servers say what is wrong. */
  private async refusal({ status, body }: HttpAnswer): Promise<GroundnoteError> {
    let text = '';
    try {
      text = (await joined(body)).toString('utf8');
    } catch (error) {
      if (isCancelled(error)) throw error;
      // The status alone says enough.
    }
    if (status === 401 || status === 403) return this.unauthorized(status);
    const said = errorText(text);
    const isJson = said !== undefined;
    const words = isJson ? said : text.trim();
    const quoted = words ? `: ${this.quote(words, 300)}` : '';
    const what = busyStatuses.has(status) ? 'is busy or not ready' : 'refused the question';
    return new Refusal(status, words, isJson, `The server “${this.name}” ${what} (${status})${quoted}.`);
  }

  private late(what: string): GroundnoteError {
    return new GroundnoteError(
      'timeout',
      `The server “${this.name}” ${what}; “timeout_s” in “groundnote.servers” sets how long it may take.`,
    );
  }

  /** What stopped a question on its way, as our own error or as one to try again after. */
  private told(error: Error, url: URL): Error {
    if (error instanceof GroundnoteError) return error;
    const { what, again } = transportProblem(error, url);
    const sentence = `${what} (${placeOf(url)})`;
    return again ? new Transient(sentence, { cause: error }) : this.problem(sentence, error);
  }
}

/** The environment variable with the credential of a server, for the command line. */
export const tokenVariable = (id: string) =>
  `GROUNDNOTE_TOKEN_${id.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const cancelled = () => new GroundnoteError('cancelled', 'Cancelled.');

const isReset = (error: NodeJS.ErrnoException) => error.code === 'ECONNRESET' || error.code === 'EPIPE';

/** A path behind the server's address; a version that the address names already is not named twice. */
function addressOf(base: URL, path: string): URL {
  const url = new URL(base);
  const before = base.pathname.replace(/\/+$/, '');
  const version = /^\/v\d+(?=\/|$)/.exec(path)?.[0];
  url.pathname = version && before.endsWith(version) ? before + path.slice(version.length) : before + path;
  return url;
}

/** Milliseconds that a server asks for: seconds, or a date. */
function pauseOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled());
    const onAbort = () => {
      clearTimeout(timer);
      reject(cancelled());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

async function joined(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What is wrong, from the forms that servers use: `error` or `detail` or `message`, as text, as an object, or as a list. */
export function errorText(body: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  return wordsOf(value);
}

function wordsOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const all = value.map(wordsOf).filter((each) => each !== undefined);
    return all.length ? all.join('; ') : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { error, detail, message, msg, loc } = value as Record<string, unknown>;
  const words = wordsOf(error) ?? wordsOf(detail) ?? wordsOf(message) ?? wordsOf(msg);
  return words !== undefined && Array.isArray(loc) ? `${loc.join('.')}: ${words}` : words;
}
