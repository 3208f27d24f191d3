/** The note that this project was made for. It is not part of the repository: skipped where it is not there. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderPage } from '../../../src/notes/render/page';
import { render, textOf } from './support';

const file = path.join(process.env['GROUNDNOTE_DATA'] ?? '../shared/data', '../papers/multimodal-notes.md');
const here = existsSync(file);
if (!here)
  console.warn(`Skipped: the user's note is not here (${path.basename(file)}; set GROUNDNOTE_DATA).`);

describe.skipIf(!here)("the user's note", () => {
  const text = here ? readFileSync(file, 'utf8') : '';
  const note = render(text, { resolveImage: (source) => ({ uri: '', exists: false, path: source }) });
  const html = note.blocks.map((block) => block.html).join('\n');
  const seen = textOf(html);

  it('has its header and no front matter in its text', () => {
    expect(note.title).toBe('多模态论文笔记');
    for (const part of ['gn-title', '2024-05-14', '张广益', '<li>多模态</li>'])
      expect(note.header).toContain(part);
    for (const part of ['lastmod', 'showToc', 'mmark', '显示公式'])
      expect(html + note.header).not.toContain(part);
  });

  it('has its three display formulas, without errors', () => {
    expect(html.split('class="katex-display"').length - 1).toBe(3);
    expect(html).not.toContain('katex-error');
    expect(seen).not.toContain('$$');
  });

  it('shows every vocabulary tag', () => {
    const count = (part: string) => seen.split(part).length - 1;
    expect(count('<SEG>')).toBe(text.split('<SEG>').length - 1);
    expect(count('<IMAGE>')).toBe(text.split('<IMAGE>').length - 1);
    expect(seen).toContain('<region_name><coordinates><SPE>text');
    expect(seen).toContain('<query>/<phrases>');
  });

  it('names every picture, all of which are missing', () => {
    const written = [...text.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map((match) => match[1]);
    expect(written.length).toBeGreaterThanOrEqual(7);
    expect(note.figures.map(({ source, state }) => [source, state])).toEqual(
      written.map((name) => [name, 'missing']),
    );
    for (const name of written) expect(html).toMatch(new RegExp(`gn-missing.*>${name}<`));
  });

  it('has every bold phrase bold', () => {
    expect(seen).not.toContain('**');
    expect(html).toContain('<strong>多模态的对齐：</strong>');
    expect(html).toContain('使用了<strong>spatial-aware visual sampler</strong>，基于');
  });

  it('becomes a page', () => {
    const page = renderPage(text, { path: file });
    expect(page).toMatchObject({ title: '多模态论文笔记', formulas: 3, formulaErrors: 0 });
  });
});
