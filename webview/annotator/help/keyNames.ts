/** Keys as people read them. */
import { actions, type ActionId, type ActionInfo } from '../../../src/protocol/actions';

const isMac = /mac/i.test(navigator.userAgent);
const names: Readonly<Record<string, string>> = {
  enter: 'Enter',
  escape: 'Esc',
  delete: 'Delete',
  backspace: 'Backspace',
  ctrl: isMac ? '⌘' : 'Ctrl',
  shift: isMac ? '⇧' : 'Shift',
  alt: isMac ? '⌥' : 'Alt',
};

/** A chord of VS Code's syntax, such as `ctrl+shift+c`, as its keys; the key `-` stands for itself. */
export function keyNames(chord: string): string[] {
  const parts = chord.split('+');
  // “?” is what is written on the key.
  if (chord === 'shift+/') return ['?'];
  return parts.map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

/** The default keys of an action, for a tooltip; undefined where it has none. */
export function keysOf(id: ActionId): string | undefined {
  const { keys } = actions.find((action) => action.id === id) as ActionInfo;
  return keys?.map((chord) => keyNames(chord).join(isMac ? '' : '+')).join(', ');
}
