/**
 * Regions over the pictures of VS Code's own Markdown preview: the one under the pointer is lit, and a right click on it
 * is one on its picture. Everything is listened for on the document, because VS Code replaces parts of the page.
 */
import './builtin.css';

const frameOf = ({ target }: Event) =>
  target instanceof Element ? target.closest<HTMLElement>('.gn-frame') : null;

// VS Code looks for the menu's context from the clicked element up; it gives one to the picture only.
document.addEventListener(
  'contextmenu',
  (event) => {
    const frame = frameOf(event);
    const context = frame?.querySelector('img')?.dataset['vscodeContext'];
    if (frame && context) frame.dataset['vscodeContext'] = context;
  },
  true,
);

document.addEventListener('pointerover', (event) => {
  const region = event.target instanceof Element ? event.target.closest('.gn-region') : null;
  for (const lit of document.querySelectorAll('.gn-region.gn-on'))
    if (lit !== region) lit.classList.remove('gn-on');
  const frame = frameOf(event);
  for (const lit of document.querySelectorAll('.gn-frame.gn-lit'))
    if (lit !== frame) lit.classList.remove('gn-lit');
  region?.classList.add('gn-on');
  frame?.classList.toggle('gn-lit', region !== null);
});
