/** Nothing that was accepted is lost when the page is loaded again without saving. */
import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();
const picture = 'coffee.jpg';

describe('unsaved annotations', () => {
  it('survive a reload right after the edit', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu(`photos/${picture}`, 'Segment Image');
    const annotator = await vscode().annotator();
    // VS Code itself needs this long until it remembers which editors are open.
    await sleep(9000);
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);
    await vscode().reload();

    const again = await vscode().annotator(picture);
    await again.waitForRegions(1);
    await workbench.waitForDirty(picture, true);
    await expect(access(vscode().file('photos/coffee.json'))).rejects.toThrow('ENOENT');
  });

  it('can still be saved afterwards', async () => {
    const { workbench } = vscode();
    await (await vscode().annotator()).focus();
    await workbench.save();
    await workbench.waitForDirty(picture, false);
    await access(vscode().file('photos/coffee.json'));
  });
});
