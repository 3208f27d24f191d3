/** Lines of the note ↔ heights on the page: exact where an element knows its line, in between in proportion. */
import { skippedSection, type ShownBlock } from './blocks';

interface Mark {
  line: number;
  /** Distance from the top of the page, in CSS pixels. */
  top: number;
}

/** So many marks are looked at on each side of the place that is asked for: a list may have thousands. */
const reach = 60;

const topOf = (element: Element) => element.getBoundingClientRect().top + window.scrollY;
/** A block is a box of its own: its first element has its margin inside it. */
const contentTop = (block: Element) =>
  skippedSection(block) ? blockTop(block) : topOf(block.firstElementChild ?? block);
/** Edges of a block. Asking for a box that is not laid out would lay all of its section out. */
const blockTop = (block: Element) => edge(block, 0) ?? topOf(block);
export const blockBottom = (block: Element) =>
  edge(block, 1) ?? block.getBoundingClientRect().bottom + window.scrollY;

/** In a section that is not laid out the blocks are taken to be of equal height. */
function edge(block: Element, after: 0 | 1): number | undefined {
  const section = skippedSection(block);
  if (!section) return undefined;
  const { top, height } = section.getBoundingClientRect();
  const at = [...section.children].indexOf(block) + after;
  return window.scrollY + top + (height * at) / section.childElementCount;
}
const lineOf = (element: Element) => Number(element.getAttribute('data-line'));

/** Index of the last item for which `before` holds; items for which it holds come first. */
export function lastIndex<T>(items: ArrayLike<T>, before: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What is looked for: a line, or a height. */
type Target = Mark | { [key in keyof Mark]: Pick<Mark, key> }[keyof Mark];

const reached = (target: Target, mark: Mark) =>
  'line' in target ? mark.line <= target.line : mark.top <= target.top;

/** Marks around a place of a block, and where the next block begins; lines and heights both grow. */
function marks(blocks: readonly ShownBlock[], index: number, target: Target): Mark[] {
  const shown = blocks[index];
  if (!shown) return [];
  const { block, element } = shown;
  const list: Mark[] = [{ line: block.startLine, top: contentTop(element) }];
  const bottom = blockBottom(element);
  const add = (mark: Mark) => {
    const last = list[list.length - 1] as Mark;
    // What is hidden has no place, and what stands beside something else is not below it.
    if (mark.line > last.line && mark.top >= last.top && mark.top <= bottom) list.push(mark);
  };
  const inner = skippedSection(element) ? [] : element.querySelectorAll('[data-line]');
  const markOf = (each: Element): Mark => ({ line: block.startLine + lineOf(each), top: topOf(each) });
  const at = inner.length > 2 * reach ? lastIndex(inner, (each) => reached(target, markOf(each))) : 0;
  for (let i = Math.max(0, at - reach); i < Math.min(inner.length, at + reach); i++) {
    const each = inner[i] as Element;
    if (each.getClientRects().length === 0) continue;
    const pre = each.closest('pre');
    if (pre) codeMarks(pre, block.startLine + lineOf(each), target).forEach(add);
    else add(markOf(each));
  }
  add({ line: block.endLine, top: bottom });
  const next = blocks[index + 1];
  if (next) {
    const mark = { line: next.block.startLine, top: contentTop(next.element) };
    if (mark.line >= (list[list.length - 1] as Mark).line) list.push(mark);
  }
  return list;
}

/** Marks of the lines around a place inside a code block; `first` is the line of its first line of code. */
function codeMarks(pre: HTMLElement, first: number, target: Target): Mark[] {
  const starts = lineStarts(pre);
  const count = starts.length;
  const style = getComputedStyle(pre);
  const top = topOf(pre) + pre.clientTop + parseFloat(style.paddingTop);
  const height = pre.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  if (count === 0 || height <= 0) return [];
  const wraps = getComputedStyle(pre.querySelector('code') ?? pre).whiteSpace !== 'pre';
  const range = document.createRange();
  const markOf = (index: number): Mark => {
    const start = starts[index];
    if (!wraps || !start || index === 0) return { line: first + index, top: top + (index * height) / count };
    range.setStart(start.node, start.offset);
    range.setEnd(start.node, Math.min(start.node.length, start.offset + 1));
    const [rect] = range.getClientRects();
    // The box of a letter is as high as its font, the line around it as the style says.
    const leading = rect ? Math.max(0, (parseFloat(style.lineHeight) - rect.height) / 2) : 0;
    return { line: first + index, top: rect ? rect.top - leading + window.scrollY : top };
  };
  const indices = starts.map((_, index) => index);
  const at = Math.max(
    0,
    lastIndex(indices, (index) => reached(target, markOf(index))),
  );
  const around = [0, at, at + 1].filter((index, i, all) => index < count && all.indexOf(index) === i);
  return [...around.map(markOf), { line: first + count, top: top + height }];
}

/** Where each line of a code block begins. */
function lineStarts(pre: HTMLElement): { node: Text; offset: number }[] {
  const starts: { node: Text; offset: number }[] = [];
  let atStart = true;
  const walker = document.createTreeWalker(pre, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const { data } = node as Text;
    for (let offset = 0; offset < data.length;) {
      if (atStart) starts.push({ node: node as Text, offset });
      const end = data.indexOf('\n', offset);
      atStart = end >= 0;
      offset = atStart ? end + 1 : data.length;
    }
  }
  return starts;
}

function interpolate(list: readonly Mark[], from: keyof Mark, to: keyof Mark, value: number): number {
  const at = Math.max(
    0,
    lastIndex(list, (mark) => mark[from] <= value),
  );
  const [a, b] = [list[at], list[at + 1]];
  if (!a) return 0;
  if (!b || b[from] <= a[from]) return a[to];
  const part = Math.min(1, Math.max(0, (value - a[from]) / (b[from] - a[from])));
  return a[to] + part * (b[to] - a[to]);
}

/** Above the first block: the header, which stands for the front matter. */
function headMarks(blocks: readonly ShownBlock[]): Mark[] {
  const first = blocks[0];
  return [
    { line: 0, top: 0 },
    ...(first ? [{ line: first.block.startLine, top: blockTop(first.element) }] : []),
  ];
}

/** The line that is seen at a height of the page. */
export function lineAt(blocks: readonly ShownBlock[], top: number): number {
  const index = lastIndex(blocks, ({ element }) => blockTop(element) <= top);
  const list = index < 0 ? headMarks(blocks) : marks(blocks, index, { top });
  return Math.max(0, interpolate(list, 'top', 'line', top));
}

/** The height of the page at which a line is seen. */
export function topAt(blocks: readonly ShownBlock[], line: number): number {
  const index = lastIndex(blocks, ({ block }) => block.startLine <= line);
  const list = index < 0 ? headMarks(blocks) : marks(blocks, index, { line });
  return interpolate(list, 'line', 'top', line);
}
