/** A question's parts and the forms in which turns are copied. */
import { expect, it } from 'vitest';
import type { ConversationTurn } from '../../../src/protocol/conversation';
import { asMarkdown, asText } from '../../../webview/annotator/conversation/copying';
import { namesOf, pieces, questionOf } from '../../../webview/annotator/conversation/parts';

it('chips are spans over their names; spaces around the question go', () => {
  expect(
    questionOf([
      { text: '  Is ' },
      { region: 'a', name: 'Box' },
      { text: ' left of ' },
      { region: 'b', name: 'Cup' },
      { text: '? ' },
    ]),
  ).toEqual({
    question: {
      text: 'Is Box left of Cup?',
      spans: [
        { start: 3, end: 6, regions: ['a'] },
        { start: 15, end: 18, regions: ['b'] },
      ],
    },
    names: { a: 'Box', b: 'Cup' },
  });
});

it('a text is cut at its spans, without those that overlap', () => {
  const spans = [
    { start: 2, end: 4, regions: ['a'] },
    { start: 3, end: 6, regions: ['b'] },
  ];
  expect(pieces({ text: 'abcdef', spans }).map(({ text }) => text)).toEqual(['ab', 'cd', 'ef']);
});

it('regions of one label are numbered', () => {
  const region = (id: string, label?: string) => ({
    id,
    ...(label !== undefined && { label }),
    geometry: { type: 'point' as const, point: [0, 0] as [number, number] },
    provenance: { by: 'user' as const },
  });
  expect([...namesOf([region('a', 'Cup'), region('b'), region('c', 'Cup')]).values()]).toEqual([
    'Cup (1)',
    'Region 2',
    'Cup (2)',
  ]);
});

it('Markdown signs of the words stay words', () => {
  const turn: ConversationTurn = {
    id: 't',
    question: { text: 'Where is <SEG>?', spans: [] },
    asked: [],
    pack: 'p',
    state: 'answered',
    answer: { text: 'At *here*.', spans: [{ start: 3, end: 9, regions: ['r'] }] },
    regions: [{ id: 'r', geometry: { type: 'box', box: [1.2, 2, 3.4, 5] }, provenance: { by: 'user' } }],
  };
  expect(asMarkdown(turn)).toBe('> Where is \\<SEG\\>?\n\nAt \\*here\\* `[1, 2, 4, 5]`.\n');
  expect(asText(turn)).toBe('Where is <SEG>?\n\nAt *here*.\n');
});
