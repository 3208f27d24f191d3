import { describe, expect, it } from 'vitest';
import { bestFirst } from '../../../../src/inference/engines/onnx/sam/choose';
import { askedOf, promptArrays } from '../../../../src/inference/engines/onnx/sam/prompts';
import { samSignature } from '../../../../src/inference/engines/onnx/sam/signature';
import type { GraphValue } from '../../../../src/inference/engines/onnx/session';
import type { PromptSet } from '../../../../src/inference/process/segment/prompts';
import type { Logits, View } from '../../../../src/inference/process/segment/view';
import { encodeRle } from '../../../../src/protocol/rle';

const value = (name: string, shape: (number | string)[] = [1]): GraphValue => ({
  name,
  type: 'float32',
  shape,
});
const graph = (inputs: GraphValue[], outputs: string[]) => ({
  inputs,
  outputs: outputs.map((name) => value(name)),
});
const square = [1, 3, 1024, 1024];
const named = (...names: string[]) => names.map((name) => value(name));

describe("Segment Anything's graphs", () => {
  it('are told by their names', () => {
    const meta = samSignature(
      'x',
      graph([value('x', square)], ['out']),
      graph(
        named(
          'image_embeddings',
          'point_coords',
          'point_labels',
          'mask_input',
          'has_mask_input',
          'orig_im_size',
        ),
        ['masks', 'iou_predictions', 'low_res_masks'],
      ),
    );
    expect(meta).toMatchObject({
      names: 'meta',
      boxes: 'corners',
      masks: 'low_res_masks',
      sized: false,
      levels: 1,
      embeddings: { image_embeddings: 'out' },
    });
    const slim = samSignature(
      'x',
      graph([value('pixel_values', square)], ['image_embeddings', 'image_positional_embeddings']),
      graph(named('input_points', 'input_labels', 'image_embeddings', 'image_positional_embeddings'), [
        'iou_scores',
        'pred_masks',
      ]),
    );
    expect(slim).toMatchObject({ names: 'hugging-face', boxes: 'none', levels: 1 });
    expect(slim.mask).toBeUndefined();
    const levels = ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2'];
    const sam2 = samSignature(
      'x',
      graph([value('pixel_values', square)], levels),
      graph(named('input_points', 'input_labels', 'input_boxes', ...levels), [
        'iou_scores',
        'pred_masks',
        'object_score_logits',
      ]),
    );
    expect(sam2).toMatchObject({ boxes: 'boxes', levels: 3 });
  });

  it('that want something else are refused by name', () => {
    const encoder = graph([value('x', square)], ['image_embeddings', 'more']);
    const decoder = (...names: string[]) => graph(named(...names), ['masks', 'iou_predictions']);
    expect(() =>
      samSignature(
        'pack',
        encoder,
        decoder('image_embeddings', 'point_coords', 'point_labels', 'prompt_text'),
      ),
    ).toThrow(/neither Groundnote nor its encoder knows: "prompt_text"/);
    expect(() => samSignature('pack', encoder, decoder('image_embeddings', 'point_coords'))).toThrow(
      /no input "point_labels"/,
    );
    expect(() =>
      samSignature(
        'pack',
        encoder,
        graph(named('image_embeddings', 'point_coords', 'point_labels'), ['masks']),
      ),
    ).toThrow(/"iou_predictions"/);
  });
});

const view: View = { rectangle: { x: 0, y: 0, width: 200, height: 100 }, size: { width: 1024, height: 512 } };
const prompts = (set: Partial<PromptSet>): PromptSet => ({ points: [], strokes: [], ...set });

describe("Segment Anything's prompts", () => {
  const corner = (value: number) => (value * 1024) / 200;
  it('have a point of padding where there is no box, for graphs that do not add it', () => {
    const asked = askedOf(prompts({ points: [{ point: [50, 25], label: 1 }] }), 6);
    const meta = promptArrays(asked, view, { names: 'meta', boxes: 'corners' });
    expect(meta.point_coords?.data).toEqual(Float32Array.of(256, 128, 0, 0));
    expect(meta.point_labels?.data).toEqual(Float32Array.of(1, -1));
    const huggingFace = promptArrays(asked, view, { names: 'hugging-face', boxes: 'boxes' });
    expect(huggingFace.input_labels?.dims).toEqual([1, 1, 1]);
    expect(huggingFace.input_boxes?.dims).toEqual([1, 0, 4]);
  });

  it('say a box as the graph understands it', () => {
    const asked = askedOf(prompts({ box: [20, 10, 120, 60] }), 6);
    const meta = promptArrays(asked, view, { names: 'meta', boxes: 'corners' });
    expect(meta.point_labels?.data).toEqual(Float32Array.of(2, 3));
    const boxes = promptArrays(asked, view, { names: 'hugging-face', boxes: 'boxes' });
    expect(boxes.input_points?.dims).toEqual([1, 1, 0, 2]);
    expect(boxes.input_boxes?.data).toEqual(Float32Array.of(corner(20), corner(10), corner(120), corner(60)));
    const none = promptArrays(asked, view, { names: 'hugging-face', boxes: 'none' });
    expect(none.input_points?.data).toEqual(Float32Array.of(corner(70), corner(35)));
    expect(none.input_labels?.data).toEqual(Float32Array.of(1));
  });

  it('take points of strokes, and the box of a mask that nothing else is said about', () => {
    const stroke = prompts({
      strokes: [
        [
          [0, 0],
          [100, 0],
        ],
      ],
    });
    expect(askedOf(stroke, 5).clicks.map(({ point }) => point[0])).toEqual([0, 25, 50, 75, 100]);
    const data = Uint8Array.from({ length: 200 * 100 }, (_, i) =>
      Number(i % 200 >= 10 && i % 200 < 20 && i < 4000),
    );
    const mask = encodeRle({ width: 200, height: 100, data });
    expect(askedOf(prompts({ mask, points: [{ point: [0, 0], label: 0 }] }), 5).box).toEqual([10, 0, 20, 20]);
    expect(askedOf(prompts({ mask, points: [{ point: [0, 0], label: 1 }] }), 5).box).toBeUndefined();
  });
});

describe('the choice among masks', () => {
  /** Logits over the view that are 1 in columns of ten cells and -1 elsewhere. */
  const columns = (from: number, to: number): Logits => ({
    width: 10,
    height: 5,
    data: Float32Array.from({ length: 50 }, (_, i) => (i % 10 >= from && i % 10 < to ? 1 : -1)),
  });
  const masks = [
    { logits: columns(0, 5), score: 0.9 },
    { logits: columns(5, 10), score: 0.5 },
    { logits: columns(4, 10), score: 0.7 },
  ];
  const order = (asked: Parameters<typeof bestFirst>[1], byBox = false) =>
    bestFirst(masks, asked, view, 0, byBox).map(({ score }) => score);

  it('is the one that does what the points say, then the one of the best score', () => {
    expect(order({ clicks: [] })).toEqual([0.9, 0.7, 0.5]);
    expect(order({ clicks: [{ point: [190, 50], label: 1 }] })).toEqual([0.7, 0.5, 0.9]);
    const clicks = [{ point: [190, 50], label: 1 } as const, { point: [85, 50], label: 0 } as const].map(
      ({ point, label }) => ({ point: [point[0], point[1]] as [number, number], label }),
    );
    expect(order({ clicks })[0]).toBe(0.5);
  });

  it('is the one that fits the box where the graph was not told of it', () => {
    expect(order({ clicks: [], box: [100, 0, 200, 100] }, true)[0]).toBe(0.5);
    expect(order({ clicks: [], box: [100, 0, 200, 100] }, false)[0]).toBe(0.9);
  });
});
