import { describe, expect, it } from 'vitest';
import { processedSize, processorSchema } from '../../../../src/inference/engines/onnx/pixels/processor';
import { ultralyticsMetadata } from '../../../../src/inference/engines/onnx/detector/ultralytics';
import { boxIou, suppressBoxes } from '../../../../src/inference/engines/onnx/boxes';

describe('the size of a picture for a graph', () => {
  const sizeOf = (processor: unknown, width: number, height: number) => {
    const size = processedSize({ width, height }, processorSchema.parse(processor));
    return [size.width, size.height];
  };
  it('is that of the processors of Hugging Face', () => {
    // Seen with transformers 4.57.6.
    expect(sizeOf({ size: { shortest_edge: 160, longest_edge: 240 } }, 301, 200)).toEqual([240, 159]);
    expect(sizeOf({ size: { shortest_edge: 160, longest_edge: 240 } }, 143, 260)).toEqual([132, 240]);
    expect(sizeOf({ size: { shortest_edge: 160, longest_edge: 240 } }, 640, 427)).toEqual([239, 160]);
    expect(sizeOf({ size: { longest_edge: 256 } }, 640, 427)).toEqual([256, 171]);
    expect(sizeOf({ size: { height: 10, width: 20 } }, 640, 427)).toEqual([20, 10]);
    expect(sizeOf({ size: 512 }, 640, 427)).toEqual([512, 512]);
    expect(sizeOf({ do_resize: false, size: 512 }, 640, 427)).toEqual([640, 427]);
    const yolos = {
      image_processor_type: 'YolosImageProcessor',
      size: { shortest_edge: 160, longest_edge: 240 },
    };
    expect(sizeOf(yolos, 301, 200)).toEqual([240, 144]);
  });
  it('is refused where it is nonsense', () => {
    expect(processorSchema.safeParse({ size: { height: -1, width: 4 } }).success).toBe(false);
    expect(processorSchema.safeParse({ image_std: [0, 1, 1] }).success).toBe(false);
  });
});

describe('what Ultralytics writes into a file', () => {
  it('is read as Python writes it', () => {
    const told = {
      author: 'Ultralytics',
      task: 'segment',
      imgsz: '[480, 640]',
      names: `{0: 'cat', 2: "driver's seat", 1: 'it\\'s'}`,
    };
    expect(ultralyticsMetadata(told)).toEqual({
      names: ['cat', "it's", "driver's seat"],
      task: 'segment',
      imgsz: [480, 640],
    });
    expect(ultralyticsMetadata({ names: '{}' })).toBeUndefined();
    expect(ultralyticsMetadata({})).toBeUndefined();
  });
});

describe('boxes', () => {
  it('overlap, and the weaker one of a class goes', () => {
    expect(boxIou([0, 0, 2, 2], [1, 0, 3, 2])).toBeCloseTo(1 / 3);
    expect(boxIou([0, 0, 1, 1], [2, 2, 3, 3])).toBe(0);
    const kept = suppressBoxes(
      [
        { box: [0, 0, 10, 10], kind: 0, score: 0.5 },
        { box: [1, 0, 11, 10], kind: 0, score: 0.9 },
        { box: [1, 0, 11, 10], kind: 1, score: 0.4 },
      ],
      0.5,
    );
    expect(kept.map(({ score }) => score)).toEqual([0.9, 0.4]);
  });
});
