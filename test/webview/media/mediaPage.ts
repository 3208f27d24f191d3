/** Opens a viewer's page in Chromium, with a host of the tests at the other end of the wire; files are read by the real readers. */
import { build } from 'esbuild';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import type { Browser, Locator, Page } from 'playwright-core';
import { pageHtml } from '../../../src/annotate/pageHtml';
import { readMediaFile } from '../../../src/inference/process/media/read';
import { mediaView } from '../../../src/inference/process/media/views';
import { mediaKinds } from '../../../src/media/kinds';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { MediaAnswer, MediaTurn, ShownModality } from '../../../src/protocol/media';
import { askHere, mediaChanged, openMedia, showModels } from '../../../src/protocol/mediaPanel';
import { Endpoint } from '../../../src/protocol/rpc';
import type { ThemeName } from '../annotator/themes';
import { webviewScript } from '../annotator/webviewScript';

const origin = 'https://media.test';
const out = path.resolve('.cache/test/media');
const documentUri = 'file:///media/file';

/** Bundles the pages as the build does. */
export async function bundlePages(): Promise<void> {
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: Object.fromEntries(mediaKinds.map(({ page }) => [page, `webview/media/${page}/main.tsx`])),
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome128',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    outdir: out,
    logLevel: 'error',
  });
}

/** A message as an expression of JavaScript; arrays of numbers keep their kind, as VS Code passes them on. */
const expressionOf = (message: unknown) =>
  JSON.stringify(message, (_key, value: unknown) =>
    ArrayBuffer.isView(value)
      ? `array:${value.constructor.name}:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}`
      : value,
  ).replace(
    /"array:(\w+):([^"]*)"/g,
    'new $1(Uint8Array.from(atob("$2"), (char) => char.charCodeAt(0)).buffer)',
  );

export interface MediaPageOptions {
  modality: ShownModality;
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  theme?: ThemeName;
  /** Answers questions; without it no pack can. */
  answer?: (
    question: string | undefined,
    history: MediaTurn[],
    say: (text: string) => void,
    signal: AbortSignal,
  ) => Promise<string>;
}

export class MediaPage {
  readonly errors: string[] = [];
  /** How often the page has asked to see the models. */
  modelsShown = 0;
  private readonly endpoint: Endpoint;
  private receive: (message: unknown) => void = () => {};

  private constructor(
    readonly page: Page,
    readonly options: MediaPageOptions,
  ) {
    this.endpoint = new Endpoint(
      {
        post: (message) =>
          void page.evaluate(`window.postMessage(${expressionOf(message)}, '*')`).catch(() => undefined),
        listen: (onMessage) => {
          this.receive = onMessage;
          return () => (this.receive = () => {});
        },
      },
      { document: documentUri },
    );
    this.endpoint.handle(openMedia, async () => {
      const { name, bytes, modality } = this.options;
      return mediaView(await readMediaFile({ name, bytes }, modality));
    });
    this.endpoint.handle(
      askHere,
      async ({ question, history }, { signal, progress }): Promise<MediaAnswer> => {
        const { answer, name, modality } = this.options;
        if (!answer) throw new GroundnoteError('no-pack', 'No installed pack can describe this.');
        const text = await answer(
          question,
          history,
          (said) => progress({ phase: 'Writing', text: said }),
          signal,
        );
        const timings = { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 0 };
        return { media: { name, modality }, pack: { id: 'tests', version: '1' }, text, timings };
      },
    );
    this.endpoint.on(showModels, () => this.modelsShown++);
  }

  static async open(browser: Browser, options: MediaPageOptions): Promise<MediaPage> {
    const page = await browser.newPage({ viewport: { width: 900, height: 640 } });
    const opened = new MediaPage(page, options);
    page.on('pageerror', (error) => opened.errors.push(error.message));
    page.on('console', (line) => line.type() === 'error' && opened.errors.push(line.text()));
    await page.exposeFunction('toHost', (message: unknown) => opened.receive(message));
    await page.addInitScript({ content: webviewScript(options.theme ?? 'dark') });
    const kind = mediaKinds.find(({ modality }) => modality === options.modality);
    const view = kind?.page ?? '';
    await page.route(`${origin}/**`, (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      return name === ''
        ? route.fulfill({
            contentType: 'text/html',
            body: pageHtml({
              cspSource: origin,
              script: `${origin}/${view}.js`,
              style: `${origin}/${view}.css`,
              document: documentUri,
              view,
            }),
          })
        : route.fulfill({
            contentType: name.endsWith('.css') ? 'text/css' : 'text/javascript',
            body: readFileSync(path.join(out, name)),
          });
    });
    await page.goto(`${origin}/`);
    await page.locator('body[data-ready="true"]').waitFor({ state: 'attached' });
    return opened;
  }

  /** What is drawn, and takes keys. */
  get canvas(): Locator {
    return this.page.locator('.stage canvas');
  }

  get status(): Locator {
    return this.page.locator('.status');
  }

  /** Waits until the page has drawn at least once. */
  async drawn(): Promise<this> {
    await this.page.locator('body[data-drawn]').waitFor({ state: 'attached' });
    return this;
  }

  /** The file has changed: the page is told, and reads it again. */
  change(bytes: Uint8Array<ArrayBuffer>): void {
    this.options.bytes = bytes;
    this.endpoint.send(mediaChanged, {});
  }

  /** How many colours an element shows. */
  async colors(element: Locator = this.canvas): Promise<number> {
    const { data } = PNG.sync.read(await element.screenshot());
    const seen = new Set<number>();
    for (let i = 0; i < data.length; i += 4) seen.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
    return seen.size;
  }

  /** Makes the page anew, as VS Code does when a hidden panel is shown again: only its state is kept. */
  async hideAndShow(): Promise<void> {
    const state = await this.page.evaluate('JSON.stringify(acquireVsCodeApi().getState())');
    await this.page.addInitScript({ content: `window.stateBefore = ${String(state)};` });
    await this.page.reload();
    await this.page.locator('body[data-ready="true"]').waitFor({ state: 'attached' });
  }
}
