import { useLayoutEffect, useRef } from 'preact/hooks';
import { hexColor, regionColors } from '../../../src/protocol/colors';

const names = ['Orange', 'Sky blue', 'Green', 'Yellow', 'Blue', 'Red', 'Pink', 'Lime'] as const;

/** A choice of colours at a place of the page. Escape, or a press beside it, closes it. */
export function ColorSheet(props: {
  /** What is coloured, for the name of the sheet. */
  name: string;
  color: string;
  at: { left: number; bottom: number };
  onPick(color: string): void;
  onClose(): void;
}) {
  const { name, color, at, onPick, onClose } = props;
  const sheet = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = sheet.current;
    if (!element) return;
    element.showPopover();
    element.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - element.offsetWidth - 8))}px`;
    element.style.top = `${Math.max(8, Math.min(at.bottom + 2, window.innerHeight - element.offsetHeight - 8))}px`;
    (element.querySelector<HTMLElement>('[aria-pressed="true"]') ?? element.querySelector('button'))?.focus();
  }, []);
  return (
    <div
      ref={sheet}
      class="color-sheet"
      popover="auto"
      role="dialog"
      aria-label={`Colour of ${name}`}
      onToggle={(event) => (event as ToggleEvent).newState === 'closed' && onClose()}
      onKeyDown={(event) => {
        // Keys in the sheet are the sheet's.
        event.stopPropagation();
        const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>('button, input')];
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const place = buttons.indexOf(document.activeElement as HTMLElement);
        buttons[(place + step + buttons.length) % buttons.length]?.focus();
      }}
    >
      {regionColors.map((each, i) => (
        <button
          key={each}
          type="button"
          aria-label={names[i]}
          title={names[i]}
          aria-pressed={each === color}
          onClick={() => {
            onPick(each);
            sheet.current?.hidePopover();
          }}
        >
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <rect width="16" height="16" rx="3" fill={each} />
          </svg>
        </button>
      ))}
      <input
        type="color"
        aria-label="Another colour"
        title="Another colour"
        value={hexColor(color)}
        onChange={(event) => onPick(event.currentTarget.value)}
      />
    </div>
  );
}
