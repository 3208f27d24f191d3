/**
 * Reads a bibliography in BibTeX: what notes need of it, and nothing more. What it does not understand it skips.
 */
import type { PaperDetails } from './details';
import { arxivReference, doiReference, paperReference } from './reference';

export interface BibEntry {
  key: string;
  /** Lower case: `article`, `inproceedings`. */
  type: string;
  /** Lower-case names, with TeX's marks and braces taken away. */
  fields: Record<string, string>;
  /** Line of the file, 0-based. */
  line: number;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Longest value of a field, and the broken entries after which a file is no bibliography: both bound the work. */
const maxValue = 100_000;
const maxFailures = 200;

/** The entries of a file in order; broken ones are left out and those after them are read. Never throws. */
export function parseBibtex(text: string): BibEntry[] {
  const macros = new Map(months.map((month) => [month, month]));
  const entries: BibEntry[] = [];
  const start = /@\s*(\w+)\s*([{(])/g;
  let line = 0;
  let counted = 0;
  let failures = 0;
  for (let match = start.exec(text); match && failures < maxFailures; match = start.exec(text)) {
    const type = (match[1] ?? '').toLowerCase();
    const close = match[2] === '(' ? ')' : '}';
    if (type === 'comment' || type === 'preamble') continue;
    const scanner = new Scanner(text, start.lastIndex, macros);
    for (; counted < match.index; counted++) if (text.charCodeAt(counted) === 10) line++;
    if (type === 'string') {
      const field = scanner.field();
      if (field) macros.set(field.name, field.value);
      start.lastIndex = scanner.at;
      continue;
    }
    const key = scanner.match(/\s*([^\s,{}()=#%"]+)\s*(?=[,})])/y)?.[1];
    if (!key) continue;
    const fields: Record<string, string> = {};
    while (scanner.match(/\s*,/y)) {
      const field = scanner.field();
      if (!field) {
        failures++;
        break;
      }
      fields[field.name] ??= field.value;
    }
    // Where an entry is not closed, what was read of it counts, and the next one is looked for from there.
    scanner.match(close === ')' ? /\s*,?\s*\)/y : /\s*,?\s*\}/y);
    start.lastIndex = scanner.at;
    for (const name of Object.keys(fields)) fields[name] = plainTex(fields[name] ?? '');
    entries.push({ key, type, fields, line });
  }
  return entries;
}

class Scanner {
  constructor(
    private readonly text: string,
    public at: number,
    private readonly macros: ReadonlyMap<string, string>,
  ) {}

  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }

  /** `name = value # value` */
  field(): { name: string; value: string } | undefined {
    const name = this.match(/\s*([\w:.+/-]+)\s*=\s*/y)?.[1]?.toLowerCase();
    if (!name) return undefined;
    let value = '';
    do {
      const part = this.value();
      if (part === undefined) return undefined;
      value += part;
    } while (this.match(/\s*#\s*/y));
    return { name, value };
  }

  private value(): string | undefined {
    const open = this.text[this.at];
    if (open === '{') return this.braced();
    if (open === '"') return this.quoted();
    const word = this.match(/[\w.+:/-]+/y)?.[0];
    return word === undefined ? undefined : (this.macros.get(word.toLowerCase()) ?? word);
  }

  private braced(): string | undefined {
    let depth = 0;
    for (let index = this.at; index < Math.min(this.text.length, this.at + maxValue); index++) {
      const char = this.text[index];
      if (char === '\\') index++;
      else if (char === '{') depth++;
      else if (char === '}' && --depth === 0) return this.take(index);
    }
    return undefined;
  }

  private quoted(): string | undefined {
    let depth = 0;
    for (let index = this.at + 1; index < Math.min(this.text.length, this.at + maxValue); index++) {
      const char = this.text[index];
      if (char === '\\') index++;
      else if (char === '{') depth++;
      else if (char === '}') depth--;
      else if (char === '"' && depth === 0) return this.take(index);
    }
    return undefined;
  }

  private take(last: number): string {
    const value = this.text.slice(this.at + 1, last);
    this.at = last + 1;
    return value;
  }
}

const accents: Record<string, string> = {
  ...{
    '`': '\u0300',
    "'": '\u0301',
    '^': '\u0302',
    '~': '\u0303',
    '"': '\u0308',
    '=': '\u0304',
    '.': '\u0307',
  },
  ...{
    u: '\u0306',
    v: '\u030C',
    H: '\u030B',
    c: '\u0327',
    k: '\u0328',
    r: '\u030A',
    d: '\u0323',
    b: '\u0331',
  },
};
const letters: Record<string, string> = {
  ...{
    ss: 'ß',
    ae: 'æ',
    AE: 'Æ',
    oe: 'œ',
    OE: 'Œ',
    o: 'ø',
    O: 'Ø',
    aa: 'å',
    AA: 'Å',
    l: 'ł',
    L: 'Ł',
    i: 'i',
    j: 'j',
  },
  ...{
    textendash: '–',
    textemdash: '—',
    textquoteright: '’',
    textquoteleft: '‘',
    textasciitilde: '~',
    ldots: '…',
  },
};

/** TeX's accents become letters and its braces go; formulas stay as they are. */
export function plainTex(tex: string): string {
  return tex
    .split(/(\$[^$]*\$)/)
    .map((part, index) => (index % 2 ? part : plainText(part)))
    .join('')
    .replace(/\s+/g, ' ')
    .trim();
}

const plainText = (tex: string) =>
  tex
    .replace(/\\([`'^~"=.])\s*(?:\{\s*\\?(\p{L})\s*\}|\\?(\p{L}))/gu, accent)
    .replace(/\\([uvHckrdb])(?:\s*\{\s*\\?(\p{L})\s*\}|\s+\\?(\p{L}))/gu, accent)
    .replace(/\\([a-zA-Z]+)(?:\{\}|\s+(?=\S)|(?![a-zA-Z]))/g, (whole, name: string) => letters[name] ?? whole)
    .replace(
      /\\(?:emph|textit|textbf|textsc|texttt|textrm|text|mathrm|url|mbox|uppercase|lowercase|enquote)\s*(?=\{)/g,
      '',
    )
    .replace(/\\([&%$#_{}\\ ])/g, (_, char: string) => (char === '\\' ? ' ' : char))
    .replace(/---/g, '—')
    .replace(/--/g, '–')
    .replace(/``|''/g, '"')
    .replace(/~/g, ' ')
    .replace(/[{}]/g, '');

const accent = (whole: string, mark: string, wrapped?: string, bare?: string) => {
  const letter = wrapped ?? bare ?? '';
  return letter ? (letter + (accents[mark] ?? '')).normalize('NFC') : whole;
};

/** `Lai, Xin and {The Group} and others` → names as a person writes them. */
export function authorNames(field: string): string[] {
  return field
    .split(/\s+and\s+/i)
    .map((name) => name.trim())
    .filter((name) => name && name.toLowerCase() !== 'others')
    .map((name) => {
      const [family = '', second, third] = name.split(/\s*,\s*/);
      if (third !== undefined) return `${third} ${family} ${second}`;
      return second === undefined ? family : `${second} ${family}`;
    });
}

/** An entry as details. @param source the file's name */
export function entryDetails({ fields, key }: BibEntry, source: string): PaperDetails {
  const field = (...names: string[]) => names.map((name) => fields[name]).find(Boolean) ?? '';
  const archive = field('archiveprefix', 'eprinttype');
  const eprint = field('eprint');
  const arxiv =
    (/^arxiv$/i.test(archive) || !archive ? arxivReference(eprint.replace(/^arxiv:/i, '')) : undefined) ??
    [paperReference(field('url')), doiReference(field('doi'))].find(
      (reference) => reference?.kind === 'arxiv',
    ) ??
    arxivReference(/arxiv[:\s.]+(\d{4}\.\d{4,5}|[a-z.-]+\/\d{7})/i.exec(field('journal', 'note'))?.[1] ?? '');
  const doi = doiReference(field('doi').replace(/^https?:\/\/(?:dx\.)?doi\.org\//i, ''));
  const year = Number(/\b(?:1[5-9]|20)\d\d\b/.exec(field('year', 'date'))?.[0]);
  const url = field('url');
  return {
    title: field('title') || key,
    authors: authorNames(field('author', 'editor')),
    ...(year && { year }),
    venue: field(
      'journal',
      'journaltitle',
      'booktitle',
      'school',
      'institution',
      'publisher',
      'howpublished',
    ),
    abstract: field('abstract'),
    url: arxiv?.url ?? doi?.url ?? (/^https?:\/\//i.test(url) ? url : ''),
    arxiv: arxiv?.id ?? '',
    doi: doi?.kind === 'doi' ? doi.id : '',
    source,
  };
}
