/**
 * A note that is being read while it is written. It is cut into units, which are rendered one by one and only when
 * somebody asks; an edit costs the blocks that it touches. What units need of each other (ids of headings, numbers of
 * equations and footnotes, link references) is worked out from facts of all blocks, without rendering them.
 */
import type { Env, MarkdownIt, Token } from 'markdown-it';
import { imageKey, type Figure, type ResolvedImage } from '../markdown/figures';
import {
  backLinks,
  footnoteRefs,
  footnotesSection,
  takeDefinitions,
  withBackLinks,
  type FootnoteEnv,
  type FootnoteUse,
} from '../markdown/footnotes';
import type { TextChange } from '../../protocol/noteRenderer';
import { isGround } from '../ground/fence';
import { groundFences, type GroundFences } from '../ground/groundHtml';
import { blockEquations, mayHaveEquations, type EquationRow, type Macros } from '../markdown/equations';
import { fenceLanguages } from '../markdown/codeFences';
import type { CodeHighlighter } from '../markdown/highlight';
import { noteMacros } from '../markdown/macros';
import { createMarkdown, type Flavour, type NoteEnv, type ResolvedNote } from '../markdown/markdown';
import { htmlSpans, type HtmlToken } from '../markdown/sanitize';
import { Slugger } from '../markdown/slugs';
import { tokenMaker } from '../markdown/tokens';
import {
  BlockParser,
  blockTokens,
  lowerBound,
  saysTheSame,
  type BlockSplice,
  type Reference,
  type SourceBlock,
} from './blockParser';
import { citationsStamp } from '../papers/bibliography';
import { splitFrontMatter, type FrontMatter } from './frontMatter';
import { frontMatterHtml } from './frontMatterHeader';

export interface RenderOptions {
  /** What an image's address (decoded, never a remote one) stands for. */
  resolveImage(source: string): ResolvedImage;
  /** What a wiki link leads to. */
  resolveNote?(target: string): ResolvedNote;
  /** The note's own HTML is sanitised and used; false shows it as text. Default false. */
  allowHtml?: boolean;
  frontMatter?: 'header' | 'hidden' | 'raw';
  /** Which Markdown. Default `groundnote`. */
  syntax?: Flavour;
  /** `:tada:` becomes an emoji. Default false. */
  emoji?: boolean;
  /** Macros of formulas, as a setting gives them; those of the front matter go before them. */
  macros?: unknown;
  /** What citations show, by key, in a note with this front matter. */
  citations?(frontMatter: FrontMatter | undefined): NoteEnv['citations'];
  /** Colours the code of fences. */
  highlighter?: Pick<CodeHighlighter, 'highlight' | 'stateOf'>;
  /** Figures can be opened: adds buttons, focus and menu context. Default false. */
  interactive?: boolean;
  /** The note's address, for that context. */
  note?: string;
  /** The note's path on this machine, where it has one: answers of ground fences lie beside it. */
  notePath?: string;
}

/** An edit: lines `from` to `to` (exclusive) become `lines`. 0-based, as they are before this edit. */
export interface LineEdit {
  from: number;
  to: number;
  lines: readonly string[];
}

/** A run of blocks that are rendered together: nearly always one, several where an HTML element reaches over them. */
export interface Unit {
  readonly blocks: readonly SourceBlock[];
  /** How many lines behind the first block the blocks begin: lines inside the unit are told by its HTML. */
  readonly offsets: string;
  /** Lines of the note, 0-based, `end` exclusive. */
  start: number;
  end: number;
  /** What the rest of the note means for it; it is rendered again when this changes. */
  context: UnitContext;
  rendered?: RenderedUnit;
}

/** What a unit takes from the rest of the note. `key` changes with it. */
interface UnitContext {
  key: string;
  headingIds: readonly string[];
  /** The note's title stands in the header already. */
  sameTitle: boolean;
  footnoteUses: readonly FootnoteUse[];
  /** The number of its first numbered equation. */
  nextEquation: number;
  /** For each footnote that it defines: its number (0: nobody uses it) and how often it is used. */
  footnoteDefinitions: readonly { number: number; uses: number }[];
}

interface RenderedUnit {
  html: string;
  contextKey: string;
  figures: readonly Figure[];
  /** Definitions of footnotes, by label, and inline ones, by their place among the unit's uses. */
  definitions: ReadonlyMap<string, string>;
  inlineNotes: ReadonlyMap<number, string>;
  /** Questions that were asked of the world outside the unit, with their answers. */
  asked: readonly Asked[];
}
interface Asked {
  about: 'image' | 'note' | 'reference' | 'code';
  question: string;
  answer: string;
}

/** What changed in the list of units: `inserted` ones at `at` replace `removed` ones. Others may have moved. */
export interface UnitSplice {
  at: number;
  removed: number;
  inserted: number;
  /** All of the note may have changed, with its header. */
  whole: boolean;
}

/** What a unit says that others count. */
interface Marks {
  /** Footnotes in use, in order (undefined: an inline one). */
  footnotes: (string | undefined)[];
  /** Rows of formulas with a number or a tag, in order. */
  equations: EquationRow[];
  /** For which labels of footnotes and which macros this was found. */
  key: string;
}
const noSplice: UnitSplice = { at: 0, removed: 0, inserted: 0, whole: false };
const noContext: UnitContext = {
  key: '',
  headingIds: [],
  sameTitle: false,
  footnoteUses: [],
  nextEquation: 1,
  footnoteDefinitions: [],
};

/** A unit lies where its blocks lie. */
function place(unit: Unit): void {
  const [first] = unit.blocks;
  if (!first) return;
  unit.start = first.start;
  unit.end = (unit.blocks.at(-1) as SourceBlock).end;
}

export class NoteDocument {
  /** The note's blocks in order, without those that show nothing. */
  units: Unit[] = [];
  private lines: string[] = [''];
  private frontMatter: FrontMatter | undefined;
  /** Lines of the front matter; the rest is the body. */
  private bodyStart = 0;
  private md: MarkdownIt;
  private parser: BlockParser;
  private readonly unitOf = new WeakMap<SourceBlock, Unit>();
  private readonly marks = new WeakMap<Unit, Marks>();
  private references: ReadonlyMap<string, Reference> = new Map();
  private referencesKey = '';
  private labels: readonly string[] = [];
  /** For what the marks of units were found. */
  private marksKey = '';
  private firstHeading: string | undefined;
  /** The note's ground fences and their answers. */
  private ground: GroundFences | undefined;
  private groundSource = '';
  /** Numbered footnotes in order: the label, or the unit and place of an inline one. */
  private footnotes: ({ label: string } | { unit: Unit; index: number })[] = [];
  /** The section of footnotes at the end, when there are any. */
  private endUnit: Unit | undefined;

  private macros: Macros = {};
  private equationLabels: ReadonlyMap<string, string> = new Map();
  private citations: NoteEnv['citations'];

  constructor(private options: RenderOptions) {
    [this.md, this.parser] = this.createParsers();
  }

  private createParsers(): [MarkdownIt, BlockParser] {
    const { syntax, emoji } = this.options;
    const md = createMarkdown({ ...(syntax && { flavour: syntax }), ...(emoji !== undefined && { emoji }) });
    // Blocks come from the parser of blocks; the rest of the parser works on one unit at a time.
    md.core.ruler.disable(['normalize', 'block']);
    return [md, new BlockParser(md, () => ({ allowHtml: this.options.allowHtml ?? false }) as Env)];
  }

  get lineCount(): number {
    return this.lines.length;
  }

  /** From the front matter, else the first heading, else empty. */
  get title(): string {
    return this.frontMatter?.title || (this.firstHeading ?? '');
  }

  /** The HTML that stands for the front matter; empty without one. */
  get header(): string {
    return this.frontMatter
      ? frontMatterHtml(this.frontMatter, this.options.frontMatter ?? 'header', this.macros)
      : '';
  }

  /** Takes a whole new text; what it has in common with the one before is not parsed again. */
  setText(text: string): UnitSplice {
    const lines = text.split(/\r\n|\n|\r/).map(cleanLine);
    const old = this.lines;
    if (!this.units.length) return this.reset(lines);
    let from = 0;
    while (from < old.length && from < lines.length && old[from] === lines[from]) from++;
    let tail = 0;
    const most = Math.min(old.length, lines.length) - from;
    while (tail < most && old[old.length - 1 - tail] === lines[lines.length - 1 - tail]) tail++;
    const to = old.length - tail;
    if (from === to && old.length === lines.length) return noSplice;
    return this.edit([{ from, to, lines: lines.slice(from, lines.length - tail) }]);
  }

  /** Follows changes of the text, in the order in which they were made. */
  change(changes: readonly TextChange[]): UnitSplice {
    // Lines are replaced as changes come, so that each one finds those that it is about.
    const edits: LineEdit[] = [];
    const lines = [...this.lines];
    for (const { start, end, text } of changes) {
      const before = (lines[start.line] ?? '').slice(0, start.character);
      const after = (lines[end.line] ?? '').slice(end.character);
      const replaced = `${before}${text}${after}`.split(/\r\n|\n|\r/);
      edits.push({ from: start.line, to: end.line + 1, lines: replaced });
      lines.splice(start.line, end.line + 1 - start.line, ...replaced);
    }
    return this.edit(edits);
  }

  /** Follows edits, in the order in which they were made. */
  edit(edits: readonly LineEdit[]): UnitSplice {
    // All of them become one: lines `from` to `to` of the text as it is now, which are `delta` more than before.
    let from = Infinity;
    let to = 0;
    let delta = 0;
    for (const edit of edits) {
      const grown = edit.lines.length - (edit.to - edit.from);
      const ends = edit.from + edit.lines.length;
      to = to > edit.from ? Math.max(to + grown, ends) : ends;
      from = Math.min(from, edit.from);
      delta += grown;
      this.lines.splice(edit.from, edit.to - edit.from, ...edit.lines.map(cleanLine));
    }
    if (from === Infinity) return noSplice;
    const frontMatter = this.readFrontMatter();
    const bodyStart = frontMatter?.lines ?? 0;
    const inFrontMatter = frontMatter !== undefined && to <= bodyStart;
    if (inFrontMatter && bodyStart - delta === this.bodyStart) {
      this.frontMatter = frontMatter;
      this.bodyStart = bodyStart;
      this.parser.moveBody(delta);
    } else if (bodyStart === this.bodyStart && from >= bodyStart) {
      const { blocks } = this.parser;
      const splice = this.parser.update(this.lines, from, to - delta, delta);
      const local = this.replaceUnits(blocks.slice(splice.at, splice.at + splice.removed), splice);
      if (local) return local;
    } else return this.reset(this.lines);
    return { ...this.settle(), whole: false };
  }

  /**
   * The quick way for most edits: blocks were replaced by as many that say the same to the rest of the note, so that no
   * other unit has to be looked at. Undefined where it is not so.
   * @param old the blocks that were replaced
   */
  private replaceUnits(old: readonly SourceBlock[], { at, inserted }: BlockSplice): UnitSplice | undefined {
    const blocks = this.parser.blocks.slice(at, at + inserted);
    const units = old.map((block) => this.unitOf.get(block));
    const [first] = units;
    const stampOf = (citations: NoteEnv['citations']) => citations && citationsStamp(citations);
    if (
      !first ||
      old.length !== blocks.length ||
      !old.every((block, index) => saysTheSame(block.facts, (blocks[index] as SourceBlock).facts)) ||
      units.some((unit) => unit?.blocks.length !== 1) ||
      stampOf(this.options.citations?.(this.frontMatter)) !== stampOf(this.citations)
    )
      return undefined;
    const from = lowerBound(this.units, (unit) => unit.start < first.start);
    if (units.some((unit, index) => this.units[from + index] !== unit)) return undefined;
    const replacing = blocks.map((block) => this.unitFor([block]));
    for (const [index, unit] of replacing.entries()) {
      const before = units[index] as Unit;
      const [was, is] = [before, unit].map((each) => this.marksOf(each, this.marksKey));
      if (JSON.stringify(was) !== JSON.stringify(is)) return undefined;
      unit.context = before.context;
      for (const note of this.footnotes) if ('unit' in note && note.unit === before) note.unit = unit;
    }
    const rest = this.units.slice(from + replacing.length);
    this.units = [...this.units.slice(0, from), ...replacing, ...rest];
    // Blank lines may have come or gone anywhere around them.
    this.units.forEach(place);
    if (this.endUnit && rest.at(-1) === this.endUnit) this.footnotesUnit();
    return { at: from, removed: replacing.length, inserted: replacing.length, whole: false };
  }

  /** Uses other options: everything is rendered again when it is asked for. */
  configure(options: RenderOptions): UnitSplice {
    const { syntax, emoji } = this.options;
    this.options = options;
    if (syntax !== options.syntax || emoji !== options.emoji) [this.md, this.parser] = this.createParsers();
    for (const unit of this.units) unit.rendered = undefined;
    return this.reset(this.lines);
  }

  /** Asks the world again what units were told of it: files, notes, grammars and colours may have changed. */
  refresh(): void {
    this.groundSource = '';
    this.relate();
    for (const unit of this.units)
      if (!unit.rendered?.asked.every((asked) => this.answer(asked) === asked.answer))
        unit.rendered = undefined;
  }

  /** True when the unit's HTML is there and still right. */
  isFresh(unit: Unit): boolean {
    return unit.rendered !== undefined && unit.rendered.contextKey === unit.context.key;
  }

  /** The unit's HTML, rendered now where that is due. Never throws for what a note may hold. */
  html(unit: Unit): string {
    return this.render(unit).html;
  }

  /** Pictures of a unit, in order; it is rendered for that where it has not been. */
  figures(unit: Unit): readonly Figure[] {
    return this.render(unit).figures;
  }

  /** Languages of the code in these units, for the highlighter to prepare. */
  languages(units: readonly Unit[]): Set<string> {
    return fenceLanguages(units.flatMap(({ blocks }) => blocks.flatMap(({ facts }) => facts.fences)));
  }

  private reset(lines: string[]): UnitSplice {
    this.lines = lines;
    this.frontMatter = this.readFrontMatter();
    this.bodyStart = this.frontMatter?.lines ?? 0;
    this.parser.reset(lines, this.bodyStart);
    return { ...this.settle(), whole: true };
  }

  private readFrontMatter(): FrontMatter | undefined {
    const { lines } = this;
    const fence = /^\uFEFF?(---|\+\+\+)[ \t]*$/.exec(lines[0] ?? '')?.[1];
    if (!fence) return undefined;
    const end = lines.findIndex(
      (line, index) => index > 0 && (line.startsWith(fence) || line.startsWith('...')),
    );
    // A long note is not joined for its first lines.
    return end < 0 ? undefined : splitFrontMatter(lines.slice(0, end + 2).join('\n')).frontMatter;
  }

  /** After the blocks have changed: units, and what they need to know of each other. */
  private settle(): Pick<UnitSplice, 'at' | 'removed' | 'inserted'> {
    const before = this.units;
    this.collectReferences();
    this.units = this.groupUnits();
    this.relate();
    const after = this.units;
    let at = 0;
    while (at < before.length && at < after.length && before[at] === after[at]) at++;
    let tail = 0;
    const most = Math.min(before.length, after.length) - at;
    while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
    return { at, removed: before.length - at - tail, inserted: after.length - at - tail };
  }

  private collectReferences(): void {
    const references = new Map<string, Reference>();
    const labels = new Set<string>();
    for (const { facts } of this.parser.blocks) {
      // The first definition of a label counts.
      for (const [label, reference] of facts.references)
        if (!references.has(label)) references.set(label, reference);
      for (const label of facts.footnotes) labels.add(label);
    }
    this.labels = [...labels];
    const key = JSON.stringify([...references]);
    if (key === this.referencesKey) return;
    this.referencesKey = key;
    this.references = references;
    for (const unit of this.units)
      if (
        unit.rendered?.asked.some(
          (asked) => asked.about === 'reference' && this.answer(asked) !== asked.answer,
        )
      )
        unit.rendered = undefined;
  }

  /** Units of blocks; blocks over which one HTML element reaches are one unit. Units of the same blocks are kept. */
  private groupUnits(): Unit[] {
    const { blocks } = this.parser;
    const reach = new Map<number, number>();
    if (this.options.allowHtml) {
      const html: { index: number; token: HtmlToken }[] = [];
      blocks.forEach(({ facts }, index) => {
        if (facts.html !== undefined)
          html.push({
            index,
            token: { type: 'html_block', nesting: 0, content: facts.html, children: null },
          });
      });
      for (const [start, end] of htmlSpans(html.map(({ token }) => token))) {
        const from = html[start]?.index ?? 0;
        reach.set(from, Math.max(reach.get(from) ?? 0, html[end]?.index ?? 0));
      }
    }
    const units: Unit[] = [];
    for (let at = 0; at < blocks.length;) {
      let until = reach.get(at) ?? at;
      for (let inner = at + 1; inner <= until; inner++) until = Math.max(until, reach.get(inner) ?? 0);
      const first = blocks[at] as SourceBlock;
      if (until > at) units.push(this.unitFor(blocks.slice(at, until + 1)));
      else if (first.facts.first) units.push(this.unitFor([first]));
      at = until + 1;
    }
    return units;
  }

  private unitFor(blocks: readonly SourceBlock[]): Unit {
    const first = blocks[0] as SourceBlock;
    const offsets = blocks.map(({ start }) => start - first.start).join();
    let unit = this.unitOf.get(first);
    const same = unit?.offsets === offsets && unit.blocks.every((block, index) => block === blocks[index]);
    if (!unit || !same) {
      unit = { blocks, offsets, start: 0, end: 0, context: noContext };
      this.unitOf.set(first, unit);
    }
    place(unit);
    return unit;
  }

  private collectGroundFences(): void {
    const source = this.parser.blocks
      .filter(({ facts }) => facts.fences.some(isGround))
      .map((block) => block.source)
      .join('\n\n');
    if (source !== this.groundSource)
      this.ground = source ? groundFences(source, this.options.notePath) : undefined;
    this.groundSource = source;
  }

  /** Gives every unit its context. */
  private relate(): void {
    if (this.units.at(-1) === this.endUnit) this.units = this.units.slice(0, -1);
    this.collectGroundFences();
    const macros = noteMacros(this.frontMatter, this.options.macros);
    if (JSON.stringify(macros) !== JSON.stringify(this.macros)) {
      this.macros = macros;
      for (const unit of this.units)
        if (unit.blocks.some(({ source }) => source.includes('\\'))) unit.rendered = undefined;
    }
    this.citations = this.options.citations?.(this.frontMatter);
    const citationsKey = this.citations && citationsStamp(this.citations);
    const slugger = new Slugger();
    const numbers = new Map<string, number>();
    const uses: number[] = [];
    this.marksKey = `${this.labels.join('\n')}\0${JSON.stringify(this.macros)}`;
    this.footnotes = [];
    this.firstHeading = undefined;
    const usesOf = new Map<Unit, FootnoteUse[]>();
    const equationLabels = new Map<string, string>();
    const firstEquation = new Map<Unit, number>();
    let nextEquation = 1;
    for (const unit of this.units) {
      const { footnotes, equations } = this.marksOf(unit, this.marksKey);
      if (equations.length) firstEquation.set(unit, nextEquation);
      for (const { label, tag } of equations) {
        const shown = tag ?? String(nextEquation++);
        if (label !== undefined && !equationLabels.has(label)) equationLabels.set(label, shown);
      }
      if (!footnotes.length) continue;
      usesOf.set(
        unit,
        footnotes.map((label, index) => {
          let number = label === undefined ? undefined : numbers.get(label);
          if (number === undefined) {
            number = this.footnotes.push(label === undefined ? { unit, index } : { label });
            if (label !== undefined) numbers.set(label, number);
          }
          const use = (uses[number] ?? 0) + 1;
          uses[number] = use;
          return { number, use };
        }),
      );
    }
    this.equationLabels = equationLabels;
    const equationsKey = JSON.stringify([...equationLabels]);
    const headerTitle =
      (this.options.frontMatter ?? 'header') === 'header' ? this.frontMatter?.title : undefined;
    this.units.forEach((unit, index) => {
      const headingIds: string[] = [];
      for (const { facts } of unit.blocks)
        for (const heading of facts.headings) {
          this.firstHeading ??= heading.text;
          headingIds.push(slugger.unique(heading.slug));
        }
      const first = unit.blocks[0]?.facts;
      const sameTitle =
        index === 0 && first?.first?.tag === 'h1' && !!headerTitle && this.firstHeading === headerTitle;
      const defined = unit.blocks.flatMap(({ facts }) => facts.footnotes);
      const footnoteUses = usesOf.get(unit) ?? [];
      const facts = unit.blocks.map((block) => block.facts);
      const equation = firstEquation.get(unit);
      // What else its HTML depends on.
      const outside = [
        facts.some(({ fences }) => fences.some(isGround)) && this.ground?.stamp,
        facts.some(({ may }) => may.refer) && equationsKey,
        facts.some(({ may }) => may.cite) && citationsKey,
      ].map((each) => each || 0);
      const isPlain = outside.every((each) => each === 0) && equation === undefined;
      if (isPlain && !headingIds.length && !footnoteUses.length && !defined.length) {
        unit.context = noContext;
        return;
      }
      const footnoteDefinitions = defined.map((label) => {
        const number = numbers.get(label) ?? 0;
        return { number, uses: uses[number] ?? 0 };
      });
      const key = JSON.stringify([
        ...[headingIds, sameTitle, footnoteUses, footnoteDefinitions, equation ?? 0],
        ...outside,
      ]);
      if (key !== unit.context.key)
        unit.context = {
          ...{ key, headingIds, sameTitle, footnoteUses, footnoteDefinitions },
          nextEquation: equation ?? 1,
        };
    });
    if (this.footnotes.length) this.units.push(this.footnotesUnit());
    else this.endUnit = undefined;
  }

  private footnotesUnit(): Unit {
    const unit = (this.endUnit ??= { blocks: [], offsets: '', start: 0, end: 0, context: noContext });
    unit.start = unit.end = this.lines.length;
    // Its own rendering looks at all that it is made of: it is cheap, and a unit that changed is rendered anyway.
    unit.rendered = undefined;
    return unit;
  }

  /** Only units that may have something to count are looked into. */
  private marksOf(unit: Unit, key: string): Marks {
    const known = this.marks.get(unit);
    if (known?.key === key) return known;
    const marks: Marks = { footnotes: [], equations: [], key };
    const useFootnotes = unit.blocks.some(({ facts }) => facts.may.useFootnotes);
    const isOurs = (this.options.syntax ?? 'groundnote') === 'groundnote';
    if (isOurs && (useFootnotes || unit.blocks.some(({ source }) => mayHaveEquations(source, this.macros)))) {
      const env = this.environment([]);
      const tokens = blockTokens(this.md, this.lines, this.bodyStart, unit.start, unit.end, env);
      marks.equations = blockEquations(this.md, tokens, env, this.macros);
      if (useFootnotes) marks.footnotes = footnoteRefs(this.inlineTokens(unit, env));
    }
    this.marks.set(unit, marks);
    return marks;
  }

  /** What the rules know while one unit is rendered. */
  private environment(asked: Asked[]): NoteEnv & FootnoteEnv {
    const { options } = this;
    const ask = (about: Asked['about'], question: string): string => {
      const answer = this.answer({ about, question });
      asked.push({ about, question, answer });
      return answer;
    };
    const reference = (label: string | symbol) => {
      if (typeof label !== 'string') return undefined;
      ask('reference', label);
      return this.references.get(label);
    };
    const references = new Proxy({} as Record<string, Reference | undefined>, {
      get: (_, label) => reference(label),
      has: (_, label) => reference(label) !== undefined,
    });
    return {
      references,
      allowHtml: options.allowHtml ?? false,
      resolveImage: (source) => {
        const resolved = options.resolveImage(source);
        asked.push({ about: 'image', question: source, answer: imageKey(resolved) });
        return resolved;
      },
      ...(options.resolveNote && {
        resolveNote: (target: string) => JSON.parse(ask('note', target)) as ResolvedNote,
      }),
      ...(options.highlighter && {
        highlight: (code: string, language: string) => {
          ask('code', language);
          return options.highlighter?.highlight(code, language);
        },
      }),
      macros: this.macros,
      equationLabels: this.equationLabels,
      ...(this.citations && { citations: this.citations }),
      ...(this.ground && { renderGround: this.ground.render }),
      figure: { interactive: options.interactive ?? false, note: options.note ?? '' },
      figures: [],
      firstLine: 0,
      footnotes: { refs: Object.fromEntries(this.labels.map((label) => [`:${label}`, -1])), list: [] },
    } as NoteEnv & FootnoteEnv;
  }

  private answer({ about, question }: Pick<Asked, 'about' | 'question'>): string {
    if (about === 'image') return imageKey(this.options.resolveImage(question));
    if (about === 'code') return this.options.highlighter?.stateOf(question) ?? '';
    if (about === 'note') return JSON.stringify(this.options.resolveNote?.(question) ?? null);
    return JSON.stringify(this.references.get(question) ?? null);
  }

  /** The unit's tokens with their inline content parsed. */
  private inlineTokens(unit: Unit, env: NoteEnv): Token[] {
    const tokens = blockTokens(this.md, this.lines, this.bodyStart, unit.start, unit.end, {
      allowHtml: env.allowHtml,
    } as Env);
    const state = new this.md.core.State('', this.md, env);
    state.tokens = tokens;
    this.md.core.process(state);
    return state.tokens;
  }

  private render(unit: Unit): RenderedUnit {
    if (unit.rendered && this.isFresh(unit)) return unit.rendered;
    const rendered = unit === this.endUnit ? this.renderFootnotes() : this.renderUnit(unit);
    unit.rendered = rendered;
    return rendered;
  }

  private renderUnit(unit: Unit): RenderedUnit {
    const { context } = unit;
    const asked: Asked[] = [];
    const env = this.environment(asked);
    const tokens = this.inlineTokens(unit, env);
    let heading = 0;
    for (const token of tokens) {
      if (token.type !== 'heading_open') continue;
      token.attrSet('id', context.headingIds[heading++] ?? '');
    }
    if (context.sameTitle) tokens[0]?.attrSet('class', 'gn-same-title');
    env.footnoteUses = [...context.footnoteUses];
    env.nextEquation = context.nextEquation;
    const { rest, definitions } = takeDefinitions(tokens);
    const show = (list: Token[]) => this.md.renderer.render(list, this.md.options, env);
    const html = show(rest);
    const make = tokenMaker(this.md);
    const shown = definitions.map(([label, own], index): [string, string] => {
      const { number, uses } = context.footnoteDefinitions[index] ?? { number: 0, uses: 0 };
      return [label, show(number ? withBackLinks(own, backLinks(number, uses), make) : own)];
    });
    const inlineNotes = new Map<number, string>();
    const refs = footnoteRefs(tokens);
    const inline = (env.footnotes?.list ?? []).filter((each) => each.tokens);
    refs.forEach((label, index) => {
      if (label !== undefined) return;
      const content = inline.shift()?.tokens ?? [];
      const number = context.footnoteUses[index]?.number ?? 0;
      inlineNotes.set(
        index,
        `<p>${this.md.renderer.renderInline(content, this.md.options, env)}${backLinks(number, 1)}</p>`,
      );
    });
    return {
      html,
      contextKey: context.key,
      figures: env.figures,
      // The first definition of a label counts here, too.
      definitions: new Map(shown.reverse()),
      inlineNotes,
      asked,
    };
  }

  private renderFootnotes(): RenderedUnit {
    const definitions = new Map<string, string>();
    for (const unit of this.units)
      if (unit.blocks.some(({ facts }) => facts.footnotes.length))
        for (const [label, html] of this.render(unit).definitions)
          if (!definitions.has(label)) definitions.set(label, html);
    const notes = this.footnotes.map((note) =>
      'label' in note
        ? (definitions.get(note.label) ?? '')
        : (this.render(note.unit).inlineNotes.get(note.index) ?? ''),
    );
    return {
      html: footnotesSection(notes),
      contextKey: noContext.key,
      figures: [],
      definitions: new Map(),
      inlineNotes: new Map(),
      asked: [],
    };
  }
}

const cleanLine = (line: string) => line.replaceAll('\0', '\uFFFD');
