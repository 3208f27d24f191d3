/** The built page of the preview in Chromium, with a host that the test plays. */
import { build } from 'esbuild';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { previewPageHtml } from '../../../src/notes/preview/pageHtml';
import { previewBuilds } from '../../../scripts/lib/previewBuilds.mjs';
import type { FirstSplice, NoteSplice } from '../../../src/protocol/preview';
// What VS Code 1.100 sets on the page in its default themes.
import themes from './themes.json';

const require = createRequire(import.meta.url);
/** Where the page is built. */
export const folder = path.resolve('.cache/test/preview');

/** Bundles the page as the product's build does, into a folder of its own. */
export async function buildPage(): Promise<void> {
  mkdirSync(path.join(folder, 'katex'), { recursive: true });
  const common = {
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome128',
    outdir: folder,
    logLevel: 'error',
  } as const;
  await Promise.all(previewBuilds.map((options) => build({ ...common, ...options })));
  const katex = path.join(path.dirname(require.resolve('katex/package.json')), 'dist');
  cpSync(path.join(katex, 'katex.min.css'), path.join(folder, 'katex/katex.min.css'));
  cpSync(path.join(katex, 'fonts'), path.join(folder, 'katex/fonts'), { recursive: true });
}

/** What the page posted, oldest first. */
export interface Posted {
  kind: string;
  id?: number;
  channel?: string;
  params?: Record<string, unknown>;
}

/** The class that VS Code gives the page in a theme. */
export type ThemeName = keyof typeof themes;

/** What VS Code adds to the page in a theme: a class on the body and colours on the root. */
export const pageTheme = (theme: ThemeName) => ({
  name: theme === 'vscode-high-contrast-light' ? `${theme} vscode-high-contrast` : theme,
  style: Object.entries(themes[theme])
    .map(([name, value]) => `--vscode-${name}:${value}`)
    .join(';'),
});

export interface PageOptions {
  width?: number;
  theme?: ThemeName;
  /** What `getState` gives: the page came back after a reload. */
  state?: unknown;
  /** A channel that the host answers with an error. */
  failing?: string;
  /** What comes with the page. */
  first?: FirstSplice;
  /** A channel that the test itself answers. */
  silent?: string;
}

/** Opens the page; `note` is what it gets when it asks for the note, undefined leaves it without an answer. */
export async function openPage(
  browser: Browser,
  note: readonly NoteSplice[] | undefined,
  options: PageOptions = {},
): Promise<Page> {
  const theme = options.theme ?? 'vscode-light';
  const page = await browser.newPage({ viewport: { width: options.width ?? 700, height: 900 } });
  await page.addInitScript(
    `{
      const splices = ${JSON.stringify(note) ?? 'undefined'};
      let kept = ${JSON.stringify(options.state) ?? 'undefined'};
      window.posted = [];
      window.acquireVsCodeApi = () => ({
        postMessage(message) {
          window.posted.push(message);
          if (message.kind !== 'request') return;
          if (message.channel === ${JSON.stringify(options.failing ?? '')}) {
            const error = { code: 'not-found', message: 'It failed.' };
            window.postMessage({ kind: 'error', id: message.id, error }, '*');
            return;
          }
          if (message.channel === ${JSON.stringify(options.silent ?? '')}) return;
          if (message.channel === 'previewReady' && !splices) return;
          window.postMessage({ kind: 'result', id: message.id, result: {} }, '*');
          if (message.channel !== 'previewReady') return;
          for (const params of splices)
            window.postMessage({ kind: 'event', channel: 'noteSpliced', document: 'file:///note.md', params }, '*');
        },
        getState: () => kept,
        setState: (next) => (kept = next),
      });
    }`,
  );
  const file = path.join(folder, `${theme}.html`);
  writeFileSync(
    file,
    previewPageHtml({
      note: 'file:///note.md',
      title: 'Preview note.md',
      address: (name) => name,
      theme: pageTheme(theme),
      ...(options.first && { first: options.first }),
    }),
  );
  await page.goto(String(pathToFileURL(file)));
  if (note) await page.waitForSelector('body[data-ready="true"]');
  return page;
}

/** Runs code of the page: a string, since the tests are compiled without the browser's types. */
export const inPage = <T>(page: Page, code: string): Promise<T> => page.evaluate<T>(code);

/** Sends a message as the host does. */
export const post = (page: Page, message: object): Promise<void> =>
  inPage(page, `window.postMessage(${JSON.stringify(message)}, '*')`);

/** Sends an event as the host does. */
export const send = (page: Page, channel: string, params: unknown): Promise<void> =>
  post(page, { kind: 'event', channel, document: 'file:///note.md', params });

/** Sends changes of the note, as {@link NoteFeed} gives them. */
export async function sendSplices(page: Page, splices: readonly NoteSplice[]): Promise<void> {
  for (const splice of splices) await send(page, 'noteSpliced', splice);
}

/** The messages of a channel that the page has posted. */
export const posted = (page: Page, channel: string): Promise<Posted[]> =>
  inPage(page, `window.posted.filter((message) => message.channel === ${JSON.stringify(channel)})`);
