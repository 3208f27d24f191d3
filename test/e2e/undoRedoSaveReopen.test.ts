/** Undo, redo, save, close and reopen: what was seen is what the LabelMe file holds, and what comes back. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AnnotatorFrame } from '../support/frames';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();
const picture = 'coffee.jpg';

const labelmeSchema = z.looseObject({
  version: z.string(),
  flags: z.record(z.string(), z.unknown()),
  imagePath: z.literal(picture),
  imageHeight: z.literal(400),
  imageWidth: z.literal(600),
  shapes: z
    .array(
      z.looseObject({
        label: z.string(),
        shape_type: z.enum(['polygon', 'rectangle', 'linestrip', 'point']),
        points: z.array(z.tuple([z.number(), z.number()])).min(1),
      }),
    )
    .min(1),
});

describe('annotations of a picture', () => {
  let annotator: AnnotatorFrame;

  it('are undone and redone with the keys of VS Code', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu(`photos/${picture}`, 'Segment Image');
    annotator = await vscode().annotator();
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);
    await workbench.waitForDirty(picture, true);
    await workbench.undo();
    await annotator.waitForRegions(0);
    await workbench.waitForDirty(picture, false);
    await workbench.redo();
    await annotator.waitForRegions(1);
    await workbench.waitForDirty(picture, true);
  });

  it('are saved as LabelMe beside the picture', async () => {
    await vscode().workbench.save();
    await vscode().workbench.waitForDirty(picture, false);
    const text = await readFile(vscode().file('photos/coffee.json'), 'utf8');
    const { shapes } = labelmeSchema.parse(JSON.parse(text));
    const polygon = shapes.find(({ shape_type }) => shape_type === 'polygon');
    expect(polygon?.points.length).toBeGreaterThanOrEqual(3);
    for (const [x, y] of polygon?.points ?? []) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(600);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(400);
    }
  });

  it('come back when the picture is opened again', async () => {
    const { workbench } = vscode();
    await workbench.closeActiveEditor();
    await expect.poll(() => workbench.tab(picture).count()).toBe(0);
    await workbench.explorerMenu(`photos/${picture}`, 'Segment Image');
    annotator = await vscode().annotator();
    await annotator.waitForRegions(1);
    expect(await workbench.isDirty(picture)).toBe(false);
  });
});
