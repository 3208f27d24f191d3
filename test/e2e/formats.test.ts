/** Every kind of picture opens in the side panel, upright, and a click on it gives a mask. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { useVSCode } from '../support/useVSCode';

/** A red disc around (220, 90) on grey, 320 × 240. */
const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="320" height="240">
  <rect width="320" height="240" fill="#c8ccd0"/><circle cx="220" cy="90" r="45" fill="#c62828"/></svg>`;

/** Uncompressed 24-bit BMP of a row-major RGB picture whose rows need no padding. */
function bmpOf(data: Buffer, width: number, height: number): Buffer {
  const file = Buffer.alloc(54 + data.length);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(-height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let i = 0; i < data.length; i += 3) file.set([data[i + 2]!, data[i + 1]!, data[i]!], 54 + i);
  return file;
}

const vscode = useVSCode({
  prepare: async (workspace) => {
    const folder = path.join(workspace, 'formats');
    await mkdir(folder);
    const picture = sharp(Buffer.from(drawing)).removeAlpha();
    const raw = await picture.clone().raw().toBuffer();
    const files: Record<string, Promise<Buffer> | Buffer> = {
      'disc.tiff': picture.clone().tiff().toBuffer(),
      'disc.webp': picture.clone().webp().toBuffer(),
      'disc.gif': picture.clone().gif().toBuffer(),
      'disc.avif': picture.clone().avif().toBuffer(),
      'disc.bmp': bmpOf(raw, 320, 240),
      'disc.svg': Buffer.from(drawing),
      // Stored lying on its side, with the tag that says so.
      'turned.jpg': picture.clone().rotate(-90).jpeg().withMetadata({ orientation: 6 }).toBuffer(),
    };
    for (const [name, content] of Object.entries(files))
      await writeFile(path.join(folder, name), await content);
  },
});

describe('pictures of every kind', () => {
  it.each(['disc.tiff', 'disc.webp', 'disc.gif', 'disc.avif', 'disc.bmp', 'turned.jpg'])(
    '%s: opens upright, and a click gives a mask',
    async (name) => {
      const { workbench } = vscode();
      await workbench.explorerMenu(`formats/${name}`, 'Segment Image');
      const annotator = await vscode().annotator(name);
      const [disc, ground] = await annotator.colors([
        [220, 90],
        [60, 180],
      ]);
      expect(disc![0] - disc![1]).toBeGreaterThan(100);
      expect(Math.abs(ground![0] - ground![1])).toBeLessThan(30);
      await annotator.clickImage(220, 90);
      await annotator.waitForRegions(1);
      await workbench.closeActiveEditor("Don't Save");
    },
  );

  it('an SVG is measured in its own size, and its annotations are saved', async () => {
    const { workbench } = vscode();
    await workbench.explorerMenu('formats/disc.svg', 'Segment Image');
    const annotator = await vscode().annotator('disc.svg');
    const [disc] = await annotator.colors([await centreOf('disc.svg')]);
    expect(disc![0] - disc![1]).toBeGreaterThan(100);
    await annotator.clickImage(...(await centreOf('disc.svg')));
    await annotator.waitForRegions(1);
    await workbench.save();
    await workbench.waitForDirty('disc.svg', false);
    const sidecar = JSON.parse(await readFile(vscode().file('formats', 'disc.json'), 'utf8')) as {
      imagePath: string;
      shapes: unknown[];
    };
    expect(sidecar.imagePath).toBe('disc.svg');
    expect(sidecar.shapes.length).toBeGreaterThan(0);
  });

  /** The disc's middle in the pixels of the panel: a drawing may be rasterised at a multiple of its size. */
  async function centreOf(name: string): Promise<[number, number]> {
    const label = await (await vscode().annotator(name)).frame.locator('.canvas').getAttribute('aria-label');
    const factor = Number(/(\d+) by/.exec(label ?? '')?.[1] ?? 320) / 320;
    return [220 * factor, 90 * factor];
  }
});
