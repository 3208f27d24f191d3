/** GitHub Flavored Markdown, where markdown-it differs from its specification. */
import type { MarkdownIt } from 'markdown-it';
import { useAutolinks } from './autolinks';
import { useStrikethrough } from './strikethrough';
import { useTaskLists } from './taskLists';

/** GFM's disallowed raw HTML: tags that change how the HTML after them is read. */
const disallowed =
  /<(?=\/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)(?:[\s/>]|$))/gi;

export interface GfmOptions {
  /** Allowances for CJK text (see the modules). */
  cjk: boolean;
  /** Exactly the specification's HTML. */
  plain: boolean;
}

/** Adds what GFM has beyond CommonMark. */
export function useGfm(md: MarkdownIt, { cjk, plain }: GfmOptions): void {
  useStrikethrough(md, { ranges: cjk });
  useAutolinks(md, { cjk });
  useTaskLists(md, { plain });
  md.core.ruler.push('groundnote_gfm', ({ tokens }) => {
    const filter = (content: string) =>
      content.includes('<') ? content.replace(disallowed, '&lt;') : content;
    for (const token of tokens) {
      if (token.type === 'th_open' || token.type === 'td_open') {
        const align = /^text-align:(\w+)$/.exec(String(token.attrGet('style') ?? ''))?.[1];
        if (align) token.attrs = [['align', align]];
      } else if (plain && token.type === 'html_block') token.content = filter(token.content);
      else if (plain && token.type === 'inline') {
        for (const child of token.children ?? [])
          if (child.type === 'html_inline') child.content = filter(child.content);
      }
    }
  });
}
