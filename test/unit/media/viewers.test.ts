/** What the viewers work out without a page: spectra, the camera, time, and facts about values. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DepthView, ImuView, NormalView } from '../../../src/protocol/media';
import { colorIndex, colorTable } from '../../../webview/media/colorMaps';
import { profileOf, statisticsOf } from '../../../webview/media/depth/values';
import { lanesOf, rowAt, summary } from '../../../webview/media/motion/traces';
import { directionOf, lightAt, lit, normalAt } from '../../../webview/media/normal/relief';
import { clock, short, ticks } from '../../../webview/media/numbers';
import { cameraFor, matrixOf, orbit, pan, project, ups, zoom } from '../../../webview/media/points/camera';
import { fft } from '../../../src/protocol/fft';
import { spectrogramOf } from '../../../webview/media/sound/spectrum';

describe('spectra', () => {
  it('are those of the definition', () => {
    const real = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i * i));
    const [re, im] = [real.slice(), new Float32Array(16)];
    fft(re, im);
    for (let k = 0; k < 16; k++) {
      let [a, b] = [0, 0];
      real.forEach((value, i) => {
        a += value * Math.cos((-2 * Math.PI * k * i) / 16);
        b += value * Math.sin((-2 * Math.PI * k * i) / 16);
      });
      expect(re[k]).toBeCloseTo(a, 4);
      expect(im[k]).toBeCloseTo(b, 4);
    }
  });
  it('show a sine of full scale at its frequency with no decibels, and silence as silence', () => {
    const rate = 8000;
    const { rows, decibels } = spectrogramOf(
      (i) => Math.sin((2 * Math.PI * 1000 * i) / rate),
      1000,
      2000,
      2,
      512,
    );
    const column = decibels.subarray(0, rows);
    const loudest = column.indexOf(Math.max(...column));
    expect((loudest * rate) / 512).toBe(1000);
    expect(column[loudest]).toBeCloseTo(0, 1);
    expect(Math.max(...spectrogramOf(() => 0, 0, 100, 3, 64).decibels)).toBe(-90);
  });
});

describe('the camera', () => {
  it.each(ups)('has its target in the middle, and up above: %s', (up) => {
    const camera = orbit(cameraFor([1, 2, 3], 2), 0.7, -0.2);
    const matrix = matrixOf(camera, up, 1.5, 2);
    const middle = project(matrix, 1, 2, 3)!;
    expect(middle[0]).toBeCloseTo(0, 5);
    expect(middle[1]).toBeCloseTo(0, 5);
    const above = { z: [1, 2, 4], y: [1, 3, 3], '-y': [1, 1, 3] }[up] as [number, number, number];
    expect(project(matrix, ...above)![1]).toBeGreaterThan(0.1);
  });
  it('shows all of a ball, follows a drag, and never turns over', () => {
    const camera = cameraFor([0, 0, 0], 1);
    const matrix = matrixOf(camera, 'z', 1, 1);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 6.3, noNaN: true }),
        fc.double({ min: -1.5, max: 1.5, noNaN: true }),
        (a, b) => {
          const at = project(matrix, Math.cos(a) * Math.cos(b), Math.sin(a) * Math.cos(b), Math.sin(b));
          return at !== undefined && Math.abs(at[0]) < 1.1 && Math.abs(at[1]) < 1.1;
        },
      ),
    );
    const moved = project(matrixOf(pan(camera, 'z', 0.25, 0), 'z', 1, 1), 0, 0, 0)!;
    expect(moved[0]).toBeCloseTo(0.5, 4);
    expect(orbit(camera, 0, 9).pitch).toBeLessThan(Math.PI / 2);
    expect(zoom(camera, 1e-9, 1).distance).toBeGreaterThan(0);
    expect(zoom(camera, 1e9, 1).distance).toBeLessThanOrEqual(100);
  });
});

describe('values', () => {
  const view = (values: number[], width: number): DepthView => ({
    modality: 'depth',
    name: '',
    format: '',
    width,
    height: values.length / width,
    values: Float32Array.from(values),
    original: { width, height: values.length / width },
  });
  it('of a depth map are summed up without the holes', () => {
    const facts = statisticsOf(Float32Array.from([NaN, 2, 4, 4, NaN, 10]));
    expect(facts).toMatchObject({ min: 2, max: 10, missing: 2 });
    expect(facts.bins.reduce((sum, count) => sum + count)).toBe(4);
    expect(statisticsOf(Float32Array.from([7, 7])).bins[0]).toBe(2);
  });
  it('along a line are those of its pixels, and none outside of the map', () => {
    const map = view([0, 1, 2, 3, 4, 5], 3);
    expect([
      ...profileOf(map, [
        [0.5, 0.5],
        [2.5, 0.5],
      ]),
    ]).toEqual([0, 1, 2]);
    expect([
      ...profileOf(map, [
        [2.5, 1.5],
        [3.5, 1.5],
      ]),
    ]).toEqual([5, NaN]);
  });
  it('of motion are found by time and summed up', () => {
    const motion: ImuView = {
      modality: 'imu',
      name: '',
      format: '',
      time: Float64Array.from([0, 1, 2, 3]),
      traces: [
        { name: 'ax', column: 'ax', unit: 'm/s²', values: Float32Array.from([3, 3, NaN, 3]) },
        { name: 'ay', column: 'ay', unit: 'm/s²', values: Float32Array.from([4, -4, 4, 4]) },
      ],
    };
    expect([rowAt(motion.time, -1), rowAt(motion.time, 1.5), rowAt(motion.time, 9)]).toEqual([0, 2, 3]);
    const [lane, none] = lanesOf(motion, true);
    expect(none).toBeUndefined();
    expect([...lane!.traces[2]!.values]).toEqual([5, 5, NaN, 5]);
    expect([lane!.low, lane!.high]).toEqual([-4, 5]);
    expect(summary(motion.traces[1]!.values, 0, 3)).toEqual({ mean: 2, spread: Math.sqrt(12) });
  });
});

describe('light on a normal map', () => {
  const flat: NormalView = {
    modality: 'normal',
    name: '',
    format: '',
    width: 2,
    height: 1,
    rgb: Uint8Array.from([128, 128, 255, 128, 255, 128]),
    original: { width: 2, height: 1 },
  };
  it('falls from where it is', () => {
    const up = normalAt(flat, 1, false);
    expect(up[1]).toBeCloseTo(1, 4);
    expect(normalAt(flat, 1, true)[1]).toBeCloseTo(-1, 4);
    const rgba = new Uint8ClampedArray(8);
    lit(flat, { around: 90, above: 10 }, false, rgba);
    expect(rgba[4]).toBeGreaterThan(rgba[0]!);
    lit(flat, { around: 0, above: 90 }, false, rgba);
    expect(rgba[0]).toBe(255);
    expect(rgba[4]).toBeLessThan(40);
  });
  it('follows the pointer', () => {
    expect(lightAt(0, 0).above).toBe(90);
    expect(lightAt(0.5, 0)).toEqual({ around: 0, above: 10 });
    expect(lightAt(0, -0.5).around).toBe(90);
    expect(directionOf({ around: 90, above: 0 })[1]).toBeCloseTo(1);
  });
});

it('numbers are short, and marks lie at round places', () => {
  expect([short(0.00012345), short(1234567), short(3.14159), short(NaN)]).toEqual([
    '1.23e-4',
    '1.23e+6',
    '3.142',
    '–',
  ]);
  expect([clock(67.255), clock(3727.5, 0), clock(0.5, 3), clock(59.999)]).toEqual([
    '1:07.25',
    '1:02:08',
    '0:00.500',
    '1:00.00',
  ]);
  expect(ticks(0.05, 0.95, 4)).toEqual([0.5]);
  expect(ticks(0, 10, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticks(1, 1, 5)).toEqual([]);
  const turbo = colorTable('turbo');
  expect([...colorTable('grey').slice(colorIndex(1))]).toEqual([255, 255, 255]);
  // Blue, green and red in this order.
  expect(
    [0.2, 0.5, 0.85]
      .map((share) => [0, 1, 2].map((part) => turbo[colorIndex(share) + part]!))
      .map((rgb) => rgb.indexOf(Math.max(...rgb))),
  ).toEqual([2, 1, 0]);
});
