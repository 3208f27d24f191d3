/** Fenced code: coloured, with a caption and marked lines; or a diagram that the page draws. */
import type { MarkdownIt, RendererRule, Token } from 'markdown-it';
import { parseCodeInfo, type CodeInfo } from './codeInfo';
import { escapeAttribute, escapeHtml } from './escape';
import type { NoteEnv } from './markdown';

/** Languages of fences that are drawn → the kind of diagram. */
const diagramKinds: Record<string, 'mermaid' | 'vega' | 'vega-lite'> = {
  mermaid: 'mermaid',
  vega: 'vega',
  'vega-lite': 'vega-lite',
  vegalite: 'vega-lite',
};

const diagramKind = (language: string) => diagramKinds[language.toLowerCase()];

/** The grammar that colours a fence. */
const grammarOf = (language: string) => (/^vega/.test(diagramKind(language) ?? '') ? 'json' : language);

/** The languages whose grammars fences with these info strings need, for `CodeHighlighter.prepare`. */
export function fenceLanguages(infos: readonly string[]): Set<string> {
  const languages = new Set<string>();
  for (const info of infos) {
    const { language } = parseCodeInfo(info);
    if (language) languages.add(grammarOf(language));
  }
  return languages;
}

/** Renders fences that no other rule wants (a `ground` fence; a formula is no fence any more). */
export function useCodeFences(md: MarkdownIt): void {
  md.renderer.rules.fence = (tokens, index, _options, env, renderer) => {
    const token = tokens[index];
    if (!token) return '';
    const note = env as NoteEnv;
    const info = parseCodeInfo(token.info);
    const kind = diagramKind(info.language);
    return kind
      ? diagramHtml(kind, token, info, note)
      : codeHtml(token, info, note, ofFirstLine(renderer.renderAttrs(token)));
  };
  const indented: RendererRule = (tokens, index, _options, env, renderer) => {
    const token = tokens[index];
    return token ? codeHtml(token, parseCodeInfo(''), env as NoteEnv, renderer.renderAttrs(token)) : '';
  };
  md.renderer.rules.code_block = indented;
}

/** Code says which line of the note its first line of code is: the one after the fence. */
const ofFirstLine = (attributes: string) =>
  attributes.replace(/(data-line=")(\d+)/, (_, name: string, line: string) => `${name}${Number(line) + 1}`);

/** A button that the page gives its meaning to; only where the page has a script. */
const copyButton = '<button type="button" class="gn-copy" aria-label="Copy code" title="Copy code"></button>';

function codeHtml(token: Token, info: CodeInfo, env: NoteEnv, attributes: string): string {
  const pre = preHtml(token.content, info, env, attributes);
  if (!info.title && !env.figure.interactive) return `${pre}\n`;
  const title = info.title ? `<div class="gn-code-title">${escapeHtml(info.title)}</div>` : '';
  return `<div class="gn-code">${title}${pre}${env.figure.interactive ? copyButton : ''}</div>\n`;
}

function preHtml(code: string, info: CodeInfo, env: NoteEnv, attributes: string): string {
  const { language, marked } = info;
  const colored = language ? env.highlight?.(code, grammarOf(language)) : undefined;
  let lines = colored ?? escapeHtml(code);
  if (marked.size) {
    lines = lines
      .split('\n')
      .map((line, at) => (marked.has(at + 1) ? `<span class="gn-marked">${line || ' '}</span>` : line))
      .join('\n');
  }
  const name = escapeAttribute(language);
  const languageAttributes = language ? ` class="language-${name}" data-language="${name}"` : '';
  // A box that scrolls sideways has to be reachable by keyboard.
  const focus = env.figure.interactive ? ' tabindex="0"' : '';
  return `<pre${focus}><code${languageAttributes}${attributes}>${lines}</code></pre>`;
}

/**
 * The source of a diagram and the place for its picture. Without a script the source is what is shown; the page closes
 * it as soon as it has drawn the picture.
 */
function diagramHtml(kind: string, token: Token, info: CodeInfo, env: NoteEnv): string {
  const line = token.attrGet('data-line');
  const pre = preHtml(token.content, info, env, '');
  const title = info.title ? ` data-title="${escapeAttribute(info.title)}"` : '';
  const caption = info.title ? `<div class="gn-code-title">${escapeHtml(info.title)}</div>` : '';
  const inside = env.figure.interactive
    ? `<div class="gn-drawn" data-by-page></div>${caption}` +
      `<details class="gn-source"><summary>Show source</summary><div class="gn-code">${pre}${copyButton}</div></details>`
    : `${caption}${pre}`;
  return `<div class="gn-diagram" data-diagram="${kind}"${title}${line === null ? '' : ` data-line="${line}"`}>${inside}</div>\n`;
}
