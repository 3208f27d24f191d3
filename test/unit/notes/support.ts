/** Helpers of the notes' tests. */
import { renderNote, type RenderedNote, type RenderOptions } from '../../../src/notes/render/render';

/** Renders with images that exist when their name says "here". */
export function render(text: string, options: Partial<RenderOptions> = {}): RenderedNote {
  return renderNote(text, {
    allowHtml: true,
    resolveImage: (source) => ({
      uri: `res:${source}`,
      exists: source.includes('here'),
      path: `/notes/${source}`,
    }),
    ...options,
  });
}

/** The HTML of a note's blocks, without line marks. */
export const htmlOf = (text: string, options: Partial<RenderOptions> = {}): string =>
  render(text, options)
    .blocks.map(({ html }) => html)
    .join('')
    .replace(/ data-line="\d+"/g, '')
    .trim();

/** The text that a reader sees: tags away, entities decoded, of a formula only its TeX. */
export const textOf = (html: string): string =>
  html
    .replace(/<span class="katex-html"[\s\S]*?<\/span>(?=<\/span>)/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(
      /&(lt|gt|quot|#39|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' })[name] ?? '',
    );
