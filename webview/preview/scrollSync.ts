/** Keeps the page and the editor at the same line, marks the line of the text cursor, and leads back to the editor. */
import { cursorLine, goToLine, scrollReady, visibleLine } from '../../src/protocol/preview';
import { lineAt, topAt } from './lines';
import type { PreviewPage } from './previewPage';
import type { Scrolling } from './scrolling';
import './scrollSync.css';

/** The line to come back to is kept so often while the page scrolls. */
const saveMs = 250;

export function useScrollSync(page: PreviewPage, scrolling: Scrolling): void {
  const { endpoint, blocks } = page;
  let sent = -1;
  let frame = 0;
  let saveTimer: ReturnType<typeof setTimeout> | undefined;

  window.addEventListener('scroll', () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      if (blocks.shown.length === 0) return;
      const { line } = scrolling;
      saveTimer ??= setTimeout(() => {
        saveTimer = undefined;
        page.save('line', scrolling.line);
      }, saveMs);
      // What the editor caused is not sent back to it.
      if (scrolling.isPut) return;
      scrolling.release();
      if (Math.abs(line - sent) < 0.01) return;
      sent = line;
      endpoint.send(visibleLine, { line });
    });
  });

  endpoint.on(visibleLine, ({ line, keep }) => {
    sent = -1;
    scrolling.toLine(line);
    if (keep !== undefined) scrolling.reveal(keep);
  });

  document.addEventListener('dblclick', (event) => {
    const target = event.target instanceof Element ? event.target : undefined;
    if (!target || !page.main.contains(target)) return;
    if (target.closest('a, button, img, input, summary, [role="button"], [role="menu"]')) return;
    endpoint.send(goToLine, { line: Math.floor(lineAt(blocks.shown, window.scrollY + event.clientY)) });
  });

  useCursor(page, scrolling);

  const saved = page.saved('line');
  if (typeof saved === 'number' && saved > 0) scrolling.toLine(saved);
  endpoint.send(scrollReady, {});
}

/** Goes to a line as the reader does: the editor comes along. */
export function goTo(page: PreviewPage, line: number): void {
  page.scrollToLine(line);
  page.endpoint.send(visibleLine, { line });
}

/** A thin bar beside the line that the text cursor is in. */
function useCursor(page: PreviewPage, scrolling: Scrolling): void {
  const { main, blocks, endpoint } = page;
  const bar = document.createElement('div');
  bar.className = 'gn-cursor';
  bar.hidden = true;
  bar.setAttribute('aria-hidden', 'true');
  document.body.append(bar);
  let line: number | undefined;
  /** The line that the reader types in: it is brought into view again when what was typed has been rendered. */
  let typedLine: number | undefined;

  const place = () => {
    bar.hidden = line === undefined || blocks.shown.length === 0;
    if (line === undefined || bar.hidden) return;
    const top = topAt(blocks.shown, line);
    const height = Math.max(topAt(blocks.shown, line + 1) - top, 16);
    const left = main.getBoundingClientRect().left + window.scrollX;
    bar.style.transform = `translate(${left + 4}px, ${top}px)`;
    bar.style.height = `${height}px`;
  };
  let frame = 0;
  const placeSoon = () => {
    cancelAnimationFrame(frame);
    if (line !== undefined) frame = requestAnimationFrame(place);
  };
  endpoint.on(cursorLine, (cursor) => {
    line = cursor.show ? cursor.line : undefined;
    typedLine = cursor.typed ? cursor.line : undefined;
    place();
    if (typedLine !== undefined) scrolling.reveal(typedLine);
  });
  page.onShown(() => {
    placeSoon();
    if (typedLine !== undefined) scrolling.reveal(typedLine);
    typedLine = undefined;
  });
  window.addEventListener('scroll', placeSoon);
  new ResizeObserver(placeSoon).observe(main);
}
