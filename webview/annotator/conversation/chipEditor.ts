/** The text that is being written, as DOM: words and chips in an editable element. Keeps the browser's own undo. */
import type { Part } from './parts';

/** A region that can become a chip. */
export interface ChipRegion {
  id: string;
  name: string;
  color: string;
}

/** What was typed since a `@` or `#`, and where. */
export interface Mention {
  query: string;
  range: Range;
}

export class ChipEditor {
  constructor(readonly root: HTMLElement) {}

  get parts(): Part[] {
    const parts: Part[] = [];
    const add = (text: string) => {
      const last = parts.at(-1);
      if (last && 'text' in last) last.text += text;
      else if (text) parts.push({ text });
    };
    const walk = (node: Node) => {
      if (node instanceof HTMLElement && node.dataset['region'] !== undefined) {
        parts.push({ region: node.dataset['region'], name: node.dataset['name'] ?? '' });
      } else if (node instanceof Text) {
        add(node.data.replaceAll('\u00a0', ' ').replaceAll('\u200b', ''));
      } else if (node instanceof HTMLBRElement) {
        add('\n');
      } else {
        if (node instanceof HTMLDivElement && node !== this.root && parts.length) add('\n');
        node.childNodes.forEach(walk);
      }
    };
    walk(this.root);
    return parts;
  }

  set parts(parts: readonly Part[]) {
    this.root.replaceChildren(
      ...parts.map((part) =>
        'text' in part ? document.createTextNode(part.text) : chipOf(part.region, part.name),
      ),
    );
  }

  get isEmpty(): boolean {
    return !this.parts.some((part) => 'region' in part || part.text.trim());
  }

  focus(): void {
    this.root.focus();
    if (this.caret) return;
    const selection = getSelection();
    selection?.selectAllChildren(this.root);
    selection?.collapseToEnd();
  }

  /** Types text at the caret, as an undo step of the browser. */
  type(text: string): void {
    document.execCommand('insertText', false, text);
  }

  /** Puts a chip where the caret is, or in place of what was typed for it, and the caret behind it. */
  insert(region: ChipRegion, instead?: Range): void {
    this.focus();
    if (instead) {
      const selection = getSelection();
      selection?.removeAllRanges();
      selection?.addRange(instead);
    }
    document.execCommand('insertHTML', false, `${chipOf(region.id, region.name).outerHTML}\u00a0`);
  }

  /** The mention that is being typed before the caret, if any. */
  get mention(): Mention | undefined {
    const caret = this.caret;
    const node = caret?.startContainer;
    if (!caret?.collapsed || !(node instanceof Text)) return undefined;
    const match = /(?:^|[\s\u00a0(（，,。])[@#]([^@#\s]{0,40})$/u.exec(node.data.slice(0, caret.startOffset));
    if (!match) return undefined;
    const range = document.createRange();
    range.setStart(node, caret.startOffset - (match[1] as string).length - 1);
    range.setEnd(node, caret.startOffset);
    return { query: match[1] as string, range };
  }

  /** Takes the chip before the caret (or after it) away. @returns false when there is none */
  removeChip(side: 'before' | 'after'): boolean {
    const chip = this.chipAt(side);
    if (!chip) return false;
    const selection = getSelection();
    const range = document.createRange();
    range.selectNode(chip);
    selection?.removeAllRanges();
    selection?.addRange(range);
    document.execCommand('delete');
    return true;
  }

  /** Regions of the chips that are selected, or beside the caret. */
  get chipsAtCaret(): string[] {
    const caret = this.caret;
    if (!caret) return [];
    const chips = caret.collapsed
      ? [this.chipAt('before'), this.chipAt('after')]
      : [...this.root.querySelectorAll<HTMLElement>('[data-region]')].filter((chip) =>
          caret.intersectsNode(chip),
        );
    return chips.flatMap((chip) => chip?.dataset['region'] ?? []);
  }

  private get caret(): Range | undefined {
    const selection = getSelection();
    if (!selection?.rangeCount) return undefined;
    const range = selection.getRangeAt(0);
    return this.root.contains(range.startContainer) ? range : undefined;
  }

  private chipAt(side: 'before' | 'after'): HTMLElement | undefined {
    const caret = this.caret;
    if (!caret?.collapsed) return undefined;
    const { startContainer: node, startOffset: offset } = caret;
    const isChip = (each: Node | null | undefined) =>
      each instanceof HTMLElement && each.dataset['region'] !== undefined ? each : undefined;
    if (!(node instanceof Text)) return isChip(node.childNodes[side === 'before' ? offset - 1 : offset]);
    if (side === 'before') return offset === 0 ? isChip(node.previousSibling) : undefined;
    return offset === node.length ? isChip(node.nextSibling) : undefined;
  }
}

/** A chip is one thing: the caret does not enter it. */
function chipOf(id: string, name: string): HTMLElement {
  const chip = document.createElement('span');
  chip.className = 'region-chip';
  chip.contentEditable = 'false';
  chip.dataset['region'] = id;
  chip.dataset['name'] = name;
  chip.textContent = name;
  return chip;
}
