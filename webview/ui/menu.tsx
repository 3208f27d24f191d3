/** A button that opens a menu (WAI-ARIA menu button): arrows move, Enter and space choose, Escape closes. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icon';
import './menu.css';
import { IconButton } from './toolkit';

export type MenuEntry =
  | 'separator'
  | {
      label: string;
      /** Its key, for people to read. */
      keys?: string | undefined;
      /** Of a choice or a switch; absent for what is only done. */
      checked?: boolean;
      /** With `checked`: one of several. */
      oneOf?: boolean;
      run(): void;
    };

export function MenuButton(props: {
  icon: IconName;
  label: string;
  keys?: string | undefined;
  entries: readonly MenuEntry[];
}) {
  const { icon, label, keys, entries } = props;
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const items = () => [...(menu.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
  const close = (giveBack: boolean) => {
    setOpen(false);
    if (giveBack) root.current?.querySelector<HTMLElement>('button')?.focus();
  };

  useEffect(() => {
    const { current } = menu;
    if (!open || !current || !root.current) return;
    // The top layer: no bar cuts it off.
    current.showPopover();
    const button = root.current.getBoundingClientRect();
    const left = Math.min(button.left, window.innerWidth - current.offsetWidth - 4);
    current.style.left = `${Math.max(4, left)}px`;
    current.style.top = `${button.bottom + 2}px`;
    items()[0]?.focus();
    const onPress = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) close(false);
    };
    const onBlur = () => close(false);
    document.addEventListener('pointerdown', onPress, true);
    window.addEventListener('blur', onBlur);
    return () => {
      document.removeEventListener('pointerdown', onPress, true);
      window.removeEventListener('blur', onBlur);
    };
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    // Neither the toolbar's arrows nor VS Code's keys are meant.
    event.stopPropagation();
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') close(true);
    else if (event.key === 'Tab') close(false);
    else if (event.key === 'Enter' || event.key === ' ') all[at]?.click();
    else if (event.key === 'Home') all[0]?.focus();
    else if (event.key === 'End') all.at(-1)?.focus();
    else if (step) all[(at + step + all.length) % all.length]?.focus();
    if (event.key !== 'Tab') event.preventDefault();
  };

  return (
    <span class="menu-button" ref={root}>
      <IconButton
        icon={icon}
        label={label}
        keys={keys}
        hasPopup
        expanded={open}
        onClick={() => (open ? close(true) : setOpen(true))}
      />
      {open && (
        <div ref={menu} class="menu" role="menu" aria-label={label} popover="manual" onKeyDown={onKeyDown}>
          {entries.map((entry, i) =>
            entry === 'separator' ? (
              <div key={i} class="menu-separator" role="separator" />
            ) : (
              <div
                key={i}
                class="menu-item"
                role={
                  entry.checked === undefined
                    ? 'menuitem'
                    : entry.oneOf
                      ? 'menuitemradio'
                      : 'menuitemcheckbox'
                }
                aria-checked={entry.checked}
                tabIndex={-1}
                onPointerMove={(event) => event.currentTarget.focus()}
                onClick={() => {
                  close(true);
                  entry.run();
                }}
              >
                <span class="mark">
                  {entry.checked && <Icon name={entry.oneOf ? 'circle-filled' : 'check'} />}
                </span>
                <span class="text">{entry.label}</span>
                {entry.keys !== undefined && <kbd>{entry.keys}</kbd>}
              </div>
            ),
          )}
        </div>
      )}
    </span>
  );
}
