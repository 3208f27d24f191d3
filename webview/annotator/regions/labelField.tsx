import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { keepUndoInside } from '../../ui/toolkit';

/**
 * A field for a label, with labels that are offered below it (WAI-ARIA combobox). Enter takes what is written or chosen,
 * Escape gives up, leaving the field takes what is written.
 */
export function LabelField(props: {
  initial: string;
  /** Shown in an empty field. */
  placeholder?: string;
  offers(typed: string): readonly string[];
  /** Without a label: the user gave up. */
  onDone(label: string | undefined): void;
}) {
  const { initial, placeholder = 'Label', offers, onDone } = props;
  const field = useRef<HTMLInputElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const done = useRef(false);
  /** Where the keyboard goes when the field is done by a key. */
  const back = useRef<HTMLElement | null>(null);
  const [written, setWritten] = useState<string>();
  const [chosen, setChosen] = useState(-1);
  const [open, setOpen] = useState(false);
  const id = useId();
  const offered = open ? offers(written ?? '') : [];
  const option = (index: number) => `${id}-${index}`;

  const finish = (label: string | undefined, leaves = true) => {
    // Leaving the field by Enter or Escape also blurs it.
    if (done.current) return;
    done.current = true;
    onDone(label);
    if (leaves) back.current?.focus({ preventScroll: true });
  };
  const choose = (index: number) => {
    const last = offered.length - 1;
    setChosen(index > last ? -1 : index < -1 ? last : index);
  };

  useEffect(() => {
    back.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    field.current?.focus();
    field.current?.select();
    // Labels are offered at once: most regions get one that is there already.
    setOpen(true);
  }, []);
  useLayoutEffect(() => {
    const [element, anchor] = [sheet.current, field.current?.getBoundingClientRect()];
    if (!element || !anchor) return;
    if (!offered.length) {
      if (element.matches(':popover-open')) element.hidePopover();
      return;
    }
    if (!element.matches(':popover-open')) element.showPopover();
    const below = window.innerHeight - anchor.bottom;
    const above = below < element.offsetHeight + 4 && anchor.top > below;
    element.style.left = `${anchor.left}px`;
    element.style.width = `${anchor.width}px`;
    element.style.top = above
      ? `${Math.max(4, anchor.top - element.offsetHeight - 2)}px`
      : `${anchor.bottom + 2}px`;
    element.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });

  const onKeyDown = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    keepUndoInside(event);
    if (event.isComposing) return;
    const { key, currentTarget } = event;
    if (key === 'Enter') finish(offered[chosen] ?? currentTarget.value.trim());
    else if (key === 'Tab' && chosen >= 0) finish(offered[chosen]);
    else if (key === 'Escape') finish(undefined);
    else if (key === 'ArrowDown') choose(chosen + 1);
    else if (key === 'ArrowUp') choose(chosen - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <input
        ref={field}
        class="label-field"
        role="combobox"
        aria-label="Label"
        aria-autocomplete="list"
        aria-expanded={offered.length > 0}
        aria-controls={`${id}-labels`}
        aria-activedescendant={chosen >= 0 ? option(chosen) : undefined}
        autocomplete="off"
        spellcheck={false}
        defaultValue={initial}
        placeholder={placeholder}
        onInput={(event) => {
          setWritten(event.currentTarget.value);
          setChosen(-1);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => event.stopPropagation()}
        onBlur={(event) => finish(event.currentTarget.value.trim(), false)}
      />
      <div
        ref={sheet}
        class="label-offers"
        id={`${id}-labels`}
        popover="manual"
        role="listbox"
        aria-label="Labels"
      >
        {offered.map((label, index) => (
          <div
            key={label}
            id={option(index)}
            class="offer"
            role="option"
            aria-selected={index === chosen}
            // The field keeps the keyboard.
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => finish(label)}
          >
            {label}
          </div>
        ))}
      </div>
    </>
  );
}
