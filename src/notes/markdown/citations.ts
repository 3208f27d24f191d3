/**
 * Citations as Pandoc writes them: `[@lai2024]`, `[see @lai2024, p. 3; @you2023]`, `[-@lai2024]`, and `@lai2024 says`.
 * Only where the note has a bibliography: elsewhere an `@` is an `@`.
 */
import type { MarkdownIt } from 'markdown-it';
import type { CitationText } from '../papers/bibliography';
import { escapeAttribute, escapeHtml } from './escape';
import type { NoteEnv } from './markdown';

const key = String.raw`(?:\{([^{}\s]{1,200})\}|([\p{L}\p{N}_](?:[\p{L}\p{N}_]|[:.#$%&\-+?~/](?=[\p{L}\p{N}_])){0,200}))`;
const narrative = new RegExp(`@${key}`, 'uy');
const item = new RegExp(String.raw`^([^@]*?)(-?)@${key}\s*,?\s*(.*)$`, 'su');

/** Adds the rules. */
export function useCitations(md: MarkdownIt): void {
  md.inline.ruler.before('link', 'groundnote_citation', (state, silent) => {
    const { citations } = state.env as NoteEnv;
    if (!citations) return false;
    const { src, pos } = state;
    const char = src[pos];
    if (char === '[') {
      const close = src.slice(pos, pos + 1000).indexOf(']');
      if (close < 2) return false;
      const inside = src.slice(pos + 1, pos + close);
      // A link, a reference, or a bracket in the bracket is something else.
      if (!inside.includes('@') || inside.includes('[') || /[([:]/.test(src[pos + close + 1] ?? ''))
        return false;
      const html = group(inside, citations);
      if (html === undefined) return false;
      if (!silent) state.push('groundnote_citation', 'cite', 0).content = html;
      state.pos = pos + close + 1;
      return true;
    }
    return false;
  });
  // `@` ends no run of text in the parser, so that words with it are found once the text is known; an escaped one is a
  // token of its own until the texts are joined.
  md.core.ruler.before('text_join', 'groundnote_citations', (state) => {
    const { citations } = state.env as NoteEnv;
    if (!citations) return;
    for (const block of state.tokens) {
      if (block.type !== 'inline' || !block.content.includes('@') || !block.children) continue;
      let inLink = 0;
      block.children = block.children.flatMap((token) => {
        if (token.type === 'link_open') inLink++;
        if (token.type === 'link_close') inLink--;
        if (token.type !== 'text' || inLink || !token.content.includes('@')) return [token];
        return split(token.content, citations).map((part) => {
          const made = new state.Token(part.html === undefined ? 'text' : 'groundnote_citation', '', 0);
          made.content = part.html ?? part.text;
          made.level = token.level;
          return made;
        });
      });
    }
  });
  md.renderer.rules['groundnote_citation'] = (tokens, index) => tokens[index]?.content ?? '';
}

/** `see @a, p. 3; -@b` → HTML in round brackets; undefined when a part is no citation. */
function group(inside: string, citations: Readonly<Record<string, CitationText>>): string | undefined {
  const parts: string[] = [];
  for (const each of inside.split(';')) {
    const [, before = '', minus, braced, bare, after = ''] = item.exec(each) ?? [];
    const name = braced ?? bare;
    if (!name) return undefined;
    const cited = Object.hasOwn(citations, name) ? citations[name] : undefined;
    const text = cited ? (minus ? cited.year : `${cited.authors}, ${cited.year}`) : `@${name}`;
    const prefix = before.trim() ? `${escapeHtml(before.trim())} ` : '';
    const suffix = after.trim() ? `, ${escapeHtml(after.trim())}` : '';
    parts.push(prefix + citationHtml(name, cited, text) + suffix);
  }
  return `<cite class="gn-cite">(${parts.join('; ')})</cite>`;
}

/** Words with `@key` in them; keys that the bibliography has not are words. */
function split(
  text: string,
  citations: Readonly<Record<string, CitationText>>,
): { text: string; html?: string }[] {
  const parts: { text: string; html?: string }[] = [];
  let from = 0;
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    // Not in the middle of a word: that is an e-mail address.
    if (at > 0 && /[\p{Script=Latin}\p{N}_.@/\\]/u.test(text[at - 1] ?? '')) continue;
    narrative.lastIndex = at;
    const [whole = '', braced, bare] = narrative.exec(text) ?? [];
    const name = braced ?? bare ?? '';
    const cited = Object.hasOwn(citations, name) ? citations[name] : undefined;
    if (!cited) continue;
    parts.push({ text: text.slice(from, at) });
    parts.push({
      text: '',
      html: `<cite class="gn-cite">${citationHtml(name, cited, `${cited.authors} (${cited.year})`)}</cite>`,
    });
    from = at + whole.length;
  }
  parts.push({ text: text.slice(from) });
  return parts.filter(({ text: words, html }) => words || html !== undefined);
}

function citationHtml(name: string, cited: CitationText | undefined, text: string): string {
  if (!cited)
    return `<span class="gn-cite-missing" title="This key is not in the bibliography.">${escapeHtml(text)}</span>`;
  const attributes = [`href="${escapeAttribute(cited.href)}"`, `data-cite="${escapeAttribute(name)}"`];
  return `<a ${attributes.join(' ')}>${escapeHtml(text)}</a>`;
}
