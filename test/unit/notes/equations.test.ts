import fc from 'fast-check';
import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { blockEquations, numberedRows, type EquationRow } from '../../../src/notes/markdown/equations';
import { createMarkdown } from '../../../src/notes/markdown/markdown';
import { dialectHtml } from './dialectSupport';

describe('numbered rows', () => {
  it.each<[string, EquationRow[]]>([
    ['x = y', []],
    ['\\begin{equation} x \\end{equation}', [{}]],
    ['\\begin{equation*} x \\end{equation*}', []],
    ['\\begin{align} a &= b \\\\ c &= d \\end{align}', [{}, {}]],
    ['\\begin{align} a &= b \\notag \\\\ c &= d \\label{eq:c} \\end{align}', [{ label: 'eq:c' }]],
    [
      '\\begin{align} a \\\\ b \\nonumber \\\\ c \\tag{A} \\label{c} \\\\ \\end{align}',
      [{}, { label: 'c', tag: 'A' }],
    ],
    ['\\begin{align*} a \\tag{1} \\\\ b \\end{align*}', [{ tag: '1' }]],
    ['\\begin{gather} a \\\\[2pt] b \\end{gather}', [{}, {}]],
    ['\\begin{alignat}{2} a & b & c & d \\\\ e & f \\end{alignat}', [{}, {}]],
    ['\\begin{equation} \\begin{split} a \\\\ b \\end{split} \\label{s} \\end{equation}', [{ label: 's' }]],
    ['\\begin{equation} \\begin{cases} a \\\\ b \\tag{q} \\end{cases} \\end{equation}', [{ tag: 'q' }]],
    ['\\begin{aligned} a \\\\ b \\end{aligned}', []],
    ['\\begin{align} {a \\\\ b} \\\\ \\left( c \\right) \\end{align}', [{}, {}]],
    ['\\begin{align} a \\cr b \\newline c \\end{align}', [{}, {}, {}]],
    ['\\begin{align} a % \\\\ no row\n \\\\ b % \\tag{no}\n \\end{align}', [{}, {}]],
    ['E = mc^2 \\label{eq:e}', [{ label: 'eq:e' }]],
    ['E = mc^2 \\tag{$\\star$} \\label{eq:e}', [{ label: 'eq:e', tag: '$\\star$' }]],
    ['\\begin{equation} x \\end{equation} \\label{late}', [{ label: 'late' }]],
    ['\\label{early} \\begin{equation} x \\end{equation}', [{ label: 'early' }]],
    ['\\begin{aligned} a \\end{aligned} \\label{whole}', [{ label: 'whole' }]],
  ])('of %s', (tex, rows) => expect(numberedRows(tex, true)).toEqual(rows));

  it('a formula in a line of text has none', () => {
    expect(numberedRows('x \\label{a}', false)).toEqual([]);
  });

  it('are seen behind macros that stand for environments', () => {
    const macros = { '\\be': '\\begin{equation}', '\\ee': '\\end{equation}', '\\RR': '\\mathbb{R}' };
    expect(numberedRows('\\be \\RR \\label{x} \\ee', true, macros)).toEqual([{ label: 'x' }]);
  });

  // KaTeX itself is the measure: what its parser calls tags, inner environments first.
  const word = fc.constantFrom(
    'x',
    '&',
    '\\\\',
    '\\\\[1em]',
    '\\cr ',
    '\\notag ',
    '\\nonumber ',
    '\\tag{T}',
    '{a \\\\ b}',
    '\\left( \\frac{1}{2} \\right)',
    '\\text{\\{a\\}}',
    '\\hline ',
    ' % \\\\ \\tag{c}\n',
    '\\begin{cases} a \\\\ b \\end{cases}',
    '\\begin{aligned} a & b \\\\ \\notag c \\end{aligned}',
    '\\begin{split} a \\\\ b \\end{split}',
    ' ',
    '{}',
  );
  const environment = fc.record({
    name: fc.constantFrom(
      'align',
      'align*',
      'gather',
      'equation',
      'equation*',
      'alignat',
      'aligned',
      'gathered',
    ),
    body: fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
  });
  const formula = fc.array(
    fc.oneof(
      environment.map(
        ({ name, body }) => `\\begin{${name}}${name === 'alignat' ? '{4}' : ''}${body}\\end{${name}}`,
      ),
      fc.constantFrom('y ', '\\tag{W}', '% \\tag{no}\n'),
    ),
    { minLength: 1, maxLength: 3 },
  );

  it('are those that KaTeX numbers', () => {
    let compared = 0;
    fc.assert(
      fc.property(formula, (pieces) => {
        const tex = pieces.join('');
        const truth = katexRows(tex);
        if (!truth) return;
        compared++;
        expect(numberedRows(tex, true).map(({ tag }) => tag ?? '#')).toEqual(truth);
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});

/** Numbered rows as `#`, tagged ones by their tag; undefined for what KaTeX refuses. */
function katexRows(tex: string): string[] | undefined {
  type Node = { type?: string; body?: unknown; tags?: unknown[]; tag?: unknown };
  let tree: unknown;
  try {
    // Not in its types: the parser without the typesetting.
    const { __parse: parse } = katex as unknown as { __parse(tex: string, options: object): unknown };
    tree = parse(tex, { displayMode: true, strict: 'ignore' });
  } catch {
    return undefined;
  }
  const rows: string[] = [];
  const textOf = (node: unknown): string =>
    Array.isArray(node)
      ? node.map(textOf).join('')
      : typeof node === 'object' && node !== null
        ? ((node as { text?: string }).text ?? textOf((node as Node).body))
        : '';
  const tagText = (tag: unknown) => textOf(tag).replace(/^\((.*)\)$/, '$1');
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const { type, body, tags, tag } = node as Node;
    if (type === 'array' && Array.isArray(body)) {
      body.forEach((row, index) => {
        visit(row);
        const own = tags?.[index];
        if (own) rows.push(own === true ? '#' : tagText(own));
      });
      return;
    }
    if (type === 'tag') {
      visit(body);
      rows.push(tagText(tag));
      return;
    }
    for (const [key, value] of Object.entries(node)) if (key !== 'loc') visit(value);
  };
  visit(tree);
  return rows;
}

describe('numbers', () => {
  it('count up through a block, and are text, not counters of CSS', () => {
    const env = { nextEquation: 4 };
    const html = dialectHtml(
      '$$\\begin{align} a \\\\ b \\notag \\\\ c \\end{align}$$ and $$d \\label{d}$$',
      env,
    );
    expect(html).not.toMatch(/class ?="(?:mml-)?eqn-num"/);
    expect(html.match(/<span class="gn-eq-number"[^>]*><span class="mord">\(\d+\)/g)).toHaveLength(2);
    expect(html).toContain('<mtext>(4)</mtext>');
    expect(html).toContain('<mtext>(5)</mtext>');
    expect(env.nextEquation).toBe(7);
  });

  it('a formula that was rendered before takes its place anew', () => {
    const source = '$$\n\\begin{equation} q \\label{q} \\end{equation}\n$$';
    expect(dialectHtml(source, { nextEquation: 1 })).toContain('(1)');
    const again = dialectHtml(source, { nextEquation: 12 });
    expect(again).toContain('(12)');
    expect(again).not.toContain('(1)');
  });

  it('a label is the address of its row, wherever it stands', () => {
    for (const tex of [
      '\\label{eq:a} x',
      'x \\label{eq:a}',
      '\\begin{equation}\\label{eq:a} x \\end{equation}',
      '\\begin{align} x & \\label{eq:a} = y \\\\ z \\end{align}',
      'x \\tag{A} \\label{eq:a}',
      '\\begin{aligned} x \\\\ y \\end{aligned} \\label{eq:a}',
      '\\begin{align} \\frac{x}{y \\label{eq:a}} \\end{align}',
    ]) {
      const html = dialectHtml(`$$\n${tex}\n$$`);
      expect(html, tex).not.toContain('katex-error');
      expect(html.split('id="eq-eq:a"'), tex).toHaveLength(2);
    }
  });

  it('the TeX that is copied is the note’s own', () => {
    const html = dialectHtml('$$E = mc^2 \\label{eq:e} \\eqref{x}$$');
    expect(html).toContain(
      '<annotation encoding="application/x-tex">E = mc^2 \\label{eq:e} \\eqref{x}</annotation>',
    );
  });
});

describe('links to equations', () => {
  const equationLabels = new Map([
    ['eq:损失', '3'],
    ['t', '$\\star$'],
    ['plain', 'A'],
  ]);

  it('in text', () => {
    const html = dialectHtml('见 \\eqref{eq:损失}、\\ref{eq:损失} 与 \\eqref{plain}', { equationLabels });
    const href = '#eq-eq%3A%E6%8D%9F%E5%A4%B1';
    expect(html).toContain(
      `<a class="gn-eq-ref" href="${href}">(3)</a>、<a class="gn-eq-ref" href="${href}">3</a>`,
    );
    expect(html).toContain('href="#eq-plain">(A)</a>');
  });

  it('to a tag with a formula show the formula', () => {
    expect(dialectHtml('\\eqref{t}', { equationLabels })).toMatch(/href="#eq-t">\(<span class="katex">/);
  });

  it('in formulas', () => {
    const html = dialectHtml('$x \\overset{\\eqref{plain}}{=} y$', { equationLabels });
    expect(html).not.toContain('katex-error');
    expect(html).toContain('<a class="gn-eq-ref mtight" href="#eq-plain"');
  });

  it('to nothing say so', () => {
    for (const source of ['\\eqref{no}', '$\\eqref{no}$']) {
      const html = dialectHtml(source, { equationLabels });
      expect(html).toMatch(
        /class="gn-eq-ref gn-eq-missing" title="No equation of this note has the label “no”\."/,
      );
      expect(html).not.toContain('href="#eq-no"');
      expect(html).toContain('??');
    }
  });

  it('are no way to leave the note', () => {
    for (const label of ['" onclick="x', 'javascript:alert(1)', '<img src=x>', '%0a', '}{x']) {
      const html = dialectHtml(`\\eqref{${label}} $\\eqref{${label}}$`, {
        equationLabels: new Map([[label, '1']]),
      });
      expect(html).not.toMatch(/<img|<[^>]*[^"]onclick="|href="(?!#eq-)/);
    }
    expect(dialectHtml('$\\href{https://evil.example}{x} \\href{#eq-x"y}{z}$')).not.toMatch(/<a\b/);
  });
});

describe('the equations of a block', () => {
  const md = createMarkdown();
  const rowsOf = (source: string) => {
    const tokens = md.parse(source, {});
    return blockEquations(md, tokens, {});
  };

  it('come in the order in which they are rendered', () => {
    expect(
      rowsOf(
        '$$a \\label{1}$$\n\ntext $$b \\label{2}$$ and $\\begin{equation}c\\label{3}\\end{equation}$\n\n' +
          '> - \\[d \\label{4}\\]\n\n```math\ne \\label{5}\n```\n\n`$$no \\label{6}$$` $x \\label{7}$\n\n' +
          '\\begin{gather}\nf \\label{8} \\\\ g\n\\end{gather}',
      ).map(({ label }) => label),
    ).toEqual(['1', '2', '3', '4', '5', '8', undefined]);
  });
});
