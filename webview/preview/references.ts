/** The card beside a link to a paper or a citation: title, authors, year, and the note about it. */
import {
  answerLookup,
  lookupReference,
  openLink,
  openPaperNote,
  type LookupAnswer,
  type PaperName,
  type ReferenceCard,
} from '../../src/protocol/preview';
import { isCancelled } from '../../src/protocol/errors';
import { useCard, type OpenCard } from './card';
import { button, element } from './elements';
import type { PreviewPage } from './previewPage';
import './references.css';

/** Addresses that may be a paper's; whether they are, the host knows. */
const paperLink =
  /^https?:\/\/(?:[\w-]+\.)*(?:arxiv\.org|ar5iv\.org|alphaxiv\.org|doi\.org|huggingface\.co\/papers|openreview\.net|aclanthology\.org|aclweb\.org\/anthology)(?:\/|$)|^https?:\/\/[^?#]*\/10\.\d{4,9}\/|^https?:.*\.pdf(?:[?#]|$)/i;
/** Authors that a card names before it says "and n more". */
const shownAuthors = 8;
/** An answer that is there at once needs no spinner. */
const spinnerMs = 120;

/** Gives links to papers and citations their cards. */
export function useReferences(page: PreviewPage): void {
  useCard(page, {
    selector: '#gn-note a[data-cite], #gn-note a[href^="http"]',
    label: (anchor) => `Paper: ${anchor.textContent?.trim() || 'link'}`,
    fill: (card) => {
      const name = nameOf(card.anchor);
      if (name) void ask(page, card, name);
    },
  });
}

function nameOf(anchor: HTMLElement): PaperName | undefined {
  const cite = anchor.dataset['cite'];
  if (cite) return { href: '', cite };
  const href = anchor.getAttribute('href') ?? '';
  return paperLink.test(href) ? { href, cite: '' } : undefined;
}

async function ask(page: PreviewPage, card: OpenCard, name: PaperName): Promise<void> {
  const spinner = setTimeout(
    () => card.show(element('p', 'gn-card-wait', 'Looking the paper up…')),
    spinnerMs,
  );
  card.signal.addEventListener('abort', () => clearTimeout(spinner));
  try {
    const answer = await page.endpoint.request(lookupReference, name, { signal: card.signal });
    clearTimeout(spinner);
    show(page, card, name, answer);
  } catch (error) {
    clearTimeout(spinner);
    if (isCancelled(error)) return;
    card.show(element('p', 'gn-reference-failed', error instanceof Error ? error.message : String(error)));
  }
}

function show(page: PreviewPage, card: OpenCard, name: PaperName, answer: ReferenceCard): void {
  if (answer.state === 'nothing') return card.close();
  const parts: HTMLElement[] = [];
  if (answer.state === 'details') {
    const { title, authors, year, venue, source } = answer;
    const named = authors.slice(0, shownAuthors).join(', ');
    const more = authors.length > shownAuthors ? ` and ${authors.length - shownAuthors} more` : '';
    // A venue often names a year; two of them would only puzzle.
    const where = [venue, year && !/\b(?:19|20)\d\d\b/.test(venue) ? String(year) : '']
      .filter(Boolean)
      .join(', ');
    parts.push(element('p', 'gn-reference-title', title));
    if (named) parts.push(element('p', 'gn-reference-line', named + more));
    if (where) parts.push(element('p', 'gn-reference-line', where));
    parts.push(element('p', 'gn-reference-source', `${answer.name} · ${source}`));
  } else if (answer.state === 'ask') {
    parts.push(element('p', 'gn-reference-title', `Look up title and authors at ${answer.service}?`));
    parts.push(
      element(
        'p',
        'gn-reference-line',
        `“${answer.name}” is sent to ${answer.service}; nothing else is. This is asked once.`,
      ),
    );
    parts.push(consent(page, card, name));
  } else {
    parts.push(element('p', 'gn-reference-title', answer.name));
    parts.push(element('p', 'gn-reference-failed', answer.message));
  }
  const actions = element('div', 'gn-card-actions');
  const act = (run: () => void) => () => {
    card.close();
    run();
  };
  if (answer.state === 'failed' && answer.url)
    actions.append(button('Try Again', () => void ask(page, card, name)));
  if (answer.url)
    actions.append(
      button(
        'Open',
        act(() => void page.ask(openLink, { href: answer.url })),
      ),
    );
  if (answer.note || answer.canMakeNote) {
    const made = button(
      answer.note ? 'Open Note' : 'New Paper Note',
      act(() => void page.ask(openPaperNote, name)),
    );
    if (answer.note) made.title = answer.note;
    actions.append(made);
  }
  if (actions.childElementCount) parts.push(actions);
  card.show(...parts);
}

/** The one question before anything is sent. */
function consent(page: PreviewPage, card: OpenCard, name: PaperName): HTMLElement {
  const row = element('div', 'gn-card-actions');
  const answer = (words: string, value: LookupAnswer, hint: string) => {
    const made = button(
      words,
      () => {
        void page.ask(answerLookup, { answer: value }).then((done) => {
          if (done && value !== 'never') void ask(page, card, name);
          else card.close();
        });
      },
      value === 'yes',
    );
    made.title = hint;
    row.append(made);
  };
  answer('Yes', 'yes', 'In this workspace');
  answer('Always', 'always', 'In all workspaces');
  answer('Never', 'never', 'Nothing is sent, and this is not asked again');
  return row;
}
