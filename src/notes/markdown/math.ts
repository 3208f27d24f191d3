/** Formulas: KaTeX by way of markdown-it-katex, with limits against hostile ones, errors at their place, and a cache. */
import { LRUCache } from 'lru-cache';
import type { MarkdownIt, RendererRule } from 'markdown-it';
import katexPlugin from 'markdown-it-katex';
import { escapeAttribute, escapeHtml } from './escape';

/** A longer formula is not rendered: its source and a message stand in its place. */
const maxFormulaLength = 20_000;

const katexOptions = {
  enableFencedBlocks: true,
  enableBareBlocks: true,
  /** No \href, \includegraphics, \htmlStyle: they show as errors. */
  trust: false,
  /** Bounds macro expansion (`\def\a{\a\a}`) and sizes (`\rule{9999em}`). */
  maxExpand: 1000,
  maxSize: 50,
  /** Chinese in a formula is no reason for a warning. */
  strict: 'ignore',
};

/** Code that was bundled and code that Node loads see a CommonJS default export differently. */
const plugin = (typeof katexPlugin === 'function'
  ? katexPlugin
  : (katexPlugin as { default: typeof katexPlugin }).default) as unknown as (
  md: MarkdownIt,
  options: object,
) => void;

const rendered = new LRUCache<string, string>({
  maxSize: 32_000_000,
  sizeCalculation: (html) => html.length + 1,
});

const errorHtml = (source: string, message: string) =>
  `<span class="katex-error" title="${escapeAttribute(source)}"><code>${escapeHtml(source.trim())}</code> ` +
  `<span class="gn-math-message">${escapeHtml(message)}</span></span>`;

/** Adds `$…$`, `$$…$$`, bare `\begin…\end` blocks and `math` fences. */
export function useMath(md: MarkdownIt): void {
  plugin(md, katexOptions);
  for (const name of ['math_inline', 'math_inline_block', 'math_inline_bare_block', 'math_block'] as const) {
    const rule = md.renderer.rules[name];
    if (rule) md.renderer.rules[name] = guarded(name, rule);
  }
}

function guarded(name: string, rule: RendererRule): RendererRule {
  return (tokens, index, options, env, renderer) => {
    const token = tokens[index];
    if (!token) return '';
    const source = token.content;
    if (source.length > maxFormulaLength) {
      return errorHtml(
        `${source.slice(0, 200)}…`,
        `The formula is longer than ${maxFormulaLength} characters.`,
      );
    }
    // A display formula inside a line of text must not be a <p>: that would end the paragraph around it.
    const inLine = name === 'math_inline' ? 'inline' : token.map ? 'block' : 'display';
    const key = `${inLine}\n${source}`;
    let html = rendered.get(key);
    if (html === undefined) {
      html = rule(tokens, index, options, env, renderer).trim();
      const error = /^<(?:span|p) class="(?:katex-block )?katex-error"[^>]*>([\s\S]*)<\/(?:span|p)>$/.exec(
        html,
      );
      // The message without its frame; the formula itself stands beside it.
      if (error?.[1]) html = errorHtml(source, messageOf(unescape(error[1])));
      html = html.replace(/^<p class="katex-block">([\s\S]*)<\/p>$/, '$1');
      if (inLine !== 'inline') html = `<span class="katex-block">${html}</span>`;
      rendered.set(key, html);
    }
    return inLine === 'block' ? `<p${renderer.renderAttrs(token)}>${html}</p>\n` : html;
  };
}

const messageOf = (error: string) =>
  error
    .replace(/^ParseError: KaTeX parse error: /, '')
    .replace(/( at (?:position \d+|end of input)): [\s\S]*$/, '$1');

/** Undoes the escaping of the plugin's error message. */
function unescape(html: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#039': "'", amp: '&' };
  return html.replace(/&(lt|gt|quot|#039|amp);/g, (all, name: string) => characters[name] ?? all);
}
