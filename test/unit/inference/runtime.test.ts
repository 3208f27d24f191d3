/** The handlers in this process, as the command line uses them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Box, Prompt, Rle } from '../../../src/protocol/geometry';
import { hoverResultSchema, taskResultSchema, type SegmentParams } from '../../../src/protocol/inference';
import { encodeRle, rleArea, rleBox, rleOverlap } from '../../../src/protocol/rle';
import type { Progress } from '../../../src/protocol/rpc';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime, type Runtime } from '../../../src/inference/process/runtime';

const models = path.resolve('models');

describe.skipIf(!existsSync(path.join(models, 'groundnote-segment/groundnote.json')))('the runtime', () => {
  let runtime: Runtime;
  let image: { name: string; bytes: Uint8Array<ArrayBuffer> };
  const disc = encodeRle({
    width: 640,
    height: 480,
    data: Uint8Array.from({ length: 640 * 480 }, (_, i) =>
      Number(Math.hypot((i % 640) + 0.5 - 300, Math.floor(i / 640) + 0.5 - 240) < 120),
    ),
  });
  beforeAll(async () => {
    runtime = createRuntime({ packFolders: [models], threads: 1 });
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#dde"/><circle cx="300" cy="240" r="120" fill="#a33"/></svg>';
    image = { name: 'disc.png', bytes: new Uint8Array(await sharp(Buffer.from(svg)).png().toBuffer()) };
  });
  const segment = (params: Omit<SegmentParams, 'image'>, context = quietContext()) =>
    runtime.segment({ image, ...params }, context);

  it.each<[string, SegmentParams['prompts'][number]]>([
    ['a point', { type: 'point', point: [300, 240], label: 1 }],
    ['a box', { type: 'box', box: [180, 120, 420, 360] }],
    [
      'a stroke',
      {
        type: 'stroke',
        points: [
          [220, 200],
          [380, 280],
        ],
        label: 1,
      },
    ],
  ])('answers %s with a mask whose box is tight, in the form of the protocol', async (_name, prompt) => {
    const result = await segment({ prompts: [prompt] });
    expect(taskResultSchema.parse(result)).toEqual(result);
    const [region] = result.regions;
    expect(region?.mask?.size).toEqual([480, 640]);
    expect(region?.mask && rleBox(region.mask)).toEqual(region?.box);
    expect(region?.mask && rleArea(region.mask)).toBeGreaterThan(1000);
  });

  it('refines an earlier mask', async () => {
    const [first] = (await segment({ prompts: [{ type: 'point', point: [300, 240], label: 1 }] })).regions;
    const prompts: SegmentParams['prompts'] = [{ type: 'point', point: [20, 20], label: 0 }];
    const { regions } = await segment({ prompts, previous: first?.mask });
    expect(regions.length).toBeLessThanOrEqual(1);
    const mask = { size: [3, 3] as [number, number], counts: '9' };
    await expect(segment({ prompts, previous: mask })).rejects.toMatchObject({ code: 'invalid-params' });
  });

  it('offers the other masks beside the chosen one, each once', async () => {
    const prompts: SegmentParams['prompts'] = [{ type: 'point', point: [300, 240], label: 1 }];
    const result = await segment({ prompts, candidates: true });
    expect(taskResultSchema.parse(result)).toEqual(result);
    const [chosen, ...others] = result.candidates ?? [];
    expect(chosen).toEqual(result.regions[0]);
    const masks = [chosen, ...others].flatMap((each) => (each?.mask ? [each.mask] : []));
    expect(masks).toHaveLength(others.length + 1);
    masks.forEach((mask, i) =>
      masks.slice(i + 1).forEach((other) => {
        const { intersection, union } = rleOverlap(mask, other);
        expect(intersection / union).toBeLessThanOrEqual(0.95);
      }),
    );
    const scores = others.map(({ score }) => score ?? 0);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect((await segment({ prompts })).candidates).toBeUndefined();
  });

  it('looks at the part in view alone, and needs no more than a decode there again', async () => {
    const canvas = sharp({ create: { width: 2600, height: 1900, channels: 3, background: '#446' } });
    const wide = await canvas
      .composite([{ input: Buffer.from(image.bytes), left: 900, top: 700 }])
      .png()
      .toBuffer();
    const large = { name: 'wide.png', bytes: new Uint8Array(wide) };
    const fresh = createRuntime({ packFolders: [models], threads: 1 });
    const ask = async (x: number) => {
      let encodings = 0;
      fresh.onTimed = (stopwatch) => (encodings = stopwatch.of('encodeRun'));
      const point: Prompt = { type: 'point', point: [x, 940], label: 1 };
      const params = { image: large, prompts: [point], view: [900, 700, 1540, 1180] as Box };
      const { regions } = await fresh.segment(params, quietContext());
      return { box: regions[0]?.box, encodings };
    };
    const first = await ask(1200);
    expect(first.encodings).toBeGreaterThan(0);
    expect(first.box?.map((side) => Math.round(side / 20))).toEqual([54, 41, 66, 53]);
    expect((await ask(1210)).encodings).toBe(0);
    const hovered = await fresh.hover(
      {
        image: large,
        prompts: [{ type: 'point', point: [1220, 950], label: 1 }],
        view: [900, 700, 1540, 1180],
      },
      quietContext(),
    );
    expect(hovered.regions).toHaveLength(1);
  });

  describe('hovering', () => {
    const prompts: SegmentParams['prompts'] = [{ type: 'point', point: [300, 240], label: 1 }];

    it('answers from what is kept, by one decode', async () => {
      await segment({ prompts });
      const result = await runtime.hover({ image, prompts }, quietContext());
      expect(hoverResultSchema.parse(result)).toEqual(result);
      expect(result.regions[0]?.mask && rleArea(result.regions[0].mask)).toBeGreaterThan(1000);
      expect(result.timings.encode_ms).toBe(0);
      const [clicked] = (await segment({ prompts })).regions;
      const { intersection, union } = rleOverlap(result.regions[0]?.mask as Rle, clicked?.mask as Rle);
      expect(intersection / union).toBeGreaterThan(0.8);
    });

    it('reads and encodes nothing', async () => {
      const fresh = createRuntime({ packFolders: [models], threads: 1 });
      const { regions, image: size } = await fresh.hover({ image, prompts }, quietContext());
      expect(regions).toEqual([]);
      expect(size).toBeUndefined();
      await fresh.imageInfo({ image }, quietContext());
      expect((await fresh.hover({ image, prompts }, quietContext())).regions).toEqual([]);
    });

    it('answers nothing while work is under way, and does not wait for it', async () => {
      await segment({ prompts });
      let done = false;
      const working = segment({ prompts: [{ type: 'box', box: [180, 120, 420, 360] }] }).then(
        () => (done = true),
      );
      const { regions } = await runtime.hover({ image, prompts }, quietContext());
      expect([regions, done]).toEqual([[], false]);
      await working;
      expect((await runtime.hover({ image, prompts }, quietContext())).regions).toHaveLength(1);
    });
  });

  describe('everything', () => {
    it('finds the disc, once, and tells how far it is', async () => {
      const progress: Progress[] = [];
      const result = await runtime.everything(
        { image, pointsPerSide: 6 },
        { signal: new AbortController().signal, progress: (each) => progress.push(each) },
      );
      expect(taskResultSchema.parse(result)).toEqual(result);
      const isDisc = (mask: Rle | undefined) => {
        if (!mask) return false;
        const { intersection, union } = rleOverlap(mask, disc);
        return intersection > 0.7 * union;
      };
      expect(result.regions.filter(({ mask }) => isDisc(mask))).toHaveLength(1);
      const areas = result.regions.map(({ mask }) => (mask ? rleArea(mask) : 0));
      expect(areas).toEqual([...areas].sort((a, b) => b - a));
      const shares = progress.map(({ fraction }) => fraction ?? 0);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(progress.some(({ phase }) => /\d+ of \d+/.test(phase))).toBe(true);
    });

    it('looks at a part alone', async () => {
      const view: Box = [150, 90, 450, 390];
      const { regions } = await runtime.everything({ image, view, pointsPerSide: 4 }, quietContext());
      expect(regions.length).toBeGreaterThan(0);
      for (const { box } of regions)
        expect(box[0] > 148 && box[1] > 88 && box[2] < 452 && box[3] < 392).toBe(true);
    });

    it('ends between two points when it is cancelled', async () => {
      const controller = new AbortController();
      let seen = 0;
      const run = runtime.everything(
        { image, pointsPerSide: 32 },
        { signal: controller.signal, progress: () => ++seen === 10 && controller.abort() },
      );
      await expect(run).rejects.toMatchObject({ code: 'cancelled' });
      expect(seen).toBeLessThanOrEqual(11);
    });
  });

  it('refuses prompts that mean nothing here', async () => {
    await expect(segment({ prompts: [{ type: 'text', text: 'the disc' }] })).rejects.toMatchObject({
      code: 'invalid-params',
    });
    await expect(segment({ prompts: [{ type: 'point', point: [9000, 1], label: 1 }] })).rejects.toMatchObject(
      { code: 'invalid-params', message: expect.stringContaining('640 × 480') as string },
    );
    await expect(
      segment({ prompts: [{ type: 'point', point: [1, 1], label: 1 }], pack: 'none' }),
    ).rejects.toMatchObject({ code: 'no-pack' });
  });

  it('works on the part of a large picture that is looked at, and answers in pixels of the whole', async () => {
    const large = createRuntime({ packFolders: [models], threads: 1, largePixels: 1_000_000 });
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="3000"><rect width="4000" height="3000" fill="#dde"/><circle cx="3000" cy="2000" r="120" fill="#a33"/></svg>';
    const jpeg = new Uint8Array(await sharp(Buffer.from(svg)).jpeg().toBuffer());
    const params: SegmentParams = {
      image: { name: 'large.jpg', bytes: jpeg },
      view: [2700, 1700, 3300, 2300],
      prompts: [{ type: 'point', point: [3000, 2000], label: 1 }],
    };
    const result = await large.segment(params, quietContext());
    expect(result.image).toEqual({ width: 4000, height: 3000 });
    const [region] = result.regions;
    expect(region?.mask?.size).toEqual([3000, 4000]);
    region?.box.forEach((side, i) =>
      expect(Math.abs(side - (i % 2 ? 2000 : 3000) - (i < 2 ? -120 : 120))).toBeLessThan(8),
    );
    expect(rleArea(region?.mask as Rle) / (Math.PI * 120 ** 2)).toBeCloseTo(1, 1);
    // Where all of it is in view, a small thing is looked at from near by itself: the same edge, not one of 2 × 2 pixels.
    const small = await large.segment({ ...params, view: undefined }, quietContext());
    expect(rleArea(small.regions[0]?.mask as Rle) / (Math.PI * 120 ** 2)).toBeCloseTo(1, 1);
    expect(rleOverlap(small.regions[0]?.mask as Rle, region?.mask as Rle).intersection).toBeGreaterThan(
      0.96 * rleArea(region?.mask as Rle),
    );
    // Looked at closely, one edge is mended; what lies outside the window stays.
    const mended = await large.segment(
      {
        ...params,
        view: [3050, 1950, 3150, 2050],
        previous: region?.mask,
        prompts: [...params.prompts, { type: 'point', point: [3110, 2000], label: 1 }],
      },
      quietContext(),
    );
    expect(mended.regions[0]?.mask?.size).toEqual([3000, 4000]);
  });

  it('runs one request at a time, and does not begin a cancelled one', async () => {
    const phases: string[] = [];
    const controller = new AbortController();
    const prompts: SegmentParams['prompts'] = [{ type: 'point', point: [300, 240], label: 1 }];
    const watched = (name: string, signal = new AbortController().signal) =>
      segment({ prompts }, { signal, progress: () => phases.push(name) });
    const all = [watched('first'), watched('cancelled', controller.signal), watched('last')];
    controller.abort();
    const [first, cancelled, last] = await Promise.allSettled(all);
    expect([first?.status, cancelled?.status, last?.status]).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(phases).not.toContain('cancelled');
    expect(phases.lastIndexOf('first')).toBeLessThan(phases.indexOf('last'));
  });

  it('keeps the time of the graphs apart', async () => {
    let phases: Record<string, number> = {};
    runtime.onTimed = (stopwatch) => (phases = stopwatch.phases());
    const { timings } = await segment({ prompts: [{ type: 'box', box: [180, 120, 420, 360] }] });
    expect(phases.decodeRun).toBeGreaterThan(0);
    expect(timings.decode_ms).toBeGreaterThanOrEqual(Math.floor((phases.decodeRun ?? 0) * 100) / 100);
    expect(timings.total_ms).toBeGreaterThanOrEqual(
      timings.load_ms + timings.encode_ms + timings.decode_ms - 1,
    );
  });
});
