/** Depth and normal maps, and short videos. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modalityOfFile, readMediaFile } from '../../../../src/inference/process/media/read';
import { mediaView } from '../../../../src/inference/process/media/views';
import { binaryRows, bytesOf, npyOf } from '../../../support/mediaFiles';

const depth = (bytes: Uint8Array, name = 'map') =>
  readMediaFile({ name, bytes: new Uint8Array(bytes) }, 'depth');
const grey16 = (values: readonly number[], width: number, height: number) =>
  sharp(Uint16Array.from(values), { raw: { width, height, channels: 1 } }).toColourspace('grey16');
const values = [0, 1000, 2000, 65_535, 5, 6];
const measured = [NaN, 1000, 2000, 65_535, 5, 6];

/** A little-endian TIFF of one strip: what sharp does not write, floats of one channel. */
function floatTiff(data: readonly number[], width: number, height: number): Uint8Array {
  const entries = [
    [256, width],
    [257, height],
    [258, 32],
    [259, 1],
    [262, 1],
    [273, 8 + 2 + 10 * 12 + 4],
    [277, 1],
    [278, height],
    [279, data.length * 4],
    [339, 3],
  ];
  const head = [...'II'].map((char) => char.charCodeAt(0));
  return bytesOf(
    head,
    binaryRows([[42, 8, entries.length]], ['u2', 'u4', 'u2']),
    ...entries.map(([tag, value]) => binaryRows([[tag!, 4, 1, value!]], ['u2', 'u2', 'u4', 'u4'])),
    binaryRows([[0]], ['u4']),
    Float32Array.from(data),
  );
}

describe('depth maps', () => {
  it('PNG and TIFF of 16 bits: zero is not measured', async () => {
    for (const picture of [
      await grey16(values, 3, 2).png().toBuffer(),
      await grey16(values, 3, 2).tiff({ compression: 'lzw' }).toBuffer(),
    ]) {
      const map = await depth(picture);
      expect([map.width, map.height]).toEqual([3, 2]);
      expect([...map.values]).toEqual(measured);
    }
  });
  it('grey pictures of 8 bits, with one channel or three equal ones', async () => {
    const grey = sharp(Uint8Array.from([0, 9, 200, 255]), { raw: { width: 2, height: 2, channels: 1 } });
    expect([...(await depth(await grey.clone().toColourspace('b-w').png().toBuffer())).values]).toEqual([
      0, 9, 200, 255,
    ]);
    expect([...(await depth(await grey.clone().toColourspace('srgb').png().toBuffer())).values]).toEqual([
      0, 9, 200, 255,
    ]);
  });
  it('TIFF of floats', async () => {
    const map = await depth(floatTiff([0.5, 1.25, NaN, 1e5, -3, 6], 3, 2));
    expect([...map.values]).toEqual([0.5, 1.25, NaN, 1e5, -3, 6]);
    expect(map.format).toBe('TIFF, floats');
  });
  it('PFM: rows from the bottom, in either order of bytes', async () => {
    for (const little of [true, false]) {
      const body = binaryRows(
        [
          [1, 2, 3],
          [4, 5, Infinity],
        ],
        ['f4', 'f4', 'f4'],
        little,
      );
      const map = await depth(bytesOf(`Pf\n3 2\n${little ? -1 : 1}.0\n`, body));
      expect([...map.values]).toEqual([4, 5, NaN, 1, 2, 3]);
    }
  });
  it('NumPy arrays of height × width, by rows and columns, whole numbers and floats', async () => {
    expect([
      ...(await depth(npyOf('<f4', [2, 4], Float32Array.from([1, 2, 3, 4, 5, 6, 7, NaN])))).values,
    ]).toEqual([1, 2, 3, 4, 5, 6, 7, NaN]);
    const columns = await depth(npyOf('<u2', [2, 4], Uint16Array.from([1, 5, 2, 6, 3, 7, 4, 8]), true));
    expect([columns.width, columns.height, ...columns.values]).toEqual([4, 2, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await depth(npyOf('<f4', [1, 2, 4], new Float32Array(8)))).width).toBe(4);
  });
  it.each([
    [
      'several maps in an array',
      npyOf('<f4', [5, 4, 4], new Float32Array(80)),
      /5 × 4 × 4 numbers: several maps/,
    ],
    ['points', npyOf('<f4', [50, 3], new Float32Array(150)), /open it as a point cloud/],
    ['a list', npyOf('<f4', [5], new Float32Array(5)), /height × width/],
    [
      'nothing measured',
      npyOf('<f4', [2, 2], Float32Array.from([NaN, NaN, Infinity, NaN])),
      /no pixel with a depth/,
    ],
    ['a PFM of colours', bytesOf('PF\n1 1\n-1\n', new Uint8Array(12)), /three channels/],
    ['half a PFM', bytesOf('Pf\n30 20\n-1\n', new Uint8Array(12)), /incomplete/],
    ['a PFM without a scale', bytesOf('Pf\n1 1\n0\n', new Uint8Array(12)), /no complete PFM header/],
    ['garbage', bytesOf('this is no picture'), /not a picture/],
  ])('refuses %s', (_what, bytes, message) => expect(depth(bytes)).rejects.toThrow(message));
  it('refuses colours, half a PNG, and sizes that are a bomb', async () => {
    const colours = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#f00' } })
      .png()
      .toBuffer();
    await expect(depth(colours)).rejects.toThrow(/picture of colours/);
    const noise = Array.from({ length: 4096 }, (_, i) => (i * 7919) % 65_536);
    const whole = await grey16(noise, 64, 64).png().toBuffer();
    await expect(depth(whole.subarray(0, whole.length / 2))).rejects.toThrow(/damaged or incomplete/);
    await expect(depth(bytesOf('Pf\n1000000 1000000\n-1\n'))).rejects.toThrow(/incomplete/);
    const vast = new Uint8Array(await grey16([1, 2], 2, 1).png().toBuffer());
    vast.set([0, 1, 0, 0, 0, 1, 0, 0], 16);
    await expect(depth(vast)).rejects.toMatchObject({ code: 'image-too-large' });
  });
  it('a panel gets a large map reduced, without mixed values', async () => {
    const wide = npyOf(
      '<u1',
      [2500, 2000],
      Uint8Array.from({ length: 5_000_000 }, (_, i) => (i % 2000 < 1000 ? 1 : 9)),
    );
    const view = mediaView(await depth(wide));
    if (view.modality !== 'depth') throw new Error('no depth');
    expect(view.original).toEqual({ width: 2000, height: 2500 });
    expect(view.width * view.height).toBeLessThanOrEqual(4_000_000);
    expect([...new Set(view.values)].sort()).toEqual([1, 9]);
  });
});

describe('folders and names', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'groundnote-media-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('normal maps are their colours', async () => {
    const picture = await sharp({ create: { width: 5, height: 4, channels: 3, background: '#8080ff' } })
      .png()
      .toBuffer();
    const map = await readMediaFile({ name: 'a.png', bytes: new Uint8Array(picture) }, 'normal');
    expect([map.width, map.height, ...map.rgb.slice(0, 3)]).toEqual([5, 4, 128, 128, 255]);
  });

  it('videos are folders of frames and animations, evenly sampled', async () => {
    const frame = (red: number) =>
      sharp({ create: { width: 6, height: 4, channels: 3, background: { r: red, g: 0, b: 0 } } });
    for (let i = 0; i < 20; i++)
      writeFileSync(
        path.join(folder, `f${i}.png`),
        await frame(i * 10)
          .png()
          .toBuffer(),
      );
    const video = await readMediaFile({ path: folder }, 'video');
    expect([video.total, video.frames.length, video.width, video.height]).toEqual([20, 16, 6, 4]);
    expect(video.frames.map((data) => data[0])).toEqual([
      0, 10, 20, 30, 50, 60, 70, 80, 100, 110, 120, 130, 150, 160, 170, 180,
    ]);
    const pages = await Promise.all([0, 255].map((red) => frame(red).png().toBuffer()));
    const animation = await sharp(pages, { join: { animated: true } })
      .gif()
      .toBuffer();
    const gif = await readMediaFile({ name: 'a.gif', bytes: new Uint8Array(animation) }, 'video');
    expect(gif.frames.map((data) => data[0])).toEqual([0, 255]);
    await expect(readMediaFile({ name: 'a.mp4', bytes: bytesOf('....ftypisom') }, 'video')).rejects.toThrow(
      /animated GIF or WebP/,
    );
  });

  it.each([
    ['room_normal.png', 'normal'],
    ['depth-3.png', 'depth'],
    ['a.png', 'image'],
    ['scan.PLY', 'points'],
    ['scan.pcd', 'points'],
    ['a.pfm', 'depth'],
    ['bell.wav', 'audio'],
    ['walk.csv', 'imu'],
    ['deepest.png', 'image'],
    ['note.md', undefined],
  ])('%s is %s', async (name, modality) => {
    expect(await modalityOfFile({ name, bytes: new Uint8Array(1) })).toBe(modality);
  });
  it('arrays tell by their shape', async () => {
    const modality = (shape: number[]) =>
      modalityOfFile({
        name: 'a.npy',
        bytes: npyOf('|u1', shape, new Uint8Array(shape.reduce((a, b) => a * b))),
      });
    expect(await modality([100, 3])).toBe('points');
    expect(await modality([3, 6])).toBe('depth');
    expect(await modality([40, 30])).toBe('depth');
  });
});
