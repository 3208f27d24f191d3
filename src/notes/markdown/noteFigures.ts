/** Pictures of a note become figures. */
import type { MarkdownIt, Token } from 'markdown-it';
import { figureHtml, resolveFigure, type ImageTag } from './figures';
import type { NoteEnv } from './markdown';

/** Resolves a picture's address, notes it among the note's figures, and makes its HTML. */
export function renderFigure(env: NoteEnv, tag: ImageTag, line?: number): string {
  const figure = resolveFigure(tag.source, (source) => env.resolveImage(source));
  env.figures.push(figure);
  return figureHtml(tag, figure, env.figure, line);
}

/** A formula is its TeX where only text can stand; brackets that were escaped are brackets. */
function asText(token: Token): Token {
  if (token.type !== 'math_inline' && token.type !== 'math_block') return token;
  const brackets = token.markup === '\\[';
  return Object.assign(Object.create(token) as Token, {
    type: 'text',
    content: brackets ? `[${token.content}]` : token.content,
  });
}

/** A paragraph that is only a picture becomes a `<figure>`; a picture in a line of text stays in it. */
export function useFigures(md: MarkdownIt): void {
  md.core.ruler.push('groundnote_figures', ({ tokens, env }) => {
    tokens.forEach((token, index) => {
      const [open, close] = [tokens[index - 1], tokens[index + 1]];
      if (token.type !== 'inline' || open?.type !== 'paragraph_open' || close?.type !== 'paragraph_close')
        return;
      const content = (token.children ?? []).filter(
        ({ type, content }) =>
          !/^(?:strong|em|s)_(?:open|close)$/.test(type) && (type !== 'text' || content.trim()),
      );
      const [image] = content;
      if (content.length !== 1 || image?.type !== 'image' || open.hidden) return;
      image.meta = { line: (open.map?.[0] ?? 0) - (env as NoteEnv).firstLine };
      token.children = content;
      open.hidden = close.hidden = true;
    });
  });
  md.renderer.rules.image = (tokens, index, options, env, renderer) => {
    const token = tokens[index];
    if (!token) return '';
    const tag = {
      source: String(token.attrGet('src') ?? ''),
      alt: renderer.renderInlineAsText((token.children ?? []).map(asText), options, env),
      title: String(token.attrGet('title') ?? ''),
      width: token.attrGet('width') === null ? undefined : String(token.attrGet('width')),
    };
    return renderFigure(env as NoteEnv, tag, token.meta?.['line'] as number | undefined);
  };
}
