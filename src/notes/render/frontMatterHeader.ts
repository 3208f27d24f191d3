/** The front matter as the reader sees it. Apart from reading it, which the extension does without KaTeX. */
import type { Macros } from '../markdown/equations';
import { escapeHtml } from '../markdown/escape';
import { noteMacros } from '../markdown/macros';
import type { FrontMatter } from './frontMatter';
import { lineHtml, paragraphsHtml } from './metadataText';

/** The header that stands for the front matter. `macros` are for formulas in it. */
export function frontMatterHtml(
  frontMatter: FrontMatter,
  mode: 'header' | 'hidden' | 'raw',
  macros: Macros = noteMacros(frontMatter),
): string {
  const { title, subtitle, date, authors, tags, abstract, raw } = frontMatter;
  if (mode === 'hidden') return '';
  if (mode === 'raw') return raw ? `<pre class="gn-front-matter"><code>${escapeHtml(raw)}</code></pre>` : '';
  const parts: string[] = [];
  if (title) parts.push(`<h1 class="gn-title">${lineHtml(title, macros)}</h1>`);
  if (subtitle) parts.push(`<p class="gn-subtitle">${lineHtml(subtitle, macros)}</p>`);
  const byline: string[] = [];
  if (authors.length) byline.push(`<span class="gn-authors">${authors.map(escapeHtml).join(', ')}</span>`);
  if (date)
    byline.push(
      `<time class="gn-date">${escapeHtml(/^\d{4}-\d\d-\d\d(?=[T ]|$)/.exec(date)?.[0] ?? date)}</time>`,
    );
  if (byline.length) parts.push(`<p class="gn-byline">${byline.join('')}</p>`);
  if (tags.length) {
    parts.push(`<ul class="gn-tags">${tags.map((tag) => `<li>${escapeHtml(tag)}</li>`).join('')}</ul>`);
  }
  if (abstract) {
    const text = paragraphsHtml(abstract, macros);
    parts.push(`<div class="gn-abstract" role="doc-abstract" aria-label="Abstract">${text}</div>`);
  }
  return parts.length ? `<header class="gn-header">${parts.join('')}</header>` : '';
}
