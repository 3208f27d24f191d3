/**
 * GitHub's alerts: a quote that begins with `[!NOTE]`, `[!TIP]`, `[!IMPORTANT]`, `[!WARNING]` or `[!CAUTION]` on a line of
 * its own. (markdown-it-github-alerts takes the first end of a quote for the alert's, and a title's HTML as it is.)
 */
import type { MarkdownIt, Token } from 'markdown-it';

const icon = (shapes: string) =>
  `<svg class="gn-alert-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" ` +
  `fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round">${shapes}</svg>`;

const bang = '<path d="M8 5v3.5"/><path d="M8 11v.01"/>';

/** The kinds, with their titles and icons. */
const kinds: Record<string, { title: string; icon: string }> = {
  note: {
    title: 'Note',
    icon: icon('<circle cx="8" cy="8" r="6.25"/><path d="M8 11V7.5"/><path d="M8 5v.01"/>'),
  },
  tip: {
    title: 'Tip',
    icon: icon(
      '<path d="M5.5 11.2C4.3 10.3 3.5 8.9 3.5 7.3a4.5 4.5 0 0 1 9 0c0 1.6-.8 3-2 3.9v1.3h-5z"/><path d="M6.5 14.6h3"/>',
    ),
  },
  important: {
    title: 'Important',
    icon: icon(`<path d="M2 2.5h12v9.2H8.6L5.5 14.2v-2.5H2z"/><path d="M8 5v2"/><path d="M8 9.3v.01"/>`),
  },
  warning: {
    title: 'Warning',
    icon: icon(`<path d="M8 1.8 14.8 13.8H1.2z"/><path d="M8 6.2v3.3"/><path d="M8 11.6v.01"/>`),
  },
  caution: {
    title: 'Caution',
    icon: icon(`<path d="M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z"/>${bang}`),
  },
};

export function useAlerts(md: MarkdownIt): void {
  md.core.ruler.after('block', 'groundnote_alerts', ({ tokens }) => {
    const open: number[] = [];
    tokens.forEach((token, index) => {
      if (token.type === 'blockquote_open') open.push(index);
      if (token.type !== 'blockquote_close') return;
      const start = open.pop();
      if (start !== undefined) makeAlert(tokens, start, index);
    });
  });
  md.renderer.rules['alert_open'] = (tokens, index, _options, _env, renderer) => {
    const token = tokens[index] as Token;
    const kind = kinds[token.info];
    return `<div${renderer.renderAttrs(token)}>\n<p class="gn-alert-title">${kind?.icon}${kind?.title}</p>\n`;
  };
}

function makeAlert(tokens: Token[], start: number, end: number): void {
  const [quote, paragraph, inline, close] = [
    tokens[start],
    tokens[start + 1],
    tokens[start + 2],
    tokens[end],
  ];
  if (!quote || !close || paragraph?.type !== 'paragraph_open' || inline?.type !== 'inline') return;
  const marker = /^\[!(note|tip|important|warning|caution)\][ \t]*(?:\n|$)/i.exec(inline.content);
  const name = marker?.[1]?.toLowerCase() ?? '';
  const kind = kinds[name];
  if (!marker || !kind) return;
  quote.type = 'alert_open';
  close.type = 'alert_close';
  quote.tag = close.tag = 'div';
  quote.attrJoin('class', `gn-alert gn-alert-${name}`);
  quote.attrSet('role', 'note');
  quote.attrSet('aria-label', kind.title);
  quote.info = name;
  inline.content = inline.content.slice(marker[0].length);
  // The marker's line became the title.
  if (inline.content !== '') {
    if (paragraph.map) paragraph.map = [paragraph.map[0] + 1, paragraph.map[1]];
    return;
  }
  const paragraphClose = tokens[start + 3];
  paragraph.hidden = true;
  if (paragraphClose) paragraphClose.hidden = true;
}
