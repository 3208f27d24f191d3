/** Finds text in the whole note, also where the browser has not laid it out yet. VS Code's own find widget is off: one way. */
import { findRanges, queryPattern, readText, type FindOptions, type ReadText } from './findText';
import { addKeys } from './keys';
import { blockBottom } from './lines';
import type { PreviewPage } from './previewPage';
import { addTool } from './tools';
import './find.css';

/** More matches than these are counted and not gone to. */
const maxMatches = 20_000;
/** The page stays free while a long note is searched: this much at a time. */
const sliceMs = 12;
/** Typing is followed after this. */
const typingMs = 120;

export function useFind(page: PreviewPage): void {
  const find = new Find(page);
  addTool({
    label: 'Find',
    key: 'Ctrl+F',
    icon: '<circle cx="7" cy="7" r="4.3"/><path d="M10.2 10.2 14 14"/>',
    run: () => find.open(),
  });
  addKeys(
    { keys: ['Ctrl+f'], does: 'find in the note', run: () => find.open() },
    {
      keys: ['F3'],
      does: 'go to the next match, with Shift to the one before',
      run: (event) => find.onF3(event),
    },
    { keys: ['Escape'], run: () => find.close() },
  );
}

class Find {
  private readonly bar = document.createElement('div');
  private readonly input = document.createElement('input');
  private readonly count = document.createElement('span');
  private readonly options: FindOptions = { matchCase: false, wholeWord: false };
  private readonly texts = new WeakMap<HTMLElement, ReadText>();
  private matches: StaticRange[] = [];
  private current = -1;
  private search = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private before: Element | null = null;

  constructor(private readonly page: PreviewPage) {
    const { bar, input, count } = this;
    bar.className = 'gn-findbar';
    bar.setAttribute('role', 'search');
    bar.hidden = true;
    input.type = 'text';
    input.placeholder = 'Find';
    input.setAttribute('aria-label', 'Find in the note');
    input.spellcheck = false;
    count.className = 'gn-find-count';
    count.setAttribute('role', 'status');
    bar.append(
      input,
      count,
      this.toggle('matchCase', 'Aa', 'Match case (Alt+C)'),
      this.toggle('wholeWord', 'ab', 'Match whole words (Alt+W)'),
      this.button('↑', 'Previous match (Shift+Enter)', () => this.step(-1)),
      this.button('↓', 'Next match (Enter)', () => this.step(1)),
      this.button('✕', 'Close (Escape)', () => this.close()),
    );
    document.body.append(bar);
    input.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.run(true), typingMs);
    });
    bar.addEventListener('keydown', (event) => this.onKey(event));
    page.onShown((changed) => {
      for (const element of changed) this.texts.delete(element);
      // Matches of what is gone are none; where the reader stands, nothing moves.
      if (!bar.hidden && this.input.value) void this.run(false);
    });
  }

  open(): void {
    if (this.bar.hidden) this.before = document.activeElement;
    this.bar.hidden = false;
    const selected = String(getSelection() ?? '');
    if (selected && selected.length < 200 && !selected.includes('\n')) this.input.value = selected;
    this.input.focus();
    this.input.select();
    void this.run(false);
  }

  close(): boolean {
    if (this.bar.hidden) return false;
    const [, range] = [this.clear(), this.matches[this.current]];
    this.bar.hidden = true;
    if (this.bar.contains(document.activeElement) || document.activeElement === document.body) {
      if (this.before instanceof HTMLElement) this.before.focus({ preventScroll: true });
      else this.input.blur();
    }
    // What was found is selected, ready to be copied.
    if (range) selectRange(range);
    return true;
  }

  onF3(event: KeyboardEvent): boolean {
    if (!this.input.value) return false;
    if (this.bar.hidden) this.bar.hidden = false;
    if (this.matches.length) this.step(event.shiftKey ? -1 : 1);
    else void this.run(true);
    return true;
  }

  private toggle(option: keyof FindOptions, text: string, label: string): HTMLButtonElement {
    const button = this.button(text, label, () => {
      this.options[option] = !this.options[option];
      button.setAttribute('aria-pressed', String(this.options[option]));
      void this.run(true);
    });
    button.setAttribute('aria-pressed', 'false');
    button.dataset['option'] = option;
    return button;
  }

  private button(text: string, label: string, run: () => void): HTMLButtonElement {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'gn-icon-button';
    // Drawn by the style sheet: a sign is no name.
    button.dataset['sign'] = text;
    button.title = label;
    button.setAttribute('aria-label', label);
    button.addEventListener('click', run);
    return button;
  }

  private onKey(event: KeyboardEvent): void {
    const { key } = event;
    const pressed = (option: string) =>
      this.bar.querySelector<HTMLElement>(`[data-option="${option}"]`)?.click();
    const actions: Record<string, (() => void) | undefined> = {
      Enter: event.target === this.input ? () => this.step(event.shiftKey ? -1 : 1) : undefined,
      Escape: () => this.close(),
      F3: () => this.step(event.shiftKey ? -1 : 1),
      c: event.altKey ? () => pressed('matchCase') : undefined,
      w: event.altKey ? () => pressed('wholeWord') : undefined,
      f: event.ctrlKey || event.metaKey ? () => this.input.select() : undefined,
    };
    const action = actions[key];
    // In the field Ctrl+Z and the like are the field's, not the note's.
    event.stopPropagation();
    if (!action) return;
    event.preventDefault();
    action();
  }

  /** Searches the note. `go`: shows the first match from where the reader stands. */
  private async run(go: boolean): Promise<void> {
    const search = ++this.search;
    const pattern = queryPattern(this.input.value, this.options);
    if (!pattern) {
      this.clear();
      this.matches = [];
      this.current = -1;
      this.count.textContent = '';
      return;
    }
    const found: StaticRange[] = [];
    const stand = this.page.blocks.shown;
    let first = -1;
    let until = performance.now() + sliceMs;
    for (const { element } of stand) {
      if (performance.now() > until) {
        await new Promise((resolve) => setTimeout(resolve));
        if (search !== this.search) return;
        until = performance.now() + sliceMs;
      }
      let text = this.texts.get(element);
      if (!text) this.texts.set(element, (text = readText(element)));
      const ranges = findRanges(text, pattern);
      // The first match that is not above what is seen.
      if (first < 0 && ranges.length && blockBottom(element) > window.scrollY) first = found.length;
      found.push(...ranges);
      if (found.length >= maxMatches) break;
    }
    if (search !== this.search) return;
    this.matches = found;
    this.current = found.length ? Math.max(0, first) : -1;
    this.paint();
    if (go) this.show();
  }

  private step(by: number): void {
    const { length } = this.matches;
    if (!length) return;
    this.current = (this.current + by + length) % length;
    this.paint();
    this.show();
  }

  private clear(): void {
    CSS.highlights.delete('gn-find');
    CSS.highlights.delete('gn-find-current');
  }

  private paint(): void {
    const { matches, current } = this;
    const range = matches[current];
    this.clear();
    if (matches.length) CSS.highlights.set('gn-find', new Highlight(...matches));
    if (range) {
      const highlight = new Highlight(range);
      highlight.priority = 1;
      CSS.highlights.set('gn-find-current', highlight);
    }
    const many = matches.length >= maxMatches ? '+' : '';
    this.count.textContent = matches.length ? `${current + 1} of ${matches.length}${many}` : 'No results';
    this.bar.classList.toggle('gn-findbar-none', matches.length === 0);
  }

  /** Brings the match that is the current one into view; blocks on the way get their real height only now. */
  private show(): void {
    const match = this.matches[this.current];
    if (!match) return;
    const range = document.createRange();
    range.setStart(match.startContainer, match.startOffset);
    range.setEnd(match.endContainer, match.endOffset);
    const element = match.startContainer.parentElement;
    for (let each = element?.closest('details'); each; each = each.parentElement?.closest('details'))
      each.open = true;
    let left = 8;
    const bring = () => {
      const rect = range.getBoundingClientRect();
      const [top, bottom] = [60, window.innerHeight - 40];
      if (rect.top < top || rect.bottom > bottom)
        window.scrollBy({ top: rect.top - window.innerHeight / 3, behavior: 'instant' });
      // A long line of code, or a wide table, scrolls by itself.
      if (left === 4) element?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      if (left-- > 0) requestAnimationFrame(bring);
    };
    bring();
  }
}

function selectRange({ startContainer, startOffset, endContainer, endOffset }: StaticRange): void {
  if (startContainer.isConnected && endContainer.isConnected)
    getSelection()?.setBaseAndExtent(startContainer, startOffset, endContainer, endOffset);
}
