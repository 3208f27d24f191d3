import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../src/protocol/annotator';
import { byUser, expectNear, useToolPanel, type ToolPanel } from './toolPanel';

const open = useToolPanel();
const scaleOf = async (tools: ToolPanel) =>
  parseFloat(await tools.page.locator('.numbers .zoom').innerText());
const press = async (tools: ToolPanel, key: string, times: number) => {
  for (let i = 0; i < times; i++) await tools.key(key);
};

describe('the keyboard alone', () => {
  it('draws a polygon, corner by corner', async () => {
    const tools = await open();
    await tools.panel.canvas.focus();
    await tools.key('g');
    await press(tools, 'ArrowLeft', 2);
    await tools.key('Space');
    await press(tools, 'ArrowUp', 8);
    await tools.key('Space');
    await press(tools, 'ArrowLeft', 8);
    await tools.key('Space');
    await tools.status(/3 corners/);
    await tools.key('Enter');
    await tools.panel.regions(1);
    expect(tools.region()?.geometry.type).toBe('polygon');
  });

  it('draws a box between two presses of space', async () => {
    const tools = await open();
    await tools.panel.canvas.focus();
    await tools.key('b');
    await press(tools, 'ArrowRight', 2);
    await tools.key('Space');
    await tools.status(/space ends it/);
    await press(tools, 'ArrowRight', 6);
    await press(tools, 'ArrowDown', 6);
    await tools.key('Space');
    await tools.panel.regions(1);
    const [prompt] = tools.host.prompts[0]?.prompts ?? [];
    if (prompt?.type !== 'box') throw new Error('no box');
    expect(prompt.box[2] - prompt.box[0]).toBeGreaterThan(20);
  });

  it('paints with the brush, and Escape gives a stroke up', async () => {
    const tools = await open();
    await tools.panel.canvas.focus();
    await tools.key('k');
    await press(tools, 'ArrowRight', 1);
    await tools.key('Space');
    await press(tools, 'ArrowRight', 6);
    await tools.key('Escape');
    await tools.key('Space');
    await press(tools, 'ArrowLeft', 6);
    await tools.key('Space');
    await tools.panel.regions(1);
    expect(tools.host.edits).toHaveLength(1);
    expect(tools.covers(tools.region(), [215, 100])).toBe(true);
  });

  it('brings a crosshair with Alt while a region is selected, and drags a corner of a box with it', async () => {
    const box: Annotation = {
      id: 'box',
      label: 'legend',
      geometry: { type: 'box', box: [200, 100, 240, 140] },
      ...byUser,
    };
    const tools = await open({ annotations: [box] });
    await tools.page.getByRole('option', { name: 'legend' }).click();
    await tools.panel.canvas.focus();
    await tools.key('v', 'Alt+ArrowUp', 'Alt+ArrowDown', 'Space');
    await press(tools, 'ArrowLeft', 3);
    await tools.key('Space');
    await tools.edits(1);
    const geometry = tools.region('box')?.geometry;
    if (geometry?.type !== 'box') throw new Error('no box');
    expect(geometry.box[0]).toBeLessThan(190);
    expectNear([geometry.box[2], geometry.box[3]], [240, 140]);
  });
});

describe('wheel and trackpad', () => {
  it('a wheel zooms, two fingers that move sideways pan, a pinch zooms', async () => {
    const tools = await open();
    await tools.move([200, 100]);
    const fitted = await scaleOf(tools);
    await tools.page.mouse.wheel(0, -400);
    await expect.poll(() => scaleOf(tools)).toBeGreaterThan(fitted * 1.5);
    const zoomed = await scaleOf(tools);
    // A pause ends the turn of the wheel.
    await expect
      .poll(async () => {
        await tools.page.mouse.wheel(30, 20);
        return scaleOf(tools);
      })
      .toBe(zoomed);
    await tools.page.keyboard.down('Control');
    await tools.page.mouse.wheel(0, -40);
    await tools.page.keyboard.up('Control');
    await expect.poll(() => scaleOf(tools)).toBeGreaterThan(zoomed * 1.2);
  });

  it('the menu makes every wheel pan', async () => {
    const tools = await open();
    await tools.page.getByRole('button', { name: 'Settings of the tools' }).click();
    await tools.page.getByLabel(/Always moves/).check();
    await tools.key('Escape');
    await expect.poll(() => tools.page.getByRole('dialog').count()).toBe(0);
    const fitted = await scaleOf(tools);
    const plain = await tools.panel.pixel([200, 30]);
    await tools.move([200, 100]);
    await tools.page.mouse.wheel(0, -900);
    await expect.poll(() => tools.panel.pixel([200, 30])).not.toEqual(plain);
    expect(await scaleOf(tools)).toBe(fitted);
  });
});
