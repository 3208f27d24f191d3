/** Files that are not what they seem: a clear message, nothing overwritten, and the extension goes on. */
import { readFile } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { brokenSidecar, foreignSidecar, lockFolder, writeBadFiles } from '../support/badFiles';
import { useVSCode } from '../support/useVSCode';

let unlock: (() => void) | undefined;
const vscode = useVSCode({
  prepare: async (workspace) => {
    await writeBadFiles(workspace);
    unlock = lockFolder(`${workspace}/locked`);
  },
});
afterAll(() => unlock?.());

const pictures: [file: string, message: RegExp][] = [
  ['empty.png', /is empty/],
  ['truncated.png', /damaged or incomplete/],
  ['words.png', /not a picture/],
  ['huge.png', /40000 × 40000 pixels/],
];
const sidecars: [file: string, message: RegExp, content: string][] = [
  ['broken', /broken\.json is not used and will not be overwritten/, brokenSidecar],
  ['foreign', /foreign\.json is not used and will not be overwritten/, foreignSidecar],
];

describe('bad input', () => {
  it.each(pictures)('%s: says what is wrong and changes nothing', async (name, message) => {
    const { workbench } = vscode();
    const before = await readFile(vscode().file('bad', name));
    await workbench.explorerMenu(`bad/${name}`, 'Segment Image');
    const annotator = await vscode().annotator(name);
    if (name === 'truncated.png') {
      // Its header is whole: what is missing shows when the model reads it.
      await annotator.clickImage(40, 40).catch(() => undefined);
    }
    await annotator.waitForText(message);
    expect(await annotator.regions()).toBe(0);
    expect(await readFile(vscode().file('bad', name))).toEqual(before);
    await workbench.closeActiveEditor();
  });

  it.each(sidecars)('a %s sidecar: says so, and saving does not touch it', async (name, message, content) => {
    const { workbench } = vscode();
    await workbench.explorerMenu(`bad/${name}.jpg`, 'Segment Image');
    const annotator = await vscode().annotator(`${name}.jpg`);
    await annotator.waitForText(message);
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1, 60_000);
    await workbench.save();
    await workbench.toast(/not used|will not be overwritten/);
    expect(await readFile(vscode().file('bad', `${name}.json`), 'utf8')).toBe(content);
    await workbench.waitForDirty(`${name}.jpg`, true);
    await workbench.clearToasts();
    await workbench.closeActiveEditor("Don't Save");
  });

  it('a read-only folder: the save says why, and keeps the annotations', async (context) => {
    if (!unlock) return context.skip('This machine has no way to lock a folder against root.');
    const { workbench } = vscode();
    await workbench.explorerMenu('locked/coffee.jpg', 'Segment Image');
    const annotator = await vscode().annotator('coffee.jpg');
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1, 60_000);
    await workbench.save();
    expect(await workbench.toast(/was not saved/)).toContain('read-only');
    await workbench.waitForDirty('coffee.jpg', true);
    expect(await annotator.regions()).toBe(1);
    await workbench.clearToasts();
    await workbench.closeActiveEditor("Don't Save");
  });

  it('does not keep a good picture from working afterwards', async () => {
    await vscode().workbench.explorerMenu('photos/coffee.jpg', 'Segment Image');
    const annotator = await vscode().annotator('coffee.jpg');
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);
  });
});
