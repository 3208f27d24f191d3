import PQueue from 'p-queue';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { ThumbnailMaker } from '../../../src/inference/process/thumbnails';

const { signal } = new AbortController();
const limits = { maxPixels: 1_000_000 };
const picture = (width: number, height: number, orientation?: number) => {
  const image = sharp({ create: { width, height, channels: 3, background: '#4080c0' } });
  return (orientation ? image.withMetadata({ orientation }).jpeg() : image.png()).toBuffer();
};
const source = (bytes: Buffer) => ({ name: 'a', bytes: new Uint8Array(bytes) });

it('is small and oriented, and never larger than the picture', async () => {
  const maker = new ThumbnailMaker(new PQueue({ concurrency: 1 }), limits);
  const sizeOf = async (bytes: Buffer) => {
    const { webp } = await maker.make({ image: source(bytes), side: 64 }, signal);
    const { format, width, height, orientation } = await sharp(webp).metadata();
    return { format, width, height, orientation };
  };
  expect(await sizeOf(await picture(200, 100))).toMatchObject({ format: 'webp', width: 64, height: 32 });
  expect(await sizeOf(await picture(200, 100, 6))).toEqual({
    format: 'webp',
    width: 32,
    height: 64,
    orientation: undefined,
  });
  expect(await sizeOf(await picture(20, 10))).toMatchObject({ width: 20, height: 10 });
});

it('refuses what is no picture, and goes on with the next', async () => {
  const maker = new ThumbnailMaker(new PQueue({ concurrency: 1 }), limits);
  await expect(maker.make({ image: source(Buffer.from('text')), side: 64 }, signal)).rejects.toMatchObject({
    code: 'bad-image',
  });
  await expect(
    maker.make({ image: source(await picture(2000, 2000)), side: 64 }, signal),
  ).rejects.toMatchObject({ code: 'image-too-large' });
  expect(
    (await maker.make({ image: source(await picture(9, 9)), side: 64 }, signal)).webp.length,
  ).toBeGreaterThan(0);
});

it('lets prompts go first', async () => {
  const prompts = new PQueue({ concurrency: 1 });
  const maker = new ThumbnailMaker(prompts, limits);
  const done: string[] = [];
  let finish = () => {};
  const first = prompts.add(() => new Promise<void>((resolve) => (finish = resolve)));
  const thumbnail = maker
    .make({ image: source(await picture(9, 9)), side: 64 }, signal)
    .then(() => done.push('thumbnail'));
  const second = prompts.add(() => Promise.resolve()).then(() => done.push('prompt'));
  finish();
  await Promise.all([first, second, thumbnail]);
  expect(done).toEqual(['prompt', 'thumbnail']);
});
