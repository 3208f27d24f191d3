/** The Markdown dialect of notes: CommonMark, GFM, maths, wiki links, alerts, and rules for CJK text and vocabulary tags. */
import MarkdownItConstructor, { type Env, type MarkdownIt } from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import definitionLists from 'markdown-it-deflist';
import { full as emojiPlugin } from 'markdown-it-emoji';
import { useAlerts } from './alerts';
import { useCitations } from './citations';
import { useCjkBreaks } from './cjkBreaks';
import { useCodeFences } from './codeFences';
import type { Figure, FigureOptions, ResolvedImage } from './figures';
import { useFootnotes, type FootnoteEnv } from './footnotes';
import { escapeHtml } from './escape';
import { useGfm } from './gfm';
import { useGroundFence } from './groundFence';
import { useSafeLinks } from './links';
import { useMath } from './math';
import { renderFigure, useFigures } from './noteFigures';
import { isSettled, settleHtml, type HtmlToken } from './sanitize';
import { useVocabularyTags } from './vocabularyTags';
import { useWikiLinks } from './wikiLinks';
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

/** Which Markdown: that of notes, or the plain one of a specification. */
export type Flavour = 'groundnote' | 'commonmark' | 'gfm';

export interface DialectOptions {
  /** Default `groundnote`. */
  flavour?: Flavour;
  /** `:tada:` and the like become emoji, in the flavour of notes. Default false. */
  emoji?: boolean;
  /**
   * HTML exactly as the specifications have it, the note's own included: not sanitised, without lines and figures. For
   * comparing the parser with their examples; never for a page. Default false.
   */
  rawHtml?: boolean;
}

/** Makes the parser. One serves all notes: what differs is in the environment. */
export function createMarkdown({
  flavour = 'groundnote',
  emoji = false,
  rawHtml = false,
}: DialectOptions = {}): MarkdownIt {
  const md =
    flavour === 'commonmark'
      ? MarkdownItConstructor('commonmark', { xhtmlOut: rawHtml })
      : MarkdownItConstructor({ html: true, xhtmlOut: rawHtml });
  const ours = flavour === 'groundnote';
  // The specification has a line break in an empty quote, too.
  md.renderer.rules['blockquote_open'] = (tokens, index, options, _env, renderer) =>
    renderer.renderToken(tokens, index, options) +
    (tokens[index + 1]?.type === 'blockquote_close' ? '\n' : '');
  if (flavour !== 'commonmark') useGfm(md, { cjk: ours, plain: rawHtml });
  if (ours) useNoteSyntax(md, emoji);
  if (rawHtml) return md;
  useSafeLinks(md);
  useCodeFences(md);
  useGroundFence(md);
  useFigures(md);
  useLines(md);
  // The last rule: all tokens are known, nothing of KaTeX's is there yet.
  md.core.ruler.push('groundnote_html', (state) => {
    const env = state.env as NoteEnv;
    // The tokens of `^[inline footnotes]` are kept beside the others.
    const footnotes = ((env as FootnoteEnv).footnotes?.list ?? []).flatMap(({ tokens }) =>
      tokens ? [{ type: 'inline', nesting: 0, content: '', children: tokens } as HtmlToken] : [],
    );
    settleHtml([...(state.tokens as HtmlToken[]), ...footnotes], {
      allowHtml: env.allowHtml,
      renderImage: (tag) => renderFigure(env, tag),
    });
  });
  // Whatever way a token came: what the sanitiser has not seen is text.
  md.renderer.rules['html_block'] = md.renderer.rules['html_inline'] = (tokens, index) => {
    const token = tokens[index];
    if (!token) return '';
    return isSettled(token) ? token.content : escapeHtml(token.content);
  };
  return md;
}

/** What a note may hold beyond GFM. */
function useNoteSyntax(md: MarkdownIt, emoji: boolean): void {
  md.use(cjkFriendly);
  useMath(md);
  useVocabularyTags(md);
  useWikiLinks(md);
  useAlerts(md);
  useCitations(md);
  useCjkBreaks(md);
  useFootnotes(md);
  md.use(definitionLists);
  // Shortcodes only: `:)` stays as it is.
  if (emoji) md.use(emojiPlugin, { shortcuts: {} });
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
