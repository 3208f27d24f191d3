/** VS Code's own Markdown preview with what we add: tags, saved regions, and two entries in the menu of a picture. */
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { webviewWith } from '../support/frames';
import { useVSCode } from '../support/useVSCode';

const note = 'pointing-and-reasoning.en.md';
/** Another picture of the note has regions from the start, made by another tool. */
const vscode = useVSCode({
  prepare: (workspace) =>
    writeFile(
      path.join(workspace, 'photos/coffee.json'),
      JSON.stringify({
        version: '5.5.0',
        flags: {},
        imagePath: 'coffee.jpg',
        imageData: null,
        imageWidth: 600,
        imageHeight: 400,
        shapes: [
          shape('saucer', 'rectangle', [
            [120, 60],
            [470, 380],
          ]),
          shape('spoon', 'linestrip', [
            [330, 300],
            [420, 200],
            [470, 130],
          ]),
        ],
      }),
    ),
});
const shape = (label: string, shape_type: string, points: number[][]) => ({
  label,
  shape_type,
  points,
  flags: {},
  group_id: null,
});

/** The built-in preview that is visible. */
const builtinPreview = (): Promise<Frame> => webviewWith(vscode().page, 'body.vscode-body .markdown-body');

const textOf = async () => (await builtinPreview()).locator('.markdown-body').innerText();

/** Formulas that the built-in preview shows, and those that its KaTeX refuses. */
async function formulasIn(frame: Frame) {
  return {
    shown: await frame.locator('.katex').count(),
    blocks: await frame.locator('.katex-display').count(),
    errors: await frame.locator('.katex-error').count(),
  };
}
let formulas: Awaited<ReturnType<typeof formulasIn>>;

/** A picture of the built-in preview, scrolled to where it can be seen. */
async function pictureIn(source: string): Promise<Locator> {
  const image = (await builtinPreview()).locator(`img[data-src=${JSON.stringify(source)}]`).first();
  await image.scrollIntoViewIfNeeded();
  return image;
}

/** Right-clicks a picture of the built-in preview and chooses an entry of VS Code's menu. */
const imageMenu = (source: string, title: string): Promise<void> =>
  vscode().workbench.contextMenu(() => pictureIn(source), title);

describe("VS Code's own preview", () => {
  it('shows tags that are no HTML, and renders its maths once', async () => {
    const { workbench } = vscode();
    await workbench.openFile(note);
    await workbench.runCommand('Markdown: Open Preview to the Side');
    const frame = await builtinPreview();
    await expect.poll(textOf, { timeout: 15_000 }).toContain('one more word, <SEG>.');
    const text = await textOf();
    expect(text).toContain('<region_name><coordinates><SPE>');
    expect(text).toContain('USER: <IMAGE> Can you segment the {class_name} in this image?');
    expect(text).toContain('USER: <IMAGE> Which part keeps');
    formulas = await formulasIn(frame);
    expect(formulas.shown).toBeGreaterThan(10);
    expect(await frame.locator('.katex .katex').count()).toBe(0);
    // One KaTeX, the built-in extension's: ours brings no stylesheet for it.
    const sheets = await frame
      .locator('link[rel=stylesheet]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    expect(sheets.filter((sheet) => /katex/.test(sheet))).toHaveLength(1);
  });

  it('opens a picture from its menu', async () => {
    await imageMenu('../figures/onellm-architecture.png', 'Annotate Figure');
    await vscode().annotator('onellm-architecture.png');
    await vscode().workbench.closeActiveEditor();
  });

  it('grounds a phrase in a picture from its menu', async () => {
    await imageMenu('../figures/lisa-architecture.png', 'Ground in Image…');
    await vscode().workbench.answer('Mask decoder');
    const annotator = await vscode().annotator('lisa-architecture.png');
    await annotator.waitForRegions(1, 60_000);
    await vscode().workbench.save();
    await vscode().workbench.waitForDirty('lisa-architecture.png', false);
    await vscode().workbench.closeActiveEditor();
  });

  it('shows the regions that were saved, over the picture at any size', async () => {
    const { page } = vscode();
    // The preview loads itself anew when the regions of a picture have been saved.
    const overlay = '.gn-frame:has(img[data-src="../figures/lisa-architecture.png"]) > svg';
    const frame = await webviewWith(page, overlay);
    const regions = frame.locator(overlay);
    expect(await regions.locator('.gn-region').count()).toBe(1);
    expect(await regions.locator('title').allTextContents()).toEqual(['Mask decoder']);
    const picture = await pictureIn('../figures/lisa-architecture.png');
    for (const width of [1440, 1000]) {
      await page.setViewportSize({ width, height: 900 });
      const boxes = async () => {
        const [a, b] = [await picture.boundingBox(), await regions.boundingBox()];
        return (
          a && b && (['x', 'y', 'width', 'height'] as const).map((side) => Math.round(a[side] - b[side]))
        );
      };
      await expect.poll(boxes, { timeout: 10_000 }).toEqual([0, 0, 0, 0]);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    // A region lies over its picture and has its menu.
    await regions.locator('.gn-over').hover();
    await frame.locator('.gn-frame.gn-lit .gn-region.gn-on').waitFor();
    await vscode().workbench.contextMenu(async () => regions.locator('.gn-over'), 'Annotate Figure');
    const annotator = await vscode().annotator('lisa-architecture.png');
    expect(await annotator.regions()).toBe(1);
    await vscode().workbench.closeActiveEditor();
    await rm(vscode().file('figures/lisa-architecture.json'));
    await expect
      .poll(async () => (await builtinPreview()).locator('.gn-regions').count(), { timeout: 15_000 })
      .toBe(1);
  });

  it('says which picture is missing', async () => {
    await imageMenu('../figures/clicks-measured.png', 'Annotate Figure');
    expect(await vscode().workbench.toast(/is missing/)).toContain('clicks-measured.png');
    await vscode().workbench.clearToasts();
  });

  it('is as it was when the setting is off, without a reload', async () => {
    const { page, workbench } = vscode();
    await vscode().writeSettings({ 'groundnote.builtinPreview.enabled': false });
    await expect.poll(textOf, { timeout: 15_000 }).toContain('one more word, .');
    const frame = await builtinPreview();
    expect(await frame.locator('.gn-frame, .gn-regions').count()).toBe(0);
    // Its maths is the same, but for formulas in a line after such a tag: as HTML the tag keeps them from being read.
    const plain = await formulasIn(frame);
    expect({ ...plain, shown: formulas.shown }).toEqual(formulas);
    expect(plain.shown).toBeLessThanOrEqual(formulas.shown);
    await (await pictureIn('../figures/onellm-architecture.png')).click({ button: 'right' });
    const items = await workbench.menuItems();
    expect(items).toContain('Copy Image');
    expect(items.filter((item) => /Annotate|Ground/.test(item))).toEqual([]);
    await page.keyboard.press('Escape');
    await vscode().writeSettings({});
    await expect.poll(textOf, { timeout: 15_000 }).toContain('one more word, <SEG>.');
  });
});

describe("VS Code's own preview of an image", () => {
  it('has our entries in its menu', async () => {
    const { workbench } = vscode();
    await workbench.openFile('ferret-architecture.png');
    await workbench.contextMenu(
      async () => (await webviewWith(vscode().page, 'body.container.image')).locator('body'),
      'Segment Image',
    );
    await vscode().annotator('ferret-architecture.png');
  });
});
