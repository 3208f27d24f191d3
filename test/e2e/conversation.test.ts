/** A conversation in the real VS Code, with the embedded pack: a word's place, a region by a chip, kept regions, undo. */
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();
const picture = 'lisa-architecture.png';

it('answers about a figure, and gives its regions to the picture when they are kept', async () => {
  const { workbench, page } = vscode();
  await workbench.explorerMenu(`figures/${picture}`, 'Segment Image');
  const annotator = await vscode().annotator(picture);
  const { frame } = annotator;
  await annotator.focus();
  await page.keyboard.press('/');
  const box = frame.getByRole('textbox', { name: 'Ask about the picture' });
  await box.and(frame.locator(':focus')).waitFor();

  // Where a word is: a ghost, and nothing of the picture's own.
  await page.keyboard.type('Where is the mask decoder?');
  await page.keyboard.press('Enter');
  const answer = frame.locator('.turn.answered .answer');
  await answer
    .filter({ hasText: /"Mask decoder" is at the top right, in a rounded rectangle/ })
    .waitFor({ timeout: 60_000 });
  await frame.locator('.ghosts .ghost').waitFor({ state: 'attached' });
  expect(await annotator.regions()).toBe(0);
  await frame.locator('.answer .words', { hasText: '"Mask decoder"' }).hover();
  await frame.locator('.ghosts .lit').waitFor({ state: 'attached' });

  // Kept: one undo step of VS Code.
  await frame.getByRole('button', { name: 'Keep this region' }).click();
  await annotator.waitForRegions(1);
  await workbench.waitForDirty(picture, true);
  await annotator.focus();
  await page.keyboard.press('Control+Z');
  await annotator.waitForRegions(0);
  await workbench.waitForDirty(picture, false);
  await page.keyboard.press('Control+Y');
  await annotator.waitForRegions(1);

  // A region by its chip.
  await box.click();
  await page.keyboard.type('What does @mask');
  await page.keyboard.press('Enter');
  await box.locator('.region-chip').waitFor();
  await page.keyboard.type('say?');
  await page.keyboard.press('Enter');
  await answer.filter({ hasText: /^Mask decoder says "Mask decoder/ }).waitFor({ timeout: 60_000 });

  // What it cannot know it refuses, and says why.
  await page.keyboard.type('What colour is it?');
  await page.keyboard.press('Enter');
  await frame.locator('.turn.refused', { hasText: 'vision-language model' }).waitFor({ timeout: 60_000 });
});

it('is there again when the picture is opened again, and is not in the sidecar', async () => {
  const { workbench } = vscode();
  await workbench.tab(picture).click();
  await (await vscode().annotator(picture)).focus();
  await vscode().page.keyboard.press('Control+S');
  await workbench.waitForDirty(picture, false);
  await workbench.closeActiveEditor();
  await workbench.explorerMenu(`figures/${picture}`, 'Segment Image');
  const annotator = await vscode().annotator(picture);
  await annotator.frame.locator('.turn').nth(2).waitFor();
  expect(await annotator.regions()).toBe(1);
  expect(existsSync(vscode().file('figures', 'lisa-architecture.json'))).toBe(true);
  await annotator.frame.getByRole('button', { name: 'Clear the conversation' }).click();
  await annotator.frame.locator('.conversation').waitFor({ state: 'detached' });
});
