/** A right click on a picture (in the explorer, on its tab, in a note's preview), a phrase, and its place in the picture. */
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode();

describe('Ground in Image…', () => {
  it('shows where the phrase stands in a figure', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu('figures/lisa-architecture.png', 'Ground in Image…');
    await workbench.answer('Mask decoder');
    const annotator = await vscode().annotator();
    await annotator.waitForRegions(1, 60_000);
    expect(await annotator.text()).toMatch(/mask decoder/i);
    await workbench.waitForDirty('lisa-architecture.png', true);
  });

  it('finds Chinese words', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu('figures/lisa-losses.zh.png', 'Ground in Image…');
    await workbench.answer('掩码解码器');
    const annotator = await vscode().annotator('lisa-losses.zh.png');
    await annotator.waitForRegions(1, 60_000);
  });

  it('says so, and shows no guess, where the model cannot know', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu('photos/cat.jpg', 'Ground in Image…');
    await workbench.answer("the cat's left eye");
    const annotator = await vscode().annotator('cat.jpg');
    await annotator.waitForNotice(/\S/, 60_000);
    expect(await annotator.regions()).toBe(0);
  });

  it("starts from a picture's editor tab", async () => {
    const { workbench } = vscode();
    await workbench.openFile('onellm-architecture.png');
    await workbench.tabMenu('onellm-architecture.png', 'Ground in Image…');
    await workbench.answer('Universal encoder');
    const annotator = await vscode().annotator('onellm-architecture.png');
    await annotator.waitForRegions(1, 60_000);
  });

  it('starts from a figure of the preview', async () => {
    const { workbench } = vscode();
    await workbench.openFile('pointing-and-reasoning.en.md');
    await workbench.runCommand('Groundnote: Open Note Preview to the Side');
    await (await vscode().preview()).figureMenu('../figures/ferret-architecture.png');
    await workbench.chooseMenuItem('Ground in Image…');
    await workbench.answer('Gathering');
    const annotator = await vscode().annotator('ferret-architecture.png');
    await annotator.waitForRegions(1, 60_000);
  });
});
