import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { encode as encodeBmp } from 'bmp-ts';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePng, readInfo, readPicture } from '../../../src/inference/process/images';
import type { Picture } from '../../../src/inference/process/picture';
import { createPictureStore } from '../../../src/inference/process/pictureStore';

const limits = { maxPixels: 10_000_000 };
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'groundnote-images-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: Uint8Array | string): { path: string } {
  const place = path.join(folder, name);
  writeFileSync(place, content);
  return { path: place };
}

const bytesOf = (content: Uint8Array) => ({ name: 'test', bytes: new Uint8Array(content) });

/** 3 × 2 blocks of 8 pixels in six colours, so that every orientation looks different. */
const colours = [
  [250, 10, 10],
  [10, 250, 10],
  [10, 10, 250],
  [250, 250, 10],
  [10, 250, 250],
  [250, 10, 250],
] as const;
const block = 8;
const upright = {
  raw: { width: 3 * block, height: 2 * block, channels: 3 as const },
  data: Buffer.from(
    Array.from({ length: 6 * block * block }, (_, i) => {
      const x = Math.floor((i % (3 * block)) / block);
      const y = Math.floor(i / (3 * block) / block);
      return [...(colours[y * 3 + x] ?? [])];
    }).flat(),
  ),
};
const picture = () => sharp(upright.data, { raw: upright.raw });

/** Colours in the middles of the blocks, row by row, to the nearest of the six (by its index). */
function blocksOf({ width, height, data }: Picture): number[] {
  const found: number[] = [];
  for (let y = block / 2; y < height; y += block)
    for (let x = block / 2; x < width; x += block) {
      const i = (y * width + x) * 3;
      const distances = colours.map((colour) =>
        colour.reduce((sum, value, c) => sum + Math.abs(value - (data[i + c] ?? 0)), 0),
      );
      found.push(distances.indexOf(Math.min(...distances)));
    }
  return found;
}

const pixel = ({ data }: Picture, i = 0) => [...data.subarray(i * 3, i * 3 + 3)];

describe('a picture is read', () => {
  // What the six blocks look like when a viewer applies the orientation that the file states.
  it.each([
    [1, [0, 1, 2, 3, 4, 5]],
    [2, [2, 1, 0, 5, 4, 3]],
    [3, [5, 4, 3, 2, 1, 0]],
    [4, [3, 4, 5, 0, 1, 2]],
    [5, [0, 3, 1, 4, 2, 5]],
    [6, [3, 0, 4, 1, 5, 2]],
    [7, [5, 2, 4, 1, 3, 0]],
    [8, [2, 5, 1, 4, 0, 3]],
  ])('with EXIF orientation %i applied', async (orientation, blocks) => {
    const jpeg = await picture().withMetadata({ orientation }).jpeg({ quality: 100 }).toBuffer();
    const read = await readPicture(bytesOf(jpeg), limits);
    expect(blocksOf(read)).toEqual(blocks);
    expect([read.width, read.height]).toEqual(orientation > 4 ? [16, 24] : [24, 16]);
    expect(await readInfo(bytesOf(jpeg), limits)).toEqual({
      format: 'jpeg',
      displayable: true,
      large: false,
      width: read.width,
      height: read.height,
    });
  });

  it.each(['png', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'as %s, whatever its name says',
    async (format) => {
      const content = await picture().toFormat(format, { quality: 95 }).toBuffer();
      const source = file(`${format}.txt`, content);
      expect(blocksOf(await readPicture(source, limits))).toEqual([0, 1, 2, 3, 4, 5]);
      expect(await readInfo(source, limits)).toMatchObject({
        format,
        displayable: format !== 'tiff',
        width: 24,
        height: 16,
      });
    },
  );

  it('as BMP of 24 and of 32 bits', async () => {
    for (const bitPP of [24, 32] as const) {
      const rgba = await picture().ensureAlpha().raw().toBuffer();
      const data = Buffer.alloc(rgba.length);
      for (let i = 0; i < rgba.length; i += 4)
        data.set([255, rgba[i + 2] ?? 0, rgba[i + 1] ?? 0, rgba[i] ?? 0], i); // ABGR
      const bmp = encodeBmp({ data, width: 24, height: 16, bitPP });
      expect(blocksOf(await readPicture(bytesOf(bmp.data), limits))).toEqual([0, 1, 2, 3, 4, 5]);
      expect(await readInfo(bytesOf(bmp.data), limits)).toMatchObject({ format: 'bmp', displayable: true });
    }
  });

  it('with transparency on white', async () => {
    const half = { r: 0, g: 0, b: 0, alpha: 0.5 };
    const png = await sharp({ create: { width: 4, height: 4, channels: 4, background: half } })
      .png()
      .toBuffer();
    const [r, g, b] = pixel(await readPicture(bytesOf(png), limits));
    expect([r, g, b].every((value) => value !== undefined && Math.abs(value - 127) <= 1)).toBe(true);
  });

  it('with 16 bits as 8, in grey and in colour', async () => {
    const colour = await picture().toColourspace('rgb16').png().toBuffer();
    expect((await sharp(colour).metadata()).depth).toBe('ushort');
    expect(blocksOf(await readPicture(bytesOf(colour), limits))).toEqual([0, 1, 2, 3, 4, 5]);
    const background = { r: 128, g: 128, b: 128 };
    const grey = sharp({ create: { width: 4, height: 4, channels: 3, background } });
    const png = await grey.toColourspace('grey16').png().toBuffer();
    expect(pixel(await readPicture(bytesOf(png), limits))).toEqual([128, 128, 128]);
  });

  it('from CMYK, grey and palettes as RGB', async () => {
    // A blue that inks can print: most of the six colours above are outside their range.
    const blue = sharp({ create: { width: 24, height: 16, channels: 3, background: '#336699' } });
    const cmyk = await blue.toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    const printed = pixel(await readPicture(bytesOf(cmyk), limits));
    [0x33, 0x66, 0x99].forEach((value, c) => expect(Math.abs((printed[c] ?? 0) - value)).toBeLessThan(25));
    const palette = await picture().png({ palette: true }).toBuffer();
    expect(blocksOf(await readPicture(bytesOf(palette), limits))).toEqual([0, 1, 2, 3, 4, 5]);
    const grey = await readPicture(bytesOf(await picture().greyscale().jpeg().toBuffer()), limits);
    expect(grey.data.length).toBe(24 * 16 * 3);
  });

  it('as the first frame of an animation', async () => {
    const frames = Buffer.concat([upright.data, Buffer.alloc(upright.data.length, 200)]);
    const raw = { width: 24, height: 32, channels: 3 as const, pageHeight: 16 };
    const gif = await sharp(frames, { raw })
      .gif({ delay: [10, 10] })
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    expect(blocksOf(await readPicture(bytesOf(gif), limits))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('as a drawing, enlarged by a whole number so that small text is seen', async () => {
    const svg = (size: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect width="30" height="30" fill="#f00"/></svg>`;
    const small = bytesOf(Buffer.from(svg('width="60" height="30"')));
    expect(await readInfo(small, limits)).toEqual({
      format: 'svg',
      displayable: true,
      large: false,
      width: 1080,
      height: 540,
    });
    const read = await readPicture(small, limits);
    expect([read.width, read.height]).toEqual([1080, 540]);
    expect(pixel(read, 200 * 1080 + 200)).toEqual([255, 0, 0]);
    expect(pixel(read, 200 * 1080 + 800)).toEqual([255, 255, 255]);
    const large = bytesOf(Buffer.from(svg('width="40000" height="10000"')));
    expect(await readInfo(large, limits)).toMatchObject({ width: 4096, height: 1024 });
    const endless = bytesOf(Buffer.from(svg('width="90000000" height="90000000"')));
    await expect(readInfo(endless, limits)).rejects.toMatchObject({ code: 'image-too-large' });
  });

  it('as a drawing whose size is a fraction, with the size that its header promised', async () => {
    for (const size of [
      'width="100.4" height="33.3"',
      'viewBox="0 0 77.7 51.2"',
      'width="5000.5" height="777.7"',
    ]) {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" ${size}><rect width="9" height="9"/></svg>`;
      const source = bytesOf(Buffer.from(svg));
      const { width, height } = await readInfo(source, limits);
      expect(await readPicture(source, limits)).toMatchObject({ width, height });
    }
  });

  it('as a drawing that asks for another file, without that file', async () => {
    const secret = file('secret.png', await picture().png().toBuffer());
    const drawing = file(
      'drawing.svg',
      `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="2000"><image href="${path.basename(secret.path)}" width="2000" height="2000"/></svg>`,
    );
    expect(pixel(await readPicture(drawing, limits), 1000)).toEqual([255, 255, 255]);
  });

  it('and given back as PNG, smaller when asked', async () => {
    const read = await readPicture(bytesOf(await picture().png().toBuffer()), limits);
    const { png, width, height } = await encodePng(read);
    expect([width, height]).toEqual([24, 16]);
    expect(await readPicture(bytesOf(png), limits)).toMatchObject({ data: Buffer.from(read.data) });
    expect(await encodePng(read, 12)).toMatchObject({ width: 12, height: 8 });
  });
});

describe('a file that is no sound picture is refused in one sentence', () => {
  const refuses = async (source: { path: string }, code: string, message: RegExp) => {
    await expect(readPicture(source, limits)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  };

  it('when it is missing, or a folder', async () => {
    await refuses({ path: path.join(folder, 'none.png') }, 'not-found', /"none\.png" does not exist/);
    await refuses({ path: folder }, 'io', /is a folder/);
  });
  it('when it is empty', () => refuses(file('empty.png', ''), 'bad-image', /"empty\.png" is empty/));
  it('when it is text', () =>
    refuses(file('text.png', 'This is a text, not a picture.'), 'bad-image', /"text\.png" is not a picture/));

  it.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)(
    'when half of a %s is missing',
    async (format) => {
      const noise = Buffer.from(Array.from({ length: 120 * 90 * 3 }, (_, i) => (i * 7919) % 251));
      const raw = { width: 120, height: 90, channels: 3 as const };
      const whole = await sharp(noise, { raw }).toFormat(format).toBuffer();
      await refuses(file(`half.${format}`, whole.subarray(0, whole.length / 2)), 'bad-image', /"half\..*"/);
    },
  );

  it('when a BMP promises more than it holds', async () => {
    const { data } = encodeBmp({ data: Buffer.alloc(16 * 16 * 4), width: 16, height: 16, bitPP: 24 });
    await refuses(file('half.bmp', data.subarray(0, 300)), 'bad-image', /damaged/);
    await refuses(file('head.bmp', data.subarray(0, 20)), 'bad-image', /damaged/);
    data.writeInt32LE(100_000, 18);
    await refuses(file('wide.bmp', data), 'bad-image', /damaged/);
  });

  it('when a small PNG would decode to 1.6 gigapixels, before it is decoded', async () => {
    const source = file('bomb.png', pngOfZeros(40_000, 40_000));
    const started = performance.now();
    await refuses(
      source,
      'image-too-large',
      /40000 × 40000 pixels \(1600 megapixels\); the limit is 10 megapixels/,
    );
    await expect(readInfo(source, limits)).rejects.toMatchObject({ code: 'image-too-large' });
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('the store of pictures', () => {
  it('gives the same picture for the same file, and reads a changed one again', async () => {
    const store = createPictureStore(limits);
    const source = file('kept.png', await picture().png().toBuffer());
    const first = await store.open(source);
    expect(await store.open(source)).toBe(first);
    writeFileSync(source.path, await picture().negate().png().toBuffer());
    const second = await store.open(source);
    expect(second).not.toBe(first);
    expect(second.contentHash).not.toBe(first.contentHash);
  });

  it('knows bytes by their content', async () => {
    const store = createPictureStore(limits);
    const png = await picture().png().toBuffer();
    expect(await store.open(bytesOf(png))).toBe(await store.open(bytesOf(png)));
  });
});

/** A grey PNG of zeros, whose data is as short as deflate makes it (the rows are cut off: the header is what counts). */
function pngOfZeros(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const framed = Buffer.alloc(body.length + 8);
    framed.writeUInt32BE(data.length, 0);
    body.copy(framed, 4);
    framed.writeUInt32BE(crc32(body), body.length + 4);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(4_000_000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
