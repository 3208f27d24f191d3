import { describe, expect, it } from 'vitest';
import { isInside, linkTarget } from '../../../src/notes/preview/linkTarget';
import { resolveFigure } from '../../../src/notes/markdown/figures';
import { htmlOf } from './support';

describe('a click on a link', () => {
  it.each([
    'command:workbench.action.quit',
    'COMMAND:x',
    'vscode://evil.ext/run',
    'vscode-insiders://x',
    'file:///etc/passwd',
    'FILE:/etc/passwd',
    'file://evil.example/share/x',
    'javascript:fired()',
    'data:text/html,x',
    'vbscript:x',
    '//evil.example/x',
    '\\\\evil.example\\share',
    '/\\evil.example/x',
    '%5C%5Cevil.example%5Cshare',
    '%2F%2Fevil.example/x',
    ' command:x',
    'ms-settings:',
    'a%00b.md',
  ])('opens nothing for %s', (href) => {
    expect(() => linkTarget(href)).toThrow(/^Links to ".*" are not opened\.$/s);
  });

  it('opens pages and files', () => {
    expect(linkTarget('https://arxiv.org/abs/2308.00692')).toEqual({
      kind: 'page',
      address: 'https://arxiv.org/abs/2308.00692',
    });
    expect(linkTarget('mailto:a@b.c').kind).toBe('page');
    expect(linkTarget('../a%20b.md?x#y')).toEqual({ kind: 'file', path: '../a b.md' });
    expect(linkTarget('/docs/100%.md')).toEqual({ kind: 'file', path: '/docs/100%.md' });
    expect(linkTarget('C:\\notes\\a.md').kind).toBe('file');
  });

  it('asks for files outside the workspace', () => {
    expect(isInside('/w/notes/../a.md', ['/w'])).toBe(true);
    expect(isInside('/w', ['/w/'])).toBe(true);
    for (const file of ['/w/../etc/passwd', '/etc/passwd', '/wide/a.md', '/'])
      expect(isInside(file, ['/w'])).toBe(false);
    expect(isInside('/x/a.md', ['/w', '/x'])).toBe(true);
  });
});

describe('links of a note', () => {
  it.each(['command:x', 'vscode://a.b/c', 'VSCODE-INSIDERS://x', 'blob:x', 'ms-settings:x', 'search-ms:x'])(
    'are not made of %s',
    (address) => {
      for (const text of [`[x](${address})`, `<${address}>`, `[x]\n\n[x]: ${address}`])
        expect(htmlOf(text)).not.toContain('href');
    },
  );
  it.each(['https://a.b/c', 'zotero://select/x', 'doi:10.1/x', 'notes/command.md', '#command:x'])(
    'are made of %s',
    (address) => expect(htmlOf(`[x](${address})`)).toContain('href'),
  );
});

describe('a picture on another machine', () => {
  it.each([
    'https://evil.example/x.png',
    '//evil.example/x.png',
    '\\\\evil.example\\x.png',
    '/\\evil.example\\x.png',
    '%5C%5Cevil.example%5Cx.png',
    'file://evil.example/x.png',
    'file:////evil.example/x.png',
    'file:\\\\evil.example\\x.png',
    'file:/\\evil.example/x.png',
    'smb://evil.example/x.png',
  ])('is not looked for: %s', (source) => {
    const figure = resolveFigure(source, () => {
      throw new Error('It was looked for.');
    });
    expect(figure.state).toBe('remote');
  });
  it.each([
    'x.png',
    '/x.png',
    'C:\\x.png',
    'file:///x.png',
    'file:/x.png',
    'file://localhost/x.png',
    '..\\x.png',
  ])('on this one is: %s', (source) => {
    expect(resolveFigure(source, () => ({ uri: 'u', exists: true })).state).toBe('present');
  });
});
