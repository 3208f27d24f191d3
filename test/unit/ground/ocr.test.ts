/** From the graphs' numbers to lines of text: decoding, boxes, rows and blocks. */
import { describe, expect, it } from 'vitest';
import { alphabetOf, decodeCtc } from '../../../src/inference/engines/onnx/ocr/ctc';
import { detectionSize, growBox, textBoxes } from '../../../src/inference/engines/onnx/ocr/textBoxes';
import { groupBlocks, inReadingOrder, passagesOf } from '../../../src/inference/process/ground/lines';
import type { Box } from '../../../src/protocol/geometry';

describe('decoding', () => {
  const alphabet = alphabetOf('a\nb\n');
  const steps = (...classes: number[]) =>
    Float32Array.from(classes.flatMap((k) => alphabet.map((_, i) => (i === k ? 0.9 : 0.02))));

  it('has the blank first and the space last', () => {
    expect(alphabet).toEqual(['', 'a', 'b', ' ']);
  });
  it('merges repeats, keeps those that a blank parts, drops blanks', () => {
    const { text, confidence, at } = decodeCtc(steps(0, 1, 1, 0, 1, 3, 2, 2, 0), alphabet);
    expect(text).toBe('aa b');
    expect(at).toEqual([1.5 / 9, 4.5 / 9, 5.5 / 9, 6.5 / 9]);
    expect(confidence).toBeCloseTo(0.9, 5);
  });
  it('reads nothing from blanks', () => {
    expect(decodeCtc(steps(0, 0), alphabet)).toEqual({ text: '', confidence: 0, at: [] });
  });
});

describe('boxes', () => {
  const limits = { threshold: 0.3, box_threshold: 0.6, unclip_ratio: 1.5, min_side: 3 };
  const size = { width: 60, height: 40 };
  const map = (...boxes: [Box, number][]) => {
    const values = new Float32Array(size.width * size.height);
    for (const [[x1, y1, x2, y2], value] of boxes)
      for (let y = y1; y < y2; y++) values.fill(value, y * size.width + x1, y * size.width + x2);
    return values;
  };

  it('grow by area × ratio / perimeter and stay inside', () => {
    expect(growBox([20, 20, 40, 30], 1.5, size)).toEqual([15, 15, 45, 35]);
    expect(growBox([0, 0, 60, 40], 1.5, size)).toEqual([0, 0, 60, 40]);
  });
  it('are found for each connected place, without faint and tiny ones', () => {
    const found = textBoxes(
      map([[5, 5, 25, 10], 0.9], [[30, 5, 50, 10], 0.8], [[5, 20, 25, 25], 0.4], [[40, 30, 42, 32], 0.9]),
      size,
      limits,
    );
    expect(found.map(({ box }) => box)).toEqual([
      [2, 2, 28, 13],
      [27, 2, 53, 13],
    ]);
    expect(found[0]?.score).toBeCloseTo(0.9, 5);
  });
  it('are looked for at a size between the limits', () => {
    const config = { least_side: 960, most_side: 1280, most_enlarged: 2, multiple: 32 };
    const at = (width: number, height: number) =>
      detectionSize({ width, height }, { ...({} as Parameters<typeof detectionSize>[1]), ...config });
    expect(at(300, 150)).toEqual({ width: 608, height: 288 });
    expect(at(1000, 500)).toEqual({ width: 992, height: 512 });
    expect(at(4000, 100)).toEqual({ width: 1280, height: 32 });
  });
});

describe('rows and blocks', () => {
  const line = (text: string, box: Box, turn: 0 | 90 | 270 = 0) => ({ text, box, turn });
  const texts = (lines: { text: string; box: Box; turn?: 0 | 90 | 270 }[]) =>
    passagesOf(groupBlocks(lines)).map(({ text }) => text);

  it('are read from top to bottom and from left to right', () => {
    const lines = [line('c', [0, 30, 20, 40]), line('b', [50, 1, 70, 11]), line('a', [0, 0, 20, 10])];
    expect(inReadingOrder(lines).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });
  it('join the lines of one label and the pieces of one row', () => {
    const all = texts([
      line('Universal', [10, 10, 90, 30]),
      line('encoder', [15, 34, 85, 54]),
      line('Conv', [200, 10, 240, 30]),
      line('2D', [246, 10, 266, 30]),
    ]);
    expect(all).toContain('Universal encoder');
    expect(all).toContain('Conv 2D');
    expect(all).not.toContain('Universal encoder Conv');
  });
  it('keep labels apart that are far from each other', () => {
    expect(texts([line('IMU', [10, 10, 60, 30]), line('fMRI', [10, 90, 60, 110])])).toEqual(['IMU', 'fMRI']);
  });
  it('read text that goes upwards from below', () => {
    expect(texts([line('IoU', [10, 20, 30, 60], 90), line('mean', [10, 68, 30, 120], 90)])).toContain(
      'mean IoU',
    );
    expect(texts([line('mean', [10, 20, 30, 70], 270), line('IoU', [10, 76, 30, 120], 270)])).toContain(
      'mean IoU',
    );
  });
});
