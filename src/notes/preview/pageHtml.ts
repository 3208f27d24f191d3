/** The preview's page before its script fills it; the tests open the same one. */
import type { FirstSplice } from '../../protocol/preview';
import { escapeAttribute, escapeHtml } from '../markdown/escape';

export interface PreviewPageOptions {
  /** Address of the note. */
  note: string;
  title: string;
  /** Address of a file of the build, such as `preview.css` or `katex/katex.min.css`. */
  address(file: string): string;
  /** Content security policy, and the nonce of the page's script in it. */
  policy?: string;
  nonce?: string;
  /** What VS Code adds by itself: the theme's class on the body and its colours on the root. */
  theme?: { name: string; style: string };
  /** What the page shows first, without having to ask for it. */
  first?: FirstSplice;
}

/** The page's own words are English; its script names the language of the note on `<main>`. */
export function previewPageHtml(options: PreviewPageOptions): string {
  const { note, title, address, policy, nonce, theme, first } = options;
  const attribute = (name: string, value: string | undefined) =>
    value === undefined ? '' : ` ${name}="${escapeAttribute(value)}"`;
  const meta = policy && `<meta http-equiv="Content-Security-Policy"${attribute('content', policy)}>\n`;
  return `<!DOCTYPE html>
<html lang="en"${attribute('style', theme?.style)}>
<head>
${meta ?? ''}<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet"${attribute('href', address('katex/katex.min.css'))}>
<link rel="stylesheet"${attribute('href', address('preview.css'))}>
</head>
<body${attribute('class', theme?.name)} data-groundnote-view="preview"${attribute('data-document', note)}>
<div class="gn-notice" role="status" hidden></div>
<main id="gn-note"></main>
${first ? dataBlock('gn-first', first) : ''}<script${attribute('nonce', nonce)}${attribute('src', address('preview.js'))}></script>
</body>
</html>`;
}

/** Data for the page's script. Without "<" nothing in it can end the element. */
const dataBlock = (id: string, data: unknown) =>
  `<script type="application/json" id="${id}">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>\n`;
