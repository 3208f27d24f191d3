import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../src/protocol/annotator';
import type { Prompt } from '../../../../src/protocol/geometry';
import { packs } from '../fakeHost';
import { byUser, expectNear, useToolPanel } from './toolPanel';

const open = useToolPanel();
const box: Annotation = { id: 'box', geometry: { type: 'box', box: [100, 50, 200, 150] }, ...byUser };

describe('the box tool', () => {
  it('makes a region as it is drawn when the user chooses so, and changes it by its handles', async () => {
    const tools = await open();
    await tools.key('b');
    await tools.page.getByRole('button', { name: 'The box asks the model' }).click();
    await tools.panel.drag([
      [100, 50],
      [180, 120],
    ]);
    await tools.panel.regions(1);
    expect(tools.host.prompts).toEqual([]);
    expect(tools.region()?.geometry.type).toBe('box');
    await tools.panel.drag([
      [180, 120],
      [220, 150],
    ]);
    await tools.edits(2);
    expect(tools.host.edits.map(({ title }) => title)).toEqual(['Box', 'Change Box']);
    const geometry = tools.region()?.geometry;
    if (geometry?.type !== 'box') throw new Error('no box');
    expectNear([geometry.box[0], geometry.box[1]], [100, 50]);
    expectNear([geometry.box[2], geometry.box[3]], [220, 150]);
  });

  it('a box that asked the model is changed by its handles, and the model is asked again', async () => {
    const tools = await open();
    await tools.key('b');
    await tools.panel.drag([
      [100, 50],
      [180, 120],
    ]);
    await tools.panel.regions(1);
    await tools.panel.drag([
      [180, 120],
      [240, 150],
    ]);
    await expect.poll(() => tools.host.prompts.length).toBe(2);
    await tools.panel.regions(1);
    const prompts = tools.host.prompts[1]?.prompts as Prompt[];
    expect(prompts).toHaveLength(1);
    if (prompts[0]?.type !== 'box') throw new Error('no box');
    expectNear([prompts[0].box[2], prompts[0].box[3]], [240, 150]);
    expect(tools.host.prompts[1]?.regionId).toBe(tools.host.prompts[0]?.regionId);
  });

  it('without a pack that takes boxes it draws regions', async () => {
    const tools = await open({ packs: [{ ...(packs[0] as (typeof packs)[0]), prompts: ['point'] }] });
    await tools.key('b');
    await tools.panel.drag([
      [100, 50],
      [180, 120],
    ]);
    await tools.panel.regions(1);
    expect(tools.region()?.geometry.type).toBe('box');
    expect(await tools.page.getByRole('button', { name: 'The box asks the model' }).count()).toBe(0);
  });

  it('a locked box is left alone', async () => {
    const tools = await open({ annotations: [{ ...box, label: 'locked', locked: true }] });
    await tools.page.getByRole('option', { name: 'locked' }).click();
    await tools.key('b');
    await tools.panel.drag([
      [200, 150],
      [220, 170],
    ]);
    await tools.panel.regions(2);
    expect(tools.region('box')?.geometry).toEqual(box.geometry);
  });
});

describe('the lasso', () => {
  const around = [
    [60, 60],
    [160, 50],
    [180, 130],
    [70, 150],
    [60, 62],
  ] as [number, number][];

  it('is a polygon as it is drawn, with few vertices', async () => {
    const tools = await open();
    await tools.key('o');
    await tools.panel.drag(around);
    await tools.panel.regions(1);
    const geometry = tools.region()?.geometry;
    expect(tools.host.edits.map(({ title }) => title)).toEqual(['Lasso']);
    if (geometry?.type !== 'polygon') throw new Error('no polygon');
    expect(geometry.polygons[0]?.length).toBeLessThan(12);
    expect(tools.covers(tools.region(), [110, 100])).toBe(true);
    expect(tools.covers(tools.region(), [190, 60])).toBe(false);
  });

  it('is a prompt when the user chooses so: its box and its middle', async () => {
    const tools = await open();
    await tools.key('o');
    await tools.page.getByRole('button', { name: 'The lasso asks the model' }).click();
    await tools.panel.drag(around);
    await tools.panel.regions(1);
    const prompts = tools.host.prompts[0]?.prompts ?? [];
    expect(prompts.map(({ type }) => type)).toEqual(['box', 'point']);
    // A second one takes away from the region in hand, by a mask without it and a point in its middle.
    await tools.dragWith('Alt', [
      [80, 80],
      [120, 80],
      [100, 120],
      [80, 82],
    ]);
    await expect.poll(() => tools.host.prompts.length).toBe(2);
    const second = tools.host.prompts[1]?.prompts ?? [];
    expect(second.map(({ type }) => type)).toEqual(['box', 'point', 'mask', 'point']);
    const point = second.at(-1);
    expect(point?.type === 'point' && point.label).toBe(0);
    if (point?.type === 'point') expectNear(point.point, [100, 92], 6);
  });

  it('a line that goes around nothing is told', async () => {
    const tools = await open();
    await tools.key('o');
    await tools.panel.click([60, 60]);
    await tools.status(/all the way around/);
    expect(tools.host.edits).toEqual([]);
  });
});

describe('measure', () => {
  it('tells distance and angle, and size of the selected region, until Escape; nothing is saved', async () => {
    const tools = await open({ annotations: [{ ...box, label: 'legend' }] });
    await tools.page.getByRole('option', { name: 'legend' }).click();
    await tools.key('m');
    await tools.panel.drag([
      [20, 170],
      [60, 140],
    ]);
    await tools.status(/^(49|50|51)(\.\d)? px, 3\d(\.\d)?° · /);
    await tools.status(/Area 10,000 px · Box 100 × 100 px/);
    await tools.key('Escape');
    await expect.poll(() => tools.page.locator('.status').innerText()).toBe('');
    expect(tools.host.edits).toEqual([]);
    // A click measures the region under it.
    await tools.key('Escape');
    await tools.panel.click([150, 100]);
    await tools.status(/Area 10,000 px/);
  });
});

describe('everything', () => {
  it('is asked with its density, for the part in view when zoomed in, and is one undo step', async () => {
    const tools = await open();
    await tools.key('y');
    await tools.panel.regions(2);
    await tools.page.locator('.notice', { hasText: '2 regions found.' }).waitFor();
    expect(tools.host.everythings[0]).toEqual({ pointsPerSide: 16 });
    expect(tools.host.edits.map(({ title }) => title)).toEqual(['Segment Everything']);
    tools.host.undo();
    await tools.panel.regions(0);
    await tools.move([200, 100]);
    await tools.page.mouse.wheel(0, -800);
    await tools.page.getByRole('button', { name: 'Segment everything' }).click();
    const sheet = tools.page.getByRole('dialog', { name: 'Segment everything' });
    await sheet.getByLabel(/Many/).check();
    await tools.page.screenshot({ path: 'out/tools-everything.png' });
    await sheet.getByRole('button', { name: 'Segment what is in view' }).click();
    await tools.panel.regions(2);
    expect(tools.host.everythings[1]).toMatchObject({ pointsPerSide: 32 });
    expect(tools.host.everythings[1]?.view?.[0]).toBeGreaterThan(0);
  });

  it('can be cancelled', async () => {
    const tools = await open();
    tools.host.hold = new Promise(() => {});
    await tools.key('y');
    await tools.page.getByText('Segmenting everything…').waitFor();
    await tools.page.getByRole('button', { name: 'Cancel' }).click();
    await tools.page.getByText('Cancelled.').waitFor();
    expect(tools.host.edits).toEqual([]);
  });
});
