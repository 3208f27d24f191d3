import { describe, expect, it } from 'vitest';
import { splitFrontMatter } from '../../../src/notes/render/frontMatter';
import { render } from './support';

describe('front matter', () => {
  it('becomes a header and a title, escaped', () => {
    const note = render(
      '---\ntitle: "A <b>&"\ndate: 2024-05-14T16:28:21+08:00\nauthor: ["Wang", "李"]\ntags: [x, "<y>"]\n---\n\ntext',
    );
    expect(note.title).toBe('A <b>&');
    expect(note.header).toBe(
      '<header class="gn-header"><h1 class="gn-title">A &lt;b&gt;&amp;</h1><p class="gn-byline">' +
        '<span class="gn-authors">Wang, 李</span><time class="gn-date">2024-05-14</time></p>' +
        '<ul class="gn-tags"><li>x</li><li>&lt;y&gt;</li></ul></header>',
    );
    expect(note.blocks).toHaveLength(1);
  });

  it('survives tabs, comments and lines that are no YAML', () => {
    const { frontMatter } = splitFrontMatter(
      '---\ntitle: "题" \nmath: true\t# 显示公式\n\tbad: [1\nauthor: ["A"] # me\n: : :\ntags: ["a", "b"]\n"open\n---\nx',
    );
    expect(frontMatter).toMatchObject({ title: '题', authors: ['A'], tags: ['a', 'b'] });
  });

  it('is read from Hugo TOML, up to the first section', () => {
    const { frontMatter, body } = splitFrontMatter(
      '+++\ntitle = \'T\'\ndate = 2024-01-02\ntags = ["a"]\n[author]\nname = "N"\ntitle = \'no\'\n+++\nbody',
    );
    expect(frontMatter).toMatchObject({ title: 'T', date: '2024-01-02', tags: ['a'] });
    expect(body).toBe('body');
  });

  it('can be hidden or shown raw', () => {
    const text = '---\ntitle: <T>\n---\ntext';
    expect(render(text, { frontMatter: 'hidden' }).header).toBe('');
    expect(render(text, { frontMatter: 'raw' }).header).toBe(
      '<pre class="gn-front-matter"><code>title: &lt;T&gt;</code></pre>',
    );
  });

  it('is empty, unclosed, or no front matter at all', () => {
    expect(render('---\n---\ntext').blocks).toHaveLength(1);
    expect(render('---\ntitle: x\n\ntext').header).toBe('');
    expect(render('text\n---\ntitle: x\n---').header).toBe('');
    expect(render('---\n[a]\n---\ntext').header).toBe('');
  });

  it('takes names from objects and lists from text', () => {
    const { frontMatter } = splitFrontMatter('---\nauthors:\n  - name: A\n  - B\ntags: a, b\n---\n');
    expect(frontMatter).toMatchObject({ authors: ['A', 'B'], tags: ['a', 'b'] });
  });

  it('does not explode', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 12; i++) {
      const [name, last] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
      bomb.push(`${name}: &${name} [${`*${last},`.repeat(9)}]`);
    }
    const started = performance.now();
    expect(render(`---\ntitle: T\n${bomb.join('\n')}\n---\nx`).title).toBe('T');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("does not show a title twice when the note's first heading says it again", () => {
    expect(render('---\ntitle: T\n---\n# T\n').blocks[0]?.html).toContain('gn-same-title');
    expect(render('---\ntitle: T\n---\n# Other\n').blocks[0]?.html).not.toContain('gn-same-title');
  });
});
