/** `Groundnote: Segment Image` from the palette, with and without a picture at hand. */
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();

describe('Segment Image from the palette', () => {
  it('asks for a picture when none is active, and a click gives a mask', async () => {
    const { workbench } = vscode();
    await workbench.runCommand('Groundnote: Segment Image');
    await workbench.pick('coffee.jpg');
    const annotator = await vscode().annotator();
    expect(await annotator.regions()).toBe(0);
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);
    await workbench.waitForDirty('coffee.jpg', true);
  });

  it('takes the picture of the active tab', async () => {
    const { workbench } = vscode();
    await workbench.openFile('rocket.jpg');
    await workbench.runCommand('Groundnote: Segment Image');
    await expect
      .poll(() => workbench.tab('rocket.jpg').count(), { timeout: 10_000 })
      .toBeGreaterThanOrEqual(1);
    const annotator = await vscode().annotator('rocket.jpg');
    expect(await annotator.regions()).toBe(0);
  });
});
