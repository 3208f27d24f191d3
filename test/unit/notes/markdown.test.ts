import { describe, expect, it } from 'vitest';
import { htmlOf, render } from './support';

describe('vocabulary tags', () => {
  it.each([
    '<SEG>',
    '</SEG>',
    '<IMAGE>',
    '<image>',
    '<region_name><coordinates><SPE>',
    '<query>/<phrases>',
    '<mask>',
  ])('shows %s as it is written', (tag) => {
    const escaped = tag.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(htmlOf(`It is ${tag}.`)).toBe(`<p>It is ${escaped}.</p>`);
    expect(htmlOf(tag)).toBe(`<p>${escaped}</p>`);
  });

  it('keeps Markdown working in a paragraph that begins with one', () => {
    expect(htmlOf('<SEG> is **new**\nand *so on*')).toBe(
      '<p>&lt;SEG&gt; is <strong>new</strong>\nand <em>so on</em></p>',
    );
    expect(htmlOf('text\n<SEG>\n**bold**')).toBe('<p>text\n&lt;SEG&gt;\n<strong>bold</strong></p>');
  });

  it('finds formulas beside them and leaves code alone', () => {
    expect(htmlOf('<SEG>$x$')).toContain('class="katex"');
    expect(htmlOf('`<SEG>`')).toBe('<p><code>&lt;SEG&gt;</code></p>');
    expect(htmlOf('```\n<SEG>\n```')).toContain('<code>&lt;SEG&gt;\n</code>');
    expect(htmlOf('$a<SEG>b$')).toContain('class="katex"');
  });

  it('shows attributes literally, without emphasis', () => {
    expect(htmlOf('<phrase id="*a*">')).toBe('<p>&lt;phrase id=&quot;*a*&quot;&gt;</p>');
  });
});

describe('emphasis beside CJK text', () => {
  it.each([
    ['**多模态的对齐：**紧跟文字', '<strong>多模态的对齐：</strong>紧跟文字'],
    [
      '使用了**spatial-aware visual sampler**，基于',
      '使用了<strong>spatial-aware visual sampler</strong>，基于',
    ],
    ['其中**“专家”**和', '其中<strong>“专家”</strong>和'],
    ['基准**ReasonSeg（推理分割）**的', '基准<strong>ReasonSeg（推理分割）</strong>的'],
    ['**`code`**后面', '<strong><code>code</code></strong>后面'],
  ])('%s', (source, html) => {
    expect(htmlOf(source)).toBe(`<p>${html}</p>`);
  });
});

describe('links', () => {
  it('stop before CJK punctuation and leave file names alone', () => {
    expect(htmlOf('https://arxiv.org/abs/2310.07704，后')).toContain(
      '>https://arxiv.org/abs/2310.07704</a>，后',
    );
    expect(htmlOf('train.py and notes.md')).toBe('<p>train.py and notes.md</p>');
  });

  it('go nowhere with other schemes', () => {
    expect(htmlOf('[x](javascript:alert(1))')).not.toContain('<a');
  });
});

describe('blocks', () => {
  it('have lines of the note, front matter included', () => {
    const { blocks } = render('---\ntitle: t\n---\n\n# A\n\none\ntwo\n\n- x\n- y\n');
    expect(blocks.map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      [4, 5],
      [6, 8],
      [9, 11],
    ]);
    expect(blocks[2]?.html).toContain('<li data-line="1">y');
  });

  it('hold HTML that reaches over several Markdown blocks together', () => {
    const { blocks } = render('<details>\n<summary>S</summary>\n\n**in**\n\n</details>\n\nafter');
    expect(blocks).toHaveLength(2);
    expect(blocks[0]?.html).toMatch(
      /^<details>\s*<summary>S<\/summary>[\s\S]*<strong>in<\/strong>[\s\S]*<\/details>/,
    );
  });

  it('follow link definitions that stand elsewhere', () => {
    expect(htmlOf('[a]\n\n[a]: https://x.org/1')).toContain('https://x.org/1');
    expect(htmlOf('[a]\n\n[a]: https://x.org/2')).toContain('https://x.org/2');
  });

  it('number headings as GitHub does', () => {
    const html = htmlOf('## LISA: `a` [b](c)\n## Loss\n## Loss\n## 多模态 的对齐');
    for (const id of ['lisa-a-b', 'loss', 'loss-1', '多模态-的对齐']) expect(html).toContain(`id="${id}"`);
  });

  it('take CRLF for a line end', () => {
    expect(htmlOf('a\r\n\r\n$$\r\nx\r\n$$\r\n')).toContain('katex-display');
  });
});
