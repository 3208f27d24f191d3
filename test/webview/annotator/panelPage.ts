/** Opens the side panel's page in Chromium, with a host of the tests at the other end of the wire. */
import { build } from 'esbuild';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { pageHtml } from '../../../src/annotate/pageHtml';
import { actionOfChord, type Chord } from '../../../src/protocol/actions';
import { FakeHost, type FakeHostOptions } from './fakeHost';
import type { ThemeName } from './themes';
import { webviewScript } from './webviewScript';

const origin = 'https://panel.test';
const out = path.resolve('.cache/test/annotator');

/** Bundles the page as the build does. */
export async function bundlePanel(): Promise<void> {
  mkdirSync(out, { recursive: true });
  await build({
    entryPoints: { annotator: 'webview/annotator/main.tsx' },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'chrome128',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.ttf': 'dataurl' },
    minify: true,
    outdir: out,
    logLevel: 'error',
  });
}

/** A message as an expression of JavaScript; bytes stay bytes, as VS Code passes them on. */
const expressionOf = (message: unknown) =>
  JSON.stringify(message, (_key, value: unknown) =>
    value instanceof Uint8Array ? `bytes:${Buffer.from(value).toString('base64')}` : value,
  ).replace(/"bytes:([^"]*)"/g, 'Uint8Array.from(atob("$1"), (char) => char.charCodeAt(0))');

export interface PanelOptions extends FakeHostOptions {
  theme?: ThemeName;
  viewport?: { width: number; height: number };
}

/** One open panel. */
export class PanelPage {
  readonly errors: string[] = [];

  private constructor(
    readonly page: Page,
    readonly host: FakeHost,
  ) {}

  static async open(browser: Browser, options: PanelOptions): Promise<PanelPage> {
    const page = await browser.newPage({ viewport: options.viewport ?? { width: 1000, height: 640 } });
    const host = new FakeHost((message) => {
      void page.evaluate(`window.postMessage(${expressionOf(message)}, '*')`).catch(() => undefined);
    }, options);
    const panel = new PanelPage(page, host);
    page.on('pageerror', (error) => panel.errors.push(error.message));
    page.on('console', (line) => line.type() === 'error' && panel.errors.push(line.text()));
    await page.exposeFunction('toHost', (message: unknown) => host.receive(message));
    // As VS Code does: a key that the page lets through is looked up, and its action sent back.
    await page.exposeFunction('toKeybindings', (chord: Chord) => {
      const action = actionOfChord(chord);
      if (action) host.act(action);
    });
    await page.addInitScript({ content: webviewScript(options.theme ?? 'dark', keybindings) });
    await page.route(`${origin}/**`, async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === '')
        return route.fulfill({
          contentType: 'text/html',
          body: pageHtml({
            cspSource: origin,
            script: `${origin}/annotator.js`,
            style: `${origin}/annotator.css`,
            document: host.document,
          }),
        });
      if (name === 'picture.png') return route.fulfill({ contentType: 'image/png', body: host.png });
      if (name.startsWith('tiles/'))
        return route
          .fulfill({ contentType: 'image/png', body: await host.tileImage(name.slice(6)) })
          .catch(() => undefined); // Given up meanwhile.
      return route.fulfill({
        contentType: name.endsWith('.css') ? 'text/css' : 'text/javascript',
        body: readFileSync(path.join(out, name)),
      });
    });
    await page.goto(`${origin}/`);
    return panel;
  }

  get canvas(): Locator {
    return this.page.locator('.canvas');
  }

  async ready(): Promise<this> {
    await this.page.locator('body[data-ready="true"]').waitFor({ state: 'attached' });
    return this;
  }

  /** Makes the page anew, as VS Code does when a hidden panel is shown again: only its state is kept. */
  async hideAndShow(): Promise<void> {
    const state = await this.page.evaluate('JSON.stringify(acquireVsCodeApi().getState())');
    await this.page.addInitScript({ content: `window.stateBefore = ${String(state)};` });
    await this.page.reload();
    await this.ready();
  }

  /** Waits until the model has answered and this many regions are there. */
  async regions(count: number): Promise<void> {
    await this.page
      .locator(`body[data-busy="false"][data-regions="${count}"]`)
      .waitFor({ state: 'attached', timeout: 10_000 });
  }

  /** Where a place of the picture lies on the page, when the picture is fitted (12 pixels margin, 8 × at most). */
  async fitted([x, y]: [number, number]): Promise<[number, number]> {
    const box = await this.canvasBox();
    const { width, height } = this.host.size;
    const scale = Math.min((box.width - 24) / width, (box.height - 24) / height, 8);
    return [
      box.x + (box.width - width * scale) / 2 + x * scale,
      box.y + (box.height - height * scale) / 2 + y * scale,
    ];
  }

  async canvasBox() {
    const box = await this.canvas.boundingBox();
    if (!box) throw new Error('The canvas has no box.');
    return box;
  }

  /**
   * Presses a key once what came before it is drawn (the keyboard may go elsewhere with it), and waits until its
   * action is done, if it has one: VS Code looks it up and sends it back.
   */
  async press(key: string): Promise<void> {
    const done = () =>
      this.page.evaluate<number>(
        'new Promise((tell) => requestAnimationFrame(() => tell(Number(document.body.dataset.actions ?? 0))))',
      );
    const [doneBefore, actedBefore] = [await done(), this.host.acted];
    await this.page.keyboard.press(key);
    // One more question to the page: the key has reached the host when it is answered.
    await done();
    const deadline = Date.now() + 10_000;
    while ((await done()) < doneBefore + this.host.acted - actedBefore)
      if (Date.now() > deadline) throw new Error(`The action of ${key} has not come back to the page.`);
  }

  /** Clicks a place of the fitted picture. */
  async click(place: [number, number], options: Parameters<Page['mouse']['click']>[2] = {}): Promise<void> {
    const [x, y] = await this.fitted(place);
    await this.page.mouse.click(x, y, options);
  }

  /** Drags through places of the fitted picture. */
  async drag(places: [number, number][]): Promise<void> {
    const points: [number, number][] = [];
    for (const place of places) points.push(await this.fitted(place));
    const [first, ...rest] = points as [[number, number], ...[number, number][]];
    await this.page.mouse.move(...first);
    await this.page.mouse.down();
    for (const point of rest) await this.page.mouse.move(...point, { steps: 5 });
    await this.page.mouse.up();
  }

  /** Colour of the pixel at a place of the fitted picture, as the screen shows it. */
  async pixel(place: [number, number]): Promise<[number, number, number]> {
    const [x, y] = await this.fitted(place);
    const { PNG } = await import('pngjs');
    const shot = PNG.sync.read(
      await this.page.screenshot({ clip: { x: Math.round(x), y: Math.round(y), width: 1, height: 1 } }),
    );
    return [shot.data[0] as number, shot.data[1] as number, shot.data[2] as number];
  }
}

/** Keys that nobody in the page has taken go to VS Code. */
const keybindings = `
    window.addEventListener('keydown', ({ key, code, ctrlKey, metaKey, shiftKey, altKey }) =>
      window.toKeybindings({ key, code, ctrlKey, metaKey, shiftKey, altKey }));
  `;
