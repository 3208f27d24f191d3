/**
 * Grounding with the real weights on drawn diagrams: each phrase must find its places, each absent one be refused.
 * Floors: every box covers the right one (IoU of at least 0.5 for text, 0.8 for shapes), in nearly all cases.
 */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quietContext } from '../../src/inference/process/cancel';
import { configurationSchema } from '../../src/protocol/inference';
import { createRuntime, type Runtime } from '../../src/inference/process/runtime';
import type { Box } from '../../src/protocol/geometry';
import { boxIou, hasChineseFont, layOutPacks } from './embedded';
import { groundFigures, type GroundCase } from './groundFigures';

const root = path.resolve(import.meta.dirname, '../..');
const iouFloor = 0.5;
const meanFloor = 0.85;
const recallFloor = 0.95;

const packs = layOutPacks();
let runtime: Runtime;
const overlaps: number[] = [];
let found = 0;
let wanted = 0;

const ask = (name: string, svg: string, phrase: string) =>
  runtime.ground(
    { image: { name: `${name}.svg`, bytes: new TextEncoder().encode(svg) }, text: phrase },
    quietContext(),
  );

/** Boxes of the answer in the drawing's own units: a small drawing is rasterised at a multiple of its size. */
async function boxesFor(name: string, svg: string, { phrase }: GroundCase) {
  const result = await ask(name, svg, phrase);
  const width = Number(/width="(\d+)"/.exec(svg)?.[1]);
  const scale = result.image.width / width;
  return { result, boxes: result.regions.map(({ box }) => box.map((v) => v / scale) as Box) };
}

beforeAll(() => {
  runtime = createRuntime({ packFolders: [packs.folder], threads: 1 });
  // The reader of words, whatever else is embedded.
  runtime.configure(configurationSchema.parse({ defaults: { ground: 'groundnote-ocr' } }));
});
afterAll(() => packs.remove());

const chineseFont = hasChineseFont();
for (const { name, svg, cases, chinese } of groundFigures) {
  const skipped = chinese === true && !chineseFont;
  describe.skipIf(skipped)(`${name}${skipped ? ' (skipped: no font with Chinese characters is installed)' : ''}`, () => {
    for (const each of cases) {
      const absent = each.boxes.length === 0;
      it(`${each.phrase}${absent ? ' is refused' : ''}`, async () => {
        const { result, boxes } = await boxesFor(name, svg, each);
        if (absent) {
          expect(result.regions, result.text).toEqual([]);
          expect(result.refused).toBe(true);
          expect(result.text).toContain(each.phrase);
          return;
        }
        expect(boxes, result.text).toHaveLength(each.boxes.length);
        for (const right of each.boxes) {
          const best = Math.max(0, ...boxes.map((box) => boxIou(box, right)));
          overlaps.push(best);
          wanted++;
          if (best >= iouFloor) found++;
          expect(best, `boxes ${JSON.stringify(boxes)} for ${JSON.stringify(right)}`).toBeGreaterThanOrEqual(
            iouFloor,
          );
        }
        for (const { start, end } of result.spans ?? [])
          expect(result.regions.map(({ label }) => label)).toContain(result.text?.slice(start, end));
      });
    }
  });
}

it('reaches the floors over all diagrams', () => {
  const mean = overlaps.reduce((sum, value) => sum + value, 0) / overlaps.length;
  console.log(`grounding: ${found} of ${wanted} places, mean box IoU ${mean.toFixed(3)}`);
  expect(found / wanted).toBeGreaterThanOrEqual(recallFloor);
  expect(mean).toBeGreaterThanOrEqual(meanFloor);
});

it('says of a photo that it reads words only', async () => {
  const result = await runtime.ground(
    { image: { path: path.join(root, 'examples/photos/cat.jpg') }, text: 'the cat' },
    quietContext(),
  );
  expect(result.refused).toBe(true);
  expect(result.regions).toEqual([]);
  expect(result.text).toMatch(/words that are written in the picture|finds written words only/);
  expect(result.text).toMatch(/none is installed/);
});

it('can be cancelled while it reads', async () => {
  const controller = new AbortController();
  const [figure] = groundFigures;
  const changed = (figure?.svg ?? '').replace('</svg>', '<!-- read anew --></svg>');
  const asking = runtime.ground(
    { image: { name: 'a.svg', bytes: new TextEncoder().encode(changed) }, text: 'x' },
    { signal: controller.signal, progress: () => controller.abort() },
  );
  await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
});
