/** Servers that a test plays on the loopback: each answers as its handler says, well or badly. */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSigned } from './certificate';

export interface PlayedRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  json: () => unknown;
}

export type Play = (
  request: PlayedRequest,
  response: http.ServerResponse,
  count: number,
) => void | Promise<void>;

export interface PlayedServer {
  url: string;
  requests: PlayedRequest[];
  /** Resolves when so many requests have come. */
  came(count: number): Promise<void>;
  /** Resolves when the connection of a request was closed by the other side. */
  left: Promise<void>;
  close(): Promise<void>;
}

export async function playServer(play: Play, { tls = false, port = 0 } = {}): Promise<PlayedServer> {
  const requests: PlayedRequest[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let leave: () => void = () => {};
  const left = new Promise<void>((resolve) => (leave = resolve));
  const answer = (request: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = [];
    response.on('close', () => {
      if (!response.writableFinished) leave();
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method = '', url: path = '', headers } = request;
      const played = { method, path, headers, body, json: () => JSON.parse(body.toString()) as unknown };
      requests.push(played);
      for (const each of waiting) if (requests.length >= each.count) each.resolve();
      void play(played, response, requests.length);
    });
  };
  const server = tls ? https.createServer(selfSigned('another.example'), answer) : http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    came: (count) =>
      new Promise((resolve) => (requests.length >= count ? resolve() : waiting.push({ count, resolve }))),
    left,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function sendJson(response: http.ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
