/**
 * Asking the hub and other servers: credentials go to one origin, redirects are followed by hand, what is busy is asked
 * again, what is silent is given up, and every failure is one sentence.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { GroundnoteError } from '../../../protocol/errors';
import type { PackStoreOptions } from './types';

export const defaultEndpoint = 'https://huggingface.co';

const maxRedirects = 10;
/** A server that wants more patience than this is not waited for. */
const longestWaitMs = 60_000;
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const isLoopback = (url: URL) => loopback.test(url.hostname);

export interface Ask {
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  signal: AbortSignal;
  /** What is asked for, as the subject of a sentence: `the repository "a/b"`. */
  what: string;
  /** Statuses beside the 2xx that are no error. */
  allow?: readonly number[];
  /** Told the headers of each answer that leads on: the hub tells there what the file is. */
  onRedirect?(headers: Headers): void;
}

export interface Net {
  /** Without a slash at its end. @throws GroundnoteError invalid-params */
  endpoint(): string;
  /**
   * An answer whose body was not read yet; also for a status of `allow`.
   * @throws GroundnoteError cancelled, offline, unauthorized, not-found, timeout, bad-server, io
   */
  ask(url: string, ask: Ask): Promise<Response>;
  /** The bytes of an answer; each must come within the time for stalls. @throws Stalled, or what the connection throws */
  bytes(response: Response, signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>;
  readonly retries: number;
  /** Waits before the attempt of this number (1: the first repetition). @throws GroundnoteError cancelled */
  pause(attempt: number, signal: AbortSignal): Promise<void>;
}

/** No byte came for too long. */
export class Stalled extends Error {}

export function createNet(options: PackStoreOptions): Net {
  const { stallMs = 30_000, retries = 4, retryMs = 1000, log } = options;

  const endpoint = (): string => {
    const named = options.endpoint?.()?.trim() || defaultEndpoint;
    const url = URL.canParse(named) ? new URL(named) : undefined;
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
      throw new GroundnoteError(
        'invalid-params',
        `"${named}" is no address of a hub: give one like ${defaultEndpoint}.`,
      );
    return url.href.replace(/\/+$/, '');
  };

  /** Whether the token may be sent there: to the hub's own origin, and never readable on the way. */
  const isTrusted = (url: URL): boolean =>
    url.origin === new URL(endpoint()).origin && (url.protocol === 'https:' || isLoopback(url));

  const pause = async (attempt: number, signal: AbortSignal, atLeastMs = 0) => {
    try {
      await sleep(Math.max(atLeastMs, retryMs * 2 ** (attempt - 1)), undefined, { signal });
    } catch {
      throw cancelled();
    }
  };

  /** One request, and those that it is led on to. */
  async function follow(address: string, ask: Ask): Promise<Response> {
    let url = new URL(address);
    const start = url;
    for (let redirects = 0; ; redirects++) {
      if (options.offline?.() && !isLoopback(url))
        throw new GroundnoteError(
          'offline',
          `Groundnote is set to stay offline, so ${url.host} was not asked.`,
        );
      const token = isTrusted(url) ? await options.token?.() : undefined;
      const response = await answered(url, ask, token);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || response.status === 304 || !location)
        return response;
      ask.onRedirect?.(response.headers);
      await response.body?.cancel();
      const next = URL.canParse(location, url.href) ? new URL(location, url.href) : undefined;
      const astray =
        !next ||
        !/^https?:$/.test(next.protocol) ||
        (url.protocol === 'https:' && next.protocol === 'http:') ||
        (isLoopback(next) && !isLoopback(start)) ||
        redirects >= maxRedirects;
      if (astray)
        throw new GroundnoteError('bad-server', `${url.host} led to an address that is not followed.`);
      log?.('debug', `${url.host} led on to ${next.host}`);
      url = next;
    }
  }

  /** The beginning of an answer, within the time for stalls. */
  async function answered(url: URL, { method = 'GET', headers, body, signal }: Ask, token?: string) {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(new Stalled()), stallMs);
    try {
      return await (options.fetch ?? fetch)(url.href, {
        method,
        body,
        redirect: 'manual',
        credentials: 'omit',
        signal: AbortSignal.any([signal, silence.signal]),
        headers: {
          'user-agent': 'groundnote',
          // A compressed answer could not be gone on with in its middle.
          'accept-encoding': 'identity',
          ...headers,
          ...(token && { authorization: `Bearer ${token}` }),
        },
      });
    } catch (error) {
      throw silence.signal.aborted ? new Stalled() : error;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    endpoint,
    retries,
    pause,
    async ask(address, ask) {
      const { host } = new URL(address);
      for (let attempt = 0; ; attempt++) {
        const last = attempt >= retries;
        let waitMs = 0;
        try {
          const response = await follow(address, ask);
          if (response.ok || ask.allow?.includes(response.status)) return response;
          const { status } = response;
          waitMs = retryAfterMs(response);
          const isBusy = status === 429 || status >= 500;
          if (!isBusy || last || waitMs > longestWaitMs)
            throw await statusError(response, host, ask.what, waitMs);
          await response.body?.cancel();
          log?.('info', `${host} answered ${status} and is asked again.`);
        } catch (error) {
          if (ask.signal.aborted) throw cancelled();
          if (error instanceof GroundnoteError) throw error;
          if (last) throw connectionError(error, host, stallMs);
          log?.('info', `${host} could not be reached and is asked again (${reasonOf(error)}).`);
        }
        await pause(attempt + 1, ask.signal, waitMs);
      }
    },
    async *bytes(response, signal) {
      if (!response.body) return;
      const reader = response.body.getReader();
      try {
        for (;;) {
          const { done, value } = await withinTime(reader.read(), stallMs, signal);
          if (done) return;
          yield value;
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    },
  };
}

/** @throws Stalled when it takes too long, the signal's reason when that aborts */
async function withinTime<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  let end: () => void = () => undefined;
  const stop = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Stalled()), ms);
    const onAbort = () => reject(cancelled());
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, stop]);
  } finally {
    end();
  }
}

export const cancelled = () => new GroundnoteError('cancelled', 'Cancelled.');

/** One sentence for a connection that failed for good. */
export function connectionError(error: unknown, host: string, stallMs?: number): GroundnoteError {
  if (error instanceof Stalled)
    return new GroundnoteError(
      'timeout',
      `${host} sent nothing${stallMs ? ` for ${Math.max(1, Math.round(stallMs / 1000))} s` : ''}: try again later.`,
    );
  return new GroundnoteError(
    'io',
    `The connection to ${host} failed (${reasonOf(error)}): check the network and try again.`,
    { cause: error },
  );
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown } | undefined)?.cause ?? error;
  const { code, message } = cause as { code?: unknown; message?: unknown };
  if (error instanceof Stalled) return 'no answer';
  return String(code ?? message ?? cause);
}

function retryAfterMs(response: Response): number {
  const value = response.headers.get('retry-after') ?? '';
  const seconds = Number(value);
  const ms = value !== '' && Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

const howToSetToken = '(“Groundnote: Set Access Token…” in VS Code, HF_TOKEN on the command line)';

/** One sentence for a status. The hub says more in `X-Error-Code`. */
async function statusError(response: Response, host: string, what: string, waitMs: number) {
  const { status, headers } = response;
  const said = headers.get('x-error-code');
  await response.body?.cancel();
  if (said === 'GatedRepo')
    return new GroundnoteError(
      'unauthorized',
      `${host} gives ${what} only to those who have accepted its terms: accept them on its page there, then set your token of the hub ${howToSetToken} and try again.`,
    );
  if (status === 401 || status === 403)
    return new GroundnoteError(
      'unauthorized',
      `${host} does not let you read ${what}: check that the name is right, and set a token of the hub that may read it ${howToSetToken}.`,
    );
  if (status === 404 || status === 410)
    return new GroundnoteError('not-found', `${host} has no ${what.replace(/^the /, '')}.`);
  if (status === 429) {
    const wait = waitMs ? ` in ${Math.ceil(waitMs / 1000)} s` : ' later';
    return new GroundnoteError(
      'bad-server',
      `${host} answers that too much was asked of it: try again${wait}.`,
    );
  }
  const fault = status >= 500 ? 'has a fault' : 'refused';
  return new GroundnoteError(
    'bad-server',
    `${host} ${fault} when asked for ${what} (status ${status}): try again later.`,
  );
}
