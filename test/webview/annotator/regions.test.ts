/** The list of regions and what is done with the selected ones. */
import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../src/protocol/annotator';
import type { Box } from '../../../src/protocol/geometry';
import { encodeRle, rleArea } from '../../../src/protocol/rle';
import { boxOfGeometry, maskOfGeometry } from '../../../src/regions/geometry';
import type { PanelPage, PanelOptions } from './panelPage';
import { violationsOf } from '../../support/axe';
import { usePanel } from './usePanel';

const size = { width: 400, height: 200 };

let panel: PanelPage;
const openPanel = usePanel();

const open = async (options: PanelOptions = {}) =>
  (panel = await (await openPanel({ size, ...options })).ready());

const boxed = (id: string, box: Box, more: Partial<Annotation> = {}): Annotation => ({
  id,
  label: id,
  geometry: { type: 'box', box },
  provenance: { by: 'user' },
  ...more,
});
const masked = (id: string, isObject: (x: number, y: number) => boolean, more: Partial<Annotation> = {}) => {
  const data = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) data[y * size.width + x] = isObject(x, y) ? 1 : 0;
  return boxed(id, [0, 0, 1, 1], { geometry: { type: 'mask', mask: encodeRle({ ...size, data }) }, ...more });
};
const three = () => [
  boxed('cup', [20, 20, 120, 100], { score: 0.9 }),
  boxed('plate', [80, 40, 220, 160], { score: 0.4 }),
  boxed('spoon', [260, 20, 300, 180], { hidden: true, locked: true }),
];

const row = (name: string) => panel.page.getByRole('option', { name: new RegExp(`^${name},`) });
const selected = async () =>
  panel.page
    .getByRole('option', { selected: true })
    .evaluateAll((rows) => rows.map((each) => each.getAttribute('data-region')));
const expectSelected = (...ids: string[]) => expect.poll(selected).toEqual(ids);
const find = (id: string) => panel.host.model.find(id);
const order = () => panel.host.model.annotations.map(({ id }) => id);
const titles = () => panel.host.edits.map(({ title }) => title);
const notice = (text: string | RegExp) => panel.page.locator('.notice').getByText(text).waitFor();
const field = () => panel.page.getByRole('combobox', { name: 'Label' });

describe('selecting', () => {
  it('several by Ctrl and Shift, by keys, and all; the canvas and the list agree', async () => {
    await open({ annotations: [...three(), boxed('fork', [310, 20, 340, 180])] });
    await row('cup').click();
    await row('fork').click({ modifiers: ['Control'] });
    await expectSelected('cup', 'fork');
    await row('cup').click({ modifiers: ['Control'] });
    await expectSelected('fork');
    await row('spoon').click({ modifiers: ['Shift'] });
    await expectSelected('cup', 'plate', 'spoon');
    await panel.press('Home');
    await expectSelected('cup');
    await panel.press('Shift+ArrowDown');
    await panel.press('Shift+ArrowDown');
    await expectSelected('cup', 'plate', 'spoon');
    await panel.press('Shift+ArrowUp');
    await expectSelected('cup', 'plate');
    await panel.press('Control+ArrowDown');
    await panel.press('Control+ArrowDown');
    await panel.press('Space');
    await expectSelected('cup', 'plate', 'fork');
    await panel.press('Control+a');
    await expectSelected('cup', 'plate', 'spoon', 'fork');
    await panel.press('v');
    await panel.click([30, 30]);
    await expectSelected('cup');
    await panel.click([325, 100], { modifiers: ['Control'] } as never);
    await panel.press('End');
    await expectSelected('fork');
  });

  it('hovering a row lights the region, and the other way round', async () => {
    await open({ annotations: three() });
    await panel.press('v');
    const before = await panel.pixel([60, 60]);
    await row('cup').hover();
    await expect.poll(() => panel.pixel([60, 60])).not.toEqual(before);
    await panel.page.mouse.move(...(await panel.fitted([200, 150])));
    await expect.poll(() => row('plate').getAttribute('class')).toContain('lit');
    await expect.poll(() => row('cup').getAttribute('class')).not.toContain('lit');
  });

  it('a group as a whole, one of it with Alt', async () => {
    await open({ annotations: three() });
    await row('cup').click();
    await row('plate').click({ modifiers: ['Control'] });
    await panel.press('Control+g');
    await expect
      .poll(() => [find('cup')?.group, find('plate')?.group, find('spoon')?.group])
      .toEqual([1, 1, undefined]);
    await row('spoon').click();
    await row('cup').click();
    await expectSelected('cup', 'plate');
    await row('cup').click({ modifiers: ['Alt'] });
    await expectSelected('cup');
    await panel.press('v');
    await panel.click([30, 30]);
    await expectSelected('cup', 'plate');
    await panel.press('Control+Shift+g');
    await expect.poll(() => find('plate')?.group).toBeUndefined();
    expect(titles()).toEqual(['Group 2 Regions', 'Ungroup 2 Regions']);
  });

  it('finds by label, kind, score and state; letters typed into the list look for labels', async () => {
    await open({ annotations: [...three(), masked('mask of a cup', (x) => x < 10, { score: 0.81 })] });
    await panel.press('Control+f');
    const search = panel.page.getByRole('searchbox', { name: 'Search regions' });
    const found = async (query: string) => {
      await search.fill(query);
      return panel.page
        .getByRole('option')
        .evaluateAll((rows) => rows.map((each) => each.getAttribute('data-region')));
    };
    expect(await found('CUP')).toEqual(['cup', 'mask of a cup']);
    expect(await found('kind:mask')).toEqual(['mask of a cup']);
    expect(await found('score>0.8')).toEqual(['cup', 'mask of a cup']);
    expect(await found('score>0.8 -cup')).toEqual([]);
    await panel.page.getByText('No region is found.').waitFor();
    expect(await found('hidden')).toEqual(['spoon']);
    expect(await found('-locked box')).toEqual(['cup', 'plate']);
    await panel.page.getByText('2 of 4').waitFor();
    await search.press('Control+a');
    await search.press('Escape');
    await search.press('Tab');
    await panel.press('p');
    await expectSelected('plate');
    await panel.press('s');
    await expectSelected('plate');
    await expect.poll(() => panel.page.locator('.canvas').getAttribute('class')).not.toContain('stroke');
  });
});

describe('labels and colours', () => {
  it('labels that are offered: the user’s list, the picture’s, the workspace’s', async () => {
    await open({ annotations: three() });
    panel.host.labels = { listed: ['knife'], found: ['kiwi', 'cup'], colors: { kiwi: '#123456' } };
    await row('cup').click();
    await row('plate').click({ modifiers: ['Control'] });
    await panel.press('F2');
    const offers = () => panel.page.locator('.label-offers .offer').allTextContents();
    await expect.poll(offers).toEqual(['knife', 'cup', 'plate', 'spoon', 'kiwi']);
    await panel.page.screenshot({ path: 'out/annotator-labels.png' });
    await field().fill('ki');
    await expect.poll(offers).toEqual(['kiwi']);
    await field().press('ArrowDown');
    await field().press('Enter');
    await expect.poll(() => [find('cup')?.label, find('plate')?.label]).toEqual(['kiwi', 'kiwi']);
    expect(titles()).toEqual(['Label 2 Regions']);
    // The colour that the label has in the workspace.
    await expect.poll(() => row('kiwi').first().locator('path').getAttribute('stroke')).toBe('#123456');
    panel.host.undo();
    await expect.poll(() => find('cup')?.label).toBe('cup');
    // The keyboard is where it was: Escape gives up.
    await panel.press('F2');
    await field().fill('wrong');
    await field().press('Escape');
    await field().waitFor({ state: 'detached' });
    await panel.press('ArrowDown');
    await expectSelected('spoon');
    expect(find('cup')?.label).toBe('cup');
  });

  it('a colour is that of all regions of its label, through one undo step', async () => {
    await open({
      annotations: [
        boxed('a', [0, 0, 50, 50], { label: 'cup' }),
        boxed('b', [60, 0, 99, 50], { label: 'cup' }),
        boxed('c', [100, 0, 150, 50]),
      ],
    });
    await row('cup').first().click();
    await panel.press('Shift+k');
    await panel.page.getByRole('button', { name: 'Pink' }).click();
    await expect
      .poll(() => [find('a')?.color, find('b')?.color, find('c')?.color])
      .toEqual(['#e77fc4', '#e77fc4', undefined]);
    expect(panel.host.labels.colors).toEqual({ cup: '#e77fc4' });
    panel.host.undo();
    await expect.poll(() => [find('a')?.color, panel.host.labels.colors]).toEqual([undefined, {}]);
    panel.host.redo();
    await expect
      .poll(() => [find('a')?.color, panel.host.labels.colors])
      .toEqual(['#e77fc4', { cup: '#e77fc4' }]);
    expect(titles()).toEqual(['Change Colour']);
  });
});

describe('what is done with the selected regions', () => {
  it('lock, hide, order and delete, one undo step each; locked ones refuse', async () => {
    await open({ annotations: three() });
    await row('cup').click();
    await panel.press('l');
    await expect.poll(() => find('cup')?.locked).toBe(true);
    await panel.press('Delete');
    await notice('“cup” is locked. Unlock it first.');
    await panel.press('F2');
    expect(await field().count()).toBe(0);
    await panel.press('h');
    await expect.poll(() => find('cup')?.hidden).toBe(true);
    await panel.press('Control+]');
    await expect.poll(order).toEqual(['plate', 'cup', 'spoon']);
    await panel.press('Control+Shift+]');
    await expect.poll(order).toEqual(['plate', 'spoon', 'cup']);
    await panel.press('Control+Shift+]');
    await notice('That is on top already.');
    await panel.press('Control+a');
    await panel.press('Delete');
    await expect.poll(order).toEqual(['spoon', 'cup']);
    expect(titles()).toEqual([
      'Lock Region',
      'Hide Region',
      'Bring Forward',
      'Bring to Front',
      'Delete Region',
    ]);
    for (let i = 0; i < 5; i++) panel.host.undo();
    expect(panel.host.model.annotations).toEqual(three());
  });

  it('rows are dragged to another place', async () => {
    await open({ annotations: [...three(), boxed('fork', [310, 20, 340, 180])] });
    await row('cup').click();
    await row('plate').click({ modifiers: ['Control'] });
    const [from, to] = [await row('cup').boundingBox(), await row('fork').boundingBox()];
    if (!from || !to) throw new Error('There are no rows.');
    await panel.page.mouse.move(from.x + 60, from.y + 10);
    await panel.page.mouse.down();
    await panel.page.mouse.move(to.x + 60, to.y + 4, { steps: 6 });
    await panel.page.locator('.gap').waitFor();
    await panel.page.mouse.up();
    await expect.poll(order).toEqual(['spoon', 'cup', 'plate', 'fork']);
    await expectSelected('cup', 'plate');
    expect(titles()).toEqual(['Change Order']);
  });

  it('merge, subtract, split and convert shapes', async () => {
    const isRing = (x: number, y: number) =>
      Math.hypot(x - 300, y - 100) < 60 && Math.hypot(x - 300, y - 100) > 30;
    await open({
      annotations: [
        ...three().slice(0, 2),
        masked('ring', (x, y) => isRing(x, y) || (x < 20 && y > 180), { score: 0.7 }),
      ],
    });
    await row('cup').click();
    await row('plate').click({ modifiers: ['Control'] });
    await panel.press('Shift+Minus');
    await expect.poll(() => find('cup')?.geometry.type).toBe('polygon');
    const area = (id: string) => {
      const geometry = find(id)?.geometry;
      return geometry && geometry.type !== 'point' && geometry.type !== 'stroke'
        ? rleArea(maskOfGeometry(geometry, size))
        : 0;
    };
    expect(area('cup')).toBe(100 * 80 - 40 * 60);
    await panel.press('Shift+m');
    await expect.poll(order).toEqual(['cup', 'ring']);
    expect(area('cup')).toBe(100 * 80 + 140 * 120 - 40 * 60);
    await row('ring').click();
    await panel.press('Shift+s');
    await panel.regions(3);
    expect(order()[1]).toBe('ring');
    expect(area(order()[2] as string)).toBe(20 * 19);
    await row('ring').first().click();
    panel.host.act('shapes.fillHoles');
    await expect.poll(() => area('ring')).toBeGreaterThan(11000);
    panel.host.undo();
    await panel.press('Shift+2');
    await expect
      .poll(() => find('ring')?.geometry)
      .toMatchObject({ type: 'polygon', polygons: [expect.any(Array)], holes: [expect.any(Array)] });
    await panel.page.screenshot({ path: 'out/annotator-shapes.png' });
    await panel.press('Shift+1');
    await expect.poll(() => find('ring')?.geometry.type).toBe('mask');
    await panel.press('Shift+3');
    await expect.poll(() => find('ring')?.geometry).toEqual({ type: 'box', box: [241, 41, 360, 160] });
    expect(titles()).toEqual([
      'Subtract Regions',
      'Merge 2 Regions',
      'Split Region',
      'Fill Holes',
      'Convert to Polygon',
      'Convert to Mask',
      'Convert to Box',
    ]);
    await panel.press('Shift+s');
    await notice('The region is of one piece.');
  });

  it('copies, cuts and pastes through the clipboard, into a smaller picture too', async () => {
    await open({ annotations: [...three(), masked('blob', (x, y) => Math.hypot(x - 350, y - 150) < 20)] });
    await row('plate').click();
    await row('blob').click({ modifiers: ['Control'] });
    await panel.press('Control+c');
    await expect
      .poll(() => panel.host.clipboard)
      .toContain('2 Regions of picture.png (400 × 200 px): plate, blob');
    const { clipboard } = panel.host;
    // Upon itself: a step aside.
    await panel.press('Control+v');
    await panel.regions(6);
    expect(panel.host.model.annotations.at(-2)?.geometry).toEqual({ type: 'box', box: [88, 48, 228, 168] });
    await panel.press('Control+x');
    await panel.regions(4);
    await panel.press('Control+d');
    expect(titles()).toEqual(['Paste 2 Regions', 'Cut 2 Regions']);
    await panel.page.close();

    await open({ size: { width: 250, height: 200 } });
    panel.host.clipboard = clipboard;
    await panel.press('Control+v');
    await panel.regions(2);
    const [plate, blob] = panel.host.model.annotations;
    // Together they are wider than the picture: each is brought inside by itself.
    expect(plate?.geometry).toEqual({ type: 'box', box: [80, 40, 220, 160] });
    expect(blob?.geometry).toMatchObject({ type: 'mask', mask: { size: [200, 250] } });
    expect(blob && boxOfGeometry(blob.geometry)).toEqual([211, 131, 250, 170]);
    await panel.page.getByText('They were moved into the picture.').waitFor();
    panel.host.clipboard = 'something else';
    await panel.press('Control+v');
    await notice('There are no regions in the clipboard.');
    panel.host.clipboard = clipboard;
    panel.host.act('regions.pasteScaled');
    await panel.regions(4);
    expect(panel.host.model.annotations[2]?.geometry).toEqual({ type: 'box', box: [50, 40, 137.5, 160] });
  });
});

describe('the list itself', () => {
  it('makes only the rows that are seen of a thousand regions', async () => {
    const annotations = Array.from({ length: 1000 }, (_, i) =>
      boxed(`region ${i}`, [i % 390, i % 190, (i % 390) + 8, (i % 190) + 8]),
    );
    await open({ annotations });
    expect(await panel.page.getByRole('option').count()).toBeLessThan(60);
    await row('region 0').click();
    await panel.press('End');
    await expectSelected('region 999');
    expect(await row('region 999').getAttribute('aria-posinset')).toBe('1000');
    await panel.press('Control+a');
    await panel.press('Control+g');
    await expect.poll(() => find('region 500')?.group).toBe(1);
  });

  it.each(['dark', 'light', 'highContrast'] as const)(
    'has no problem for axe in the theme %s',
    async (theme) => {
      await open({
        theme,
        annotations: [
          ...three(),
          masked('杯子', (x, y) => Math.hypot(x - 350, y - 100) < 40, {
            score: 0.93,
            group: 2,
            provenance: {
              by: 'pack',
              packs: [{ id: 'groundnote-segment', version: '1.0.0' }],
              prompts: [{ type: 'point', point: [350, 100], label: 1 }],
            },
          }),
          boxed('', [1, 1, 9, 9], {
            id: 'x',
            label: undefined,
            group: 2,
            geometry: {
              type: 'stroke',
              points: [
                [5, 5],
                [60, 9],
              ],
            },
          }),
        ],
      });
      await row('cup').click();
      await row('plate').click({ modifiers: ['Control'] });
      await row('杯子').hover();
      expect(await row('杯子').getAttribute('title')).toBe(
        '杯子: mask, 79 × 79 px at (311, 61), area 5,013 px\nScore 0.93\nMade by groundnote-segment 1.0.0 from 1 point\nGroup 2',
      );
      await panel.page.screenshot({ path: `out/annotator-regions-${theme}.png` });
      // The score that is seen beside a label is in the option's name too, but not next to it.
      const rules = { 'label-content-name-mismatch': { enabled: false } };
      const violations = await violationsOf(panel.page, '.regions', { rules });
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    },
  );
});
