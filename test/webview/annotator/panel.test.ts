import { describe, expect, it } from 'vitest';
import { focusTool, notice, type Annotation } from '../../../src/protocol/annotator';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { Point, Prompt } from '../../../src/protocol/geometry';
import { packs } from './fakeHost';
import type { PanelPage, PanelOptions } from './panelPage';
import { usePanel } from './usePanel';

let panel: PanelPage;
const openPanel = usePanel();

const open = async (options: PanelOptions = {}) => (panel = await (await openPanel(options)).ready());

/** Half a picture pixel at the scales of these tests, and half a screen pixel. */
const tolerance = 1;
const expectNear = (actual: Point | undefined, [x, y]: Point) => {
  expect(Math.abs((actual?.[0] ?? NaN) - x)).toBeLessThan(tolerance);
  expect(Math.abs((actual?.[1] ?? NaN) - y)).toBeLessThan(tolerance);
};
const lastPrompts = () => panel.host.prompts.at(-1)?.prompts as Prompt[];
const lastPoint = () => {
  const prompt = lastPrompts().at(-1);
  return prompt?.type === 'point' ? prompt.point : undefined;
};

const box: Annotation = {
  id: 'box',
  label: 'legend',
  geometry: { type: 'box', box: [100, 50, 200, 150] },
  provenance: { by: 'user' },
};

describe('prompts', () => {
  it.each([
    ['a wide picture, with bars above and below', { width: 400, height: 100 }],
    ['a tall picture, with bars at the sides', { width: 100, height: 400 }],
    ['a picture larger than the panel', { width: 2000, height: 1500 }],
  ])('a click sends the place in the picture: %s', async (_, size) => {
    await open({ size });
    const place: Point = [size.width * 0.31, size.height * 0.77];
    await panel.click(place);
    await panel.regions(1);
    const error = tolerance * Math.max(1, size.width / 400);
    expect(Math.abs((lastPoint()?.[0] ?? NaN) - place[0])).toBeLessThan(error);
    expect(Math.abs((lastPoint()?.[1] ?? NaN) - place[1])).toBeLessThan(error);
    expect(lastPrompts()[0]).toMatchObject({ type: 'point', label: 1 });
  });

  it('a click beside the picture does nothing', async () => {
    await open({ size: { width: 400, height: 100 } });
    const { x, y } = await panel.canvasBox();
    await panel.page.mouse.click(x + 30, y + 20);
    await panel.click([50, 50]);
    await panel.regions(1);
    expect(panel.host.prompts).toHaveLength(1);
  });

  it('zoom keeps the place under the cursor, and prompts stay right under zoom and pan', async () => {
    await open();
    const place: Point = [300, 50];
    const [x, y] = await panel.fitted(place);
    await panel.page.mouse.move(x, y);
    await panel.page.mouse.wheel(0, -500);
    await panel.page.mouse.click(x, y);
    await panel.regions(1);
    expectNear(lastPoint(), place);
    // Dragging with the middle button pans.
    await panel.page.mouse.down({ button: 'middle' });
    await panel.page.mouse.move(x - 120, y + 60, { steps: 4 });
    await panel.page.mouse.up({ button: 'middle' });
    await panel.press('n');
    await panel.page.mouse.click(x - 120, y + 60, { modifiers: [] } as never);
    await panel.regions(2);
    expectNear(lastPoint(), place);
    // So does space.
    await panel.page.keyboard.down('Space');
    await panel.page.mouse.down();
    await panel.page.mouse.move(x, y, { steps: 4 });
    await panel.page.mouse.up();
    await panel.page.keyboard.up('Space');
    await panel.press('n');
    await panel.page.mouse.click(x, y);
    await panel.regions(3);
    expectNear(lastPoint(), place);
  });

  it('right click, Shift and Alt take away, and go to the region in hand with all its prompts', async () => {
    await open();
    await panel.click([100, 100]);
    await panel.regions(1);
    await panel.click([110, 100], { button: 'right' });
    await expect.poll(() => panel.host.prompts.length).toBe(2);
    await panel.regions(1);
    await panel.page.keyboard.down('Shift');
    await panel.click([90, 112]);
    await panel.page.keyboard.up('Shift');
    await expect.poll(() => panel.host.prompts.length).toBe(3);
    await panel.regions(1);
    expect(lastPrompts().map((prompt) => prompt.type === 'point' && prompt.label)).toEqual([1, 0, 0]);
    expect(new Set(panel.host.prompts.map(({ regionId }) => regionId)).size).toBe(1);
  });

  it('nothing can be taken away from nothing', async () => {
    await open();
    await panel.click([100, 100], { button: 'right' });
    await panel.page.getByText('Point at a thing first').waitFor();
    expect(panel.host.prompts).toEqual([]);
  });

  it('N begins a new region', async () => {
    await open();
    await panel.click([100, 100]);
    await panel.regions(1);
    await panel.press('n');
    await panel.click([300, 100]);
    await panel.regions(2);
    expect(lastPrompts()).toHaveLength(1);
  });

  it('a box by drag, in any direction, cut at the border of the picture', async () => {
    await open();
    await panel.press('b');
    await panel.drag([
      [200, 120],
      [100, 40],
    ]);
    await panel.regions(1);
    const [prompt] = lastPrompts();
    if (prompt?.type !== 'box') throw new Error('no box');
    expectNear([prompt.box[0], prompt.box[1]], [100, 40]);
    expectNear([prompt.box[2], prompt.box[3]], [200, 120]);
    await panel.press('n');
    await panel.drag([
      [350, 150],
      [403, 203],
    ]);
    await panel.regions(2);
    const [cut] = lastPrompts();
    expect(cut?.type === 'box' && [cut.box[2], cut.box[3]]).toEqual([400, 200]);
  });

  it('a stroke by drag', async () => {
    await open();
    await panel.press('s');
    await panel.drag([
      [50, 50],
      [150, 60],
      [200, 150],
    ]);
    await panel.regions(1);
    const [prompt] = lastPrompts();
    if (prompt?.type !== 'stroke') throw new Error('no stroke');
    expect(prompt.label).toBe(1);
    expect(prompt.points.length).toBeGreaterThan(5);
    expectNear(prompt.points[0], [50, 50]);
    expectNear(prompt.points.at(-1), [200, 150]);
  });

  it('a click on a marker takes that prompt back; the last one takes the region', async () => {
    await open();
    await panel.click([100, 100]);
    await panel.regions(1);
    await panel.click([150, 100]);
    await expect.poll(() => panel.host.prompts.length).toBe(2);
    await panel.regions(1);
    await panel.click([100, 100]);
    await expect.poll(() => panel.host.prompts.length).toBe(3);
    await panel.regions(1);
    expect(lastPrompts()).toHaveLength(1);
    expectNear(lastPoint(), [150, 100]);
    await panel.click([150, 100]);
    await panel.regions(0);
  });

  it('prompts that come while the model works are sent together', async () => {
    await open();
    let release = () => {};
    panel.host.hold = new Promise((resolve) => (release = () => resolve()));
    await panel.click([100, 100]);
    await panel.page.locator('body[data-busy="true"]').waitFor({ state: 'attached' });
    await panel.click([150, 100]);
    await expect.poll(() => panel.host.prompts.length).toBe(2);
    expect(lastPrompts()).toHaveLength(2);
    release();
    await panel.regions(1);
    expect(panel.host.edits).toHaveLength(1);
  });

  it('a region drawn elsewhere is refined from its own shape', async () => {
    await open({ annotations: [box] });
    await panel.page.getByRole('option', { name: 'legend' }).click();
    await panel.click([150, 100], { button: 'right' });
    await expect.poll(() => panel.host.prompts.length).toBe(1);
    expect(panel.host.prompts[0]?.regionId).toBe('box');
    expect(lastPrompts()[0]).toEqual({ type: 'box', box: [100, 50, 200, 150] });
  });

  it('the arrow keys and space do what the mouse does', async () => {
    await open();
    await panel.canvas.focus();
    for (let i = 0; i < 4; i++) await panel.press('Shift+ArrowRight');
    await panel.press('Space');
    await panel.regions(1);
    expectNear(lastPoint(), [204, 100]);
  });
});

describe('what is seen', () => {
  it('a mask colours its pixels and no others; opacity, hiding and zooming keep it right', async () => {
    await open();
    const plain = await panel.pixel([330, 150]);
    expect(plain).toEqual([128, 128, 128]);
    await panel.click([100, 100]);
    await panel.regions(1);
    await panel.press('n');
    // #e69f00 at 45 % over grey; the marker is gone with the selection.
    const inside = await panel.pixel([100, 92]);
    expect(inside[0]).toBeGreaterThan(160);
    expect(inside[2]).toBeLessThan(90);
    expect(await panel.pixel([112, 112])).toEqual(inside);
    expect(await panel.pixel([125, 100])).toEqual(plain);
    expect(await panel.pixel([100, 125])).toEqual(plain);

    await panel.page.getByRole('slider').fill('0');
    expect(await panel.pixel([100, 92])).toEqual(plain);
    await panel.page.getByRole('slider').fill('100');
    expect(await panel.pixel([100, 92])).toEqual([230, 159, 0]);

    await panel.page.getByRole('option').click();
    await panel.page.getByTitle(/^Hide/).click();
    await panel.page.mouse.move(5, 300);
    await panel.press('Escape');
    await expect.poll(() => panel.pixel([100, 92])).toEqual(plain);
  });

  it('single pixels are squares when they are large', async () => {
    await open({ size: { width: 40, height: 20 }, paint: (x) => (x % 2 ? [255, 255, 255] : [0, 0, 0]) });
    await panel.page.mouse.move(5, 300);
    // Near an edge between two pixels there is no grey.
    expect(await panel.pixel([10.1, 10])).toEqual([0, 0, 0]);
    expect(await panel.pixel([10.9, 10])).toEqual([0, 0, 0]);
    expect(await panel.pixel([11.1, 10])).toEqual([255, 255, 255]);
  });

  it('boxes, points and strokes of the sidecar are drawn', async () => {
    const provenance = { by: 'user' as const };
    await open({
      annotations: [
        { ...box, color: '#ff0000' },
        {
          id: 's',
          color: '#00ff00',
          provenance,
          geometry: {
            type: 'stroke',
            points: [
              [250, 50],
              [350, 50],
            ],
          },
        },
        {
          id: 'p',
          color: '#0000ff',
          provenance,
          geometry: {
            type: 'polygon',
            polygons: [
              [
                [250, 100],
                [350, 100],
                [350, 150],
                [250, 150],
              ],
            ],
          },
        },
      ],
    });
    const red = await panel.pixel([150, 100]);
    expect(red[0]).toBeGreaterThan(red[2] + 10);
    // The line is hardly wider than a pixel of the screen.
    const greens: number[] = [];
    for (const y of [49.6, 50, 50.4]) greens.push((await panel.pixel([300, y]))[1]);
    expect(Math.max(...greens)).toBeGreaterThan(150);
    const blue = await panel.pixel([300, 125]);
    expect(blue[2]).toBeGreaterThan(blue[0] + 20);
  });

  it('the select tool chooses the smaller of two regions', async () => {
    const small: Annotation = {
      ...box,
      id: 'small',
      label: 'entry',
      geometry: { type: 'box', box: [120, 70, 140, 90] },
    };
    await open({ annotations: [small, box] });
    await panel.press('v');
    await panel.click([130, 80]);
    await expect
      .poll(() => panel.page.getByRole('option', { selected: true }).getAttribute('aria-label'))
      .toMatch(/^entry,/);
  });

  it('a picture without regions says what to do', async () => {
    await open();
    await panel.page.getByText('Click a thing.').waitFor();
    await panel.click([100, 100]);
    await panel.regions(1);
    expect(await panel.page.getByText('Click a thing.').count()).toBe(0);
  });
});

describe('the list', () => {
  it('renames, and undo inside the field is of the text', async () => {
    await open({ annotations: [box] });
    await panel.page.getByRole('option', { name: 'legend' }).dblclick();
    const field = panel.page.getByRole('combobox', { name: 'Label' });
    let reached = false;
    await panel.page.exposeFunction('heardUndo', () => (reached = true));
    await panel.page.evaluate(
      `window.addEventListener('keydown', (event) => { if (event.key === 'z') window.heardUndo(); })`,
    );
    await field.pressSequentially('key');
    await field.press('Control+z');
    expect(reached).toBe(false);
    await field.fill('图例');
    await field.press('Enter');
    await expect.poll(() => panel.host.model.find('box')?.label).toBe('图例');
    expect(panel.host.edits.at(-1)?.title).toBe('Label Region');
    await panel.page.getByRole('option', { name: '图例' }).waitFor();
  });

  it('recolours, hides and deletes', async () => {
    await open({ annotations: [box] });
    await panel.page.getByRole('option', { name: 'legend' }).click();
    await panel.page.getByTitle('Colour of legend').click();
    await panel.page.getByLabel('Another colour').fill('#123456');
    await expect.poll(() => panel.host.model.find('box')?.color).toBe('#123456');
    await panel.press('Escape');
    await panel.page.getByTitle('Hide legend').click();
    await expect.poll(() => panel.host.model.find('box')?.hidden).toBe(true);
    await panel.page.getByTitle('Show legend').click();
    await expect.poll(() => panel.host.model.find('box')?.hidden).toBeUndefined();
    await panel.page.getByTitle('Delete legend').click();
    await panel.regions(0);
  });

  it('is walked with the arrow keys; Delete on the picture deletes the selected region', async () => {
    await open({ annotations: [box, { ...box, id: 'b2', label: 'second' }] });
    await panel.page.getByRole('option', { name: 'legend' }).click();
    await panel.press('ArrowDown');
    await panel.press('Delete');
    await panel.regions(1);
    expect(panel.host.model.annotations[0]?.id).toBe('box');
  });

  it('is closed in a narrow panel and opens on demand', async () => {
    await open({ viewport: { width: 420, height: 500 }, annotations: [box] });
    expect(await panel.page.locator('.regions').count()).toBe(0);
    await panel.page.getByRole('button', { name: 'List of regions' }).click();
    await panel.page.getByRole('option', { name: 'legend' }).waitFor();
    await panel.page.screenshot({ path: 'out/annotator-narrow.png' });
  });
});

describe('commands, phrases and troubles', () => {
  it('undo, redo and save are asked of VS Code, and snapshots are followed', async () => {
    await open();
    await panel.click([100, 100]);
    await panel.regions(1);
    await panel.page.getByRole('button', { name: 'Undo' }).click();
    await panel.regions(0);
    await panel.page.getByRole('button', { name: 'Redo' }).click();
    await panel.regions(1);
    await panel.page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => panel.host.commands).toEqual(['undo', 'redo', 'save']);
  });

  it('the selected region, or all that are shown, are inserted into a note, and the panel says so', async () => {
    const by = { provenance: { by: 'user' } } as const;
    await open({
      annotations: [
        { id: 'a', geometry: { type: 'box', box: [20, 20, 120, 90] }, ...by },
        { id: 'b', geometry: { type: 'point', point: [150, 120] }, ...by },
        { id: 'c', hidden: true, geometry: { type: 'point', point: [10, 10] }, ...by },
      ],
    });
    await panel.page.getByRole('button', { name: 'Insert all regions into a note' }).click();
    await expect.poll(() => panel.host.inserted).toEqual([['a', 'b']]);
    await panel.page.locator('.notice', { hasText: 'inserted into a.md' }).waitFor();
    await panel.page.getByRole('option').nth(1).click();
    panel.host.insertResult = { problem: 'a.md was not changed.' };
    await panel.press('i');
    await expect.poll(() => panel.host.inserted).toEqual([['a', 'b'], ['b']]);
    await panel.page.locator('.notice.error', { hasText: 'was not changed' }).waitFor();
  });

  it('a region that an undo took away is not refined by the next click', async () => {
    await open();
    await panel.click([100, 100]);
    await panel.regions(1);
    panel.host.undo();
    await panel.regions(0);
    await panel.click([200, 100]);
    await panel.regions(1);
    expect(lastPrompts()).toHaveLength(1);
  });

  it('a phrase is found, or the refusal is told', async () => {
    await open();
    const field = panel.page.getByRole('textbox', { name: 'Find in picture' });
    await field.fill('Mask decoder');
    await field.press('Enter');
    await panel.regions(1);
    await panel.page.getByRole('option', { name: 'Mask decoder' }).waitFor();
    await panel.page.locator('.notice', { hasText: 'Found “Mask decoder” in one place.' }).waitFor();
    await field.fill('nothing');
    await panel.page.getByRole('button', { name: 'Find', exact: true }).click();
    await panel.page.locator('.notice.warning', { hasText: 'cannot find things in photos' }).waitFor();
    expect(panel.host.phrases).toEqual(['Mask decoder', 'nothing']);
    await panel.regions(1);
  });

  it('an error is told and the next prompt works', async () => {
    await open();
    await panel.click([300, 100]);
    await panel.regions(1);
    await panel.press('n');
    panel.host.failNext = new GroundnoteError('process-crashed', 'The model process ended. Try again.');
    await panel.click([100, 100]);
    await panel.page.locator('.notice.error', { hasText: 'The model process ended.' }).waitFor();
    await panel.regions(1);
    await panel.click([100, 100]);
    await panel.regions(2);
    expect(await panel.page.locator('.notice.error').count()).toBe(0);
    expect(lastPrompts()).toHaveLength(1);
  });

  it('work that takes long is shown and can be cancelled', async () => {
    await open();
    panel.host.hold = new Promise(() => {});
    await panel.click([100, 100]);
    await panel.page.getByText('Segmenting…').waitFor();
    await panel.page.getByRole('button', { name: 'Cancel' }).click();
    await panel.regions(0);
    await panel.page.getByText('Cancelled.').waitFor();
  });

  it('Escape gives up the prompts of the region in hand, and no other work', async () => {
    await open();
    let release = () => {};
    panel.host.hold = new Promise((resolve) => (release = () => resolve(undefined)));
    await panel.click([300, 100]);
    await panel.page.getByText('Segmenting…').waitFor();
    await panel.press('n');
    await panel.click([100, 100]);
    await expect.poll(() => panel.host.prompts.length).toBe(2);
    await panel.press('Escape');
    const second = panel.host.prompts[1]?.regionId;
    await expect.poll(() => panel.host.cancelled).toEqual([[second]]);
    release();
    await panel.regions(1);
    expect(panel.host.model.annotations[0]?.id).toBe(panel.host.prompts[0]?.regionId);
  });

  it('commands of the host reach the panel', async () => {
    await open();
    panel.host.send(focusTool, { tool: 'box' });
    await panel.page.locator('.canvas.tool-box').waitFor();
    panel.host.send(focusTool, { tool: 'text' });
    await expect.poll(() => panel.page.evaluate('document.activeElement.className')).toBe('editor');
    panel.host.send(notice, { level: 'warning', message: 'photo.json was not saved.' });
    await panel.page.locator('.notice.warning', { hasText: 'photo.json was not saved.' }).waitFor();
    await panel.page.getByRole('button', { name: 'Close message' }).click();
    expect(await panel.page.locator('.notice').count()).toBe(0);
  });

  it('a host that does not answer any more is told, with a way out', async () => {
    await open();
    panel.host.alive = false;
    await panel.page.mouse.click(300, 300);
    await panel.page.getByText('The extension restarted').waitFor({ timeout: 6000 });
    expect(await panel.page.getByRole('link', { name: 'Reload' }).getAttribute('href')).toBe(
      'command:workbench.action.reloadWindow',
    );
    await panel.page.screenshot({ path: 'out/annotator-lost.png' });
    panel.host.alive = true;
    await expect.poll(() => panel.page.locator('.notice').count(), { timeout: 9000 }).toBe(0);
  });

  it('a sidecar that cannot be used is told while the picture shows', async () => {
    await open({ problem: 'photo.json is not used and will not be overwritten: it is broken JSON.' });
    await panel.page.getByText('it is broken JSON').waitFor();
  });

  it('a picture that cannot be opened is one clear page', async () => {
    panel = await openPanel({ fatal: 'photo.png is empty.' });
    await panel.page.getByText('photo.png is empty.').waitFor();
    await panel.page.screenshot({ path: 'out/annotator-error.png' });
    await panel.page.getByRole('button', { name: 'Try again' }).waitFor();
  });

  it('only the tools that a ready pack takes are there', async () => {
    await open({ packs: [{ ...(packs[0] as (typeof packs)[0]), prompts: ['point'] }] });
    expect(await panel.page.getByRole('button', { name: 'Point', exact: true }).count()).toBe(1);
    expect(await panel.page.getByRole('button', { name: 'Stroke', exact: true }).count()).toBe(0);
    expect(await panel.page.getByRole('textbox').count()).toBe(0);
    await panel.page.close();
    await open({ packs: [] });
    await panel.page.getByText('No model that segments is installed').waitFor();
    await panel.click([100, 100]);
    expect(panel.host.prompts).toEqual([]);
  });

  it('the toolbar is one stop of the Tab key', async () => {
    await open();
    const stops = panel.page.locator('.toolbar [tabindex="0"]');
    expect(await stops.count()).toBe(1);
    await stops.focus();
    await panel.press('ArrowRight');
    expect(await panel.page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Point');
    await panel.press('ArrowLeft');
    await panel.press('ArrowLeft');
    expect(await panel.page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'List of regions',
    );
  });
});
