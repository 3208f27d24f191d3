/** Our webviews inside VS Code: the preview of a note, and the side panel on a picture. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import type { Point } from '../../src/protocol/geometry';
import { fit } from '../../webview/annotator/canvas/viewport';

/** The visible webview, of ours or of VS Code's, that has such an element. VS Code puts each into a frame of its own frame. */
export async function webviewWith(page: Page, selector: string, timeout = 30_000): Promise<Frame> {
  for (const deadline = Date.now() + timeout; Date.now() < deadline; await sleep(100)) {
    for (const frame of page.frames().filter((each) => /fake\.html/.test(each.url()))) {
      try {
        if ((await frame.locator(selector).count()) > 0 && (await isShown(frame))) return frame;
      } catch {
        // The frame went away while it was asked.
      }
    }
  }
  throw new Error(`No visible webview matches ${selector}.`);
}

/** False for a webview behind another tab. */
async function isShown(frame: Frame): Promise<boolean> {
  const outer = await frame.parentFrame()?.frameElement();
  return (await outer?.isVisible()) ?? false;
}

export class PreviewFrame {
  private constructor(
    private readonly page: Page,
    readonly frame: Frame,
  ) {}

  static async find(page: Page, timeout = 30_000): Promise<PreviewFrame> {
    return new PreviewFrame(
      page,
      await webviewWith(page, 'body[data-groundnote-view="preview"][data-ready]', timeout),
    );
  }

  /** Waits until the note shows this text. */
  async waitForText(text: string | RegExp): Promise<void> {
    await this.frame.getByText(text).first().waitFor({ timeout: 15_000 });
  }

  /** A figure, by its address as the note writes it; scrolled to where it can be seen. */
  async figure(source: string): Promise<Locator> {
    const figure = this.frame.locator(`img[data-figure-source=${JSON.stringify(source)}]`).first();
    await figure.scrollIntoViewIfNeeded();
    return figure;
  }

  /** Right-clicks a figure and returns once VS Code's menu is open. */
  async figureMenu(source: string): Promise<void> {
    await (await this.figure(source)).click({ button: 'right' });
    await this.page.locator('.monaco-menu').waitFor();
  }
}

/** Red, green and blue, 0–255. */
export type Color = readonly [number, number, number];

/** The keys of the tools. */
const toolKeys = {
  select: 'v',
  point: 'p',
  box: 'b',
  stroke: 's',
  lasso: 'o',
  polygon: 'g',
  brush: 'k',
  eraser: 'e',
  measure: 'm',
} as const;

/** The side panel. Places are pixels of the picture, which must be fitted to the panel (as it is when opened). */
export class AnnotatorFrame {
  private constructor(
    private readonly page: Page,
    readonly frame: Frame,
  ) {}

  /** The panel that shows a picture, or says why it cannot; with `name`, the one of that file. */
  static async find(page: Page, name?: string, timeout = 30_000): Promise<AnnotatorFrame> {
    const document = name ? `[data-document$="/${encodeURIComponent(name)}"]` : '';
    const selector = `body[data-groundnote-view="annotator"]${document}:is([data-ready], :has(.error-page))`;
    return new AnnotatorFrame(page, await webviewWith(page, selector, timeout));
  }

  private get body(): Locator {
    return this.frame.locator('body');
  }
  private get canvas(): Locator {
    return this.frame.locator('.canvas');
  }

  /** How many regions the picture has. */
  async regions(): Promise<number> {
    return Number(await this.body.getAttribute('data-regions'));
  }

  /** Waits for this many regions, with nothing under way. */
  async waitForRegions(count: number, timeout = 30_000): Promise<void> {
    await this.waitForBody(`[data-regions="${count}"][data-busy="false"]`, timeout);
  }

  async waitUntilIdle(timeout = 30_000): Promise<void> {
    await this.waitForBody('[data-busy="false"]', timeout);
  }

  async waitUntilBusy(timeout = 10_000): Promise<void> {
    await this.waitForBody('[data-busy="true"]', timeout);
  }

  /** All that the panel says. */
  async text(): Promise<string> {
    return this.body.innerText();
  }

  async waitForText(pattern: RegExp, timeout = 30_000): Promise<void> {
    await this.frame.getByText(pattern).first().waitFor({ timeout });
  }

  /** Waits for a bar over the picture with this text, and returns all of it. */
  async waitForNotice(pattern: RegExp, timeout = 30_000): Promise<string> {
    const message = this.frame.locator('.notice .message').filter({ hasText: pattern }).first();
    await message.waitFor({ timeout });
    return message.innerText();
  }

  /** Gives the panel the keyboard. */
  async focus(): Promise<void> {
    // A click that only brings the keyboard does nothing else; one that comes to a focused panel must not draw.
    if (!(await this.frame.evaluate<boolean>('document.hasFocus()')))
      await this.canvas.click({ position: { x: 3, y: 3 } });
    await this.canvas.focus();
  }

  /** Chooses a tool by its key. */
  async tool(name: keyof typeof toolKeys): Promise<void> {
    await this.focus();
    await this.press(toolKeys[name]);
    await this.frame.locator(`.canvas.tool-${name}`).waitFor();
  }

  /** The next prompt begins a new region. */
  async finishRegion(): Promise<void> {
    await this.focus();
    await this.press('n');
  }

  /** Presses the key of an action, and waits until it was done: VS Code looks it up and sends it back. */
  async press(key: string): Promise<void> {
    const body = this.frame.locator('body');
    const before = Number((await body.getAttribute('data-actions')) ?? 0);
    await this.page.keyboard.press(key);
    await this.frame.locator(`body[data-actions="${before + 1}"]`).waitFor({ state: 'attached' });
  }

  async clickImage(x: number, y: number, options: { button?: 'left' | 'right' } = {}): Promise<void> {
    await this.focus();
    const [at] = await this.pagePoints([[x, y]]);
    await this.page.mouse.click(...(at as Point), options);
  }

  /** Presses at one place, moves, and lets go at another: a box, or a stroke. */
  async dragImage(from: Point, to: Point, steps = 4): Promise<void> {
    await this.focus();
    const [start, end] = (await this.pagePoints([from, to])) as [Point, Point];
    await this.page.mouse.move(...start);
    await this.page.mouse.down();
    await this.page.mouse.move(...end, { steps });
    await this.page.mouse.up();
  }

  /** What the screen shows at places of the picture. */
  async colors(places: readonly Point[]): Promise<Color[]> {
    // The pointer's own marks are not what is looked at.
    await this.page.mouse.move(400, 5);
    await sleep(150);
    const points = await this.pagePoints(places);
    const { data, info } = await sharp(await this.page.screenshot())
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return points.map(([x, y]) => {
      const at = (Math.floor(y) * info.width + Math.floor(x)) * 3;
      return [data[at] as number, data[at + 1] as number, data[at + 2] as number];
    });
  }

  private async waitForBody(selector: string, timeout: number): Promise<void> {
    try {
      await this.frame.locator(`body${selector}`).waitFor({ state: 'attached', timeout });
    } catch (cause) {
      const text = (await this.text().catch(() => '')).replaceAll('\n', ' | ').slice(0, 500);
      throw new Error(`The panel did not become ${selector}. It says: ${text}`, { cause });
    }
  }

  /** From pixels of the picture to CSS pixels of the window. */
  private async pagePoints(places: readonly Point[]): Promise<Point[]> {
    const label = (await this.canvas.getAttribute('aria-label')) ?? '';
    const size = /(\d+) by (\d+) pixels/.exec(label);
    const box = await this.canvas.boundingBox();
    if (!size || !box) throw new Error('The panel shows no picture.');
    const view = fit({ width: Number(size[1]), height: Number(size[2]) }, box);
    return places.map(([x, y]) => [box.x + view.x + x * view.scale, box.y + view.y + y * view.scale]);
  }
}
