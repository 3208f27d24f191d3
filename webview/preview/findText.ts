/** The text of a block as it is read, and where a query stands in it. */

export interface FindOptions {
  matchCase: boolean;
  wholeWord: boolean;
}

/** The text of an element with the text nodes that it is made of. */
export interface ReadText {
  text: string;
  /** Where each text node begins in `text`, rising. */
  nodes: { node: Text; start: number }[];
}

/** What is not read: MathML beside a drawn formula, buttons, drawings, and what other parts hide. */
const skipped = '.katex-mathml, button, svg, .gn-buttons, .gn-same-title, .gn-visually-hidden, style, script';
/** Text on both sides of one of these does not belong to one word. */
const separate = new Set([
  ...[
    'P',
    'LI',
    'TD',
    'TH',
    'TR',
    'PRE',
    'DIV',
    'DT',
    'DD',
    'BR',
    'HR',
    'BLOCKQUOTE',
    'FIGURE',
    'FIGCAPTION',
  ],
  ...['H1', 'H2', 'H3', 'H4', 'H5', 'H6', 'SUMMARY', 'DETAILS', 'TABLE', 'SECTION', 'UL', 'OL'],
]);

/** Reads what an element shows. */
export function readText(element: Element): ReadText {
  const nodes: ReadText['nodes'] = [];
  let text = '';
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof Element && node.matches(skipped) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node instanceof Text) {
      nodes.push({ node, start: text.length });
      text += node.data;
    } else if (separate.has(node.nodeName)) text += '\n';
  }
  return { text, nodes };
}

/** A query as a regular expression; undefined for an empty one. A space stands for any white space. */
export function queryPattern(query: string, { matchCase, wholeWord }: FindOptions): RegExp | undefined {
  const trimmed = query.trim();
  if (!trimmed) return undefined;
  const escaped = trimmed.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replace(/\s+/g, '\\s+');
  const whole = wholeWord ? `(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])` : escaped;
  return new RegExp(whole, matchCase ? 'gu' : 'giu');
}

/** The places where a pattern stands, as ranges of the page. */
export function findRanges({ text, nodes }: ReadText, pattern: RegExp): StaticRange[] {
  const ranges: StaticRange[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    while ((nodes[at + 1]?.start ?? Infinity) <= match.index) at++;
    let last = at;
    while ((nodes[last + 1]?.start ?? Infinity) < end) last++;
    const [from, to] = [nodes[at], nodes[last]];
    if (!from || !to) continue;
    ranges.push(
      new StaticRange({
        startContainer: from.node,
        startOffset: Math.min(match.index - from.start, from.node.length),
        endContainer: to.node,
        endOffset: Math.min(end - to.start, to.node.length),
      }),
    );
  }
  return ranges;
}
