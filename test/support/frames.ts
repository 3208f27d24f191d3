/** Our webviews inside VS Code: the preview of a note, and the side panel on a picture. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Frame, Locator, Page } from 'playwright-core';

/** The frame of the visible webview of ours that is ready. VS Code puts each into a frame of its own frame. */
async function findFrame(page: Page, view: string, timeout: number): Promise<Frame> {
  const selector = `body[data-groundnote-view="${view}"][data-ready]`;
  for (const deadline = Date.now() + timeout; Date.now() < deadline; await sleep(100)) {
    for (const frame of page.frames().filter((each) => /fake\.html/.test(each.url()))) {
      try {
        if ((await frame.locator(selector).count()) > 0 && (await isShown(frame))) return frame;
      } catch {
        // The frame went away while it was asked.
      }
    }
  }
  throw new Error(`No ${view} of Groundnote is ready.`);
}

/** False for a webview behind another tab. */
async function isShown(frame: Frame): Promise<boolean> {
  const outer = await frame.parentFrame()?.frameElement();
  return (await outer?.isVisible()) ?? false;
}

abstract class WebviewFrame {
  constructor(
    protected readonly page: Page,
    readonly frame: Frame,
  ) {}

  get body(): Locator {
    return this.frame.locator('body');
  }

  /** What the webview shows, as PNG. */
  async screenshot(): Promise<Buffer> {
    const outer = await this.frame.parentFrame()?.frameElement();
    if (!outer) throw new Error('The webview is gone.');
    return outer.screenshot();
  }
}

export class PreviewFrame extends WebviewFrame {
  static async find(page: Page, timeout = 30_000): Promise<PreviewFrame> {
    return new PreviewFrame(page, await findFrame(page, 'preview', timeout));
  }

  /** Waits until the note shows this text. */
  async waitForText(text: string | RegExp): Promise<void> {
    await this.frame.getByText(text).first().waitFor({ timeout: 15_000 });
  }
}

export class AnnotatorFrame extends WebviewFrame {
  static async find(page: Page, timeout = 30_000): Promise<AnnotatorFrame> {
    return new AnnotatorFrame(page, await findFrame(page, 'annotator', timeout));
  }
}
