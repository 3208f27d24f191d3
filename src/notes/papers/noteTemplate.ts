/** The text and the file name of a new paper note. No VS Code here. */
import { splitFrontMatter } from '../render/frontMatter';
import { familyName, type PaperDetails } from './details';

export interface NewNote extends PaperDetails {
  /** Local time as ISO text: `2026-03-02T10:00:00+08:00`. */
  date: string;
}

/** What a template may hold in `{{…}}`. */
export const placeholders = [
  ...[
    'title',
    'date',
    'day',
    'authors',
    'firstAuthor',
    'year',
    'venue',
    'arxiv',
    'doi',
    'url',
    'link',
    'abstract',
  ],
] as const;

export const defaultTemplate = `---
title: {{title}}
date: {{date}}
authors: {{authors}}
tags: []
arxiv: {{arxiv}}
doi: {{doi}}
---

# {{title}}

{{link}}

## Abstract

{{abstract}}

## Contributions

- 

## Method

## Figures

## Questions

- 
`;

/**
 * Fills a template. In the front matter values are written as YAML (a list of authors, quotes where they are needed), and
 * lines that only name an empty arXiv id, DOI or address are left out; in the text values stand as they are.
 */
export function fillTemplate(template: string, note: NewNote): string {
  const values = valuesOf(note);
  const text = template.replace(/\r\n?/g, '\n').replace(/^\uFEFF/, '');
  const { frontMatter } = splitFrontMatter(text);
  const lines = text.split('\n');
  const head = lines
    .slice(0, frontMatter?.lines ?? 0)
    .filter(
      (line) =>
        !/^(?:arxiv|doi|url|year|venue):\s*["']?\{\{\s*(\w+)\s*\}\}["']?\s*$/.test(line) ||
        !isEmpty(line, values),
    )
    .map((line) =>
      line.replace(/(["']?)\{\{\s*(\w+)\s*\}\}\1/g, (whole, _, name: string) => yaml(values, name) ?? whole),
    );
  const body = lines
    .slice(frontMatter?.lines ?? 0)
    .join('\n')
    .replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => {
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      return value === undefined ? whole : Array.isArray(value) ? value.join(', ') : value;
    })
    // A link or an abstract that nobody knows leaves no hole.
    .replace(/\n{3,}/g, '\n\n');
  return [...head, body].join('\n').replace(/\n*$/, '\n');
}

type Values = Record<string, string | string[]>;

function valuesOf(note: NewNote): Values {
  const line = (text: string) => text.replace(/\s+/g, ' ').trim();
  const name = note.arxiv ? `arXiv:${note.arxiv}` : note.doi ? `doi:${note.doi}` : note.url;
  const about = [note.venue && line(note.venue), note.year ? String(note.year) : ''].filter(Boolean);
  // A venue often names a year already.
  const where = /\b(?:19|20)\d\d\b/.test(about[0] ?? '') ? about.slice(0, 1) : about;
  return {
    title: line(note.title),
    date: note.date,
    day: note.date.slice(0, 10),
    authors: note.authors.map(line),
    firstAuthor: familyName(note.authors[0] ?? ''),
    year: note.year ? String(note.year) : '',
    venue: line(note.venue),
    arxiv: note.arxiv,
    doi: note.doi,
    url: note.url,
    link: [
      note.url && `[${name.replace(/[[\]]/g, '')}](<${note.url.replace(/[<>\s]/g, encodeURIComponent)}>)`,
      ...where,
    ]
      .filter(Boolean)
      .join(' · '),
    abstract: note.abstract.trim(),
  };
}

const isEmpty = (line: string, values: Values) => {
  const name = /\{\{\s*(\w+)\s*\}\}/.exec(line)?.[1] ?? '';
  return Object.hasOwn(values, name) && values[name]?.length === 0;
};

/** A value as YAML in one line. Text in double quotes as JSON has it is YAML, too. */
function yaml(values: Values, name: string): string | undefined {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return `[${value.map((each) => JSON.stringify(each)).join(', ')}]`;
  return name === 'date' || name === 'day' || name === 'year' ? value : JSON.stringify(value);
}

/** Words that say little in a file's name. */
const small = /^(?:a|an|the|of|for|and|in|on|with|to|via|by|from|at|is|as|using)$/;

/** `2024-lai-lisa-reasoning-segmentation-large-language-model.md`; letters of any script are kept. */
export function noteFileName({ title, authors, year }: Pick<NewNote, 'title' | 'authors' | 'year'>): string {
  const words = (text: string) =>
    text
      .normalize('NFC')
      .toLowerCase()
      .replace(/['’]/g, '')
      .split(/[^\p{L}\p{M}\p{N}]+/u)
      .filter(Boolean);
  const parts = [...(year ? [String(year)] : []), ...words(familyName(authors[0] ?? ''))];
  let length = 0;
  const own = words(title);
  const telling = own.filter((word) => !small.test(word));
  for (const word of telling.length ? telling : own) {
    // A title without spaces is one long word.
    const short = [...word].slice(0, 40).join('');
    length += [...short].length + 1;
    if (length > 60) break;
    parts.push(short);
  }
  const name = parts.join('-') || 'paper-note';
  // Names that Windows keeps for devices.
  return `${/^(?:con|prn|aux|nul|com\d|lpt\d)$/.test(name) ? `${name}-note` : name}.md`;
}

/** Local time with its offset. */
export function localTime(now: Date): string {
  const offset = -now.getTimezoneOffset();
  const two = (value: number) => String(Math.floor(Math.abs(value))).padStart(2, '0');
  const local = new Date(now.getTime() + offset * 60_000).toISOString().slice(0, 19);
  return `${local}${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}

/** A citation to paste: BibTeX with what is known. */
export function bibtexOf(paper: PaperDetails): string {
  const word = /[\p{L}\p{N}]+/u.exec(paper.title.toLowerCase())?.[0] ?? 'paper';
  const family = familyName(paper.authors[0] ?? '')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
  const fields: [string, string][] = [
    ['title', `{${paper.title}}`],
    ['author', paper.authors.join(' and ')],
    ['year', paper.year ? String(paper.year) : ''],
    ['eprint', paper.arxiv],
    ['archivePrefix', paper.arxiv && 'arXiv'],
    ['doi', paper.doi],
    ['note', paper.venue],
    ['url', paper.url],
  ];
  const lines = fields
    .filter(([, value]) => value)
    .map(
      ([name, value]) =>
        `  ${name} = {${value.replace(/[{}]/g, (brace) => (name === 'title' ? brace : ''))}}`,
    );
  return `@misc{${family}${paper.year ?? ''}${word},\n${lines.join(',\n')}\n}`;
}
