/** For keyboards and screen readers: parts that scroll by themselves can be reached, and the note says its language. */
import { languageOf } from './language';
import type { PreviewPage } from './previewPage';
import './accessibility.css';

/** Parts of a note that scroll sideways where they are too wide, and what they are called. */
const scrollers: [selector: string, name: string | undefined][] = [
  // A display formula is a stop of its own: it can be copied (equations.ts).
  ['pre', 'Code, scrolls sideways'],
  // A table keeps its own role, and its name.
  ['table', undefined],
];
const anyScroller = scrollers.map(([selector]) => selector).join(', ');

export function useAccessibility(page: PreviewPage): void {
  const inView = new Set<Element>();
  // Only what is near the window is measured: a long note has thousands of them.
  const nearby = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) inView.delete(target);
        else {
          inView.add(target);
          offerFocus(target);
        }
      }
    },
    { rootMargin: '200px' },
  );
  window.addEventListener('resize', () => inView.forEach(offerFocus));
  page.onShown((changed) => {
    for (const element of inView) if (!element.isConnected) inView.delete(element);
    for (const block of changed)
      for (const element of block.querySelectorAll(anyScroller)) nearby.observe(element);
    nameLanguage(page.main);
  });
}

/** The keyboard stops at what scrolls, unless something inside takes the focus already; the arrow keys then scroll it. */
function offerFocus(element: Element): void {
  const scrolls = element.scrollWidth > element.clientWidth + 1;
  const reachable = element.querySelector('a[href], button, [tabindex="0"]') !== null;
  const name = scrollers.find(([selector]) => element.matches(selector))?.[1];
  if (scrolls && !reachable) {
    element.setAttribute('tabindex', '0');
    if (!name) return;
    element.setAttribute('role', 'group');
    element.setAttribute('aria-label', name);
  } else if (element.getAttribute('tabindex') === '0') {
    element.removeAttribute('tabindex');
    if (!name) return;
    element.removeAttribute('role');
    element.removeAttribute('aria-label');
  }
}

/** How much text tells a note's language. */
const sample = 2000;

/** Voices and the shapes of Chinese, Japanese and Korean characters go by the language; other notes keep the page's. */
function nameLanguage(main: HTMLElement): void {
  let text = '';
  for (const block of main.children) {
    text += block.textContent ?? '';
    if (text.length >= sample) break;
  }
  const language = languageOf(text.slice(0, sample));
  if (language) main.lang = language;
  else main.removeAttribute('lang');
}
