/** `[[note]]`, `[[note|label]]`, `[[note#heading]]`, `[[#heading]]`, and `![[picture.png]]`, `![[picture.png|alt or width]]`. */
import type { MarkdownIt, StateInline, Token } from 'markdown-it';
import { escapeAttribute, escapeHtml } from './escape';
import type { NoteEnv } from './markdown';
import { Slugger } from './slugs';

const pattern = /^!?\[\[([^[\]|\n]{1,300})(?:\|([^[\]\n]{1,300}))?\]\](?!\()/;
const picture = /\.(?:png|jpe?g|webp|gif|bmp|avif|tiff?|svg)$/i;

export function useWikiLinks(md: MarkdownIt): void {
  md.inline.ruler.before('link', 'wiki_link', (state, silent) => {
    const { src, pos } = state;
    const embed = src.startsWith('![[', pos);
    if ((!embed && !src.startsWith('[[', pos)) || state.linkLevel > 0) return false;
    const match = pattern.exec(src.slice(pos, Math.min(state.posMax, pos + 620)));
    const target = match?.[1]?.trim();
    if (!match || !target || isReference(state, target)) return false;
    const label = match[2]?.trim();
    const isPicture = embed && picture.test(target);
    if (!silent) {
      if (isPicture) pushPicture(state, target, label);
      else {
        const token = state.push('wiki_link', 'a', 0);
        token.content = label ?? target.replace(/^#/, '');
        token.meta = { target };
      }
    }
    state.pos += match[0].length;
    return true;
  });
  md.renderer.rules['wiki_link'] = (tokens, index, _options, env) =>
    wikiLinkHtml(md, tokens[index] as Token, env as NoteEnv);
}

/** `[[1]]` is a link in brackets where the note defines `[1]: …`. */
function isReference(state: StateInline, target: string): boolean {
  const references = (state.env as { references?: Record<string, unknown> }).references;
  return references !== undefined && state.md.utils.normalizeReference(target) in references;
}

/** Obsidian's form: behind the bar an alternative text, or a width in pixels. */
function pushPicture(state: StateInline, target: string, label: string | undefined): void {
  const token = state.push('image', 'img', 0);
  const width = /^(\d{1,4})(?:x\d{1,4})?$/.exec(label ?? '')?.[1];
  const alt = width ? '' : (label ?? '');
  token.attrs = [
    ['src', target],
    ['alt', ''],
  ];
  if (width) token.attrs.push(['width', width]);
  const text = new state.Token('text', '', 0);
  text.content = alt;
  token.children = [text];
  token.content = alt;
}

function wikiLinkHtml(md: MarkdownIt, token: Token, env: NoteEnv): string {
  const [, name = '', heading] = /^([^#]*)(?:#(.*))?$/s.exec(String(token.meta?.['target'])) ?? [];
  const label = escapeHtml(token.content);
  const fragment = heading ? `#${encodeURIComponent(new Slugger().slug(heading.trim()))}` : '';
  if (!name.trim()) return `<a class="gn-wiki-link" href="${escapeAttribute(fragment || '#')}">${label}</a>`;
  const found = env.resolveNote?.(name.trim());
  const href = md.normalizeLink(found?.href ?? '');
  const usable = href !== '' && md.validateLink(href);
  if (found?.exists && usable)
    return `<a class="gn-wiki-link" href="${escapeAttribute(href + fragment)}">${label}</a>`;
  const title = escapeAttribute(`There is no note “${name.trim()}”.`);
  return usable
    ? `<a class="gn-wiki-link gn-wiki-missing" href="${escapeAttribute(href)}" title="${title}">${label}</a>`
    : `<span class="gn-wiki-link gn-wiki-missing" title="${title}">${label}</span>`;
}
