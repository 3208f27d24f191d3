/** The note's headings as a tree beside or over the text, with the section that is being read. */
import { addKeys } from './keys';
import { lastIndex, lineAt } from './lines';
import type { PreviewPage } from './previewPage';
import { goTo } from './scrollSync';
import { addTool } from './tools';
import './outline.css';

/** A heading as its block holds it; `line` counts from the block's start. */
interface Heading {
  id: string;
  level: number;
  text: string;
  line: number;
}

/** A row of the tree. */
interface Row extends Heading {
  /** Line of the note, as it is now. */
  noteLine: number;
  element: HTMLElement;
}

const saved = 'outline';
const headingSelector = 'h1, h2, h3, h4, h5, h6';

/** A heading's text: formulas as KaTeX's MathML would say everything twice. */
function textOf(heading: HTMLElement): string {
  const copy = heading.cloneNode(true) as HTMLElement;
  for (const hidden of copy.querySelectorAll('.katex-mathml')) hidden.remove();
  return (copy.textContent ?? '').replace(/\s+/g, ' ').trim();
}

function headingsOf(block: HTMLElement): Heading[] {
  return [...block.querySelectorAll<HTMLElement>(headingSelector)].flatMap((heading) => {
    const text = textOf(heading);
    if (!text || heading.closest('.gn-footnotes')) return [];
    return [
      {
        id: heading.id,
        level: Number(heading.tagName.slice(1)),
        text,
        line: Number(heading.getAttribute('data-line') ?? 0),
      },
    ];
  });
}

const sameHeading = (a: Heading, b: Heading) => a.level === b.level && a.text === b.text && a.id === b.id;

export function useOutline(page: PreviewPage): void {
  new Outline(page);
}

class Outline {
  private readonly panel = document.createElement('aside');
  private readonly tree = document.createElement('div');
  private readonly empty = document.createElement('p');
  private readonly button: HTMLButtonElement;
  private rows: Row[] = [];
  /** What each block holds; a block that changes is looked at again. */
  private known = new WeakMap<HTMLElement, Heading[]>();
  private collapsed: Set<string>;
  private current: Row | undefined;
  private frame = 0;
  private stale = true;

  constructor(private readonly page: PreviewPage) {
    const { open, collapsed } = readSaved(page.saved(saved));
    this.collapsed = new Set(collapsed);
    this.button = addTool({
      label: 'Outline',
      key: 't',
      icon: '<path d="M2 3.5h12M5 8h9M5 12.5h9"/><path d="M2 8h.01M2 12.5h.01" stroke-width="2"/>',
      run: () => this.toggle(),
    });
    this.build();
    addKeys(
      { keys: ['t'], does: 'show or hide the outline', run: () => this.toggle() },
      { keys: ['Escape'], does: 'close what is open over the text', run: () => this.escape() },
    );
    page.onShown((changed) => {
      for (const element of changed) this.known.delete(element);
      this.stale = true;
      this.soon();
    });
    window.addEventListener('scroll', () => this.soon(), { passive: true });
    // Blocks get their real height only once they are seen.
    new ResizeObserver(() => this.soon()).observe(page.main);
    this.show(open);
  }

  private get isOpen(): boolean {
    return !this.panel.hidden;
  }

  private build(): void {
    const { panel, tree } = this;
    panel.id = 'gn-outline';
    panel.className = 'gn-outline';
    panel.hidden = true;
    const nav = document.createElement('nav');
    nav.setAttribute('aria-label', 'Outline');
    const title = document.createElement('div');
    title.className = 'gn-outline-title';
    title.textContent = 'Outline';
    tree.setAttribute('role', 'tree');
    tree.setAttribute('aria-label', 'Headings');
    this.empty.className = 'gn-outline-empty';
    this.empty.textContent = 'This note has no headings.';
    nav.append(title, tree, this.empty);
    panel.append(nav);
    document.body.prepend(panel);
    this.button.setAttribute('aria-controls', panel.id);
    tree.addEventListener('click', (event) => {
      const row = this.rowOf(event.target);
      if (!row) return;
      if (event.target instanceof Element && event.target.closest('.gn-twisty')) this.fold(row);
      else this.go(row, false);
    });
    tree.addEventListener('keydown', (event) => this.onKey(event));
  }

  private toggle(): void {
    this.show(!this.isOpen);
    if (this.isOpen) (this.tabStop ?? this.tree).focus({ preventScroll: true });
    this.save();
  }

  private escape(): boolean {
    if (!this.isOpen || !(isOver() || this.panel.contains(document.activeElement))) return false;
    if (isOver()) this.show(false);
    this.button.focus({ preventScroll: true });
    this.save();
    return true;
  }

  private show(open: boolean): void {
    this.panel.hidden = !open;
    document.body.classList.toggle('gn-with-outline', open);
    this.button.setAttribute('aria-expanded', String(open));
    if (open) this.update();
  }

  private save(): void {
    this.page.save(saved, { open: this.isOpen, collapsed: [...this.collapsed] });
  }

  private soon(): void {
    if (!this.isOpen) return;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.update());
  }

  private update(): void {
    if (this.stale) this.readBlocks();
    this.stale = false;
    this.markCurrent();
  }

  /** Brings the rows in step with the blocks; rows of headings that did not change stay. */
  private readBlocks(): void {
    const found: { heading: Heading; noteLine: number }[] = [];
    for (const { block, element } of this.page.blocks.shown) {
      let headings = this.known.get(element);
      if (!headings) {
        headings = headingsOf(element);
        this.known.set(element, headings);
      }
      for (const heading of headings) found.push({ heading, noteLine: block.startLine + heading.line });
    }
    const { rows } = this;
    const same = (row: Row | undefined, at: number) => {
      const other = found[at];
      return row !== undefined && other !== undefined && sameHeading(row, other.heading);
    };
    let start = 0;
    while (start < rows.length && same(rows[start], start)) start++;
    let end = 0;
    while (end < rows.length - start && same(rows[rows.length - 1 - end], found.length - 1 - end)) {
      if (found.length - 1 - end < start) break;
      end++;
    }
    end = Math.min(end, found.length - start);
    const before = rows[rows.length - end]?.element ?? null;
    for (const { element } of rows.slice(start, rows.length - end)) element.remove();
    const fresh = found.slice(start, found.length - end).map(({ heading, noteLine }) => {
      const row: Row = { ...heading, noteLine, element: rowElement(heading) };
      this.tree.insertBefore(row.element, before);
      return row;
    });
    this.rows = [...rows.slice(0, start), ...fresh, ...rows.slice(rows.length - end)];
    this.rows.forEach((row, index) => (row.noteLine = found[index]?.noteLine ?? row.noteLine));
    this.empty.hidden = this.rows.length > 0;
    this.tree.hidden = this.rows.length === 0;
    if (fresh.length || rows.length !== this.rows.length) this.refold();
    if (!this.tabStop) this.rows[0]?.element.setAttribute('tabindex', '0');
  }

  /** Says which rows have rows below them and hides those below a folded one. */
  private refold(): void {
    const levels = [...new Set(this.rows.map(({ level }) => level))].sort();
    let hiddenBelow = Infinity;
    this.rows.forEach((row, index) => {
      const next = this.rows[index + 1];
      const parent = next !== undefined && next.level > row.level;
      if (row.level <= hiddenBelow) hiddenBelow = Infinity;
      row.element.hidden = hiddenBelow < Infinity;
      row.element.setAttribute('aria-level', String(levels.indexOf(row.level) + 1));
      row.element.style.setProperty('--gn-depth', String(levels.indexOf(row.level)));
      const folded = parent && this.collapsed.has(row.id);
      if (parent) row.element.setAttribute('aria-expanded', String(!folded));
      else row.element.removeAttribute('aria-expanded');
      if (folded && hiddenBelow === Infinity) hiddenBelow = row.level;
    });
  }

  private fold(row: Row, folded = !this.collapsed.has(row.id)): void {
    if (!row.element.hasAttribute('aria-expanded')) return;
    if (folded) this.collapsed.add(row.id);
    else this.collapsed.delete(row.id);
    this.refold();
    this.save();
    this.markCurrent();
  }

  private markCurrent(): void {
    const { shown } = this.page.blocks;
    // A heading is the current one as soon as its block comes to the upper edge; the space above it belongs to the block.
    const line = shown.length ? lineAt(shown, window.scrollY + 40) : 0;
    let at = lastIndex(this.rows, ({ noteLine }) => noteLine <= line);
    // The nearest one that is not folded away.
    while (at > 0 && this.rows[at]?.element.hidden) at--;
    const row = this.rows[Math.max(0, at)];
    if (row === this.current && row?.element.hasAttribute('aria-current')) return;
    for (const old of this.tree.querySelectorAll('[aria-current]')) old.removeAttribute('aria-current');
    this.current = row;
    if (!row) return;
    row.element.setAttribute('aria-current', 'location');
    keepInView(row.element, this.panel);
    // Who is on the way through the rows by keyboard stays where they are.
    if (!this.tree.contains(document.activeElement)) this.moveTabStop(row);
  }

  private get tabStop(): HTMLElement | null {
    return this.tree.querySelector<HTMLElement>('[tabindex="0"]:not([hidden])');
  }

  private moveTabStop(row: Row): void {
    for (const old of this.tree.querySelectorAll('[tabindex="0"]')) old.setAttribute('tabindex', '-1');
    row.element.setAttribute('tabindex', '0');
  }

  private rowOf(target: EventTarget | null): Row | undefined {
    const element = target instanceof Element ? target.closest('[role="treeitem"]') : null;
    return this.rows.find((row) => row.element === element);
  }

  private go(row: Row, focus: boolean): void {
    goTo(this.page, row.noteLine);
    this.moveTabStop(row);
    if (isOver()) this.show(false);
    const heading = focus ? document.getElementById(row.id) : null;
    if (!heading) return;
    heading.setAttribute('tabindex', '-1');
    heading.focus({ preventScroll: true });
  }

  private onKey(event: KeyboardEvent): void {
    const row = this.rowOf(event.target);
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const visible = this.rows.filter(({ element }) => !element.hidden);
    const at = visible.indexOf(row);
    const expanded = row.element.getAttribute('aria-expanded');
    const focus = (other: Row | undefined) => {
      if (!other) return;
      this.moveTabStop(other);
      other.element.focus();
    };
    const parent = () => [...visible.slice(0, at)].reverse().find(({ level }) => level < row.level);
    const actions: Record<string, () => void> = {
      ArrowDown: () => focus(visible[at + 1]),
      ArrowUp: () => focus(visible[at - 1]),
      Home: () => focus(visible[0]),
      End: () => focus(visible.at(-1)),
      ArrowRight: () => (expanded === 'false' ? this.fold(row, false) : expanded && focus(visible[at + 1])),
      ArrowLeft: () => (expanded === 'true' ? this.fold(row, true) : focus(parent())),
      Enter: () => this.go(row, true),
      ' ': () => this.go(row, false),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }
}

/** Whether the outline lies over the text: the window is too narrow for both. */
const isOver = () => !window.matchMedia('(min-width: 900px)').matches;

function rowElement({ text }: Heading): HTMLElement {
  const element = document.createElement('div');
  element.setAttribute('role', 'treeitem');
  element.setAttribute('tabindex', '-1');
  const twisty = document.createElement('span');
  twisty.className = 'gn-twisty';
  twisty.setAttribute('aria-hidden', 'true');
  const label = document.createElement('span');
  label.className = 'gn-outline-text';
  label.textContent = text;
  element.title = text;
  element.append(twisty, label);
  return element;
}

/** Scrolls the outline itself, never the page. */
function keepInView(element: HTMLElement, panel: HTMLElement): void {
  const [inner, outer] = [element.getBoundingClientRect(), panel.getBoundingClientRect()];
  if (inner.top < outer.top + 40) panel.scrollTop += inner.top - outer.top - 60;
  else if (inner.bottom > outer.bottom - 20) panel.scrollTop += inner.bottom - outer.bottom + 60;
}

function readSaved(value: unknown): { open: boolean; collapsed: string[] } {
  const { open, collapsed } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return {
    open: open === true,
    collapsed: Array.isArray(collapsed) ? collapsed.filter((id): id is string => typeof id === 'string') : [],
  };
}
