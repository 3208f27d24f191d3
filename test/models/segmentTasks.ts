/** Measures candidates, views and "everything" through the pipeline that ships. IoUs are of masks over the whole picture. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { mean } from '../../src/cli/eval/metrics';
import { evalRowSchema, type EvalRow } from '../../src/cli/eval/segmentEval';
import { readMask } from '../../src/cli/pictures';
import { quietContext } from '../../src/inference/process/cancel';
import type { Runtime } from '../../src/inference/process/runtime';
import type { Box, Prompt, Rle } from '../../src/protocol/geometry';
import type { ImageSource } from '../../src/protocol/inference';
import { encodeRle, rleArea, rleOverlap } from '../../src/protocol/rle';

/** A row of an index with its place. */
interface Row extends EvalRow {
  folder: string;
}

/** Every n-th row of an index. */
export function readRows(index: string, every = 1): Row[] {
  return readFileSync(index, 'utf8')
    .trim()
    .split('\n')
    .filter((_, i) => i % every === 0)
    .map((line) => ({ ...evalRowSchema.parse(JSON.parse(line)), folder: path.dirname(index) }));
}

const imageOf = ({ folder, image }: Row) => path.join(folder, image);
const truthOf = async ({ folder, mask }: Row): Promise<Rle> =>
  encodeRle(await readMask(path.join(folder, mask)));
const clickOf = ({ point: [x, y] }: EvalRow): Prompt => ({ type: 'point', point: [x + 0.5, y + 0.5], label: 1 });

function iou(a: Rle | undefined, b: Rle): number {
  if (!a) return 0;
  const { intersection, union } = rleOverlap(a, b);
  return intersection / union;
}

/** One click (or the box) on each object: the chosen mask beside the best of all that are offered. */
export async function measureCandidates(runtime: Runtime, rows: readonly Row[], by: 'point' | 'box') {
  const scores: { chosen: number; best: number; count: number }[] = [];
  for (const row of rows) {
    const prompts: Prompt[] = [by === 'point' ? clickOf(row) : { type: 'box', box: row.box }];
    const { candidates = [] } = await runtime.segment(
      { image: { path: imageOf(row) }, prompts, candidates: true },
      quietContext(),
    );
    const truth = await truthOf(row);
    const ious = candidates.map(({ mask }) => iou(mask, truth));
    scores.push({ chosen: ious[0] ?? 0, best: Math.max(0, ...ious), count: ious.length });
  }
  return {
    n: scores.length,
    chosen: mean(scores.map(({ chosen }) => chosen)),
    best: mean(scores.map(({ best }) => best)),
    /** Share of the objects whose best candidate is better by more than .05. */
    wins: mean(scores.map(({ chosen, best }) => Number(best > chosen + 0.05))),
    count: mean(scores.map(({ count }) => count)),
  };
}

/**
 * One click on each object in a mosaic of nine pictures with its own in the middle, without a view and with one twice as
 * large as the object's box.
 */
export async function measureView(runtime: Runtime, rows: readonly Row[]) {
  const files = [...new Set(rows.map(imageOf))];
  const scores: { without: number; with: number }[] = [];
  for (const [i, row] of rows.entries()) {
    const { width = 1, height = 1 } = await sharp(imageOf(row)).metadata();
    const others = Array.from({ length: 9 }, (_, k) =>
      k === 4 ? imageOf(row) : (files[(i * 7 + k * 13 + 1) % files.length] as string),
    );
    const image = await mosaic(others, width, height);
    const [x, y] = row.point;
    const point: Prompt = { type: 'point', point: [x + width + 0.5, y + height + 0.5], label: 1 };
    const own = await readMask(path.join(row.folder, row.mask));
    const data = new Uint8Array(9 * width * height);
    for (let line = 0; line < height; line++)
      data.set(
        own.data.subarray(line * width, (line + 1) * width),
        (line + height) * 3 * width + width,
      );
    const truth = encodeRle({ width: 3 * width, height: 3 * height, data });
    const [x1, y1, x2, y2] = row.box;
    const [w, h] = [Math.max(32, x2 - x1) / 2, Math.max(32, y2 - y1) / 2];
    const view: Box = [x1 + width - w, y1 + height - h, x2 + width + w, y2 + height + h];
    const ask = async (params: { view?: Box }) =>
      iou((await runtime.segment({ image, prompts: [point], ...params }, quietContext())).regions[0]?.mask, truth);
    scores.push({ without: await ask({}), with: await ask({ view }) });
  }
  return {
    n: scores.length,
    without: mean(scores.map((each) => each.without)),
    with: mean(scores.map((each) => each.with)),
  };
}

/** Three by three pictures, each filling a tile of width × height pixels. */
async function mosaic(files: readonly string[], width: number, height: number): Promise<ImageSource> {
  const tiles = await Promise.all(
    files.map(async (file, i) => ({
      input: await sharp(file).resize(width, height, { fit: 'fill' }).removeAlpha().png().toBuffer(),
      left: (i % 3) * width,
      top: Math.floor(i / 3) * height,
    })),
  );
  const png = await sharp({ create: { width: 3 * width, height: 3 * height, channels: 3, background: '#fff' } })
    .composite(tiles)
    .png({ compressionLevel: 1 })
    .toBuffer();
  return { name: 'mosaic.png', bytes: new Uint8Array(png) };
}

/** A picture and the masks that people, or the drawing itself, see in it. */
export interface Labelled {
  image: ImageSource;
  truths: Rle[];
}

/** The objects of an index by their pictures; every n-th picture. */
export async function labelledPictures(rows: readonly Row[], every = 1): Promise<Labelled[]> {
  const files = [...new Set(rows.map(imageOf))].filter((_, i) => i % every === 0);
  return Promise.all(
    files.map(async (file) => ({
      image: { path: file },
      truths: await Promise.all(rows.filter((row) => imageOf(row) === file).map(truthOf)),
    })),
  );
}

/** The regions of a label map, but those of less than .2 % and more than 90 % of it. */
export async function regionsOfMap(file: string): Promise<Rle[]> {
  const { width, height, data } = await readMask(file);
  const values = [...new Set(data)];
  return values
    .map((value) => encodeRle({ width, height, data: data.map((each) => Number(each === value)) }))
    .filter((mask) => isSensible(rleArea(mask) / (width * height)));
}

const isSensible = (share: number) => share >= 0.002 && share <= 0.9;

/** The boxes of a drawn figure, as filled rectangles. */
export function rectanglesOf(svg: string): Rle[] {
  const number = (tag: string, name: string) => Number(new RegExp(` ${name}="([\\d.]+)"`).exec(tag)?.[1] ?? 0);
  const [page] = /<svg[^>]*>/.exec(svg) ?? [''];
  const [width, height] = [number(page, 'width'), number(page, 'height')];
  return [...svg.matchAll(/<rect[^>]*>/g)].flatMap(([tag]) => {
    const [x, y] = [number(tag, 'x'), number(tag, 'y')];
    const [w, h] = [number(tag, 'width'), number(tag, 'height')];
    if (!isSensible((w * h) / (width * height))) return [];
    const data = new Uint8Array(width * height);
    for (let row = Math.round(y); row < Math.min(height, Math.round(y + h)); row++)
      data.fill(1, row * width + Math.round(x), row * width + Math.min(width, Math.round(x + w)));
    return [encodeRle({ width, height, data })];
  });
}

/** Everything in each picture, against what is known to be there. */
export async function measureEverything(runtime: Runtime, pictures: readonly Labelled[]) {
  const best: number[] = [];
  const hits: number[] = [];
  const times: number[] = [];
  for (const { image, truths } of pictures) {
    const { regions, timings } = await runtime.everything({ image }, quietContext());
    const masks = regions.flatMap(({ mask }) => (mask ? [mask] : []));
    best.push(...truths.map((truth) => Math.max(0, ...masks.map((mask) => iou(mask, truth)))));
    hits.push(...masks.map((mask) => Math.max(0, ...truths.map((truth) => iou(mask, truth)))));
    times.push(timings.total_ms - timings.load_ms);
  }
  const share = (values: readonly number[], least: number) =>
    mean(values.map((value) => Number(value >= least)));
  return {
    pictures: pictures.length,
    objects: best.length,
    /** Shares of the objects that a mask meets with this IoU. */
    recall50: share(best, 0.5),
    recall75: share(best, 0.75),
    best: mean(best),
    masks: hits.length / pictures.length,
    /** Share of the masks that meet something known; of little meaning where only some of it is known. */
    precision50: share(hits, 0.5),
    seconds: mean(times) / 1000,
  };
}
