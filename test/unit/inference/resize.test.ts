import { describe, expect, it } from 'vitest';
import { cropResize, resizeBytes, type Raster } from '../../../src/inference/process/resize';

/** A ramp across and down, on which bilinear resizing is exact away from the borders. */
function ramp(width: number, height: number, channels: 1 | 3 = 1): Raster {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) data[i++] = 3 * x + 2 * y + 10 * c;
  return { data, width, height, channels };
}

describe('resizing', () => {
  // Both ways out of the function: typed arrays when something grows, libvips when nothing does.
  it.each([
    ['enlarged', 80, 60],
    ['enlarged by an odd factor', 71, 53],
    ['wider and less high', 90, 17],
    ['shrunk', 20, 15],
    ['shrunk by an odd factor', 29, 23],
    ['unchanged', 40, 30],
  ])('keeps the middles of pixels where they are: %s', async (_name, width, height) => {
    const raster = ramp(50, 40);
    const from = { x: 5, y: 4, width: 40, height: 30 };
    const bytes = await resizeBytes(raster, from, { width, height });
    expect(bytes.length).toBe(width * height);
    let largest = 0;
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const px = ((x + 0.5) * from.width) / width - 0.5;
        const py = ((y + 0.5) * from.height) / height - 0.5;
        if (px < 3 || py < 3 || px > from.width - 4 || py > from.height - 4) continue;
        const expected = 3 * (from.x + px) + 2 * (from.y + py);
        largest = Math.max(largest, Math.abs((bytes[y * width + x] ?? 0) - expected));
      }
    expect(largest).toBeLessThanOrEqual(1.25); // Rounding, once for each direction, and of the weights.
  });

  it('gives a graph its channels one after the other, normalised', async () => {
    const raster = { ...ramp(8, 6, 3), contentHash: '' };
    const tensor = await cropResize(
      raster,
      { x: 2, y: 1, width: 4, height: 3 },
      { width: 4, height: 3 },
      {
        scale: [1, 0.5, 2],
        shift: [0, 1, -1],
      },
    );
    const [red, green, blue] = [tensor.subarray(0, 12), tensor.subarray(12, 24), tensor.subarray(24)];
    expect([red[0], green[0], blue[0]]).toEqual([8, 10, 55]);
    expect([red[11], green[11], blue[11]]).toEqual([21, 16.5, 81]);
  });
});
