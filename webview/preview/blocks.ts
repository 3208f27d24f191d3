/** Keeps the page's DOM equal to the note's blocks: unchanged ones stay as they are, changed ones are patched. */
import morphdom from 'morphdom';
import type { Block } from '../../src/protocol/preview';

/** A block and its element. */
export interface ShownBlock {
  block: Block;
  element: HTMLElement;
}

function parse(html: string): HTMLElement {
  const element = document.createElement('div');
  element.className = 'gn-block';
  element.innerHTML = html;
  return element;
}

/** Patches an element; what the reader opened stays open, and equal parts are not touched. */
function patch(element: HTMLElement, html: string): void {
  morphdom(element, parse(html), {
    childrenOnly: true,
    onBeforeElUpdated: (from, to) => {
      // What the page itself has put there, such as the picture of a diagram, is the page's to change.
      if ('byPage' in from.dataset && 'byPage' in to.dataset) return false;
      if (from.isEqualNode(to)) return false;
      if (from instanceof HTMLDetailsElement && to instanceof HTMLDetailsElement) to.open = from.open;
      return true;
    },
  });
}

/** The list of blocks inside one container. */
export class BlockList {
  shown: ShownBlock[] = [];

  constructor(private readonly container: HTMLElement) {}

  /**
   * Shows these blocks. Elements are kept by key; the others are patched in order, made or removed.
   * @returns the elements that came or changed
   */
  update(blocks: readonly Block[]): HTMLElement[] {
    const changed: HTMLElement[] = [];
    const byKey = new Map(this.shown.map((each) => [each.block.key, each.element]));
    const keys = new Set(blocks.map(({ key }) => key));
    const spare = this.shown.filter(({ block }) => !keys.has(block.key)).map(({ element }) => element);
    this.shown = blocks.map((block) => {
      let element = byKey.get(block.key);
      if (!element) {
        element = spare.shift();
        if (element) patch(element, block.html);
        else element = parse(block.html);
        changed.push(element);
      }
      const line = String(block.startLine);
      if (element.dataset['line'] !== line) element.dataset['line'] = line;
      return { block, element };
    });
    for (const element of spare) element.remove();
    let next = this.container.firstElementChild;
    while (next && !next.classList.contains('gn-block')) next = next.nextElementSibling;
    for (const { element } of this.shown) {
      if (element === next) next = next.nextElementSibling;
      else this.container.insertBefore(element, next);
    }
    return changed;
  }
}
