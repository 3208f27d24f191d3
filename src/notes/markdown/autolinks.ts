/**
 * GFM's extended autolinks: bare `https://…`, `www.…` and e-mail addresses. These are GFM's own conditions, which
 * markdown-it's linkify does not follow; a file name such as `train.py` is never a link.
 */
import type { MarkdownIt, StateInline, Token } from 'markdown-it';
import { tokenMaker } from './tokens';
import { wrapRule } from './wrapRule';

export interface AutolinkOptions {
  /** A link ends before Chinese or Japanese punctuation, and may begin right after such text. */
  cjk: boolean;
}

const cjkPunctuation =
  /[\u2018\u2019\u201c\u201d\u2026\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff65]/u;
const cjkBefore =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff65]$/u;
// No white space and no punctuation, ASCII's symbols included.
const hostCharacter = String.raw`(?:[\p{L}\p{M}\p{N}_-]|(?![\0-\x7f])\p{S})`;
const domainPattern = new RegExp(String.raw`^(?:${hostCharacter}|\.(?=${hostCharacter}))+`, 'u');
const spaceOrLess = /[\s<]/u;

/** Length of the domain at the start of `text`; 0 where there is none. Its last two parts have no underscore. */
function domainLength(text: string, { dot }: { dot: boolean }): number {
  const domain = domainPattern.exec(text)?.[0] ?? '';
  const parts = domain.split('.');
  if (dot && parts.length < 2) return 0;
  return parts.slice(-2).some((part) => part.includes('_')) ? 0 : domain.length;
}

/** What remains of a link when the punctuation that belongs to the sentence is left out. */
function withoutTail(link: string): string {
  let end = link.length;
  let closing = link.split(')').length - 1;
  const opening = link.split('(').length - 1;
  for (;;) {
    const last = link[end - 1];
    if (last === undefined) return '';
    if ('?!.,:*_~\'"'.includes(last)) end--;
    else if (last === ';') {
      let start = end - 2;
      while (start >= 0 && /[a-z]/i.test(link[start] ?? '')) start--;
      end = link[start] === '&' && start < end - 2 ? start : end - 1;
    } else if (last === ')' && closing > opening) {
      end--;
      closing--;
    } else return link.slice(0, end);
  }
}

/** The characters from `start` up to white space or `<` (and CJK punctuation), without the sentence's punctuation. */
function linkAt(src: string, start: number, end: number, { cjk }: AutolinkOptions): string {
  let at = start;
  while (at < end && !spaceOrLess.test(src[at] ?? '') && !(cjk && cjkPunctuation.test(src[at] ?? ''))) at++;
  return withoutTail(src.slice(start, at));
}

function pushLink(state: StateInline, text: string, href: string): void {
  const open = state.push('link_open', 'a', 1);
  open.attrs = [['href', state.md.utils.lib.mdurl.encode(href)]];
  open.markup = 'autolink';
  open.info = 'auto';
  const token = state.push('text', '', 0);
  token.content = text;
  const close = state.push('link_close', 'a', -1);
  close.markup = 'autolink';
  close.info = 'auto';
}

/** Adds the rules; linkify stays off. */
export function useAutolinks(md: MarkdownIt, options: AutolinkOptions): void {
  const beginsWord = (before: string) =>
    before === '' || /[\s*_~(]$/u.test(before) || (options.cjk && cjkBefore.test(before));

  // A scheme is known at its colon, where the letters before it are already text.
  md.inline.ruler.after('text', 'groundnote_autolink', (state, silent) => {
    const { src, pos, posMax, linkLevel } = state;
    if (src.charCodeAt(pos) !== 58 || linkLevel > 0) return false;
    const scheme = /(?:https?|ftp|mailto|xmpp)$/i.exec(state.pending.slice(-6))?.[0];
    if (!scheme) return false;
    const start = pos - scheme.length;
    if (/[a-z]/i.test(src[start - 1] ?? '')) return false;
    const slashes = src.startsWith('//', pos + 1);
    if (/^[hf]/i.test(scheme) !== slashes) return false;
    let text: string;
    if (slashes) {
      if (domainLength(src.slice(pos + 3, pos + 300), { dot: false }) === 0) return false;
      text = linkAt(src, start, posMax, options);
      if (text.length <= scheme.length + 3) return false;
    } else {
      const address = emailAt(src.slice(pos + 1, Math.min(posMax, pos + 400)), 0);
      if (address?.start !== 0) return false;
      text = `${src.slice(start, pos + 1)}${address.text}`;
      if (/^x/i.test(scheme))
        text += /^\/[\w@.-]*[A-Za-z0-9@]/.exec(src.slice(start + text.length, posMax))?.[0] ?? '';
    }
    if (!silent) {
      state.pending = state.pending.slice(0, -scheme.length);
      pushLink(state, text, text);
    }
    state.pos = start + text.length;
    return true;
  });

  // `www.` can stand anywhere in a run of text, so the run is cut before it.
  const www = /www\./g;
  wrapRule(md.inline.ruler, 'text', [], (original, state, silent) => {
    const { src, pos, posMax } = state;
    if (
      state.linkLevel === 0 &&
      src.startsWith('www.', pos) &&
      beginsWord(src.slice(Math.max(0, pos - 2), pos))
    ) {
      const text =
        domainLength(src.slice(pos, Math.min(posMax, pos + 300)), { dot: true }) > 0
          ? linkAt(src, pos, posMax, options)
          : '';
      if (text.length > 4) {
        if (!silent) pushLink(state, text, `http://${text}`);
        state.pos += text.length;
        return true;
      }
    }
    const pending = state.pending;
    if (!original(state, silent)) return false;
    const run = src.slice(pos, state.pos);
    www.lastIndex = 1;
    for (let found = www.exec(run); found; found = www.exec(run)) {
      if (!beginsWord(src.slice(Math.max(0, pos + found.index - 2), pos + found.index))) continue;
      state.pos = pos + found.index;
      if (!silent) state.pending = pending + run.slice(0, found.index);
      break;
    }
    return true;
  });

  const makeToken = tokenMaker(md);
  md.core.ruler.push('groundnote_emails', ({ tokens }) => {
    for (const token of tokens) {
      if (token.type === 'inline' && token.children && token.content.includes('@'))
        token.children = withEmails(token.children, makeToken);
    }
  });
}

/** The first e-mail address in `text` from `from` on. */
function emailAt(text: string, from: number): { start: number; text: string } | undefined {
  for (let at = text.indexOf('@', from); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at;
    while (start > from && /[A-Za-z0-9.+_-]/.test(text[start - 1] ?? '')) start--;
    if (start === at || text[start - 1] === '/') continue;
    const domain = /^(?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9]))+/.exec(text.slice(at + 1, at + 256))?.[0] ?? '';
    if (!/\.[^.]*[A-Za-z0-9]$/.test(domain) || /@/.test(text[at + 1 + domain.length] ?? '')) continue;
    return { start, text: text.slice(start, at + 1 + domain.length) };
  }
  return undefined;
}

/** Children with e-mail addresses as links; those of links are left alone. */
function withEmails(children: readonly Token[], makeToken: ReturnType<typeof tokenMaker>): Token[] {
  const result: Token[] = [];
  let inLink = 0;
  for (const token of children) {
    if (token.type === 'link_open') inLink++;
    else if (token.type === 'link_close') inLink--;
    else if (token.type === 'html_inline' && /^<a[\s>]/i.test(token.content)) inLink++;
    else if (token.type === 'html_inline' && /^<\/a\s*>/i.test(token.content))
      inLink = Math.max(0, inLink - 1);
    if (token.type !== 'text' || inLink > 0 || !token.content.includes('@')) {
      result.push(token);
      continue;
    }
    const { content, level } = token;
    const push = (type: string, tag: string, nesting: -1 | 0 | 1, at: number, text = '') => {
      const made = makeToken(type, tag, nesting);
      made.level = at;
      made.content = text;
      result.push(made);
      return made;
    };
    let last = 0;
    for (let found = emailAt(content, 0); found; found = emailAt(content, last)) {
      if (found.start > last) push('text', '', 0, level, content.slice(last, found.start));
      const open = push('link_open', 'a', 1, level);
      open.attrs = [['href', `mailto:${found.text}`]];
      open.info = 'auto';
      push('text', '', 0, level + 1, found.text);
      push('link_close', 'a', -1, level).info = 'auto';
      last = found.start + found.text.length;
    }
    if (last < content.length) push('text', '', 0, level, content.slice(last));
  }
  return result;
}
