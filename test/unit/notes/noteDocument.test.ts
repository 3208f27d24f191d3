/** A note that is edited is, after every edit, what it would be if it were read for the first time. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoteDocument, type LineEdit, type RenderOptions } from '../../../src/notes/render/noteDocument';
import { renderNote } from '../../../src/notes/render/render';

const options: RenderOptions = {
  allowHtml: true,
  resolveImage: (source) => ({ uri: `res:${source}`, exists: source.includes('here') }),
};

/** Lines that begin, continue and end blocks of every kind, and some that do so from afar. */
const pieces = [
  ...[
    '',
    '',
    '',
    'text',
    'more $x^2$ text',
    '# heading',
    'heading',
    '===',
    '---',
    '> quote',
    '- item',
    '  more of it',
  ],
  ...[
    '1. one',
    '    code',
    '```',
    '```python',
    '~~~',
    '$$',
    '$$ x $$',
    'a = b',
    '\\[',
    '\\]',
    '\\begin{align}',
  ],
  ...[
    'a &= b \\label{l}',
    '\\end{align}',
    'x \\[',
    '| a | b |',
    '|---|---|',
    '| 1 | 2 |',
    '<details>',
    '</details>',
  ],
  ...[
    '<div>',
    '</div>',
    '<!--',
    '-->',
    '<SEG>',
    '[r]',
    '[r]: https://a.example "t',
    '"',
    '[other]: /b',
    '[other] here',
  ],
  ...[
    'note[^1] and[^two]',
    '[^1]: first',
    '[^two]: second',
    '    continued',
    'inline ^[a note]',
    '![a](here.png)',
  ],
  ...[
    'term',
    ': definition',
    '> [!NOTE]',
    '> more',
    '- [ ] task',
    '***',
    '\ttabbed',
    '***bold',
    '+++',
    'see \\eqref{l}',
  ],
  ...[
    '[[other note]]',
    '```ground',
    'image: a.png',
    '<script>',
    '</script>',
    '**多模态：**紧跟',
    '  - deeper',
    '*[AB]: c',
  ],
];
const line = fc.constantFrom(...pieces);
const edit = fc.record({
  at: fc.nat({ max: 60 }),
  remove: fc.nat({ max: 5 }),
  lines: fc.array(line, { maxLength: 5 }),
});

/** All that is shown of a note. */
function shown(note: NoteDocument) {
  return {
    title: note.title,
    header: note.header,
    blocks: note.units.map((unit) => ({ html: note.html(unit), startLine: unit.start, endLine: unit.end })),
  };
}
function fresh(lines: readonly string[]) {
  const { title, header, blocks } = renderNote(lines.join('\n'), options);
  return { title, header, blocks };
}

/** An edit of the generator as one of the lines that are there. */
function fitted(
  lines: readonly string[],
  { at, remove, lines: added }: { at: number; remove: number; lines: string[] },
): LineEdit {
  const from = Math.min(at, lines.length);
  const to = Math.min(from + remove, lines.length);
  // A text has at least one line.
  return { from, to, lines: added.length || lines.length > to - from ? added : [''] };
}
const apply = (lines: string[], { from, to, lines: added }: LineEdit) =>
  lines.splice(from, to - from, ...added);

describe('a note that is edited', () => {
  it('is what it would be if it were read anew', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 60 }),
        fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
        (start, steps) => {
          const lines = [...start];
          const note = new NoteDocument(options);
          note.setText(lines.join('\n'));
          for (const step of steps) {
            const edits = step.map((each) => {
              const fit = fitted(lines, each);
              apply(lines, fit);
              return fit;
            });
            note.edit(edits);
            expect(shown(note)).toEqual(fresh(lines));
          }
        },
      ),
      { numRuns: Number(process.env['GROUNDNOTE_RUNS'] ?? 400) },
    );
  }, 120_000);

  it('is what it would be, far from its beginning, too', () => {
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 1, maxLength: 300 }),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        fc.nat({ max: 250 }),
        (start, edits, shift) => {
          const lines = [...start];
          const note = new NoteDocument(options);
          note.setText(lines.join('\n'));
          for (const each of edits) {
            const fit = fitted(lines, { ...each, at: each.at + shift });
            apply(lines, fit);
            note.edit([fit]);
          }
          expect(shown(note)).toEqual(fresh(lines));
        },
      ),
      { numRuns: Number(process.env['GROUNDNOTE_RUNS'] ?? 150) },
    );
  }, 120_000);

  it('finds an environment that is closed far below, behind the end of another', () => {
    const lines = ['\\end{align}', '\\begin{align}', '[^two]: second', '<details>', '\\end{align}'];
    const note = new NoteDocument(options);
    note.setText(lines.slice(0, 4).join('\n'));
    note.edit([{ from: 4, to: 4, lines: lines.slice(4) }]);
    expect(shown(note)).toEqual(fresh(lines));
  });

  it('knows where its units lie when blank lines come and go around a change', () => {
    const lines = ['one', '', 'two', '', '', 'three', '', 'four'];
    const note = new NoteDocument(options);
    note.setText(lines.join('\n'));
    const edits: LineEdit[] = [
      { from: 7, to: 8, lines: ['four and more'] },
      { from: 3, to: 4, lines: [] },
      { from: 1, to: 1, lines: [''] },
    ];
    for (const each of edits) apply(lines, each);
    expect(note.edit(edits)).toMatchObject({ removed: 1, inserted: 1 });
    expect(shown(note)).toEqual(fresh(lines));
  });

  it('says which units came, and keeps the others', () => {
    const note = new NoteDocument(options);
    note.setText(['# a', '', 'one', '', 'two', '', 'three'].join('\n'));
    const before = note.units.map((unit) => note.html(unit));
    const [a, , two, three] = note.units;
    expect(note.edit([{ from: 2, to: 3, lines: ['one', 'and a half'] }])).toEqual({
      ...{ at: 1, removed: 1, inserted: 1, whole: false },
    });
    expect([note.units[0], note.units[2], note.units[3]]).toEqual([a, two, three]);
    expect(note.units.map((unit) => note.isFresh(unit))).toEqual([true, false, true, true]);
    expect(note.units.map((unit) => [unit.start, unit.end])).toEqual([
      [0, 1],
      [2, 4],
      [5, 6],
      [7, 8],
    ]);
    expect(note.html(note.units[3] as never)).toBe(before[3]);
  });

  it('renders again what takes its number, its name or its link from what was edited', () => {
    const note = new NoteDocument(options);
    note.setText(['[a]', '', '# h', '', 'x[^n]', '', '[^n]: note', '', '[a]: /one'].join('\n'));
    const html = () => note.units.map((unit) => note.html(unit)).join('\n');
    expect(html()).toContain('href="/one"');
    note.edit([{ from: 8, to: 9, lines: ['[a]: /two'] }]);
    expect(html()).toContain('href="/two"');
    note.edit([{ from: 1, to: 1, lines: ['', '# h', '', 'y[^m]', '', '[^m]: other', ''] }]);
    expect(html()).toMatch(/id="h"[\s\S]*href="#fn-1"[\s\S]*id="h-1"[\s\S]*href="#fn-2"/);
    expect(html()).toMatch(/<li id="fn-1"[^>]*><p[^>]*>other[\s\S]*<li id="fn-2"[^>]*><p[^>]*>note/);
  });
});

describe('footnotes', () => {
  const html = (text: string) =>
    renderNote(text, options)
      .blocks.map((block) => block.html)
      .join('\n');

  it('are numbered as they are used and stand at the end, with links both ways', () => {
    const page = html('One[^b], two[^a], one again[^b].\n\n[^a]: A\n[^b]: B\n\nEnd.');
    expect(page).toMatch(
      /id="fnref-1"[\s\S]*id="fnref-2"[\s\S]*id="fnref-1-2"[\s\S]*End\.[\s\S]*<section class="gn-footnotes"/,
    );
    expect(page).toMatch(
      /<li id="fn-1"[^>]*><p[^>]*>B <a href="#fnref-1"[\s\S]*<a href="#fnref-1-2"[\s\S]*<li id="fn-2"[^>]*><p[^>]*>A /,
    );
  });

  it('may be inline, hold blocks, and go unused', () => {
    const page = html('A^[*here* $x$], b[^l].\n\n[^l]: first\n\n    - second\n\n[^unused]: nobody');
    expect(page).toMatch(
      /<li id="fn-1"[^>]*><p><em>here<\/em>[\s\S]*katex[\s\S]*<li id="fn-2"[\s\S]*<li[^>]*>second/,
    );
    expect(page).not.toContain('nobody');
    expect(html('no [^such] note')).toContain('[^such]');
  });
});
