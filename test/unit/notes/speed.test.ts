/** A long note: the work of an edit is that of the blocks it touches. */
import { describe, expect, it } from 'vitest';
import { NoteDocument } from '../../../src/notes/render/noteDocument';
import { longNote } from '../../support/longNote';

describe('a note of 20,000 lines with 5,000 formulas', () => {
  it('follows an edit anywhere with a small part of the work of reading it', () => {
    const note = new NoteDocument({ resolveImage: (uri) => ({ uri, exists: true }), allowHtml: true });
    const time = (action: () => void) => {
      const started = performance.now();
      action();
      return performance.now() - started;
    };
    const text = longNote(20_000);
    const parse = time(() => note.setText(text));
    const render = time(() => note.units.forEach((unit) => note.html(unit)));
    const edits = Array.from({ length: 21 }, (_, index) =>
      time(() => {
        const line = 1 + index * 950;
        const splice = note.edit([{ from: line, to: line, lines: [`Typed $x_{${index}}$`] }]);
        expect(splice.inserted).toBeLessThanOrEqual(3);
        const due = note.units.filter((unit) => !note.isFresh(unit));
        expect(due.length).toBeLessThanOrEqual(3);
        for (const unit of due) note.html(unit);
      }),
    ).sort((a, b) => a - b);
    const median = edits[10] as number;
    console.info(
      `${note.lineCount} lines, ${note.units.length} blocks: ${parse.toFixed(0)} ms to parse, ${render.toFixed(0)} ms to render, ` +
        `an edit ${median.toFixed(1)} ms at the median, ${edits[20]?.toFixed(1)} ms at most`,
    );
    expect(median).toBeLessThan((parse + render) / 50);
  }, 120_000);
});
