import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../src/protocol/annotator';
import type { Prompt } from '../../../../src/protocol/geometry';
import { byUser, square, useToolPanel, type ToolPanel } from './toolPanel';

const open = useToolPanel();
const lastPrompts = (tools: ToolPanel) => tools.host.prompts.at(-1)?.prompts as Prompt[];
const polygon: Annotation = {
  id: 'p',
  label: 'legend',
  geometry: { type: 'polygon', polygons: [square(100, 50, 200, 150)] },
  ...byUser,
};

describe('prompts', () => {
  it('Ctrl holds prompts back, shows them, and sends them once when it is let go', async () => {
    const tools = await open();
    await tools.page.keyboard.down('Control');
    await tools.panel.click([100, 100]);
    await tools.page.getByText('1 prompt waits').waitFor();
    await tools.panel.click([140, 100]);
    await tools.panel.click([120, 120], { button: 'right' });
    await tools.page.getByText('3 prompts wait').waitFor();
    expect(tools.host.prompts).toEqual([]);
    // Undo takes the last of them back, and not a step of the document.
    await tools.key('z');
    await tools.page.getByText('2 prompts wait').waitFor();
    await tools.page.keyboard.up('Control');
    await tools.panel.regions(1);
    expect(tools.host.prompts).toHaveLength(1);
    expect(lastPrompts(tools)).toHaveLength(2);
    expect(tools.host.commands).toEqual([]);
    expect(await tools.page.locator('.chip').count()).toBe(0);
  });

  it('Escape gives held prompts up', async () => {
    const tools = await open();
    await tools.page.keyboard.down('Control');
    await tools.panel.click([100, 100]);
    await tools.page.getByText('1 prompt waits').waitFor();
    tools.host.act('draft.reject');
    await tools.status(/given up/);
    await tools.page.keyboard.up('Control');
    await tools.panel.click([300, 100]);
    await tools.panel.regions(1);
    expect(tools.host.prompts).toHaveLength(1);
    expect(lastPrompts(tools)).toHaveLength(1);
  });

  it('other masks are a key or a button away, and each choice is one undo step', async () => {
    const tools = await open();
    tools.host.radii = [20, 40, 10];
    await tools.panel.click([100, 100]);
    await tools.panel.regions(1);
    const chip = tools.page.locator('.chip');
    await chip.getByText('1 of 3').waitFor();
    await tools.key('c');
    await chip.getByText('2 of 3').waitFor();
    await tools.edits(2);
    expect(tools.host.edits[1]?.title).toBe('Other Mask');
    expect(tools.covers(tools.region(), [135, 100])).toBe(true);
    expect(tools.region()?.score).toBeCloseTo(0.83);
    expect(tools.region()?.provenance.by).toBe('pack');
    await tools.page.getByRole('button', { name: 'Previous mask' }).click();
    await chip.getByText('1 of 3').waitFor();
    await tools.key('Shift+C');
    await chip.getByText('3 of 3').waitFor();
    tools.host.undo();
    await chip.getByText('1 of 3').waitFor();
    // The choice goes with the selection, and comes back with it.
    await tools.key('Enter');
    await expect.poll(() => chip.count()).toBe(0);
    await tools.page.getByRole('option').click();
    await chip.getByText('1 of 3').waitFor();
  });

  it('Enter accepts; Escape gives a region in hand up, which undo brings back, and never an accepted one', async () => {
    const tools = await open();
    await tools.panel.click([100, 100]);
    await tools.panel.regions(1);
    await tools.key('Escape');
    await tools.panel.regions(0);
    await tools.status(/given up. Undo brings it back/);
    tools.host.undo();
    await tools.panel.regions(1);
    await tools.panel.click([300, 100]);
    await tools.panel.regions(2);
    await tools.key('Enter');
    await tools.status(/accepted/);
    await tools.key('Escape', 'Escape');
    // Selected again, it is still accepted.
    await tools.page.getByRole('option').nth(1).click();
    await tools.key('Escape');
    await expect.poll(() => tools.page.getByRole('option', { selected: true }).count()).toBe(0);
    expect(tools.host.model.annotations).toHaveLength(2);
    expect(tools.host.edits).toHaveLength(3);
  });

  it('an accepted region that is taken up again goes back to what it was with Escape', async () => {
    const tools = await open({ annotations: [polygon] });
    await tools.page.getByRole('option', { name: 'legend' }).click();
    await tools.panel.click([250, 100]);
    await tools.edits(1);
    expect(lastPrompts(tools).map(({ type }) => type)).toEqual(['mask', 'point']);
    expect(tools.region()?.geometry.type).toBe('mask');
    await tools.key('Escape');
    await tools.edits(2);
    await tools.status(/as it was accepted/);
    expect(tools.region()).toEqual(polygon);
  });

  it('locked and hidden regions are left alone: a click begins a new one', async () => {
    const tools = await open({ annotations: [{ ...polygon, locked: true }] });
    await tools.page.getByRole('option', { name: 'legend' }).click();
    await tools.panel.click([150, 100]);
    await tools.panel.regions(2);
    expect(tools.region('p')).toMatchObject({ geometry: polygon.geometry });
  });

  it('the part in view goes with the prompts when the picture is zoomed in', async () => {
    const tools = await open();
    await tools.panel.click([100, 100]);
    await tools.panel.regions(1);
    expect(tools.host.prompts[0]?.view).toBeUndefined();
    await tools.move([200, 100]);
    await tools.page.mouse.wheel(0, -600);
    await tools.key('n');
    await tools.page.mouse.down();
    await tools.page.mouse.up();
    await tools.panel.regions(2);
    const [x1, y1, x2, y2] = tools.host.prompts[1]?.view ?? [0, 0, 0, 0];
    expect(x1).toBeGreaterThan(20);
    expect(x2).toBeLessThan(380);
    expect([x1, y1, x2, y2].every(Number.isInteger)).toBe(true);
  });
});

describe('the mask under the pointer', () => {
  it('follows the pointer once the picture is encoded, is no edit, and can be turned off', async () => {
    const tools = await open();
    await tools.move([60, 60]);
    await tools.panel.click([300, 100]);
    await tools.panel.regions(1);
    await tools.key('n');
    const plain = await tools.panel.pixel([105, 95]);
    await tools.move([100, 100]);
    await expect.poll(() => tools.panel.pixel([105, 95])).not.toEqual(plain);
    expect(tools.host.edits).toHaveLength(1);
    const point = tools.host.hovers.at(-1)?.prompts[0];
    expect(point).toMatchObject({ type: 'point', label: 1 });
    // It goes on from the region in hand.
    await tools.page.getByRole('option').click();
    await tools.move([300, 120]);
    await expect.poll(() => tools.host.hovers.at(-1)?.prompts.length).toBe(2);
    await tools.key('Escape', 'Shift+P');
    await tools.status(/not shown/);
    await tools.move([110, 100]);
    await tools.move([100, 100]);
    await expect.poll(() => tools.panel.pixel([105, 95])).toEqual(plain);
  });

  it('stops itself where the decoder is slow', async () => {
    const tools = await open();
    tools.host.decodeMs = 400;
    await tools.panel.click([300, 100]);
    await tools.panel.regions(1);
    await tools.key('n');
    let x = 20;
    await expect
      .poll(async () => {
        await tools.move([(x = (x + 7) % 380), 100]);
        return tools.page.locator('.status').innerText();
      })
      .toMatch(/off: the model takes 400 ms/);
    const asked = tools.host.hovers.length;
    await tools.move([50, 50]);
    await tools.move([60, 60]);
    expect(tools.host.hovers).toHaveLength(asked);
  });

  it('is not asked for while another tool is in hand', async () => {
    const tools = await open();
    tools.host.encoded = true;
    await tools.key('v');
    await tools.move([100, 100]);
    await tools.move([120, 100]);
    await tools.key('p');
    await tools.move([130, 100]);
    await expect.poll(() => tools.host.hovers.length).toBeGreaterThan(0);
    expect(tools.host.hovers[0]?.prompts[0]).toMatchObject({ type: 'point' });
  });
});
