import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../src/protocol/annotator';
import { patchArea } from '../../../../src/protocol/raster';
import { byUser, expectNear, square, useToolPanel, type ToolPanel } from './toolPanel';

const open = useToolPanel();
const ring = (annotation: Annotation | undefined) =>
  annotation?.geometry.type === 'polygon' ? annotation.geometry.polygons[0] : undefined;
const start = async (options: Parameters<typeof open>[0] = {}): Promise<ToolPanel> => {
  const tools = await open(options);
  await tools.key('g');
  await tools.page.locator('.canvas.tool-polygon').waitFor();
  return tools;
};

describe('the polygon tool', () => {
  it('closes with Enter, is one undo step, and is a region by the user', async () => {
    const tools = await start();
    for (const place of [
      [50, 50],
      [150, 60],
      [100, 140],
    ] as const)
      await tools.panel.click([...place]);
    await tools.status(/3 corners/);
    expect(tools.host.edits).toEqual([]);
    await tools.key('Enter');
    await tools.panel.regions(1);
    expect(tools.host.edits.map(({ title }) => title)).toEqual(['Polygon']);
    expect(tools.region()?.provenance).toEqual({ by: 'user' });
    expect(ring(tools.region())).toHaveLength(3);
    expectNear(ring(tools.region())?.[0], [50, 50]);
    expectNear(ring(tools.region())?.[2], [100, 140]);
    // The next click begins another one; Escape gives only that up.
    await tools.panel.click([300, 100]);
    await tools.key('Escape');
    await tools.status(/given up/);
    expect(tools.host.model.annotations).toHaveLength(1);
  });

  it('closes on its first corner, and by a double click', async () => {
    const tools = await start();
    for (const place of [
      [50, 50],
      [150, 60],
      [100, 140],
      [52, 51],
    ] as const)
      await tools.panel.click([...place]);
    await tools.panel.regions(1);
    expect(ring(tools.region())).toHaveLength(3);
    await tools.panel.click([250, 50]);
    await tools.panel.click([350, 60]);
    await tools.panel.click([300, 140], { clickCount: 2, delay: 10 });
    await tools.panel.regions(2);
    expect(ring(tools.host.model.annotations[1])).toHaveLength(3);
  });

  it('takes corners back with Ctrl+Z, Backspace and the right button, and puts them again with Ctrl+Y', async () => {
    const tools = await start();
    for (const place of [
      [50, 50],
      [150, 60],
      [100, 140],
      [60, 120],
    ] as const)
      await tools.panel.click([...place]);
    await tools.key('Control+z');
    await tools.status(/3 corners/);
    await tools.key('Backspace');
    await tools.status(/2 corners/);
    await tools.key('Control+y');
    await tools.status(/3 corners/);
    await tools.panel.click([200, 180], { button: 'right' });
    await tools.status(/2 corners/);
    await tools.page.getByRole('button', { name: 'Undo' }).click();
    await tools.status(/1 corner\./);
    await tools.canvasFocus();
    await tools.key('Enter');
    await tools.status(/at least three corners/);
    expect(tools.host.commands).toEqual([]);
    // With nothing drawn, the keys are VS Code's again.
    await tools.key('Escape');
    await tools.page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => tools.host.commands).toEqual(['undo']);
  });

  it('snaps to vertices of other regions and to the border of the picture, unless Ctrl is held', async () => {
    const other: Annotation = {
      id: 'other',
      geometry: { type: 'box', box: [200, 60, 300, 120] },
      ...byUser,
    };
    const tools = await start({ annotations: [other] });
    await tools.panel.click([198, 61]);
    await tools.panel.click([302, 198]);
    await tools.panel.click([3, 120]);
    await tools.clickWith('Control', [100, 3]);
    await tools.key('Enter');
    await tools.panel.regions(2);
    const corners = ring(tools.host.model.annotations[1]);
    expect(corners?.[0]).toEqual([200, 60]);
    expect(corners?.[1]?.[1]).toBe(200);
    expect(corners?.[2]?.[0]).toBe(0);
    expectNear(corners?.[3], [100, 3]);
    expect(corners?.[3]?.[1]).not.toBe(0);
  });

  it('cuts holes into polygons, boxes and masks with Alt or the command', async () => {
    const tools = await start({
      annotations: [
        {
          id: 'polygon',
          label: 'one',
          geometry: { type: 'polygon', polygons: [square(20, 20, 120, 120)] },
          ...byUser,
        },
        { id: 'box', label: 'two', geometry: { type: 'box', box: [200, 20, 300, 120] }, ...byUser },
      ],
    });
    await tools.page.getByRole('option', { name: 'one' }).click();
    await tools.clickWith('Alt', [50, 50]);
    await tools.panel.click([90, 50]);
    await tools.panel.click([90, 90]);
    await tools.panel.click([50, 90]);
    await tools.key('Enter');
    await tools.edits(1);
    expect(tools.host.edits[0]?.title).toBe('Cut Hole');
    expect(tools.covers(tools.region('polygon'), [70, 70])).toBe(false);
    expect(tools.covers(tools.region('polygon'), [30, 30])).toBe(true);

    await tools.page.getByRole('option', { name: 'two' }).click();
    tools.host.act('polygon.hole');
    await tools.status(/Draw the hole/);
    await tools.panel.click([230, 50]);
    await tools.panel.click([270, 50]);
    await tools.panel.click([270, 90]);
    await tools.key('Enter');
    await tools.edits(2);
    const box = tools.region('box');
    expect(box?.geometry).toMatchObject({ type: 'polygon', holes: [expect.anything()] });
    const patch = box && tools.patch(box.geometry);
    expect(Math.abs((patch ? patchArea(patch) : 0) - (10_000 - 800))).toBeLessThan(80);
    tools.host.undo();
    expect(tools.region('box')?.geometry.type).toBe('box');
  });

  it('waits when another tool is chosen', async () => {
    const tools = await start();
    await tools.panel.click([50, 50]);
    await tools.panel.click([150, 60]);
    await tools.key('v', 'g');
    await tools.panel.click([100, 140]);
    await tools.key('Enter');
    await tools.panel.regions(1);
    expect(ring(tools.region())).toHaveLength(3);
  });

  it('is kept unfinished while the panel is hidden, and goes on where it was', async () => {
    const tools = await start();
    await tools.panel.click([100, 50]);
    await tools.panel.click([180, 50]);
    await tools.panel.hideAndShow();
    await tools.status(/Polygon: 2 corners/);
    await tools.panel.click([180, 120]);
    await tools.key('Enter');
    await tools.edits(1);
    const [a, b, c] = ring(tools.region()) ?? [];
    expectNear(a, [100, 50]);
    expectNear(b, [180, 50]);
    expectNear(c, [180, 120]);
    await tools.panel.hideAndShow();
    await tools.panel.regions(1);
    expect(await tools.page.getByText(/^Polygon: /).count()).toBe(0);
  });
});
