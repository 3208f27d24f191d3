import { describe, expect, it } from 'vitest';
import { fenceLanguages } from '../../../src/notes/markdown/codeFences';
import { parseCodeInfo } from '../../../src/notes/markdown/codeInfo';
import { CodeHighlighter, maxCodeLength } from '../../../src/notes/markdown/highlight';
import { createMarkdown, type NoteEnv } from '../../../src/notes/markdown/markdown';
import { htmlOf, textOf } from './support';

describe('the info string of a fence', () => {
  it.each([
    ['', '', '', []],
    ['python', 'python', '', []],
    ['python {.numberLines}', 'python', '', []],
    ['{.python .numberLines startFrom="5"}', 'python', '', []],
    ['{python, echo=FALSE}', 'python', '', []],
    ['{r}', 'r', '', []],
    ['ts{1,3-5}', 'ts', '', [1, 3, 4, 5]],
    ['ts {2} title="a b.ts"', 'ts', 'a b.ts', [2]],
    ["js title='x' { 4 - 5 }", 'js', 'x', [4, 5]],
    ['js filename=a.js', 'js', 'a.js', []],
    ['{.py title="train.py"}', 'py', 'train.py', []],
    ['title="only a title"', '', 'only a title', []],
    ['python:src/a.py', 'python', 'src/a.py', []],
    ['c++', 'c++', '', []],
    ['text {9-3}', 'text', '', []],
  ])('%s', (info, language, title, marked) => {
    const parsed = parseCodeInfo(info);
    expect([parsed.language, parsed.title, [...parsed.marked]]).toEqual([language, title, marked]);
  });

  it('ends soon for a hostile range', () => {
    expect(parseCodeInfo('js {1-999999999999}').marked.size).toBe(10_000);
    const started = performance.now();
    parseCodeInfo(`js ${'{1,'.repeat(20_000)} title=${'"'.repeat(20_001)}`);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('coloured code', () => {
  const prepared = async (theme: Parameters<CodeHighlighter['setTheme']>[0], ...languages: string[]) => {
    const highlighter = new CodeHighlighter();
    highlighter.setTheme(theme);
    await highlighter.prepare(languages);
    return highlighter;
  };

  it('colours by the bundled theme of a kind, in each theme otherwise, and keeps the text', async () => {
    const code = 'def f(x: int) -> str:\n    """<b>&amp;"""\n    return "a" # <script>\n';
    const seen = new Set<string>();
    for (const kind of ['light', 'dark', 'hcLight', 'hcDark'] as const) {
      const html = (await prepared(kind, 'python')).highlight(code, 'python') ?? '';
      expect(textOf(html)).toBe(code.replace('&amp;', '&amp;'));
      expect(html).toMatch(/<span style="color:#[0-9a-f]{6}">def /i);
      expect(html).not.toMatch(/<script|<b>/);
      for (const line of html.split('\n'))
        expect(line.match(/<span/g)?.length).toBe(line.match(/<\/span>/g)?.length);
      seen.add(html);
    }
    expect(seen.size).toBe(4);
  });

  it('knows aliases and leaves unknown languages out', async () => {
    const names = ['py', 'ts', 'sh', 'c++', 'C#', 'F#', 'rs', 'yml', 'tex', 'JSON', 'dockerfile'];
    const highlighter = await prepared(
      'dark',
      ...names,
      'klingon',
      '../../etc/passwd',
      'index',
      '',
      'py/../ts',
    );
    // The first use of a grammar makes it ready, which on a busy machine takes longer than colouring may.
    const patient = (name: string) => {
      for (let tries = 0; tries < 20; tries++) {
        const html = highlighter.highlight('x = "1"', name);
        if (html !== undefined) return html;
      }
      return undefined;
    };
    for (const name of names) expect(patient(name), name).toContain('x');
    for (const name of ['klingon', '../../etc/passwd', 'index', '', 'py/../ts', 'go'])
      expect(highlighter.highlight('x', name), name).toBeUndefined();
  });

  it('tells when the code of a language would look different', async () => {
    const highlighter = new CodeHighlighter();
    const first = highlighter.stateOf('json');
    await highlighter.prepare(['json', 'nothing']);
    const second = highlighter.stateOf('json');
    await highlighter.prepare(['json', 'python']);
    expect(second).not.toBe(first);
    expect(highlighter.stateOf('JSON')).toBe(second);
    const before = highlighter.highlight('{"a": 1}', 'json');
    highlighter.setTheme('dark');
    await highlighter.prepare([]);
    expect(highlighter.stateOf('json')).not.toBe(second);
    expect(highlighter.highlight('{"a": 1}', 'json')).not.toBe(before);
    highlighter.setTheme('light');
    await highlighter.prepare([]);
    expect(highlighter.stateOf('json')).toBe(second);
  });

  it('takes a theme of VS Code, and only colours from it', async () => {
    const highlighter = await prepared(
      {
        name: 'Mine',
        kind: 'dark',
        colors: { 'editor.foreground': '#abcdef', 'editor.background': '#000000' },
        tokenColors: [
          { scope: 'constant.numeric', settings: { foreground: '#123456', fontStyle: 'bold underline' } },
          { scope: ['string', 'x'], settings: { foreground: 'red;background:url(https://evil.example)' } },
        ],
      },
      'json',
    );
    expect(highlighter.highlight('[1, "s"]', 'json')).toBe(
      '[<span style="color:#123456;font-weight:bold;text-decoration:underline">1</span>, "s"]',
    );
  });

  it('leaves code alone that is too long', async () => {
    const highlighter = await prepared('light', 'json');
    expect(highlighter.highlight(`"${'x'.repeat(maxCodeLength)}"`, 'json')).toBeUndefined();
    const long = highlighter.highlight(`[1,\n"${'x'.repeat(6000)}",\n2]`, 'json') ?? '';
    expect(long.split('\n').map((line) => line.includes('<span'))).toEqual([true, false, true]);
  });
});

describe('fences', () => {
  const rendered = (text: string, env: Partial<NoteEnv> = {}) => {
    const figure = { interactive: false, note: '' };
    return createMarkdown().render(text, {
      allowHtml: true,
      resolveImage: () => ({ uri: '', exists: false }),
      figure,
      figures: [],
      firstLine: 0,
      ...env,
    } as NoteEnv);
  };
  const highlight = (code: string, language: string) => `[${language}]${code}`;

  it('are what they were where nothing colours them', () => {
    expect(htmlOf('```\na < b\n```')).toBe('<pre><code>a &lt; b\n</code></pre>');
    expect(htmlOf('    a < b')).toBe('<pre><code>a &lt; b\n</code></pre>');
    expect(rendered('x\n\n```py\na\n```')).toContain(
      '<pre><code class="language-py" data-language="py" data-line="3">a\n</code></pre>',
    );
  });

  it('are coloured, captioned and marked', () => {
    const html = rendered('```{.python title="a <b>.py"} {2}\n1\n2\n3\n```', { highlight });
    expect(html).toBe(
      '<div class="gn-code"><div class="gn-code-title">a &lt;b&gt;.py</div>' +
        '<pre><code class="language-python" data-language="python" data-line="1">[python]1\n<span class="gn-marked">2</span>\n3\n</code></pre></div>\n',
    );
  });

  it('can be copied and reached by keyboard in the preview', () => {
    const html = rendered('```\nx\n```', { figure: { interactive: true, note: '' } });
    expect(html).toMatch(
      /^<div class="gn-code"><pre tabindex="0">.*<button type="button" class="gn-copy" aria-label="Copy code"/s,
    );
  });

  it('hold the source of a diagram, and a place for its picture in the preview', () => {
    expect(rendered('```mermaid title="Flow"\na-->b\n```')).toBe(
      '<div class="gn-diagram" data-diagram="mermaid" data-title="Flow" data-line="0"><div class="gn-code-title">Flow</div>' +
        '<pre><code class="language-mermaid" data-language="mermaid">a--&gt;b\n</code></pre></div>\n',
    );
    const html = rendered('```vegalite\n{}\n```', { figure: { interactive: true, note: '' }, highlight });
    expect(html).toContain('data-diagram="vega-lite"');
    expect(html).toContain('<div class="gn-drawn" data-by-page></div>');
    expect(html).toContain('>[json]{}\n</code>');
  });

  it('leave formulas to KaTeX', () => {
    expect(rendered('```math\nx^2\n```')).toContain('class="katex');
  });

  it('escape whatever the info string holds', () => {
    for (const info of [
      '"><script>x</script>',
      '" onclick="x',
      "title='\"><img src=x>'",
      'mermaid title="\\"><b>"',
    ])
      expect(rendered(`\`\`\`${info}\nx\n\`\`\``)).not.toMatch(/<script|<img|<b>|" onclick/);
  });

  it('name the grammars that they need', () => {
    expect([...fenceLanguages(['py', 'vega {1}', 'c++ title="x"', ''])]).toEqual(['py', 'json', 'c++']);
  });
});
