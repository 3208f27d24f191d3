/** Tokens in rules of the parser. */
import type { MarkdownIt, Token } from 'markdown-it';

/** Makes tokens in core rules, whose state need not bring a constructor. */
export function tokenMaker(md: MarkdownIt): (type: string, tag: string, nesting: -1 | 0 | 1) => Token {
  const { Token } = new md.core.State('', md, {});
  return (type, tag, nesting) => new Token(type, tag, nesting);
}
