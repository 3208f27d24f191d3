/**
 * Footnotes: the syntax of markdown-it-footnote, with numbers that come from the whole note (`NoteEnv.footnoteUses`),
 * because a note is rendered block by block. Definitions are taken out of their place and shown at the note's end.
 */
import type { MarkdownIt, Token } from 'markdown-it';
import footnotePlugin from 'markdown-it-footnote';
import { escapeAttribute } from './escape';
import type { tokenMaker } from './tokens';

/** One `[^1]` or `^[…]` in the text: the number of its footnote, and which use of it this is, from 1. */
export interface FootnoteUse {
  number: number;
  use: number;
}

/** Ids of a footnote and of its uses. */
export const footnoteId = (number: number) => `fn-${number}`;
export const footnoteUseId = ({ number, use }: FootnoteUse) => `fnref-${number}${use > 1 ? `-${use}` : ''}`;

/** What the rules leave in the environment of a block. */
export interface FootnoteEnv {
  footnotes?: {
    /** `:label` → any number, for each label that the note defines. */
    refs: Record<string, number>;
    /** Inline footnotes carry their tokens. */
    list: { label?: string; content?: string; tokens?: Token[] }[];
  };
  /** The uses in this block, in order; taken one by one while rendering. */
  footnoteUses?: FootnoteUse[];
}

/** Adds the rules. `footnote_tail`, which would collect definitions of one parse, is not used. */
export function useFootnotes(md: MarkdownIt): void {
  md.use(footnotePlugin);
  md.core.ruler.disable('footnote_tail');
  md.renderer.rules['footnote_ref'] = (_tokens, _index, _options, env) => {
    const use = (env as FootnoteEnv).footnoteUses?.shift();
    if (!use) return '';
    return (
      `<sup class="gn-footnote-ref"><a href="#${footnoteId(use.number)}" id="${footnoteUseId(use)}" ` +
      `aria-label="Footnote ${use.number}">${use.number}</a></sup>`
    );
  };
  md.renderer.rules['footnote_reference_open'] = () => '';
  md.renderer.rules['footnote_reference_close'] = () => '';
  md.renderer.rules['footnote_back'] = (tokens, index) => (tokens[index]?.meta?.['html'] as string) ?? '';
}

/** The footnotes that tokens use, in order: labels, and undefined for inline ones. */
export function footnoteRefs(tokens: readonly Token[]): (string | undefined)[] {
  return tokens.flatMap((token) =>
    token.type === 'footnote_ref'
      ? [token.meta?.['label'] as string | undefined]
      : footnoteRefs(token.children ?? []),
  );
}

/** Takes the definitions out of a block's tokens. @returns the other tokens, and each definition's own by its label */
export function takeDefinitions(tokens: readonly Token[]): {
  rest: Token[];
  definitions: [string, Token[]][];
} {
  const rest: Token[] = [];
  const definitions: [string, Token[]][] = [];
  const open: Token[][] = [];
  for (const token of tokens) {
    if (token.type === 'footnote_reference_open') {
      const own: Token[] = [];
      definitions.push([String(token.meta?.['label']), own]);
      open.push(own);
    } else if (token.type === 'footnote_reference_close') open.pop();
    else (open.at(-1) ?? rest).push(token);
  }
  return { rest, definitions };
}

/** Links from a footnote back to its uses. */
export const backLinks = (number: number, uses: number): string =>
  Array.from({ length: uses }, (_, index) => {
    const name =
      uses > 1 ? `Back to use ${index + 1} of footnote ${number}` : `Back to footnote ${number} in the text`;
    const id = footnoteUseId({ number, use: index + 1 });
    return ` <a href="#${id}" class="gn-footnote-back" aria-label="${escapeAttribute(name)}">↩\uFE0E</a>`;
  }).join('');

/** Puts links back at the end of a definition's text. */
export function withBackLinks(tokens: Token[], html: string, make: ReturnType<typeof tokenMaker>): Token[] {
  const back = make('footnote_back', '', 0);
  back.meta = { html };
  const last = tokens.at(-1);
  return last?.type === 'paragraph_close' ? [...tokens.slice(0, -1), back, last] : [...tokens, back];
}

/** The section at the note's end. `notes` are in the order of their numbers, from 1. */
export const footnotesSection = (notes: readonly string[]): string =>
  '<section class="gn-footnotes" role="doc-endnotes" aria-label="Footnotes"><ol>' +
  notes.map((html, index) => `<li id="${footnoteId(index + 1)}" tabindex="-1">${html}</li>`).join('') +
  '</ol></section>';
