/** The list of keys, and the hints of tools that are used for the first time. */
import { describe, expect, it } from 'vitest';
import { actions } from '../../../src/protocol/actions';
import { grave, inSentences, violationsOf } from '../../support/axe';
import type { PanelPage, PanelOptions } from './panelPage';
import { usePanel } from './usePanel';
import { themes, type ThemeName } from './themes';

let panel: PanelPage;
const openPanel = usePanel();
const open = async (options: PanelOptions = {}) => (panel = await (await openPanel(options)).ready());

describe('the list of keys', () => {
  it('opens with its key, names every action, is searched, and gives the focus back', async () => {
    const { page } = await open();
    await panel.canvas.focus();
    await panel.press('Shift+Slash');
    const dialog = page.getByRole('dialog', { name: 'Keys of the side panel' });
    await dialog.waitFor();
    for (const { title } of actions)
      expect(await dialog.getByText(title, { exact: true }).count(), title).toBe(1);
    await page.keyboard.type('candidate next');
    await expect.poll(() => dialog.locator('dl > div').count()).toBe(1);
    expect(await dialog.locator('dl > div').textContent()).toBe('Next Candidate MaskC');
    // What is typed here is no key of the picture.
    expect(await page.locator('.canvas.tool-point').count()).toBe(1);
    await panel.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => page.evaluate(`document.activeElement.matches('.canvas')`)).toBe(true);
  });

  it('opens from the toolbar, and leads to VS Code’s own list', async () => {
    const { page } = await open();
    await page.getByRole('button', { name: 'Keys of the side panel' }).click();
    await page.getByRole('button', { name: 'Change keys…' }).click();
    await expect.poll(() => panel.host.commands).toEqual(['keys']);
  });
});

describe('the hint of a tool', () => {
  it('shows once, goes when it is closed or the tool is used, and comes back on request', async () => {
    const { page } = await open({ hintsSeen: ['tool.stroke'] });
    const hint = page.locator('.tool-hint');
    await panel.canvas.focus();
    await panel.press('s');
    await page.locator('.canvas.tool-stroke').waitFor();
    expect(await hint.count()).toBe(0);
    await panel.press('b');
    await hint.waitFor();
    expect(await hint.textContent()).toContain('corner');
    await hint.getByRole('button', { name: 'Close hint' }).click();
    await hint.waitFor({ state: 'detached' });
    expect(panel.host.hintsSeen).toContain('tool.box');
    await panel.press('Shift+Slash');
    await page.getByRole('button', { name: 'Show hints of the tools again' }).click();
    await hint.waitFor();
    await panel.drag([
      [50, 50],
      [120, 120],
    ]);
    await hint.waitFor({ state: 'detached' });
  });
});

describe.each(Object.keys(themes) as ThemeName[])('in %s', (theme) => {
  it('has no serious problem of accessibility', async () => {
    const { page } = await open({ theme });
    await panel.press('b');
    await page.locator('.tool-hint').waitFor();
    const problems = async () => inSentences(grave(await violationsOf(page)));
    await page.screenshot({ path: `out/webview/hint-${theme}.png` });
    expect(await problems()).toEqual([]);
    await panel.press('Shift+Slash');
    await page.getByRole('dialog').waitFor();
    await page.screenshot({ path: `out/webview/help-${theme}.png` });
    expect(await problems()).toEqual([]);
  });
});
