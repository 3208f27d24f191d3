/**
 * The front matter of a note: YAML between `---` and `---` or `...` (Jekyll, Hugo, Pandoc, Zettlr), or Hugo's TOML between
 * `+++`.
 */
import { parse as parseToml } from 'smol-toml';
import { parse, parseDocument } from 'yaml';

export interface FrontMatter {
  title: string;
  subtitle: string;
  /** As the note writes it. */
  date: string;
  authors: string[];
  tags: string[];
  /** Paragraphs are separated by blank lines. */
  abstract: string;
  /** All its values, as the note has them; of broken YAML or TOML the known keys. */
  values: Readonly<Record<string, unknown>>;
  /** What stands between the fences. */
  raw: string;
  /** Lines that it takes in the note, fences included. */
  lines: number;
}

const wanted = [
  ...[
    'title',
    'subtitle',
    'date',
    'author',
    'authors',
    'tags',
    'keywords',
    'abstract',
    'aliases',
    'bibliography',
  ],
  ...['arxiv', 'doi', 'paper', 'url'],
];
const yamlOptions = { uniqueKeys: false, prettyErrors: false, logLevel: 'silent', strict: false } as const;

/** Splits a note into its front matter and the rest. A fence that is never closed is no front matter. */
export function splitFrontMatter(text: string): { frontMatter?: FrontMatter; body: string } {
  const match =
    /^\uFEFF?---[ \t]*\r?\n(?:([\s\S]*?)\r?\n)??(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text) ??
    /^\uFEFF?\+\+\+[ \t]*\r?\n(?:([\s\S]*?)\r?\n)??\+\+\+[ \t]*(?:\r?\n|$)/.exec(text);
  if (!match) return { body: text };
  const raw = match[1] ?? '';
  const values = text.replace(/^\uFEFF/, '').startsWith('+') ? readToml(raw) : readYaml(raw);
  return {
    frontMatter: {
      title: toText(values['title']),
      subtitle: toText(values['subtitle']),
      date: toText(values['date']),
      authors: [...toList(values['author']), ...toList(values['authors'])],
      tags: [...new Set([...toList(values['tags']), ...toList(values['keywords'])])],
      abstract: toText(values['abstract']),
      values,
      raw,
      lines: match[0].split('\n').length - (match[0].endsWith('\n') ? 1 : 0),
    },
    body: text.slice(match[0].length),
  };
}

/** The values of YAML; where it is broken, what single lines say. */
function readYaml(raw: string): Record<string, unknown> {
  const lines = readLines(raw, ':');
  try {
    const document = parseDocument(raw, yamlOptions);
    const values: unknown = document.toJS({ maxAliasCount: 50 });
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return lines;
    return document.errors.length ? { ...values, ...lines } : (values as Record<string, unknown>);
  } catch {
    return lines;
  }
}

/** The values of TOML; where it is broken, what single lines say. */
function readToml(raw: string): Record<string, unknown> {
  try {
    return parseToml(raw);
  } catch {
    return readLines(raw, '=');
  }
}

/** Reads `key: value` or `key = value` lines one by one. The values of TOML that we show are YAML, too. */
function readLines(raw: string, separator: ':' | '='): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const line of raw.split(/\r?\n/)) {
    // After TOML's first [section] keys are no longer the note's own.
    if (separator === '=' && line.startsWith('[')) break;
    const [, key, value] = new RegExp(String.raw`^(\w+)\s*${separator}\s*(.*)$`).exec(line) ?? [];
    if (!key || !value || !wanted.some((name) => name === key)) continue;
    try {
      values[key] = parse(value, yamlOptions);
    } catch {
      values[key] = value.replace(/\s+#.*$/, '').replace(/^["']|["']$/g, '');
    }
  }
  return values;
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  // A date of TOML.
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A list, one value, a comma-separated text, or objects with a name. */
export function toList(value: unknown): string[] {
  if (typeof value === 'string')
    return value
      .split(/[,，;；]/)
      .map((part) => part.trim())
      .filter(Boolean);
  if (Array.isArray(value)) return value.flatMap((each) => toName(each));
  return toName(value);
}

/** A name as text, as `{ name: … }`, as `{ given: …, family: … }`, or as Zettlr's and Pandoc's `{ Name: { … } }`. */
function toName(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || value instanceof Date)
    return toText(value) ? [toText(value)] : [];
  const fields = value as Record<string, unknown>;
  if ('name' in fields) return toName(fields['name']);
  const parts = ['given', 'dropping-particle', 'family', 'literal'].map((key) => toText(fields[key]));
  const name = parts.filter(Boolean).join(' ');
  if (name) return [name];
  const [only, ...others] = Object.keys(fields);
  return only !== undefined && others.length === 0 && typeof fields[only] === 'object' ? [only] : [];
}
