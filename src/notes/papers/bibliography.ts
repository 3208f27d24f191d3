/**
 * The bibliographies of a note: `.bib` files that its front matter or a setting names. Read with Node, so that the
 * rendering thread and the command line can do it; a file is read again when its time or size has changed.
 */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
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
const known = new Map<string, { stamp: string; entries: Map<string, BibSource> }>();

/** The files that a note names, then those of the setting. Addresses from the network are left out. */
export function bibliographyFiles(
  frontMatter: Readonly<Record<string, unknown>> | undefined,
  noteFolder: string,
  setting: readonly string[],
  root: string,
): string[] {
  const local = (name: string) => name !== '' && !/^[a-z][a-z0-9+.-]+:/i.test(name);
  const own = toList(frontMatter?.['bibliography']).filter(local);
  return [
    ...new Set([
      ...own.map((name) =>
        path.resolve(name.startsWith('/') ? root || '/' : noteFolder, name.replace(/^\//, '')),
      ),
      ...setting.filter(local).map((name) => path.resolve(root || noteFolder, name)),
    ]),
  ];
}

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
