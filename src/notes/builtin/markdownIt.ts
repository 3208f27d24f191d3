/**
 * What VS Code's own Markdown preview lacks, as rules for the parser that it hands over. That parser is an older
 * markdown-it than ours, with plugins of others in it: rules are only wrapped, and nothing here comes from our markdown-it.
 */
import type { MarkdownIt, Token } from 'markdown-it';
import { isHtmlElement, tagNameAt } from '../markdown/htmlTags';
import { wrapRule } from '../markdown/wrapRule';
import { UnknownTags } from './unknownTags';

/**
 * Shows tags that are no HTML element (`<SEG>`, `<IMAGE>`) as they are written. Code and maths have rules of their own
 * that come earlier; what stands in an `<svg>`, a `<script>` or a comment stays as it is.
 */
export function showUnknownTags(md: MarkdownIt): void {
  wrapRule(md.inline.ruler, 'html_inline', [], (original, state, silent) => {
    const start = state.pos;
    const name = tagNameAt(state.src.slice(start, start + 80));
    if (!name || isHtmlElement(name) || inForeign(state.tokens)) return original(state, silent);
    if (!original(state, true)) return false;
    if (!silent) state.pending += state.src.slice(start, state.pos);
    return true;
  });
  wrapRule(
    md.block.ruler,
    'html_block',
    ['paragraph', 'reference', 'blockquote'],
    (original, state, start, end, silent) => {
      const at = (state.bMarks[start] ?? 0) + (state.tShift[start] ?? 0);
      const name = tagNameAt(state.src.slice(at, at + 80));
      // As text a tag needs no block of its own, and the Markdown around it stays Markdown.
      if (name && !isHtmlElement(name) && !inForeign(state.tokens)) return false;
      return original(state, start, end, silent);
    },
  );
  md.core.ruler.push('groundnote_unknown_tags', ({ tokens }) => {
    let tags = new UnknownTags();
    for (const token of tokens) {
      if (token.type === 'html_block') token.content = tags.escape(token.content);
      // A browser leaves an unclosed `<svg>` at the next paragraph, heading or list.
      else tags = new UnknownTags();
    }
  });
}

/** How far the tokens of a list have been looked at, and what is open there. Lists only grow while they are parsed. */
const progress = new WeakMap<readonly Token[], { next: number; tags: UnknownTags }>();

/** Whether the HTML before this place has opened an `<svg>` or `<math>`. */
function inForeign(tokens: readonly Token[]): boolean {
  const state = progress.get(tokens) ?? { next: 0, tags: new UnknownTags() };
  progress.set(tokens, state);
  for (; state.next < tokens.length; state.next++) {
    const token = tokens[state.next];
    if (token?.type === 'html_block' || token?.type === 'html_inline') state.tags.escape(token.content);
    else if (token?.block) state.tags = new UnknownTags();
  }
  return state.tags.inForeign;
}
