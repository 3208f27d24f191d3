/** Files of other modalities open in panels of their own in the real VS Code, are drawn, and can be asked about. */
import { writeFile } from 'node:fs/promises';
import { PNG } from 'pngjs';
import type { Frame } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { webviewWith } from '../support/frames';
import { picture } from '../support/modelsView';
import { useVSCode } from '../support/useVSCode';

const vscode = useVSCode({ viewport: { width: 1280, height: 800 } });

/** The panel of a page, once it has drawn. */
const panel = (page: string): Promise<Frame> =>
  webviewWith(vscode().page, `body[data-groundnote-view="${page}"][data-drawn]`);

async function colors(frame: Frame): Promise<number> {
  const { data } = PNG.sync.read(await frame.locator('.stage canvas').screenshot());
  const seen = new Set<number>();
  for (let i = 0; i < data.length; i += 4) seen.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
  return seen.size;
}

describe('files of other modalities', () => {
  it.each([
    ['still-life.ply', 'Open as Point Cloud', 'points', 'media-points'],
    ['still-life_depth.png', 'Open as Depth Map', 'depth', 'media-depth'],
    ['still-life_normal.png', 'Open as Normal Map', 'normal', 'media-normal'],
    ['chime.wav', 'Open as Sound', 'sound', 'media-sound'],
    ['walk.csv', 'Open as Motion', 'motion', 'media-motion'],
  ])('%s: %s in the explorer', async (name, title, page, shot) => {
    const { workbench } = vscode();
    await workbench.explorerMenu(`media/${name}`, title);
    const frame = await panel(page);
    await expect.poll(() => colors(frame)).toBeGreaterThan(page === 'motion' ? 5 : 40);
    if (page === 'depth') {
      await frame.getByRole('button', { name: 'Draw a Line' }).click();
      const box = (await frame.locator('.stage canvas').boundingBox())!;
      await vscode().page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.55);
      await vscode().page.mouse.down();
      await vscode().page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.55, { steps: 4 });
      await vscode().page.mouse.up();
      await frame.locator('.profile canvas').waitFor();
    }
    if (page === 'motion') {
      await frame.locator('.stage canvas').focus();
      for (let i = 0; i < 12; i++) await vscode().page.keyboard.press('Shift+ArrowRight');
      await frame.getByRole('table').waitFor();
    }
    await picture(vscode(), shot);
    await workbench.closeActiveEditor();
  });

  it('a question is answered by a pack, or says that none can', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu('media/chime.wav', 'Open as Sound');
    const frame = await panel('sound');
    await frame.getByRole('button', { name: 'Describe' }).click();
    await frame.locator('article:not([aria-busy]) .answer').waitFor();
    const said = (await frame.locator('.answer').textContent()) ?? '';
    expect(said).toMatch(/^No installed pack can describe sounds: missing is a pack|\(groundnote-/);
    await picture(vscode(), 'media-ask');
    await workbench.closeActiveEditor();
  });

  it('a file that changes on the disk is drawn again, and a broken one says why', async () => {
    const { workbench } = vscode();
    const file = vscode().file('media', 'changing.csv');
    const rows = (count: number) =>
      `time,ax,ay,az\n${Array.from({ length: count }, (_, i) => `${i / 10},1,2,9.8`).join('\n')}\n`;
    await writeFile(file, rows(50));
    await workbench.explorerMenu('media/changing.csv', 'Open as Motion');
    const frame = await panel('motion');
    const label = () => frame.locator('.stage canvas').getAttribute('aria-label');
    await expect.poll(label).toContain('50 rows');
    await writeFile(file, rows(80));
    await expect.poll(label).toContain('80 rows');
    await writeFile(file, 'date,price\n1,2\n3,4\n');
    await expect.poll(() => frame.getByRole('alert').textContent()).toContain('no columns of acceleration');
  });
});
