/** What graphs are given of files: as training makes it (training/one/encoder/fixtures.py), from the same formulas. */
import { describe, expect, it } from 'vitest';
import { floatsOf } from '../../../../src/inference/engines/onnx/arrays';
import type { Preparation } from '../../../../src/inference/engines/onnx/figure/modalities';
import type { Media } from '../../../../src/inference/process/media/media';
import { windowsOf } from '../../../../src/inference/process/modality/inputs/inputs';
import { CaptionWords } from '../../../../src/inference/process/modality/words';
import fixture from '../../../fixtures/modalities/inputs.json';

const common = { name: 'file', format: 'test' };
const config = fixture.config as unknown as Preparation;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

const files: Record<keyof typeof fixture.expected, Media> = {
  depth: {
    ...common,
    modality: 'depth',
    width: 128,
    height: 96,
    values: Float32Array.from(range(96 * 128), (i) => {
      const [x, y] = [i % 128, Math.floor(i / 128)];
      return y < 10 ? NaN : 3 + Math.sin(x / 9) + (95 - y) / 30;
    }),
  },
  audio: {
    ...common,
    modality: 'audio',
    sampleRate: 16000,
    frames: 64000,
    channels: [
      Float32Array.from(range(64000), (i) => {
        const t = i / 16000;
        return 0.5 * Math.sin(2 * Math.PI * (300 + 200 * t) * t);
      }),
    ],
  },
  points: {
    ...common,
    modality: 'points',
    total: 1500,
    origin: [0, 0, 0],
    positions: Float32Array.from(
      range(1500).flatMap((k) => [
        Math.cos(k * 0.7) * (1 + k / 900),
        Math.sin(k * 0.31),
        Math.sin(k * 0.11) * 0.6,
      ]),
    ),
  },
  imu: {
    ...common,
    modality: 'imu',
    time: Float64Array.from(range(300), (i) => i / 50),
    traces: (['ax', 'ay', 'az', 'gx', 'gy', 'gz'] as const).map((name, k) => ({
      name,
      column: name,
      unit: '',
      values: Float32Array.from(range(300), (i) => Math.sin((i * (k + 1)) / 20) * 3),
    })),
  },
};

describe('inputs of the universal encoder', () => {
  it.each(Object.entries(fixture.expected))('are for %s what training makes', async (name, expected) => {
    const windows = windowsOf(files[name as keyof typeof files], config) ?? [];
    expect(windows).toHaveLength(1);
    const arrays = await windows[0]?.arrays();
    for (const [key, { shape, every, values }] of Object.entries(expected)) {
      const array = arrays?.[key];
      expect(array?.dims).toEqual(shape);
      const numbers = [...floatsOf(array!)].filter((_, i) => i % every === 0);
      values.forEach((value, i) => expect(Math.abs((numbers[i] as number) - value)).toBeLessThan(0.005));
    }
  });
  it('are several windows of a long sound, each with its time', () => {
    const sound = { ...(files.audio as Extract<Media, { modality: 'audio' }>), sampleRate: 7800 };
    const windows = windowsOf(sound, config) ?? [];
    expect(windows.map(({ at }) => at?.from)).toEqual([0, 4]);
  });
  it('are nothing where the pack says nothing of the modality', () => {
    expect(windowsOf(files.depth, {})).toBeUndefined();
  });
});

describe('words of captions', () => {
  const words = new CaptionWords({
    special: ['<pad>', '<begin>', '<end>', '<unknown>'],
    words: ['.', 'a', 'ball', 'red', '球', '红'],
  });
  it('are known or not, marks apart', () => {
    expect(words.encode('A red house?').known).toBeCloseTo(2 / 3);
    expect(words.encode('红球。').known).toBe(1);
  });
  it('are joined as they are written', () => {
    expect(words.decode([1, 5, 7, 6, 4, 2])).toBe('A red ball.');
    expect(words.decode([9, 8])).toBe('红球');
  });
});
