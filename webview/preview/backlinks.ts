/** "Linked from": the notes that link to this one, after its end. */
import { backlinksChanged, backlinksReady, openBacklink, type Backlink } from '../../src/protocol/preview';
import { element } from './elements';
import type { PreviewPage } from './previewPage';

/** Shows the links back, and follows them. Nothing shows while there are none. */
export function useBacklinks(page: PreviewPage): void {
  const section = element('section', 'gn-backlinks');
  section.hidden = true;
  section.setAttribute('aria-label', 'Linked from');
  const details = element('details', '');
  const summary = element('summary', '');
  const list = element('ul', '');
  details.append(summary, list);
  section.append(details);
  page.main.after(section);
  details.open = page.saved('backlinksOpen') === true;
  details.addEventListener('toggle', () => page.save('backlinksOpen', details.open));

  const item = ({ uri, title, path, heading, line, context }: Backlink) => {
    const link = element('a', '', heading && heading !== title ? `${title} › ${heading}` : title);
    link.href = '#';
    link.addEventListener('click', (event) => {
      event.preventDefault();
      // The page's own listener would take it for a link of the note.
      event.stopPropagation();
      void page.ask(openBacklink, { uri, line });
    });
    return element(
      'li',
      '',
      link,
      element('span', 'gn-backlinks-place', `${path}, line ${line + 1}`),
      element('span', 'gn-backlinks-line', context),
    );
  };
  page.endpoint.on(backlinksChanged, ({ links }) => {
    section.hidden = links.length === 0;
    summary.textContent = `Linked from (${links.length})`;
    // The keyboard stays where it is when the list is made anew.
    const focused = [...list.querySelectorAll('a')].indexOf(document.activeElement as HTMLAnchorElement);
    list.replaceChildren(...links.map(item));
    if (focused >= 0) (list.querySelectorAll('a')[focused] ?? summary).focus({ preventScroll: true });
  });
  page.endpoint.send(backlinksReady, {});
}
