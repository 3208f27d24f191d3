import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMarkdown, type NoteEnv } from '../../../../src/notes/markdown/markdown';
import {
  bibliographyFiles,
  citationTexts,
  noteCitations,
  readBibliographies,
} from '../../../../src/notes/papers/bibliography';
import { authorNames, entryDetails, parseBibtex, plainTex } from '../../../../src/notes/papers/bibtex';

const bib = String.raw`
% a remark with @article{not, this}? It has a key and is read; harmless.
@string{cvpr = "Proc. of " # {CVPR}}
@comment{ignored}
@InProceedings{lai2024lisa,
  title     = {{LISA}: Reasoning {Segmentation} via Large Language Model},
  author    = {Lai, Xin and Tian, Zhuotao and Jia, Jiaya},
  booktitle = cvpr,
  year      = 2024,
  eprint    = {2308.00692},
  archivePrefix = {arXiv},
}
@article(erdos, author = "P. Erd{\H o}s and Sch\"{o}nberg, {\'E}mile", title = "On $x_{1}$ \& more", date = {1959-03}, doi = {10.1000/ABC.1})
@misc{broken, title = {never closed
@book{you:2023/a, author = {The Group}, title = "Quotes {"}inside{"}" # { and more}, month = jan, year = {2023}, url = {https://openreview.net/forum?id=x}}
@misc{hostile, title={T}, url={javascript:alert(1)}}
`;

describe('a bibliography', () => {
  it('is read, with macros, braces, accents and entries that are broken', () => {
    const entries = parseBibtex(bib);
    expect(entries.map(({ key, type }) => [key, type])).toEqual([
      ['not', 'article'],
      ['lai2024lisa', 'inproceedings'],
      ['erdos', 'article'],
      ['broken', 'misc'],
      ['you:2023/a', 'book'],
      ['hostile', 'misc'],
    ]);
    const [, lisa, erdos, , group, hostile] = entries.map((entry) => entryDetails(entry, 'refs.bib'));
    expect(lisa).toEqual({
      title: 'LISA: Reasoning Segmentation via Large Language Model',
      authors: ['Xin Lai', 'Zhuotao Tian', 'Jiaya Jia'],
      year: 2024,
      venue: 'Proc. of CVPR',
      abstract: '',
      url: 'https://arxiv.org/abs/2308.00692',
      arxiv: '2308.00692',
      doi: '',
      source: 'refs.bib',
    });
    expect(erdos).toMatchObject({
      authors: ['P. Erdős', 'Émile Schönberg'],
      title: 'On $x_{1}$ & more',
      year: 1959,
      url: 'https://doi.org/10.1000/ABC.1',
    });
    expect(group).toMatchObject({
      title: 'Quotes "inside" and more',
      url: 'https://openreview.net/forum?id=x',
    });
    expect(hostile?.url).toBe('');
    expect(entries[1]?.line).toBe(4);
  });

  it('reads names and TeX as people write them', () => {
    expect(authorNames('van der Maaten, Laurens and King, Jr., Martin and others')).toEqual([
      'Laurens van der Maaten',
      'Martin King Jr.',
    ]);
    expect(
      plainTex(String.raw`M{\"u}ller, Ga\v{s}i\'c, \AA ngstr\"om, na\"{\i}ve, \ss{} 1--2 \emph{x} a~b`),
    ).toBe('Müller, Gašić, Ångström, naïve, ß 1–2 x a b');
  });

  it('is quick with what is made to be slow', () => {
    for (const part of ['@a{', '@a{b,c={', '{', '@a{b,c="', '@', '@string{a=', '\\"']) {
      const start = performance.now();
      parseBibtex(part.repeat(20_000));
      expect(performance.now() - start, part).toBeLessThan(3000);
    }
  });
});

describe('citations of a note', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-bib-'));
  const file = path.join(folder, 'my refs.bib');
  writeFileSync(file, bib);
  const sources = readBibliographies(
    bibliographyFiles({ bibliography: 'my refs.bib' }, folder, { setting: [], root: folder, outside: true }),
  );
  const md = createMarkdown();
  const env = (): NoteEnv => ({
    allowHtml: true,
    resolveImage: () => ({ uri: '', exists: false }),
    figure: { interactive: false, note: '' },
    figures: [],
    firstLine: 0,
    citations: citationTexts(sources, path.join(folder, 'notes')),
  });
  const render = (text: string, own: NoteEnv = env()) =>
    md
      .render(text, own)
      .replace(/ data-line="\d+"/g, '')
      .trim();
  const text = (html: string) => html.replace(/<[^>]*>/g, '');

  it('are links with the author and the year', () => {
    expect(render('[@lai2024lisa]')).toBe(
      '<p><cite class="gn-cite">(<a href="https://arxiv.org/abs/2308.00692" data-cite="lai2024lisa">Lai et al., 2024</a>)</cite></p>',
    );
    expect(text(render('See [see @lai2024lisa, p. 3; -@erdos; @you:2023/a].'))).toBe(
      'See (see Lai et al., 2024, p. 3; 1959; Group, 2023).',
    );
    expect(text(render('As @erdos, @{lai2024lisa}, and 见@lai2024lisa。'))).toBe(
      'As Erdős &amp; Schönberg (1959), Lai et al. (2024), and 见Lai et al. (2024)。',
    );
    expect(render('[@hostile]')).toContain('href="../my%20refs.bib"');
  });

  it('stay text where they are none', () => {
    for (const source of [
      'me@lai2024lisa.org',
      '`[@erdos]`',
      '\\@erdos',
      '@nobody',
      '[a](@erdos)',
      '$[@erdos]$',
    ])
      expect(render(source), source).not.toContain('gn-cite');
    expect(render('[@nobody, <b>]')).toContain(
      '<span class="gn-cite-missing" title="This key is not in the bibliography.">@nobody</span>',
    );
    const without = { ...env(), citations: undefined };
    expect(render('[@erdos] @erdos', without)).toBe('<p>[@erdos] @erdos</p>');
    expect(text(render('[text @erdos](x.md)'))).toBe('text @erdos');
  });

  it('come from files on this machine only, the note’s own first', () => {
    const files = (outside: boolean) =>
      bibliographyFiles({ bibliography: ['a.bib', 'https://x/b.bib', '../../c.bib'] }, '/w/notes', {
        ...{ setting: ['refs/d.bib', '/far/e.bib'], root: '/w', outside },
      });
    expect(files(true)).toEqual(['/w/notes/a.bib', '/c.bib', '/w/refs/d.bib', '/far/e.bib']);
    expect(files(false)).toEqual(['/w/notes/a.bib', '/w/refs/d.bib']);
    const own = { setting: [], root: folder, outside: true };
    expect(noteCitations({}, folder, own)).toBeUndefined();
    const texts = noteCitations({ bibliography: 'my refs.bib' }, folder, own);
    expect(texts?.['lai2024lisa']?.authors).toBe('Lai et al.');
    expect(noteCitations({ bibliography: 'my refs.bib' }, folder, own)).toBe(texts);
    expect(readBibliographies([path.join(folder, 'missing.bib'), folder]).size).toBe(0);
    writeFileSync(file, '@a{new, title={N}}');
    expect([...readBibliographies([file]).keys()]).toEqual(['new']);
    rmSync(folder, { recursive: true });
  });
});
