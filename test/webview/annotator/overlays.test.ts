import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../src/protocol/annotator';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { Point, Size } from '../../../src/protocol/geometry';
import { encodeRle, rleBox, rleFromRuns } from '../../../src/protocol/rle';
import { discRadius, otherDiscRadius, otherPack, packs } from './fakeHost';
import type { PanelPage, PanelOptions } from './panelPage';
import { usePanel } from './usePanel';
import type { ThemeName } from './themes';

let panel: PanelPage;
const openPanel = usePanel();

const open = async (options: PanelOptions = {}) => (panel = await (await openPanel(options)).ready());

/** Waits until all that is in view is drawn, at the scale of the view. */
const painted = () => panel.page.locator('.canvas[data-painted="true"]').waitFor();
const fact = async (name: string) => Number(await panel.canvas.getAttribute(`data-${name}`));

type Color = readonly number[];
const grey: Color = [128, 128, 128];
const isNear = (actual: Color, expected: Color, by = 6) =>
  actual.every((value, i) => Math.abs(value - (expected[i] as number)) <= by);
/** `share` of a colour over grey. */
const over = (color: Color, share: number): Color =>
  color.map((value, i) => value * share + (grey[i] as number) * (1 - share));
const expectPixel = (place: Point, color: Color, by?: number) =>
  expect
    .poll(async () => isNear(await panel.pixel(place), color, by) || (await panel.pixel(place)))
    .toBe(true);
/** A thin line of this colour goes by the place, within two pixels of the screen. */
const expectLine = (place: Point, color: Color) =>
  expect
    .poll(async () => {
      const [x, y] = (await panel.fitted(place)).map(Math.round) as [number, number];
      const { data } = PNG.sync.read(
        await panel.page.screenshot({ clip: { x: x - 2, y: y - 2, width: 5, height: 5 } }),
      );
      return Array.from({ length: 25 }, (_, i) => [...data.subarray(i * 4, i * 4 + 3)] as Color).some(
        (seen) => isNear(seen, color, 70),
      );
    })
    .toBe(true);

const red: Color = [255, 0, 0];
const blue: Color = [0, 0, 255];
const green: Color = [0, 255, 0];
const hex = (color: Color) => `#${color.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
const user = { provenance: { by: 'user' } } as const;

function disc(size: Size, [cx, cy]: Point, radius: number) {
  const data = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++)
      data[y * size.width + x] = +((x + 0.5 - cx) ** 2 + (y + 0.5 - cy) ** 2 <= radius * radius);
  return encodeRle({ ...size, data });
}

const square = (x: number, y: number, side: number): Point[] => [
  [x, y],
  [x + side, y],
  [x + side, y + side],
  [x, y + side],
];

const small: Size = { width: 400, height: 200 };
const mask: Annotation = {
  id: 'mask',
  color: hex(red),
  geometry: { type: 'mask', mask: disc(small, [100, 100], 50) },
  ...user,
};
/** Two squares that overlap, with a hole in one. */
const shape: Annotation = {
  id: 'shape',
  color: hex(blue),
  geometry: {
    type: 'polygon',
    polygons: [square(220, 20, 100), square(280, 80, 100)],
    holes: [square(240, 40, 30)],
  },
  ...user,
};

describe('overlays', () => {
  const inMask: Point = [100, 100];
  const inShape: Point = [300, 40];
  const inBoth: Point = [300, 100];
  const inHole: Point = [255, 55];
  const outside: Point = [200, 180];

  it('filled, outline and spotlight colour their pixels and no others; unions and holes are right', async () => {
    await open({ annotations: [mask, shape] });
    await painted();
    await expectPixel(inMask, over(red, 0.45));
    await expectPixel(inShape, over(blue, 0.45));
    await expectPixel(inBoth, over(blue, 0.45));
    await expectPixel(inHole, grey);
    await expectPixel(outside, grey);
    await panel.press('x');
    await painted();
    for (const place of [inMask, inShape, inBoth, inHole, outside]) await expectPixel(place, grey);
    await expectLine([220, 70], blue);
    await expectLine([240, 55], blue);
    await panel.press('x');
    await painted();
    for (const place of [inMask, inShape, inBoth]) await expectPixel(place, grey);
    const dim = over([0, 0, 0], 0.675);
    for (const place of [inHole, outside]) await expectPixel(place, dim);
    // The light is on what is selected alone.
    await panel.page.getByRole('option').first().click();
    await expectPixel(inMask, grey);
    await expectPixel(inShape, dim);
    await panel.press('x');
    await expectPixel(inShape, over(blue, 0.45));
  });

  it('are chosen in a menu of the toolbar that the keyboard walks, and survive hiding the panel', async () => {
    await open({ annotations: [mask, shape] });
    const { page } = panel;
    await page.getByRole('button', { name: 'Overlay' }).focus();
    await panel.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.screenshot({ path: 'out/overlay-menu.png' });
    expect(await page.getByRole('menuitemradio', { name: 'Filled' }).getAttribute('aria-checked')).toBe(
      'true',
    );
    await panel.press('ArrowDown');
    await panel.press('Enter');
    await expectPixel(inMask, grey);
    expect(await page.getByRole('menu').count()).toBe(0);
    await expect
      .poll(() => page.evaluate('document.activeElement.getAttribute("aria-label")'))
      .toBe('Overlay');
    await panel.press('Enter');
    await panel.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
    expect(await page.evaluate('acquireVsCodeApi().getState().overlay.mode')).toBe('outline');
  });

  it('an edit, an undo and another order draw again what they change', async () => {
    const below: Annotation = { ...mask, id: 'below', color: hex(green) };
    await open({ annotations: [below, mask, shape] });
    await painted();
    const both = over(red, 0.45);
    await expectPixel(inMask, [
      ...[0, 1, 2].map((i) => (over(green, 0.45)[i] as number) * 0.55 + (red[i] as number) * 0.45),
    ]);
    panel.host.edit({ title: 'Hide', put: [{ ...below, hidden: true }], remove: [] });
    await expectPixel(inMask, both);
    panel.host.edit({ title: 'Delete', put: [], remove: ['shape'] });
    await expectPixel(inShape, grey);
    panel.host.undo();
    await expectPixel(inShape, over(blue, 0.45));
    panel.host.undo();
    panel.host.edit({ title: 'Order', put: [], remove: [], order: ['mask', 'below', 'shape'] });
    await expectPixel(inMask, [
      ...[0, 1, 2].map((i) => (over(red, 0.45)[i] as number) * 0.55 + (green[i] as number) * 0.45),
    ]);
  });

  it('all regions are hidden and shown by a key; nothing is hit meanwhile', async () => {
    await open({ annotations: [mask, shape] });
    const { page } = panel;
    await panel.press('v');
    await panel.press('Shift+h');
    await page.getByText('All regions are hidden.').waitFor();
    await expectPixel(inMask, grey);
    await panel.click(inMask);
    expect(await page.getByRole('option', { selected: true }).count()).toBe(0);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await expectPixel(inMask, over(red, 0.45));
  });

  it('locked regions have dashes', async () => {
    const box: Annotation = {
      id: 'b',
      color: hex(red),
      geometry: { type: 'box', box: [100, 50, 300, 150] },
      ...user,
    };
    const edge = async () => {
      await painted();
      const [x, y] = await panel.fitted([110, 50]);
      const clip = { x: Math.round(x), y: Math.round(y) - 1, width: 200, height: 2 };
      const shot = PNG.sync.read(await panel.page.screenshot({ clip }));
      let colored = 0;
      for (let i = 0; i < shot.width; i++) {
        const at = (row: number) =>
          isNear(
            shot.data.subarray((row * shot.width + i) * 4, (row * shot.width + i) * 4 + 3) as never,
            red,
            60,
          );
        if (at(0) || at(1)) colored++;
      }
      return colored / shot.width;
    };
    await open({ annotations: [box] });
    expect(await edge()).toBeGreaterThan(0.95);
    panel.host.edit({ title: 'Lock', put: [{ ...box, locked: true }], remove: [] });
    await expect.poll(edge).toBeLessThan(0.8);
    expect(await edge()).toBeGreaterThan(0.3);
  });
});

describe('labels', () => {
  it('are drawn beside their regions with the score, and hidden by a key', async () => {
    await open({
      annotations: [
        { ...mask, label: 'cup', score: 0.93 },
        { ...shape, label: 'a very long label that is cut off somewhere because nobody reads it' },
      ],
    });
    await painted();
    const shot = () => panel.canvas.screenshot();
    const shown = await shot();
    await panel.page.screenshot({ path: 'out/overlay-labels.png' });
    await panel.press('t');
    await panel.page.getByText('Labels are hidden.').waitFor();
    await expect.poll(async () => (await shot()).equals(shown)).toBe(false);
    await panel.press('t');
    await expect.poll(async () => (await shot()).equals(shown)).toBe(true);
    // Above the mask lies a label of its colour.
    await expectPixel([51.5, 44], red);
  });
});

/** Discs all over a picture. */
function crowd(size: Size, count: number): Annotation[] {
  const columns = Math.ceil(Math.sqrt((count * size.width) / size.height));
  const rows = Math.ceil(count / columns);
  const [w, h] = [size.width / columns, size.height / rows];
  const radius = Math.min(w, h) * 0.45;
  return Array.from({ length: count }, (_, i) => {
    const centre: Point = [((i % columns) + 0.5) * w, (Math.floor(i / columns) + 0.5) * h];
    const runs: number[] = [];
    let end = 0;
    for (let x = Math.ceil(centre[0] - radius); x < centre[0] + radius; x++) {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (x + 0.5 - centre[0]) ** 2));
      const from = x * size.height + Math.round(centre[1] - half);
      runs.push(from - end, Math.round(2 * half));
      end = from + Math.round(2 * half);
    }
    runs.push(size.width * size.height - end);
    return {
      id: `r${i}`,
      label: `thing ${i % 7}`,
      geometry: { type: 'mask', mask: rleFromRuns(size, runs) },
      ...user,
    };
  });
}

describe('large pictures and many regions', () => {
  const size: Size = { width: 4000, height: 3000 };

  it('only what is in view is traced, panning traces nothing again, and pixels stay right', async () => {
    await open({ size, pngSize: { width: 400, height: 300 }, annotations: crowd(size, 120) });
    const { page } = panel;
    await painted();
    expect(await fact('traced')).toBe(120);
    const { x, y, width, height } = await panel.canvasBox();
    const [cx, cy] = [x + width / 2, y + height / 2];
    await page.mouse.move(cx, cy);
    for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -300);
    await painted();
    const zoomed = await fact('traced');
    // Each level of detail is traced once, and only where it is in sight.
    expect(zoomed).toBeLessThan(120 + 120);
    const pan = async (dx: number) => {
      await page.mouse.move(cx, cy);
      await page.mouse.down({ button: 'middle' });
      await page.mouse.move(cx + dx, cy, { steps: 12 });
      await page.mouse.up({ button: 'middle' });
      await painted();
    };
    const before = await panel.canvas.screenshot();
    await pan(60);
    expect(await fact('traced')).toBe(zoomed);
    expect((await panel.canvas.screenshot()).equals(before)).toBe(false);
    await pan(-60);
    expect(await fact('traced')).toBe(zoomed);
    // What was moved and what was drawn at its place look the same.
    expect((await panel.canvas.screenshot()).equals(before)).toBe(true);
  });

  it('a mask over 100 megapixels has the pixels of its runs, near and far', async () => {
    const huge: Size = { width: 16_000, height: 9000 };
    // All from column 4000 on, but rows 3000 to 3400.
    const runs: number[] = [];
    let end = 0;
    const add = (from: number, length: number) => {
      runs.push(from - end, length);
      end = from + length;
    };
    for (let column = 4000; column < huge.width; column++) {
      add(column * huge.height, 3000);
      add(column * huge.height + 3400, huge.height - 3400);
    }
    const rle = rleFromRuns(huge, runs);
    expect(rleBox(rle)).toEqual([4000, 0, 16_000, 9000]);
    await open({
      size: huge,
      pngSize: { width: 320, height: 180 },
      annotations: [{ id: 'sky', color: hex(red), geometry: { type: 'mask', mask: rle }, ...user }],
    });
    await painted();
    await expectPixel([10_000, 1500], over(red, 0.45));
    await expectPixel([10_000, 3200], grey);
    await expectPixel([2000, 1500], grey);
    // Near its upper left edge each pixel of the picture is several of the screen.
    const { page } = panel;
    // The host of these tests has no masks for so large a picture, such as the one under the pointer.
    await panel.press('v');
    const at: Point = [4000, 3000];
    const [x, y] = await panel.fitted(at);
    await page.mouse.move(x, y);
    for (let i = 0; i < 7; i++) await page.mouse.wheel(0, -400);
    await painted();
    const object = (px: number, py: number) => px >= 4000 && (py < 3000 || py >= 3400);
    const shot = PNG.sync.read(await page.screenshot());
    const seen: Record<'in' | 'out', Point[]> = { in: [], out: [] };
    for (let dx = -100; dx <= 100; dx += 25)
      for (let dy = -100; dy <= 100; dy += 25) {
        const [sx, sy] = [Math.round(x) + dx, Math.round(y) + dy];
        await page.mouse.move(sx, sy);
        // The status line says which pixel of the picture that is.
        const [px, py] = ((await page.locator('.pointer').textContent()) ?? '').split(', ').map(Number);
        const i = (sy * shot.width + sx) * 4;
        const filled = isNear([...shot.data.subarray(i, i + 3)], over(red, 0.45), 8);
        const empty = isNear([...shot.data.subarray(i, i + 3)], grey, 8);
        // On the outline it is neither.
        if (!filled && !empty) continue;
        expect(filled, `pixel ${px}, ${py}`).toBe(object(px as number, py as number));
        seen[filled ? 'in' : 'out'].push([sx, sy]);
      }
    expect(Math.min(seen.in.length, seen.out.length)).toBeGreaterThan(5);
    await page.mouse.click(...(seen.in[0] as Point));
    await expect.poll(() => page.getByRole('option', { selected: true }).count()).toBe(1);
    await page.mouse.click(...(seen.out[0] as Point));
    await expect.poll(() => page.getByRole('option', { selected: true }).count()).toBe(0);
  });
});

describe('before and after', () => {
  const left: Point = [100, 100];
  const right: Point = [300, 100];
  const wide: Annotation = {
    id: 'wide',
    color: hex(red),
    geometry: { type: 'mask', mask: disc(small, [200, 100], 180) },
    ...user,
  };

  it('held, the key shows the picture alone', async () => {
    await open({ annotations: [wide] });
    await painted();
    await panel.page.keyboard.down('z');
    await expectPixel(left, grey);
    // VS Code repeats the action while the key is held.
    for (let i = 0; i < 3; i++) await panel.page.keyboard.down('z');
    // Longer than a short press.
    await panel.page.evaluate('new Promise((resolve) => setTimeout(resolve, 400))');
    await expectPixel(left, grey);
    await panel.page.keyboard.up('z');
    await expectPixel(left, over(red, 0.45));
  });

  it('pressed shortly, or chosen in a menu, it shows a swipe line that is dragged and moved by keys', async () => {
    await open({ annotations: [wide] });
    const { page } = panel;
    await painted();
    panel.host.act('view.before');
    const line = page.getByRole('slider', { name: /^Swipe line/ });
    await line.waitFor();
    await expectPixel(left, grey);
    await expectPixel(right, over(red, 0.45));
    await line.focus();
    await panel.press('Home');
    await expectPixel(left, over(red, 0.45));
    await panel.press('End');
    await expectPixel(right, grey);
    expect(await line.getAttribute('aria-valuenow')).toBe('100');
    await panel.press('Shift+ArrowLeft');
    await panel.press('ArrowLeft');
    expect(await line.getAttribute('aria-valuenow')).toBe('89');
    const box = await panel.canvasBox();
    await page.mouse.move(box.x + box.width * 0.89, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.25, box.y + 220, { steps: 4 });
    await page.mouse.up();
    expect(await line.getAttribute('aria-valuenow')).toBe('25');
    await expectPixel(right, over(red, 0.45));
    panel.host.act('view.before');
    await expect.poll(() => line.count()).toBe(0);
    await panel.press('z');
    await line.waitFor();
    await panel.press('z');
    await expect.poll(() => line.count()).toBe(0);
  });
});

describe('comparing packs', () => {
  const two = [...packs, otherPack];
  const point = async (place: Point) => {
    await panel.click(place);
    await expect.poll(() => panel.host.model.annotations.length).toBeGreaterThan(0);
  };
  /** Between the radii of the discs of both packs. */
  const between = (discRadius + otherDiscRadius) / 2;

  it.each<ThemeName>(['dark', 'light', 'highContrast'])(
    'two packs side by side, and taking the masks of one (%s)',
    async (theme) => {
      await open({ packs: two, theme });
      const { page, host } = panel;
      await point([200, 100]);
      await panel.regions(1);
      await panel.press('\\');
      await page.getByRole('status').filter({ hasText: 'IoU 0.4' }).waitFor();
      const bar = page.getByRole('region', { name: 'Comparison of packs' });
      expect(await bar.getByLabel('Left of the line').inputValue()).toBe(':saved');
      expect(await bar.getByLabel('Right of the line').inputValue()).toBe('other-segment');
      expect(await bar.getByText('The Models view installs others.').count()).toBe(0);
      // The line is in the middle of the disc.
      await expectPixel([200 - between, 100], grey);
      await expect.poll(async () => isNear(await panel.pixel([200 + between, 100]), grey)).toBe(false);
      await page.screenshot({ path: `out/overlay-compare-${theme}.png` });
      // Nothing has been edited until the masks are taken, as one step.
      expect(host.edits).toHaveLength(1);
      await bar.getByRole('button', { name: 'Take these' }).click();
      await expect.poll(() => host.edits.length).toBe(2);
      expect(host.edits[1]?.title).toBe('Take Compared Masks');
      const [region] = host.model.annotations;
      expect(region?.provenance).toMatchObject({
        packs: [{ id: 'other-segment' }],
        prompts: [{ type: 'point' }],
      });
      expect(await bar.count()).toBe(0);
      host.undo();
      expect(host.model.annotations[0]?.provenance).toMatchObject({ packs: [{ id: 'groundnote-segment' }] });
    },
  );

  it('where one pack is installed it says how to add others, and compares with its mask of now', async () => {
    const old: Annotation = {
      id: 'old',
      geometry: { type: 'mask', mask: disc(small, [200, 100], 10) },
      provenance: {
        by: 'pack',
        packs: [{ id: 'groundnote-segment', version: '0.0.1' }],
        prompts: [{ type: 'point', point: [200, 100], label: 1 }],
      },
    };
    await open({ annotations: [old, { ...old, id: 'locked', locked: true }, mask] });
    panel.host.act('view.compare');
    const bar = panel.page.getByRole('region', { name: 'Comparison of packs' });
    await bar.getByText('The Models view installs others.').waitFor();
    await bar.getByText('on average of 2').waitFor();
    await panel.page
      .getByRole('slider', { name: /Left: As it was. Right: groundnote-segment, now./ })
      .waitFor();
    await bar.getByRole('button', { name: 'Take these' }).click();
    await panel.page.getByText('1 mask of groundnote-segment, now taken.').waitFor();
    expect(panel.host.edits.at(-1)?.put.map(({ id }) => id)).toEqual(['old']);
  });

  it('says when nothing can be compared, a failure with a way on, and is closed', async () => {
    await open({ annotations: [mask], packs: two });
    panel.host.act('view.compare');
    await panel.page.locator('.notice', { hasText: 'Nothing to compare yet.' }).waitFor();
    await point([300, 100]);
    await panel.regions(2);
    panel.host.failNext = new GroundnoteError('process-crashed', 'The model process ended.');
    panel.host.act('view.compare');
    const bar = panel.page.getByRole('region', { name: 'Comparison of packs' });
    await bar.getByRole('button', { name: 'Try again' }).click();
    await bar.getByText('IoU 0.4').waitFor();
    await bar.getByRole('button', { name: 'Close the comparison' }).click();
    await expect.poll(() => bar.count()).toBe(0);
    expect(panel.host.edits).toHaveLength(1);
  });
});
