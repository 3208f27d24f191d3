/** The buttons at the page's corner. */
import './tools.css';

export interface Tool {
  label: string;
  /** Inside of an SVG of 16 × 16, drawn with strokes. */
  icon: string;
  /** Its key, for the tooltip; the key itself is added with `addKeys`. */
  key?: string;
  run(): void;
}

let bar: HTMLElement | undefined;

/** Adds a button. With `aria-pressed` or `aria-expanded` set by its part it says what is on. */
export function addTool({ label, icon, key, run }: Tool): HTMLButtonElement {
  if (!bar) {
    bar = document.createElement('div');
    bar.className = 'gn-tools';
    bar.setAttribute('role', 'group');
    bar.setAttribute('aria-label', 'Preview tools');
    document.body.prepend(bar);
  }
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'gn-icon-button';
  button.title = key ? `${label} (${key})` : label;
  button.setAttribute('aria-label', label);
  button.innerHTML = `<svg viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round" aria-hidden="true">${icon}</svg>`;
  button.addEventListener('click', run);
  bar.append(button);
  return button;
}
