/** A note's text → blocks of safe HTML. No VS Code here: the preview, the command line and the tests share it. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { MarkdownIt, StateCore, Token } from 'markdown-it';
import type { Block } from '../../protocol/preview';
import { sameImage, type Figure, type ResolvedImage } from '../markdown/figures';
import { groundFences } from '../ground/groundHtml';
import { frontMatterHtml, splitFrontMatter } from './frontMatter';
import { createMarkdown, type NoteEnv } from '../markdown/markdown';
import { htmlSpans, type HtmlToken } from '../markdown/sanitize';
import { Slugger } from '../markdown/slugs';

export interface RenderOptions {
  /** What an image's address (decoded, never a remote one) stands for. */
  resolveImage(source: string): ResolvedImage;
  /** The note's own HTML is sanitised and used; false shows it as text. Default false. */
  allowHtml?: boolean;
  frontMatter?: 'header' | 'hidden' | 'raw';
  /** Figures can be opened: adds buttons, focus and menu context. Default false. */
  interactive?: boolean;
  /** The note's address, for that context. */
  note?: string;
  /** The note's path on this machine, where it has one: answers of ground fences lie beside it. */
  notePath?: string;
}

export interface RenderedNote {
  /** From the front matter, else the first heading, else empty. */
  title: string;
  header: string;
  blocks: Block[];
  /** The pictures of the note, in order. */
  figures: Figure[];
}

/** A block's HTML with the images it was made with: it is used again only while they are the same. */
interface CachedBlock {
  html: string;
  figures: { rawSource: string; resolved: ResolvedImage }[];
  shown: Figure[];
}

/** Renders notes and remembers blocks, so that an edit costs only the block that it changes. Keep one per note. */
export class NoteRenderer {
  private readonly md: MarkdownIt = createMarkdown();
  private readonly cache = new LRUCache<string, CachedBlock>({
    max: 50_000,
    maxSize: 100_000_000,
    sizeCalculation: ({ html }) => html.length + 1,
  });

  constructor() {
    // Blocks are parsed first, for the whole note; inline content then block by block, where the cache has none.
    this.md.core.ruler.disable(['normalize', 'block']);
  }

  /** Renders a note. Never throws for what a note may hold. Lines of blocks are 0-based lines of `text`. */
  render(text: string, options: RenderOptions): RenderedNote {
    const { frontMatter, body } = splitFrontMatter(text);
    const source = body.replace(/\r\n?/g, '\n').replaceAll('\0', '\uFFFD');
    const lines = source.split('\n');
    const offset = frontMatter?.lines ?? 0;
    const allowHtml = options.allowHtml ?? false;
    const ground = groundFences(source, options.notePath);
    const env: NoteEnv = {
      allowHtml,
      resolveImage: options.resolveImage,
      figure: { interactive: options.interactive ?? false, note: options.note ?? '' },
      figures: [],
      firstLine: 0,
      renderGround: ground.render,
    };
    const tokens: Token[] = [];
    this.md.block.parse(source, this.md, env, tokens);

    const firstHeading = addHeadingIds(tokens);
    const frontMatterMode = options.frontMatter ?? 'header';
    // A note that begins with its title as a heading has it in the header already.
    const first = tokens[0];
    if (frontMatterMode === 'header' && first?.tag === 'h1' && firstHeading === frontMatter?.title) {
      first?.attrSet('class', 'gn-same-title');
    }
    const settings = JSON.stringify([allowHtml, env.figure]);
    const references = hash(JSON.stringify(env.references ?? {}));
    const seen = new Map<string, number>();
    const figures: Figure[] = [];
    const blocks = groupBlocks(tokens, allowHtml).map((group): Block => {
      const startLine = group[0]?.map?.[0] ?? 0;
      const endLine = group.reduce((end, token) => Math.max(end, token.map?.[1] ?? 0), startLine + 1);
      const blockSource = lines.slice(startLine, endLine).join('\n');
      const ids = group
        .filter(({ type }) => type === 'heading_open')
        .map((token) => JSON.stringify(token.attrs));
      const key = hash(
        [
          settings,
          blockSource.includes('[') ? references : '',
          blockSource.includes('ground') ? ground.stamp : '',
          ids.join('\n'),
          blockSource,
        ].join('\0'),
      );
      const { html, shown } = this.renderBlock(key, group, { ...env, firstLine: startLine, figures: [] });
      figures.push(...shown);
      const digest = hash(html);
      const count = seen.get(digest) ?? 0;
      seen.set(digest, count + 1);
      return { key: `${digest}-${count}`, html, startLine: startLine + offset, endLine: endLine + offset };
    });
    return {
      title: frontMatter?.title || (firstHeading ?? ''),
      header: frontMatter ? frontMatterHtml(frontMatter, frontMatterMode) : '',
      blocks,
      figures,
    };
  }

  private renderBlock(key: string, group: Token[], env: NoteEnv): CachedBlock {
    const known = this.cache.get(key);
    if (known?.figures.every(({ rawSource, resolved }) => sameImage(resolved, env.resolveImage(rawSource))))
      return known;
    const used: CachedBlock['figures'] = [];
    const recording: NoteEnv = {
      ...env,
      resolveImage: (rawSource) => {
        const resolved = env.resolveImage(rawSource);
        used.push({ rawSource, resolved });
        return resolved;
      },
    };
    const state = {
      src: '',
      env: recording,
      tokens: group,
      inlineMode: false,
      md: this.md,
      Token: this.md.core.State.prototype.Token,
    } as unknown as StateCore;
    this.md.core.process(state);
    const html = this.md.renderer.render(group, this.md.options, recording);
    const block = { html, figures: used, shown: recording.figures };
    this.cache.set(key, block);
    return block;
  }
}

/** Renders a note once. For a note that changes keep a {@link NoteRenderer}. */
export const renderNote = (text: string, options: RenderOptions): RenderedNote =>
  new NoteRenderer().render(text, options);

const hash = (text: string) => createHash('sha1').update(text).digest('base64url').slice(0, 16);

/** Gives headings the ids that GitHub gives, and returns the first one. */
function addHeadingIds(tokens: Token[]): string | undefined {
  const slugger = new Slugger();
  let first: string | undefined;
  tokens.forEach((token, index) => {
    if (token.type !== 'heading_open') return;
    const text = plainText(tokens[index + 1]?.content ?? '');
    first ??= text;
    token.attrSet('id', slugger.slug(text));
  });
  return first;
}

/** A heading's source without its marks: images and links become their text. */
const plainText = (source: string) =>
  source
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]|~~/g, '')
    .trim();

/** Top-level blocks with all their tokens. Blocks that one HTML element reaches over are one. */
function groupBlocks(tokens: Token[], allowHtml: boolean): Token[][] {
  const reach = new Array<number>(tokens.length).fill(0);
  if (allowHtml)
    for (const [start, end] of htmlSpans(tokens as HtmlToken[]))
      reach[start] = Math.max(reach[start] ?? 0, end);
  const groups: Token[][] = [];
  let group: Token[] = [];
  let until = 0;
  tokens.forEach((token, index) => {
    group.push(token);
    until = Math.max(until, reach[index] ?? 0);
    if (token.level === 0 && token.nesting <= 0 && index >= until) {
      groups.push(group);
      group = [];
    }
  });
  if (group.length) groups.push(group);
  return groups;
}
