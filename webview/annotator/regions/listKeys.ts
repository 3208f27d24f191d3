/** Keys and the pointer on the rows of the list (WAI-ARIA listbox in which several can be selected). */
import { menuContext } from '../menu';
import type { Regions } from './regions';
import { rowHeight } from './row';

/** Letters that come after a longer rest begin a new word. */
const typingMs = 700;

interface Typing {
  /** The keyboard came here by itself, not by a click: letters look for labels then, and are no keys of actions. */
  byKeyboard: boolean;
  pressed: boolean;
  text: string;
  at: number;
}
const typings = new WeakMap<Regions, Typing>();

export function listKeys(regions: Regions) {
  const typing = typings.get(regions) ?? { byKeyboard: false, pressed: false, text: '', at: 0 };
  typings.set(regions, typing);
  const rowOf = (event: Event) =>
    (event.target as HTMLElement).closest<HTMLElement>('[data-region]')?.dataset['region'];

  return {
    onPointerDown: () => {
      typing.pressed = true;
      typing.byKeyboard = false;
    },
    onFocus: () => {
      typing.byKeyboard = !typing.pressed;
      typing.pressed = false;
    },
    onBlur: () => (typing.pressed = false),
    onClick: (event: MouseEvent) => {
      const id = rowOf(event);
      if (id === undefined || isField(event)) return;
      regions.click(id, { ctrl: event.ctrlKey || event.metaKey, shift: event.shiftKey, alt: event.altKey });
    },
    onDblClick: (event: MouseEvent) => {
      const id = rowOf(event);
      if (id !== undefined && !isField(event) && !event.ctrlKey && !event.shiftKey) regions.rename(id);
    },
    // The menu is of what is selected, the row under the pointer included; VS Code reads whose it is after this.
    onContextMenuCapture: (event: MouseEvent) => {
      const id = event.button === 2 ? rowOf(event) : regions.activeId;
      if (id !== undefined) regions.choose(id);
      (event.currentTarget as HTMLElement).dataset['vscodeContext'] = menuContext(
        id === undefined ? 'picture' : 'region',
      );
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (isField(event) || !walk(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
  };

  /** @returns whether the key was for the list */
  function walk(event: KeyboardEvent): boolean {
    const { key, shiftKey, altKey } = event;
    const ctrl = event.ctrlKey || event.metaKey;
    if (altKey) return false;
    const { place, rows } = regions;
    const page = Math.max(1, Math.floor((event.currentTarget as HTMLElement).clientHeight / rowHeight) - 1);
    const last = rows.length - 1;
    const to = {
      ArrowDown: Math.min(last, place + 1),
      ArrowUp: place < 0 ? last : Math.max(0, place - 1),
      PageDown: Math.min(last, place + page),
      PageUp: Math.max(0, place - page),
      Home: 0,
      End: last,
    }[key];
    if (to !== undefined) {
      regions.moveTo(to, { extend: shiftKey, select: !ctrl });
      return true;
    }
    const id = rows[place]?.annotation.id;
    if (key === ' ' && !typing.text) {
      if (id !== undefined) regions.click(id, { ctrl: true, alt: true });
      return true;
    }
    if (key === 'Enter' && !ctrl) {
      if (id !== undefined) regions.rename(id);
      return true;
    }
    if (!typing.byKeyboard || ctrl || key.length !== 1 || !/[\p{L}\p{N}_ -]/u.test(key)) return false;
    typeAhead(key, event.timeStamp);
    return true;
  }

  /** Goes to the next region whose name begins with what is typed; one letter again and again goes through all. */
  function typeAhead(key: string, now: number): void {
    const fresh = now - typing.at > typingMs;
    typing.text = (fresh ? '' : typing.text) + key.toLocaleLowerCase();
    typing.at = now;
    const { rows, place } = regions;
    const repeated = new Set(typing.text).size === 1;
    const wanted = repeated ? (typing.text[0] as string) : typing.text;
    const from = repeated ? place + 1 : Math.max(0, place);
    const found = rows.findIndex((_, i) =>
      rows[(from + i) % rows.length]?.name.toLocaleLowerCase().startsWith(wanted),
    );
    if (found >= 0) regions.moveTo((from + found) % rows.length);
  }
}

const isField = (event: Event) => (event.target as HTMLElement).closest('input, [popover]') !== null;
