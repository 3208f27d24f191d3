/** Our rules in the parsers of VS Code's own preview: markdown-it 12, which VS Code 1.100 has, and the newest. */
import { createRequire } from 'node:module';
import MarkdownItNewest, { type MarkdownIt } from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { showUnknownTags } from '../../../../src/notes/builtin/markdownIt';

const require = createRequire(import.meta.url);
const MarkdownIt12 = require('markdown-it-12') as typeof MarkdownItNewest;
/** The plugin of the built-in markdown-math extension, set as it is there. */
const math = (require('markdown-it-katex') as { default: (md: MarkdownIt, options: object) => void }).default;

const engines: [string, () => MarkdownIt][] = [
  ['12', () => create(MarkdownIt12)],
  ['15', () => create(MarkdownItNewest)],
];

/** A parser as the built-in preview sets it up; built-in plugins come before those of installed extensions. */
function create(Parser: typeof MarkdownItNewest): MarkdownIt {
  const md = Parser({ html: true, linkify: true });
  md.linkify.set({ fuzzyLink: false });
  math(md, { enableFencedBlocks: true, globalGroup: true });
  showUnknownTags(md);
  return md;
}

describe.each(engines)("unknown tags in the built-in preview's markdown-it %s", (_version, engine) => {
  const render = (text: string) => engine().render(text).trim();

  it('are text, in a line and alone on one', () => {
    expect(render('One more word, <SEG>, in *<IMAGE>*.')).toBe(
      '<p>One more word, &lt;SEG&gt;, in <em>&lt;IMAGE&gt;</em>.</p>',
    );
    expect(render('<SEG>\n*text*\n</SEG>')).toBe('<p>&lt;SEG&gt;\n<em>text</em>\n&lt;/SEG&gt;</p>');
    expect(render('- <image x="1">\n- <region_name><coordinates><SPE>')).toBe(
      '<ul>\n<li>&lt;image x=&quot;1&quot;&gt;</li>\n<li>&lt;region_name&gt;&lt;coordinates&gt;&lt;SPE&gt;</li>\n</ul>',
    );
  });

  it('leave HTML elements, comments, autolinks and code alone', () => {
    for (const text of [
      'A <b>bold</b> <kbd>K</kbd><br> word <!-- <SEG> --> and <https://example.org>',
      '<div align="center">\n<img src="a.png" alt="b">\n</div>',
      '<!-- a comment with <SEG> -->',
      '`<SEG>` and ``<IMAGE>``',
      '```text\nUSER: <IMAGE>\n```',
      '    <SEG>',
    ]) {
      const plain = (engine === engines[0]?.[1] ? MarkdownIt12 : MarkdownItNewest)({
        html: true,
        linkify: true,
      });
      expect(render(text)).toBe(plain.render(text).trim());
    }
  });

  it('are text inside blocks of HTML, too', () => {
    expect(render('<details>\n<summary>The <SEG> token</summary>\n<region_name>\n</details>')).toBe(
      '<details>\n<summary>The &lt;SEG> token</summary>\n&lt;region_name>\n</details>',
    );
  });

  it('are meant inside SVG and MathML, and left alone in scripts and styles', () => {
    for (const text of [
      '<svg width="9"><mask id="m"><path d="M0 0"/></mask></svg>',
      'In a line <svg><g><path d="M0 0"/></g></svg> it is.',
      '<svg>\n\n<path d="M0 0"/>\n\n</svg>',
      '<style>\na > b::before { content: "<SEG>" }\n</style>',
    ]) {
      const html = render(text);
      expect(html).not.toContain('&lt;');
      expect(html).toContain(text.startsWith('<style') ? '"<SEG>"' : '<path');
    }
    expect(render('<svg/> <SEG>')).toContain('&lt;SEG&gt;');
    expect(render('<svg>\n\nThe <SEG> after\n\n<SEG>')).toContain('<p>&lt;SEG&gt;</p>');
  });

  it('cost no more in a long paragraph than in a short one', () => {
    const md = engine();
    const text = 'a <SEG> <b>x</b> ';
    const time = (source: string) => {
      const start = performance.now();
      md.render(source);
      return performance.now() - start;
    };
    time(text.repeat(300));
    const [short, long] = [time(text.repeat(300)), time(text.repeat(9000))];
    expect(long).toBeLessThan(30 * 20 * Math.max(short, 1));
  });

  it('leave maths to the plugin that is there', () => {
    const html = render('A <SEG> of $a <b> c$ and\n\n$$\n<SEG>\n$$\n');
    expect(html.match(/class="katex"/g)).toHaveLength(2);
    expect(html).toContain('application/x-tex">a &lt;b&gt; c<');
    expect(html).toContain('A &lt;SEG&gt; of');
  });
});
