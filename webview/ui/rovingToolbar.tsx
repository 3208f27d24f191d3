/** A toolbar that is one stop of the Tab key; arrow keys move inside it (WAI-ARIA toolbar pattern). */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

export function RovingToolbar({ label, children }: { label: string; children: ComponentChildren }) {
  const bar = useRef<HTMLDivElement>(null);
  const controls = () =>
    [...(bar.current?.querySelectorAll<HTMLElement>('button, vscode-button, input, select') ?? [])].filter(
      (control) => !control.hasAttribute('disabled'),
    );
  const stopAt = (current: HTMLElement | undefined) => {
    for (const control of controls()) control.tabIndex = control === current ? 0 : -1;
  };
  useEffect(() => {
    // The attribute counts: a slider can be reached without one.
    const stops = controls().filter((control) => control.getAttribute('tabindex') === '0');
    if (stops.length !== 1) stopAt(stops[0] ?? controls()[0]);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = controls();
    const at = all.findIndex((control) => control === event.target || control.contains(event.target as Node));
    // A slider keeps its arrows.
    if (at < 0 || (event.target as HTMLElement).tagName === 'INPUT') return;
    const next =
      event.key === 'Home'
        ? all[0]
        : event.key === 'End'
          ? all.at(-1)
          : step && all[(at + step + all.length) % all.length];
    if (!next) return;
    event.preventDefault();
    stopAt(next);
    next.focus();
  };
  return (
    <div
      ref={bar}
      class="toolbar"
      role="toolbar"
      aria-label={label}
      onKeyDown={onKeyDown}
      onFocusIn={(event) =>
        stopAt(controls().find((c) => c === event.target || c.contains(event.target as Node)))
      }
    >
      {children}
    </div>
  );
}
