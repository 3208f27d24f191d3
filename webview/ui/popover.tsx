/** A button that opens a small sheet under it. The browser closes it on Escape and on a press beside it. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { IconName } from './icon';
import { IconButton } from './toolkit';

/** Room between a sheet and the edge of the page. */
const margin = 8;

/** The button and its sheet in one element; the sheet is shown above all else, so it may stand inside a toolbar. */
export function PopoverButton(props: {
  icon: IconName;
  label: string;
  keys?: string | undefined;
  disabled?: boolean;
  children(close: () => void): ComponentChildren;
}) {
  const { icon, label, keys, disabled, children } = props;
  const sheet = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  const wasOpen = useRef(false);
  const close = () => sheet.current?.hidePopover();
  // Its place depends on its size, which is known when it has its contents.
  useLayoutEffect(() => {
    const [element, anchor] = [sheet.current, button.current?.getBoundingClientRect()];
    if (!open || !element || !anchor) return;
    const left = Math.min(anchor.left, window.innerWidth - element.offsetWidth - margin);
    element.style.left = `${Math.max(margin, left)}px`;
    element.style.top = `${anchor.bottom + 4}px`;
    element.querySelector<HTMLElement>('input:checked, input, select, vscode-button')?.focus();
  }, [open]);
  return (
    <span class="popover-button" ref={button}>
      <span
        // The press beside an open sheet closes it before the click comes.
        onPointerDown={() => (wasOpen.current = open)}
        onKeyDown={() => (wasOpen.current = open)}
      >
        <IconButton
          icon={icon}
          label={label}
          keys={keys}
          {...(disabled !== undefined && { disabled })}
          onClick={() => wasOpen.current || sheet.current?.showPopover()}
        />
      </span>
      <div
        ref={sheet}
        class="popover"
        popover="auto"
        role="dialog"
        aria-label={label}
        onToggle={(event) => setOpen((event as ToggleEvent).newState === 'open')}
        onKeyDown={(event) => {
          // Keys in the sheet are the sheet's.
          event.stopPropagation();
          if (event.key === 'Escape') close();
        }}
      >
        {open && children(close)}
      </div>
    </span>
  );
}
