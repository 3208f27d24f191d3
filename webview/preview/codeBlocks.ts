/** The button that copies a block of code. */
import type { PreviewPage } from './previewPage';

/** How long the button says what it did. */
const shownMs = 2000;

/** Copies without the clipboard API, which a page may be refused. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.cssText = 'position:fixed;top:0;left:0;opacity:0';
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

export function useCodeBlocks(page: PreviewPage): void {
  // Read out by screen readers when its text changes.
  const status = document.createElement('div');
  status.className = 'gn-sr-only';
  status.setAttribute('role', 'status');
  document.body.append(status);
  let timer = 0;
  page.main.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('.gn-copy') : null;
    const code = button?.parentElement?.querySelector('pre > code');
    if (!button || !code) return;
    const text = code.textContent?.replace(/\n$/, '') ?? '';
    void copy(text).then((done) => {
      clearTimeout(timer);
      for (const other of page.main.querySelectorAll('.gn-copied')) other.classList.remove('gn-copied');
      status.textContent = done ? 'Copied' : 'The code could not be copied';
      button.classList.toggle('gn-copied', done);
      timer = window.setTimeout(() => {
        status.textContent = '';
        button.classList.remove('gn-copied');
      }, shownMs);
    });
  });
}
