/** One formula → HTML, by KaTeX, with limits against hostile ones, numbers, links to equations, and errors at their place. */
import katex from 'katex';
import 'katex/contrib/mhchem';
import { LRUCache } from 'lru-cache';
import {
  equationHref,
  equationId,
  formulaShape,
  writeOutShortcuts,
  type EquationRow,
  type Macros,
} from './equations';
import { escapeAttribute, escapeHtml } from './escape';

/** What a formula takes from the note around it (see `NoteEnv`). */
export interface FormulaContext {
  macros?: Macros;
  /** Number of the next numbered row; counted up. */
  nextEquation?: number;
  equationLabels?: ReadonlyMap<string, string>;
}

/** A longer formula is not rendered: its source and a message stand in its place. */
const maxFormulaLength = 20_000;

const rendered = new LRUCache<string, string>({
  maxSize: 32_000_000,
  sizeCalculation: (html) => html.length + 1,
});

/** Renders TeX. What is wrong with it is shown in its place: this never throws. `display`: it stands by itself. */
export function renderFormula(source: string, display: boolean, context: FormulaContext): string {
  if (source.length > maxFormulaLength) {
    const start = escapeHtml(source.slice(0, 200));
    return errorHtml(`${start}…`, `The formula is longer than ${maxFormulaLength} characters.`);
  }
  const prepared = prepare(source, display, context);
  const key = `${display ? 'display' : 'inline'}\n${macrosKey(context.macros)}\n${prepared.tex}\n${source}`;
  let html = rendered.get(key);
  if (html === undefined) {
    html = typeset(prepared, source, display, context.macros);
    rendered.set(key, html);
  }
  return prepared.rows.length ? withNumbers(html, prepared.rows) : html;
}

// ---- from the note's TeX to KaTeX's ----

/** A row with its place in the note. */
interface NumberedRow extends EquationRow {
  whole?: true;
  /** What stands in its parentheses. */
  text: string;
}

/** TeX that stands where other TeX stood. */
interface Edit {
  start: number;
  oldLength: number;
  newLength: number;
}

interface Prepared {
  tex: string;
  rows: NumberedRow[];
  edits: Edit[];
  /** Labels of the equations that it links to, and whether they are there. */
  links: { label: string; missing: boolean }[];
}

function prepare(source: string, display: boolean, context: FormulaContext): Prepared {
  const written = writeOutShortcuts(source, context.macros);
  const shape = formulaShape(written, display);
  const rows = shape.rows.map((row): NumberedRow => {
    if (row.tag !== undefined) return { ...row, text: row.tag };
    const number = context.nextEquation ?? 1;
    context.nextEquation = number + 1;
    return { ...row, text: String(number) };
  });
  const pieces: { start: number; end: number; text: string }[] = shape.labels.map(({ start, end }) => ({
    start,
    end,
    // KaTeX knows no \label. Blanks keep all places as they are.
    text: ' '.repeat(end - start),
  }));
  const links: Prepared['links'] = [];
  if (written.includes('ref')) {
    for (const match of written.matchAll(/\\(eq)?ref\s*\{([^{}]*)\}/g)) {
      const label = match[2]?.trim() ?? '';
      const text = context.equationLabels?.get(label);
      pieces.push({
        start: match.index,
        end: match.index + match[0].length,
        text: linkTex(links.length, text, match[1] !== undefined),
      });
      links.push({ label, missing: text === undefined });
    }
  }
  // Some people put \[…\] between dollars.
  const doubled = display ? /^(\s*)\\\[[^]*\\\]\s*$/.exec(written) : null;
  if (doubled) {
    const open = doubled[1]?.length ?? 0;
    const close = written.lastIndexOf('\\]');
    pieces.push({ start: open, end: open + 2, text: '  ' }, { start: close, end: close + 2, text: '  ' });
  }
  pieces.sort((a, b) => a.start - b.start);
  const edits: Edit[] = [];
  let tex = '';
  let last = 0;
  for (const { start, end, text } of pieces) {
    if (start < last) continue;
    tex += written.slice(last, start);
    edits.push({ start: tex.length, oldLength: end - start, newLength: text.length });
    tex += text;
    last = end;
  }
  tex += written.slice(last);
  const whole = rows.find((row) => row.whole && row.tag === undefined);
  // The line break ends a comment.
  if (whole) tex += `\n\\tag{${whole.text}}`;
  // Places in TeX that was written out are not places of the note.
  return {
    tex,
    rows,
    links,
    edits: written === source ? edits : [{ start: 0, oldLength: 0, newLength: tex.length }],
  };
}

/** `\ref` and `\eqref` in a formula: a link that is known by its number (a `%` of an address would be a comment). */
function linkTex(index: number, text: string | undefined, inParentheses: boolean): string {
  // Letters of a \tag are text; TeX in it would have to be whole.
  const shown = text === undefined ? '??' : /^[^\\{}$%#&~^_]*$/.test(text) ? text : '…';
  return `\\href{#gn-eq-${index}}{\\text{${inParentheses ? `(${shown})` : shown}}}`;
}

/** The place in the note's formula of a place in KaTeX's; undefined inside what was put there. */
function placeInSource(place: number, edits: readonly Edit[]): number | undefined {
  let shift = 0;
  for (const { start, oldLength, newLength } of edits) {
    if (place < start) break;
    if (place < start + newLength) return newLength === oldLength ? place + shift : undefined;
    shift += oldLength - newLength;
  }
  return place + shift;
}

// ---- KaTeX ----

const macroKeys = new WeakMap<Macros, string>();

function macrosKey(macros: Macros | undefined): string {
  if (!macros) return '';
  let key = macroKeys.get(macros);
  if (key === undefined) macroKeys.set(macros, (key = JSON.stringify(macros)));
  return key;
}

function typeset(
  { tex, edits, links }: Prepared,
  source: string,
  display: boolean,
  macros: Macros | undefined,
): string {
  let html: string;
  try {
    html = katex.renderToString(tex, {
      displayMode: display,
      // A copy: what a formula defines, even by \gdef, ends with it.
      macros: { ...macros },
      // No \href but to an equation of the note, no \includegraphics, no \htmlStyle: they show as errors.
      trust: ({ command, ...rest }) => command === '\\href' && 'url' in rest && /^#gn-eq-\d+$/.test(rest.url),
      // Bounds macro expansion (`\def\a{\a\a}`) and sizes (`\rule{9999em}`).
      maxExpand: 1000,
      maxSize: 50,
      // Chinese in a formula is no reason for a warning.
      strict: 'ignore',
    });
  } catch (error) {
    return describeError(error, tex, edits, source);
  }
  // Whoever copies the formula gets what the note says.
  if (tex !== source)
    html = html.replace(
      /(<annotation encoding="application\/x-tex">)[^<]*(?=<\/annotation>)/,
      (_, start: string) => start + escapeHtml(source),
    );
  return html.includes('href="#gn-eq-') ? withLinks(html, links) : html;
}

/** KaTeX's links get the addresses of their equations; one to an equation that is not there is no link. */
const withLinks = (html: string, links: Prepared['links']) =>
  html
    // In MathML, which is there for screen readers and for copying, an address is not a link.
    .replace(/(<m[a-z]+) href="#gn-eq-\d+"/g, '$1')
    .replace(
      /<a(?: class="([^"]*)")?([^>]*) href="#gn-eq-(\d+)"/g,
      (_, classes: string | undefined, others: string, index: string) => {
        const { label, missing } = links[Number(index)] ?? { label: '', missing: true };
        const names = ['gn-eq-ref', missing ? 'gn-eq-missing' : '', classes].filter(Boolean).join(' ');
        const target = missing
          ? `title="${missingEquation(label)}"`
          : `href="${escapeAttribute(equationHref(label))}"`;
        return `<a class="${names}" ${target}${others}`;
      },
    );

/** The title of a link to an equation that is not there. */
export const missingEquation = (label: string): string =>
  escapeAttribute(`No equation of this note has the label “${label}”.`);

/** Puts numbers and ids into KaTeX's output. KaTeX counts with CSS, which cannot count over blocks that are not laid out. */
function withNumbers(html: string, rows: readonly NumberedRow[]): string {
  const inRows = rows.filter(({ whole }) => !whole);
  const counted = inRows.filter(({ tag }) => tag === undefined);
  const idOf = ({ label }: NumberedRow) => (label ? ` id="${escapeAttribute(equationId(label))}"` : '');
  let next = 0;
  let nextMath = 0;
  const numbered = html
    .replace(/<span class="eqn-num"([^>]*)><\/span>/g, (_, rest: string) => {
      const row = counted[next++];
      return `<span class="gn-eq-number"${row ? idOf(row) : ''}${rest}>${row ? `<span class="mord">(${row.text})</span>` : ''}</span>`;
    })
    .replace(/<mtd class ?="mml-eqn-num"><\/mtd>/g, () => {
      const row = inRows[nextMath++];
      return row ? `<mtd><mtext>(${escapeHtml(row.text)})</mtext></mtd>` : '<mtd></mtd>';
    });
  const anchors = rows.filter((row) => row.label && !counted.includes(row));
  return anchors.map((row) => `<span class="gn-eq-anchor"${idOf(row)}></span>`).join('') + numbered;
}

// ---- errors ----

const errorHtml = (sourceHtml: string, message: string) =>
  `<span class="katex-error"><code>${sourceHtml}</code> <span class="gn-math-message">${escapeHtml(message)}</span></span>`;

/** What stands for a formula that begins with `markup` and never ends. */
export function unclosedFormula(source: string, markup: string): string {
  const shown = source.trim().slice(0, 2000);
  return errorHtml(
    `${escapeHtml(`${markup}${shown.includes('\n') ? '\n' : ''}${shown}`)}<mark class="gn-math-place gn-math-end"></mark>`,
    `The formula is not closed: ${markup} is missing at its end`,
  );
}

/** The formula's source with the wrong place marked, and beside it what is wrong. */
function describeError(error: unknown, tex: string, edits: readonly Edit[], source: string): string {
  const untrimmed = source.trimEnd();
  const lead = untrimmed.length - untrimmed.trimStart().length;
  const shown = untrimmed.slice(lead);
  if (!(error instanceof katex.ParseError)) {
    const message =
      error instanceof RangeError ? 'The formula is nested too deeply.' : 'The formula cannot be typeset.';
    return errorHtml(escapeHtml(shown), message);
  }
  const {
    position,
    length = 0,
    rawMessage,
  } = error as { position?: number; length?: number; rawMessage: string };
  const inTex = position !== undefined && error.message.endsWith(excerpt(tex, position, position + length));
  const place = inTex ? placeInSource(position, edits) : undefined;
  if (place === undefined)
    return errorHtml(escapeHtml(shown), position === undefined ? rawMessage : `${rawMessage} in a macro`);
  const start = Math.min(Math.max(place - lead, 0), shown.length);
  const end = Math.min(start + length, shown.length);
  const marked = shown.slice(start, end);
  const mark = marked.trim()
    ? `<mark class="gn-math-place">${escapeHtml(marked)}</mark>`
    : '<mark class="gn-math-place gn-math-end"></mark>';
  const where = start >= shown.length ? 'at end of input' : `at position ${start + 1}`;
  return errorHtml(
    `${escapeHtml(shown.slice(0, start))}${mark}${escapeHtml(shown.slice(marked.trim() ? end : start))}`,
    `${rawMessage} ${where}`,
  );
}

/** What KaTeX's message quotes of its input. When it does not, the place is in a macro's text and not in the formula. */
function excerpt(input: string, start: number, end: number): string {
  const before = start > 15 ? `…${input.slice(start - 15, start)}` : input.slice(0, start);
  const place = input.slice(start, end).replace(/[^]/g, '$&\u0332');
  const after = end + 15 < input.length ? `${input.slice(end, end + 15)}…` : input.slice(end);
  return before + place + after;
}
