/** Figures of the page: their buttons and keys, and their regions, which light up with their labels and go on and off. */
import { openFigure, toggleRegions } from '../../src/protocol/preview';
import { addKeys } from './keys';
import type { PreviewPage } from './previewPage';
import './figures.css';

const offClass = 'gn-regions-off';

/** What lights up in a figure: all regions of a label, single regions by their element or by their id. */
interface Lit {
  container: Element;
  isLit(element: HTMLElement | SVGElement): boolean;
}

/** Gives the figures of the page their behaviour. */
export function useFigures(page: PreviewPage): void {
  const { main } = page;
  const status = document.createElement('div');
  status.className = 'gn-visually-hidden';
  status.setAttribute('role', 'status');
  document.body.append(status);
  const show = (on: boolean) => {
    document.body.classList.toggle(offClass, !on);
    for (const button of main.querySelectorAll('.gn-toggle')) button.setAttribute('aria-pressed', String(on));
    page.save('regionsOff', !on);
  };
  const toggle = () => {
    const on = document.body.classList.contains(offClass);
    show(on);
    status.textContent = on ? 'Regions are shown.' : 'Regions are hidden.';
  };
  page.endpoint.on(toggleRegions, toggle);
  main.addEventListener(
    'load',
    ({ target }) => {
      if (target instanceof HTMLImageElement) checkSize(target);
    },
    true,
  );
  page.onShown((changed) => {
    for (const element of changed)
      for (const image of element.querySelectorAll<HTMLImageElement>('.gn-frame > img')) checkSize(image);
    const on = String(!document.body.classList.contains(offClass));
    for (const element of changed)
      for (const button of element.querySelectorAll('.gn-toggle')) button.setAttribute('aria-pressed', on);
  });
  show(page.saved('regionsOff') !== true);

  main.addEventListener('click', (event) => {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>('.gn-find');
    if (button) return ground(page, button);
    if (target.closest('.gn-toggle')) return toggle();
    const label = target.closest<HTMLElement>('button.gn-label');
    if (label) return pin(label);
    // A region lies over its picture: a click on it is one on the picture.
    if (target.closest('.gn-regions')) target.closest('.gn-frame')?.querySelector('img')?.click();
  });
  addKeys(
    { keys: ['o'], does: 'show or hide the regions of all figures', run: toggle },
    {
      keys: ['g'],
      does: 'find a phrase in the figure with the focus',
      run: ({ target }) => {
        const image = (target as Element).closest<HTMLElement>('img[data-figure-source]');
        if (!image) return false;
        ground(page, image);
      },
    },
  );

  let lit: Lit | undefined;
  const light = (next: Lit | undefined) => {
    if (lit && lit.container !== next?.container) paint(lit.container, pinned(lit.container));
    lit = next;
    if (lit) paint(lit.container, lit);
  };
  const onEnter = (event: Event) => light(litBy(event.target as Element));
  main.addEventListener('pointerover', onEnter);
  main.addEventListener('pointerleave', () => light(undefined));
  main.addEventListener('focusin', onEnter);
  main.addEventListener('focusout', () => light(undefined));
}

/** Shapes may differ by so much: a picture's sides are whole pixels. */
const sameShape = 0.02;

/** Regions that were made for a picture of another shape would lie anywhere: they are put away, and the figure says so. */
function checkSize(image: HTMLImageElement): void {
  const frame = image.closest('.gn-frame');
  const figure = frame?.parentElement;
  const drawn = frame?.querySelector<SVGSVGElement>('.gn-regions')?.viewBox.baseVal;
  if (!frame || !figure || !drawn || !image.naturalWidth) return;
  const ratio = (image.naturalWidth * drawn.height) / (image.naturalHeight * drawn.width);
  const misfit = Math.abs(Math.log(ratio)) > sameShape;
  frame.classList.toggle('gn-misfit', misfit);
  figure.querySelector(':scope > .gn-misfit-note')?.remove();
  if (!misfit) return;
  const note = document.createElement('span');
  note.className = 'gn-overlay-note gn-misfit-note';
  note.setAttribute('role', 'note');
  note.textContent = `The regions are for a picture of ${drawn.width} × ${drawn.height} pixels, and this one has ${image.naturalWidth} × ${image.naturalHeight}.`;
  frame.after(note);
}

function ground(page: PreviewPage, element: HTMLElement): void {
  void page.ask(openFigure, { source: element.dataset['figureSource'] ?? '', ground: true });
}

const containerOf = (element: Element) => element.closest('.gn-ground') ?? element.closest('.gn-figure');

/** What an element lights up: a region itself, a label all of its regions, a span of an answer those that it names. */
function litBy(target: Element): Lit | undefined {
  const element = target.closest<HTMLElement | SVGElement>('[data-label], [data-regions]');
  const container = element && containerOf(element);
  if (!element || !container) return undefined;
  const { label, regions } = element.dataset;
  if (regions !== undefined) {
    const ids = regions.split(' ');
    const labels = new Set(
      [...container.querySelectorAll<SVGElement>('.gn-region')]
        .filter(({ dataset }) => ids.includes(dataset['region'] ?? ''))
        .map(({ dataset }) => dataset['label']),
    );
    return {
      container,
      isLit: ({ classList, dataset }) =>
        classList.contains('gn-region')
          ? ids.includes(dataset['region'] ?? '')
          : labels.has(dataset['label']),
    };
  }
  const region = element.classList.contains('gn-region') ? element : undefined;
  return {
    container,
    isLit: (each) =>
      each.dataset['label'] === label &&
      (!region || each === region || !each.classList.contains('gn-region')),
  };
}

/** What was clicked stays lit while nothing else is pointed at. */
function pinned(container: Element): Lit | undefined {
  const label = container.querySelector<HTMLElement>('.gn-label[aria-pressed="true"]')?.dataset['label'];
  return label === undefined ? undefined : { container, isLit: ({ dataset }) => dataset['label'] === label };
}

function pin(button: HTMLElement): void {
  const container = containerOf(button);
  const on = button.getAttribute('aria-pressed') !== 'true';
  for (const each of container?.querySelectorAll('.gn-label[aria-pressed="true"]') ?? [])
    each.setAttribute('aria-pressed', 'false');
  button.setAttribute('aria-pressed', String(on));
}

function paint(container: Element, lit: Lit | undefined): void {
  container.classList.toggle('gn-lit', lit !== undefined);
  for (const element of container.querySelectorAll<HTMLElement | SVGElement>('[data-label]'))
    element.classList.toggle('gn-on', lit?.isLit(element) ?? false);
}
