/** A note beside its preview: maths, tags, figures, and edits followed as they are typed. */
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();
const note = 'pointing-and-reasoning.en.md';

describe('the preview of a note', () => {
  it('shows maths, the front matter as a header, and tags as the note writes them', async () => {
    const { workbench } = vscode();
    await workbench.openFile(note);
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    const { frame } = await vscode().preview();
    // The note comes in parts.
    await frame.locator('body[data-complete="true"]').waitFor({ state: 'attached' });
    expect(await frame.locator('.katex-display').count()).toBeGreaterThanOrEqual(4);
    expect(await frame.locator('.katex-error').count()).toBe(0);
    const text = await frame
      .locator('body')
      .evaluate((body) => (body as unknown as { textContent: string }).textContent);
    expect(text).toContain('Pointing and reasoning: how a language model gets hold of a place in a picture');
    expect(text).toContain('<region_name><coordinates><SPE>');
    expect(text).toContain('one more word, <SEG>.');
    expect(text).not.toContain('draft: false');
  });

  it('shows figures, and a placeholder that names the one that is missing', async () => {
    const preview = await vscode().preview();
    const figure = await preview.figure('../figures/lisa-architecture.png');
    const width = () =>
      figure.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
    await expect.poll(width, { timeout: 10_000 }).toBeGreaterThan(100);
    expect(await preview.frame.locator('.gn-missing').allTextContents()).toEqual([
      expect.stringContaining('clicks-measured.png'),
    ]);
  });

  it('follows edits as they are typed, before they are saved', async () => {
    const { page, workbench } = vscode();
    await page.locator('.editor-instance .monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n\nTyped a moment ago, $E = mc^2$.');
    const preview = await vscode().preview();
    await preview.waitForText('Typed a moment ago');
    await workbench.waitForDirty(note, true);
  });

  it('opens a figure that is clicked in the side panel, beside the text', async () => {
    const preview = await vscode().preview();
    await (await preview.figure('../figures/lisa-architecture.png')).click();
    const annotator = await vscode().annotator('lisa-architecture.png');
    expect(await annotator.regions()).toBe(0);
    expect(await vscode().workbench.tab(note).count()).toBe(1);
  });

  it('opens a figure from its right-click menu', async () => {
    const { workbench } = vscode();
    await workbench.closeActiveEditor();
    const preview = await vscode().preview();
    await preview.figureMenu('../figures/onellm-architecture.png');
    await workbench.chooseMenuItem('Annotate Figure');
    await vscode().annotator('onellm-architecture.png');
  });
});
