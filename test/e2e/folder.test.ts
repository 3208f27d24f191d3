/** A folder of pictures: going from one to the next without losing anything, the filmstrip, and “Segment Folder…”. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode({
  prepare: async (workspace) => {
    const series = path.join(workspace, 'series');
    await mkdir(series);
    const figure = path.join(workspace, 'figures/lisa-architecture.png');
    for (const name of ['img1.png', 'img2.png', 'img10.png']) await cp(figure, path.join(series, name));
    await writeFile(path.join(series, 'img11.png'), 'no picture');
    await writeFile(path.join(series, 'img2.json'), '{"mine": true}');
  },
});
const shapes = async (name: string) => {
  const text = await readFile(vscode().file('series', name), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { shapes?: { label: string; groundnote: { id: string } }[] }).shapes ?? [];
};
const tabs = () => vscode().page.locator('.tab[data-resource-name^="img"]').allInnerTexts();

describe('the pictures of a folder', () => {
  it('follow each other by keys, in the same tab, with the tool and the keyboard', async () => {
    const { workbench, page } = vscode();
    await workbench.explorerMenu('series/img1.png', 'Segment Image');
    const first = await vscode().annotator('img1.png');
    await first.waitForText(/1 of 4/);
    await first.tool('box');
    await page.keyboard.press('d');
    const second = await vscode().annotator('img2.png');
    await second.frame.locator('.canvas.tool-box').waitFor();
    await expect.poll(tabs).toHaveLength(1);
    // Nothing was clicked: the keys go on.
    await second.frame.locator('.canvas:focus').waitFor();
    await page.keyboard.press('d');
    const third = await vscode().annotator('img10.png');
    await third.waitForText(/3 of 4/);
    await third.frame.locator('.canvas:focus').waitFor();
    await page.keyboard.press('d');
    const broken = await vscode().annotator('img11.png');
    await broken.waitForText(/cannot be opened/);
    await broken.waitForText(/4 of 4/);
    await broken.frame.getByRole('button', { name: 'Previous image of the folder' }).click();
    await vscode().annotator('img10.png');
    await expect.poll(tabs).toHaveLength(1);
  });

  it('keep a tab whose picture has unsaved regions, and the filmstrip shows it', async () => {
    const { workbench, page } = vscode();
    const third = await vscode().annotator('img10.png');
    await third.tool('box');
    await third.dragImage([100, 100], [300, 250]);
    await third.waitForRegions(1);
    await workbench.waitForDirty('img10.png', true);
    await page.keyboard.press('Shift+A');
    const strip = third.frame.getByRole('listbox', { name: 'Images of series' });
    await strip.getByRole('option', { name: 'img10.png, 1 region, unsaved' }).waitFor();
    await strip.getByRole('option', { name: 'img2.png, no regions, img2.json is no LabelMe file' }).waitFor();
    await strip
      .getByRole('option', { name: /^img1\.png/ })
      .locator('img')
      .waitFor({ timeout: 30_000 });
    await vscode().screenshot('filmstrip');
    await strip.getByRole('option', { name: /^img1\.png/ }).click();
    const first = await vscode().annotator('img1.png');
    await first.frame.getByRole('listbox', { name: 'Images of series' }).waitFor();
    await expect.poll(tabs).toHaveLength(2);
    await workbench.waitForDirty('img10.png', true);
  });

  it('are segmented at once: open ones as an edit, the others in their sidecars, and what cannot be is reported', async () => {
    const { workbench, page } = vscode();
    await workbench.explorerMenu('series', 'Segment Folder…');
    await workbench.pick('A text…');
    await workbench.answer('Mask decoder');
    await workbench.pick('Groundnote OCR');
    await workbench.pick('This folder');
    await workbench.pick('Add to them');
    const said = await workbench.toast(/images segmented/, 120_000);
    expect(said).toContain('2 of 4 images segmented');
    expect(said).toContain('2 failed');
    // img1.png is open without unsaved regions, and img10.png with one.
    const first = await vscode().annotator('img1.png');
    await first.waitForRegions(1);
    await workbench.waitForDirty('img1.png', true);
    expect(await shapes('img1.json')).toEqual([]);
    expect(await readFile(vscode().file('series/img2.json'), 'utf8')).toBe('{"mine": true}');
    await first.focus();
    await workbench.save();
    await workbench.waitForDirty('img1.png', false);
    expect((await shapes('img1.json')).map(({ label }) => label.toLowerCase())).toEqual(['mask decoder']);
    await workbench.undo();
    await first.waitForRegions(0);
    await workbench.redo();
    await first.waitForRegions(1);
    await page.locator('.notification-toast .monaco-button', { hasText: 'Show Report' }).first().click();
    await page
      .locator('.tab', { hasText: /batch-.*\.md|Preview batch-/ })
      .first()
      .waitFor({ timeout: 20_000 });
    await vscode().screenshot('segment-folder-report');
  });
});
