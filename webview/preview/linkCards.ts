/** Cards for links inside the note: a footnote's words, an equation, the beginning of a section. */
import { nextBlock } from './blocks';
import { useCard } from './card';
import type { PreviewPage } from './previewPage';
import './linkCards.css';

/** Blocks of a section that its card shows besides the heading. */
const sectionBlocks = 2;

interface Target {
  kind: 'Footnote' | 'Equation' | 'Section';
  content: Node[];
}

/** What a link inside the note leads to. */
function targetOf(link: HTMLAnchorElement): Target | undefined {
  const href = link.getAttribute('href') ?? '';
  let id = href.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    // Not an encoded address: the id as it is.
  }
  const element = id ? document.getElementById(id) : null;
  if (!element) return undefined;
  const footnote = element.closest('.gn-footnotes li');
  if (footnote) return { kind: 'Footnote', content: [...footnote.childNodes].map(copyOf) };
  if (/^H[1-6]$/.test(element.tagName)) return sectionOf(element);
  const equation = element.closest('.katex-block, .katex-display, .katex');
  if (equation) return { kind: 'Equation', content: [copyOf(equation.closest('.katex-block') ?? equation)] };
  return undefined;
}

function sectionOf(heading: Element): Target {
  const content = [copyOf(heading)];
  const block = heading.closest('.gn-block');
  let next = heading.nextElementSibling ?? (block && nextBlock(block));
  while (next && content.length <= sectionBlocks) {
    if (next.matches('h1, h2, h3, h4, h5, h6') || next.querySelector(':scope > :is(h1, h2, h3, h4, h5, h6)'))
      break;
    content.push(copyOf(next));
    next = nextBlock(next);
  }
  return { kind: 'Section', content };
}

/** A copy without what must be on the page once, and without what can be done with it. */
function copyOf(node: Node): Node {
  const copy = node.cloneNode(true);
  if (!(copy instanceof Element)) return copy;
  for (const gone of copy.querySelectorAll('.gn-footnote-back, button, .gn-buttons, .gn-labels'))
    gone.remove();
  for (const each of [copy, ...copy.querySelectorAll('*')])
    for (const name of ['id', 'tabindex', 'data-line', 'role', 'aria-current']) {
      // A formula may be wider than the card: the keyboard scrolls it there as it does in the text.
      if (name === 'tabindex' && each.matches('.katex-block')) continue;
      if (name !== 'role' || each.getAttribute('role') === 'button') each.removeAttribute(name);
    }
  return copy;
}

export function useLinkCards(page: PreviewPage): void {
  useCard(page, {
    selector: 'a[href^="#"]:not(.gn-footnote-back)',
    label: (anchor) => targetOf(anchor as HTMLAnchorElement)?.kind ?? 'Link',
    fill: (card) => {
      const target = targetOf(card.anchor as HTMLAnchorElement);
      if (!target) return;
      const box = document.createElement('div');
      box.className = 'gn-link-card';
      box.append(...target.content);
      card.show(box);
    },
  });
}
