/**
 * The notes of a workspace and how they hang together: links back, wiki links, papers. No VS Code here. A change of one
 * note costs what that note holds, not what the workspace holds.
 */
import path from 'node:path';
import type { PaperReference } from '../papers/reference';
import type { NoteFacts, PaperPart } from './noteFacts';

/** Where a note lies. */
export interface NotePlace {
  /** Its address; the name of the note everywhere. */
  uri: string;
  /** Scheme and authority: paths are only compared within one. */
  base: string;
  /** Decoded, with `/`. */
  path: string;
  /** Path of its workspace folder; empty outside of all. */
  root: string;
}

export interface IndexedNote extends NotePlace {
  facts: NoteFacts;
}

/** A place in a note. */
export interface Mention {
  note: IndexedNote;
  line: number;
  /** The heading above it; empty before the first. */
  heading: string;
  context: string;
}

export interface Paper {
  key: string;
  reference: PaperReference;
  /** All names it is known by. */
  references: PaperReference[];
  title: string;
  /** The parts of notes that are about it. */
  parts: { note: IndexedNote; part: PaperPart }[];
  /** Places in other notes that name it. */
  mentions: Mention[];
}

/** What a wiki link leads to, or where its note would be made. */
export interface WikiTarget {
  base: string;
  path: string;
  exists: boolean;
}

/** The name of a note's file without its extension. */
export const noteName = (notePath: string) =>
  path.posix.basename(notePath).replace(/\.(?:md|markdown|mdown|markdn|mkd|mdwn|mdtxt|mdtext)$/i, '');

/** Names that differ in case, spaces or the file's extension are one. */
export const wikiKey = (target: string) =>
  target
    .normalize('NFC')
    .trim()
    .replace(/\.(?:md|markdown)$/i, '')
    .replace(/^\//, '')
    .replace(/\s+/g, ' ')
    .toLowerCase();

/** What a note can be called by in a wiki link: its path from any folder above it, its title, its other names. */
function wikiKeys({ path: notePath, root, facts }: IndexedNote): { paths: string[]; titles: string[] } {
  const inside = notePath.startsWith(`${root}/`)
    ? notePath.slice(root.length + 1)
    : path.posix.basename(notePath);
  const parts = inside.split('/');
  parts.push(noteName(parts.pop() ?? ''));
  const paths = parts.map((_, index) => wikiKey(parts.slice(index).join('/'))).filter(Boolean);
  const titles = [facts.title, ...facts.aliases].map(wikiKey).filter((key) => key && !paths.includes(key));
  return { paths, titles: [...new Set(titles)] };
}

/** Steps from one folder to another. */
function distance(from: string, to: string): number {
  const [a, b] = [from.split('/'), to.split('/')];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return a.length + b.length - 2 * same;
}

/** Adds to, or takes from, a set in a map. */
class Sets {
  private readonly sets = new Map<string, Set<string>>();
  add(key: string, value: string): void {
    const set = this.sets.get(key);
    if (set) set.add(value);
    else this.sets.set(key, new Set([value]));
  }
  remove(key: string, value: string): void {
    const set = this.sets.get(key);
    set?.delete(value);
    if (set?.size === 0) this.sets.delete(key);
  }
  get(key: string): ReadonlySet<string> {
    return this.sets.get(key) ?? none;
  }
  entries(): Iterable<[string, ReadonlySet<string>]> {
    return this.sets.entries();
  }
}
const none: ReadonlySet<string> = new Set();

export class NoteCollection {
  private readonly notes = new Map<string, IndexedNote>();
  /** `base` + path → address. */
  private readonly paths = new Map<string, string>();
  /** What a wiki link may say → notes with such a path, and with such a title. */
  private readonly byPath = new Sets();
  private readonly byTitle = new Sets();
  /** What a link says (`wiki:` key, or `base` + path) → notes that say it. */
  private readonly incoming = new Sets();
  private knownPapers: Paper[] | undefined;
  /** Grows when a name by which notes are found comes or goes. */
  namesVersion = 0;

  get size(): number {
    return this.notes.size;
  }

  get(uri: string): IndexedNote | undefined {
    return this.notes.get(uri);
  }

  all(): IterableIterator<IndexedNote> {
    return this.notes.values();
  }

  set(note: IndexedNote): void {
    const old = this.notes.get(note.uri);
    const same =
      old && JSON.stringify([wikiKeys(old), old.path]) === JSON.stringify([wikiKeys(note), note.path]);
    if (old) this.unlink(old, !same);
    this.notes.set(note.uri, note);
    for (const key of linkKeys(note)) this.incoming.add(key, note.uri);
    if (!same) {
      const { paths, titles } = wikiKeys(note);
      for (const key of paths) this.byPath.add(key, note.uri);
      for (const key of titles) this.byTitle.add(key, note.uri);
      this.paths.set(note.base + note.path, note.uri);
      this.namesVersion++;
    }
    this.knownPapers = undefined;
  }

  delete(uri: string): boolean {
    const note = this.notes.get(uri);
    if (!note) return false;
    this.unlink(note, true);
    this.notes.delete(uri);
    this.namesVersion++;
    this.knownPapers = undefined;
    return true;
  }

  private unlink(note: IndexedNote, names: boolean): void {
    for (const key of linkKeys(note)) this.incoming.remove(key, note.uri);
    if (!names) return;
    const { paths, titles } = wikiKeys(note);
    for (const key of paths) this.byPath.remove(key, note.uri);
    for (const key of titles) this.byTitle.remove(key, note.uri);
    this.paths.delete(note.base + note.path);
  }

  /**
   * The note that `[[target]]` means in a note: by path, then by title or another name; of several the one in the
   * nearest folder. A missing one would be made in the note's own folder.
   */
  resolveWikiLink(target: string, from: NotePlace): WikiTarget {
    const key = wikiKey(target);
    const folder = path.posix.dirname(from.path);
    if (!key) return { base: from.base, path: from.path, exists: true };
    if (/^\.\.?(?:\/|$)/.test(key)) return this.resolvePath(path.posix.join(folder, target.trim()), from);
    const nearest = (uris: ReadonlySet<string>) => this.nearest(uris, folder, from.base);
    const found = nearest(this.byPath.get(key)) ?? nearest(this.byTitle.get(key));
    if (found) return { base: found.base, path: found.path, exists: true };
    return this.resolvePath(path.posix.join(folder, target.trim().replace(/^\//, '')), from);
  }

  /** Of several notes the one in the nearest folder. */
  private nearest(uris: ReadonlySet<string>, folder: string, base: string): IndexedNote | undefined {
    let best: IndexedNote | undefined;
    let bestSteps = Infinity;
    for (const uri of uris) {
      const note = this.notes.get(uri);
      if (note?.base !== base) continue;
      const steps = uris.size === 1 ? 0 : distance(folder, path.posix.dirname(note.path));
      if (steps > bestSteps || (steps === bestSteps && best && compare(best.path, note.path) < 0)) continue;
      best = note;
      bestSteps = steps;
    }
    return best;
  }

  private resolvePath(target: string, { base }: NotePlace): WikiTarget {
    const file = /\.(?:md|markdown)$/i.test(target) ? target : `${target}.md`;
    const found = [file, target].find((each) => this.paths.has(base + each));
    return { base, path: found ?? file, exists: found !== undefined };
  }

  /**
   * All that a wiki link in a note can say → the address of what it means, relative to the note. A plain object, so
   * that it can be sent to another thread; {@link lookUpWikiTarget} reads it.
   */
  wikiTargets(from: NotePlace): Record<string, string> {
    const targets: Record<string, string> = Object.create(null) as Record<string, string>;
    const folder = path.posix.dirname(from.path);
    // Most notes share their folder with others.
    const folders = new Map<string, string>();
    const addressOf = ({ path: target }: IndexedNote) => {
      const slash = target.lastIndexOf('/') + 1;
      const at = target.slice(0, slash);
      let start = folders.get(at);
      if (start === undefined) {
        const relative = relativeAddress(from.path, `${at}x`);
        folders.set(at, (start = relative.slice(0, -1)));
      }
      return start + encodeURIComponent(target.slice(slash));
    };
    // Paths after titles: a path is the stronger name.
    for (const names of [this.byTitle, this.byPath])
      for (const [key, uris] of names.entries()) {
        const note = this.nearest(uris, folder, from.base);
        if (note) targets[key] = addressOf(note);
      }
    return targets;
  }

  /** Where other notes link to a note. */
  backlinks(uri: string): Mention[] {
    const note = this.notes.get(uri);
    if (!note) return [];
    const { paths, titles } = wikiKeys(note);
    const sources = new Set<string>();
    const keys = [...paths, ...titles].map((key) => `wiki:${key}`);
    for (const key of [...keys, ...pathKeys(note)])
      for (const source of this.incoming.get(key)) sources.add(source);
    sources.delete(uri);
    const found: Mention[] = [];
    for (const source of sources) {
      const from = this.notes.get(source);
      if (!from) continue;
      let lastLine = -1;
      for (const link of from.facts.links) {
        // Two links in a line are one mention.
        if (link.line === lastLine) continue;
        const target =
          link.kind === 'wiki'
            ? this.resolveWikiLink(link.target, from)
            : this.resolveLink(link.target, from);
        if (target.base !== note.base || target.path !== note.path) continue;
        lastLine = link.line;
        found.push({
          note: from,
          line: link.line,
          heading: headingAt(from.facts, link.line),
          context: link.context,
        });
      }
    }
    return found.sort((a, b) => compare(a.note.path, b.note.path) || a.line - b.line);
  }

  private resolveLink(target: string, from: NotePlace): WikiTarget {
    const full = linkPath(target, from);
    const found = [full, `${full}.md`, `${full}/README.md`, `${full}/index.md`].find((each) =>
      this.paths.has(from.base + each),
    );
    return { base: from.base, path: found ?? full, exists: found !== undefined };
  }

  /** The papers that sections or whole notes are about, by title. One that several notes are about is one. */
  papers(): Paper[] {
    return (this.knownPapers ??= gatherPapers(
      [...this.notes.values()].sort((a, b) => compare(a.path, b.path)),
    ));
  }

  /** The paper that has a name, if a note is about it. */
  paper(key: string): Paper | undefined {
    return this.papers().find(({ references }) => references.some((reference) => reference.key === key));
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const linkPath = (target: string, { path: from, root }: NotePlace) =>
  path.posix
    .normalize(
      target.startsWith('/') ? `${root}${target}` : path.posix.join(path.posix.dirname(from), target),
    )
    .replace(/(.)\/$/, '$1');

/** Under what a note's links are found. */
function linkKeys(note: IndexedNote): Set<string> {
  const keys = new Set<string>();
  for (const { kind, target } of note.facts.links) {
    if (kind === 'link') keys.add(note.base + linkPath(target, note));
    else if (/^\.\.?\//.test(target))
      keys.add(note.base + path.posix.join(path.posix.dirname(note.path), target));
    else if (target) keys.add(`wiki:${wikiKey(target)}`);
  }
  return keys;
}

/** What a link to a note may be, as a path. */
function pathKeys({ base, path: notePath }: IndexedNote): string[] {
  const keys = [notePath, notePath.replace(/\.md$/i, '')];
  if (/^(?:readme|index)\.md$/i.test(path.posix.basename(notePath))) keys.push(path.posix.dirname(notePath));
  return keys.map((key) => base + key);
}

/** The last heading at or above a line. */
export function headingAt({ headings }: NoteFacts, line: number): string {
  let text = '';
  for (const heading of headings) {
    if (heading.line > line) break;
    if (heading.level <= 6) text = heading.text;
  }
  return text;
}

/** A link from one file to another, encoded. */
export const relativeAddress = (from: string, to: string) =>
  path.posix.relative(path.posix.dirname(from), to).split('/').map(encodeURIComponent).join('/') ||
  encodeURIComponent(path.posix.basename(to));

/** Reads the map that {@link NoteCollection.wikiTargets} made. */
export function lookUpWikiTarget(
  targets: Readonly<Record<string, string>>,
  target: string,
): { href: string; exists: boolean } {
  const [name = '', fragment] = target.split('#', 2);
  const hash = fragment === undefined ? '' : `#${encodeURIComponent(fragment)}`;
  const key = wikiKey(name);
  if (!key) return { href: hash || '#', exists: true };
  const href = Object.hasOwn(targets, key) ? targets[key] : undefined;
  if (href !== undefined) return { href: href + hash, exists: true };
  const file = name.trim().replace(/^\//, '');
  return {
    href: `${file.split('/').map(encodeURIComponent).join('/')}${/\.(?:md|markdown)$/i.test(file) ? '' : '.md'}`,
    exists: false,
  };
}

/** A PDF beside a note is named by where it lies. */
function absolute(reference: PaperReference, note: NotePlace): PaperReference {
  if (reference.kind !== 'pdf' || /^[a-z][a-z0-9+.-]*:/i.test(reference.id)) return reference;
  return { ...reference, key: `pdf:${note.base}${linkPath(reference.id, note)}` };
}

function gatherPapers(notes: readonly IndexedNote[]): Paper[] {
  const byKey = new Map<string, Paper>();
  for (const note of notes) {
    for (const part of note.facts.papers) {
      const references = [part.reference, ...part.also].map((reference) => absolute(reference, note));
      const known = [...new Set(references.flatMap(({ key }) => byKey.get(key) ?? []))];
      const paper = known[0] ?? emptyPaper(references[0] as PaperReference);
      // An arXiv id and a DOI that were two papers until this note named them together.
      for (const other of known.slice(1)) {
        paper.parts.push(...other.parts);
        paper.references.push(...other.references);
      }
      const names = new Set(paper.references.map(({ key }) => key));
      paper.references.push(...references.filter(({ key }) => !names.has(key)));
      paper.parts.push({ note, part });
      for (const { key } of paper.references) byKey.set(key, paper);
    }
  }
  const papers = [...new Set(byKey.values())];
  for (const note of notes) {
    for (const { reference, line, context } of note.facts.mentions) {
      const paper = byKey.get(absolute(reference, note).key);
      if (!paper || paper.parts.some((each) => each.note === note)) continue;
      if (paper.mentions.at(-1)?.note === note && paper.mentions.at(-1)?.line === line) continue;
      paper.mentions.push({ note, line, heading: headingAt(note.facts, line), context });
    }
  }
  for (const paper of papers) {
    const titles = (whole: boolean) =>
      paper.parts
        .filter(({ part }) => part.whole === whole)
        .map(({ part }) => part.title)
        .sort((a, b) => b.length - a.length);
    // Of several headings the longest says most: `LISA: Reasoning Segmentation …` and not `LISA`.
    paper.title = titles(true)[0] || titles(false)[0] || noteName(paper.parts[0]?.note.path ?? '');
  }
  const { compare: byLanguage } = new Intl.Collator();
  return papers.sort((a, b) => byLanguage(a.title, b.title));
}

const emptyPaper = (reference: PaperReference): Paper => ({
  ...{ key: reference.key, reference, references: [], title: '', parts: [], mentions: [] },
});
