import { describe, expect, it } from 'vitest';
import { parseBibtex } from '../../../../src/notes/papers/bibtex';
import {
  bibtexOf,
  defaultTemplate,
  fillTemplate,
  localTime,
  noteFileName,
  type NewNote,
} from '../../../../src/notes/papers/noteTemplate';
import { parseNote } from '../../../../src/notes/index/parseNote';
import { splitFrontMatter } from '../../../../src/notes/render/frontMatter';

const note: NewNote = {
  title: 'LISA: "Reasoning" Segmentation',
  authors: ['Xin Lai', 'Jiaya Jia'],
  year: 2023,
  venue: 'CVPR 2024',
  abstract: 'With $x < y$ and {{title}}.',
  url: 'https://arxiv.org/abs/2308.00692',
  arxiv: '2308.00692',
  doi: '',
  source: 'arXiv',
  date: '2026-03-02T10:00:00+08:00',
};

describe('a new paper note', () => {
  it('has front matter, a link and sections, and is found as the paper that it is about', () => {
    const text = fillTemplate(defaultTemplate, note);
    expect(text).toBe(`---
title: "LISA: \\"Reasoning\\" Segmentation"
date: 2026-03-02T10:00:00+08:00
authors: ["Xin Lai", "Jiaya Jia"]
tags: []
arxiv: "2308.00692"
---

# LISA: "Reasoning" Segmentation

[arXiv:2308.00692](<https://arxiv.org/abs/2308.00692>) · CVPR 2024

## Abstract

With $x < y$ and {{title}}.

## Contributions

- 

## Method

## Figures

## Questions

- 
`);
    const { frontMatter } = splitFrontMatter(text);
    expect(frontMatter).toMatchObject({ title: note.title, authors: note.authors, tags: [] });
    expect(parseNote(text).papers.map(({ reference, whole }) => [reference.key, whole])).toEqual([
      ['arxiv:2308.00692', true],
    ]);
  });

  it('keeps what is hostile harmless in the front matter, and leaves out what is not known', () => {
    const bare = {
      ...note,
      title: 'a\n---\ninjected: true',
      authors: ['x"]\nb: c'],
      arxiv: '',
      url: '',
      abstract: '',
      venue: '',
      year: undefined,
    } as unknown as NewNote;
    const text = fillTemplate(defaultTemplate, bare);
    expect(splitFrontMatter(text).frontMatter?.values).not.toHaveProperty('injected');
    expect(splitFrontMatter(text).frontMatter?.title).toBe('a --- injected: true');
    expect(text).not.toMatch(/arxiv|doi/);
    expect(text).not.toMatch(/\n\n\n/);
  });

  it('can be made from a template of one’s own', () => {
    const own =
      '---\ntitle: "{{title}}"\nyear: {{ year }}\ncustom: {{unknown}}\n---\n{{firstAuthor}} {{authors}} {{constructor}} {{venue}}';
    expect(fillTemplate(own, note)).toBe(
      '---\ntitle: "LISA: \\"Reasoning\\" Segmentation"\nyear: 2023\ncustom: {{unknown}}\n---\nLai Xin Lai, Jiaya Jia {{constructor}} CVPR 2024\n',
    );
    expect(fillTemplate('{{title}}', note)).toBe('LISA: "Reasoning" Segmentation\n');
  });

  it.each([
    [
      { title: 'LISA: Reasoning Segmentation via Large Language Model', authors: ['Xin Lai'], year: 2023 },
      '2023-lai-lisa-reasoning-segmentation-large-language-model.md',
    ],
    [
      { title: '多模态论文：一个编码器', authors: ['张广益'], year: 2024 },
      '2024-张广益-多模态论文-一个编码器.md',
    ],
    [{ title: 'Schrödinger’s Bridge', authors: ['Émile Ünal'] }, 'ünal-schrödingers-bridge.md'],
    [{ title: '../../etc/passwd', authors: [] }, 'etc-passwd.md'],
    [{ title: 'CON', authors: [] }, 'con-note.md'],
    [{ title: '?!', authors: [] }, 'paper-note.md'],
    [{ title: 'The Of', authors: [] }, 'the-of.md'],
    [{ title: 'x'.repeat(500), authors: [] }, `${'x'.repeat(40)}.md`],
  ])('is named by year, author and title: %j → %s', (facts, name) => {
    expect(noteFileName(facts)).toBe(name);
  });

  it('knows the time where it is made', () => {
    expect(localTime(new Date(0))).toMatch(/^19(?:70-01-01|69-12-31)T\d\d:\d\d:00[+-]\d\d:\d\d$/);
    expect(new Date(localTime(new Date(1_000_000_000_000))).getTime()).toBe(1_000_000_000_000);
  });

  it('is cited as BibTeX that can be read again', () => {
    const [entry] = parseBibtex(bibtexOf(note));
    expect(entry).toMatchObject({
      key: 'lai2023lisa',
      fields: { title: note.title, eprint: '2308.00692', note: 'CVPR 2024' },
    });
  });
});
