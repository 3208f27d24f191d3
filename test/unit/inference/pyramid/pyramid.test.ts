/** Tiles of large pictures, made small: `largePixels` decides what is large. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quietContext } from '../../../../src/inference/process/cancel';
import { readInfo, readPicture } from '../../../../src/inference/process/images';
import { createPictureStore, type PictureStoreOptions } from '../../../../src/inference/process/pictureStore';
import type { Pyramid } from '../../../../src/inference/process/pyramid/pyramid';
import { levelSizes, tileCounts, tileFile, tileSide } from '../../../../src/protocol/tiles';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'groundnote-pyramid-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const storeOf = (options: Partial<PictureStoreOptions> & { limitBytes?: number } = {}) =>
  createPictureStore({
    maxPixels: 1e9,
    largePixels: 100_000,
    tiles: { folder: path.join(folder, 'tiles'), limitBytes: options.limitBytes ?? 1e9 },
    ...options,
  });

/** A picture whose colours tell the place: red grows to the right, green downwards; blue in a corner. */
async function picture(width: number, height: number) {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 3) {
      data[i] = Math.round((255 * x) / width);
      data[i + 1] = Math.round((255 * y) / height);
      data[i + 2] = x < width / 4 && y < height / 4 ? 255 : 0;
    }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function file(name: string, content: Promise<Buffer> | Buffer): Promise<{ path: string }> {
  const place = path.join(folder, name);
  writeFileSync(place, await content);
  return { path: place };
}

const rgb = async (place: string) => {
  const { data, info } = await sharp(place).raw().toBuffer({ resolveWithObject: true });
  return { data, ...info };
};

/** Mean difference of each level, put together of its tiles, from the oriented picture at that size. */
async function differences(pyramid: Pyramid, source: string): Promise<number[]> {
  const found: number[] = [];
  for (const [level, { width, height }] of pyramid.levels.entries()) {
    const data = await pyramid.read(level, { x: 0, y: 0, width, height });
    const whole = await sharp(source)
      .autoOrient()
      .resize(width, height, { fit: 'fill', kernel: 'linear' })
      .raw()
      .toBuffer();
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += Math.abs((data[i] as number) - (whole[i] as number));
    found.push(sum / data.length);
  }
  return found;
}

describe('levels', () => {
  it('halve until they are small, rounded up', () => {
    expect(levelSizes({ width: 20_000, height: 15_000 }).at(-1)).toEqual({ width: 625, height: 469 });
    expect(levelSizes({ width: 2049, height: 3 })).toEqual([
      { width: 2049, height: 3 },
      { width: 1025, height: 2 },
      { width: 513, height: 1 },
    ]);
    expect(tileCounts({ width: 1025, height: 512 })).toEqual({ width: 3, height: 1 });
  });
});

describe('a pyramid', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'has EXIF orientation %i applied, in every tile of every level',
    async (orientation) => {
      const plain = (await picture(1333, 1101)).withMetadata({ orientation });
      const source = await file('o.jpg', plain.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer());
      const pyramid = await storeOf().pyramid(source);
      await pyramid.build(quietContext());
      const turned = orientation > 4;
      expect(pyramid.size).toEqual(turned ? { width: 1101, height: 1333 } : { width: 1333, height: 1101 });
      for (const mean of await differences(pyramid, source.path)) expect(mean).toBeLessThan(1);
      const { file: overview, width, height } = await pyramid.overview();
      expect(await rgb(overview)).toMatchObject({ width, height });
      const middle = await pyramid.read(0, { x: 600, y: 500, width: 64, height: 64 });
      const expected = await sharp(source.path)
        .autoOrient()
        .extract({ left: 600, top: 500, width: 64, height: 64 })
        .raw()
        .toBuffer();
      middle.forEach((value, i) => expect(Math.abs(value - (expected[i] as number))).toBeLessThan(6));
    },
  );

  it('has all its tiles, the last of a row and a column being what is left', async () => {
    const source = await file('p.png', (await picture(1100, 700)).png().toBuffer());
    const pyramid = await storeOf().pyramid(source);
    const phases: [string, number | undefined][] = [];
    await pyramid.build({
      ...quietContext(),
      progress: ({ phase, fraction }) => phases.push([phase, fraction]),
    });
    for (const [level, size] of pyramid.levels.entries()) {
      const { width, height } = tileCounts(size);
      expect(readdirSync(path.join(pyramid.folder, String(level)))).toHaveLength(width * height);
      const last = await rgb(path.join(pyramid.folder, tileFile({ level, x: width - 1, y: height - 1 })));
      expect([last.width, last.height]).toEqual([
        size.width - (width - 1) * tileSide,
        size.height - (height - 1) * tileSide,
      ]);
    }
    expect(phases.at(-1)).toEqual(['Preparing the picture', 1]);
    expect(await pyramid.isComplete()).toBe(true);
    // The plain pixels are gone.
    expect(readdirSync(pyramid.folder).filter((name) => name.startsWith('work'))).toEqual([]);
    await expect(pyramid.tile({ level: 0, x: 3, y: 0 })).rejects.toMatchObject({ code: 'invalid-params' });
  });

  it.each<[string, (source: Sharp) => Promise<Buffer>]>([
    ['transparent PNG, on white', async (source) => source.ensureAlpha(0).png().toBuffer()],
    ['16-bit PNG', (source) => source.toColourspace('rgb16').png().toBuffer()],
    ['grey JPEG', (source) => source.greyscale().jpeg().toBuffer()],
    ['CMYK JPEG', (source) => source.toColourspace('cmyk').jpeg().toBuffer()],
    ['LZW TIFF', (source) => source.tiff({ compression: 'lzw' }).toBuffer()],
    ['WebP', (source) => source.webp({ quality: 95 }).toBuffer()],
    ['AVIF', (source) => source.avif({ quality: 90, effort: 0 }).toBuffer()],
  ])('is made of a %s', async (_name, encode) => {
    const source = await file('f', encode(await picture(700, 600)));
    const pyramid = await storeOf().pyramid(source);
    await pyramid.build(quietContext());
    const data = await pyramid.read(0, { x: 0, y: 0, width: 700, height: 600 });
    const whole = (await readPicture(source, { maxPixels: 1e9 })).data;
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += Math.abs((data[i] as number) - (whole[i] as number));
    expect(sum / data.length).toBeLessThan(1.5);
  });

  it('makes the tile that somebody waits for before it reads on', async () => {
    const source = await file('p.png', (await picture(1500, 1500)).png().toBuffer());
    const pyramid = await storeOf({ quiet: () => new Promise(() => undefined) }).pyramid(source);
    const controller = new AbortController();
    const building = pyramid.build({ signal: controller.signal, progress: () => undefined });
    building.catch(() => undefined);
    const place = await pyramid.tile({ level: 0, x: 2, y: 2 });
    expect((await rgb(place)).width).toBe(1500 - 2 * tileSide);
    expect(existsSync(path.join(pyramid.folder, '0', '0_0.jpg'))).toBe(false);
  });

  it('can be cancelled, and goes on where it was', async () => {
    const source = await file('p.png', (await picture(3000, 2000)).png().toBuffer());
    const store = storeOf();
    const pyramid = await store.pyramid(source);
    const controller = new AbortController();
    await expect(
      pyramid.build({
        signal: controller.signal,
        progress: ({ phase, fraction = 0 }) =>
          phase.startsWith('Prep') && fraction > 0.5 && controller.abort(),
      }),
    ).rejects.toMatchObject({ code: 'cancelled' });
    expect(await pyramid.isComplete()).toBe(false);
    const made = path.join(pyramid.folder, tileFile({ level: 2, x: 0, y: 0 }));
    const { mtimeMs } = statSync(made);
    // Another process, later.
    const again = await storeOf().pyramid(source);
    await again.build(quietContext());
    expect(await again.isComplete()).toBe(true);
    expect(statSync(made).mtimeMs).toBe(mtimeMs);
  });

  it('does not begin a tile whose asker has gone', async () => {
    const source = await file('p.png', (await picture(1500, 1500)).png().toBuffer());
    const pyramid = await storeOf().pyramid(source);
    const controller = new AbortController();
    const asked = pyramid.tile({ level: 0, x: 1, y: 1 }, controller.signal);
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(path.join(pyramid.folder, '0', '1_1.jpg'))).toBe(false);
    // Asked for again it comes.
    expect(existsSync(await pyramid.tile({ level: 0, x: 1, y: 1 }))).toBe(true);
  });

  it('is the same for equal files of another name, and another for other content', async () => {
    const png = await (await picture(700, 700)).png().toBuffer();
    const store = storeOf();
    const first = await store.pyramid(await file('a.png', png));
    const same = await store.pyramid(await file('b.png', png));
    const bytes = await store.pyramid({ name: 'c.png', bytes: new Uint8Array(png) });
    const other = await store.pyramid(await file('d.png', (await picture(700, 701)).png().toBuffer()));
    expect(same.folder).toBe(first.folder);
    expect(bytes.folder).toBe(first.folder);
    expect(other.folder).not.toBe(first.folder);
  });

  it('says that half a file is damaged, and leaves nothing half done', async () => {
    for (const format of ['jpeg', 'png', 'tiff'] as const) {
      const whole = await (await picture(900, 900)).toFormat(format).toBuffer();
      const source = await file(`half.${format}`, whole.subarray(0, whole.length * 0.6));
      const store = storeOf();
      // Of a TIFF the directory, at its end, is missing as well.
      const opened = await store.pyramid(source).catch((error: unknown) => error as Error);
      if (opened instanceof Error) {
        expect(opened).toMatchObject({ code: 'bad-image' });
        continue;
      }
      for (const job of [
        () => opened.overview(),
        () => opened.build(quietContext()),
        () => store.window(source),
      ])
        await expect(job()).rejects.toMatchObject({
          code: 'bad-image',
          message: `"half.${format}" is damaged or incomplete and cannot be decoded.`,
        });
      expect(
        readdirSync(opened.folder, { recursive: true }).filter((name) => /jpg|\.v/.test(String(name))),
      ).toEqual([]);
    }
  });

  it('is refused for what is too large, before anything is decoded', async () => {
    const source = await file('p.png', (await picture(700, 700)).png().toBuffer());
    await expect(storeOf({ maxPixels: 400_000 }).pyramid(source)).rejects.toMatchObject({
      code: 'image-too-large',
    });
    expect(await readInfo(source, { maxPixels: 1e9, largePixels: 100_000 })).toMatchObject({ large: true });
    expect(await readInfo(source, { maxPixels: 1e9 })).toMatchObject({ large: false });
  });
});

describe('the folder of tiles', () => {
  it('lets the oldest go when all take too much', async () => {
    const sources = await Promise.all(
      [0, 1, 2].map(async (i) => file(`${i}.png`, (await picture(800 + i, 800)).png().toBuffer())),
    );
    const folders: string[] = [];
    for (const [i, source] of sources.entries()) {
      const pyramid = await storeOf({ limitBytes: 1e9 }).pyramid(source);
      await pyramid.build(quietContext());
      folders.push(pyramid.folder);
      utimesSync(pyramid.folder, 1000 + i, 1000 + i);
    }
    const { bytes } = JSON.parse(readFileSync(path.join(folders[0] as string, 'complete.json'), 'utf8')) as {
      bytes: number;
    };
    const last = await storeOf({ limitBytes: bytes * 2.5 }).pyramid(
      await file('new.png', (await picture(900, 800)).png().toBuffer()),
    );
    await last.build(quietContext());
    expect([...folders, last.folder].map((each) => existsSync(each))).toEqual([false, false, true, true]);
  });

  it('removes pixels that a dead process left', async () => {
    const source = await file('p.png', (await picture(700, 700)).png().toBuffer());
    const pyramid = await storeOf().pyramid(source);
    const dead = path.join(pyramid.folder, 'work-999999');
    mkdirSync(dead);
    await pyramid.build(quietContext());
    expect(existsSync(dead)).toBe(false);
  });
});

describe('a window', () => {
  it('has the pixels of the part in view, as fine as fits, and is kept for what lies near', async () => {
    const source = await file('p.png', (await picture(4000, 3000)).png().toBuffer());
    const store = storeOf();
    const view: [number, number, number, number] = [1000, 1000, 1600, 1500];
    const window = await store.window(source, { view });
    expect(window.whole).toEqual({ width: 4000, height: 3000 });
    const [x, y] = window.pointInto([1300, 1250]).map(Math.floor) as [number, number];
    const at = (y * window.picture.width + x) * 3;
    expect(window.picture.data[at]).toBeCloseTo((255 * 1300) / 4000, -1);
    expect(window.picture.data[at + 1]).toBeCloseTo((255 * 1250) / 3000, -1);
    expect(window.boxOut(window.boxInto(view))).toEqual(view);
    // A little beside: the same window, and so the same encodings.
    expect(await store.window(source, { view: [1020, 990, 1620, 1490] })).toBe(window);
    expect(await store.keptWindow(source, { view })).toBe(window);
    const far = { view: [3000, 2000, 3600, 2500] as [number, number, number, number] };
    expect(await store.keptWindow(source, far)).toBeUndefined();
    // All of it comes reduced: twelve megapixels are more than a window has.
    const all = await store.window(source);
    expect(all.picture.width * all.picture.height).toBeLessThan(4_000_000);
    expect(all.boxInto([0, 0, 4000, 3000])).toEqual([0, 0, 2000, 1500]);
  });

  it('goes as far as the prompts, and refuses those outside the picture in its own words', async () => {
    const source = await file('p.png', (await picture(4000, 3000)).png().toBuffer());
    const store = storeOf();
    const view: [number, number, number, number] = [0, 0, 400, 300];
    const point = (x: number, y: number) => ({
      type: 'point' as const,
      point: [x, y] as [number, number],
      label: 1 as const,
    });
    const prompts = [point(100, 100), point(3000, 200)];
    const window = await store.window(source, { view, prompts });
    for (const prompt of window.into({ prompts }).prompts)
      expect(prompt.point[0]).toBeLessThan(window.picture.width);
    await expect(store.window(source, { view, prompts: [point(5000, 1)] })).rejects.toMatchObject({
      code: 'invalid-params',
      message: expect.stringContaining('4000 × 3000') as string,
    });
  });
});
