/** Figures of a note in its preview: their saved regions, ground fences that are answered and kept, and insertion into the note. */
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { answersPath, parseAnswers } from '../../src/notes/ground/answers';
import { processesOf } from '../support/processes';
import { useVSCode } from '../support/useVSCode';

const note = 'fences.md';
const curves = '../figures/clicks-curves.png';
const fence = (query: string, image = curves) => `\`\`\`ground\nimage: ${image}\nquery: "${query}"\n\`\`\`\n`;
const vscode = useVSCode({
  prepare: (workspace) =>
    writeFile(
      path.join(workspace, 'notes', note),
      `# Fences\n\n![A cup](../photos/coffee.jpg)\n\n${fence('first prompt: box')}\n${fence('Mask decoder', '../figures/lisa-architecture.png')}\nThe last line.\n`,
    ),
});
const fences = async () => (await vscode().preview()).frame.locator('.gn-ground');
const answers = async () => {
  const file = answersPath(vscode().file('notes', note));
  return Object.values(parseAnswers(await readFile(file, 'utf8'), 'answers'));
};
const models = () => processesOf(vscode().server.pid, /inferenceProcess\.cjs/);

describe('regions that were saved in the side panel', () => {
  it('show over the figure of the preview, and light up with their label', async () => {
    const { workbench, page } = vscode();
    await workbench.openFile(note);
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    const preview = await vscode().preview();
    expect(await preview.frame.locator('.gn-region').count()).toBe(0);
    await (await preview.figure('../photos/coffee.jpg')).click();
    const annotator = await vscode().annotator('coffee.jpg');
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);
    await annotator.finishRegion();
    await annotator.clickImage(285, 150);
    await annotator.waitForRegions(2);
    await workbench.save();
    await workbench.waitForDirty('coffee.jpg', false);
    await workbench.closeActiveEditor();

    const { frame } = await vscode().preview();
    const regions = frame.locator('figure .gn-region');
    await expect.poll(() => regions.count(), { timeout: 15_000 }).toBe(2);
    await frame.locator('.gn-label').nth(1).hover();
    const lit = () => frame.locator('.gn-region.gn-on').count();
    await expect.poll(lit).toBe(1);
    expect(await regions.nth(1).getAttribute('class')).toContain('gn-on');
    await vscode().screenshot('figures regions lit');
    await page.mouse.move(400, 5);
    await expect.poll(lit).toBe(0);
    const frameBox = await frame.locator('.gn-frame').first().boundingBox();
    const scale = (frameBox?.width ?? 0) / 600;
    await page.mouse.move((frameBox?.x ?? 0) + 366 * scale, (frameBox?.y ?? 0) + 284 * scale);
    await expect.poll(() => frame.locator('.gn-label.gn-on').innerText()).toBe('Region 1');
  });

  it('go on and off by a key and by a command', async () => {
    const { workbench, page } = vscode();
    const { frame } = await vscode().preview();
    const shown = () => frame.locator('.gn-regions').first().isVisible();
    await frame.locator('h1').click();
    await page.keyboard.press('o');
    await expect.poll(shown).toBe(false);
    await workbench.runCommand('Groundnote: Show or Hide Regions of Figures');
    await expect.poll(shown).toBe(true);
  });
});

describe('a ground fence', () => {
  it('is run by its button with the model on this machine, and keeps its answer beside the note', async () => {
    const first = (await fences()).first();
    await expect.poll(() => first.getAttribute('data-state')).toBe('missing');
    await first.locator('.gn-ground-run').click();
    await expect.poll(() => first.getAttribute('data-state'), { timeout: 60_000 }).toBe('answered');
    expect(await first.locator('.gn-region').count()).toBeGreaterThan(0);
    expect(await first.innerText()).toContain('Answered by groundnote-ocr');
    expect((await answers()).map(({ question }) => question.query)).toEqual(['first prompt: box']);
    expect((await models()).length).toBe(1);
  });

  it('is run with all others by a command, which asks only what is missing', async () => {
    const { workbench, page } = vscode();
    const before = await answers();
    await (await vscode().preview()).frame.locator('h1').click();
    await workbench.runCommand('Groundnote: Run All Ground Fences of This Note');
    const second = (await fences()).nth(1);
    await expect.poll(() => second.getAttribute('data-state'), { timeout: 60_000 }).toBe('answered');
    await second.scrollIntoViewIfNeeded();
    await page.mouse.move(400, 5);
    await vscode().screenshot('figures fence answered');
    const after = await answers();
    expect(after).toHaveLength(2);
    expect(after).toContainEqual(before[0]);
    await (await vscode().preview()).frame.locator('h1').click();
    await workbench.runCommand('Groundnote: Run All Ground Fences of This Note');
    await workbench.toast(/are answered/);
  });

  it('shows its answer after a reload without any model', async () => {
    const { workbench } = vscode();
    await workbench.runCommand('Groundnote: Unload Models');
    await expect.poll(async () => (await models()).length, { timeout: 15_000 }).toBe(0);
    await vscode().reload();
    const { frame } = await vscode().preview();
    await expect
      .poll(() => frame.locator('.gn-ground[data-state="answered"]').count(), { timeout: 20_000 })
      .toBe(2);
    expect(await frame.locator('.gn-ground .gn-region').count()).toBeGreaterThan(1);
    expect(await models()).toEqual([]);
  });

  it('is out of date when its image changes, and is run again', async () => {
    await copyFile(vscode().file('figures/lisa-losses.zh.png'), vscode().file('figures/clicks-curves.png'));
    const first = (await fences()).first();
    await expect.poll(() => first.getAttribute('data-state'), { timeout: 15_000 }).toBe('stale');
    expect(await first.innerText()).toContain('Out of date: the image has changed.');
    await first.scrollIntoViewIfNeeded();
    await vscode().screenshot('figures fence stale');
    await first.locator('.gn-ground-run').click();
    // The words are not in the new picture: no guess, and what could do it.
    await expect.poll(() => first.getAttribute('data-state'), { timeout: 60_000 }).toBe('answered');
    expect(await first.innerText()).toMatch(/is not written in this picture/);
    expect(await first.locator('.gn-region').count()).toBe(0);
  });
});

describe('the editor', () => {
  it('offers keys and pictures inside a fence, and marks what cannot be read', async () => {
    const { workbench, page } = vscode();
    await workbench.tab(note).first().click();
    await page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+End');
    // Typed in one go: brackets and quotes are not closed by the editor.
    await page.keyboard.insertText('\n```ground\n\n```\n');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    const offered = page.locator('.suggest-widget.visible .monaco-list-row');
    const choose = async (name: string) => {
      await page.keyboard.press('Control+Space');
      const row = offered.filter({ hasText: name }).first();
      await row.waitFor({ timeout: 15_000 });
      await row.click();
    };
    await choose('image');
    await offered.filter({ hasText: '../figures/lisa-architecture.png' }).first().click({ timeout: 15_000 });
    const text = () => page.locator('.editor-instance .view-lines').first().innerText();
    await expect
      .poll(async () => (await text()).replaceAll('\u00a0', ' '))
      .toContain('image: ../figures/lisa-architecture.png');
    await page.keyboard.insertText('\nqery: x');
    await page.locator('.editor-instance .squiggly-warning').first().waitFor({ timeout: 15_000 });
    await vscode().screenshot('figures fence help');
    for (let steps = 0; steps < 8 && (await workbench.isDirty(note)); steps++) {
      await workbench.undo();
      await sleep(200);
    }
    await workbench.waitForDirty(note, false);
    // What is opened next goes beside the preview, not over it.
    await page.keyboard.press('Control+2');
    await page.locator('.editor-group-container.active .tab[aria-label^="Preview"]').waitFor();
  });
});

describe('inserting regions into the note', () => {
  it('writes a ground fence that is answered from the start', async () => {
    const { workbench, page } = vscode();
    await workbench.explorerMenu('figures/onellm-architecture.png', 'Ground in Image…');
    await workbench.answer('Universal encoder');
    const annotator = await vscode().annotator('onellm-architecture.png');
    await annotator.waitForRegions(1, 60_000);
    await annotator.focus();
    await page.keyboard.press('i');
    // Nobody shows this picture: the note is asked for.
    await workbench.pick(note);
    await workbench.pick('A ground fence');
    await workbench.waitForDirty(note, true);
    const inserted = (await fences()).nth(2);
    await expect.poll(() => inserted.getAttribute('data-state'), { timeout: 15_000 }).toBe('answered');
    expect(await inserted.locator('.gn-region').count()).toBe(1);
    expect((await answers()).map(({ question }) => question.image)).toContain(
      '../figures/onellm-architecture.png',
    );
    await vscode().screenshot('figures inserted fence');
  });

  it('writes a picture with the regions on it, and never over another file', async () => {
    const { workbench, page } = vscode();
    await writeFile(vscode().file('figures/onellm-architecture.regions.png'), 'something else');
    const annotator = await vscode().annotator('onellm-architecture.png');
    await annotator.focus();
    await page.keyboard.press('i');
    await workbench.pick('A picture with the regions');
    const { frame } = await vscode().preview();
    await frame
      .locator('img[data-figure-source="../figures/onellm-architecture.regions-2.png"]')
      .waitFor({ timeout: 20_000 });
    expect((await stat(vscode().file('figures/onellm-architecture.regions-2.png'))).size).toBeGreaterThan(
      10_000,
    );
    expect(await readFile(vscode().file('figures/onellm-architecture.regions.png'), 'utf8')).toBe(
      'something else',
    );
    await workbench.tab(note).first().click();
    await page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await workbench.undo();
    await expect
      .poll(() => frame.locator('img[data-figure-source$="regions-2.png"]').count(), { timeout: 10_000 })
      .toBe(0);
    expect(await frame.locator('.gn-ground').count()).toBe(3);
  });
});
