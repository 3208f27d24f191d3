/**
 * Makes a note's own HTML safe, tag by tag. Markdown delivers HTML in pieces (`<b>`, text, `</b>`; `<details>`, blocks,
 * `</details>`), so no piece can be sanitised as a document. Here every tag finds its partner first; then each pair is
 * sanitised as an empty element. What has no partner or is not allowed is shown as text. The result is well formed, and
 * KaTeX's output, which a sanitiser breaks, never passes through it (cure53/DOMPurify#673).
 */
import { LRUCache } from 'lru-cache';
import sanitizeHtml from 'sanitize-html';
import { escapeHtml } from './escape';
import type { ImageTag } from './figures';
import {
  allowedElements,
  droppedElements,
  optionalEndElements,
  splitHtml,
  voidElements,
  type HtmlPiece,
} from './htmlTags';

/** The part of a markdown-it token that matters here. */
export interface HtmlToken {
  type: string;
  nesting: -1 | 0 | 1;
  content: string;
  children: HtmlToken[] | null;
}

export interface HtmlOptions {
  /** False: all HTML is shown as text. */
  allowHtml: boolean;
  renderImage(tag: ImageTag): string;
}

/** Deeper HTML is shown as text: browsers and DOM walks slow down on it. */
const maxDepth = 64;

const color = [/^#[0-9a-f]{3,8}$/i, /^[a-z]{3,24}$/i, /^(?:rgb|hsl)a?\([\d\s.,%/]+\)$/i];
const length = [/^\d{1,4}(?:\.\d{1,3})?(?:px|em|rem|ex|ch|pt|%)?$/, /^auto$/];
const policy: sanitizeHtml.IOptions = {
  allowedTags: [...allowedElements],
  allowedAttributes: {
    '*': ['title', 'dir', 'lang', 'align', 'style', 'id'],
    a: ['href', 'name'],
    img: ['src', 'alt', 'width', 'height'],
    font: ['color', 'size'],
    ol: ['start', 'reversed', 'type'],
    td: ['colspan', 'rowspan', 'valign'],
    th: ['colspan', 'rowspan', 'valign', 'scope'],
    col: ['span'],
    colgroup: ['span'],
    details: ['open'],
    time: ['datetime'],
  },
  allowedStyles: {
    '*': {
      color,
      'background-color': color,
      'text-align': [/^(?:left|right|center|justify)$/],
      'font-weight': [/^(?:bold|normal|[1-9]00)$/],
      'font-style': [/^(?:italic|normal)$/],
      'text-decoration': [/^(?:underline|line-through|none)$/],
      width: length,
      'max-width': length,
      height: length,
    },
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  // The address of an image is judged where images are resolved.
  allowedSchemesByTag: { img: ['http', 'https', 'data', 'file'] },
  allowProtocolRelative: false,
};

const cleaned = new LRUCache<string, string>({ max: 2000 });

/** The start tag `raw` with only what the policy allows. */
function cleanStartTag(raw: string, name: string): string {
  let html = cleaned.get(raw);
  if (html === undefined) {
    html = sanitizeHtml(voidElements.has(name) ? raw : `${raw}</${name}>`, policy);
    const end = html.lastIndexOf(`</${name}>`);
    if (end >= 0) html = html.slice(0, end);
    cleaned.set(raw, html);
  }
  return html;
}

/** An `<img>` tag's attributes, read by the sanitiser's own parser. */
function imageTag(raw: string): ImageTag {
  const tag: ImageTag = { source: '', alt: '', title: '' };
  const size = (value?: string) =>
    value && /^\d{1,5}(?:px|%)?$/.test(value) ? value.replace('px', '') : undefined;
  sanitizeHtml(raw, {
    ...policy,
    transformTags: {
      img: (tagName, attributes) => {
        tag.source = attributes['src'] ?? '';
        tag.alt = attributes['alt'] ?? '';
        tag.title = attributes['title'] ?? '';
        tag.width = size(attributes['width']);
        tag.height = size(attributes['height']);
        return { tagName, attribs: attributes };
      },
    },
  });
  return tag;
}

/** A piece of HTML with what it becomes. */
interface Entry {
  piece: HtmlPiece;
  /** Index of the token at the level that `pairTags` was called for. */
  token: number;
  block: boolean;
  output: string;
}
const nameOf = ({ piece }: Entry) => (piece.kind === 'tag' ? piece.name : '');

interface Scope {
  open: Entry[];
  /** How many of `open` have this name: a search that cannot succeed is not made. */
  names: Map<string, number>;
}

/** Walks HTML pieces and Markdown containers in order and pairs start with end tags inside one container. */
class TagPairs {
  readonly entries: Entry[] = [];
  /** Tokens that a pair begins and ends in. */
  readonly spans: [start: number, end: number][] = [];
  private readonly scopes: Scope[] = [{ open: [], names: new Map() }];
  private depth = 0;

  constructor(private readonly options: HtmlOptions) {}

  enter(): void {
    this.scopes.push({ open: [], names: new Map() });
  }

  exit(): void {
    if (this.scopes.length > 1) this.leaveOpen(this.scopes.pop() as Scope, 0);
  }

  /** Ends the note: what is still open has no partner. */
  finish(): void {
    while (this.scopes.length > 1) this.exit();
    this.leaveOpen(this.scope, 0);
  }

  add(piece: HtmlPiece, token: number, block: boolean): Entry {
    const entry: Entry = { piece, token, block, output: '' };
    this.entries.push(entry);
    if (piece.kind === 'text') entry.output = piece.raw.replace(/</g, '&lt;');
    if (piece.kind === 'tag') this.addTag(entry, piece);
    return entry;
  }

  private get scope(): Scope {
    return this.scopes[this.scopes.length - 1] as Scope;
  }

  private addTag(entry: Entry, { raw, name, closing }: HtmlPiece & { kind: 'tag' }): void {
    const asText = escapeHtml(raw);
    const { options, scope } = this;
    if (!options.allowHtml) entry.output = asText;
    else if (droppedElements.has(name)) entry.output = '';
    else if (!allowedElements.has(name)) entry.output = asText;
    else if (name === 'img' && !closing) {
      const tag = imageTag(raw);
      entry.output = tag.source ? options.renderImage(tag) : asText;
    } else if (voidElements.has(name)) entry.output = closing ? asText : cleanStartTag(raw, name);
    else if (!closing) {
      if (this.depth >= maxDepth) {
        entry.output = asText;
        return;
      }
      scope.open.push(entry);
      scope.names.set(name, (scope.names.get(name) ?? 0) + 1);
      this.depth++;
    } else if (!scope.names.get(name)) entry.output = asText;
    else {
      let at = scope.open.length - 1;
      while (nameOf(scope.open[at] as Entry) !== name) at--;
      const partner = scope.open[at] as Entry;
      this.leaveOpen(scope, at + 1, entry);
      this.forget(scope);
      partner.output = cleanStartTag(partner.piece.raw, name);
      entry.output += `</${name}>`;
      this.spans.push([partner.token, entry.token]);
    }
  }

  /** Takes the innermost open tag from a scope. */
  private forget(scope: Scope): Entry {
    const entry = scope.open.pop() as Entry;
    const name = nameOf(entry);
    scope.names.set(name, (scope.names.get(name) ?? 1) - 1);
    this.depth--;
    return entry;
  }

  /** Settles tags from `from` on that found no partner; `before` is the end tag that encloses them. */
  private leaveOpen(scope: Scope, from: number, before?: Entry): void {
    while (scope.open.length > from) {
      const entry = this.forget(scope);
      const { raw, name } = entry.piece as HtmlPiece & { kind: 'tag' };
      const closed = entry.block && optionalEndElements.has(name);
      if (!closed) {
        entry.output = escapeHtml(raw);
        continue;
      }
      entry.output = cleanStartTag(raw, name);
      const last = before?.token === entry.token ? before : this.lastOf(entry.token);
      // A paragraph is closed before the end tag around it, or at the end of its own block.
      last.output += `</${name}>`;
    }
  }

  private lastOf(token: number): Entry {
    let at = this.entries.length - 1;
    while (this.entries[at]?.token !== token || !this.entries[at]?.block) at--;
    return this.entries[at] as Entry;
  }
}

function walk(tokens: readonly HtmlToken[], pairs: TagPairs, settle?: Map<HtmlToken, Entry[]>): void {
  const visit = (token: HtmlToken, index: number, inline: boolean) => {
    if (token.type === 'html_block' || token.type === 'html_inline') {
      const pieces = splitHtml(token.content);
      const entries = pieces.map((piece) => pairs.add(piece, index, !inline));
      settle?.set(token, entries);
    } else if (token.type === 'inline') {
      if (!settle) return;
      pairs.enter();
      for (const child of token.children ?? []) visit(child, index, true);
      pairs.exit();
    } else if (token.nesting === 1) pairs.enter();
    else if (token.nesting === -1) pairs.exit();
  };
  tokens.forEach((token, index) => visit(token, index, false));
  pairs.finish();
}

const settledTokens = new WeakSet<object>();

/** HTML that may be written as it is: {@link settleHtml} has seen the token. */
export const isSettled = (token: object): boolean => settledTokens.has(token);

/** Replaces the content of every HTML token by safe HTML. Tokens are those of whole Markdown blocks. */
export function settleHtml(tokens: readonly HtmlToken[], options: HtmlOptions): void {
  const settled = new Map<HtmlToken, Entry[]>();
  walk(tokens, new TagPairs(options), settled);
  for (const [token, entries] of settled) {
    token.content = entries.map((entry) => entry.output).join('');
    settledTokens.add(token);
  }
}

/** Pairs of token indices between which an HTML element reaches over several Markdown blocks, such as `<details>`. */
export function htmlSpans(tokens: readonly HtmlToken[]): [start: number, end: number][] {
  const pairs = new TagPairs({ allowHtml: true, renderImage: () => '' });
  walk(tokens, pairs);
  return pairs.spans.filter(([start, end]) => end > start);
}
