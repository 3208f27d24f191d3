/** The page of a note's preview. */
import '../ui/withoutEval';
import {
  firstSpliceSchema,
  noteSpliced,
  openFigure,
  openLink,
  previewPing,
  previewReady,
  renderProblem,
  spliceShown,
  type FirstSplice,
  type NoteSplice,
} from '../../src/protocol/preview';
import { Endpoint } from '../../src/protocol/rpc';
import { useAccessibility } from './accessibility';
import { useBacklinks } from './backlinks';
import { BlockList } from './blocks';
import { useCodeBlocks } from './codeBlocks';
import { useDiagrams } from './diagrams';
import { useFigures } from './figureRegions';
import { useEquations } from './equations';
import { useExport } from './exporting';
import { useFind } from './find';
import { useGroundFences } from './groundFences';
import { useKeys } from './keys';
import { useLightbox } from './lightbox';
import { useLinkCards } from './linkCards';
import { useOutline } from './outline';
import type { PreviewPage, VsCodeApi } from './previewPage';
import { useReferences } from './references';
import { Scrolling } from './scrolling';
import { useScrollSync } from './scrollSync';
import './preview.css';
import './print.css';

declare function acquireVsCodeApi(): VsCodeApi;

/** An answer that takes longer means that the extension host is busy or gone. */
const answerMs = 10_000;
const pingMs = 15_000;

const vscode = acquireVsCodeApi();
const uri = document.body.dataset['document'] ?? '';
const main = document.querySelector<HTMLElement>('#gn-note') as HTMLElement;
const notice = document.querySelector<HTMLElement>('.gn-notice') as HTMLElement;
const blocks = new BlockList(main);
const scrolling = new Scrolling(blocks, main);
const endpoint = new Endpoint(
  {
    post: (message) => vscode.postMessage(message),
    listen: (onMessage) => {
      const listener = (event: MessageEvent) => onMessage(event.data);
      window.addEventListener('message', listener);
      return () => window.removeEventListener('message', listener);
    },
  },
  { document: uri },
);

/** The note has begun to come. */
let begun = false;

function say(message: string): void {
  notice.textContent = message;
  notice.hidden = message === '';
}

/** Asks the host. What goes wrong stands at the top of the page; so does silence. */
const ask: PreviewPage['ask'] = async (channel, params) => {
  const timer = setTimeout(
    () => say('Groundnote does not answer. Reload the window (Developer: Reload Window) to continue.'),
    answerMs,
  );
  try {
    const answer = await endpoint.request(channel, params);
    say('');
    return answer;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return undefined;
  } finally {
    clearTimeout(timer);
  }
};

function show(splice: NoteSplice): void {
  // What belongs to an earlier question of this page has been overtaken.
  if (!splice.reset && !begun) return;
  if (splice.reset) {
    begun = true;
    blocks.clear();
  }
  if (splice.header !== undefined) {
    for (const old of main.querySelectorAll(':scope > :not(.gn-section)')) old.remove();
    main.insertAdjacentHTML('afterbegin', splice.header);
  }
  const changed = blocks.splice(splice);
  // Only the first child is looked at: a selector would search all of a long note.
  if (main.firstElementChild?.classList.contains('gn-empty')) main.firstElementChild.remove();
  if (splice.complete && main.childElementCount === 0)
    main.insertAdjacentHTML('afterbegin', '<p class="gn-empty">This note is empty.</p>');
  document.body.dataset['ready'] = 'true';
  document.body.dataset['complete'] = String(splice.complete);
  for (const listener of shownListeners) listener(changed);
  // The next one may come when this one has been painted.
  requestAnimationFrame(() => endpoint.send(spliceShown, { version: splice.version }));
}

/** Shows what came with the page, and asks for the rest; else for the note, from the line that was read last. */
async function begin(): Promise<void> {
  const line = page.saved('line');
  const first = firstSplice();
  if (first) show(first.splice);
  await ask(previewReady, {
    ...(typeof line === 'number' && { line }),
    ...(first && { first: first.id }),
  });
}

/** The splice that came with the page. One that this page, or one before it, had already may be out of date. */
function firstSplice(): FirstSplice | undefined {
  const data = document.querySelector('#gn-first')?.textContent;
  if (!data) return undefined;
  const first = firstSpliceSchema.parse(JSON.parse(data));
  if (page.saved('first') === first.id || page.saved('line')) return undefined;
  page.save('first', first.id);
  return first;
}

/** What survives a reload; `uri` is what the host brings the panel back with. */
const state: Record<string, unknown> = { ...(vscode.getState() as object | undefined), uri };
const shownListeners: ((changed: readonly HTMLElement[]) => void)[] = [];
const page: PreviewPage = {
  main,
  blocks,
  endpoint,
  ask,
  say,
  onShown: (listener) => shownListeners.push(listener),
  scrollToLine: (line) => scrolling.toLine(line),
  saved: (name) => state[name],
  save(name, value) {
    state[name] = value;
    vscode.setState(state);
  },
};

useCodeBlocks(page);
useDiagrams(page);

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : undefined;
  const link = target?.closest('a[href]');
  const button = target?.closest<HTMLElement>('.gn-open');
  if (link && !button) {
    // VS Code listens further up and would open the link a second time.
    event.preventDefault();
    event.stopPropagation();
    follow(link.getAttribute('href') ?? '');
    return;
  }
  const figure = button ?? target?.closest<HTMLElement>('img[data-figure-source]');
  if (!figure) return;
  event.preventDefault();
  open(figure);
});

document.addEventListener('keydown', (event) => {
  const figure = event.target instanceof HTMLImageElement ? event.target : undefined;
  if (!figure?.dataset['figureSource'] || (event.key !== 'Enter' && event.key !== ' ')) return;
  event.preventDefault();
  open(figure);
});

function open(figure: HTMLElement): void {
  void ask(openFigure, { source: figure.dataset['figureSource'] ?? '', ground: false });
}

function follow(href: string): void {
  if (!href.startsWith('#')) {
    void ask(openLink, { href });
    return;
  }
  let id = href.slice(1);
  try {
    id = decodeURIComponent(id);
  } catch {
    // Not an encoded address: the id as it is.
  }
  if (id === '') window.scrollTo({ top: 0 });
  else document.getElementById(id)?.scrollIntoView();
}

// A picture that exists and still cannot be shown says so.
document.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLImageElement) target.closest('.gn-figure')?.classList.add('gn-broken');
  },
  true,
);
document.addEventListener(
  'load',
  ({ target }) => {
    if (target instanceof HTMLImageElement) target.closest('.gn-figure')?.classList.remove('gn-broken');
  },
  true,
);

useFigures(page);
useGroundFences(page);
endpoint.on(noteSpliced, show);
endpoint.on(renderProblem, ({ message }) => {
  void begin().then(() => say(message));
});
setInterval(() => {
  if (document.visibilityState === 'visible' && endpoint.pendingCount === 0) void ask(previewPing, {});
}, pingMs);

useKeys();
useAccessibility(page);
useScrollSync(page, scrolling);
useOutline(page);
useFind(page);
useLightbox(page);
useEquations(page);
useLinkCards(page);
useExport(page);
useReferences(page);
useBacklinks(page);
void begin();
