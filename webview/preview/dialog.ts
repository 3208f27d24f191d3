/** Dialogs of the page. They hold the focus while they are open and give it back. */
import './dialog.css';

export interface DialogOptions {
  label: string;
  content: HTMLElement;
  /** A class of its own, for one that fills the page. It brings its own way to close. */
  className?: string;
  onClose?(): void;
}

const focusable = 'button:not([disabled]), a[href], input, select, [tabindex]:not([tabindex="-1"])';

/** Opens a dialog with a title and a button that closes it; Escape and a click beside it close it, too. */
export function openDialog({ label, content, className, onClose }: DialogOptions): HTMLDialogElement {
  const before = document.activeElement;
  const dialog = document.createElement('dialog');
  dialog.className = className ?? 'gn-dialog';
  dialog.setAttribute('aria-label', label);
  if (!className) {
    const head = document.createElement('div');
    head.className = 'gn-dialog-head';
    const title = document.createElement('h2');
    title.textContent = label;
    const close = document.createElement('button');
    close.type = 'button';
    close.className = 'gn-icon-button';
    close.textContent = '✕';
    close.setAttribute('aria-label', 'Close');
    close.addEventListener('click', () => dialog.close());
    head.append(title, close);
    dialog.append(head);
  }
  dialog.append(content);
  dialog.addEventListener('keydown', (event) => {
    // What is typed here is not for VS Code, and Tab does not leave the frame.
    event.stopPropagation();
    if (event.key !== 'Tab') return;
    const all = [...dialog.querySelectorAll<HTMLElement>(focusable)];
    const [first, last] = [all[0], all.at(-1)];
    const leaving = event.shiftKey ? first : last;
    if (document.activeElement !== leaving && document.activeElement !== dialog) return;
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  });
  dialog.addEventListener('pointerdown', (event) => {
    if (event.target === dialog && !className) dialog.close();
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    if (before instanceof HTMLElement || before instanceof SVGElement) before.focus({ preventScroll: true });
    onClose?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
