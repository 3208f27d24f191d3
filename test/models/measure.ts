/** Measures the segmenter on an index of objects, through the pipeline that ships, in the way of `groundnote eval`. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import type { Runtime } from '../../src/inference/process/runtime';
import { boxSchema, pointSchema, type Prompt, type Rle } from '../../src/protocol/geometry';
import { decodeRle, encodeRle, rleOverlap, type Mask } from '../../src/protocol/rle';

const rowSchema = z.object({
  image: z.string(),
  mask: z.string(),
  class: z.string().optional(),
  point: pointSchema,
  box: boxSchema,
});

/** Mean IoU over the objects: after one click, after the box, after five clicks in all. */
export interface Figures {
  n: number;
  point: number;
  box: number;
  clicks5: number;
}

const context = { signal: new AbortController().signal, progress: () => {} };
const emptyMask = ({ width, height }: Mask): Mask => ({ width, height, data: new Uint8Array(width * height) });

/** @param index path of an index.jsonl; images and masks are relative to it. @param log told each object's figures */
export async function measure(runtime: Runtime, index: string, log?: (line: string) => void): Promise<Figures> {
  const folder = path.dirname(index);
  const rows = readFileSync(index, 'utf8')
    .trim()
    .split('\n')
    .map((line) => rowSchema.parse(JSON.parse(line)));
  const sums = { point: 0, box: 0, clicks5: 0 };
  for (const row of rows) {
    const truth = await readMask(path.join(folder, row.mask));
    const truthRle = encodeRle(truth);
    const image = { path: path.join(folder, row.image) };
    const ask = async (prompts: Prompt[], previous?: Rle): Promise<Rle> => {
      const { regions } = await runtime.segment({ image, prompts, ...(previous && { previous }) }, context);
      return regions[0]?.mask ?? encodeRle(emptyMask(truth));
    };
    const iou = (mask: Rle): number => {
      const { intersection, union } = rleOverlap(mask, truthRle);
      return union === 0 ? 1 : intersection / union;
    };
    const clicks: Prompt[] = [{ type: 'point', point: center(row.point), label: 1 }];
    let mask = await ask(clicks);
    const point = iou(mask);
    const box = iou(await ask([{ type: 'box', box: row.box }]));
    while (clicks.length < 5) {
      const next = nextClick(decodeRle(mask), truth);
      if (!next) break;
      clicks.push(next);
      mask = await ask(clicks, mask);
    }
    const clicks5 = iou(mask);
    log?.(`${path.basename(row.image)} ${row.class ?? 'region'}: ${[point, box, clicks5].map((v) => v.toFixed(2)).join(' ')}`);
    sums.point += point;
    sums.box += box;
    sums.clicks5 += clicks5;
  }
  const n = rows.length;
  return { n, point: sums.point / n, box: sums.box / n, clicks5: sums.clicks5 / n };
}

/** The middle of a pixel, where a click on it lies. */
const center = ([x, y]: readonly [number, number]): [number, number] => [x + 0.5, y + 0.5];

async function readMask(file: string): Promise<Mask> {
  const { data, info } = await sharp(file).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** A click in the middle of the largest error: what is missing or what is too much; nothing where nothing is wrong. */
function nextClick(mask: Mask, truth: Mask): Prompt | undefined {
  const error = (wrong: (index: number) => boolean) =>
    innermost({ ...truth, data: truth.data.map((_, index) => (wrong(index) ? 1 : 0)) });
  const missing = error((i) => truth.data[i] !== 0 && mask.data[i] === 0);
  const excess = error((i) => truth.data[i] === 0 && mask.data[i] !== 0);
  if (missing.depth + excess.depth === 0) return undefined;
  return missing.depth >= excess.depth
    ? { type: 'point', point: center(missing.point), label: 1 }
    : { type: 'point', point: center(excess.point), label: 0 };
}

/** The pixel farthest from the outside (chamfer distances 3 and 4, borders count as outside), and how far. */
function innermost({ width, height, data }: Mask): { point: [number, number]; depth: number } {
  const stride = width + 2;
  const distance = new Int32Array(stride * (height + 2));
  const relax = (at: number, ...steps: [offset: number, cost: number][]) => {
    for (const [offset, cost] of steps)
      distance[at] = Math.min(distance[at] ?? 0, (distance[at + offset] ?? 0) + cost);
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (data[y * width + x] === 0) continue;
      const at = (y + 1) * stride + x + 1;
      distance[at] = 1 << 28;
      relax(at, [-1, 3], [-stride, 3], [-stride - 1, 4], [-stride + 1, 4]);
    }
  let best: { point: [number, number]; depth: number } = { point: [0, 0], depth: 0 };
  for (let y = height - 1; y >= 0; y--)
    for (let x = width - 1; x >= 0; x--) {
      const at = (y + 1) * stride + x + 1;
      if (distance[at] === 0) continue;
      relax(at, [1, 3], [stride, 3], [stride + 1, 4], [stride - 1, 4]);
      if ((distance[at] ?? 0) > best.depth) best = { point: [x, y], depth: distance[at] ?? 0 };
    }
  return best;
}
