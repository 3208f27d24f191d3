import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { NoteDocument } from '../../../src/notes/render/noteDocument';
import { imagePath } from '../../../src/notes/render/imagePaths';
import { htmlOf, render } from './support';

describe('figures', () => {
  it('carry what the menu and the click need', () => {
    const html = htmlOf('![a "b"](here%20图.png "T")', { interactive: true, note: 'file:///n.md' });
    expect(html).toContain('data-figure-source="here 图.png"');
    const context = /data-vscode-context="([^"]*)"/.exec(html)?.[1]?.replaceAll('&quot;', '"');
    expect(JSON.parse(context ?? '')).toEqual({
      webviewSection: 'figure',
      groundnoteFigure: 'here 图.png',
      groundnoteNote: 'file:///n.md',
      preventDefaultContextMenuItems: true,
    });
    expect(html).toMatch(
      /^<figure class="gn-figure"><img class="gn-image" src="res:here 图.png" alt="a &quot;b&quot;"/,
    );
    expect(html).toContain('<figcaption>T</figcaption>');
    expect(html).toContain('role="button"');
  });

  it('that are missing name the file', () => {
    const { blocks, figures } = render('**![OneLLM](OneLLM.png)**\n\ntext ![x](%E5%9B%BE.png) text');
    expect(blocks[0]?.html).toMatch(/^<figure class="gn-missing"[^>]*>.*OneLLM\.png.*missing.*<\/figure>$/s);
    expect(blocks[1]?.html).toMatch(/^<p[^>]*>text <span class="gn-missing">.*图\.png.*<\/span> text<\/p>/s);
    expect(figures.map(({ source, state }) => [source, state])).toEqual([
      ['OneLLM.png', 'missing'],
      ['图.png', 'missing'],
    ]);
  });

  it.each(['https://e.org/here.png', '//e.org/here.png', 'http://e.org/here.png', 'ftp://e.org/here.png'])(
    'from the network are not loaded: %s',
    (address) => {
      for (const source of [`![x](${address})`, `<img src="${address}">`]) {
        const html = htmlOf(source);
        expect(html).toContain('gn-remote');
        expect(html).toContain(`>${address}<`);
        expect(html).not.toContain('<img');
      }
    },
  );

  it('from HTML keep their size and lose the rest', () => {
    const html = htmlOf(
      '<img src="here.png" width="40%" height=9px onerror="alert(1)" style="position:fixed">',
    );
    expect(html).toContain('<img class="gn-image" src="res:here.png" alt="" width="40%" height="9">');
  });

  it('are drawn anew when they appear or change', () => {
    let image = { uri: '1', exists: false };
    const note = new NoteDocument({ resolveImage: () => image });
    note.setText('![a](a.png)');
    const html = (uri: string, exists: boolean) => {
      image = { uri, exists };
      note.refresh();
      return note.units[0] && note.html(note.units[0]);
    };
    expect(html('1', false)).toContain('gn-missing');
    expect(html('1', true)).toContain('src="1"');
    expect(html('2', true)).toContain('src="2"');
  });
});

describe('paths of images', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'groundnote-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, 'notes/img'), { recursive: true });
  mkdirSync(path.join(folder, 'static'));
  for (const name of ['notes/a.png', 'notes/img/图 1.png', 'notes/b#1.png', 'static/c.png']) {
    writeFileSync(path.join(folder, name), '');
  }
  const notes = path.join(folder, 'notes');

  it.each([
    ['a.png', 'notes/a.png'],
    ['./img/图 1.png', 'notes/img/图 1.png'],
    ['a.png?raw=true', 'notes/a.png'],
    ['b#1.png', 'notes/b#1.png'],
    ['../static/c.png', 'static/c.png'],
    ['/static/c.png', 'static/c.png'],
  ])('%s', (source, expected) => {
    expect(imagePath(source, notes, [folder])).toEqual({ path: path.join(folder, expected), exists: true });
  });

  it('say where a missing one would be', () => {
    expect(imagePath('x.png', notes)).toEqual({ path: path.join(notes, 'x.png'), exists: false });
    expect(imagePath('img', notes).exists).toBe(false);
  });
});
