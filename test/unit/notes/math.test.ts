import { describe, expect, it } from 'vitest';
import { htmlOf } from './support';

const count = (html: string, part: string) => html.split(part).length - 1;

describe('formulas', () => {
  it('stand in lines, in blocks, in lists and right after text', () => {
    expect(count(htmlOf('$a$ 与 $b$，和$c$。'), 'class="katex"')).toBe(3);
    expect(count(htmlOf('Loss 分为：\n$$\na\n$$\n\n$$\nb\n$$'), 'katex-display')).toBe(2);
    const list = htmlOf('- one\n  $$\n  a = b\n  $$\n- two\n\n  $$\n  c\n  $$\n\n1. x $$y$$ z');
    expect(count(list, 'katex-display')).toBe(3);
    expect(list).not.toContain('$$');
    expect(count(htmlOf('```math\nx\n```'), 'katex-display')).toBe(1);
    expect(count(htmlOf('\\begin{align}\na &= b\n\\end{align}'), 'katex-display')).toBe(1);
  });

  it('inside HTML elements are found', () => {
    expect(htmlOf('<mark>$x$</mark> <sub>$y$</sub>')).toMatch(
      /<mark><span class="katex">.*<sub><span class="katex">/s,
    );
  });

  it('a display formula in a line does not end its paragraph', () => {
    expect(htmlOf('a $$x$$ b')).toMatch(/^<p>a <span class="katex-block">.*<\/span> b<\/p>$/s);
  });

  it.each([
    'It costs $5 and $10.',
    '价格$5，涨到$10。',
    'From $20,000 to $30,000 a year',
    'I have $5 and you have US$ too',
    'A \\$1 bill and a \\$2 bill',
  ])('are not taken from amounts: %s', (text) => {
    expect(htmlOf(text)).not.toContain('katex');
  });

  it('with numbers are still formulas', () => {
    for (const text of ['$5$', '$3x + 2$', '$1/k$', '$10^{-4}$', '$2 \\times 2$']) {
      expect(htmlOf(text)).toContain('class="katex"');
    }
  });

  it('that are wrong say so at their place, and the rest is rendered', () => {
    const html = htmlOf('$a$ then $\\frac{1$ then $b$\n\n$$\n\\undefined{x}\n\\end{y}\n$$\n\nafter');
    expect(count(html, 'class="katex"')).toBe(2);
    expect(count(html, 'class="katex-error"')).toBe(2);
    expect(html).toContain('<code>\\frac{1<mark class="gn-math-place gn-math-end"></mark></code>');
    expect(html).toContain(`expected '}' at end of input</span>`);
    expect(html).toContain('<code><mark class="gn-math-place">\\undefined</mark>{x}');
    expect(html).toContain('Undefined control sequence: \\undefined at position 1</span>');
    expect(html).toContain('<p>after</p>');
  });

  it('keep the drawing of roots, braces and tags', () => {
    const html = htmlOf('$$\n\\sqrt{x} \\quad \\underbrace{a+b}_{c} \\tag{1}\n$$');
    expect(count(html, '<svg')).toBeGreaterThanOrEqual(2);
    expect(html).toContain('<semantics>');
    expect(html).toContain('class="tag"');
  });
});

describe('hostile formulas', () => {
  it.each([
    '\\href{javascript:alert(1)}{x}',
    '\\url{javascript:alert(1)}',
    '\\includegraphics{https://evil.example/x.png}',
    '\\htmlStyle{background:url(https://evil.example)}{x}',
    '\\htmlData{onclick=alert(1)}{x}',
    '\\htmlClass{gn-open}{x}',
  ])('%s does nothing', (source) => {
    const html = htmlOf(`$$${source}$$`).replace(/<annotation[\s\S]*?<\/annotation>/g, '');
    expect(html).not.toMatch(/<(?:a|img)\b|background:|data-onclick|class="[^"]*gn-open/);
  });

  it.each([
    ['expands without end', '\\def\\a{\\a\\a}\\a'],
    ['doubles', `${'\\def\\a{x}'.repeat(1)}\\def\\b{\\a\\a}\\def\\c{\\b\\b\\b\\b}${'\\c'.repeat(3000)}`],
    ['nests deeply', '{'.repeat(9000) + 'x' + '}'.repeat(9000)],
    ['fractions', '\\frac{'.repeat(3000) + 'x' + '}{y}'.repeat(3000)],
    ['is long', 'x+'.repeat(500_000)],
    ['is huge', '\\rule{99999em}{99999em}'],
  ])('one that %s ends soon', (_, source) => {
    const started = performance.now();
    const html = htmlOf(`before\n\n$$\n${source}\n$$\n\nafter`);
    expect(html).toContain('<p>after</p>');
    expect(html).not.toContain('99999em;');
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
