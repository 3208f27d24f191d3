import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  altText,
  answerOf,
  fenceText,
  imageReferences,
  imageText,
  insertionAt,
  planFences,
  relativeAddress,
} from '../../../src/notes/ground/insertText';
import type { Annotation } from '../../../src/protocol/annotator';
import type { Prompt } from '../../../src/protocol/geometry';
import { encodeRle } from '../../../src/protocol/rle';
import { render } from './support';

const size = { width: 4, height: 3 };
const mask = encodeRle({ ...size, data: new Uint8Array([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]) });
let count = 0;
const region = (prompts: Prompt[] | undefined, more: Partial<Annotation> = {}): Annotation => ({
  id: `r${++count}`,
  geometry: { type: 'mask', mask },
  provenance: prompts ? { by: 'pack', packs: [{ id: 'p', version: '1' }], prompts } : { by: 'user' },
  ...more,
});

describe('what is inserted for regions', () => {
  it('is one fence for a phrase, one for the prompts of each other region; the rest can only be a picture', () => {
    const words = (text: string): Prompt[] => [{ type: 'text', text }];
    const drawn = region(undefined);
    const refined = region([{ type: 'mask', mask }, { type: 'point', point: [1, 1], label: 1 }]); // prettier-ignore
    const { fences, rest } = planFences([
      region(words('Mask decoder')),
      region([
        { type: 'point', point: [1.23, 2], label: 1 },
        { type: 'point', point: [3, 0.06], label: 0 },
      ]),
      region(words('Mask  decoder ')),
      drawn,
      refined,
    ]);
    expect(fences.map(({ query, prompts, regions }) => [query, prompts, regions.length])).toEqual([
      ['Mask decoder', undefined, 2],
      [undefined, [{ point: [1.2, 2] }, { point: [3, 0.1], positive: false }], 1],
    ]);
    expect(rest).toEqual([drawn, refined]);
  });

  it.each([
    ['../figures/lisa 图.png', 'Mask decoder'],
    ['C:\\papers\\a b.png', '3.10'],
    ['a #1.png', 'true'],
    ["it's.png", 'a: b'],
    ['[x].png', '"quoted" text'],
    ['a.png', '- item'],
    ['a.png', '多模态：对齐'],
    ['a.png', '```'],
    ['- a.png', '*bold* & {map}'],
    ['@a%20b.png', '#5'],
  ])('is read back as it was meant: %s, %s', (image, query) => {
    const { text, fence } = fenceText(image, { query });
    expect(fence.question).toEqual({ image, query });
    expect(text).toMatch(/^```ground\nimage: .*\nquery: .*\n```$/);
    const shown = render(text, { interactive: true }).blocks;
    expect(shown).toHaveLength(1);
    expect(shown[0]?.html).toContain(`data-ground="${fence.key}"`);
  });

  it('holds every kind of prompt', () => {
    const prompts = [
      { point: [1, 2] as [number, number] },
      { box: [1, 2, 3, 4] as [number, number, number, number] },
      { stroke: [[1, 2], [3, 4]] as [number, number][], positive: false }, // prettier-ignore
    ];
    const { text, fence } = fenceText('a.png', { prompts });
    expect(fence.question.prompts).toEqual(prompts);
    expect(text).toContain('  - {stroke: [[1, 2], [3, 4]], positive: false}');
  });

  it('has the regions as its answer', () => {
    const { fence } = fenceText('a.png', { query: 'x' });
    const regions = [
      region([{ type: 'text', text: 'x' }], { label: 'A', score: 0.5 }),
      region([{ type: 'text', text: 'x' }], { geometry: { type: 'box', box: [0, 0, 2, 2] } }),
    ];
    const answer = answerOf(
      fence,
      { packs: [{ id: 'p', version: '1' }], regions },
      { size, hash: 'h' },
      new Date(0),
    );
    expect(answer).toEqual({
      question: fence.question,
      imageHash: 'h',
      size,
      packs: [{ id: 'p', version: '1' }],
      when: '1970-01-01T00:00:00.000Z',
      regions: [
        { id: '1', label: 'A', score: 0.5, box: [1, 0, 3, 2], mask },
        { id: '2', box: [0, 0, 2, 2] },
      ],
    });
  });

  it('is a picture with its labels as words, whatever the file is called', () => {
    const regions = [
      region(undefined, { label: 'Cup' }),
      region(undefined, { label: 'Cup' }),
      region(undefined),
    ];
    expect(altText(regions, 'coffee.jpg')).toBe('Cup (2 regions), region in coffee.jpg');
    for (const name of ['图 1.regions.png', 'a(1)[2].png', '100%.png', 'a#b?.png']) {
      const text = imageText('a [b] *c* $d$ `e`', `../f/${name}`);
      const { figures, blocks } = render(text, {
        resolveImage: (source) => ({ uri: 'u', exists: true, path: source }),
      });
      expect(figures.map(({ source }) => source)).toEqual([`../f/${name}`]);
      expect(blocks[0]?.html).toContain('alt="a [b] *c* $d$ `e`"');
    }
  });

  it('names files relative to the note', () => {
    expect(relativeAddress('/n/notes/a.md', '/n/figures/图 1.png')).toBe('../figures/图 1.png');
    expect(relativeAddress('C:\\n\\notes\\a.md', 'C:\\n\\figures\\b c.png', path.win32)).toBe(
      '../figures/b c.png',
    );
    expect(relativeAddress('C:\\n\\a.md', 'D:\\pictures\\b.png', path.win32)).toBe('D:\\pictures\\b.png');
  });
});

describe('the pictures that a note names', () => {
  it('are found in Markdown, HTML, definitions and fences', () => {
    const note =
      '![a](one.png "t")\n\n**![b](<two 2.png>)** ![c](three(1).png)\n\n<img alt="x" src="four.png">\n\n[r]: five.png\n\n```ground\nimage: six 6.png\nquery: x\n```\n';
    expect(imageReferences(note).map(({ address, line }) => [address, line])).toEqual([
      ['one.png', 0],
      ['two 2.png', 2],
      ['three(1).png', 2],
      ['four.png', 4],
      ['five.png', 6],
      ['six 6.png', 9],
    ]);
  });
});

describe('where it is inserted', () => {
  const insert = (note: string, at: number | undefined) => {
    const { line, text } = insertionAt(note, ['NEW'], at);
    const lines = note.split('\n');
    // As an editor does it: before a line, or at the very end.
    return line >= lines.length
      ? note + text
      : [...lines.slice(0, line), text + lines.slice(line).join('\n')].join('\n');
  };

  it.each([
    ['at the end, with and without a last line break', 'a\n\nb\n', undefined, 'a\n\nb\n\nNEW\n'],
    ['at the end of an unfinished line', 'a', undefined, 'a\n\nNEW\n'],
    ['in an empty note', '', undefined, 'NEW\n'],
    ['at an empty line', 'a\n\n\nb', 2, 'a\n\nNEW\n\nb'],
    ['after the paragraph of the cursor', 'a\nb\nc\n\nd', 1, 'a\nb\nc\n\nNEW\n\nd'],
    ['after a whole formula', '$$\na\n\nb\n$$\n\nc', 1, '$$\na\n\nb\n$$\n\nNEW\n\nc'],
    ['after a whole fence', '```py\na\n\nb\n```\nc', 2, '```py\na\n\nb\n```\nc\n\nNEW\n'],
    ['after the front matter', '---\na: 1\n\nb: 2\n---\n\nc', 1, '---\na: 1\n\nb: 2\n---\n\nNEW\n\nc'],
    ['after a whole list', '- a\n\n  ![x](x.png)\n\n- b\n\nc', 2, '- a\n\n  ![x](x.png)\n\n- b\n\nNEW\n\nc'],
    ['after the last block', 'a\n\nb', 2, 'a\n\nb\n\nNEW\n'],
  ])('%s', (_, note, at, expected) => {
    expect(insert(note, at)).toBe(expected);
  });
});
