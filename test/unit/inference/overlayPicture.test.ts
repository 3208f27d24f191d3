import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { overlayPng } from '../../../src/inference/process/overlayPicture';
import type { OverlayPictureRegion } from '../../../src/protocol/inference';
import { encodeRle } from '../../../src/protocol/rle';

const size = { width: 120, height: 80 };
const picture = { ...size, data: new Uint8Array(size.width * size.height * 3).fill(200), contentHash: 'x' };
const mask = new Uint8Array(size.width * size.height);
for (let y = 10; y < 40; y++) mask.fill(1, y * size.width + 10, y * size.width + 40);

/** Colours at places of the picture with regions on it. */
async function pixels(regions: OverlayPictureRegion[], places: [number, number][]): Promise<number[][]> {
  const { data, info } = await sharp(await overlayPng(picture, regions))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([size.width, size.height]);
  return places.map(([x, y]) => [...data.subarray((y * size.width + x) * 3, (y * size.width + x) * 3 + 3)]);
}

describe('a picture with regions on it', () => {
  it('has every kind of region, and leaves the rest as it is', async () => {
    const regions: OverlayPictureRegion[] = [
      {
        color: '#ff0000',
        label: '<b>&',
        geometry: { type: 'mask', mask: encodeRle({ ...size, data: mask }) },
      },
      { color: '#00ff00', geometry: { type: 'box', box: [60, 10, 90, 30] } },
      { color: '#0000ff', geometry: { type: 'point', point: [100, 60] } },
      { color: '#ff00ff', geometry: { type: 'stroke', points: [[60, 60], [80, 60]] } }, // prettier-ignore
      { color: '#00ffff', geometry: { type: 'polygon', polygons: [[[10, 50], [40, 50], [40, 70], [10, 70]]] } }, // prettier-ignore
    ];
    const [inMask, onBox, inBox, point, stroke, polygon, nothing] = await pixels(regions, [
      [25, 35],
      [75, 10],
      [75, 20],
      [100, 60],
      [70, 60],
      [25, 60],
      [110, 10],
    ]);
    expect(inMask?.[0]).toBeGreaterThan(200);
    expect(inMask?.[1]).toBeLessThan(150);
    expect(onBox?.[1]).toBeGreaterThan(220);
    expect(inBox).toEqual([200, 200, 200]);
    expect(point).toEqual([0, 0, 255]);
    expect(stroke).toEqual([255, 0, 255]);
    expect(polygon?.[0]).toBeLessThan(150);
    expect(nothing).toEqual([200, 200, 200]);
  });

  it('leaves the holes of polygons empty', async () => {
    const square = (from: number, to: number): [number, number][] => [
      [from, from],
      [to, from],
      [to, to],
      [from, to],
    ];
    const geometry = { type: 'polygon' as const, polygons: [square(10, 60)], holes: [square(25, 45)] };
    const [inside, inHole] = await pixels(
      [{ color: '#ff0000', geometry }],
      [
        [18, 18],
        [35, 35],
      ],
    );
    expect(inside?.[1]).toBeLessThan(150);
    expect(inHole).toEqual([200, 200, 200]);
  });

  it('is reduced after the regions were drawn', async () => {
    const regions: OverlayPictureRegion[] = [
      { color: '#00ff00', geometry: { type: 'box', box: [0, 0, 120, 80] } },
    ];
    const { width, height } = await sharp(await overlayPng(picture, regions, 60)).metadata();
    expect([width, height]).toEqual([60, 40]);
    const larger = await sharp(await overlayPng(picture, regions, 1000)).metadata();
    expect(larger.width).toBe(size.width);
  });
});
