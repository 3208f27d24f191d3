/** One answer of a web service as text: bounded in time and size, and led to no address that nobody meant. */
import { GroundnoteError } from '../../protocol/errors';

export interface FetchOptions {
  /** Milliseconds until all of the answer must be there. */
  timeoutMs: number;
  /** Longest answer in bytes. */
  maxBytes: number;
  /** The service's name in messages. */
  service: string;
  signal: AbortSignal;
  accept: string;
}

export interface Answer {
  status: number;
  text: string;
  /** Seconds to wait, where the service says so. */
  retryAfter?: number;
}

const maxRedirects = 5;
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** An https address, or one of this machine (a mirror, a test). */
export function isAllowedAddress(url: URL): boolean {
  if (url.username || url.password) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback.test(url.hostname));
}

/**
 * @throws GroundnoteError 'timeout', 'io' (not reached, too long, led astray) or 'cancelled'; a status is no error
 */
export async function boundedFetch(address: string, options: FetchOptions): Promise<Answer> {
  const { service, timeoutMs, signal } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await follow(address, { ...options, signal: AbortSignal.any([signal, timeout]) });
  } catch (error) {
    if (signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
    if (timeout.aborted)
      throw new GroundnoteError(
        'timeout',
        `${service} did not answer within ${Math.round(timeoutMs / 1000)} seconds.`,
      );
    if (error instanceof GroundnoteError) throw error;
    throw new GroundnoteError('io', `${service} could not be reached. Are you online?`, { cause: error });
  }
}

async function follow(address: string, options: FetchOptions): Promise<Answer> {
  const { service, signal, maxBytes, accept } = options;
  let url = parseAddress(address, service);
  const startedOnLoopback = loopback.test(url.hostname);
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(url.href, {
      redirect: 'manual',
      signal,
      headers: { accept, 'user-agent': 'Groundnote (VS Code extension)' },
      credentials: 'omit',
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || !location)
      return read(response, service, maxBytes);
    await response.body?.cancel();
    const next = tryUrl(location, url);
    const astray = !next || !isAllowedAddress(next) || (loopback.test(next.hostname) && !startedOnLoopback);
    if (astray) throw new GroundnoteError('io', `${service} led to an address that is not followed.`);
    if (redirects >= maxRedirects) throw new GroundnoteError('io', `${service} led in a circle.`);
    url = next;
  }
}

function parseAddress(address: string, service: string): URL {
  const url = tryUrl(address);
  if (!url || !isAllowedAddress(url))
    throw new GroundnoteError(
      'unsupported',
      `The address of ${service} in the settings must begin with https://.`,
    );
  return url;
}

function tryUrl(address: string, base?: URL): URL | undefined {
  try {
    return new URL(address, base);
  } catch {
    return undefined;
  }
}

async function read(response: Response, service: string, maxBytes: number): Promise<Answer> {
  const { status, body, headers } = response;
  const tooLong = () => new GroundnoteError('io', `The answer of ${service} is too long.`);
  if (Number(headers.get('content-length') ?? 0) > maxBytes) {
    await body?.cancel();
    throw tooLong();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (body) {
    for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLong();
      chunks.push(chunk);
    }
  }
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return {
    status,
    text: new TextDecoder().decode(Buffer.concat(chunks)),
    ...(Number.isFinite(seconds) && seconds >= 0 && { retryAfter: seconds }),
  };
}
