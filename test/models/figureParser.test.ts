/** The parser of figures as it ships, on drawn figures. Skipped while no pack of the kind is in the repository. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quietContext } from '../../src/inference/process/cancel';
import { figureParseSchema } from '../../src/inference/process/figure/parse';
import type { FigureParsing } from '../../src/inference/process/figure/parseFigure';
import { createRuntime, type Runtime } from '../../src/inference/process/runtime';
import { rleArea } from '../../src/protocol/rle';
import { layOutPacks } from './embedded';
import { groundFigures } from './groundFigures';

const root = path.resolve(import.meta.dirname, '../..');
const pack = path.join(root, 'models/groundnote-one');
const ships =
  existsSync(path.join(pack, 'groundnote.json')) && existsSync(path.join(pack, 'onnx/figure_parser.onnx'));

describe.skipIf(!ships)('the parser of figures', () => {
  const packs = layOutPacks();
  let runtime: Runtime;
  beforeAll(() => {
    runtime = createRuntime({ packFolders: [packs.folder], threads: 1 });
  });
  afterAll(() => packs.remove());
  const parse = (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<FigureParsing> =>
    runtime.parseFigure({ image: { name, bytes } }, quietContext());

  it('finds blocks with their labels and the arrows between them', async () => {
    const svg = groundFigures.find(({ name }) => name === 'a row of boxes with arrows')?.svg ?? '';
    const { parse: found, masks, image } = await parse('row.svg', new TextEncoder().encode(svg));
    expect(figureParseSchema.safeParse(found).success).toBe(true);
    expect(found.regions.filter(({ role }) => role === 'block').map(({ text }) => text)).toEqual([
      'Vision encoder',
      'Projector',
      'Mask decoder',
    ]);
    expect(masks).toHaveLength(found.regions.length);
    for (const mask of masks) {
      expect(mask.size).toEqual([image.height, image.width]);
      expect(rleArea(mask)).toBeGreaterThan(0);
    }
  });
  it('parses a picture once, and every sample figure soundly', async () => {
    for (const name of ['lisa-architecture', 'onellm-architecture', 'clicks-curves']) {
      const bytes = new Uint8Array(readFileSync(path.join(root, `examples/figures/${name}.png`)));
      const first = await parse(`${name}.png`, bytes);
      expect(figureParseSchema.safeParse(first.parse).success).toBe(true);
      expect(first.parse.regions.length).toBeGreaterThan(10);
      expect((await parse(`${name}.png`, bytes)).parse).toEqual(first.parse);
    }
  });
  it('tells programs and agents of the parts', async () => {
    const bytes = new Uint8Array(readFileSync(path.join(root, 'examples/figures/clicks-curves.png')));
    const { parts, packs: by } = await runtime.readFigure({ image: { name: 'a.png', bytes } }, quietContext());
    expect(parts?.some(({ role }) => role === 'plot')).toBe(true);
    expect(by?.map(({ id }) => id)).toContain('groundnote-one');
  });
});
