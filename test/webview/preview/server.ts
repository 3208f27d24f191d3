/** The built page of the preview, served over HTTP with the policy that VS Code gets from the host. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { previewPageHtml } from '../../../src/notes/preview/pageHtml';
import type { NoteSplice } from '../../../src/protocol/preview';
import { contentSecurityPolicy } from '../../../src/notes/preview/pagePolicy';
import { folder, pageTheme, type ThemeName } from './page';

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.html': 'text/html; charset=utf-8',
};

/** A one-pixel picture that stands for every figure of a note. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export interface PageServer {
  /** `http://127.0.0.1:PORT`, which is also the policy's own source. */
  origin: string;
  nonce: string;
  policy: string;
  /** Paths that the page asked for, oldest first. */
  asked: string[];
  close(): Promise<void>;
}

/** What the host plays, before the page's script runs: it answers the first question with these splices. */
export const hostScript = (splices: readonly NoteSplice[]) => `{
  window.posted = [];
  window.acquireVsCodeApi = () => ({
    postMessage(message) {
      window.posted.push(message);
      if (message.kind !== 'request') return;
      window.postMessage({ kind: 'result', id: message.id, result: {} }, '*');
      if (message.channel !== 'previewReady') return;
      for (const params of ${JSON.stringify(splices)})
        window.postMessage({ kind: 'event', channel: 'noteSpliced', document: 'file:///note.md', params }, '*');
    },
    getState: () => undefined,
    setState: () => undefined,
  });
}`;

/** Serves `/` as the host's page in a theme, `/page.html` as `exported()`, pictures under `/figures/`. */
export async function servePage(
  options: { theme?: ThemeName; exported?: () => string } = {},
): Promise<PageServer> {
  const theme = options.theme ?? 'vscode-light';
  const nonce = 'dGhlIHRlc3Qgbm9uY2U';
  const asked: string[] = [];
  let policy = '';
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    // The browser asks for an icon by itself.
    if (pathname === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    asked.push(pathname);
    const reply = (body: string | Buffer, type: string) => {
      response.writeHead(200, { 'content-type': type }).end(body);
    };
    if (pathname === '/') {
      reply(
        previewPageHtml({
          note: 'file:///note.md',
          title: 'Preview note.md',
          address: (name) => `/${name}`,
          policy,
          nonce,
          theme: pageTheme(theme),
        }),
        'text/html; charset=utf-8',
      );
    } else if (pathname === '/page.html') reply(options.exported?.() ?? '', 'text/html; charset=utf-8');
    else if (pathname.startsWith('/figures/')) reply(pixel, 'image/png');
    else {
      try {
        const file = path.join(folder, path.posix.normalize(pathname));
        reply(readFileSync(file), types[path.extname(file)] ?? 'application/octet-stream');
      } catch {
        response.writeHead(404).end();
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  policy = contentSecurityPolicy(origin, nonce);
  return {
    origin,
    nonce,
    policy,
    asked,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
