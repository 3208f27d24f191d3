/** The neighbours of a picture: going from one to the next, and the filmstrip. */
import { describe, expect, it } from 'vitest';
import { folderItem } from './fakeFolder';
import type { PanelPage, PanelOptions } from './panelPage';
import { usePanel } from './usePanel';

let panel: PanelPage;
const openPanel = usePanel();
const open = async (options: PanelOptions = {}) => (panel = await (await openPanel(options)).ready());

const few = ['img1.png', 'img2.png', 'img10.png'].map((name) => folderItem(name));
const many = Array.from({ length: 10_000 }, (_, i) =>
  folderItem(`img${i + 1}.png`, { regions: i % 3, unsaved: i === 4_999 }),
);
const strip = () => panel.page.getByRole('listbox', { name: 'Images of photos' });
const option = (name: string | RegExp) => strip().getByRole('option', { name });

describe('going on', () => {
  it('is by keys and buttons, says where the picture stands, and takes the settings along', async () => {
    await open({ folder: { items: few, index: 1 } });
    await panel.page.getByText('2 of 3').waitFor();
    await panel.canvas.focus();
    await panel.press('b');
    await panel.press('d');
    await expect.poll(() => panel.host.folder.opened.length).toBe(1);
    expect(panel.host.folder.opened[0]).toMatchObject({ to: 'next', carried: { tool: 'box' } });
    expect(panel.host.folder.opened[0]?.carried).not.toHaveProperty('activeId');
    await panel.press('a');
    await panel.page.getByRole('button', { name: 'Next image of the folder' }).click();
    await panel.press('Shift+D');
    await expect
      .poll(() => panel.host.folder.opened.map(({ to }) => to))
      .toEqual(['next', 'previous', 'next', 'nextUnannotated']);
  });

  it('begins with what came along, looks at the same part, and has the keyboard', async () => {
    const view = { fitted: false, scale: 4, centre: [100, 100], size: { width: 200, height: 200 } };
    await open({ folder: { items: few, index: 0, carried: { tool: 'box', opacity: 0.2, view } } });
    await panel.page.locator('.canvas.tool-box').waitFor();
    await panel.page.getByText('400 %').waitFor();
    expect(await panel.page.evaluate('document.activeElement.className')).toContain('canvas');
    // A picture of 400 × 200: its middle is in the middle.
    const { x, y, width, height } = await panel.canvasBox();
    await panel.press('p');
    await panel.page.mouse.click(x + width / 2, y + height / 2);
    await panel.regions(1);
    const prompt = panel.host.prompts[0]?.prompts[0];
    expect(prompt?.type === 'point' && prompt.point.map(Math.round)).toEqual([200, 100]);
  });

  it('says why nothing was opened, and has nothing to offer for a picture alone', async () => {
    await open({ folder: { items: few, index: 2 } });
    panel.host.folder.message = 'This is the last image of the folder.';
    await panel.canvas.focus();
    await panel.press('d');
    await panel.page.getByText('This is the last image').waitFor();
    panel.host.folder.options.items = few.slice(0, 1);
    panel.host.folder.options.index = 0;
    panel.host.folder.changed('names');
    await panel.page.getByText('3 of 3').waitFor({ state: 'detached' });
  });

  it('leads away from a picture that cannot be opened', async () => {
    panel = await openPanel({ fatal: 'It is damaged.', folder: { items: few, index: 1 } });
    await panel.page.getByText('It is damaged.').waitFor();
    await panel.press('d');
    await expect.poll(() => panel.host.folder.opened.length).toBe(1);
    await panel.page.getByText('2 of 3').waitFor();
    await panel.page.screenshot({ path: 'out/folder-damaged.png' });
  });
});

describe('the filmstrip', () => {
  it('opens and closes, and is remembered', async () => {
    await open({ folder: { items: few, index: 1 } });
    await panel.canvas.focus();
    await panel.press('Shift+A');
    await strip().waitFor();
    await panel.page.getByRole('button', { name: 'Filmstrip' }).click();
    await strip().waitFor({ state: 'detached' });
    await expect.poll(() => panel.host.folder.shown).toEqual([true, false]);
  });

  it('keeps few of 10,000 pictures in the page and asks for few', async () => {
    await open({ folder: { items: many, index: 4_999, filmstrip: true } });
    const current = option('img5000.png, 1 region, unsaved');
    await current.locator('img').waitFor();
    expect(await current.getAttribute('aria-selected')).toBe('true');
    expect(await current.getAttribute('aria-posinset')).toBe('5000');
    expect(await current.getAttribute('aria-setsize')).toBe('10000');
    expect(await strip().getByRole('option').count()).toBeLessThan(30);
    await strip()
      .evaluate('(row) => { row.scrollLeft = 1e9; }')
      .catch(() => undefined);
    await strip().focus();
    await panel.press('End');
    await option('img10000.png, no regions').locator('img').waitFor();
    expect(await strip().getByRole('option').count()).toBeLessThan(30);
    expect(new Set(panel.host.folder.asked).size).toBeLessThan(60);
    expect(panel.host.folder.opened).toEqual([]);
  });

  it('is walked and opened by the keyboard, and by a click', async () => {
    await open({ folder: { items: few, index: 0, filmstrip: true } });
    await option(/^img10/).waitFor();
    await strip().focus();
    await panel.press('ArrowRight');
    await panel.press('ArrowRight');
    const id = await option(/^img10/).getAttribute('id');
    expect(await strip().getAttribute('aria-activedescendant')).toBe(id);
    await panel.press('Enter');
    await option(/^img2/).click();
    await expect
      .poll(() => panel.host.folder.opened.map(({ to }) => to))
      .toEqual([{ name: 'img10.png' }, { name: 'img2.png' }]);
    await panel.page.getByRole('button', { name: 'Segment Folder…' }).click();
    await expect.poll(() => panel.host.folder.segmentations).toBe(1);
  });

  it('follows what comes, goes and is annotated', async () => {
    const items = few.map((item) => ({ ...item }));
    await open({ folder: { items, index: 1, filmstrip: true } });
    await option('img2.png, no regions').waitFor();
    items[1] = folderItem('img2.png', { regions: 7, unsaved: true });
    panel.host.folder.changed('annotations');
    await option('img2.png, 7 regions, unsaved').waitFor();
    items.unshift(folderItem('a.png', { problem: 'a.json is no LabelMe file' }));
    panel.host.folder.options.index = 2;
    panel.host.folder.changed('names');
    await panel.page.getByText('3 of 4').waitFor();
    await option('a.png, no regions, a.json is no LabelMe file').waitFor();
  });
});

describe('looks right', () => {
  const items = [
    folderItem('img1.png', { regions: 3 }),
    folderItem('img2.png', { regions: 12, unsaved: true }),
    folderItem('img3.png'),
    folderItem('broken4.png'),
    folderItem('img5.png', { problem: 'img5.json is no LabelMe file' }),
    ...Array.from({ length: 40 }, (_, i) => folderItem(`img${i + 6}.png`)),
  ];
  it.each(['dark', 'light', 'highContrast'] as const)('%s', async (theme) => {
    await open({
      theme,
      folder: { items, index: 1, filmstrip: true },
      paint: (x, y) => [120 + (x % 100), 90 + (y % 120), 160],
    });
    await option(/^img3/).locator('img').waitFor();
    await option(/^broken4/)
      .locator('.codicon-file-media')
      .waitFor();
    await strip().focus();
    await panel.press('ArrowRight');
    await panel.page.screenshot({ path: `out/filmstrip-${theme}.png` });
  });
});
