/** Keeps the page's DOM equal to the note's blocks: unchanged ones stay as they are, changed ones are patched. */
import morphdom from 'morphdom';
import type { Block, NoteSplice } from '../../src/protocol/preview';

/** Lines of a block, 0-based lines of the note, end exclusive, and its element. */
export interface ShownBlock {
  block: Pick<Block, 'startLine' | 'endLine'>;
  element: HTMLElement;
}

/** Height of a line of a block that was never on the screen, in CSS pixels: what the scroll bar is made from. */
const lineHeight = 26;

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

  /** Forgets all blocks; their elements make way for the next ones. */
  clear(): void {
    for (const { element } of this.shown) element.remove();
    this.shown = [];
  }

  /**
   * Applies a change: elements of blocks that go are patched to show those that come, in order.
   * @returns the elements that came or changed
   */
  splice({
    at,
    remove,
    blocks,
    shift,
  }: Pick<NoteSplice, 'at' | 'remove' | 'blocks' | 'shift'>): HTMLElement[] {
    const spare = this.shown.slice(at, at + remove).map(({ element }) => element);
    const next = this.shown[at + remove]?.element ?? null;
    const coming = document.createDocumentFragment();
    const changed: HTMLElement[] = [];
    const inserted = blocks.map(({ html, startLine, endLine }): ShownBlock => {
      let element = spare.shift();
      if (element) patch(element, html);
      else {
        element = parse(html);
        // Until it is seen for the first time; after that the browser remembers its height.
        element.style.containIntrinsicBlockSize = `auto ${Math.max(1, endLine - startLine) * lineHeight}px`;
        coming.append(element);
      }
      changed.push(element);
      return { block: { startLine, endLine }, element };
    });
    for (const element of spare) element.remove();
    this.container.insertBefore(coming, next);
    this.shown.splice(at, remove, ...inserted);
    if (shift)
      for (let index = at + inserted.length; index < this.shown.length; index++) {
        const { block } = this.shown[index] as ShownBlock;
        block.startLine += shift;
        block.endLine += shift;
      }
    return changed;
  }
}
