import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  boxText,
  formatOf,
  pointText,
  readBox,
  readPoint,
  scaleOf,
  type GroundingFormat,
} from '../../../../src/inference/engines/grounding/formats';
import { parseGrounded, withWords } from '../../../../src/inference/engines/grounding/parse';
import type { Box } from '../../../../src/protocol/geometry';

const picture = { width: 1000, height: 500 };
const sent = { width: 500, height: 250 };
const parse = (raw: string, format: GroundingFormat = 'qwen') =>
  parseGrounded(raw, { format, sent, picture });
/** What was found, with the words that it is about. */
const told = (raw: string, format?: GroundingFormat) => {
  const { text, found } = parse(raw, format);
  return {
    text,
    found: found.map(({ label, box, point, spans }) => ({
      ...(label !== undefined && { label }),
      at: (box ?? point)?.map(Math.round),
      words: spans.map(({ start, end }) => text.slice(start, end)),
    })),
  };
};

describe('places in the text of a model', () => {
  it('are read from JSON in fences, with words around it', () => {
    const raw = 'Here they are:\n```json\n[{"bbox_2d": [100, 200, 300, 400], "label": "cat"}]\n```\nOne cat.';
    expect(told(raw)).toEqual({
      text: expect.stringMatching(/^Here they are:\s+One cat\.$/),
      found: [{ label: 'cat', at: [100, 100, 300, 200], words: ['cat'] }],
    });
  });

  it('count in pixels of the picture that was sent, in thousandths, or in parts', () => {
    const raw = '[{"bbox_2d": [100, 50, 200, 100], "label": "a"}]';
    expect(told(raw, 'pixels').found[0]?.at).toEqual([200, 100, 400, 200]);
    expect(told(raw, 'qwen').found[0]?.at).toEqual([100, 25, 200, 50]);
    expect(told('{"box": [0.1, 0.2, 0.5, 1]}').found[0]?.at).toEqual([100, 100, 500, 500]);
  });

  it('stand behind the words that they are about', () => {
    expect(
      told('There is a black cat [100, 200, 300, 400] on the sofa [0, 500, 1000, 1000].', 'ferret'),
    ).toEqual({
      text: 'There is a black cat on the sofa.',
      found: [
        { label: 'a black cat', at: [100, 100, 300, 200], words: ['a black cat'] },
        { label: 'the sofa', at: [0, 250, 1000, 500], words: ['the sofa'] },
      ],
    });
    expect(
      told('两只黑猫[100, 200, 300, 400]和[500, 200, 600, 400]。').found.map(({ words }) => words),
    ).toEqual([['两只黑猫'], ['两只黑猫']]);
  });

  it("are read from Qwen's, PaliGemma's, Florence's and Molmo's own marks", () => {
    expect(
      told(
        '<|object_ref_start|>the dog<|object_ref_end|><|box_start|>(100,200),(300,400)<|box_end|><|im_end|>',
      ),
    ).toEqual({
      text: 'the dog',
      found: [{ label: 'the dog', at: [100, 100, 300, 200], words: ['the dog'] }],
    });
    expect(
      told(
        '<loc0512><loc0256><loc1023><loc0768> cat ; <loc0000><loc0000><loc0512><loc0512> dog',
        'paligemma',
      ),
    ).toEqual({
      text: 'cat; dog',
      found: [
        { label: 'cat', at: [250, 250, 750, 500], words: ['cat'] },
        { label: 'dog', at: [0, 0, 500, 250], words: ['dog'] },
      ],
    });
    expect(told('A green car<loc_54><loc_375><loc_906><loc_707> parked').found).toEqual([
      { label: 'A green car', at: [54, 188, 906, 354], words: ['A green car'] },
    ]);
    expect(told('<points x1="10.5" y1="20" x2="50" y2="60" alt="mugs">mugs</points>', 'molmo')).toEqual({
      text: 'mugs',
      found: [
        { label: 'mugs', at: [105, 100], words: ['mugs'] },
        { label: 'mugs', at: [500, 300], words: ['mugs'] },
      ],
    });
  });

  it.each([
    ['cut off behind a box', '[{"bbox_2d": [1, 2, 300, 400], "label": "a"}, {"bbox_2d": [5, 6, 7', 1],
    ['cut off in a box', '```json\n[{"label": "a", "bbox_2d": [100, 200, 300, 4', 0],
    ['cut off in a label', '[{"bbox_2d": [1, 2, 300, 400], "label": "a c', 1],
    ['in single quotes, with a comma too many', "[{'bbox_2d': [1, 2, 300, 400,], 'label': 'a',},]", 1],
    ['as text', '[{"bbox_2d": ["1", "2", "300", "400"]}]', 1],
    ['in a list of lists', '{"bbox_2d": [[1, 2, 300, 400], [5, 6, 700, 800]], "label": "a"}', 2],
    ['by the name of what they are', '{"cat": [1, 2, 300, 400], "dogs": [[5, 6, 700, 800]]}', 2],
    ['with swapped corners', '[{"bbox_2d": [300, 400, 1, 2]}]', 1],
    ['a little outside', '[{"bbox_2d": [-3, 2, 300, 1004]}]', 1],
    ['far outside', '[{"bbox_2d": [1, 2, 3000, 4000]}]', 0],
    ['without area', '[{"bbox_2d": [5, 5, 5, 90]}]', 0],
    ['of a wrong length', '[{"bbox_2d": [5, 5, 90], "label": "a"}]', 0],
    ['of the future of a thought', '<think>maybe [1, 2, 300, 400]</think>No.', 0],
    ['years', 'in [1990, 1991, 1992, 1993] it rained', 0],
    ['a mark of segmentation', 'It is [SEG].', 0],
    [
      'repeated',
      '[{"bbox_2d": [1, 2, 300, 400], "label": "a"}, {"bbox_2d": [1, 2, 300, 400], "label": "a"}]',
      1,
    ],
    ['nothing', '```json\n[]\n```', 0],
  ])('that are %s', (_, raw, count) => {
    expect(parse(raw).found).toHaveLength(count);
  });

  it('leave words that are no places as they are', () => {
    for (const text of [
      'It is [SEG].',
      'f(x) = {a, b} and [1, 2]',
      'in [1990, 1991, 1992, 1993] it rained',
      'a < b',
      '{"answer": "yes"}',
    ])
      expect(parse(text)).toEqual({ text, found: [] });
    expect(parse('four [1, 2, 300, 400]', 'molmo').text).toBe('four [1, 2, 300, 400]');
  });

  it('are put into words where they are all that there is', () => {
    const { text, found } = withWords(
      parse('[{"bbox_2d": [1, 2, 300, 400], "label": "cat"}, {"bbox_2d": [1, 2, 9, 40]}]'),
    );
    expect(text).toBe('cat, region 2');
    expect(found.map(({ spans }) => spans.map(({ start, end }) => text.slice(start, end)))).toEqual([
      ['cat'],
      ['region 2'],
    ]);
  });

  const pieces = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.constantFrom(
      ...[
        '[',
        ']',
        '{',
        '}',
        '(',
        ')',
        '"',
        "'",
        ',',
        ':',
        '```json\n',
        '```',
        '<think>',
        '</think>',
        '[SEG]',
        '<ref>',
        '</ref>',
      ],
      ...[
        '"bbox_2d":',
        '"label":',
        '"point_2d":',
        '<loc0001>',
        '<loc_999>',
        '<box>',
        '</box>',
        '<point x="',
        '" y="',
        '">',
        '</point>',
      ],
      ...[
        'cat',
        'and',
        ' ',
        '\n',
        '猫',
        '__proto__',
        '<|object_ref_start|>',
        '<|object_ref_end|>',
        'null',
        '\\u12',
      ],
    ),
    fc.integer({ min: -2000, max: 2000 }).map(String),
    fc.double({ noNaN: true }).map(String),
  );
  const formats = fc.constantFrom<GroundingFormat>('qwen', 'pixels', 'ferret', 'paligemma', 'molmo');

  it('of any text: nothing fails, all lies in the picture, words stay in order', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), formats, (parts, format) => {
        const { text, found } = parse(parts.join(''), format);
        for (const { box, point, spans } of found) {
          expect(box ?? point).toBeDefined();
          for (const [i, value] of (box ?? point ?? []).entries()) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(i % 2 ? picture.height : picture.width);
          }
          if (box) expect(box[2] > box[0] && box[3] > box[1]).toBe(true);
          for (const { start, end } of spans)
            expect(0 <= start && start < end && end <= text.length).toBe(true);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('of any text: no region whose coordinates are not in it', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), formats, (parts, format) => {
        const raw = parts.join('');
        const numbers = new Set([...raw.matchAll(/\d+(?:\.\d+)?|\.\d+/g)].map(([number]) => Number(number)));
        for (const { box, point } of parse(raw, format).found)
          expect(numbers.size).toBeGreaterThanOrEqual(box ? 2 : point ? 1 : 9);
        expect(parse(raw.replace(/\d/g, ''), format).found).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('of a text cut anywhere: never more, and none that the whole does not have', () => {
    const raw =
      'See: [{"bbox_2d": [101, 202, 303, 404], "label": "cat"}, {"bbox_2d": [505, 606, 707, 808], "label": "dog"}] and <loc0011><loc0022><loc0333><loc0444> bird [111, 222, 333, 444].';
    const whole = parse(raw).found.map(({ box }) => String(box));
    for (let end = 0; end <= raw.length; end++)
      for (const { box } of parse(raw.slice(0, end)).found) expect(whole).toContain(String(box));
  });

  it('of hostile text take no time', () => {
    const started = performance.now();
    for (const piece of ['[', '{', '{"a":', "['", '<', '(1,2),', '[1,2,3,4]', 'a ', '<loc0001>', '```', ' '])
      parse(piece.repeat(20_000 / piece.length));
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('formats', () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  const boxes = fc
    .tuple(unit, unit, unit, unit)
    .map(([a, b, c, d]): Box => [
      Math.min(a, c) * 0.9,
      Math.min(b, d) * 0.9,
      Math.max(a, c) * 0.9 + 0.1,
      Math.max(b, d) * 0.9 + 0.1,
    ]);

  it('come back as the box that went in, within their own step', () => {
    for (const format of ['qwen', 'pixels', 'ferret', 'paligemma'] as const)
      fc.assert(
        fc.property(boxes, (box) => {
          const raw = boxText(format, box, sent);
          const [found] = parse(format === 'paligemma' ? raw : `it ${raw}`, format).found;
          const [sx, sy] = scaleOf(format, sent);
          found?.box?.forEach((value, i) => {
            const step = i % 2 ? picture.height / sy : picture.width / sx;
            expect(
              Math.abs(value - (box[i] as number) * (i % 2 ? picture.height : picture.width)),
            ).toBeLessThanOrEqual(step * 1.01);
          });
          expect(found?.box).toBeDefined();
        }),
        { numRuns: 300 },
      );
    fc.assert(
      fc.property(unit, unit, (x, y) => {
        const [found] = parse(`${pointText('molmo', [x, y], sent)}it</point>`, 'molmo').found;
        expect(found?.point?.[0]).toBeCloseTo(x * picture.width, -1);
        expect(found?.point?.[1]).toBeCloseTo(y * picture.height, -1);
      }),
    );
  });

  it('are told by the name of the model', () => {
    expect(formatOf('auto', 'Qwen/Qwen2.5-VL-7B-Instruct')).toBe('pixels');
    expect(formatOf('auto', 'Qwen/Qwen3-VL-8B')).toBe('qwen');
    expect(formatOf('auto', 'qwen2.5vl:7b')).toBe('pixels');
    expect(formatOf('auto', 'google/paligemma2-3b-mix-448')).toBe('paligemma');
    expect(formatOf('auto', 'allenai/Molmo-7B-D')).toBe('molmo');
    expect(formatOf('auto', 'something')).toBe('qwen');
    expect(formatOf('ferret', 'Qwen3-VL')).toBe('ferret');
  });

  it('clamp what is a little outside, and drop the rest', () => {
    expect(readBox([-10, 0, 1010, 500], [1000, 1000])).toEqual([0, 0, 1, 0.5]);
    expect(readBox([-100, 0, 1010, 500], [1000, 1000])).toBeUndefined();
    expect(readPoint([NaN, 0], [1, 1])).toBeUndefined();
  });
});
