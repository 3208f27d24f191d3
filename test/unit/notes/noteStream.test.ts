/** What the page has been sent is, at any time, a part of the note that is right, and in the end all of it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoteDocument } from '../../../src/notes/render/noteDocument';
import { NoteStream } from '../../../src/notes/render/noteStream';
import type { Block, NoteSplice } from '../../../src/protocol/preview';
import { longNote } from '../../support/longNote';

const options = { allowHtml: true, resolveImage: (uri: string) => ({ uri, exists: true }) };

/** A page that applies splices, and a stream that feeds it. */
function connect(text: string, clock: () => number = () => 0) {
  const note = new NoteDocument(options);
  note.setText(text);
  const sent: NoteSplice[] = [];
  let blocks: Block[] = [];
  const stream = new NoteStream(
    note,
    (splice) => {
      sent.push(splice);
      if (splice.reset) blocks = [];
      blocks.splice(splice.at, splice.remove, ...splice.blocks.map((block) => ({ ...block })));
      for (const block of blocks.slice(splice.at + splice.blocks.length)) {
        block.startLine += splice.shift;
        block.endLine += splice.shift;
      }
    },
    clock,
  );
  const expected = () =>
    note.units.map((unit) => ({ html: note.html(unit), startLine: unit.start, endLine: unit.end }));
  const finish = () => {
    stream.acknowledge(sent.at(-1)?.version ?? 0);
    for (let steps = 0; stream.hasWork; steps++) {
      stream.step();
      stream.acknowledge(sent.at(-1)?.version ?? 0);
      if (steps > 5000) throw new Error('It never ends.');
    }
  };
  return { note, stream, sent, finish, expected, page: () => blocks };
}

describe('the stream of a note', () => {
  it('begins where the reader looks, and becomes the whole note', () => {
    const { stream, sent, finish, expected, page } = connect(longNote(3000));
    stream.start(1500);
    const first = sent[0] as NoteSplice;
    expect(first).toMatchObject({ reset: true, at: 0, complete: false });
    expect(first.blocks[0]?.startLine).toBeLessThanOrEqual(1500);
    expect(first.blocks[0]?.endLine).toBeGreaterThan(1500);
    const shown = first.blocks.reduce((sum, { startLine, endLine }) => sum + endLine - startLine, 0);
    expect(shown).toBeLessThan(200);
    finish();
    expect(page()).toEqual(expected());
    expect(sent.at(-1)?.complete).toBe(true);
    expect(sent.slice(0, -1).every(({ complete }) => !complete)).toBe(true);
  });

  it('waits for a page that is slow', () => {
    const { stream, sent } = connect(longNote(5000));
    stream.start(0);
    const all = () => {
      while (stream.hasWork) stream.step();
      return sent.length;
    };
    // Nothing comes in the way of the first screen.
    expect(all()).toBe(1);
    stream.acknowledge(1);
    expect(all()).toBe(5);
    stream.acknowledge(3);
    expect(all()).toBe(7);
  });

  it('sends a small splice for an edit, wherever it is', () => {
    const { note, stream, sent, finish, expected, page } = connect(longNote(3000));
    stream.start(0);
    finish();
    for (const line of [0, 7, 1500, 2999]) {
      const count = sent.length;
      stream.changed(note.edit([{ from: line, to: line + 1, lines: ['A new line', '', 'and another'] }]));
      finish();
      expect(sent.length - count).toBeLessThanOrEqual(2);
      expect(sent[count]?.blocks.length).toBeLessThanOrEqual(6);
      expect(page()).toEqual(expected());
    }
  });

  it('never loses its place, whatever is edited while it streams', () => {
    const line = fc.constantFrom(
      '',
      '',
      'text',
      '# head',
      '- item',
      '```',
      '$$',
      'x[^1]',
      '[^1]: note',
      '<div>',
      '</div>',
      '[a]',
      '[a]: /b',
    );
    const action = fc.oneof(
      fc.record({
        at: fc.nat({ max: 200 }),
        remove: fc.nat({ max: 4 }),
        lines: fc.array(line, { maxLength: 4 }),
      }),
      fc.constant('step' as const),
      fc.record({ start: fc.nat({ max: 200 }) }),
      fc.array(
        fc.record({
          at: fc.nat({ max: 200 }),
          remove: fc.nat({ max: 2 }),
          lines: fc.array(line, { maxLength: 3 }),
        }),
        { minLength: 2, maxLength: 3 },
      ),
    );
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 200 }),
        fc.nat({ max: 200 }),
        fc.array(action, { maxLength: 12 }),
        (start, from, actions) => {
          // Every look at the clock takes long: splices hold one block, and the note streams slowly.
          let now = 0;
          const { note, stream, sent, finish, expected, page } = connect(start.join('\n'), () => (now += 30));
          stream.start(from);
          for (const each of actions) {
            if (each === 'step') {
              if (stream.hasWork) stream.step();
              stream.acknowledge(sent.at(-1)?.version ?? 0);
            } else if ('start' in each) stream.start(each.start);
            else
              stream.changed(
                note.edit(
                  (Array.isArray(each) ? each : [each]).map(({ at, remove, lines }) => {
                    const from = Math.min(at, note.lineCount - 1);
                    return { from, to: Math.min(from + remove, note.lineCount - 1), lines };
                  }),
                ),
              );
          }
          finish();
          expect(page()).toEqual(expected());
        },
      ),
      { numRuns: Number(process.env['GROUNDNOTE_RUNS'] ?? 300) },
    );
  }, 120_000);
});
