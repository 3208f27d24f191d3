/** Large pictures in the built page, with a tile server of the tests. */
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { tilesProgress } from '../../../src/protocol/tiles';
import { tileColor } from './fakeHost';
import type { PanelPage, PanelOptions } from './panelPage';
import { usePanel } from './usePanel';

const size = { width: 20_000, height: 15_000 };
let panel: PanelPage;
const openPanel = usePanel({ expected: /Failed to load resource|net::ERR/ });

async function open(options: Partial<PanelOptions> = {}): Promise<void> {
  panel = await openPanel({ size, tiles: { complete: true }, ...options });
  await panel.ready();
}

const sharp = () => panel.page.locator('body[data-tiles="sharp"]').waitFor({ state: 'attached' });

/** The canvas as the screen shows it. */
async function shot(): Promise<{ at(x: number, y: number): number[]; width: number; height: number }> {
  const png = PNG.sync.read(await panel.page.screenshot({ clip: await panel.canvasBox() }));
  return {
    width: png.width,
    height: png.height,
    at: (x, y) => [...png.data.subarray((y * png.width + x) * 4, (y * png.width + x) * 4 + 3)],
  };
}

/** Zooms in around a place of the canvas until the scale is shown as so many percent or more. */
async function zoomIn(times: number, [x, y]: [number, number]): Promise<void> {
  const box = await panel.canvasBox();
  await panel.page.mouse.move(box.x + x, box.y + y);
  for (let i = 0; i < times; i++) await panel.page.mouse.wheel(0, -200);
}

describe('a large picture', () => {
  it('shows the level that the screen needs, and no other once that is there', async () => {
    await open({ viewport: { width: 1300, height: 1000 } });
    await sharp();
    // Fitted into that, less the bars and the list, a level of 1250 × 938 is enough, and one of 625 × 469 is not.
    const levels = new Set(panel.host.tilesLoaded.map((file) => Number(file.split('/')[0])));
    expect([...levels].sort()).toEqual([4, 5]);
    const [red] = await panel.pixel([10_000, 7_500]);
    expect(red).toBe(tileColor(4, 0, 0)[0]);
    expect(panel.host.tilesNeeded).toEqual([]);
  });

  it('has no seams at any scale: every pixel has the colour of a tile', async () => {
    await open();
    await sharp();
    const seen = new Set<number>();
    const greens = new Set(Array.from({ length: 180 }, (_, i) => tileColor(0, i, 0)[1]));
    const blues = new Set(Array.from({ length: 180 }, (_, i) => tileColor(0, 0, i)[2]));
    for (let step = 0; step < 6; step++) {
      const box = await panel.canvasBox();
      await panel.page.mouse.move(box.x + 311, box.y + 207);
      await panel.page.mouse.wheel(0, -263);
      await panel.page.mouse.down({ button: 'middle' });
      await panel.page.mouse.move(box.x + 298.3, box.y + 199.6);
      await panel.page.mouse.up({ button: 'middle' });
      await sharp();
      await panel.page.evaluate(
        'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))',
      );
      const { at } = await shot();
      for (let y = 120; y < 320; y++)
        for (let x = 150; x < 500; x++) {
          const [red = 0, green = 0, blue = 0] = at(x, y);
          const level = (red - 40) / 20;
          seen.add(level);
          // Not a mixture with what lies below: each channel is one that tiles have.
          const isTile = Number.isInteger(level) && greens.has(green) && blues.has(blue);
          if (!isTile) throw new Error(`Pixel ${x}, ${y} is ${red}, ${green}, ${blue} at step ${step}.`);
        }
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  it('asks for tiles that are not made yet, shows the small copy meanwhile, and gives up what is out of view', async () => {
    panel = await openPanel({ size, tiles: { complete: false }, paint: () => [9, 99, 199] });
    let release = () => {};
    panel.host.tilesHold = new Promise((resolve) => (release = resolve));
    await panel.ready();
    await expect.poll(() => panel.host.tilesNeeded.length).toBeGreaterThan(0);
    expect(await panel.pixel([10_000, 7_500])).toEqual([9, 99, 199]);
    const before = panel.host.tilesNeeded.length;
    await zoomIn(8, [400, 300]);
    await expect.poll(() => panel.host.tilesGivenUp.length).toBeGreaterThan(0);
    await expect.poll(() => panel.host.tilesNeeded.length).toBeGreaterThan(before);
    release();
    await sharp();
    const given = new Set(panel.host.tilesGivenUp);
    expect(panel.host.tilesLoaded.some((file) => !given.has(file))).toBe(true);
    // When all are there, nobody is asked.
    panel.host.tilesComplete = true;
    panel.host.refresh();
    const loaded = panel.host.tilesLoaded.length;
    await zoomIn(4, [200, 200]);
    await sharp();
    const asked = new Set(panel.host.tilesNeeded);
    await expect
      .poll(() => panel.host.tilesLoaded.slice(loaded).filter((file) => !asked.has(file)).length)
      .toBeGreaterThan(0);
  });

  it('is there before its small copy, and says how far it is', async () => {
    panel = await openPanel({ size, tiles: { complete: false }, paint: () => [9, 99, 199] });
    panel.host.overview = false;
    panel.host.tilesHold = new Promise(() => {});
    await panel.canvas.waitFor();
    panel.host.send(tilesProgress, { phase: 'Reading the picture', fraction: 0.31 });
    const progress = panel.page.getByRole('progressbar', { name: 'Reading the picture' });
    await progress.waitFor();
    expect(await progress.textContent()).toBe('Reading the picture: 31 %');
    panel.host.overview = true;
    panel.host.refresh();
    await panel.ready();
    await expect.poll(() => panel.pixel([10_000, 7_500])).toEqual([9, 99, 199]);
    panel.host.send(tilesProgress, null);
    await progress.waitFor({ state: 'detached' });
  });

  it.each(['dark', 'light', 'highContrast'] as const)('says how far it is in the %s theme', async (theme) => {
    await open({ tiles: { complete: false }, theme, paint: (x, y) => [90 + ((x * y) % 40), 120, 110] });
    panel.host.send(tilesProgress, { phase: 'Preparing the picture', fraction: 0.62 });
    await panel.page.getByRole('progressbar', { name: 'Preparing the picture' }).waitFor();
    await panel.page.screenshot({ path: `out/annotator-tiles-${theme}.png` });
  });

  it('says what is wrong: over the picture when tiles fail, instead of it when there is nothing to show', async () => {
    await open({ tiles: { complete: false } });
    panel.host.send(tilesProgress, { problem: 'The disk is full.', fatal: false });
    await panel.page.getByText('The disk is full.').waitFor();
    expect(await panel.canvas.count()).toBe(1);
    panel.host.send(tilesProgress, { problem: '"a.jpg" is damaged.', fatal: true });
    await panel.page.getByText('"a.jpg" is damaged.').waitFor();
    expect(await panel.canvas.count()).toBe(0);
  });

  it('keeps a bounded number of tiles while it is panned all over', async () => {
    await open();
    await panel.page.evaluate(`
      window.bitmaps = { open: 0, most: 0 };
      const made = createImageBitmap;
      window.createImageBitmap = async (blob) => {
        const bitmap = await made(blob);
        bitmaps.most = Math.max(bitmaps.most, ++bitmaps.open);
        const close = bitmap.close.bind(bitmap);
        bitmap.close = () => (bitmaps.open--, close());
        return bitmap;
      };`);
    await zoomIn(7, [400, 300]);
    await sharp();
    const box = await panel.canvasBox();
    for (let i = 0; i < 16; i++) {
      await panel.page.mouse.move(box.x + 500, box.y + 300);
      await panel.page.mouse.down({ button: 'middle' });
      await panel.page.mouse.move(box.x + 60, box.y + (i % 2 ? 500 : 100), { steps: 3 });
      await panel.page.mouse.up({ button: 'middle' });
      await sharp();
    }
    const most = await panel.page.evaluate<number>('bitmaps.most');
    expect(most).toBeGreaterThan(40);
    expect(most).toBeLessThan(200);
  });
});
