import { describe, expect, it } from 'vitest';
import { lookUpWikiTarget, NoteCollection, type NotePlace } from '../../../../src/notes/index/collection';
import { flatten, outlineOf } from '../../../../src/notes/index/outline';
import { parseNote } from '../../../../src/notes/index/parseNote';

const place = (path: string): NotePlace => ({ uri: `file://${path}`, base: 'file://', path, root: '/w' });

function collect(notes: Record<string, string>): NoteCollection {
  const collection = new NoteCollection();
  for (const [path, text] of Object.entries(notes))
    collection.set({ ...place(path), facts: parseNote(text) });
  return collection;
}

describe('wiki links', () => {
  const collection = collect({
    '/w/a/Method.md': '# First method',
    '/w/b/method.md': '# Second method',
    '/w/b/deep/note.md': '---\ntitle: 论文笔记\naliases: [Paper notes]\n---\n',
    '/w/index.md': '# Home',
  });
  const resolve = (target: string, from: string) => {
    const { path, exists } = collection.resolveWikiLink(target, place(from));
    return exists ? path : `missing ${path}`;
  };

  it('mean a note by name, path, title or another name, the nearest first', () => {
    expect(resolve('method', '/w/b/deep/note.md')).toBe('/w/b/method.md');
    expect(resolve('METHOD.md', '/w/a/x.md')).toBe('/w/a/Method.md');
    expect(resolve('a/Method', '/w/b/deep/note.md')).toBe('/w/a/Method.md');
    expect(resolve('论文笔记', '/w/index.md')).toBe('/w/b/deep/note.md');
    expect(resolve('paper  notes', '/w/index.md')).toBe('/w/b/deep/note.md');
    expect(resolve('../method', '/w/b/deep/note.md')).toBe('/w/b/method.md');
    expect(resolve('', '/w/index.md')).toBe('/w/index.md');
    expect(resolve('New idea', '/w/b/note.md')).toBe('missing /w/b/New idea.md');
    expect(resolve('sub/New', '/w/b/note.md')).toBe('missing /w/b/sub/New.md');
  });

  it('can be resolved from a plain map in another thread', () => {
    const targets = JSON.parse(JSON.stringify(collection.wikiTargets(place('/w/b/deep/note.md')))) as Record<
      string,
      string
    >;
    expect(lookUpWikiTarget(targets, 'Method')).toEqual({ href: '../method.md', exists: true });
    expect(lookUpWikiTarget(targets, 'a/method#Part one')).toEqual({
      href: '../../a/Method.md#Part%20one',
      exists: true,
    });
    expect(lookUpWikiTarget(targets, 'Home')).toEqual({ href: '../../index.md', exists: true });
    expect(lookUpWikiTarget(targets, 'New idea')).toEqual({ href: 'New%20idea.md', exists: false });
    expect(lookUpWikiTarget(targets, 'constructor').exists).toBe(false);
    expect(lookUpWikiTarget(targets, '#part')).toEqual({ href: '#part', exists: true });
  });

  it('say when names have changed, and only then', () => {
    const version = collection.namesVersion;
    collection.set({ ...place('/w/index.md'), facts: parseNote('# Home\n\nmore text') });
    expect(collection.namesVersion).toBe(version);
    collection.set({ ...place('/w/index.md'), facts: parseNote('# Start') });
    expect(collection.namesVersion).toBe(version + 1);
    expect(resolve('home', '/w/a/x.md')).toBe('missing /w/a/home.md');
  });
});

describe('links back', () => {
  it('name the note, the heading and the line, and follow changes', () => {
    const collection = collect({
      '/w/target.md': '# Target',
      '/w/a.md':
        '# A\n\n## Part\n\nSee [it](target.md#x) and [again](target.md), or [not](other.md).\n\n[[Target]]',
      '/w/sub/b.md': '[up](../target.md) [root](/target) ',
      '/w/sub/target.md': '[me](target.md) is another target',
    });
    const backlinks = () =>
      collection
        .backlinks('file:///w/target.md')
        .map(({ note, heading, line }) => [note.path, heading, line]);
    expect(backlinks()).toEqual([
      ['/w/a.md', 'Part', 4],
      ['/w/a.md', 'Part', 6],
      ['/w/sub/b.md', '', 0],
    ]);
    expect(collection.backlinks('file:///w/sub/target.md')).toEqual([]);
    collection.set({ ...place('/w/a.md'), facts: parseNote('nothing') });
    collection.delete('file:///w/sub/b.md');
    expect(backlinks()).toEqual([]);
  });
});

describe('papers', () => {
  it('that several notes are about are one, with the notes that mention it', () => {
    const collection = collect({
      '/w/a.md':
        '## LISA\n[paper](https://arxiv.org/abs/2308.00692)\n\n### Loss\n\n$$\na=b\n$$\n![img](l.png)\n## Next',
      '/w/b.md':
        '---\ntitle: LISA, read again\narxiv: 2308.00692\ndoi: 10.1109/CVPR52733.2024.00915\n---\n# x\n',
      '/w/c.md':
        '# C\n\ntext\n\n## Where\n\na line\n\nb\n\nc\n\nd\n\ne\n\nf\n\ng https://doi.org/10.1109/cvpr52733.2024.00915 is it',
      '/w/d.md': '# Local [pdf](papers/x.pdf)',
      '/w/papers/e.md': '# Same file\n\n[pdf](x.pdf)',
    });
    expect(
      collection.papers().map(({ title, parts, mentions, references }) => ({
        title,
        parts: parts.map(({ note }) => note.path),
        mentions: mentions.map(({ note, heading, line }) => [note.path, heading, line]),
        references: references.map(({ key }) => key),
      })),
    ).toEqual([
      {
        title: 'LISA, read again',
        parts: ['/w/a.md', '/w/b.md'],
        mentions: [['/w/c.md', 'Where', 18]],
        references: ['arxiv:2308.00692', 'doi:10.1109/cvpr52733.2024.00915'],
      },
      {
        title: 'Local pdf',
        parts: ['/w/d.md', '/w/papers/e.md'],
        mentions: [],
        references: ['pdf:file:///w/papers/x.pdf'],
      },
    ]);
    const [first] = collection.paper('arxiv:2308.00692')?.parts ?? [];
    const outline = first && outlineOf(first.note.facts, first.part);
    expect(flatten(outline ?? []).map(({ kind, label }) => [kind, label])).toEqual([
      ['section', 'Loss'],
      ['equation', 'a=b'],
      ['figure', 'l.png'],
    ]);
    expect(outline).toHaveLength(1);
  });
});
