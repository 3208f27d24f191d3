/** The Markdown dialect of notes: CommonMark, tables, strikethrough, links, maths, and rules for CJK and vocabulary tags. */
import MarkdownItConstructor, { type Env, type MarkdownIt, type StateInline } from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { useCitations } from './citations';
import { useCodeFences } from './codeFences';
import {
  figureHtml,
  resolveFigure,
  type Figure,
  type FigureOptions,
  type ImageTag,
  type ResolvedImage,
} from './figures';
import { useGroundFence } from './groundFence';
import { isHtmlElement, tagNameAt } from './htmlTags';
import { useMath } from './math';
import { settleHtml, type HtmlToken } from './sanitize';
import { wrapRule } from './wrapRule';
import type { CitationText } from '../papers/bibliography';

/** What the rules know about the note that is being rendered. */
export interface NoteEnv extends Env {
  allowHtml: boolean;
  resolveImage(source: string): ResolvedImage;
  figure: FigureOptions;
  /** Filled in while rendering. */
  figures: Figure[];
  /** First line of the block that is being rendered: line numbers inside are relative to it. */
  firstLine: number;
  /** What a `[[wiki link]]` leads to. Without it every target counts as missing. */
  resolveNote?(target: string): ResolvedNote;
  /** Code of a known language → HTML of its lines (no `<pre>` around); undefined for an unknown one. */
  highlight?(code: string, language: string): string | undefined;
  /**
   * The HTML that stands for a `ground` fence, which begins at `line` of its block; `env` is the environment of that
   * block. Without it the fence is code like any other.
   */
  renderGround?(source: string, line: number, env: NoteEnv): string;
  /** What citations (`[@key]`) show, by key. Without it an `@` is an `@`. */
  citations?: Readonly<Record<string, CitationText>>;
  /** Macros of formulas, from the settings and the front matter: `\RR` → `\mathbb{R}`. */
  macros?: Readonly<Record<string, string>>;
  /** Number of the next numbered row of a formula; counted up while the block is rendered. */
  nextEquation?: number;
  /** Labels of the note's equations → what stands in their parentheses (a number, or the text of a `\tag`). */
  equationLabels?: ReadonlyMap<string, string>;
}

/** What became of a wiki link's target. */
export interface ResolvedNote {
  /** Address for the link, relative to the note; where a missing note would be made, too. */
  href: string;
  exists: boolean;
}

/** Makes the parser. One serves all notes: what differs is in the environment. */
export function createMarkdown(): MarkdownIt {
  const md = MarkdownItConstructor({ html: true, linkify: true });
  // Bare names such as `train.py` or `notes.md` are file names, not addresses.
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  md.use(cjkFriendly);
  useMath(md);
  useCodeFences(md);
  useGroundFence(md);
  useVocabularyTags(md);
  useDollarAmounts(md);
  useFigures(md);
  useCitations(md);
  useLines(md);
  // The last rule: all tokens are known, nothing of KaTeX's is there yet.
  md.core.ruler.push('groundnote_html', (state) => {
    const env = state.env as NoteEnv;
    settleHtml(state.tokens as HtmlToken[], {
      allowHtml: env.allowHtml,
      renderImage: (tag) => renderFigure(env, tag),
    });
  });
  return md;
}

/** Unknown tags are text; so are `<?…?>`, `<!…>` and, where HTML is not allowed, all tags. */
function useVocabularyTags(md: MarkdownIt): void {
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

/** `$5 and $10` are amounts: a dollar before a number that ordinary words follow opens no formula. */
function useDollarAmounts(md: MarkdownIt): void {
  wrapRule(md.inline.ruler, 'math_inline', [], (original, state, silent) => {
    if (isAmount(state)) {
      if (!silent) state.pending += '$';
      state.pos += 1;
      return true;
    }
    // The plugin finds no formula right after `<sub>` or `<mark>`; only an attribute could be meant, and tags are whole here.
    const last = state.tokens.at(-1);
    if (last?.type !== 'html_inline' || state.pending) return original(state, silent);
    last.type = 'html_hidden';
    try {
      return original(state, silent);
    } finally {
      last.type = 'html_inline';
    }
  });
}

function isAmount({ src, pos }: StateInline): boolean {
  if (src.charCodeAt(pos) !== 36) return false;
  const rest = src.slice(pos + 1, pos + 400);
  if (!/^\d[\d.,]*(?:[kKmMbB]\b|\s?(?:million|billion|万|亿))?[\s,.;:!?)，。；、）]/.test(rest)) return false;
  const close = rest.indexOf('$');
  const inside = close < 0 ? rest : rest.slice(0, close);
  return /\p{L}{2,}/u.test(inside) && !/[\\^_={}]/.test(inside);
}

function renderFigure(env: NoteEnv, tag: ImageTag, line?: number): string {
  const figure = resolveFigure(tag.source, (source) => env.resolveImage(source));
  env.figures.push(figure);
  return figureHtml(tag, figure, env.figure, line);
}

/** A paragraph that is only a picture becomes a `<figure>`; a picture in a line of text stays in it. */
function useFigures(md: MarkdownIt): void {
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
      alt: renderer.renderInlineAsText(token.children ?? [], options, env),
      title: String(token.attrGet('title') ?? ''),
    };
    return renderFigure(env as NoteEnv, tag, token.meta?.['line'] as number | undefined);
  };
}

/** Elements say which line of the note they come from, counted from the start of their block. */
function useLines(md: MarkdownIt): void {
  md.core.ruler.push('groundnote_lines', ({ tokens, env }) => {
    for (const token of tokens) {
      if (token.map && token.nesting >= 0 && token.type !== 'inline' && token.type !== 'html_block') {
        token.attrSet('data-line', String(token.map[0] - (env as NoteEnv).firstLine));
      }
    }
  });
}
