import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseNote } from '../../../../src/notes/index/parseNote';

const papers = (text: string) =>
  parseNote(text).papers.map(({ reference, title, line, endLine }) => [reference.key, title, line, endLine]);

describe('what the index knows about a note', () => {
  it('reads headings with their lines and ids, and skips front matter, code and comments', () => {
    const facts = parseNote(
      [
        '---',
        'title: A note',
        'aliases: [other name]',
        '---',
        '# One `code` [link](a.md)',
        '```md',
        '# not a heading',
        '[x](y.md)',
        '```',
        'Two lines',
        'of a heading',
        '===',
        '<!-- # no',
        '[no](no.md)',
        '--> [yes](yes.md)',
        '',
        '    # indented code',
        '',
        '- item',
        '',
        '    [in a list](list.md)',
        '~~~',
        '## no',
        '```',
        '~~~',
        '## Three ##',
        '## Three',
        '> # quoted',
      ].join('\n'),
    );
    expect(facts.title).toBe('A note');
    expect(facts.aliases).toEqual(['other name']);
    expect(facts.headings).toEqual([
      { level: 1, text: 'One code link', line: 4, slug: 'one-code-link' },
      { level: 1, text: 'Two lines of a heading', line: 9, slug: 'two-lines-of-a-heading' },
      { level: 2, text: 'Three', line: 25, slug: 'three' },
      { level: 2, text: 'Three', line: 26, slug: 'three-1' },
    ]);
    expect(facts.links.map(({ target, line }) => [target, line])).toEqual([
      ['a.md', 4],
      ['yes.md', 14],
      ['list.md', 20],
    ]);
  });

  it('takes a few bold words over a text for a heading, and not a bold sentence', () => {
    const facts = parseNote(
      '**要点：**\n\n- a\n\n**论文提出了一种新的方法，效果很好**\n\ntext\n\n**One.**\n\n**Two**\n\n**Three**\n\nx\n\n**![f](f.png)**\n\ny\n',
    );
    expect(facts.headings.map(({ level, text }) => [level, text])).toEqual([
      [7, '要点'],
      [7, 'Three'],
    ]);
  });

  it('finds links, wiki links, reference links and pictures in all their forms', () => {
    const facts = parseNote(
      [
        'A [b](c%20d.md#e "t") [f](<g h.md>) `[no](no.md)` [[Note#Part|shown]] [[Plain]] ![[embed.png]] [[#here]]',
        '![alt](x(1).png) [![in](inner.png)](target.md) <img alt="w" src="html.png" width=3> <a href="page.md">p</a>',
        '[words][ref] and [ref] ![pic][p] [http](https://example.org/a.md) [self](#x) [mail](mailto:a@b.c)',
        '[ref]: defined.md',
        '[p]: <defined picture.png>',
        '[^1]: a footnote',
      ].join('\n'),
    );
    expect(facts.links.map(({ kind, target, fragment, line }) => [kind, target, fragment, line])).toEqual([
      ['wiki', 'Note', 'Part', 0],
      ['wiki', 'Plain', '', 0],
      ['wiki', '', 'here', 0],
      ['link', 'c d.md', 'e', 0],
      ['link', 'g h.md', '', 0],
      ['link', 'target.md', '', 1],
      ['link', 'page.md', '', 1],
      ['link', 'defined.md', '', 2],
      ['link', 'defined.md', '', 2],
    ]);
    expect(facts.figures.map(({ source, alt, line }) => [source, alt, line])).toEqual([
      ['embed.png', '', 0],
      ['x(1).png', 'alt', 1],
      ['inner.png', 'in', 1],
      ['html.png', 'w', 1],
      ['defined picture.png', 'p', 2],
    ]);
  });

  it('finds display equations with label and tag', () => {
    const facts = parseNote(
      [
        '$$',
        '',
        '\\label{eq:a}',
        'a = b',
        '$$',
        'text $$ c = d \\tag{3} $$ more',
        '\\[ e = f \\]',
        '\\begin{align}',
        'g &= h \\\\ \\label{eq:g}',
        'i &= j',
        '\\end{align}',
        '```math',
        'k = l',
        '```',
        '> $$',
        '> m = n',
        '> $$',
        '- $$ o = p $$',
        '$$',
        'never closed',
      ].join('\n'),
    );
    expect(facts.equations).toEqual([
      { tex: 'a = b', label: 'eq:a', number: '1', line: 0 },
      { tex: 'c = d', label: '', number: '3', line: 5 },
      { tex: 'e = f', label: '', number: '', line: 6 },
      { tex: 'g &= h', label: 'eq:g', number: '2–3', line: 7 },
      { tex: 'k = l', label: '', number: '', line: 11 },
      { tex: 'm = n', label: '', number: '', line: 14 },
      { tex: 'o = p', label: '', number: '', line: 17 },
    ]);
  });
});

describe('papers of a note', () => {
  it('are sections that name one in the heading or in their first lines', () => {
    const text = [
      '# Reading list',
      '| [A](https://arxiv.org/abs/2101.00001) | [B](https://arxiv.org/abs/2101.00002) |',
      '## LISA ([paper](https://arxiv.org/pdf/2308.00692v3.pdf))',
      'Words.',
      '### Decoder',
      'It builds on the work that [SAM](https://arxiv.org/abs/2304.02643) began, with the same kind of decoder and weights.',
      '## Old one',
      '',
      'See arXiv:cs/0112017 for more.',
      '## Compared',
      '[A](https://arxiv.org/abs/2101.00001) and [B](https://arxiv.org/abs/2101.00002)',
      '## Two names',
      '[arXiv](https://arxiv.org/abs/1706.03762) · [DOI](https://doi.org/10.5555/3295222.3295349)',
      '## No paper',
      ...Array.from({ length: 6 }, (_, i) => `Line ${i}.`),
      'https://arxiv.org/abs/2101.00003',
    ].join('\n');
    expect(papers(text)).toEqual([
      ['arxiv:2308.00692', 'LISA', 2, 6],
      ['arxiv:cs/0112017', 'Old one', 6, 9],
      ['arxiv:1706.03762', 'Two names', 11, 13],
    ]);
    expect(parseNote(text).papers[2]?.also.map(({ key }) => key)).toEqual(['doi:10.5555/3295222.3295349']);
    expect(parseNote(text).mentions).toHaveLength(10);
  });

  it('are whole notes whose front matter names one', () => {
    const front = (lines: string) => papers(`---\ntitle: T\n${lines}\n---\n# H\n`).map(([key]) => key);
    expect(front('arxiv: 2310.07700 # an id that is no number')).toEqual(['arxiv:2310.07700']);
    expect(front('doi: "10.1145/3292500.3330701"')).toEqual(['doi:10.1145/3292500.3330701']);
    expect(front('url: https://openreview.net/forum?id=AbC')).toEqual(['openreview:AbC']);
    expect(front('paper: https://aclanthology.org/2020.acl-main.1/')).toEqual(['acl:2020.acl-main.1']);
    expect(front('url: /posts/mine/')).toEqual([]);
    expect(papers('+++\ntitle = "T"\narxiv = "2310.07700"\n+++\nx')).toEqual([
      ['arxiv:2310.07700', 'T', 0, 5],
    ]);
  });

  it("are the three systems of the user's note, with sections, figures and equations", () => {
    const file = ['../shared/papers/multimodal-notes.md', 'shared/papers/multimodal-notes.md'].find(
      existsSync,
    );
    if (!file) return;
    const facts = parseNote(readFileSync(file, 'utf8'));
    const inside = <T extends { line: number }>(part: { line: number; endLine: number }, list: T[]) =>
      list.filter(({ line }) => line > part.line && line < part.endLine);
    expect(
      facts.papers.map((part) => ({
        key: part.reference.key,
        title: part.title,
        sections: inside(part, facts.headings).map(({ text }) => text),
        figures: inside(part, facts.figures).map(({ source }) => source),
        equations: inside(part, facts.equations).length,
      })),
    ).toEqual([
      {
        key: 'arxiv:2312.03700',
        title: 'OneLLM: One Framework to Align All Modalities with Language',
        sections: ['多模态的对齐', '改进点', '缺点', '其他'],
        figures: ['OneLLM.png'],
        equations: 0,
      },
      {
        key: 'arxiv:2310.07704',
        title: 'Ferret: Refer and Ground Anything Anywhere at Any Granularity',
        sections: ['主要贡献', '模型结构', '数据构造', '模型评估', '消融实验'],
        figures: ['Ferret.png', 'Ferret_data.png', 'Ferret_res.png'],
        equations: 0,
      },
      {
        key: 'arxiv:2308.00692',
        title: 'LISA: Reasoning Segmentation via Large Language Model',
        sections: ['主要贡献', '推理分割任务', 'ReasonSeg', 'LISA', '消融实验结论'],
        figures: ['lisa_1.png', 'lisa_2.png', 'lisa_3.png'],
        equations: 3,
      },
    ]);
  });
});

describe('reading is quick', () => {
  it('for a note of 20,000 lines, and for lines made to be slow', () => {
    const block = `## Part\n\nSome words with [a link](b.md), $x$ and ![p](p.png).\n\n$$\na = b \\label{x}\n$$\n\n- item \`code\`\n\n`;
    const long = block.repeat(2000);
    const slow = ['[', '[[', '![', '(', '`', '<img ', '[a](', '<!--', '**a', 'https://a'].map((part) =>
      part.repeat(Math.ceil(30_000 / part.length)),
    );
    parseNote(long);
    const start = performance.now();
    parseNote(long);
    const took = performance.now() - start;
    expect(took).toBeLessThan(2000);
    for (const line of slow) {
      const before = performance.now();
      parseNote(`${line}\n`.repeat(3));
      expect(performance.now() - before, line.slice(0, 10)).toBeLessThan(2000);
    }
  });
});
