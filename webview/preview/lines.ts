/** Lines of the note ↔ heights on the page, interpolated between elements that know their line. */
import type { ShownBlock } from './blocks';

interface Mark {
  line: number;
  /** Distance from the top of the page, in CSS pixels. */
  top: number;
}

const topOf = (element: Element) => element.getBoundingClientRect().top + window.scrollY;

/** Index of the last item for which `before` holds; items for which it holds come first. */
function lastIndex<T>(items: readonly T[], before: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (before(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Marks of one block, and where the next one begins; lines and heights both grow. */
function marks(blocks: readonly ShownBlock[], index: number): Mark[] {
  const shown = blocks[index];
  if (!shown) return [];
  const { block, element } = shown;
  const list: Mark[] = [{ line: block.startLine, top: topOf(element) }];
  for (const inner of element.querySelectorAll('[data-line]')) {
    const mark = { line: block.startLine + Number(inner.getAttribute('data-line')), top: topOf(inner) };
    const last = list[list.length - 1];
    if (last && mark.line > last.line && mark.top > last.top) list.push(mark);
  }
  const next = blocks[index + 1];
  list.push(
    next
      ? { line: next.block.startLine, top: topOf(next.element) }
      : { line: block.endLine, top: element.getBoundingClientRect().bottom + window.scrollY },
  );
  return list;
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

/** The line that is seen at a height of the page. */
export function lineAt(blocks: readonly ShownBlock[], top: number): number {
  const index = Math.max(
    0,
    lastIndex(blocks, ({ element }) => topOf(element) <= top),
  );
  return Math.max(0, interpolate(marks(blocks, index), 'top', 'line', top));
}

/** The height of the page at which a line is seen. */
export function topAt(blocks: readonly ShownBlock[], line: number): number {
  const index = lastIndex(blocks, ({ block }) => block.startLine <= line);
  return index < 0 ? 0 : interpolate(marks(blocks, index), 'line', 'top', line);
}
