/** Whatever a note holds, it is rendered: nothing throws, the HTML is well formed, and the time stays bounded. */
import fc from 'fast-check';
import { Parser } from 'htmlparser2';
import { describe, expect, it } from 'vitest';
import { splitFrontMatter } from '../../../src/notes/render/frontMatter';
import { dialectHtml } from './dialectSupport';
import { renderNote } from '../../../src/notes/render/render';

const render = (text: string, allowHtml = true) =>
  renderNote(text, { allowHtml, resolveImage: (uri) => ({ uri, exists: uri.includes('a') }) });

const voidElements = new Set(['br', 'hr', 'img', 'input', 'col', 'wbr', 'path', 'circle', 'line']);

/** Why HTML is not well formed: an end tag without a start, or the other way round; undefined if it is. */
function malformed(html: string): string | undefined {
  const open: string[] = [];
  let problem: string | undefined;
  // As XML: no end tag is put in by the parser.
  const parser = new Parser(
    {
      onopentagname: (name) => void (voidElements.has(name) || open.push(name)),
      onclosetag: (name, implied) => {
        if (voidElements.has(name)) return;
        if (implied || open.pop() !== name) problem ??= `</${name}> at the wrong place`;
      },
    },
    { xmlMode: true, lowerCaseTags: true, decodeEntities: false },
  );
  // A void element has no end in HTML, and one in XML.
  parser.write(html.replace(/<(br|hr|img|input|col|wbr)\b((?:"[^"]*"|[^">])*?)\/?>/g, '<$1$2/>'));
  parser.end();
  return problem ?? (open.length ? `<${open.join('><')}> left open` : undefined);
}

/** Pieces of syntax, ours and others', that may stand beside each other in any order. */
const piece = fc.constantFrom(
  ...[
    '$',
    '$$',
    '\\(',
    '\\)',
    '\\[',
    '\\]',
    '$`',
    '`$',
    '\\begin{align}',
    '\\end{align}',
    '\\label{a}',
    '\\eqref{a}',
  ],
  ...[
    '\\tag{1}',
    '\\\\',
    '&',
    '\\frac{1}{',
    '{',
    '}',
    '\\notag',
    '```math\n',
    '```\n',
    '`',
    '~',
    '~~',
    '*',
    '**',
    '_',
  ],
  ...[
    '[',
    ']',
    '[[',
    ']]',
    '![[',
    '|',
    '](',
    '(',
    ')',
    '[^1]',
    '[^1]: ',
    '^[',
    '!',
    '<',
    '>',
    '<b>',
    '</b>',
    '<SEG>',
  ],
  ...[
    '<details>',
    '</details>',
    '<script>',
    '<!--',
    '-->',
    '> ',
    '> [!NOTE]\n',
    '- ',
    '- [ ] ',
    '- [x]',
    '1. ',
    '# ',
  ],
  ...[
    '\n: ',
    '| a |\n|---|\n',
    '---\n',
    '+++\n',
    ':tada:',
    'www.a.org',
    'https://a.org/',
    'a@b.org',
    '@',
    '中',
    '。',
  ],
  ...[
    '“',
    '한',
    '\n',
    '\n\n',
    ' ',
    '    ',
    '\t',
    'x',
    '1',
    '\\',
    '\0',
    '\u{1F600}',
    '\uD800',
    '&amp;',
    '&#0;',
    '\r',
  ],
);
const note = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
);

describe('any input', () => {
  it('is rendered to well-formed HTML, in each flavour', () => {
    fc.assert(
      fc.property(note, fc.boolean(), (text, allowHtml) => {
        const html = dialectHtml(text, { allowHtml });
        expect(malformed(html), html).toBeUndefined();
        for (const flavour of ['gfm', 'commonmark'] as const)
          expect(malformed(dialectHtml(text, { allowHtml }, { flavour })), flavour).toBeUndefined();
        dialectHtml(text, { allowHtml }, { emoji: true });
      }),
      { numRuns: 600 },
    );
  });

  it('is rendered as a note', () => {
    fc.assert(
      fc.property(note, fc.boolean(), (text, allowHtml) => {
        const { blocks, header } = render(text, allowHtml);
        for (const { html } of blocks) expect(malformed(html), html).toBeUndefined();
        expect(malformed(header)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('may be front matter of any kind', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom('[', '{a: ', '&x', '*x', '!!js x', '"', "'''", '|', '- a: b', '2024-01-01'),
    );
    const key = fc.constantFrom('title', 'author', 'tags', 'macros', 'abstract', 'x', '[a]', '[[authors]]');
    const lines = fc.array(
      fc.tuple(key, fc.constantFrom(':', ' ='), value).map((parts) => parts.join(' ')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.constantFrom('---', '+++'), lines, (fence, entries) => {
        splitFrontMatter(`${fence}\n${entries.join('\n')}\n${fence}\nx`);
      }),
      { numRuns: 500 },
    );
  });
});

describe('hostile input', () => {
  const times = (text: string, count: number) => text.repeat(count);

  // On a free core each takes well under a second; what is quadratic takes minutes.
  it.each<[string, string]>([
    ['nested brackets', times('[', 20_000)],
    ['nested wiki links', times('[[a', 10_000)],
    ['pictures by name', times('![[', 8000)],
    ['images in images', times('![', 10_000)],
    ['links', times('[a](', 20_000)],
    ['dollars', times('$', 50_001)],
    ['dollars and letters', times('$a ', 30_000)],
    ['double dollars', times('$$ a', 20_001)],
    ['lines of double dollars', times('a $$\n', 10_001)],
    ['lines that begin with double dollars', times('$$ a\n', 10_001)],
    ['double dollars in a paragraph', times('a $$\n$$ b\n', 5000)],
    ['opened formulas', times('\\( ', 30_000)],
    ['opened display formulas', times('\\[ ', 30_000)],
    ['lines of opened display formulas', times('\\[\n', 20_000)],
    ['opened environments', times('\\begin{align} ', 10_000)],
    ['lines of opened environments', times('\\begin{align}\n', 10_000)],
    ['backtick formulas', times('$`', 20_000)],
    ['equation links', times('\\eqref{', 20_000)],
    ['deep quotes', times('> ', 5000) + 'x'],
    ['quotes of alerts', times('> [!NOTE]\n', 10_000)],
    ['deep lists', Array.from({ length: 500 }, (_, depth) => `${times('  ', depth)}- x`).join('\n')],
    ['tasks', times('- [x] a\n', 5000)],
    ['tildes', times('~a ', 30_000)],
    ['tildes of two kinds', times('~a ~~b ', 15_000)],
    ['stars', times('*a **b ', 15_000)],
    ['a long line', times('word ', 100_000)],
    ['a long word', times('a', 500_000)],
    ['at signs', times('a@', 30_000)],
    ['addresses', times('https://a.org/', 20_000)],
    ['www', times('www.', 30_000)],
    ['parentheses behind an address', `https://a.org/${times('(', 20_000)}${times(')', 20_000)}`],
    ['entities behind an address', `https://a.org/${times('&a;', 20_000)}`],
    ['tags', times('<a ', 30_000)],
    ['vocabulary tags', times('<SEG>', 20_000)],
    ['comments', times('<!--', 20_000)],
    ['terms', times('a\n: b\n\n', 3000)],
    ['CJK line breaks', times('中\n', 20_000)],
    ['labels', `$$${times('\\label{', 2000)}$$`],
    ['a table of many columns', `|${times('a|', 1000)}\n|${times('-|', 1000)}\n${times('|\n', 1000)}`],
    ['emoji', times(':a', 30_000)],
  ])(
    '%s ends soon',
    (_, source) => {
      const started = performance.now();
      dialectHtml(source, {}, { emoji: true });
      render(source);
      expect(performance.now() - started).toBeLessThan(15_000);
    },
    60_000,
  );
});
