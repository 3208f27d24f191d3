/** The measurements of `npm run bench`. All times are milliseconds; ratios compare times of the same run. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { loadGrabCut } from '../../src/cli/eval/grabCut';
import { iou, mean, median, quantile } from '../../src/cli/eval/metrics';
import { readIndex } from '../../src/cli/eval/indexLines';
import { evalRowSchema } from '../../src/cli/eval/segmentEval';
import { readMask } from '../../src/cli/pictures';
import { quietContext } from '../../src/inference/process/cancel';
import { readPicture } from '../../src/inference/process/images';
import type { Runtime } from '../../src/inference/process/runtime';
import type { Stopwatch } from '../../src/inference/process/stopwatch';
import type { Point } from '../../src/protocol/geometry';
import { decodeRle, type Mask } from '../../src/protocol/rle';

export const root = path.resolve(import.meta.dirname, '../..');
const limits = { maxPixels: 268_435_456 };
const photo = path.join(root, 'examples/photos/coffee.jpg');
const megapixel = { width: 1224, height: 817 };

/** Milliseconds of what a request spent, and in the graphs alone. */
interface Request {
  total: number;
  graphs: number;
  read: number;
  prepare: number;
  around: number;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** The sample photo at one megapixel; `variant` makes its content another one, so that it is encoded anew. */
async function photoBytes(variant: number): Promise<Uint8Array<ArrayBuffer>> {
  const jpeg = await sharp(photo)
    .resize({ ...megapixel, fit: 'fill' })
    .composite([
      {
        input: Buffer.from([variant, 0, 0]),
        raw: { width: 1, height: 1, channels: 3 },
        top: 0,
        left: variant,
      },
    ])
    .jpeg({ quality: 92 })
    .toBuffer();
  return Uint8Array.from(jpeg);
}

async function timedSegment(
  runtime: Runtime,
  bytes: Uint8Array<ArrayBuffer>,
  point: Point,
  pack?: string,
): Promise<Request> {
  let watch: Stopwatch | undefined;
  runtime.onTimed = (stopwatch) => (watch = stopwatch);
  const { timings } = await runtime.segment(
    { image: { name: 'photo.jpg', bytes }, prompts: [{ type: 'point', point, label: 1 }], pack },
    quietContext(),
  );
  const of = (phase: Parameters<Stopwatch['of']>[0]) => watch?.of(phase) ?? 0;
  const graphs = of('encodeRun') + of('decodeRun');
  const total = timings.total_ms - of('load');
  return { total, graphs, read: of('read'), prepare: of('prepare'), around: total - graphs - of('read') };
}

/** Clicks on a picture that is encoded already: some look closer (a second view), which is part of the click. */
export async function measureClicks(runtime: Runtime, count = 40, pack?: string) {
  const bytes = await photoBytes(0);
  await timedSegment(runtime, bytes, [600, 400], pack);
  const clicks: Request[] = [];
  for (let i = 0; i < count; i++) {
    const [u, v] = [(i * 0.618) % 1, (i * 0.755) % 1];
    clicks.push(await timedSegment(runtime, bytes, [megapixel.width * u, megapixel.height * v], pack));
  }
  const totals = clicks.map(({ total }) => total);
  return {
    median: median(totals),
    p90: quantile(totals, 0.9),
    overhead:
      sum(clicks.map(({ total, graphs }) => total - graphs)) / sum(clicks.map(({ graphs }) => graphs)),
  };
}

/** The mask under the pointer, on a picture that is encoded; beside clicks at the same places. */
export async function measureHover(runtime: Runtime, count = 40) {
  const bytes = await photoBytes(0);
  const image = { name: 'photo.jpg', bytes };
  await timedSegment(runtime, bytes, [600, 400]);
  const hovers: number[] = [];
  const decodes: number[] = [];
  const clicks: number[] = [];
  for (let i = 0; i < count; i++) {
    const [u, v] = [(i * 0.618) % 1, (i * 0.755) % 1];
    const point: Point = [megapixel.width * u, megapixel.height * v];
    const { timings } = await runtime.hover(
      { image, prompts: [{ type: 'point', point, label: 1 }] },
      quietContext(),
    );
    hovers.push(timings.total_ms);
    decodes.push(timings.decode_ms);
    clicks.push((await timedSegment(runtime, bytes, point)).total);
  }
  return {
    median: median(hovers),
    decode: median(decodes),
    p90: quantile(hovers, 0.9),
    toClick: median(hovers) / median(clicks),
  };
}

/** Everything in the sample photo of one megapixel, with its crops. */
export async function measureEverything(runtime: Runtime, count = 3) {
  const totals: number[] = [];
  let masks = 0;
  for (let i = 0; i < count; i++) {
    const image = { name: 'photo.jpg', bytes: await photoBytes(0) };
    const { timings, regions } = await runtime.everything({ image }, quietContext());
    totals.push(timings.total_ms - timings.load_ms);
    masks = regions.length;
  }
  return { median: median(totals), masks };
}

/** First prompts on pictures of one megapixel: reading, encoding and decoding. */
export async function measureFirstPrompts(runtime: Runtime, count = 10, pack?: string) {
  // Compiled code is what people meet from the second picture on; the first ones are not counted.
  for (let i = 95; i < 99; i++) await timedSegment(runtime, await photoBytes(i), [600, 400], pack);
  const requests: Request[] = [];
  for (let i = 1; i <= count; i++)
    requests.push(await timedSegment(runtime, await photoBytes(i), [600, 400], pack));
  const of = (pick: (request: Request) => number) => median(requests.map(pick));
  return {
    total: of(({ total }) => total),
    graphs: of(({ graphs }) => graphs),
    read: of(({ read }) => read),
    overhead: of(({ around, graphs }) => around / graphs),
    overheadWithReading: of(({ around, read, graphs }) => (around + read) / graphs),
    prepare: of(({ prepare }) => prepare),
  };
}

/** Reading a photo, beside sharp alone doing the least that any pipeline must: decode, resize, raw pixels. */
export async function measureReading(count = 10) {
  const bytes = await photoBytes(0);
  const ours: number[] = [];
  const plain: number[] = [];
  for (let i = 0; i < count; i++) {
    ours.push(await elapsed(() => readPicture({ name: 'photo.jpg', bytes }, limits)));
    plain.push(await elapsed(() => sharp(bytes).raw().toBuffer()));
  }
  return { ours: median(ours), plain: median(plain) };
}

/** Masks from boxes, beside GrabCut from the same boxes; on the project's own test objects. */
export async function measureBoxes(runtime: Runtime, indexFile: string, limit: number) {
  const grabCut = await loadGrabCut();
  if (!grabCut) return undefined;
  const rows = (await readIndex(indexFile, evalRowSchema)).slice(0, limit);
  const folder = path.dirname(indexFile);
  const ours = { ms: [] as number[], iou: [] as number[] };
  const peer = { ms: [] as number[], iou: [] as number[] };
  for (const row of rows) {
    const image = path.resolve(folder, row.image);
    const truth = await readMask(path.resolve(folder, row.mask));
    const picture = await readPicture({ path: image }, limits);
    let mask: Mask = { ...truth, data: new Uint8Array(truth.data.length) };
    ours.ms.push(
      await elapsed(async () => {
        const { regions } = await runtime.segment(
          { image: { path: image }, prompts: [{ type: 'box', box: row.box }] },
          quietContext(),
        );
        if (regions[0]?.mask) mask = decodeRle(regions[0].mask);
      }),
    );
    ours.iou.push(iou(mask, truth));
    peer.ms.push(await elapsed(() => (mask = grabCut(picture, row.box))));
    peer.iou.push(iou(mask, truth));
  }
  return {
    n: rows.length,
    ours: { ms: median(ours.ms), iou: mean(ours.iou) },
    grabCut: { ms: median(peer.ms), iou: mean(peer.iou) },
  };
}

/** Reading the words of each sample figure, and a phrase more on the same figure. */
export async function measureFigures(runtime: Runtime) {
  const folder = path.join(root, 'examples/figures');
  const figures = readdirSync(folder)
    .filter((name) => name.endsWith('.png'))
    .sort();
  const first: number[] = [];
  const again: number[] = [];
  const ground = async (name: string, text: string) =>
    (await runtime.ground({ image: { path: path.join(folder, name) }, text }, quietContext())).timings;
  if (figures[0]) await ground(figures[0], 'warm-up');
  for (const name of figures.slice(1)) {
    first.push((await ground(name, 'no such phrase here')).total_ms);
    again.push((await ground(name, 'nor is this one')).total_ms);
  }
  return { n: first.length, median: median(first), p90: quantile(first, 0.9), again: median(again) };
}

/** Packages that were made, with their bytes. */
export function packages(): { name: string; bytes: number }[] {
  const folder = path.join(root, 'out');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.vsix'))
    .map((name) => ({ name, bytes: statSync(path.join(folder, name)).size }));
}

/** Milliseconds that activation took in a real VS Code, when the end-to-end tests have left them. */
export function activationTime(): number | undefined {
  try {
    const { activation_ms } = JSON.parse(
      readFileSync(path.join(root, 'out/bench/activation.json'), 'utf8'),
    ) as { activation_ms?: unknown };
    return typeof activation_ms === 'number' ? activation_ms : undefined;
  } catch {
    return undefined;
  }
}

async function elapsed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
