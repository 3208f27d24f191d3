import { Parser } from 'htmlparser2';
import type { Token } from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { createMarkdown } from '../../../src/notes/markdown/markdown';
import { htmlOf } from './support';

/** Elements and attributes that may run or load something, as a browser would find them in the HTML. */
function dangers(html: string): string[] {
  const found: string[] = [];
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (
          /^(?:script|style|iframe|object|embed|form|input|meta|base|link|template|textarea|select|noscript|title|xmp|plaintext|foreignobject|video|audio|source)$/.test(
            name,
          )
        ) {
          found.push(name);
        }
        for (const [key, value] of Object.entries(attributes)) {
          if (/^on|^formaction$|^srcset$|^srcdoc$|^action$/.test(key)) found.push(`${name} ${key}`);
          if (
            /^(?:href|src|xlink:href)$/.test(key) &&
            /^\s*(?:javascript|vbscript|data:text|command):/i.test(value)
          ) {
            found.push(`${name} ${key}=${value}`);
          }
          if (key === 'style' && /url\(|expression|position|@import/i.test(value))
            found.push(`${name} style=${value}`);
        }
      },
    },
    { lowerCaseTags: true },
  );
  parser.end(html);
  return found;
}

const hostile = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=https://evil.example/x.js></SCRIPT>',
  'x <script>alert(1)</script> y',
  '<scr<script>ipt>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<img src="here.png" onload="alert(1)">',
  '<img src=x/onerror=alert(1)>',
  '<b onmouseover=alert(1)>x</b>',
  '<b/onmouseover=alert(1)>x</b>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" jav&#x09;ascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>alert(1)</script>">x</a>',
  '<a href="vbscript:x">x</a>',
  '<a href="command:workbench.action.quit">x</a>',
  '[x](javascript:alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x]: javascript:alert(1)\n\n[x]',
  '<javascript:alert(1)>',
  '![x](javascript:alert(1))',
  '![" onerror="alert(1)](x" onerror="alert(1).png)',
  '![x](here.png "\\" onload=\\"alert(1)")',
  '<svg onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<base href="https://evil.example">',
  '<link rel=stylesheet href=https://evil.example/x.css>',
  '<style>@import url(https://evil.example)</style>',
  '<iframe src="data:text/html,<script>alert(1)</script>"></iframe>',
  '<object data="javascript:alert(1)"></object>',
  '<form action=https://evil.example><input name=x></form>',
  '<p style="background:url(https://evil.example)">x</p>',
  '<p style="position:fixed;top:0">x</p>',
  '<div style="color:red;background-image:url(javascript:alert(1))">x</div>',
  '</script><script>alert(1)</script>',
  '</div></main><script>alert(1)</script>',
  '<!--><script>alert(1)</script>-->',
  '<!-- --!><script>alert(1)</script> -->',
  '<?xml ?><script>alert(1)</script>',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<textarea></textarea><img src=x onerror=alert(1)></textarea>',
  '<title><img src=x onerror=alert(1)></title>',
  '<table><script>alert(1)</script></table>',
  '<details open ontoggle=alert(1)>x</details>',
  '<video><source onerror=alert(1)></video>',
  '<picture><source srcset="https://evil.example/x.png"><img src=here.png></picture>',
  '```"><script>alert(1)</script>\nx\n```',
  '# <script>alert(1)</script>',
  '| a |\n|---|\n| <script>alert(1)</script> |',
  '---\ntitle: <script>alert(1)</script>\n---\n',
  '$\\text{<script>alert(1)</script>}$',
  '$</script><script>alert(1)</script>$',
  '$$\n\\frac{<img src=x onerror=alert(1)>\n$$',
];

describe('hostile notes', () => {
  it.each(hostile)('never run anything: %s', (text) => {
    for (const allowHtml of [true, false])
      expect(dangers(htmlOf(text, { allowHtml, interactive: true }))).toEqual([]);
  });

  it('the check itself finds dangers', () => {
    for (const html of [
      '<script>',
      '<img onerror=x>',
      '<a href="javascript:x">',
      '<p style="position:fixed">',
    ]) {
      expect(dangers(html)).toHaveLength(1);
    }
  });
});

describe("a note's own HTML", () => {
  it('keeps pairs that are allowed', () => {
    expect(htmlOf('<b>x *y*</b> <sub>1</sub> H<sup>2</sup><br>a')).toBe(
      '<p><b>x <em>y</em></b> <sub>1</sub> H<sup>2</sup><br />a</p>',
    );
    expect(
      htmlOf('<p align="center" onclick="x">a <span style="color: red; position: fixed">b</span></p>'),
    ).toBe('<p align="center">a <span style="color:red">b</span></p>');
  });

  it('shows tags without a partner, crossed ones and forbidden ones as text', () => {
    expect(htmlOf('the token <s> begins, </s> ends'.replace('</s>', '&lt;/s>'))).toBe(
      '<p>the token &lt;s&gt; begins, &lt;/s&gt; ends</p>',
    );
    expect(htmlOf('end with </s>')).toBe('<p>end with &lt;/s&gt;</p>');
    expect(htmlOf('**a <b>b** c</b>')).toBe('<p><strong>a &lt;b&gt;b</strong> c&lt;/b&gt;</p>');
    expect(htmlOf('a <video>x</video>')).toBe('<p>a &lt;video&gt;x&lt;/video&gt;</p>');
  });

  it('closes what HTML lets stand open', () => {
    expect(htmlOf('<table><tr><td>a<td>b</table>')).toBe('<table><tr><td>a<td>b</td></td></tr></table>');
    expect(htmlOf('<p align="center">\na\n\nb')).toBe('<p align="center">\na\n</p><p>b</p>');
  });

  it('drops comments', () => {
    expect(htmlOf('a <!-- b --> c')).toBe('<p>a  c</p>');
    expect(htmlOf('<!-- a\n\nb -->\n\nc')).toContain('<p>c</p>');
    expect(htmlOf('<!-- a\n\nb -->\n\nc')).not.toContain('b');
  });

  it('is text where it is not allowed, and Markdown in it still works', () => {
    expect(htmlOf('<div>\n*a* <b>b</b>\n</div>', { allowHtml: false })).toBe(
      '<p>&lt;div&gt;\n<em>a</em> &lt;b&gt;b&lt;/b&gt;\n&lt;/div&gt;</p>',
    );
  });
});

describe('large and odd notes end soon', () => {
  const size = 2_000_000;
  it.each([
    ['a line of 2 MB', 'x'.repeat(size)],
    ['2 MB of words', 'word '.repeat(size / 5)],
    ['2 MB of CJK', '对齐'.repeat(size / 6)],
    ['open tags', '<b>'.repeat(size / 30)],
    ['crossing tags', '<b><i></b></i>'.repeat(size / 140)],
    ['half tags', '<a '.repeat(size / 30)],
    ['comments without end', 'x <!--'.repeat(size / 60)],
    ['comments without end in a block', `<div>\n${'<!-- '.repeat(size / 50)}`],
    ['dollars', '$a '.repeat(size / 30)],
    ['double dollars', '$$a '.repeat(size / 40)],
    ['stars', '*a _b '.repeat(size / 60)],
    ['brackets', '['.repeat(size / 100)],
    ['images', '!['.repeat(size / 100)],
    ['quotes in quotes', `${'> '.repeat(5000)}x`],
    ['deep lists', Array.from({ length: 400 }, (_, i) => `${'  '.repeat(i)}- x`).join('\n')],
    ['deep HTML', `<div>`.repeat(5000) + 'x' + '</div>'.repeat(5000)],
    ['backticks', Array.from({ length: 1500 }, (_, i) => '`'.repeat(i % 300)).join(' ')],
    ['NUL and lone surrogates', 'a\0b\uD800c\uFEFF\u2028<SEG>'],
  ])('%s', (_, text) => {
    const started = performance.now();
    expect(typeof htmlOf(text)).toBe('string');
    expect(performance.now() - started).toBeLessThan(8000);
  });
});

describe('HTML outside the ordinary tokens', () => {
  it('is sanitised in inline footnotes', () => {
    const text = 'x^[<img src=x onerror=fired()> <b onclick=fired()>y</b> <script>fired()</script>]';
    for (const allowHtml of [true, false]) {
      const html = htmlOf(text, { allowHtml });
      expect(html).toContain('y');
      expect(dangers(html)).toEqual([]);
    }
  });

  it('is text when the sanitiser has not seen it', () => {
    const md = createMarkdown();
    const [open, inline, close] = md.parse('<b>x</b>', { allowHtml: true, figures: [], firstLine: 0 });
    const tokens = [open, { ...inline, children: inline?.children?.map((child) => ({ ...child })) }, close];
    expect(md.renderer.render(tokens as Token[], md.options, {})).toContain('&lt;b&gt;x&lt;/b&gt;');
  });
});
