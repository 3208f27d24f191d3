import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../src/protocol/annotator';
import type { Point } from '../../../../src/protocol/geometry';
import { rleOfPatch, emptyPatch, fillPolygon } from '../../../../src/protocol/raster';
import { rleBox } from '../../../../src/protocol/rle';
import { byUser, expectNear, square, useToolPanel, type ToolPanel } from './toolPanel';

const open = useToolPanel();
const size = { width: 400, height: 200 };
const triangle: Annotation = {
  id: 'triangle',
  label: 'triangle',
  geometry: {
    type: 'polygon',
    polygons: [
      [
        [40, 40],
        [120, 40],
        [80, 120],
      ],
    ],
  },
  ...byUser,
};
const box: Annotation = {
  id: 'box',
  label: 'box',
  geometry: { type: 'box', box: [200, 40, 260, 100] },
  ...byUser,
};
const mask: Annotation = {
  id: 'mask',
  label: 'mask',
  geometry: {
    type: 'mask',
    mask: rleOfPatch(fillPolygon(emptyPatch([300, 60, 340, 100]), square(300, 60, 340, 100), 1), size),
  },
  provenance: {
    by: 'pack',
    packs: [{ id: 'a', version: '1.0.0' }],
    prompts: [{ type: 'point', point: [320, 80], label: 1 }],
  },
};
const start = async (annotations = [triangle, box, mask]): Promise<ToolPanel> => {
  const tools = await open({ annotations, size });
  await tools.key('v');
  await tools.page.locator('.canvas.tool-select').waitFor();
  return tools;
};
const selected = (tools: ToolPanel) =>
  tools.page.evaluate<string[]>(
    `[...document.querySelectorAll('[role=option][aria-selected=true]')].map((each) => each.getAttribute('aria-label'))`,
  );
const corners = (annotation: Annotation | undefined): Point[] =>
  annotation?.geometry.type === 'polygon' ? (annotation.geometry.polygons[0] as Point[]) : [];

describe('the select tool', () => {
  it('a drag moves the selected regions, masks and prompts too, as one undo step', async () => {
    const tools = await start();
    await tools.panel.click([320, 80]);
    await tools.clickWith('Shift', [80, 60]);
    await tools.panel.drag([
      [320, 80],
      [300, 110],
    ]);
    await tools.edits(1);
    const [edit] = tools.host.edits;
    expect(edit?.title).toBe('Move Regions');
    const moved = tools.region('mask');
    const [x1, y1, x2, y2] = moved?.geometry.type === 'mask' ? rleBox(moved.geometry.mask) : [0, 0, 0, 0];
    expectNear([x1, y1], [280, 90], 1.5);
    expect([x2 - x1, y2 - y1]).toEqual([40, 40]);
    const prompt = moved?.provenance.by === 'pack' ? moved.provenance.prompts[0] : undefined;
    expect(prompt).toMatchObject({ type: 'point', point: [x1 + 20, y1 + 20] });
    expectNear(corners(tools.region('triangle'))[0], [20, 70], 1.5);
    expect(tools.region('box')).toEqual(box);
    tools.host.undo();
    expect(tools.region('mask')).toEqual(mask);
  });

  it('a region stays in the picture when it is moved beyond the border', async () => {
    const tools = await start();
    await tools.panel.click([320, 80]);
    await tools.panel.drag([
      [320, 80],
      [399, 199],
    ]);
    await tools.edits(1);
    const moved = tools.region('mask');
    expect(moved?.geometry.type === 'mask' && rleBox(moved.geometry.mask)).toEqual([360, 160, 400, 200]);
  });

  it('arrow keys nudge, and a held key is one undo step', async () => {
    const tools = await start();
    await tools.panel.click([230, 80]);
    await tools.key('ArrowRight');
    await tools.edits(1);
    expect(tools.region('box')?.geometry).toEqual({ type: 'box', box: [201, 40, 261, 100] });
    await tools.page.keyboard.down('Shift');
    for (let i = 0; i < 3; i++) await tools.page.keyboard.down('ArrowDown');
    await tools.page.keyboard.up('ArrowDown');
    await tools.page.keyboard.up('Shift');
    await tools.edits(2);
    expect(tools.region('box')?.geometry).toEqual({ type: 'box', box: [201, 70, 261, 130] });
  });

  it('vertices are dragged, added on an edge, and taken away with the right button or Alt', async () => {
    const tools = await start();
    await tools.panel.click([80, 60]);
    await tools.panel.drag([
      [120, 40],
      [140, 30],
    ]);
    await tools.edits(1);
    expectNear(corners(tools.region('triangle'))[1], [140, 30]);
    // The middle of the edge between the first and the last corner.
    await tools.panel.drag([
      [60, 80],
      [30, 90],
    ]);
    await tools.edits(2);
    expect(tools.host.edits[1]?.title).toBe('Add Vertex');
    expect(corners(tools.region('triangle'))).toHaveLength(4);
    expectNear(corners(tools.region('triangle'))[3], [30, 90]);
    await tools.panel.click([30, 90], { button: 'right' });
    await tools.edits(3);
    expect(corners(tools.region('triangle'))).toHaveLength(3);
    await tools.clickWith('Alt', [140, 30]);
    await tools.status(/No vertex can go/);
    expect(tools.host.edits).toHaveLength(3);
    for (let i = 0; i < 3; i++) tools.host.undo();
    expect(tools.region('triangle')).toEqual(triangle);
  });

  it('a box is changed by its handles', async () => {
    const tools = await start();
    await tools.panel.click([230, 80]);
    await tools.panel.drag([
      [260, 100],
      [280, 130],
    ]);
    await tools.edits(1);
    const geometry = tools.region('box')?.geometry;
    expect(geometry?.type === 'box' && geometry.box.slice(0, 2)).toEqual([200, 40]);
    if (geometry?.type === 'box') expectNear([geometry.box[2], geometry.box[3]], [280, 130]);
    // A side moves alone.
    await tools.panel.drag([
      [200, 85],
      [180, 70],
    ]);
    await tools.edits(2);
    const side = tools.region('box')?.geometry;
    if (side?.type !== 'box') throw new Error('no box');
    expectNear([side.box[0], side.box[1]], [180, 40]);
  });

  it('a marquee selects what lies inside; Shift adds; a click beside all selects nothing', async () => {
    const tools = await start();
    await tools.panel.drag([
      [180, 20],
      [390, 150],
    ]);
    await tools.status(/2 regions selected/);
    await tools.dragWith('Shift', [
      [20, 20],
      [150, 150],
    ]);
    await tools.status(/3 regions selected/);
    await tools.panel.click([170, 190]);
    await expect.poll(() => selected(tools)).toEqual([]);
    expect(tools.host.edits).toEqual([]);
  });

  it('locked regions are neither selected nor moved by gestures', async () => {
    const tools = await start([triangle, { ...box, locked: true }]);
    await tools.panel.click([230, 80]);
    await expect.poll(() => selected(tools)).toEqual([]);
    await tools.page.getByRole('option', { name: 'box' }).click();
    await tools.canvasFocus();
    await tools.panel.drag([
      [230, 80],
      [250, 90],
    ]);
    await tools.panel.drag([
      [260, 100],
      [280, 130],
    ]);
    await tools.key('ArrowRight');
    expect(tools.host.edits).toEqual([]);
  });

  it('Escape gives a drag up', async () => {
    const tools = await start();
    await tools.panel.click([230, 80]);
    await tools.page.mouse.down();
    await tools.page.mouse.move(...(await tools.panel.fitted([280, 120])), { steps: 4 });
    await tools.key('Escape');
    await tools.page.mouse.up();
    expect(tools.host.edits).toEqual([]);
    expect(tools.region('box')).toEqual(box);
  });
});
