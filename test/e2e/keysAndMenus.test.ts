/** Keys, the palette and menus of the side panel are commands of VS Code. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnnotatorFrame } from '../support/frames';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();

describe('actions of the side panel', () => {
  let annotator: AnnotatorFrame;
  beforeAll(async () => {
    await vscode().workbench.explorerMenu('photos/coins.jpg', 'Segment Image');
    annotator = await vscode().annotator();
    await annotator.clickImage(334, 44);
    await annotator.waitForRegions(1);
  });

  it('come from the command palette', async () => {
    await vscode().workbench.runCommand('Groundnote: Polygon');
    await annotator.frame.locator('.canvas.tool-polygon').waitFor();
  });

  it('come from keys while the keyboard is in the panel, and not from the explorer', async () => {
    await annotator.tool('box');
    const done = () => annotator.frame.locator('body').getAttribute('data-actions');
    const before = await done();
    await vscode().page.keyboard.press('Control+Shift+E');
    await vscode().page.locator('.explorer-folders-view :focus').first().waitFor({ state: 'attached' });
    await vscode().page.keyboard.press('p');
    await annotator.focus();
    await annotator.press('s');
    expect(Number(await done())).toBe(Number(before) + 1);
  });

  it('are listed under ?', async () => {
    await annotator.press('Shift+Slash');
    await annotator.frame.getByRole('dialog', { name: 'Keys of the side panel' }).waitFor();
    await vscode().page.keyboard.press('Escape');
    await annotator.frame.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('stand in the menu of a region, and act on the one that was clicked', async () => {
    const { workbench } = vscode();
    await annotator.tool('select');
    await annotator.clickImage(334, 44, { button: 'right' });
    const items = await workbench.menuItems();
    expect(items).toEqual(expect.arrayContaining(['Convert to Polygon', 'Copy Selected Regions']));
    expect(items).not.toContain('Fit the Picture');
    await workbench.chooseMenuItem('Delete Selected Regions');
    await annotator.waitForRegions(0);
    await workbench.undo();
    await annotator.waitForRegions(1);
  });

  it('stand in the menu of the picture', async () => {
    await annotator.tool('select');
    await annotator.clickImage(300, 78, { button: 'right' });
    const items = await vscode().workbench.menuItems();
    expect(items).toEqual(expect.arrayContaining(['Fit the Picture', 'Segment Everything']));
    expect(items).not.toContain('Delete Selected Regions');
    await vscode().page.keyboard.press('Escape');
  });
});
