/**
 * A note's text → what the index knows about it. One pass over the lines, without the Markdown parser: an index reads
 * thousands of notes, and what it needs (headings, links, figures, display equations) stands in lines of their own.
 */
import { formulaShape } from '../markdown/equations';
import { decodeSource } from '../markdown/figures';
import { headingText, Slugger } from '../markdown/slugs';
import { splitFrontMatter, toList, type FrontMatter } from '../render/frontMatter';
import { paperReference, type PaperReference } from '../papers/reference';
import type { NoteEquation, NoteFacts, NoteHeading, PaperMention, PaperPart } from './noteFacts';

/** How long a slice of a long note is read for, and the lines between two looks at the clock. */
const sliceMs = 12;
const sliceLines = 256;
/** Longer lines are cut before links are looked for: no person writes them. */
const maxLine = 20_000;
/** Lines that a formula may have; a `$$` that is not closed by then opens none. */
const maxFormula = 300;
/** Lines with words after a heading in which a link says what the section is about. */
const openingLines = 6;
/** Inside a section about one paper, a line with more words than this around a link only mentions the other one. */
const fewWords = 60;

const fence = /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*(`{3,}(?=[^`]*$)|~{3,})\s*(\S*)/;
const atx = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const listItem = /^\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const environment = /^\\begin\{((?:equation|align|gather|multline|alignat|flalign|eqnarray)\*?)\}/;
const link =
  /(!?)\[((?:[^[\]\\]|\\.|\[[^[\]]{0,300}\])*)\]\(\s*(?:<([^<>]*)>|([^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)/g;
const wikiLink = /(!?)\[\[([^[\]|#]{0,300})(?:#([^[\]|]{0,300}))?(?:\|[^[\]]{0,300})?\]\]/g;
const definition = /^ {0,3}\[([^\]^][^\]]{0,300})\]:\s*(?:<([^<>]*)>|(\S+))/;
const usage = /(!?)\[([^[\]]{1,300})\](?:\[([^[\]]{0,300})\])?(?![([:])/g;
const htmlImage = /<img\b[^>]{0,500}?\bsrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))[^>]{0,500}>/gi;
const htmlAlt = /\balt\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
const htmlLink = /<a\b[^>]{0,500}?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const address = /https?:\/\/[^\s<>"'`，。；、）】》」]+/gi;
const named = /\b(?:arxiv\s*:\s*(?:\d{4}\.\d{4,5}|[a-z.-]+\/\d{7})|doi\s*:\s*10\.\d{4,9}\/[^\s<>"]+)/gi;
const picture = /\.(?:png|jpe?g|webp|gif|bmp|avif|tiff?|svg)$/i;

/** Reads a note. Never throws; time grows with the length of the text. */
export function parseNote(text: string): NoteFacts {
  const steps = parse(text);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Reads a note in slices: after some milliseconds it waits for `pause`, so that a long note holds nobody up. */
export async function parseNoteInSlices(text: string, pause: () => Promise<void>): Promise<NoteFacts> {
  const steps = parse(text);
  for (let began = performance.now(); ;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - began < sliceMs) continue;
    await pause();
    began = performance.now();
  }
}

/** Gives control back after every few lines. */
function* parse(text: string): Generator<void, NoteFacts> {
  const { frontMatter, body } = splitFrontMatter(text);
  const reader = new Reader(body.split(/\r\n?|\n/), frontMatter?.lines ?? 0);
  yield* reader.read();
  const firstHeading = reader.headings.find(({ level }) => level <= 6)?.text ?? '';
  const title = frontMatter?.title || firstHeading;
  return {
    title,
    aliases: toList(frontMatter?.values['aliases']),
    headings: reader.headings,
    links: reader.links,
    figures: reader.figures,
    equations: reader.equations,
    mentions: reader.mentions,
    papers: reader.parts(wholeNote(frontMatter, title, reader.end)),
  };
}

/** The paper that the front matter names. */
function wholeNote(frontMatter: FrontMatter | undefined, title: string, endLine: number): PaperPart[] {
  if (!frontMatter) return [];
  const references: PaperReference[] = [];
  for (const line of frontMatter.raw.split(/\r?\n/)) {
    // As text: YAML would take the id 2310.07700 for a number and drop its zeros.
    const [, key, quoted, single, bare] =
      /^(arxiv|eprint|doi|paper|url|link|pdf)\s*[:=]\s*(?:"([^"]*)"|'([^']*)'|([^#\s][^#]*?))?\s*(?:#.*)?$/i.exec(
        line,
      ) ?? [];
    const value = quoted ?? single ?? bare ?? '';
    if (!key || !value) continue;
    // An address may carry a `#`.
    const found = paperReference(key.toLowerCase() === 'doi' ? value.replace(/^doi\s*:\s*/i, '') : value);
    if (found && !references.some(({ key }) => key === found.key)) references.push(found);
  }
  const [reference, ...also] = references;
  if (!reference) return [];
  return [{ reference, also, title, line: 0, endLine, whole: true, authors: frontMatter.authors }];
}

/** A heading's text without marks: images and links become their words. */
function shownText(source: string): string {
  return source
    .replace(/!?\[([^\]]*)\]\((?:[^()]|\([^()]*\))*\)/g, '$1')
    .replace(/!?\[\[(?:[^[\]|]*\|)?([^[\]]*)\]\]/g, '$1')
    .replace(/[*`]|~~/g, '')
    .replace(/<\/?[a-z][^>]*>/gi, (tag) =>
      /^<\/?(?:a|b|i|em|strong|br|sub|sup|span|img)\b/i.test(tag) ? '' : tag,
    )
    .trim();
}

/** A heading without what only says where the paper is: `LISA ([paper](…))`, `LISA arXiv:2308.00692`. */
const paperTitle = (heading: string) =>
  heading
    .replace(address, '')
    .replace(named, '')
    .replace(
      /[([（【]\s*(?:(?:the\s)?paper|pdf|arxiv|link|url|论文(?:地址|链接)?|链接|原文)?\s*[)\]）】]/gi,
      '',
    )
    .replace(/\s+/g, ' ')
    .replace(/[\s:：,，|·-]+$/, '')
    .trim() || heading;

function findLast<T>(items: readonly T[], fits: (item: T) => boolean): T | undefined {
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index] as T;
    if (fits(item)) return item;
  }
  return undefined;
}

const shorten = (text: string) => (text.length > 200 ? `${text.slice(0, 199)}…` : text);

interface Usage {
  label: string;
  image: boolean;
  line: number;
  context: string;
}

class Reader {
  readonly headings: NoteHeading[] = [];
  readonly links: NoteFacts['links'] = [];
  readonly figures: NoteFacts['figures'] = [];
  readonly equations: NoteEquation[] = [];
  readonly mentions: PaperMention[] = [];
  private readonly slugger = new Slugger();
  private nextEquation = 1;
  private readonly definitions = new Map<string, string>();
  private readonly usages: Usage[] = [];
  /** Lines in which a link does not say what a section is about: rows of tables. */
  private readonly rows = new Set<number>();
  /** Lines with words; the opening of a section is counted in them. */
  private readonly wordy: number[] = [];

  /** @param offset lines that the front matter takes */
  constructor(
    private readonly lines: string[],
    private readonly offset: number,
  ) {}

  /** The line after the last one. */
  get end(): number {
    return this.offset + this.lines.length;
  }

  *read(): Generator<void, void> {
    const { lines } = this;
    let inComment = false;
    let inList = false;
    let afterBlank = true;
    /** Where the paragraph began that a line of `===` would make a heading; -1 outside one. */
    let paragraph = -1;
    for (let index = 0, slice = sliceLines; index < lines.length; index++) {
      if (index >= slice) {
        yield;
        slice = index + sliceLines;
      }
      const raw = (lines[index] ?? '').slice(0, maxLine);
      const quoted = /^ {0,3}>/.test(raw);
      let line = quoted ? raw.replace(/^(?: {0,3}> ?)+/, '') : raw;
      if (inComment) {
        const close = line.indexOf('-->');
        if (close < 0) continue;
        inComment = false;
        line = line.slice(close + 3);
      }
      if (!line.trim()) {
        afterBlank = true;
        paragraph = -1;
        continue;
      }
      const indented = /^(?: {4}|\t)/.test(line);
      if (!indented) {
        if (listItem.test(line)) inList = true;
        else if (afterBlank && !/^\s/.test(line)) inList = false;
      } else if (afterBlank && !inList) {
        continue; // Indented code: what follows it indented is code, too.
      }
      const opened = line.includes('```') || line.includes('~~~') ? fence.exec(line) : null;
      if (opened?.[1]) {
        index = this.skipFence(index, opened[1], opened[2] ?? '', quoted);
        paragraph = -1;
        afterBlank = false;
        continue;
      }
      const block = this.formula(index, line, quoted);
      if (block !== undefined) {
        index = block;
        paragraph = -1;
        afterBlank = false;
        continue;
      }
      this.wordy.push(index + this.offset);
      const words = withoutCode(line);
      const open = words.lastIndexOf('<!--');
      if (open >= 0 && !words.includes('-->', open)) inComment = true;
      const visible = open < 0 ? words : words.replace(/<!--.*?(?:-->|$)/g, '');
      const heading = quoted || indented || !line.includes('#') ? null : atx.exec(line);
      if (heading?.[1]) {
        this.addHeading(heading[1].length, heading[2] ?? '', index);
        paragraph = -1;
        inList = false;
      } else if (paragraph >= 0 && /^ {0,3}(?:=+|-+)[ \t]*$/.test(line)) {
        this.addHeading(line.includes('=') ? 1 : 2, lines.slice(paragraph, index).join(' '), paragraph);
        paragraph = -1;
      } else if (!quoted && !indented && !inList && !/^\s*[|<]/.test(line)) {
        if (paragraph < 0) paragraph = index;
        if (afterBlank || index === 0 || this.headings.at(-1)?.line === index - 1 + this.offset)
          this.addBoldHeading(index, line);
      }
      if (/^\s*\|/.test(line)) this.rows.add(index + this.offset);
      this.addLinks(visible, index + this.offset);
      this.addInlineFormulas(visible, index + this.offset);
      afterBlank = false;
    }
    this.settleUsages();
    this.mentions.sort((a, b) => a.line - b.line);
  }

  /** The parts of the note that are about papers: sections whose heading or first lines name one, after the whole note. */
  parts(whole: PaperPart[]): PaperPart[] {
    const headings = this.headings.filter(({ level }) => level <= 6);
    const parts = whole.map((part) => ({ part, level: 0 }));
    let wordyAt = 0;
    let mentionAt = 0;
    headings.forEach((heading, at) => {
      const next = headings[at + 1]?.line ?? this.end;
      while ((this.wordy[wordyAt] ?? Infinity) <= heading.line) wordyAt++;
      const opening = Math.min(next, (this.wordy[wordyAt + openingLines - 1] ?? this.end) + 1);
      while ((this.mentions[mentionAt]?.line ?? Infinity) < heading.line) mentionAt++;
      const found: PaperMention[] = [];
      for (let i = mentionAt; (this.mentions[i]?.line ?? Infinity) < opening; i++) {
        const mention = this.mentions[i] as PaperMention;
        if (!this.rows.has(mention.line)) found.push(mention);
      }
      const first = found[0];
      if (!first) return;
      const references = unique(
        found.filter(({ line }) => line === first.line).map(({ reference }) => reference),
      );
      // Two papers of one kind in a line are a list; an arXiv id and a DOI are two names of one paper.
      if (new Set(references.map(({ kind }) => kind)).size < references.length) return;
      const [reference, ...also] = references;
      if (!reference) return;
      const endLine = headings.slice(at + 1).find(({ level }) => level <= heading.level)?.line ?? this.end;
      const around = findLast(
        parts,
        ({ part, level }) => level < heading.level && part.endLine > heading.line,
      )?.part;
      const repeats = around && [around.reference, ...around.also].some(({ key }) => key === reference.key);
      if (repeats || (around && first.line !== heading.line && wordsAround(first.context) > fewWords)) return;
      const title = paperTitle(heading.text);
      const part = { reference, also, title, line: heading.line, endLine, whole: false, authors: [] };
      parts.push({ part, level: heading.level });
    });
    return parts.map(({ part }) => part);
  }

  private addHeading(level: number, source: string, index: number): void {
    const slug = this.slugger.slug(headingText(source));
    this.headings.push({ level, text: shownText(source), line: index + this.offset, slug });
  }

  /** `**Method**` alone, with content after it, does a heading's work. */
  private addBoldHeading(index: number, line: string): void {
    const [, stars, underlines] = /^ {0,3}(?:\*\*([^*]+)\*\*|__([^_]+)__)[:：]?\s*$/.exec(line) ?? [];
    const text = (stars ?? underlines ?? '').replace(/[:：]\s*$/, '').trim();
    if (!text || text.length > 60 || /[。．.!?！？;；,，]$|[，。；]|!?\[.*\]\(/.test(text)) return;
    let next = index + 1;
    while (next < this.lines.length && !this.lines[next]?.trim()) next++;
    const after = this.lines[next];
    if (
      after === undefined ||
      atx.test(after) ||
      /^ {0,3}(?:\*\*[^*]+\*\*[:：]?|[-*_]{3,}|=+|-+)\s*$/.test(after)
    )
      return;
    if (next === index + 1 && !listItem.test(after)) return;
    this.headings.push({ level: 7, text, line: index + this.offset, slug: '' });
  }

  /** @returns the index of the line that closes the fence, or of the last line */
  private skipFence(start: number, mark: string, language: string, quoted: boolean): number {
    const close = new RegExp(String.raw`^\s*${mark[0] === '~' ? '~' : '`'}{${mark.length},}\s*$`);
    const content: string[] = [];
    let index = start + 1;
    for (; index < this.lines.length; index++) {
      const raw = this.lines[index] ?? '';
      if (quoted && !/^ {0,3}>/.test(raw)) {
        index--;
        break;
      }
      const line = quoted ? raw.replace(/^(?: {0,3}> ?)+/, '') : raw;
      if (close.test(line)) break;
      if (content.length < maxFormula) content.push(line);
    }
    if (/^\{?\.?math\}?$/i.test(language)) this.addEquation(content, start);
    return index;
  }

  /** @returns the index of the last line of the formula that this line begins, if it begins one */
  private formula(start: number, line: string, quoted: boolean): number | undefined {
    if (!line.includes('$$') && !line.includes('\\')) return undefined;
    const trimmed = line.trim().replace(/^(?:(?:[-*+]|\d{1,9}[.)])\s+)+/, '');
    let close: string;
    let rest: string;
    const begin = environment.exec(trimmed);
    if (trimmed.startsWith('$$')) [close, rest] = ['$$', trimmed.slice(2)];
    else if (trimmed.startsWith('\\[')) [close, rest] = ['\\]', trimmed.slice(2)];
    else if (begin) [close, rest] = [`\\end{${begin[1]}}`, trimmed.slice(begin[0].length)];
    else return undefined;
    const content: string[] = [];
    for (let index = start; index < Math.min(this.lines.length, start + maxFormula); index++) {
      if (index > start) {
        rest = this.lines[index] ?? '';
        if (quoted) rest = rest.replace(/^(?: {0,3}> ?)+/, '');
      }
      const at = rest.indexOf(close);
      if (at < 0) {
        content.push(rest);
        continue;
      }
      // Text after a formula of one line belongs to a line of text.
      if (index === start && close === '$$' && rest.slice(at + 2).trim()) return undefined;
      content.push(rest.slice(0, at));
      this.addEquation(content, start, begin ? [begin[0], close] : undefined);
      return index;
    }
    return undefined;
  }

  private addInlineFormulas(line: string, at: number): void {
    if (!line.includes('$$')) return;
    for (const [, tex] of line.matchAll(/\$\$([^$]+)\$\$/g)) this.addEquation([tex ?? ''], at - this.offset);
  }

  private addEquation(content: string[], index: number, around = ['', '']): void {
    const all = `${around[0]}${content.join('\n')}${around[1]}`;
    const label = /\\label\s*\{([^{}]*)\}/.exec(all)?.[1]?.trim() ?? '';
    // Counted as the preview counts; of a formula that is nothing but its number, too.
    const rows = formulaShape(all, true).rows.map(({ tag }) => tag ?? String(this.nextEquation++));
    const number = rows.length > 1 ? `${rows[0]}–${rows.at(-1)}` : (rows[0] ?? '');
    const first = content
      .map((line) =>
        line
          .replace(
            /\\(?:label|tag\*?)\s*\{[^{}]*\}|\\(?:begin|end)\s*\{[^{}]*\}(?:\{[^{}]*\}|\[[^\]]*\])?|\\(?:notag|nonumber)\b/g,
            '',
          )
          .replace(/\\\\\s*$/, '')
          .trim(),
      )
      .find(Boolean);
    if (!first) return;
    this.equations.push({ tex: shorten(first), label, number, line: index + this.offset });
  }

  private addLinks(line: string, at: number): void {
    const context = () => shorten(line.trim());
    let rest = line;
    const blank = (from: string) => (rest = rest.replace(from, ' '));
    if (line.includes('[')) {
      const defined = definition.exec(line);
      if (defined?.[1]) {
        const target = defined[2] ?? defined[3] ?? '';
        this.definitions.set(normalLabel(defined[1]), target);
        this.addMention(target, at, context());
        return;
      }
      for (const [whole, image, target = '', fragment = ''] of line.matchAll(wikiLink)) {
        if (image && picture.test(target)) this.figures.push({ source: target.trim(), alt: '', line: at });
        else if (target.trim() || fragment)
          this.links.push({
            ...{ kind: 'wiki', target: target.trim(), fragment: fragment.trim() },
            line: at,
            context: context(),
          });
        blank(whole);
      }
      for (const match of rest.matchAll(link)) {
        const [whole, image, words = '', angled, plain] = match;
        const target = angled ?? plain ?? '';
        if (image) this.figures.push({ source: decodeSource(target), alt: words, line: at });
        else {
          // A picture that is a link.
          for (const [, inner, alt = '', wide, narrow] of words.matchAll(link))
            if (inner) this.figures.push({ source: decodeSource(wide ?? narrow ?? ''), alt, line: at });
          this.addTarget(target, at, context());
        }
        blank(whole);
      }
      for (const [, image, words = '', label] of rest.matchAll(usage))
        this.usages.push({ label: label || words, image: image === '!', line: at, context: context() });
    }
    if (line.includes('<')) {
      for (const [tag, double, single, bare] of line.matchAll(htmlImage)) {
        const alt = htmlAlt.exec(tag);
        this.figures.push({
          source: decodeSource(double ?? single ?? bare ?? ''),
          alt: alt?.[1] ?? alt?.[2] ?? '',
          line: at,
        });
      }
      for (const [whole, double, single] of line.matchAll(htmlLink)) {
        this.addTarget(double ?? single ?? '', at, context());
        blank(whole);
      }
    }
    if (rest.includes('://')) {
      for (const [found] of rest.matchAll(address)) {
        const closed = found.includes('(') ? found : found.replace(/\).*$/, '');
        this.addMention(closed.replace(/[.,;:!?*_]+$/, ''), at, context());
        blank(found);
      }
    }
    if (/arxiv|doi/i.test(rest))
      for (const [found] of rest.matchAll(named)) this.addMention(found, at, context());
  }

  private addTarget(target: string, line: number, context: string): void {
    if (this.addMention(target, line, context)) return;
    if (!target || target.startsWith('#') || /^(?:[a-z][a-z0-9+.-]+:|\/\/)/i.test(target)) return;
    const [path = '', fragment = ''] = target.split('#', 2);
    this.links.push({
      ...{ kind: 'link', target: decodeSource(path.replace(/\?.*$/s, '')), fragment: decodeSource(fragment) },
      ...{ line, context },
    });
  }

  private addMention(target: string, line: number, context: string): boolean {
    const reference = paperReference(target);
    if (!reference) return false;
    this.mentions.push({ reference, line, context });
    return true;
  }

  /** `[text][label]`, now that all definitions are known. */
  private settleUsages(): void {
    if (this.definitions.size === 0) return;
    for (const { label, image, line, context } of this.usages) {
      const target = this.definitions.get(normalLabel(label));
      if (target === undefined) continue;
      if (image) this.figures.push({ source: decodeSource(target), alt: label, line });
      else this.addTarget(target, line, context);
    }
    this.figures.sort((a, b) => a.line - b.line);
    this.links.sort((a, b) => a.line - b.line);
  }
}

const normalLabel = (label: string) => label.trim().replace(/\s+/g, ' ').toLowerCase();

const unique = (references: PaperReference[]) => [
  ...new Map(references.map((reference) => [reference.key, reference])).values(),
];

/** Length of a line without its links. */
const wordsAround = (line: string) => line.replace(link, '').replace(address, '').trim().length;

/** Code in a line becomes blanks, so that nothing in it is taken for a link. */
function withoutCode(line: string): string {
  if (!line.includes('`')) return line;
  return line.replace(/(`+)(?!`)(.*?[^`])\1(?!`)/g, (code) => ' '.repeat(code.length));
}
