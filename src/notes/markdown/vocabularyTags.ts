/** Tags of model vocabularies, such as `<SEG>` and `<region_name>`, are words of the note and shown as they are written. */
import type { MarkdownIt } from 'markdown-it';
import { isHtmlElement, tagNameAt } from './htmlTags';
import type { NoteEnv } from './markdown';
import { wrapRule } from './wrapRule';

/** Unknown tags are text; so are `<?…?>`, `<!…>` and, where HTML is not allowed, all tags. */
export function useVocabularyTags(md: MarkdownIt): void {
  wrapRule(md.inline.ruler, 'html_inline', [], (original, state, silent) => {
    const start = state.pos;
    const head = state.src.slice(start, start + 80);
    if (/^<[!?]/.test(head) && !head.startsWith('<!--')) return false;
    const name = tagNameAt(head);
    if (!name || isHtmlElement(name)) return original(state, silent);
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
      const head = state.src.slice(at, at + 80);
      if (!head.startsWith('<')) return false;
      const name = tagNameAt(head);
      if (name ? !isHtmlElement(name) : !head.startsWith('<!--')) return false;
      // As text a tag needs no block of its own, and the Markdown around it stays Markdown.
      if (name && !(state.env as NoteEnv).allowHtml) return false;
      return original(state, start, end, silent);
    },
  );
}
