/**
 * Keeps the page's DOM equal to the note's blocks: unchanged ones stay as they are, changed ones are patched. Blocks lie
 * in sections, which the browser lays out only when they are near the window: it looks at each such box again for every
 * frame, so a long note has few of them.
 */
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

/** Blocks of a section when it is made, and how many it may come to hold. */
const sectionBlocks = 32;
const mostSectionBlocks = 96;

/** The block below another one, in its section or the next. */
export function nextBlock(block: Element): Element | null {
  const section = block.parentElement?.matches('.gn-section') ? block.parentElement : undefined;
  return block.nextElementSibling ?? section?.nextElementSibling?.firstElementChild ?? null;
}

/** The section of a block if it is not laid out, so that only its whole height is known, by an estimate. */
export function skippedSection(block: Element): Element | undefined {
  const section = block.parentElement;
  return section?.matches('.gn-section') && !block.checkVisibility({ contentVisibilityAuto: true })
    ? section
    : undefined;
}

/** The list of blocks inside one container. */
export class BlockList {
  shown: ShownBlock[] = [];
  /** Lines of each block when it came. */
  private readonly lines = new WeakMap<Element, number>();

  constructor(private readonly container: HTMLElement) {}

  /** Forgets all blocks; their elements make way for the next ones. */
  clear(): void {
    for (const section of this.container.querySelectorAll(':scope > .gn-section')) section.remove();
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
    const coming: HTMLElement[] = [];
    const changed: HTMLElement[] = [];
    const inserted = blocks.map(({ html, startLine, endLine }): ShownBlock => {
      let element = spare.shift();
      if (element) patch(element, html);
      else {
        element = parse(html);
        coming.push(element);
      }
      this.lines.set(element, Math.max(1, endLine - startLine));
      changed.push(element);
      return { block: { startLine, endLine }, element };
    });
    const kept = inserted[blocks.length - coming.length - 1] ?? this.shown[at - 1];
    if (coming.length) this.insert(coming, kept?.element, this.shown[at + remove]?.element);
    for (const element of spare) {
      const section = element.parentElement;
      element.remove();
      if (section?.childElementCount === 0) section.remove();
      else if (section) this.estimate(section);
    }
    this.shown.splice(at, remove, ...inserted);
    if (shift)
      for (let index = at + inserted.length; index < this.shown.length; index++) {
        const { block } = this.shown[index] as ShownBlock;
        block.startLine += shift;
        block.endLine += shift;
      }
    return changed;
  }

  /** Puts new elements between two blocks: into a section that is there, else into new ones. */
  private insert(coming: HTMLElement[], before: Element | undefined, after: Element | undefined): void {
    const section = before?.parentElement ?? undefined;
    if (section && section === after?.parentElement) {
      before?.after(...coming);
      if (section.childElementCount > mostSectionBlocks) this.split(section);
      this.estimate(section);
      return;
    }
    let rest = coming;
    if (section) {
      const room = Math.max(0, sectionBlocks - section.childElementCount);
      section.append(...rest.slice(0, room));
      rest = rest.slice(room);
      this.estimate(section);
    }
    const next = section ? section.nextElementSibling : (after?.parentElement ?? null);
    for (let i = 0; i < rest.length; i += sectionBlocks)
      this.container.insertBefore(this.newSection(rest.slice(i, i + sectionBlocks)), next);
  }

  private split(section: Element): void {
    const blocks = [...section.children];
    for (let i = blocks.length - (blocks.length % sectionBlocks || sectionBlocks); i > 0; i -= sectionBlocks)
      section.after(this.newSection(blocks.slice(i, i + sectionBlocks)));
  }

  private newSection(blocks: Element[]): HTMLElement {
    const section = document.createElement('div');
    section.className = 'gn-section';
    section.append(...blocks);
    this.estimate(section);
    return section;
  }

  /** Its height until it is seen for the first time; after that the browser remembers it. */
  private estimate(section: Element): void {
    let lines = 0;
    for (const block of section.children) lines += this.lines.get(block) ?? 1;
    (section as HTMLElement).style.containIntrinsicBlockSize = `auto ${lines * lineHeight}px`;
  }
}
