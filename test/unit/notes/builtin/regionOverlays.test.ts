/** Saved regions over the pictures of the built-in preview, in its markdown-it and with the rule that it adds itself. */
import { createRequire } from 'node:module';
import MarkdownItNewest, { type MarkdownIt } from 'markdown-it';
import { describe, expect, it, vi } from 'vitest';
import { drawRegions } from '../../../../src/notes/builtin/regionOverlays';
import type { FigureOverlay } from '../../../../src/notes/markdown/overlay';

const require = createRequire(import.meta.url);
const MarkdownIt12 = require('markdown-it-12') as typeof MarkdownItNewest;

const overlay: FigureOverlay = {
  stamp: '1',
  size: { width: 200, height: 100 },
  regions: [{ name: 'cup "a"', color: '#ff8800', kind: 'area', path: 'M0,0H10V10H0Z' }],
  omitted: 0,
};
const env = { currentDocument: { scheme: 'file', fsPath: '/notes/note.md' }, resourceProvider: {} };

/** As VS Code does after all plugins: an address of the webview for `src`, the note's own in `data-src`. */
function useWebviewAddresses(md: MarkdownIt): void {
  const original = md.renderer.rules['image'];
  md.renderer.rules['image'] = (tokens, index, options, env, self) => {
    const token = tokens[index];
    const source = token?.attrGet('src');
    if (token && source && !token.attrGet('data-src')) {
      token.attrSet('src', `https://webview/${String(source)}`);
      token.attrSet('data-src', String(source));
    }
    return original?.(tokens, index, options, env, self) ?? '';
  };
}

describe.each([
  ['12', MarkdownIt12],
  ['15', MarkdownItNewest],
])("regions in the built-in preview's markdown-it %s", (_version, Parser) => {
  function setUp(found: FigureOverlay | undefined) {
    const md = Parser({ html: true });
    const find = vi.fn(() => found);
    drawRegions(md, find);
    useWebviewAddresses(md);
    return { md, find };
  }

  it('lie over the picture, whose own HTML stays as it was', () => {
    const { md, find } = setUp(overlay);
    const tokens = md.parse('See ![a cup](../photos/a%20b.jpg "t") here', {});
    // VS Code renders the tokens that it keeps again and again.
    for (let i = 0; i < 2; i++) {
      const html = md.renderer.render(tokens, md.options, env);
      expect(html).toMatch(
        /^<p>See <span class="gn-frame"><img src="https:\/\/webview\/\.\.\/photos\/a%20b\.jpg" alt="a cup" title="t" data-src="[^"]*"><svg class="gn-regions[^>]*viewBox="0 0 200 100"[\s\S]*<\/svg><\/span> here<\/p>/,
      );
      expect(html).toContain('<title>cup "a"</title>');
      expect(find).toHaveBeenLastCalledWith('/notes/note.md', '../photos/a b.jpg');
    }
  });

  it('are left out where there are none, and for pictures that are no files of this machine', () => {
    const text = '![a](a.png)';
    expect(setUp(undefined).md.render(text, env)).not.toContain('<svg');
    const { md, find } = setUp(overlay);
    expect(md.render('![a](https://example.org/a.png) ![b](data:image/png;base64,AAAA)', env)).not.toContain(
      '<svg',
    );
    const virtual = { ...env, currentDocument: { scheme: 'vscode-vfs', fsPath: '/notes/note.md' } };
    expect(md.render(text, virtual)).not.toContain('<svg');
    expect(md.render(text, { currentDocument: undefined, resourceProvider: undefined })).not.toContain(
      '<svg',
    );
    // Rendered for another extension, which shows it without our styles.
    expect(md.render(text, { ...env, resourceProvider: undefined })).not.toContain('<svg');
    expect(md.render(text)).not.toContain('<svg');
    expect(find).not.toHaveBeenCalled();
  });
});
