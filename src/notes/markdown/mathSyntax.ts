/**
 * Where formulas begin and end: `$…$` and `$$…$$` in a line (markdown-it-katex), and beyond that plugin `$$` blocks, with
 * text beside them or not, `\(…\)`, `\[…\]`, bare `\begin{align}` and its kin, GitHub's backtick form, and `math` fences.
 * All become `math_inline` (in a line) or `math_block` (displayed; with lines of its own if it has a map).
 */
import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';
import katexPlugin from 'markdown-it-katex';
import { isMathFence } from './equations';
import { wrapRule } from './wrapRule';

/** Code that was bundled and code that Node loads see a CommonJS default export differently. */
const plugin = (typeof katexPlugin === 'function'
  ? katexPlugin
  : (katexPlugin as { default: typeof katexPlugin }).default) as unknown as (
  md: MarkdownIt,
  options: object,
) => void;

/** Environments that stand in a note without dollars. Others, such as `theorem`, are no maths. */
const environments =
  /^\\begin\s*\{((?:equation|align|alignat|gather|CD)\*?|aligned|alignedat|gathered|split|d?array|(?:[pbBvV]|small)?matrix\*?|d?r?cases|subarray)\}/;

export function useMathSyntax(md: MarkdownIt): void {
  plugin(md, {});
  md.block.ruler.at('math_block', mathBlock, { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  md.block.ruler.before('lheading', 'math_paragraph', mathParagraph);
  md.inline.ruler.before('escape', 'math_backslash', mathBackslash);
  md.inline.ruler.before('math_inline', 'math_backtick', mathBacktick);
  useDollarAmounts(md);
  md.core.ruler.after('block', 'math_fence', ({ tokens }) => {
    for (const token of tokens) {
      if (token.type !== 'fence' || !isMathFence(token.info)) continue;
      token.type = 'math_block';
      token.tag = 'math';
      token.info = '';
    }
  });
}

// ---- blocks ----

const lineText = (state: StateBlock, line: number) =>
  state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);

/** A line that ends a formula which nobody closed: a heading, a code fence, or the end of the list or quote. */
const endsUnclosed = (state: StateBlock, line: number) =>
  !state.isEmpty(line) &&
  ((state.sCount[line] ?? 0) < state.blkIndent || /^(?:#{1,6}\s|```|~~~)/.test(lineText(state, line)));

/** Where `$$` stands in a text, escaped ones left out. */
function findDollars(text: string, from = 0): number {
  for (let at = text.indexOf('$$', from); at >= 0; at = text.indexOf('$$', at + 1)) {
    let escapes = 0;
    while (text[at - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return at;
  }
  return -1;
}

function pushBlock(state: StateBlock, start: number, end: number, tex: string, markup: string): void {
  const token = state.push('math_block', 'math', 0);
  token.content = tex;
  token.markup = markup;
  token.map = [start, end];
  state.line = end;
}

/** A paragraph of these lines, as they are: its formulas are found in it. */
function pushParagraph(state: StateBlock, start: number, end: number): void {
  state.push('paragraph_open', 'p', 1).map = [start, end];
  const inline = state.push('inline', '', 0);
  inline.content = state.getLines(start, end, state.blkIndent, false).trim();
  inline.map = [start, end];
  inline.children = [];
  state.push('paragraph_close', 'p', -1);
  state.line = end;
}

/** The line at which a paragraph that has come to `line` ends. */
function paragraphEnd(state: StateBlock, line: number, endLine: number): number {
  const terminators = state.md.block.ruler.getRules('paragraph');
  const parentType = state.parentType;
  state.parentType = 'paragraph';
  let next = line;
  for (; next < endLine && !state.isEmpty(next); next++) {
    const indent = state.sCount[next] ?? 0;
    if (indent - state.blkIndent > 3 || indent < 0) continue;
    if (terminators.some((rule) => rule(state, next, endLine, true))) break;
  }
  state.parentType = parentType;
  return next;
}

function mathBlock(state: StateBlock, start: number, endLine: number, silent: boolean): boolean {
  if ((state.sCount[start] ?? 0) - state.blkIndent >= 4) return false;
  const first = lineText(state, start);
  if (first.startsWith('$$')) return dollarBlock(state, start, endLine, first, silent);
  if (first.startsWith('\\[')) return bracketBlock(state, start, endLine, first, silent);
  if (first.startsWith('\\begin')) return bareBlock(state, start, endLine, first, silent);
  return false;
}

/** `$$` at the start of a line. Blank lines inside are allowed; one that is never closed ends before the next heading. */
function dollarBlock(
  state: StateBlock,
  start: number,
  endLine: number,
  first: string,
  silent: boolean,
): boolean {
  const close = findDollars(first, 2);
  // With text behind it, it is a part of a paragraph.
  if (close >= 0 && (close === 2 || first.slice(close + 2).trim() !== '')) return false;
  if (silent) return !closesParagraphsFormula(state, start);
  if (close >= 0) {
    pushBlock(state, start, start + 1, first.slice(2, close), '$$');
    return true;
  }
  const lines = [first.slice(2)];
  for (let line = start + 1; line < endLine && !endsUnclosed(state, line); line++) {
    const text = state.getLines(line, line + 1, state.blkIndent, false);
    const at = findDollars(text);
    if (at < 0) {
      lines.push(text);
      continue;
    }
    if (text.slice(at + 2).trim() !== '') {
      // Text goes on behind the formula: together they are a paragraph.
      pushParagraph(state, start, paragraphEnd(state, line + 1, endLine));
      return true;
    }
    lines.push(text.slice(0, at));
    pushBlock(state, start, line + 1, lines.join('\n'), '$$');
    return true;
  }
  const end = start + lines.length;
  pushBlock(state, start, end, lines.join('\n'), '$$');
  const token = state.tokens.at(-1);
  if (token) token.meta = { unclosed: true };
  return true;
}

/** How many `$$` the lines of the paragraph that is being read hold, up to a line. */
const dollarCounts = new WeakMap<StateBlock, { start: number; line: number; count: number }>();

/** A line `$$` below `text $$` ends that formula and begins none. */
function closesParagraphsFormula(state: StateBlock, line: number): boolean {
  if (state.parentType !== 'paragraph') return false;
  let known = dollarCounts.get(state);
  if (!known || known.start !== state.line || known.line > line)
    known = { start: state.line, line: state.line, count: 0 };
  for (; known.line < line; known.line++) known.count += lineText(state, known.line).split('$$').length - 1;
  dollarCounts.set(state, known);
  return known.count % 2 === 1;
}

/** The first `$$` in the note's text from a place on, remembered. */
const nextDollars = new WeakMap<StateBlock, { from: number; at: number }>();

function dollarsAhead(state: StateBlock, from: number): number {
  const known = nextDollars.get(state);
  if (known && from >= known.from && (from <= known.at || known.at < 0)) return known.at;
  const at = state.src.indexOf('$$', from);
  nextDollars.set(state, { from, at });
  return at;
}

/**
 * A paragraph in which a line ends within a formula (`text $$`, lines, `$$ text`): what those lines begin with is no list
 * and no quote. Without such a formula this is no concern of ours.
 */
function mathParagraph(state: StateBlock, start: number, endLine: number, silent: boolean): boolean {
  if (silent) return false;
  const ahead = dollarsAhead(state, state.bMarks[start] ?? 0);
  let last = start;
  while (last + 1 < endLine && !state.isEmpty(last + 1)) last++;
  if (ahead < 0 || ahead >= (state.eMarks[last] ?? 0)) return false;
  const terminators = state.md.block.ruler.getRules('paragraph');
  const parentType = state.parentType;
  state.parentType = 'paragraph';
  let open = false;
  let protectedLines = false;
  let line = start;
  for (; line <= last; line++) {
    const indent = state.sCount[line] ?? 0;
    if (indent < 0 || (open && indent < state.blkIndent)) break;
    if (
      line > start &&
      !open &&
      indent - state.blkIndent <= 3 &&
      terminators.some((rule) => rule(state, line, endLine, true))
    )
      break;
    const text = lineText(state, line);
    let count = 0;
    for (let at = findDollars(text); at >= 0; at = findDollars(text, at + 2)) count++;
    if (open && line > start) protectedLines = true;
    if (count % 2 === 1) open = !open;
  }
  state.parentType = parentType;
  if (!protectedLines || open) return false;
  pushParagraph(state, start, line);
  return true;
}

/** Text between `\[` and `\]` that is no formula: the number of a reference, or a link whose brackets are escaped. */
const isBracketedText = (inside: string, behind: string) =>
  /^[\d\s,;–-]*$/.test(inside) || /^[(:[]/.test(behind);

/** Lines from which on no `\]` ends a line, remembered: many openings do not each search for one. */
const noBrackets = new WeakMap<StateBlock, { from: number; to: number }>();

/** `\[` at the start of a line, up to a `\]` at the end of one; no blank line inside. */
function bracketBlock(
  state: StateBlock,
  start: number,
  endLine: number,
  first: string,
  silent: boolean,
): boolean {
  const known = noBrackets.get(state);
  if (known && start >= known.from && start < known.to) return false;
  const lines: string[] = [];
  let line = start;
  for (; line < endLine && !state.isEmpty(line); line++) {
    if ((state.sCount[line] ?? 0) < state.blkIndent) return false;
    const text = line === start ? first.slice(2) : lineText(state, line);
    const at = text.indexOf('\\]');
    if (at < 0) {
      lines.push(text);
      continue;
    }
    lines.push(text.slice(0, at));
    const inside = lines.join('\n');
    if (text.slice(at + 2).trim() !== '') break;
    if (isBracketedText(inside, '')) return false;
    if (!silent) pushBlock(state, start, line + 1, inside, '\\[');
    return true;
  }
  noBrackets.set(state, { from: start, to: line });
  return false;
}

/** Where each environment of a text begins → where it ends; found for all of them in one go. */
const environmentSpans = new WeakMap<StateBlock | StateInline, Map<number, number>>();

/** Finds the end of the environment that begins at `start`; -1 where it has none. */
function environmentEnd(state: StateBlock | StateInline, start: number): number {
  let spans = environmentSpans.get(state);
  if (!spans) {
    environmentSpans.set(state, (spans = new Map()));
    const open: number[] = [];
    for (const match of state.src.matchAll(/\\(?:(begin|end)\s*\{[^{}]*\}|[^])/g)) {
      if (match[1] === 'begin') open.push(match.index);
      else if (match[1] === 'end') {
        const begin = open.pop();
        if (begin !== undefined) spans.set(begin, match.index + match[0].length);
      }
    }
  }
  return spans.get(start) ?? -1;
}

/** An environment at the start of a line, up to the end of the line of its `\end`; no blank line inside. */
function bareBlock(
  state: StateBlock,
  start: number,
  endLine: number,
  first: string,
  silent: boolean,
): boolean {
  if (!environments.test(first)) return false;
  const end = environmentEnd(state, (state.bMarks[start] ?? 0) + (state.tShift[start] ?? 0));
  if (end < 0) return false;
  let last = start;
  while ((state.eMarks[last] ?? 0) < end) {
    last++;
    if (last >= endLine || state.isEmpty(last) || (state.sCount[last] ?? 0) < state.blkIndent) return false;
  }
  const behind = state.src.slice(end, state.eMarks[last]);
  if (!/^\s*(?:\\label\s*\{[^{}]*\}\s*)?[.,;。，；]?\s*$/.test(behind)) return false;
  if (!silent) {
    const tex = state.getLines(start, last + 1, state.blkIndent, false).trim();
    pushBlock(state, start, last + 1, tex, '\\begin');
  }
  return true;
}

// ---- in a line ----

function pushInline(state: StateInline, tex: string, display: boolean, markup: string): void {
  const token = state.push(display ? 'math_block' : 'math_inline', 'math', 0);
  token.block = display;
  token.content = tex;
  token.markup = markup;
}

/** From where on a closing text is known to be missing, so that many openings do not each search the whole text. */
const missing = new WeakMap<StateInline, Map<string, number>>();

function findClose(state: StateInline, close: string, from: number): number {
  let known = missing.get(state);
  if (!known) missing.set(state, (known = new Map<string, number>()));
  if (from >= (known.get(close) ?? Infinity)) return -1;
  const at = state.src.indexOf(close, from);
  if (at < 0) known.set(close, from);
  return at + close.length > state.posMax ? -1 : at;
}

/** `\(…\)`, `\[…\]` and `\begin{…}…\end{…}` in a line of text. */
function mathBackslash(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (src.charCodeAt(pos) !== 92) return false;
  const next = src[pos + 1];
  // In the text of a link brackets are escaped because they are brackets.
  if (next === '[' && state.linkLevel > 0) return false;
  if (next === '(' || next === '[') {
    const close = findClose(state, next === '(' ? '\\)' : '\\]', pos + 2);
    if (close < 0) return false;
    const inside = src.slice(pos + 2, close);
    // `\\)` inside is TeX's line break and a parenthesis, hardly ever meant; an empty formula is none.
    if (inside.trim() === '' || (next === '[' && isBracketedText(inside, src.slice(close + 2)))) return false;
    if (!silent) pushInline(state, inside, next === '[', `\\${next}`);
    state.pos = close + 2;
    return true;
  }
  if (next !== 'b') return false;
  if (!environments.test(src.slice(pos, pos + 40))) return false;
  const end = environmentEnd(state, pos);
  if (end < 0 || end > state.posMax) return false;
  if (!silent) pushInline(state, src.slice(pos, end), true, '\\begin');
  state.pos = end;
  return true;
}

/** GitHub's form: a dollar and a backtick, TeX in which anything may stand, a backtick and a dollar. */
function mathBacktick(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (!src.startsWith('$`', pos) || src[pos + 2] === '`') return false;
  const close = findClose(state, '`$', pos + 2);
  if (close < 0 || src.slice(pos + 2, close).trim() === '') return false;
  if (!silent) pushInline(state, src.slice(pos + 2, close), false, '$`');
  state.pos = close + 2;
  return true;
}

/** `$5 and $10` are amounts: a dollar before a number that ordinary words follow opens no formula. */
function useDollarAmounts(md: MarkdownIt): void {
  wrapRule(md.inline.ruler, 'math_inline', [], (original, state, silent) => {
    if (isAmount(state)) {
      if (!silent) state.pending += '$';
      state.pos += 1;
      return true;
    }
    // The plugin finds no formula right after `<sub>` or `<mark>`; only an attribute could be meant, and tags are whole here.
    const last = state.tokens.at(-1);
    if (last?.type !== 'html_inline' || state.pending) return original(state, silent);
    last.type = 'html_hidden';
    try {
      return original(state, silent);
    } finally {
      last.type = 'html_inline';
    }
  });
}

function isAmount({ src, pos }: StateInline): boolean {
  if (src.charCodeAt(pos) !== 36) return false;
  const rest = src.slice(pos + 1, pos + 400);
  if (!/^\d[\d.,]*(?:[kKmMbB]\b|\s?(?:million|billion|万|亿))?[\s,.;:!?)，。；、）]/.test(rest)) return false;
  const close = rest.indexOf('$');
  const inside = close < 0 ? rest : rest.slice(0, close);
  return /\p{L}{2,}/u.test(inside) && !/[\\^_={}]/.test(inside);
}
