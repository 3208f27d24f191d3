/** Brush and polygon in the real VS Code: each is one undo step of its own, and a polygon that is being drawn has steps inside. */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnnotatorFrame } from '../support/frames';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();
const picture = 'cat.jpg';

describe('drawing by hand', () => {
  let annotator: AnnotatorFrame;
  beforeAll(async () => {
    await vscode().workbench.explorerMenu(`photos/${picture}`, 'Segment Image');
    annotator = await vscode().annotator();
  });

  it('a stroke of the brush is a region, and undo takes it away', async () => {
    await annotator.tool('brush');
    await annotator.dragImage([60, 60], [160, 60], 8);
    await annotator.waitForRegions(1);
    await vscode().workbench.waitForDirty(picture, true);
    await vscode().workbench.undo();
    await annotator.waitForRegions(0);
    await vscode().workbench.redo();
    await annotator.waitForRegions(1);
  });

  it('undo takes a corner of a polygon back while it is drawn, and afterwards the whole polygon', async () => {
    await annotator.finishRegion();
    await annotator.tool('polygon');
    await annotator.clickImage(200, 40);
    await annotator.clickImage(280, 50);
    await annotator.clickImage(240, 120);
    await annotator.clickImage(210, 130);
    await annotator.waitForText(/4 corners/);
    await annotator.focus();
    await vscode().page.keyboard.press('Control+z');
    await annotator.waitForText(/3 corners/);
    expect(await annotator.regions()).toBe(1);
    await annotator.press('Enter');
    await annotator.waitForRegions(2);
    await vscode().page.keyboard.press('Control+z');
    await annotator.waitForRegions(1);
    await vscode().page.keyboard.press('Control+y');
    await annotator.waitForRegions(2);
  });

  it('the eraser changes the selected polygon, and all is saved', async () => {
    await annotator.tool('eraser');
    await annotator.dragImage([235, 40], [235, 90], 6);
    await annotator.waitUntilIdle();
    await vscode().workbench.save();
    await vscode().workbench.waitForDirty(picture, false);
    const text = await readFile(vscode().file('photos/cat.json'), 'utf8');
    const { shapes } = JSON.parse(text) as { shapes: { shape_type: string; points: unknown[] }[] };
    expect(shapes.length).toBeGreaterThanOrEqual(2);
    expect(new Set(shapes.map(({ shape_type }) => shape_type))).toEqual(new Set(['polygon']));
    // The polygon of three corners is a mask with more now.
    expect(shapes.some(({ points }) => points.length === 3)).toBe(false);
  });
});
