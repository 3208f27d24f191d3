/** Pictures that no browser could hold: shown in tiles, prompted at the zoom where the user is, refused in one sentence. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { tileFile } from '../../src/protocol/tiles';
import { pngThatClaims } from '../support/badFiles';
import type { AnnotatorFrame } from '../support/frames';
import { useVSCode } from '../support/useVSCode';

const size = { width: 12_000, height: 9_000 };
const disc = { x: 8_000, y: 3_000, radius: 240 };

/** A red disc on a grey field, with a darker band below. */
async function field(width: number, height: number) {
  const mark = Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="480"><circle cx="240" cy="240" r="240" fill="#c62828"/></svg>`,
  );
  const band = { width, height: Math.round(height / 4), channels: 3 as const, background: '#788088' };
  return sharp({
    create: { width, height, channels: 3, background: '#c8ccd0' },
    limitInputPixels: false,
  }).composite([
    { input: { create: band }, left: 0, top: height - band.height },
    { input: mark, left: disc.x - 240, top: disc.y - 240 },
  ]);
}

const vscode = useVSCode({
  prepare: async (workspace) => {
    const folder = path.join(workspace, 'large');
    await mkdir(folder);
    const picture = await field(size.width, size.height);
    const jpeg = await picture.jpeg({ quality: 80 }).toBuffer();
    await writeFile(path.join(folder, 'field.jpg'), jpeg);
    await writeFile(path.join(folder, 'half.jpg'), jpeg.subarray(0, jpeg.length >> 1));
    const plan = (await field(9_000, 6_000)).removeAlpha().tiff({ compression: 'deflate' });
    await writeFile(path.join(folder, 'plan.tif'), await plan.toBuffer());
    await writeFile(path.join(folder, 'bomb.png'), pngThatClaims(50_000, 50_000));
  },
});

const isSharp = (annotator: AnnotatorFrame) =>
  annotator.frame.locator('body[data-tiles="sharp"]').waitFor({ state: 'attached', timeout: 60_000 });

/** Zooms in around a place of the fitted picture, and returns where that is on the page. */
async function zoomTo(annotator: AnnotatorFrame, place: [number, number], times: number) {
  const box = (await annotator.frame.locator('.canvas').boundingBox())!;
  const scale = Math.min((box.width - 24) / size.width, (box.height - 24) / size.height);
  const x = box.x + (box.width - size.width * scale) / 2 + place[0] * scale;
  const y = box.y + (box.height - size.height * scale) / 2 + place[1] * scale;
  const { mouse } = vscode().page;
  await mouse.move(x, y);
  for (let i = 0; i < times; i++) await mouse.wheel(0, -200);
  return { x, y };
}

describe('a picture of 108 megapixels', () => {
  it('is shown, gets sharp where one looks, and takes a prompt there', async () => {
    const { workbench, page } = vscode();
    await workbench.explorerMenu('large/field.jpg', 'Segment Image');
    const annotator = await vscode().annotator('field.jpg');
    const [red, grey] = await annotator.colors([
      [disc.x, disc.y],
      [2_000, 2_000],
    ]);
    expect(red![0] - red![1]).toBeGreaterThan(100);
    expect(Math.abs(grey![0] - grey![1])).toBeLessThan(20);
    await annotator.focus();
    const { x, y } = await zoomTo(annotator, [disc.x, disc.y], 6);
    await isSharp(annotator);
    await vscode().screenshot('large picture zoomed in');
    await page.mouse.click(x, y);
    await annotator.waitForRegions(1, 60_000);
    await vscode().screenshot('large picture with a mask');
    await workbench.save();
    await workbench.waitForDirty('field.jpg', false);
    const sidecar = JSON.parse(await readFile(vscode().file('large', 'field.json'), 'utf8')) as {
      imageWidth: number;
      imageHeight: number;
      shapes: { points: [number, number][] }[];
    };
    expect([sidecar.imageWidth, sidecar.imageHeight]).toEqual([size.width, size.height]);
    const points = sidecar.shapes.flatMap((shape) => shape.points);
    const near = (value: number, expected: number) => expect(Math.abs(value - expected)).toBeLessThan(30);
    near(Math.min(...points.map(([px]) => px)), disc.x - disc.radius);
    near(Math.max(...points.map(([px]) => px)), disc.x + disc.radius);
    near(Math.min(...points.map(([, py]) => py)), disc.y - disc.radius);
    near(Math.max(...points.map(([, py]) => py)), disc.y + disc.radius);
    await workbench.closeActiveEditor();
  });

  it('is there at once when it is opened again', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu('large/field.jpg', 'Segment Image');
    const annotator = await vscode().annotator('field.jpg');
    await isSharp(annotator);
    expect(await annotator.regions()).toBe(1);
    // All tiles are kept, and nothing else.
    const tiles = await tileFolders();
    await expect
      .poll(async () => (await readdir(tiles[0]!)).sort(), { timeout: 90_000 })
      .toEqual(['0', '1', '2', '3', '4', 'complete.json', 'overview.jpg']);
    expect(await readdir(path.join(tiles[0]!, '0'))).toContain(
      path.basename(tileFile({ level: 0, x: 23, y: 17 })),
    );
    await workbench.closeActiveEditor();
  });

  it('as TIFF is shown in full, too', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu('large/plan.tif', 'Segment Image');
    const annotator = await vscode().annotator('plan.tif');
    await isSharp(annotator);
    const label = await annotator.frame.locator('.canvas').getAttribute('aria-label');
    expect(label).toContain('9000 by 6000');
    await workbench.closeActiveEditor();
  });
});

describe('refused in one sentence', () => {
  it.each([
    ['bomb.png', /50000 × 50000 pixels \(2500 megapixels\); the limit is 1000 megapixels/],
    ['half.jpg', /damaged or incomplete/],
  ])('%s', async (name, message) => {
    const { workbench } = vscode();
    await workbench.explorerMenu(`large/${name}`, 'Segment Image');
    const annotator = await vscode().annotator(name);
    await annotator.waitForText(message);
    await workbench.closeActiveEditor();
  });
});

/** The folders of the pictures' tiles, in the storage of this VS Code. */
async function tileFolders(): Promise<string[]> {
  const home = path.dirname(vscode().workspace);
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory() && entry.name === 'tiles' && /globalStorage/.test(entry.parentPath)) {
      const root = path.join(entry.parentPath, entry.name);
      return (await readdir(root)).map((name) => path.join(root, name));
    }
  throw new Error('There are no tiles.');
}
