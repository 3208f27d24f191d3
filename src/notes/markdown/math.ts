/** Formulas in notes: their syntax, their HTML, and the links to equations in running text. */
import type { MarkdownIt, Token } from 'markdown-it';
import { equationHref, isDisplay } from './equations';
import { escapeAttribute, escapeHtml } from './escape';
import { missingEquation, renderFormula, unclosedFormula, type FormulaContext } from './formulas';
import { useMathSyntax } from './mathSyntax';

/** Adds formulas, and `\eqref{…}` and `\ref{…}` in text. */
export function useMath(md: MarkdownIt): void {
  useMathSyntax(md);
  md.renderer.rules['math_inline'] = (tokens, index, _options, env) => {
    const token = tokens[index] as Token;
    const display = isDisplay(token);
    const html = renderFormula(token.content, display, env as FormulaContext);
    return display ? `<span class="katex-block">${html}</span>` : html;
  };
  md.renderer.rules['math_block'] = (tokens, index, _options, env, renderer) => {
    const token = tokens[index] as Token;
    const html = token.meta?.['unclosed']
      ? unclosedFormula(token.content, token.markup)
      : renderFormula(token.content, true, env as FormulaContext);
    // In a line of text it must not be a <p>: that would end the paragraph around it.
    const block = `<span class="katex-block">${html}</span>`;
    return token.map ? `<p${renderer.renderAttrs(token)}>${block}</p>\n` : block;
  };
  useEquationLinks(md);
}

function useEquationLinks(md: MarkdownIt): void {
  md.inline.ruler.before('escape', 'equation_link', (state, silent) => {
    const { src, pos } = state;
    if (src.charCodeAt(pos) !== 92) return false;
    const match = /^\\(eq)?ref\{([^{}\n]{1,200})\}/.exec(src.slice(pos, pos + 220));
    if (!match) return false;
    if (!silent) {
      const token = state.push('equation_link', 'a', 0);
      token.content = match[2]?.trim() ?? '';
      token.meta = { parentheses: match[1] !== undefined };
    }
    state.pos += match[0].length;
    return true;
  });
  md.renderer.rules['equation_link'] = (tokens, index, _options, env) => {
    const token = tokens[index] as Token;
    const context = env as FormulaContext;
    const label = token.content;
    const text = context.equationLabels?.get(label);
    const inside = (shown: string) => (token.meta?.['parentheses'] ? `(${shown})` : shown);
    if (text === undefined)
      return `<span class="gn-eq-ref gn-eq-missing" title="${missingEquation(label)}">${inside('??')}</span>`;
    // A \tag may hold TeX.
    const shown = /[\\$^_{}]/.test(text)
      ? renderFormula(`\\text{${text}}`, false, { macros: context.macros })
      : escapeHtml(text);
    return `<a class="gn-eq-ref" href="${escapeAttribute(equationHref(label))}">${inside(shown)}</a>`;
  };
}
