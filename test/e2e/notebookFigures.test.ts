/** A picture in the output of a notebook's cell: saved beside the notebook, annotated, and found again. */
import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { notebookOutputs, notebookPicture, writeNotebook } from '../support/notebook';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode({ prepare: writeNotebook });

/** Right-clicks the picture of an output and chooses an entry. */
const outputMenu = (selector: string, title: string) =>
  vscode().workbench.contextMenu(
    async () => (await notebookOutputs(vscode().page)).locator(selector).first(),
    title,
  );

const saved = async () => (await readdir(vscode().file('plots.figures'))).sort();

describe('a picture in the output of a notebook', () => {
  it('is not saved when the question is cancelled', async () => {
    const { workbench } = vscode();
    await workbench.openFile('plots.ipynb');
    await outputMenu('.output img', 'Annotate Figure');
    const dialog = vscode().page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    expect(await dialog.innerText()).toContain('Save this picture beside the notebook to annotate it?');
    await workbench.dialogButton('Cancel').click();
    await dialog.waitFor({ state: 'detached' });
    await expect(saved()).rejects.toThrow(/ENOENT/);
  });

  it('is saved beside the notebook when the user agrees, and opens in the side panel', async () => {
    await outputMenu('.output img', 'Annotate Figure');
    await vscode().workbench.dialogButton('Save').click();
    const [name] = await expect
      .poll(saved, { timeout: 10_000 })
      .toHaveLength(1)
      .then(() => saved());
    expect(name).toMatch(/^cell-2-[0-9a-f]{8}\.png$/);
    expect(
      (await readFile(vscode().file('plots.figures', name as string))).equals(
        await readFile(notebookPicture),
      ),
    ).toBe(true);
    await vscode().annotator(name);
    await vscode().workbench.closeActiveEditor();
  });

  it('is the same file the next time, asks nothing more, and grounds a phrase', async () => {
    const [name] = await saved();
    await outputMenu('.output img', 'Ground in Image…');
    await vscode().workbench.answer('Mask decoder');
    const annotator = await vscode().annotator(name);
    await annotator.waitForRegions(1, 60_000);
    expect(await saved()).toEqual([name]);
    await vscode().workbench.save();
    await vscode().workbench.waitForDirty(name as string, false);
    expect(await saved()).toEqual([name, name?.replace('.png', '.json')].sort());
    await vscode().workbench.closeActiveEditor();
  });

  it('may be a drawing', async () => {
    await outputMenu('.output svg[data-vscode-context] rect', 'Annotate Figure');
    await expect.poll(saved, { timeout: 10_000 }).toHaveLength(3);
    const name = (await saved()).find((each) => each.endsWith('.svg'));
    expect(name).toMatch(/^cell-3-[0-9a-f]{8}\.svg$/);
    await vscode().annotator(name);
  });
});
