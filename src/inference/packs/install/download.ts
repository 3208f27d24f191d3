/** One file of the net: gone on with where it was cut, and compared with what was promised. */
import { stat } from 'node:fs/promises';
import { GroundnoteError } from '../../../protocol/errors';
import { diskError, finish, openAt, readBytes, Summer, writeAll, type Sums } from './files';
import { cancelled, connectionError, type Net } from './net';

/** A connection that brought the file so many bytes further than any before is no failure, even if it was cut. */
const goodStep = 1 << 20;

export interface Wanted {
  url: string;
  /** Its name in messages. */
  name: string;
  /** Absent: as long as the server says. */
  size?: number;
  sha256?: string;
  gitOid?: string;
  /** No file may be longer, whatever the server says. */
  maxBytes: number;
}

export interface DownloadPlaces {
  /** What has come so far; a later call goes on with it. */
  part: string;
  /** Where the file goes when it is complete. */
  file: string;
  /** What the server called the version of which `part` is the beginning (a strong ETag). */
  etag?: string;
  /** Called before the first byte of a version is written, to be remembered. */
  onEtag(etag: string | undefined): Promise<void>;
  /** More bytes are there (`isOld`: since before); negative where they must come again. */
  onBytes(bytes: number, isOld?: boolean): void;
}

/**
 * @returns the file's sums, after it has been moved to its place
 * @throws GroundnoteError cancelled, broken-pack (not the promised file), no-space, and as `Net.ask`
 */
export async function download(
  net: Net,
  wanted: Wanted,
  places: DownloadPlaces,
  signal: AbortSignal,
): Promise<Sums> {
  const { host } = new URL(wanted.url);
  const newSummer = () => new Summer(wanted.gitOid === undefined ? undefined : wanted.size);
  let summer = newSummer();
  let { etag } = places;
  /** Connections that the bytes so far came from. */
  let connections = 0;
  let startedOver = false;
  const startOver = () => {
    places.onBytes(-summer.size);
    summer = newSummer();
    connections = 0;
  };

  const before = await stat(places.part).then(
    ({ size }) => size,
    () => 0,
  );
  /** Without a checksum, only a version's name tells that the rest belongs to the beginning. */
  const canGoOn = () => (etag ?? wanted.sha256 ?? wanted.gitOid) !== undefined;
  if (before && canGoOn() && before <= (wanted.size ?? wanted.maxBytes)) {
    for await (const chunk of readBytes(places.part, signal)) summer.update(chunk);
    connections = 1;
    places.onBytes(summer.size, true);
  }

  /** Takes what one connection brings. @returns whether the file is complete; an error that is none of the network's is thrown */
  const connect = async (): Promise<{ complete: boolean; problem?: unknown }> => {
    const here = summer.size;
    const response = await net.ask(wanted.url, {
      signal,
      what: `the file "${wanted.name}"`,
      headers: here ? { range: `bytes=${here}-`, ...(etag && { 'if-range': etag }) } : {},
      allow: here ? [416] : [],
    });
    const range = contentRange(response);
    const goesOn = here > 0 && response.status === 206 && range?.start === here;
    if (response.status === 416 || (response.status === 206 && !goesOn)) {
      await response.body?.cancel();
      if (!here) throw new GroundnoteError('bad-server', `${host} sent a part that nobody had asked for.`);
      startOver();
      return { complete: false };
    }
    // All from the beginning: the server knows no ranges, or has another version now.
    if (here && !goesOn) startOver();
    if (!summer.size) {
      etag = strong(response.headers.get('etag'));
      await places.onEtag(etag);
    }
    const told = range?.total ?? lengthOf(response);
    if (
      told !== undefined &&
      (told > wanted.maxBytes || (wanted.size !== undefined && told !== wanted.size))
    ) {
      await response.body?.cancel();
      throw notPromised(host, wanted, told);
    }
    const size = wanted.size ?? told;
    connections++;
    const handle = await openAt(places.part, summer.size);
    try {
      for await (const chunk of net.bytes(response, signal)) {
        if (summer.size + chunk.byteLength > (size ?? wanted.maxBytes)) throw notPromised(host, wanted);
        await writeAll(handle, chunk, summer.size).catch((error) => {
          throw diskError(error, places.part);
        });
        summer.update(chunk);
        places.onBytes(chunk.byteLength);
      }
      return { complete: size === undefined || summer.size === size };
    } catch (error) {
      if (signal.aborted) throw cancelled();
      if (error instanceof GroundnoteError) throw error;
      return { complete: false, problem: error };
    } finally {
      await handle.close();
    }
  };

  let furthest = summer.size;
  for (let failures = 0; ;) {
    const isHere = wanted.size !== undefined && summer.size === wanted.size;
    const { complete, problem } = isHere ? { complete: true } : await connect();
    if (!complete) {
      failures = summer.size >= furthest + goodStep ? 0 : failures + 1;
      furthest = Math.max(furthest, summer.size);
      if (failures > net.retries) throw connectionError(problem ?? new Error('it was cut'), host);
      if (!canGoOn()) startOver();
      await net.pause(Math.max(1, failures), signal);
      continue;
    }
    const sums = summer.digest();
    if ((wanted.sha256 ?? sums.sha256) === sums.sha256 && (wanted.gitOid ?? sums.gitOid) === sums.gitOid) {
      await finish(await openAt(places.part, sums.size), places.part, places.file);
      return { sha256: sums.sha256, size: sums.size };
    }
    const wasJoined = connections > 1;
    startOver();
    await (await openAt(places.part, 0)).close();
    // What was put together from several connections gets one more chance, from its beginning.
    if (!wasJoined || startedOver) throw notPromised(host, wanted);
    startedOver = true;
  }
}

function notPromised(host: string, { name, size }: Wanted, told?: number): GroundnoteError {
  const why =
    told !== undefined && size !== undefined
      ? `${told} bytes instead of ${size}`
      : told !== undefined
        ? `${told} bytes`
        : 'other content';
  return new GroundnoteError(
    'broken-pack',
    `The file "${name}" that ${host} sends is not the one that was promised (${why}), so it is not used: try again later, or from another address.`,
  );
}

/** `bytes 5-9/10` */
function contentRange(response: Response): { start: number; total?: number } | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (!match) return undefined;
  return { start: Number(match[1]), ...(match[2] !== '*' && { total: Number(match[2]) }) };
}

/** The length of a whole answer whose bytes come as they are. */
function lengthOf({ headers, status }: Response): number | undefined {
  const length = headers.get('content-length');
  return status === 206 || length === null || headers.get('content-encoding') ? undefined : Number(length);
}

const strong = (etag: string | null): string | undefined =>
  etag && !etag.startsWith('W/') ? etag : undefined;
