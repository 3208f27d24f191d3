import { describe, expect, it } from 'vitest';
import { noteMacros, readMacros } from '../../../src/notes/markdown/macros';
import { splitFrontMatter, type FrontMatter } from '../../../src/notes/render/frontMatter';
import { frontMatterHtml } from '../../../src/notes/render/frontMatterHeader';
import { dialectHtml } from './dialectSupport';

describe('task lists', () => {
  it('have boxes that say what they are', () => {
    const html = dialectHtml('- [x] done\n- [ ] to do\n  1. [X] nested\n- [y] no\n- [ ]');
    expect(html).toMatch(
      /^<ul class="gn-tasks">\n<li class="gn-task"><input checked="" disabled="" type="checkbox"/,
    );
    expect(html.match(/aria-label="Done"/g)).toHaveLength(2);
    expect(html.match(/aria-label="To do"/g)).toHaveLength(1);
    expect(html).toContain('<ol class="gn-tasks">');
    expect(html).toContain('<li>[y] no</li>\n<li>[ ]</li>');
  });
});

describe('strikethrough', () => {
  it.each([
    ['~~a~~ ~b~', '<del>a</del> <del>b</del>'],
    ['100~200 和 300~400', '100~200 和 300~400'],
    ['约~5 到 ~6', '约~5 到 ~6'],
    ['~~这~~后', '<del>这</del>后'],
    ['~~a ~b~~ c~', '<del>a ~b</del> c~'],
    ['~~~a~~~', '~~~a~~~'],
    ['**~~a~~** ~~**b**~~', '<strong><del>a</del></strong> <del><strong>b</strong></del>'],
  ])('%s', (source, html) => expect(dialectHtml(`x ${source}`)).toBe(`<p>x ${html}</p>`));
});

describe('autolinks', () => {
  const linksOf = (source: string) =>
    [...dialectHtml(source).matchAll(/<a href="([^"]*)">([^<]*)<\/a>/g)].map(([, href, text]) => [
      href,
      text,
    ]);

  it.each<[string, [string, string][]]>([
    ['https://a.org/x_(y)', [['https://a.org/x_(y)', 'https://a.org/x_(y)']]],
    ['(见https://a.org/x)。', [['https://a.org/x', 'https://a.org/x']]],
    [
      '见www.a.org，和 www.b.org.',
      [
        ['http://www.a.org', 'www.a.org'],
        ['http://www.b.org', 'www.b.org'],
      ],
    ],
    ['https://a.org/1，后', [['https://a.org/1', 'https://a.org/1']]],
    [
      'https://zh.wikipedia.org/wiki/多模态',
      [['https://zh.wikipedia.org/wiki/%E5%A4%9A%E6%A8%A1%E6%80%81', 'https://zh.wikipedia.org/wiki/多模态']],
    ],
    ['写信给a.b@c-d.org。', [['mailto:a.b@c-d.org', 'a.b@c-d.org']]],
    ['mailto:a@b.org', [['mailto:a@b.org', 'mailto:a@b.org']]],
    ['ftp://a.org/x.', [['ftp://a.org/x', 'ftp://a.org/x']]],
    ['*https://a.org/*', [['https://a.org/', 'https://a.org/']]],
  ])('%s', (source, links) => expect(linksOf(source)).toEqual(links));

  it.each([
    'train.py, notes.md, a.org, README.md',
    'http:// https:// www. www.',
    'awww.a.org',
    'javascript://a.org/%0aalert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    '`https://a.org`',
    'a@b, @c, x/a@b.org, a@b@c, a@b_c',
  ])('%s is none', (source) => expect(dialectHtml(source)).not.toContain('<a'));

  it('stand in no other link', () => {
    for (const source of ['[https://a.org](https://b.org)', '[x@y.org](https://b.org)', '<https://a.org>'])
      expect(dialectHtml(source).match(/<a/g)).toHaveLength(1);
    expect(dialectHtml('<a href="https://b.org">x@y.org</a>').match(/<a/g)).toHaveLength(1);
  });
});

describe('wiki links', () => {
  it('lead to notes, with a label, to a heading, and within the note', () => {
    expect(dialectHtml('[[here]] [[here|一个 *名字*]] [[here#The Loss|l]] [[#多模态 的对齐]]')).toBe(
      '<p><a class="gn-wiki-link" href="here.md">here</a> <a class="gn-wiki-link" href="here.md">一个 *名字*</a> ' +
        '<a class="gn-wiki-link" href="here.md#the-loss">l</a> ' +
        `<a class="gn-wiki-link" href="#${encodeURIComponent('多模态-的对齐')}">多模态 的对齐</a></p>`,
    );
  });

  it('to nothing say so', () => {
    expect(dialectHtml('[[gone "x"]]')).toBe(
      '<p><a class="gn-wiki-link gn-wiki-missing" href="gone%20%22x%22.md" title="There is no note “gone &quot;x&quot;”.">' +
        'gone "x"</a></p>',
    );
    expect(dialectHtml('[[gone]]', {}, {}).includes('href="gone.md"')).toBe(true);
  });

  it('are links in brackets where the note defines them, and not where they are part of a link', () => {
    expect(dialectHtml('[[1]]\n\n[1]: /x')).toBe('<p>[<a href="/x">1</a>]</p>');
    expect(dialectHtml('[[a]](https://b.org)')).toBe('<p><a href="https://b.org">[a]</a></p>');
    expect(dialectHtml('`[[here]]` \\[[here]]')).not.toContain('gn-wiki');
  });

  it('show pictures', () => {
    expect(dialectHtml('![[here.png]]')).toMatch(
      /^<figure class="gn-figure"><img class="gn-image" src="res:here.png" alt=""/,
    );
    expect(dialectHtml('![[here.png|a scheme]]')).toContain('alt="a scheme"');
    expect(dialectHtml('![[here.png|300]]')).toContain('width="300"');
    expect(dialectHtml('![[gone.png]]')).toContain('gn-missing');
    expect(dialectHtml('![[here]]')).toBe('<p><a class="gn-wiki-link" href="here.md">here</a></p>');
  });

  it('carry no address of another kind', () => {
    const html = dialectHtml('[[javascript:alert(1)]]', {});
    expect(html).not.toMatch(/href="javascript:/);
  });
});

describe('text of pictures and links', () => {
  it('keeps formulas as TeX, and escaped brackets as brackets', () => {
    expect(dialectHtml('![the loss $L_1$ of \\[3\\] \\[a b\\]](here.png)')).toContain(
      'alt="the loss L_1 of [3] [a b]"',
    );
    expect(dialectHtml('[\\[a b\\] $x$](https://b.org)')).toMatch(
      /<a href="https:\/\/b\.org">\[a b\] <span class="katex">/,
    );
  });
});

describe('alerts', () => {
  it('have a title, an icon and a role', () => {
    const html = dialectHtml('> [!note]\n> It is *so*.\n>\n> - one');
    expect(html).toMatch(
      /^<div class="gn-alert gn-alert-note" role="note" aria-label="Note">\n<p class="gn-alert-title"><svg [^>]*aria-hidden="true"[\s\S]*<\/svg>Note<\/p>\n<p>It is <em>so<\/em>\.<\/p>\n<ul>[\s\S]*<\/ul>\n<\/div>$/,
    );
  });

  it('of all kinds, in lists too, and with quotes in them', () => {
    for (const kind of ['NOTE', 'TIP', 'IMPORTANT', 'WARNING', 'CAUTION'])
      expect(dialectHtml(`> [!${kind}]\n> x`)).toContain(`gn-alert-${kind.toLowerCase()}`);
    expect(dialectHtml('- > [!TIP]\n  > x')).toContain('gn-alert-tip');
    expect(dialectHtml('> [!TIP]\n> a\n> > b\n>\n> c')).toMatch(
      /<blockquote>\s*<p>b<\/p>\s*<\/blockquote>\s*<p>c<\/p>\s*<\/div>$/,
    );
    expect(dialectHtml('> [!TIP]\n>\n> x')).toMatch(/Tip<\/p>\s*<p>x<\/p>\s*<\/div>$/);
  });

  it('are quotes like any other when they are written in another way', () => {
    for (const source of ['> [!OTHER]\n> x', '> [!NOTE] title\n> x', '> a\n> [!NOTE]', '[!NOTE]\nx'])
      expect(dialectHtml(source)).not.toContain('gn-alert');
  });
});

describe('definition lists and emoji', () => {
  it('are read', () => {
    expect(dialectHtml('词\n: 定义\n: 又一个')).toBe(
      '<dl>\n<dt>词</dt>\n<dd>定义</dd>\n<dd>又一个</dd>\n</dl>',
    );
  });

  it('shortcodes only where they are wanted, and never smileys', () => {
    expect(dialectHtml(':tada: :)')).toBe('<p>:tada: :)</p>');
    expect(dialectHtml(':tada: :) `:tada:` $a:b:c$', {}, { emoji: true })).toMatch(
      /^<p>🎉 :\) <code>:tada:<\/code>/,
    );
  });
});

describe('line breaks in the source', () => {
  it.each([
    ['中文\n中文', '中文中文'],
    ['逗号，\n后面', '逗号，后面'],
    ['他说：“好。”\n然后', '他说：“好。”然后'],
    ['**粗体**\n后面', '<strong>粗体</strong>后面'],
    ['日本語の\nひらがな', '日本語のひらがな'],
    ['カタカナー\n漢字', 'カタカナー漢字'],
    ['𠮷野家\n𠮷', '𠮷野家𠮷'],
    ['한국어는\n띄어쓰기', '한국어는\n띄어쓰기'],
    ['English\nwords', 'English\nwords'],
    ['中文\nEnglish', '中文\nEnglish'],
    ['“quoted”\nwords', '“quoted”\nwords'],
    ['中文  \n中文', '中文<br>\n中文'],
    ['*\n*', '*\n*'],
  ])('%j', (source, html) => expect(dialectHtml(`.${source}`)).toBe(`<p>.${html}</p>`));

  it('beside formulas and code stay', () => {
    expect(dialectHtml('中文`a`\n中文')).toContain('</code>\n中文');
    expect(dialectHtml('中文\n$x$')).toContain('中文\n<span');
  });
});

describe('emphasis', () => {
  it.each([
    ['**“引号”**后', '<strong>“引号”</strong>后'],
    ['前**（括号）**后', '前<strong>（括号）</strong>后'],
    ['これは**「強調」**です', 'これは<strong>「強調」</strong>です'],
    ['이것은**(강조)**입니다', '이것은<strong>(강조)</strong>입니다'],
    ['~~删除。~~后', '<del>删除。</del>后'],
  ])('%s', (source, html) => expect(dialectHtml(source)).toBe(`<p>${html}</p>`));
});

describe('HTML', () => {
  it('that changes how the rest is read is text', () => {
    for (const name of [
      'title',
      'textarea',
      'style',
      'xmp',
      'iframe',
      'noembed',
      'noframes',
      'script',
      'plaintext',
    ])
      expect(dialectHtml(`a <${name}> b\n\n<${name}>\nc`)).not.toContain(`<${name}`);
  });

  it('in the plain flavours passes the sanitiser, too', () => {
    for (const flavour of ['commonmark', 'gfm'] as const) {
      const source =
        '<SEG> <b onclick="x">b</b> <script>x</script>\n\n<script>\ny\n</script>\n\n<img src=here.png onerror=x>';
      const html = dialectHtml(source, {}, { flavour });
      expect(html).toContain('&lt;SEG&gt;');
      expect(html).toContain('<b>b</b>');
      expect(html).not.toMatch(/<script|onerror=|onclick=/);
      expect(dialectHtml('<b>x</b>', { allowHtml: false }, { flavour })).toContain('&lt;b&gt;x&lt;/b&gt;');
    }
  });
});

describe('plain flavours', () => {
  const source =
    '$x$ [[here]] :tada: ~~s~~ https://a.org\n\n> [!NOTE]\n> n\n\n- [ ] t\n\na\n: b\n\n| a |\n|---|\n| b |\n\n中\n文';
  it('know nothing of ours', () => {
    const gfm = dialectHtml(source, {}, { flavour: 'gfm', emoji: true });
    expect(gfm).toContain(
      '<p>$x$ [[here]] :tada: <del>s</del> <a href="https://a.org">https://a.org</a></p>',
    );
    expect(gfm).toContain('[!NOTE]');
    expect(gfm).toContain('<input');
    expect(gfm).toContain('<table>');
    expect(gfm).toContain('<p>a\n: b</p>');
    expect(gfm).toContain('中\n文');
    const commonmark = dialectHtml(source, {}, { flavour: 'commonmark' });
    expect(commonmark).toContain('<p>$x$ [[here]] :tada: ~~s~~ https://a.org</p>');
    expect(commonmark).not.toMatch(/<input|<table|<del/);
  });
});

describe('macros', () => {
  it('come from the setting and from the front matter, which goes first', () => {
    const { frontMatter } = splitFrontMatter(
      '---\nmacros:\n  \\RR: \\mathbb{R}\n  norm: ["\\\\|#1\\\\|", 1]\n---\n',
    );
    const macros = noteMacros(frontMatter, { '\\RR': 'no', '\\d': '\\mathrm{d}' });
    expect(macros).toEqual({ '\\RR': '\\mathbb{R}', '\\norm': '\\|#1\\|', '\\d': '\\mathrm{d}' });
    const html = dialectHtml('$\\RR \\norm{x} \\d$', { macros });
    expect(html).not.toContain('katex-error');
    expect(html).toContain('<mi mathvariant="double-struck">R</mi>');
    expect(dialectHtml('$\\RR$', { macros: { '\\RR': 'Q' } })).toContain('<mi>Q</mi>');
  });

  it('are the same object for the same content', () => {
    const again = () => noteMacros({ values: { macros: { RR: 'x' } } });
    expect(again()).toBe(again());
    expect(noteMacros(undefined)).toBe(noteMacros({ values: {} }));
  });

  it('of any other kind are left out', () => {
    expect(readMacros({ 'a b': 'x', '\\ok': { a: 1 }, good: 'x', '\\n': 5, '\\\\': 'x', ' ': 'y' })).toEqual({
      '\\good': 'x',
      '\\n': '5',
    });
    for (const value of [null, 'x', 5, ['a'], true]) expect(readMacros(value)).toEqual({});
  });

  it('that a formula makes end with it', () => {
    expect(
      dialectHtml('$\\gdef\\leak{x}\\newcommand{\\other}{y}\\leak\\other$ $\\leak$ $\\other$').match(
        /katex-error/g,
      ),
    ).toHaveLength(2);
  });

  it('that go round in circles end in an error at the formula', () => {
    const html = dialectHtml('$\\a$ $b$', {
      macros: { '\\a': '\\a\\a', '\\be': '\\begin{align}', '\\c': '\\be\\be' },
    });
    expect(html.match(/katex-error/g)).toHaveLength(1);
  });
});

describe('front matter', () => {
  const of = (text: string) => splitFrontMatter(text).frontMatter;
  it('of Pandoc and Zettlr, with authors as objects and three dots at its end', () => {
    expect(
      of(
        '---\ntitle: T\nsubtitle: S\nauthor:\n  - name: A\n    affiliation: U\n  - given: B\n    family: C\n  - D:\n      affiliation: V\nkeywords: [k, l]\ntags: [k]\nabstract: |\n  One\n  two.\n\n  Three.\n...\nx',
      ),
    ).toMatchObject({
      title: 'T',
      subtitle: 'S',
      authors: ['A', 'B C', 'D'],
      tags: ['k', 'l'],
      abstract: 'One\ntwo.\n\nThree.',
    });
  });

  it('of Hugo in TOML: dates, tables, arrays over lines', () => {
    expect(
      of(
        '+++\ntitle = "T"\ndate = 2024-01-02T03:04:05Z\ntags = [\n  "a",\n  "b",\n]\n[[authors]]\nname = "A"\n[macros]\n"\\\\RR" = \'\\mathbb{R}\'\n+++\nx',
      ),
    ).toMatchObject({
      title: 'T',
      date: '2024-01-02T03:04:05.000Z',
      tags: ['a', 'b'],
      authors: ['A'],
      values: { macros: { '\\RR': '\\mathbb{R}' } },
    });
    expect(of('+++\ntitle = "T"\nbroken = [1\n+++\n')).toMatchObject({ title: 'T' });
  });

  it('shows formulas in title and abstract, and nothing else of Markdown in the title', () => {
    const html = frontMatterHtml(
      of(
        '---\ntitle: A $k$-means *and* [x](y) <b>\nabstract: "It is *good*: $\\\\RR$ ![x](https://e.org/x.png)"\nmacros:\n  RR: R\n---\n',
      ) as FrontMatter,
      'header',
    );
    expect(html).toMatch(
      /<h1 class="gn-title">A <span class="katex">.*<\/span>-means \*and\* \[x\]\(y\) &lt;b&gt;<\/h1>/,
    );
    expect(html).toMatch(/<p>It is <em>good<\/em>: <span class="katex">/);
    expect(html).not.toMatch(/<img|katex-error/);
  });

  it('of Jekyll', () => {
    expect(of('---\nlayout: post\ntitle: "T: x"\nauthor: A, B\ntags: a\n---\n')).toMatchObject({
      title: 'T: x',
      authors: ['A', 'B'],
      tags: ['a'],
    });
  });
});
