/**
 * Which rows of a formula have a number. Numbers run through a whole note while formulas are rendered one by one, so the
 * rows are found without KaTeX, by the same conditions as KaTeX's: what its `array` environment calls tags.
 */
import type { Env, MarkdownIt, Token } from 'markdown-it';

/** A row that is numbered, or has a `\tag`: the text in its parentheses. */
export interface EquationRow {
  label?: string;
  tag?: string;
}

/** Macros of formulas: `\RR` → `\mathbb{R}`. */
export type Macros = Readonly<Record<string, string>>;

/** Environments with a number for each row (starred: none of their own), and those in which `\\` begins no row. */
const numbering = /^(?:align|alignat|gather|equation)\*?$/;
const singleRow = /^equation\*?$/;

/** Everything that matters, cheap to look for. */
const mayNumber = /\\(?:begin|tag|label)(?![A-Za-z])/;
const pattern =
  /\\(begin|end)\s*\{([^{}]*)\}|\\(label|tag\*?)\s*\{|\\(left|right|begingroup|endgroup|bgroup|egroup|cr|newline|notag|nonumber|hline|hdashline)(?![A-Za-z])|\\\\|\\verb\*?([^A-Za-z\s])|\\[A-Za-z]+|\\[^]|[{}&]|%[^\n]*|\s+/g;

interface Environment {
  name: string;
  numbers: boolean;
  /** Depth of braces, `\left` and the like inside it. */
  depth: number;
  rows: number;
  /** The row at hand holds nothing yet, and had no `&`. */
  empty: boolean;
}

/** A formula as the scanner reads it. */
export interface FormulaShape {
  /** Rows with a number or tag, in order. Those of the formula as a whole, outside any environment, have `whole`. */
  rows: (EquationRow & { whole?: true })[];
  /** Where each `\label{…}` stands, with its braces. */
  labels: { start: number; end: number; label: string }[];
}

const noShape: FormulaShape = { rows: [], labels: [] };

/** The text of the braces that open before `start`, and where they end. */
function braced(tex: string, start: number): { text: string; end: number } | undefined {
  let depth = 1;
  for (let at = start; at < tex.length; at++) {
    const character = tex[at];
    if (character === '\\') at++;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return { text: tex.slice(start, at), end: at + 1 };
  }
  return undefined;
}

/** Reads a formula's environments, labels and tags. `display`: it stands by itself. */
export function formulaShape(tex: string, display: boolean): FormulaShape {
  if (!mayNumber.test(tex)) return noShape;
  const shape: FormulaShape = { rows: [], labels: [] };
  const open: Environment[] = [];
  let label: string | undefined;
  // As in KaTeX these two belong to no environment: a \tag in an inner one is that of the row around it.
  let tag: string | undefined;
  let numbered = true;

  const fill = () => {
    const environment = open.at(-1);
    if (environment) environment.empty = false;
  };
  const endRow = (environment: Environment, last: boolean) => {
    if (!environment.numbers) return;
    environment.rows++;
    const shown = tag !== undefined || (numbered && !environment.name.endsWith('*'));
    // An empty row after the last \\ is none.
    const dropped = last && environment.empty && environment.rows > 1;
    if (shown && !dropped)
      shape.rows.push({ ...(label !== undefined && { label }), ...(tag !== undefined && { tag }) });
    label = undefined;
    tag = undefined;
    if (!last && !environment.name.endsWith('*')) numbered = true;
    environment.empty = true;
  };

  pattern.lastIndex = 0;
  let from = 0;
  for (let match = pattern.exec(tex); match; match = pattern.exec(tex)) {
    if (match.index > from) fill();
    from = pattern.lastIndex;
    const [text, edge, name = '', argument, word, verb] = match;
    const environment = open.at(-1);
    if (text.startsWith('%') || /^\s/.test(text) || text === '\\relax') continue;
    if (edge === 'begin') {
      fill();
      const numbers = numbering.test(name);
      open.push({ name, numbers, depth: 0, rows: 0, empty: true });
      if (numbers && !name.endsWith('*')) numbered = true;
    } else if (edge === 'end') {
      if (environment) endRow(environment, true);
      open.pop();
    } else if (argument !== undefined) {
      const inside = braced(tex, from);
      if (!inside) break;
      if (argument === 'label') {
        label ??= inside.text.trim();
        shape.labels.push({ start: match.index, end: inside.end, label: inside.text.trim() });
      } else {
        tag = inside.text;
      }
      from = pattern.lastIndex = inside.end;
    } else if (word === 'notag' || word === 'nonumber') {
      numbered = false;
    } else if (text === '\\\\' || word === 'cr' || word === 'newline') {
      if (environment && environment.depth === 0 && !singleRow.test(environment.name)) {
        endRow(environment, false);
        const size = /^\[[^\]]*\]/.exec(tex.slice(from, from + 40))?.[0];
        if (size) from = pattern.lastIndex = from + size.length;
      } else fill();
    } else if (word === 'hline' || word === 'hdashline') {
      if (!environment?.empty) fill();
    } else if (verb !== undefined) {
      fill();
      const end = tex.indexOf(verb, from);
      if (end >= 0) from = pattern.lastIndex = end + 1;
    } else {
      fill();
      if (!environment) continue;
      if (text === '{' || /^(?:left|begingroup|bgroup)$/.test(word ?? '')) environment.depth++;
      else if (text === '}' || /^(?:right|endgroup|egroup)$/.test(word ?? '')) environment.depth--;
    }
  }
  // A label right behind an environment is its last row's.
  const lastRow = shape.rows.at(-1);
  if (label !== undefined && tag === undefined && lastRow) lastRow.label ??= label;
  // What is left belongs to the formula as a whole: its \tag, or a number for the sake of its \label.
  if (display && (tag !== undefined || (label !== undefined && shape.rows.length === 0)))
    shape.rows.push({
      ...(label !== undefined && { label }),
      ...(tag !== undefined && { tag }),
      whole: true,
    });
  return shape;
}

/** Macros without arguments whose text begins or ends an environment, or numbers: `\be` → `\begin{equation}`. */
const shortcuts = new WeakMap<Macros, [RegExp, string][]>();

function shortcutsOf(macros: Macros): [RegExp, string][] {
  let known = shortcuts.get(macros);
  if (!known) {
    known = Object.entries(macros)
      .filter(([name, text]) => /^\\[A-Za-z]+$/.test(name) && !text.includes('#'))
      .filter(([, text]) => /\\(?:begin|end|tag|label|notag|nonumber)(?![A-Za-z])/.test(text))
      .map(([name, text]) => [new RegExp(`\\${name}(?![A-Za-z])`, 'g'), text]);
    shortcuts.set(macros, known);
  }
  return known;
}

/** Writes out such macros, so that what they begin is seen. Other macros are KaTeX's to expand. */
export function writeOutShortcuts(tex: string, macros: Macros | undefined): string {
  if (!macros) return tex;
  let written = tex;
  for (const [name, text] of shortcutsOf(macros)) written = written.replace(name, () => text);
  return written;
}

/**
 * The numbered or tagged rows of one formula, in order.
 * @param display the formula stands by itself (`$$…$$`), and not in a line of text
 * @param macros those of the note: some people write `\be` for `\begin{equation}`
 */
export function numberedRows(tex: string, display: boolean, macros?: Macros): EquationRow[] {
  return formulaShape(writeOutShortcuts(tex, macros), display).rows.map(({ label, tag }) => ({
    ...(label !== undefined && { label }),
    ...(tag !== undefined && { tag }),
  }));
}

/** Formulas in a line of text with one of these are displayed all the same; KaTeX takes them in no other way. */
const displayOnly = /\\begin\s*\{(?:align|alignat|gather|equation|CD)\*?\}/;

/** True for a formula that stands by itself. `token` is one of the maths rules'. */
export const isDisplay = (token: { type: string; content: string }): boolean =>
  token.type === 'math_block' || displayOnly.test(token.content);

/**
 * The numbered or tagged rows of a block, in the order in which they are rendered.
 * @param tokens the block's, from the block parser; their inline content need not be parsed yet
 */
export function blockEquations(
  md: MarkdownIt,
  tokens: readonly Token[],
  env: Env,
  macros?: Macros,
): EquationRow[] {
  return tokens.flatMap((token) => {
    if (token.type === 'math_block' || token.type === 'math_inline')
      return numberedRows(token.content, isDisplay(token), macros);
    if (token.type === 'fence' && isMathFence(token.info)) return numberedRows(token.content, true, macros);
    if (
      token.type !== 'inline' ||
      !(mayNumber.test(token.content) || mentionsShortcut(token.content, macros))
    )
      return [];
    const children: Token[] = [];
    md.inline.parse(token.content, md, env, children);
    return blockEquations(md, children, env, macros);
  });
}

/** Cheap: false where no formula of `source`, Markdown, can have a number or a label. */
export const mayHaveEquations = (source: string, macros?: Macros): boolean =>
  mayNumber.test(source) || mentionsShortcut(source, macros);

const mentionsShortcut = (text: string, macros: Macros | undefined) =>
  macros !== undefined && writeOutShortcuts(text, macros) !== text;

/** True for the info string of a fence that holds a formula. */
export const isMathFence = (info: string): boolean => /^math$/i.test(info.trim());

/** The id of a labelled equation. */
export const equationId = (label: string): string => `eq-${label}`;

/** The address of a labelled equation within its note. */
export const equationHref = (label: string): string => `#${encodeURIComponent(equationId(label))}`;
