import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderPage } from '../../../src/notes/render/page';

const folder = mkdtempSync(path.join(os.tmpdir(), 'groundnote-page-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(path.join(folder, '图 1.png'), Buffer.from([0x89, 0x50, 0x4e, 0x47]));
writeFileSync(
  path.join(folder, 'd.svg'),
  '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
);
writeFileSync(path.join(folder, 'secret.txt'), 'secret');
const note = path.join(folder, 'note.md');

describe('a page', () => {
  it('holds its pictures, its fonts and a policy, and loads nothing', () => {
    const page = renderPage('---\ntitle: T & U\n---\n$x$\n\n![](图%201.png) ![](d.svg) ![](no.png)', {
      path: note,
    });
    expect(page.html).toContain('<title>T &amp; U</title>');
    expect(page.html).toContain('src="data:image/png;base64,iVBORw==');
    expect(page.html).toContain('src="data:image/svg+xml;base64,');
    expect(page.html).toContain('no.png');
    expect(page.html).toMatch(
      /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;/,
    );
    expect(page.html).toContain('url(data:font/woff2;base64,');
    expect(page.html).not.toMatch(/url\((?!data:)|<script|src="(?!data:)|<link|<button/);
    expect(page.figures.map(({ state }) => state)).toEqual(['present', 'present', 'missing']);
  });

  it('without formulas is small', () => {
    expect(renderPage('text', { path: note }).html.length).toBeLessThan(30_000);
  });

  it('takes no file that is not a picture, and none that is too large', () => {
    const page = renderPage('![](secret.txt)\n\n![](图%201.png)', { path: note, maxImageBytes: 3 });
    expect(page.html).not.toContain(Buffer.from('secret').toString('base64'));
    expect(page.figures.map(({ state }) => state)).toEqual(['missing', 'missing']);
  });

  it('counts formulas that cannot be read', () => {
    expect(renderPage('$a$ $\\b{$ $c$', { path: note })).toMatchObject({ formulas: 3, formulaErrors: 1 });
  });
});
