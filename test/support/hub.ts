/**
 * A hub on the loopback that speaks the real hub's API, for tests: repositories with large files kept elsewhere (another
 * origin, to which no credential may go), pages, ranges, ETags, gates; and faults on request.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlayedRepo {
  /** As the card names it; `other` goes with a name and a link. */
  license?: string;
  licenseName?: string;
  licenseLink?: string;
  /** Its files are only for those who have accepted its terms (whose token is `token`). */
  gated?: boolean;
  /** It is there only for those with `token`. */
  private?: boolean;
  files: Record<string, Buffer | string>;
}

/** What goes wrong with one answer. */
export type Fault =
  | { status: number; headers?: Record<string, string> }
  /** The connection breaks after so many bytes of the body. */
  | { cutAfter: number }
  /** Nothing more comes after so many bytes of the body, and the connection stays. */
  | { stallAfter: number }
  /** Some of the bytes are others. */
  | { corrupt: true }
  /** Nothing is answered at all. */
  | { silent: true };

export interface PlayedRequest {
  method: string;
  /** Decoded, without the query. */
  path: string;
  /** `store` is where large files lie. */
  at: 'hub' | 'store';
  authorization?: string;
  range?: string;
  ifRange?: string;
}

export interface PlayedHub {
  readonly url: string;
  readonly storeUrl: string;
  /** All that was asked, in order. */
  readonly requests: PlayedRequest[];
  /** The token that opens private and gated repositories. */
  readonly token: string;
  setRepo(name: string, repo: PlayedRepo): void;
  /** The next `times` requests for which `matches` holds go wrong. */
  fail(matches: (request: PlayedRequest) => boolean, fault: Fault, times?: number): void;
  /** How answers are given. */
  readonly manner: {
    /** Ranges are not known: every answer is the whole file. */
    noRange: boolean;
    /** Large files have no ETag. */
    noEtag: boolean;
    /** Milliseconds between parts of 64 kB; 0: at once. */
    pauseMs: number;
    /** Files in a page of a listing. */
    page: number;
  };
  /** Bytes of bodies that were sent, by path. */
  readonly sent: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

interface Kept {
  bytes: Buffer;
  isLarge: boolean;
  sha256: string;
  gitOid: string;
}

const partBytes = 64 << 10;

export async function playHub(): Promise<PlayedHub> {
  const repos = new Map<string, PlayedRepo & { kept: Map<string, Kept>; commit: string }>();
  const requests: PlayedRequest[] = [];
  const sent = new Map<string, number>();
  const faults: { matches: (request: PlayedRequest) => boolean; fault: Fault; times: number }[] = [];
  const manner = { noRange: false, noEtag: false, pauseMs: 0, page: 3 };
  const token = 'hf_played';

  const faultOf = (request: PlayedRequest): Fault | undefined => {
    const found = faults.find((each) => each.times > 0 && each.matches(request));
    if (found) found.times--;
    return found?.fault;
  };

  const receive = (at: 'hub' | 'store', answer: (asked: Asked) => Promise<void> | void) => {
    const server = createServer((message, response) => {
      const url = new URL(message.url ?? '/', 'http://played');
      const { authorization, range, 'if-range': ifRange } = message.headers;
      const request: PlayedRequest = {
        method: message.method ?? 'GET',
        path: decodeURIComponent(url.pathname),
        at,
        ...(authorization !== undefined && { authorization }),
        ...(range !== undefined && { range }),
        ...(typeof ifRange === 'string' && { ifRange }),
      };
      requests.push(request);
      const fault = faultOf(request);
      if (fault && 'silent' in fault) return;
      if (fault && 'status' in fault) {
        response.writeHead(fault.status, fault.headers).end();
        return;
      }
      void answer({ message, response, url, request, fault });
    });
    return listen(server);
  };

  interface Asked {
    message: IncomingMessage;
    response: ServerResponse;
    url: URL;
    request: PlayedRequest;
    fault?: Fault;
  }

  /** Sends a file, or the part of it that is asked for. */
  async function sendFile({ response, request, fault }: Asked, file: Kept, headers: Record<string, string>) {
    const etag = headers.ETag;
    const start = /^bytes=(\d+)-$/.exec(request.range ?? '')?.[1];
    const fits = request.ifRange === undefined || request.ifRange === etag;
    const from = start !== undefined && fits && !manner.noRange ? Number(start) : 0;
    const size = file.bytes.length;
    if (from >= size && from > 0) {
      response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
      return;
    }
    const isPart = start !== undefined && fits && !manner.noRange;
    response.writeHead(isPart ? 206 : 200, {
      ...headers,
      'Content-Length': String(size - from),
      ...(!manner.noRange && { 'Accept-Ranges': 'bytes' }),
      ...(isPart && { 'Content-Range': `bytes ${from}-${size - 1}/${size}` }),
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    let bytes = file.bytes.subarray(from);
    if (fault && 'corrupt' in fault) {
      bytes = Buffer.from(bytes);
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    }
    const limit =
      fault && 'cutAfter' in fault
        ? fault.cutAfter
        : fault && 'stallAfter' in fault
          ? fault.stallAfter
          : Infinity;
    for (let at = 0; at < bytes.length && at < limit && !response.destroyed; at += partBytes) {
      const part = bytes.subarray(at, Math.min(at + partBytes, limit));
      sent.set(request.path, (sent.get(request.path) ?? 0) + part.length);
      if (!response.write(part)) await written(response);
      if (manner.pauseMs) await new Promise((resolve) => setTimeout(resolve, manner.pauseMs));
    }
    if (limit >= bytes.length) response.end();
    else if (fault && 'cutAfter' in fault) setImmediate(() => response.destroy());
  }

  const store = await receive('store', async (asked) => {
    const [, sha256] = asked.request.path.split('/');
    const file = [...repos.values()]
      .flatMap((repo) => [...repo.kept.values()])
      .find((each) => each.sha256 === sha256);
    // As the real one does with credentials of somebody else.
    if (asked.request.authorization !== undefined || !file) asked.response.writeHead(400).end();
    else await sendFile(asked, file, manner.noEtag ? {} : { ETag: `"store-${sha256}"` });
  });

  const hub = await receive('hub', async (asked) => {
    const { message, response, url, request } = asked;
    const json = (value: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(200, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
    const refuse = (status: number, code: string) =>
      response
        .writeHead(status, { 'X-Error-Code': code, 'Content-Type': 'application/json' })
        .end(JSON.stringify({ error: code }));
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree|paths-info)\/([^/]+)$/.exec(request.path);
    const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(request.path);
    const name = api?.[1] ?? resolve?.[1] ?? '';
    const revision = api?.[3] ?? resolve?.[2] ?? '';
    const repo = repos.get(name);
    const isKnown = request.authorization === `Bearer ${token}`;
    if (!repo || (repo.private && !isKnown)) return void refuse(401, 'RepoNotFound');
    if (revision !== 'main' && revision !== repo.commit) return void refuse(404, 'RevisionNotFound');
    const listed = ([path, file]: [string, Kept]) => ({
      type: 'file',
      path,
      size: file.bytes.length,
      oid: file.gitOid,
      ...(file.isLarge && { lfs: { oid: file.sha256, size: file.bytes.length, pointerSize: 134 } }),
    });
    if (api?.[2] === 'revision') {
      json({
        _id: 'played',
        id: name,
        sha: repo.commit,
        private: repo.private ?? false,
        gated: repo.gated ? 'auto' : false,
        downloads: 0,
        likes: 0,
        lastModified: '2026-01-01T00:00:00.000Z',
        tags: [...(repo.license ? [`license:${repo.license}`] : [])],
        cardData: { license: repo.license, license_name: repo.licenseName, license_link: repo.licenseLink },
      });
    } else if (api?.[2] === 'tree') {
      const all = [...repo.kept].map(listed);
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const next = from + manner.page;
      url.searchParams.set('cursor', String(next));
      const link = `<${hub.url}${url.pathname}${url.search}>; rel="next"`;
      json(all.slice(from, next), next < all.length ? { Link: link } : {});
    } else if (api?.[2] === 'paths-info') {
      const { paths } = JSON.parse(await text(message)) as { paths: string[] };
      json([...repo.kept].filter(([path]) => paths.includes(path)).map(listed));
    } else {
      const file = repo.kept.get(resolve?.[3] ?? '');
      if (repo.gated && !isKnown) return void refuse(request.authorization ? 403 : 401, 'GatedRepo');
      if (!file) return void refuse(404, 'EntryNotFound');
      const linked = {
        'X-Repo-Commit': repo.commit,
        'X-Linked-Size': String(file.bytes.length),
        'X-Linked-ETag': `"${file.isLarge ? file.sha256 : file.gitOid}"`,
      };
      if (file.isLarge)
        response
          .writeHead(302, { ...linked, Location: `${store.url}/${file.sha256}?signature=played` })
          .end();
      else await sendFile(asked, file, { ...linked, ETag: `"${file.gitOid}"` });
    }
  });

  return {
    url: hub.url,
    storeUrl: store.url,
    requests,
    sent,
    token,
    manner,
    setRepo(name, repo) {
      const kept = new Map(
        Object.entries(repo.files).map(([path, content]) => [path, keep(path, Buffer.from(content))]),
      );
      const commit = createHash('sha1')
        .update(JSON.stringify([...kept].map(([path, { sha256 }]) => [path, sha256])))
        .digest('hex');
      repos.set(name, { ...repo, kept, commit });
    },
    fail: (matches, fault, times = 1) => void faults.push({ matches, fault, times }),
    async close() {
      await Promise.all([hub.close(), store.close()]);
    },
  };
}

function keep(path: string, bytes: Buffer): Kept {
  return {
    bytes,
    isLarge: /\.(onnx|onnx_data|bin|safetensors|zip|tgz)$/.test(path),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    gitOid: createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex'),
  };
}

async function listen(server: Server): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Waits until more can be written, or nobody reads any more. */
function written(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const on = () => {
      response.off('drain', on).off('close', on);
      resolve();
    };
    response.on('drain', on).on('close', on);
  });
}

async function text(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
