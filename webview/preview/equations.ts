/** Formulas can be copied: by VS Code's menu on a right click, and by a small menu of the page for the keyboard. */
import { copyEquation, copyPicture, type Equation, type EquationFormat } from '../../src/protocol/preview';
import { addKeys } from './keys';
import type { PreviewPage } from './previewPage';
import './equations.css';

const formats: readonly [EquationFormat, string][] = [
  ['tex', 'Copy as TeX'],
  ['mathMl', 'Copy as MathML'],
  ['svg', 'Copy as SVG'],
  ['png', 'Copy as PNG'],
];

/** What KaTeX says about a formula of its own. */
function readEquation(katex: Element): Equation | undefined {
  const math = katex.querySelector('.katex-mathml math');
  const annotation = math?.querySelector('annotation[encoding="application/x-tex"]');
  if (!math || !annotation) return undefined;
  const copy = math.cloneNode(true) as Element;
  copy.querySelector('annotation')?.remove();
  return {
    tex: (annotation.textContent ?? '').trim(),
    mathMl: new XMLSerializer().serializeToString(copy),
    display: katex.closest('.katex-display') !== null,
  };
}

/** The formula at an element: the one around it, or the one that a focused block holds. */
const formulaAt = (target: EventTarget | null): HTMLElement | undefined =>
  target instanceof Element
    ? (target.closest<HTMLElement>('.katex') ??
      target.closest('.katex-block, .katex-display')?.querySelector<HTMLElement>('.katex') ??
      undefined)
    : undefined;

export function useEquations(page: PreviewPage): void {
  const { main, endpoint } = page;
  page.onShown((changed) => {
    for (const element of changed)
      for (const block of element.querySelectorAll<HTMLElement>('.katex-block, .katex-display')) {
        if (block.parentElement?.closest('.katex-block')) continue;
        block.tabIndex = 0;
        block.setAttribute('role', 'group');
        block.setAttribute('aria-label', 'Formula');
      }
  });
  // Written when it is needed: a note may have thousands of formulas.
  main.addEventListener(
    'contextmenu',
    ({ target }) => {
      const formula = formulaAt(target);
      const equation = formula && readEquation(formula);
      if (!formula || !equation) return;
      const holder = formula.contains(target as Node) ? formula : (target as HTMLElement);
      holder.dataset['vscodeContext'] = JSON.stringify({
        webviewSection: 'equation',
        preventDefaultContextMenuItems: true,
        groundnoteNote: document.body.dataset['document'] ?? '',
        groundnoteEquation: equation,
      });
    },
    true,
  );
  addKeys({
    keys: ['c'],
    does: 'copy the formula with the focus',
    run: ({ target }) => {
      const formula = formulaAt(target);
      const equation = formula && readEquation(formula);
      if (!equation) return false;
      openMenu(target as HTMLElement, (format) => void page.ask(copyEquation, { equation, format }));
      return true;
    },
  });
  endpoint.handle(copyPicture, async ({ png }) => {
    try {
      window.focus();
      const item = new ClipboardItem({ 'image/png': new Blob([new Uint8Array(png)], { type: 'image/png' }) });
      await navigator.clipboard.write([item]);
      return { copied: true };
    } catch {
      return { copied: false };
    }
  });
}

/** A menu below an element; it takes the focus and gives it back. */
function openMenu(anchor: HTMLElement, choose: (format: EquationFormat) => void): void {
  const menu = document.createElement('div');
  menu.className = 'gn-menu';
  menu.setAttribute('role', 'menu');
  menu.setAttribute('aria-label', 'Copy the formula');
  const close = () => {
    menu.remove();
    document.removeEventListener('pointerdown', onOutside, true);
    anchor.focus({ preventScroll: true });
  };
  const onOutside = ({ target }: Event) => {
    if (!menu.contains(target as Node)) close();
  };
  for (const [format, label] of formats) {
    const item = document.createElement('div');
    item.setAttribute('role', 'menuitem');
    item.tabIndex = -1;
    item.textContent = label;
    item.addEventListener('click', () => {
      close();
      choose(format);
    });
    menu.append(item);
  }
  const items = [...menu.children] as HTMLElement[];
  menu.addEventListener('keydown', (event) => {
    event.stopPropagation();
    const at = items.indexOf(document.activeElement as HTMLElement);
    const letter = items.findIndex(({ textContent }) =>
      textContent?.slice('Copy as '.length).toLowerCase().startsWith(event.key.toLowerCase()),
    );
    const actions: Record<string, () => void> = {
      ArrowDown: () => items[(at + 1) % items.length]?.focus(),
      ArrowUp: () => items[(at + items.length - 1) % items.length]?.focus(),
      Home: () => items[0]?.focus(),
      End: () => items.at(-1)?.focus(),
      Enter: () => items[at]?.click(),
      ' ': () => items[at]?.click(),
      Escape: close,
      Tab: close,
    };
    const action = actions[event.key] ?? (letter >= 0 ? () => items[letter]?.focus() : undefined);
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.body.append(menu);
  const box = anchor.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const top =
    box.bottom + height + 4 < window.innerHeight ? box.bottom + 4 : Math.max(4, box.top - height - 4);
  menu.style.top = `${Math.min(top, window.innerHeight - height - 4)}px`;
  menu.style.left = `${Math.max(4, Math.min(box.left + box.width / 2 - width / 2, window.innerWidth - width - 4))}px`;
  document.addEventListener('pointerdown', onOutside, true);
  items[0]?.focus();
}
