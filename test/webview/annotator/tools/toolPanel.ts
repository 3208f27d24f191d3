/** A panel as the tests of tools use it. */
import type { CDPSession } from 'playwright-core';
import { expect } from 'vitest';
import type { Annotation } from '../../../../src/protocol/annotator';
import type { Geometry, Point } from '../../../../src/protocol/geometry';
import { patchOfGeometry, type Patch } from '../../../../src/protocol/raster';
import type { PanelOptions, PanelPage } from '../panelPage';
import { usePanel } from '../usePanel';

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
    for (const key of keys) await this.panel.press(key);
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
export function useToolPanel(): (options?: PanelOptions) => Promise<ToolPanel> {
  const open = usePanel();
  return async (options) => new ToolPanel(await (await open(options)).ready());
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
