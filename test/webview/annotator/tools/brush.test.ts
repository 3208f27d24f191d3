import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../src/protocol/annotator';
import { patchArea } from '../../../../src/protocol/raster';
import { byUser, square, useToolPanel, type ToolPanel } from './toolPanel';

const open = useToolPanel();
const start = async (key: 'k' | 'e', options: Parameters<typeof open>[0] = {}): Promise<ToolPanel> => {
  const tools = await open(options);
  await tools.key(key);
  await tools.page.getByRole('slider', { name: 'Size of the brush' }).waitFor();
  return tools;
};
const sizeOf = (tools: ToolPanel) => tools.page.locator('.brush-size .value').innerText();

const polygon: Annotation = {
  id: 'p',
  label: 'legend',
  score: 0.8,
  geometry: { type: 'polygon', polygons: [square(100, 50, 200, 150)] },
  ...byUser,
};

describe('brush and eraser', () => {
  it('a stroke of the brush is a new mask, one undo step; the next one paints onto it', async () => {
    const tools = await start('k');
    expect(await sizeOf(tools)).toBe('13 px');
    await tools.panel.drag([
      [50, 100],
      [150, 100],
    ]);
    await tools.panel.regions(1);
    expect(tools.host.edits.map(({ title }) => title)).toEqual(['Brush']);
    const first = tools.region();
    expect(first?.geometry.type).toBe('mask');
    for (const x of [45, 100, 155]) expect(tools.covers(first, [x, 100])).toBe(true);
    expect(tools.covers(first, [100, 94])).toBe(true);
    expect(tools.covers(first, [100, 108])).toBe(false);
    await tools.panel.drag([
      [100, 60],
      [100, 100],
    ]);
    await tools.edits(2);
    expect(tools.host.model.annotations).toHaveLength(1);
    expect(tools.covers(tools.region(), [100, 60])).toBe(true);
    expect(tools.covers(tools.region(), [50, 100])).toBe(true);
    tools.host.undo();
    expect(tools.region()).toEqual(first);
  });

  it('the mask is seen while it is painted, and what is erased is gone at once', async () => {
    const tools = await start('k');
    const plain = await tools.panel.pixel([100, 100]);
    await tools.move([50, 100]);
    await tools.page.mouse.down();
    await tools.page.mouse.move(...(await tools.panel.fitted([150, 100])), { steps: 6 });
    await expect.poll(() => tools.panel.pixel([100, 100])).not.toEqual(plain);
    expect(tools.host.edits).toEqual([]);
    await tools.page.mouse.up();
    await tools.panel.regions(1);
    await tools.key('e');
    await tools.move([100, 80]);
    await tools.page.mouse.down();
    await tools.page.mouse.move(...(await tools.panel.fitted([100, 120])), { steps: 6 });
    await expect.poll(() => tools.panel.pixel([100, 100])).toEqual(plain);
    // Escape gives the stroke up.
    await tools.key('Escape');
    await expect.poll(() => tools.panel.pixel([100, 100])).not.toEqual(plain);
    await tools.page.mouse.up();
    expect(tools.host.edits).toHaveLength(1);
  });

  it('keys and slider set the size, from one pixel', async () => {
    const tools = await start('k');
    await tools.key(']');
    await expect.poll(() => sizeOf(tools)).toBe('16 px');
    await tools.key('[', '[');
    await expect.poll(() => sizeOf(tools)).toBe('11 px');
    await tools.page.getByRole('slider', { name: 'Size of the brush' }).fill('0');
    await expect.poll(() => sizeOf(tools)).toBe('1 px');
    await tools.panel.click([100.5, 100.5]);
    await tools.panel.regions(1);
    const patch = tools.patch(tools.region()?.geometry as Annotation['geometry']);
    expect(patch && patchArea(patch)).toBeLessThanOrEqual(2);
  });

  it('the eraser makes a polygon a mask; a model’s score goes, the label stays', async () => {
    const tools = await start('e', { annotations: [polygon] });
    await tools.panel.drag([
      [150, 40],
      [150, 160],
    ]);
    await tools.edits(1);
    const region = tools.region();
    expect(region).toMatchObject({ id: 'p', label: 'legend', geometry: { type: 'mask' } });
    expect(region?.score).toBeUndefined();
    expect(tools.covers(region, [150, 100])).toBe(false);
    expect(tools.covers(region, [120, 100])).toBe(true);
  });

  it('right button and Alt take away with the brush; Shift draws straight from the last end', async () => {
    const tools = await start('k', { annotations: [polygon] });
    await tools.page.getByRole('option', { name: 'legend' }).click();
    await tools.clickWith('Alt', [120, 100]);
    await tools.edits(1);
    expect(tools.covers(tools.region(), [120, 100])).toBe(false);
    await tools.panel.click([180, 100], { button: 'right' });
    await tools.edits(2);
    expect(tools.covers(tools.region(), [180, 100])).toBe(false);
    await tools.panel.click([300, 60]);
    await tools.edits(3);
    await tools.clickWith('Shift', [300, 140]);
    await tools.edits(4);
    expect(tools.covers(tools.region(), [300, 100])).toBe(true);
  });

  it('erasing all removes the region, and undo brings it back', async () => {
    const tools = await start('e', {
      annotations: [{ ...polygon, geometry: { type: 'polygon', polygons: [square(100, 90, 106, 96)] } }],
    });
    await tools.panel.click([103, 93]);
    await tools.panel.regions(0);
    await tools.status(/whole region was erased/);
    tools.host.undo();
    await tools.panel.regions(1);
  });

  it('locked regions are not touched', async () => {
    const tools = await start('e', { annotations: [{ ...polygon, locked: true }] });
    await tools.panel.click([150, 100]);
    await tools.status(/Select the region/);
    await tools.page.getByRole('option', { name: 'legend' }).click();
    await tools.panel.click([150, 100]);
    await tools.status(/locked/);
    await tools.key('k');
    await tools.panel.click([150, 100]);
    await tools.panel.regions(2);
    expect(tools.region('p')?.geometry).toEqual(polygon.geometry);
  });

  it('a pen paints wider when it presses more, and its barrel button takes away', async () => {
    const tools = await start('k');
    const pen = await tools.pen();
    await tools.move([60, 100]);
    await pen('mousePressed', [60, 50], 0.1);
    await pen('mouseMoved', [160, 50], 0.1);
    await pen('mouseReleased', [160, 50], 0);
    await tools.edits(1);
    await pen('mousePressed', [60, 150], 1);
    await pen('mouseMoved', [160, 150], 1);
    await pen('mouseReleased', [160, 150], 0);
    await tools.edits(2);
    const region = tools.region();
    expect(tools.covers(region, [110, 50])).toBe(true);
    expect(tools.covers(region, [110, 45])).toBe(false);
    expect(tools.covers(region, [110, 145])).toBe(true);
    await pen('mousePressed', [110, 150], 1, 'right');
    await pen('mouseReleased', [110, 150], 0, 'right');
    await tools.edits(3);
    expect(tools.covers(tools.region(), [110, 150])).toBe(false);
  });

  it('on a very large picture the work is that of the region', async () => {
    const tools = await start('k', { size: { width: 4000, height: 3000 } });
    await tools.panel.drag([
      [500, 1500],
      [900, 1500],
    ]);
    await tools.panel.regions(1);
    await tools.panel.drag([
      [900, 1500],
      [3900, 2900],
    ]);
    await tools.edits(2);
    expect(tools.covers(tools.region(), [500, 1500])).toBe(true);
    expect(tools.covers(tools.region(), [3900, 2900])).toBe(true);
  });
});
