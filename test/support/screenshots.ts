/** The pictures of the README: scenes that are played in a real VS Code. */
import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { root } from '../../scripts/lib/process.mjs';
import { VSCode } from './vscode';

const folder = path.join(root, 'media/screenshots');
const note = 'pointing-and-reasoning.en.md';

async function take(vscode: VSCode, name: string, to = folder): Promise<void> {
  await vscode.workbench.clearToasts();
  // Hover marks and the caret would differ from run to run.
  await vscode.page.mouse.move(400, 5);
  await sleep(500);
  await takePicture(vscode, name, to);
}

/** Saves the window as it is, with a palette of colours, which keeps text sharp and the file small. */
export async function takePicture(vscode: VSCode, name: string, to: string): Promise<void> {
  const window = await vscode.page.screenshot();
  await mkdir(to, { recursive: true });
  const file = path.join(to, `${name}.png`);
  await sharp(window).png({ palette: true, colours: 192, effort: 10, compressionLevel: 9 }).toFile(file);
  console.log(`${path.relative(root, file)}  ${Math.round((await stat(file)).size / 1024)} KB`);
}

const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
};

async function inVSCode(theme: keyof typeof themes, scene: (vscode: VSCode) => Promise<void>): Promise<void> {
  const vscode = await VSCode.launch({
    settings: { 'workbench.colorTheme': themes[theme], 'workbench.sideBar.location': 'left' },
  });
  try {
    await scene(vscode);
  } finally {
    await vscode.close();
  }
}

async function openNote({ workbench }: VSCode): Promise<void> {
  await workbench.openFile(note);
  await workbench.runCommand('Groundnote: Open Note Preview to the Side');
}

/** A note in VS Code's own preview, on the left, and in ours. */
async function comparePreviews(theme: keyof typeof themes): Promise<void> {
  await inVSCode(theme, async (vscode) => {
    const { workbench, page } = vscode;
    for (const name of [note, 'universal-models.zh.md']) {
      await workbench.openFile(name);
      await workbench.runCommand('Markdown: Open Preview');
      await workbench.explorerMenu(`notes/${name}`, 'Open Note Preview to the Side');
      const { frame } = await vscode.preview();
      await frame.locator('.katex').first().waitFor({ state: 'attached' });
      await workbench.runCommand('View: Close Primary Side Bar');
      await sleep(1500);
      await page.locator('.tab.active').first().hover();
      await take(
        vscode,
        `preview-${name.includes('zh') ? 'zh' : 'en'}-${theme}`,
        path.join(root, 'docs/pictures'),
      );
      await workbench.runCommand('View: Close All Editors');
      await workbench.runCommand('View: Show Explorer');
    }
  });
}

/** A conversation about a figure: two turns, the words of the last one lit. */
export async function takeConversation(theme: keyof typeof themes, name: string): Promise<void> {
  await inVSCode(theme, async (vscode) => {
    const { workbench, page } = vscode;
    await workbench.explorerMenu('figures/lisa-architecture.png', 'Segment Image');
    const annotator = await vscode.annotator('lisa-architecture.png');
    await workbench.runCommand('View: Close Primary Side Bar');
    await annotator.focus();
    await page.keyboard.press('/');
    await annotator.frame.locator('.composer .editor:focus').waitFor();
    for (const question of ['Where is the mask decoder?', 'What is left of it?']) {
      await page.keyboard.type(question);
      await page.keyboard.press('Enter');
      await annotator.frame.locator('.turn.answered', { hasText: question }).waitFor({ timeout: 60_000 });
    }
    await annotator.frame.getByText('How was this found?').last().click();
    await annotator.frame.locator('.answer .words', { hasText: 'Vision backbone' }).click();
    await take(vscode, name, path.join(root, 'docs/pictures'));
  });
}

/** Tools of the side panel: other masks, and a polygon that is being drawn beside what the brush has painted. */
export async function takeToolPictures(): Promise<void> {
  await inVSCode('dark', async (vscode) => {
    const { page, workbench } = vscode;
    const pictures = path.join(root, 'docs/pictures');
    await workbench.explorerMenu('photos/coffee.jpg', 'Segment Image');
    await workbench.runCommand('View: Close Primary Side Bar');
    const annotator = await vscode.annotator();
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);
    await take(vscode, 'side-panel-other-masks', pictures);
    await annotator.finishRegion();
    await annotator.tool('brush');
    await annotator.dragImage([60, 330], [150, 345], 12);
    await annotator.waitForRegions(2);
    await annotator.finishRegion();
    await annotator.tool('polygon');
    await annotator.clickImage(200, 60);
    await annotator.clickImage(330, 40);
    await annotator.clickImage(410, 120);
    await annotator.clickImage(380, 230);
    await annotator.waitForText(/4 corners/);
    await take(vscode, 'side-panel-polygon', pictures);
    await page.keyboard.press('Escape');
  });
}

export async function takeScreenshots(): Promise<void> {
  await takeConversation('dark', 'conversation');
  await takeToolPictures();
  for (const theme of ['light', 'dark', 'high-contrast'] as const) await comparePreviews(theme);
  await inVSCode('light', async (vscode) => {
    await openNote(vscode);
    const preview = await vscode.preview();
    await preview.frame.locator('h2', { hasText: 'LISA' }).scrollIntoViewIfNeeded();
    await take(vscode, 'note-and-preview');

    // The preview and a figure of it side by side, with a phrase found in the figure.
    await vscode.workbench.tab(note).click();
    await vscode.workbench.closeActiveEditor();
    await (await preview.figure('../figures/lisa-architecture.png')).click();
    await vscode.annotator('lisa-architecture.png');
    await vscode.workbench.runCommand('Groundnote: Ground in Image…');
    await vscode.workbench.answer('Mask decoder');
    await (await vscode.annotator()).waitForRegions(1, 60_000);
    await take(vscode, 'note-and-panel');
  });
  await inVSCode('dark', async (vscode) => {
    await vscode.workbench.openFile(note);
    await vscode.workbench.explorerMenu('photos/coffee.jpg', 'Segment Image');
    const annotator = await vscode.annotator();
    await annotator.clickImage(366, 284);
    await annotator.waitForRegions(1);
    await annotator.finishRegion();
    await annotator.clickImage(285, 150);
    await annotator.waitForRegions(2);
    await take(vscode, 'segment');

    await vscode.workbench.explorerMenu('figures/onellm-architecture.png', 'Ground in Image…');
    await vscode.workbench.answer('the modality router');
    await (await vscode.annotator('onellm-architecture.png')).waitForRegions(1, 60_000);
    await take(vscode, 'ground');
  });
}
