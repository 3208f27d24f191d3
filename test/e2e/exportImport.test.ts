/** Annotations go out to another tool's file and come back, through VS Code's own lists. */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnnotatorFrame } from '../support/frames';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode({ prepare: (workspace) => void mkdirSync(path.join(workspace, 'photos/exported')) });

describe('the side panel', () => {
  let annotator: AnnotatorFrame;
  const menu = async (title: string) => {
    await annotator.tool('select');
    await annotator.clickImage(300, 78, { button: 'right' });
    await vscode().workbench.menuItems();
    await vscode().workbench.chooseMenuItem(title);
  };
  beforeAll(async () => {
    await vscode().workbench.explorerMenu('photos/coins.jpg', 'Segment Image');
    annotator = await vscode().annotator();
    await annotator.clickImage(334, 44);
    await annotator.waitForRegions(1);
  });

  it('exports regions that are not saved yet as COCO', async () => {
    const { workbench } = vscode();
    await menu('Export Annotations…');
    await workbench.pick('COCO');
    await workbench.pick('Exact masks');
    await workbench.pick('This image');
    await workbench.pick('exported');
    await workbench.toast(/COCO/);
    const file = vscode().file('photos', 'exported', 'annotations.json');
    const coco = JSON.parse(await readFile(file, 'utf8')) as {
      images: { file_name: string }[];
      annotations: { segmentation: { counts: string } }[];
    };
    expect(coco.images.map(({ file_name }) => file_name)).toEqual(['coins.jpg']);
    expect(coco.annotations).toHaveLength(1);
    expect(coco.annotations[0]?.segmentation.counts.length).toBeGreaterThan(10);
    await workbench.clearToasts();
  });

  it('imports them into the open picture, as one undo step', async () => {
    const { workbench } = vscode();
    await annotator.tool('select');
    await annotator.press('Control+A');
    await annotator.press('Delete');
    await annotator.waitForRegions(0);
    await menu('Import Annotations…');
    await workbench.pick('Into this image');
    await workbench.pick('COCO');
    await workbench.pick('exported/annotations.json');
    await annotator.waitForRegions(1);
    await annotator.focus();
    await workbench.undo();
    await annotator.waitForRegions(0);
    await workbench.redo();
    await annotator.waitForRegions(1);
  });
});
