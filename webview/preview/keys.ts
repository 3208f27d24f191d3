/** The keys of the page: each part adds its own, one listener serves them, and the dialog under `?` lists them. */
import { openDialog } from './dialog';

export interface PageKey {
  /** `KeyboardEvent.key` as it comes, with `Ctrl+` before it where Control or Command is held. */
  keys: readonly string[];
  /** What it does, as a short phrase that begins with a verb; without it the key is not listed. */
  does?: string;
  /** Does it. False: the key was not for this part, and goes on to the next one, to the page and to VS Code. */
  run(event: KeyboardEvent): boolean | void;
}

/** A key that an element serves by itself, for the list only. */
export type ListedKey = Pick<PageKey, 'keys'> & { does: string };

const keys: PageKey[] = [];
const listed: ListedKey[] = [];

/** Adds keys. Those that were added later are asked first. */
export function addKeys(...more: readonly PageKey[]): void {
  keys.push(...more);
  for (const { keys: names, does } of more) if (does) listed.push({ keys: names, does });
}

/** Adds keys to the list that an element or VS Code serves by itself. */
export function listKeys(...more: readonly ListedKey[]): void {
  listed.push(...more);
}

/** Letters as if Caps Lock were off. */
function nameOf({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): string {
  const name = key.length === 1 && !shiftKey ? key.toLowerCase() : key;
  return ctrlKey || metaKey ? `Ctrl+${name}` : name;
}

/** True where letters are text: a field, or something of the page that is open over it. */
function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [contenteditable="true"], dialog, [role="menu"]') !== null
  );
}

export function useKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing || takesText(event.target)) return;
    const name = nameOf(event);
    for (const key of [...keys].reverse()) {
      if (!key.keys.includes(name) || key.run(event) === false) continue;
      event.preventDefault();
      // VS Code listens further up.
      event.stopPropagation();
      return;
    }
  });
  listKeys({ keys: ['Enter'], does: 'open the figure with the focus in the side panel' });
  addKeys({ keys: ['?'], does: 'list the keys', run: () => showKeys() });
}

const shownName = (key: string) => {
  const short = key.replace('Arrow', '').replace(/^ $/, 'Space');
  return short.startsWith('Ctrl+') ? `Ctrl+${short.slice(5).toUpperCase()}` : short;
};

function showKeys(): void {
  const list = document.createElement('dl');
  list.className = 'gn-keys';
  for (const { keys: names, does } of listed) {
    const term = document.createElement('dt');
    for (const name of names) {
      const key = document.createElement('kbd');
      key.textContent = shownName(name);
      term.append(key);
    }
    const what = document.createElement('dd');
    what.textContent = does.charAt(0).toUpperCase() + does.slice(1);
    list.append(term, what);
  }
  openDialog({ label: 'Keys', content: list });
}
