/** One panel at a time for the tests of tools, with a check that the page had no error. */
import { mkdirSync } from 'node:fs';
import type { Browser, CDPSession } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Annotation } from '../../../../src/protocol/annotator';
import type { Geometry, Point } from '../../../../src/protocol/geometry';
import { patchOfGeometry, type Patch } from '../../../../src/protocol/raster';
import { launchBrowser } from '../../../support/chromium';
import { bundlePanel, PanelPage, type PanelOptions } from '../panelPage';

/** Half a picture pixel at the scales of these tests, and half a screen pixel. */
const tolerance = 1;

export class ToolPanel {
  constructor(readonly panel: PanelPage) {}

  get page() {
    return this.panel.page;
  }
  get host() {
    return this.panel.host;
  }

  /** The region of this id, or the only one. */
  region(id?: string): Annotation | undefined {
    return id === undefined ? this.host.model.annotations[0] : this.host.model.find(id);
  }

  /** Waits for so many undo steps since the panel was opened. */
  async edits(count: number): Promise<void> {
    await expect.poll(() => this.host.edits.length).toBe(count);
  }

  async key(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Clicks places with keys held. */
  async clickWith(held: 'Control' | 'Shift' | 'Alt', ...places: Point[]): Promise<void> {
    await this.page.keyboard.down(held);
    for (const place of places) await this.panel.click(place);
    await this.page.keyboard.up(held);
  }

  async dragWith(held: 'Control' | 'Shift' | 'Alt', places: Point[]): Promise<void> {
    await this.page.keyboard.down(held);
    await this.panel.drag(places);
    await this.page.keyboard.up(held);
  }

  async status(pattern: RegExp): Promise<void> {
    await this.page.locator('.status', { hasText: pattern }).waitFor();
  }

  async move(place: Point): Promise<void> {
    await this.page.mouse.move(...(await this.panel.fitted(place)));
  }

  /** Gives the picture the keyboard without a click. */
  async canvasFocus(): Promise<void> {
    await this.panel.canvas.focus();
  }

  /** Whether a pixel of the picture belongs to a region. */
  covers(annotation: Annotation | undefined, [x, y]: Point): boolean {
    const patch = annotation && this.patch(annotation.geometry);
    if (!patch) return false;
    const [column, row] = [x - patch.x, y - patch.y];
    const inside = column >= 0 && row >= 0 && column < patch.width && row < patch.height;
    return inside && patch.data[row * patch.width + column] === 1;
  }

  patch(geometry: Geometry): Patch | undefined {
    return patchOfGeometry(geometry, this.host.size);
  }

  /** A pen, which Playwright has not. */
  async pen(): Promise<
    (type: string, place: Point, pressure?: number, button?: 'left' | 'right') => Promise<void>
  > {
    const session: CDPSession = await this.page.context().newCDPSession(this.page);
    return async (type, place, pressure = 0.5, button = 'left') => {
      const [x, y] = await this.panel.fitted(place);
      await session.send('Input.dispatchMouseEvent', {
        type: type as 'mousePressed',
        x,
        y,
        button,
        buttons: type === 'mouseReleased' ? 0 : button === 'left' ? 1 : 2,
        clickCount: 1,
        pointerType: 'pen',
        force: pressure,
      });
    };
  }
}

/** Registers what surrounds the tests of a file. */
export function usePanel(): (options?: PanelOptions) => Promise<ToolPanel> {
  let browser: Browser;
  let panel: PanelPage | undefined;
  beforeAll(async () => {
    mkdirSync('out', { recursive: true });
    await bundlePanel();
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const errors = panel?.errors ?? [];
    await panel?.page.close();
    panel = undefined;
    expect(errors).toEqual([]);
  });
  return async (options = {}) => {
    panel = await (await PanelPage.open(browser, options)).ready();
    return new ToolPanel(panel);
  };
}

export const expectNear = (actual: Point | undefined, [x, y]: Point, within = tolerance) => {
  expect(Math.abs((actual?.[0] ?? NaN) - x)).toBeLessThan(within);
  expect(Math.abs((actual?.[1] ?? NaN) - y)).toBeLessThan(within);
};

export const byUser = { provenance: { by: 'user' as const } };
export const square = (x1: number, y1: number, x2: number, y2: number): Point[] => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
];
