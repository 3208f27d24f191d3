/** The shipped parser, decoded here, gives what the Python reference (`training/one/vision/parity.py`) wrote down. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { figureConfigSchema } from '../../src/inference/engines/onnx/figure/config';
import { decodeArrows, decodeBoxes, inkOf, textRoleIn, type Maps } from '../../src/inference/process/figure/decode';

const root = path.resolve(import.meta.dirname, '../..');
const pack = path.join(root, 'models/groundnote-one');
const fixture = (name: string) => path.join(root, 'test/fixtures/figure', name);
const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const point = z.tuple([z.number(), z.number()]);
const expectedSchema = z.object({
  boxes: z.array(z.object({ role: z.string(), box, score: z.number() })),
  arrows: z.array(z.object({ tail: point, head: point, score: z.number() })),
  texts: z.array(z.object({ box, role: z.string(), score: z.number() })),
  ink: z.object({ arrow: z.number(), curve: z.number(), marker: z.number() }),
});

describe.skipIf(!existsSync(path.join(pack, 'onnx/figure_parser.onnx')))('decoding the parser', () => {
  it('agrees with the reference', async () => {
    const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
    const { parser: config } = figureConfigSchema.parse(json(path.join(pack, 'config.json')));
    const expected = expectedSchema.parse(json(fixture('parser.json')));
    const { width, height, data } = PNG.sync.read(readFileSync(fixture('parser.png')));
    const plane = width * height;
    const pixels = new Float32Array(3 * plane);
    for (let i = 0; i < plane; i++)
      for (let c = 0; c < 3; c++) pixels[c * plane + i] = (data[4 * i + c] as number) / 255;
    const session = await InferenceSession.create(path.join(pack, config.graph), { intraOpNumThreads: 1 });
    const out = await session.run({ pixel_values: new Tensor('float32', pixels, [1, 3, height, width]) });
    const maps = (name: string): Maps => {
      const { data: values, dims } = out[name] as Tensor;
      const [, channels, rows, columns] = dims as [number, number, number, number];
      return { data: values as Float32Array, channels, height: rows, width: columns };
    };
    const all = {
      view: { width, height },
      centres: maps('centres'),
      sizes: maps('sizes'),
      textRoles: maps('text_roles'),
      ends: maps('ends'),
      otherEnd: maps('other_end'),
      strokes: maps('strokes'),
    };
    await session.release();
    const near = (got: readonly number[], want: readonly number[]) =>
      got.forEach((value, i) => expect(Math.abs(value - (want[i] as number))).toBeLessThan(0.05));

    const boxes = decodeBoxes(all, config);
    expect(boxes.map(({ role }) => role)).toEqual(expected.boxes.map(({ role }) => role));
    boxes.forEach(({ box: got, score }, i) => {
      const want = expected.boxes[i] as (typeof expected.boxes)[number];
      near([...got, score], [...want.box, want.score]);
    });
    const arrows = decodeArrows(all, config);
    expect(arrows).toHaveLength(expected.arrows.length);
    arrows.forEach(({ tail, head, score }, i) => {
      const want = expected.arrows[i] as (typeof expected.arrows)[number];
      near([...tail, ...head, score], [...want.tail, ...want.head, want.score]);
    });
    for (const { box: place, role, score } of expected.texts) {
      const got = textRoleIn(all, config, place);
      expect(got.role).toBe(role);
      near([got.score], [score]);
    }
    for (const kind of config.strokes) {
      const count = inkOf(all, config, kind).data.reduce((sum, bit) => sum + bit, 0);
      expect(Math.abs(count - expected.ink[kind])).toBeLessThan(5);
    }
  });
});
