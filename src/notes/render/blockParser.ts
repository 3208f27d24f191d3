/**
 * The top-level blocks of a note, kept up to date by parsing again only what an edit may have changed. Between two
 * top-level blocks Markdown's block parser has no memory, so parsing may start at any block and may stop as soon as it
 * comes upon a block of before, behind the edit. (The property test in noteDocument.test.ts holds this to be true.)
 */
import { isGround } from '../ground/fence';
import type { Env, MarkdownIt, StateBlock, Token } from 'markdown-it';
import { headingText, slugOf } from '../markdown/slugs';

/** A link reference definition: `[label]: href "title"`. */
export interface Reference {
  href: string;
  title: string;
}

/** A top-level block of Markdown. Lines are 0-based lines of the note, `end` exclusive. */
export interface SourceBlock {
  start: number;
  end: number;
  source: string;
  facts: BlockFacts;
}

/** What other blocks, or the note as a whole, want to know of a block without rendering it. */
export interface BlockFacts {
  /** The first token's tag and type. */
  first: { tag: string; type: string } | undefined;
  /** Headings in it, nested ones included: their text, and the slug that their id is made of. */
  headings: { text: string; slug: string }[];
  /** Content of its own HTML (no HTML inside lists and quotes). */
  html: string | undefined;
  /** Link references that it defines, by normalised label. */
  references: ReadonlyMap<string, Reference>;
  /** Labels of footnotes that it defines. */
  footnotes: readonly string[];
  /** It may use footnotes, refer to equations, cite: its inline content tells. */
  may: { useFootnotes: boolean; refer: boolean; cite: boolean };
  /** Info strings of its code fences. */
  fences: readonly string[];
}

/** What changed in the list of blocks: `removed` ones at `at` were replaced by `inserted` ones. */
export interface BlockSplice {
  at: number;
  removed: number;
  inserted: number;
}

/**
 * A block that opens display mathematics and does not close it may end in another way once a closing delimiter is
 * written far below.
 */
function dangles(source: string): boolean {
  if (!source.includes('$$') && !source.includes('\\')) return false;
  /** Whether an opening stands without its end behind it. */
  const isOpen = (pattern: RegExp, opens: string) => {
    let depth = 0;
    for (const [mark] of source.matchAll(pattern))
      depth = mark.startsWith(opens) ? depth + 1 : Math.max(0, depth - 1);
    return depth > 0;
  };
  return (
    (source.match(/\$\$/g)?.length ?? 0) % 2 === 1 ||
    isOpen(/\\[[\]]/g, '\\[') ||
    isOpen(/\\(?:begin|end)\s*\{/g, '\\begin')
  );
}

/** Walks through the blocks of some lines, one at a time. */
class BlockWalk {
  private readonly state: StateBlock;
  private readonly rules;
  private readonly offset: number;

  /** Walks over `lines[first]` to `lines[last - 1]`. The note's body begins at line `body`. */
  constructor(
    md: MarkdownIt,
    lines: readonly string[],
    body: number,
    first: number,
    private readonly last: number,
    private readonly env: Env,
  ) {
    // Some rules look at the line before the block that they open.
    this.offset = Math.max(body, first - 1);
    // Every line ends, the last one, too: what is written behind a block must not change it.
    this.state = new md.block.State(`${lines.slice(this.offset, last).join('\n')}\n`, md, { ...env }, []);
    this.state.line = first - this.offset;
    this.rules = md.block.ruler.getRules('');
  }

  /** The next block, with its tokens, whose lines are counted from the block's first; undefined at the end. */
  next(): { start: number; end: number; tokens: Token[]; env: Env } | undefined {
    const { state } = this;
    const endLine = this.last - this.offset;
    const start = state.skipEmptyLines(state.line);
    if (start >= endLine) return undefined;
    state.line = start;
    state.tokens = [];
    state.env = { ...this.env };
    if (!this.rules.some((rule) => rule(state, start, endLine, false)) || state.line <= start)
      throw new Error('No rule took a line of the note.');
    state.tight = true;
    let end = Math.min(state.line, endLine);
    // A list takes in the blank lines behind it.
    while (end > start + 1 && state.isEmpty(end - 1)) end--;
    for (const token of state.tokens) if (token.map) token.map = [token.map[0] - start, token.map[1] - start];
    return { start: start + this.offset, end: end + this.offset, tokens: state.tokens, env: state.env };
  }
}

/** The tokens of lines `start` to `end` (whole blocks) by themselves; their lines are counted from `start`. */
export function blockTokens(
  md: MarkdownIt,
  lines: readonly string[],
  body: number,
  start: number,
  end: number,
  env: Env,
): Token[] {
  const walk = new BlockWalk(md, lines, body, start, end, env);
  const tokens: Token[] = [];
  for (let step = walk.next(); step; step = walk.next()) {
    const offset = step.start - start;
    for (const token of step.tokens) {
      if (token.map && offset) token.map = [token.map[0] + offset, token.map[1] + offset];
      tokens.push(token);
    }
  }
  return tokens;
}

function factsOf(tokens: readonly Token[], env: Env, source: string): BlockFacts {
  const headings: BlockFacts['headings'] = [];
  const fences: string[] = [];
  let html: string | undefined;
  tokens.forEach((token, index) => {
    if (token.type === 'heading_open') {
      const text = headingText(tokens[index + 1]?.content ?? '');
      headings.push({ text, slug: slugOf(text) });
    } else if (token.type === 'fence') fences.push(token.info);
    else if (token.type === 'html_block' && token.level === 0) html = (html ?? '') + token.content;
  });
  const first = tokens[0];
  const { references, footnotes } = env as {
    references?: Record<string, Reference>;
    footnotes?: { refs?: Record<string, number> };
  };
  return {
    first: first && { tag: first.tag, type: first.type },
    headings,
    html,
    references: references ? new Map(Object.entries(references)) : noReferences,
    footnotes: footnotes?.refs ? Object.keys(footnotes.refs).map((key) => key.slice(1)) : noLabels,
    may: {
      useFootnotes: /\[\^|\^\[/.test(source),
      refer: /\\(?:eq)?ref(?![A-Za-z])/.test(source),
      cite: source.includes('@') && source.includes('['),
    },
    fences: fences.length ? fences : noLabels,
  };
}

/**
 * Whether the rest of the note cannot tell one block from another: neither defines or counts anything that the other does
 * not, and neither reaches over others.
 */
export function saysTheSame(a: BlockFacts, b: BlockFacts): boolean {
  const told = ({ first, headings, footnotes, may, fences }: BlockFacts) =>
    JSON.stringify([first?.tag, headings, footnotes, may, fences]);
  return (
    // Blocks without tokens show nothing and are no units.
    a.first !== undefined &&
    b.first !== undefined &&
    a.html === undefined &&
    b.html === undefined &&
    a.references.size === 0 &&
    b.references.size === 0 &&
    ![...a.fences, ...b.fences].some(isGround) &&
    told(a) === told(b)
  );
}

// Most blocks have none of these: they share the empty ones.
const noReferences: ReadonlyMap<string, Reference> = new Map();
const noLabels: readonly string[] = [];

/** How many lines past an edit are parsed before the first look for a block of before. */
const firstReach = 60;

/** The blocks of a note's body. */
export class BlockParser {
  blocks: SourceBlock[] = [];
  private readonly open = new WeakSet<SourceBlock>();
  private body = 0;

  constructor(
    private readonly md: MarkdownIt,
    /** What the block rules read of the environment. */
    private readonly env: () => Env,
  ) {}

  /** Parses all lines from `body`, the first one after the front matter, on. */
  reset(lines: readonly string[], body: number): BlockSplice {
    const removed = this.blocks.length;
    this.body = body;
    this.blocks = this.parse(lines, body, lines.length, () => false).blocks;
    return { at: 0, removed, inserted: this.blocks.length };
  }

  /**
   * Brings the blocks up to date after lines `from` to `to` (exclusive, as they were counted before) were replaced by
   * others, of which there are `delta` more. None of them belongs to the front matter.
   */
  update(lines: readonly string[], from: number, to: number, delta: number): BlockSplice {
    const { blocks } = this;
    // The block before the touched one may take in what follows it: a paragraph, a list, a term and its definition.
    let at = Math.max(0, lowerBound(blocks, (block) => block.end < from) - 1);
    // A formula that was never closed may be closed now.
    const open = blocks.findIndex((block, index) => index < at && this.open.has(block));
    if (open >= 0) at = open;
    const start = at === 0 ? this.body : (blocks[at] as SourceBlock).start;
    // Blocks of before that begin behind the edit, and the lines at which they begin now.
    let next = lowerBound(blocks, (block) => block.start < to);
    const { blocks: inserted, stopped } = this.parse(lines, start, to + delta, (line) => {
      while (next < blocks.length && (blocks[next] as SourceBlock).start + delta < line) next++;
      return next < blocks.length && (blocks[next] as SourceBlock).start + delta === line;
    });
    const kept = stopped ? blocks.slice(next) : [];
    move(kept, delta);
    return this.replace(at, blocks.length - kept.length, inserted, kept);
  }

  /** The front matter has grown by `delta` lines. */
  moveBody(delta: number): void {
    this.body += delta;
    move(this.blocks, delta);
  }

  /** Puts `inserted` and `kept` in the place of all blocks from `at` on; those that only moved stay the same objects. */
  private replace(at: number, until: number, inserted: SourceBlock[], kept: SourceBlock[]): BlockSplice {
    const old = this.blocks.slice(at, until);
    const same = (a: SourceBlock | undefined, b: SourceBlock | undefined) =>
      a !== undefined &&
      b !== undefined &&
      a.source === b.source &&
      a.facts.first?.type === b.facts.first?.type;
    const reuse = (block: SourceBlock, { start, end }: SourceBlock) => Object.assign(block, { start, end });
    let head = 0;
    for (; same(old[head], inserted[head]); head++)
      inserted[head] = reuse(old[head] as SourceBlock, inserted[head] as SourceBlock);
    let tail = 0;
    const most = Math.min(old.length, inserted.length) - head;
    for (; tail < most && same(old[old.length - 1 - tail], inserted[inserted.length - 1 - tail]); tail++) {
      const index = inserted.length - 1 - tail;
      inserted[index] = reuse(old[old.length - 1 - tail] as SourceBlock, inserted[index] as SourceBlock);
    }
    this.blocks = [...this.blocks.slice(0, at), ...inserted, ...kept];
    return { at: at + head, removed: old.length - head - tail, inserted: inserted.length - head - tail };
  }

  /**
   * Parses from line `first` on. From line `behind` on, `isKnown` is asked at each block's first line whether the rest
   * is known.
   */
  private parse(
    lines: readonly string[],
    first: number,
    behind: number,
    isKnown: (line: number) => boolean,
  ): { blocks: SourceBlock[]; stopped: boolean } {
    const blocks: SourceBlock[] = [];
    let start = first;
    for (let reach = firstReach; ; reach *= 8) {
      const last = Math.min(lines.length, Math.max(behind, start) + reach);
      const walk = new BlockWalk(this.md, lines, this.body, start, last, this.env());
      for (let step = walk.next(); ; step = walk.next()) {
        if (!step) {
          if (last >= lines.length) return { blocks, stopped: false };
          break;
        }
        // The line before a block can matter, too: it must not be one that changed.
        if (step.start > behind && isKnown(step.start)) return { blocks, stopped: true };
        const source = lines.slice(step.start, step.end).join('\n');
        const isCode = /^(?:fence|code_block|html_block)$/.test(step.tokens[0]?.type ?? '');
        const open = !isCode && dangles(source);
        // What ends near the end of these lines might go on behind them.
        if (last < lines.length && (open || step.end + 3 > last)) {
          start = step.start;
          break;
        }
        const block = {
          start: step.start,
          end: step.end,
          source,
          facts: factsOf(step.tokens, step.env, source),
        };
        if (open) this.open.add(block);
        blocks.push(block);
        start = step.end;
      }
    }
  }
}

function move(blocks: readonly SourceBlock[], delta: number): void {
  if (delta === 0) return;
  for (const block of blocks) {
    block.start += delta;
    block.end += delta;
  }
}

/** How many of the items, for which `before` holds first and then no longer, come before. */
export function lowerBound<T>(items: readonly T[], before: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
