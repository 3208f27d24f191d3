/** Texts of the front matter as HTML: titles and abstracts of papers have formulas, too. */
import MarkdownItConstructor, { type MarkdownIt } from 'markdown-it';
import type { Macros } from '../markdown/equations';
import { useMath } from '../markdown/math';

const formulas = ['math_inline', 'math_inline_block', 'math_backslash', 'math_backtick'];

function parser(...inlineRules: string[]): MarkdownIt {
  const md = MarkdownItConstructor({ html: false });
  useMath(md);
  md.inline.ruler.enableOnly(['text', 'newline', 'backticks', 'escape', ...formulas, ...inlineRules]);
  return md;
}

let lines: MarkdownIt | undefined;
let paragraphs: MarkdownIt | undefined;

/** A title: formulas and code, the rest as it is. */
export const lineHtml = (text: string, macros: Macros): string =>
  (lines ??= parser()).renderInline(text, { macros });

/** An abstract: paragraphs with formulas, code and emphasis. No links, no pictures, no HTML. */
export function paragraphsHtml(text: string, macros: Macros): string {
  const md = (paragraphs ??= parser('emphasis'));
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => `<p>${md.renderInline(paragraph.trim(), { macros })}</p>`)
    .join('');
}
