/** Saved regions over the pictures of VS Code's own Markdown preview, as a rule for the parser that it hands over. */
import type { MarkdownIt } from 'markdown-it';
import * as z from 'zod';
import { decodeSource } from '../markdown/figures';
import { overlaySvg, type FigureOverlay } from '../markdown/overlay';

/**
 * What the built-in preview gives its rules while it renders a page. Without a way to load pictures it renders for
 * somebody else, who has none of our styles.
 */
const environment = z.object({
  currentDocument: z.object({ scheme: z.literal('file'), fsPath: z.string() }),
  resourceProvider: z.custom<object>((value) => value != null),
});

/** Finds the overlay of a picture by its address in a note on disk. */
export type OverlayFinder = (note: string, source: string) => FigureOverlay | undefined;

/** Draws regions over pictures. The picture's own HTML stays what the other rules make of it. */
export function drawRegions(md: MarkdownIt, findOverlay: OverlayFinder): void {
  const original = md.renderer.rules['image'];
  if (!original) return;
  md.renderer.rules['image'] = (tokens, index, options, env, renderer) => {
    const image = original(tokens, index, options, env, renderer);
    const token = tokens[index];
    // The preview has put an address that the page can load into `src`, and kept the note's own.
    const source = token?.attrGet('data-src') ?? token?.attrGet('src');
    const page = environment.safeParse(env);
    if (!page.success || typeof source !== 'string' || /^(?:https?|data):/i.test(source)) return image;
    const overlay = findOverlay(page.data.currentDocument.fsPath, decodeSource(source));
    if (!overlay?.regions.length) return image;
    return `<span class="gn-frame">${image}${overlaySvg(overlay)}</span>`;
  };
}
