/**
 * The bibliographies of a note: `.bib` files that its front matter or a setting names. Read with Node, so that the
 * rendering thread and the command line can do it; a file is read again when its time or size has changed.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import { toList } from '../render/frontMatter';
import { entryDetails, parseBibtex } from './bibtex';
import { familyName, type PaperDetails } from './details';

/** A source of a bibliography. */
export interface BibSource {
  details: PaperDetails;
  /** The file that has it, and the line there (0-based). */
  file: string;
  line: number;
}

/** What a citation shows: enough for the rule that renders it. */
export interface CitationText {
  /** `Lai et al.`; the title's first words where there is no author. */
  authors: string;
  /** `2024`, or `n.d.` */
  year: string;
  title: string;
  /** The paper's page, or the bibliography's file relative to the note. */
  href: string;
}

const maxBytes = 20_000_000;
const made = new LRUCache<string, Record<string, CitationText>>({ max: 20 });
let lastStamp = 0;
const stamps = new WeakMap<object, string>();
const known = new Map<string, { stamp: string; entries: Map<string, BibSource> }>();

/** Where a note's bibliographies may lie. */
export interface BibliographyOptions {
  /** Files of the setting, relative to the workspace folder. */
  setting: readonly string[];
  /** Path of the workspace folder; empty outside of all. */
  root: string;
  /** Files outside of the workspace folder and of the note's own may be read: not in an untrusted workspace. */
  outside: boolean;
}

/** The files that a note names, then those of the setting. Addresses from the network are left out. */
export function bibliographyFiles(
  frontMatter: Readonly<Record<string, unknown>> | undefined,
  noteFolder: string,
  { setting, root, outside }: BibliographyOptions,
): string[] {
  const resolve = (name: string, folder: string) => {
    if (!name || /^[a-z][a-z0-9+.-]+:/i.test(name)) return [];
    if (name.startsWith('~/')) return [path.join(homedir(), name.slice(2))];
    const inRoot = path.join(root, name);
    return [name.startsWith('/') && root && existsSync(inRoot) ? inRoot : path.resolve(folder, name)];
  };
  const files = [
    ...toList(frontMatter?.['bibliography']).flatMap((name) => resolve(name, noteFolder)),
    ...setting.flatMap((name) => resolve(name, root || noteFolder)),
  ];
  const allowed = (file: string) =>
    outside || isInside(file, noteFolder) || (root !== '' && isInside(file, root));
  return [...new Set(files)].filter(allowed);
}

const isInside = (file: string, folder: string) =>
  file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);

/** The sources of all files by their keys; of a key that two files have, the first one's. What cannot be read is left out. */
export function readBibliographies(files: readonly string[]): Map<string, BibSource> {
  const all = new Map<string, BibSource>();
  for (const file of files)
    for (const [key, source] of readBibliography(file)) if (!all.has(key)) all.set(key, source);
  return all;
}

function readBibliography(file: string): Map<string, BibSource> {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.size > maxBytes) return new Map();
  const stamp = `${stats.mtimeMs} ${stats.size}`;
  const before = known.get(file);
  if (before?.stamp === stamp) return before.entries;
  const entries = new Map<string, BibSource>();
  try {
    for (const entry of parseBibtex(readFileSync(file, 'utf8')))
      if (!entries.has(entry.key))
        entries.set(entry.key, { details: entryDetails(entry, path.basename(file)), file, line: entry.line });
  } catch {
    // It went away while it was read.
  }
  known.set(file, { stamp, entries });
  return entries;
}

/** The citations of a note that names a bibliography; undefined for one that has none, where an `@` is an `@`. */
export function noteCitations(
  frontMatter: Readonly<Record<string, unknown>> | undefined,
  noteFolder: string,
  options: BibliographyOptions,
): Readonly<Record<string, CitationText>> | undefined {
  const files = bibliographyFiles(frontMatter, noteFolder, options);
  if (files.length === 0) return undefined;
  const sources = readBibliographies(files);
  const stamp = [noteFolder, ...files.map((file) => `${file} ${known.get(file)?.stamp}`)].join('\n');
  // The same object for the same files, so that nothing that cites is rendered again.
  let texts = made.get(stamp);
  if (!texts) made.set(stamp, (texts = citationTexts(sources, noteFolder)));
  return texts;
}

/** A short text that is another one when the citations are: thousands of them are not compared at every keystroke. */
export function citationsStamp(texts: Readonly<Record<string, CitationText>>): string {
  let stamp = stamps.get(texts);
  if (!stamp) stamps.set(texts, (stamp = `citations ${++lastStamp}`));
  return stamp;
}

/** What the citations of a note show, by key: plain data that can be sent to another thread. */
export function citationTexts(
  sources: ReadonlyMap<string, BibSource>,
  noteFolder: string,
): Record<string, CitationText> {
  const texts = Object.create(null) as Record<string, CitationText>;
  for (const [key, { details, file }] of sources) {
    const { authors, title, year, url } = details;
    const names = authors.map(familyName);
    const relative = path.relative(noteFolder, file).split(path.sep).map(encodeURIComponent).join('/');
    texts[key] = {
      authors:
        names.length > 2
          ? `${names[0]} et al.`
          : names.join(' & ') || title.split(/\s+/).slice(0, 4).join(' '),
      year: year ? String(year) : 'n.d.',
      title,
      href: url || relative,
    };
  }
  return texts;
}
