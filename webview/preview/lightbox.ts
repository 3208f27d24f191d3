/** A figure over the whole page: zoomed around the pointer, dragged, and one figure after the other. */
import { openDialog } from './dialog';
import { addKeys } from './keys';
import type { PreviewPage } from './previewPage';
import './lightbox.css';

const maxScale = 40;
/** One step of the wheel, of + and of −. */
const step = 1.25;
/** Pixels that an arrow key moves a figure that is larger than the window. */
const pan = 60;

/** Pictures and drawings that can be zoomed. */
const zoomable = '.gn-figure img.gn-image, .gn-diagram .gn-drawn svg';

const iconButton = (label: string, text: string, run: () => void): HTMLButtonElement => {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'gn-icon-button';
  button.title = label;
  button.setAttribute('aria-label', label);
  const sign = document.createElement('span');
  sign.textContent = text;
  sign.setAttribute('aria-hidden', 'true');
  button.append(sign);
  button.addEventListener('click', run);
  return button;
};

/** The figure that an event is about: a picture, a drawing, or what belongs to it. */
function figureOf(target: EventTarget | null): Element | undefined {
  if (!(target instanceof Element)) return undefined;
  const picture = target.closest(zoomable);
  if (picture) return picture;
  const figure = target.closest('figure, .gn-figure, .gn-diagram');
  return figure?.querySelector(zoomable) ?? undefined;
}

export function useLightbox(page: PreviewPage): void {
  const { main } = page;
  let hovered: Element | undefined;
  main.addEventListener('pointerover', ({ target }) => (hovered = figureOf(target)));
  main.addEventListener('pointerleave', () => (hovered = undefined));
  addKeys({
    keys: ['z'],
    does: 'zoom the figure with the focus or under the pointer',
    run: ({ target }) => {
      const figure = figureOf(target) ?? hovered;
      if (!figure?.isConnected) return false;
      open(main, figure);
      return true;
    },
  });
  // Before the click that opens the side panel.
  document.addEventListener(
    'click',
    (event) => {
      const button = event.target instanceof Element && event.target.closest('.gn-zoom');
      if (!button && !event.ctrlKey && !event.metaKey) return;
      const figure = figureOf(event.target);
      if (!figure || !main.contains(figure)) return;
      event.preventDefault();
      event.stopPropagation();
      open(main, figure);
    },
    true,
  );
  page.onShown((changed) => {
    for (const element of changed) addButtons(element);
  });
}

/** A button at each figure; at a diagram the style sheet shows it once there is a drawing. */
function addButtons(block: HTMLElement): void {
  for (const figure of block.querySelectorAll('.gn-figure, .gn-diagram')) {
    if (figure.querySelector('.gn-zoom')) continue;
    if (figure.matches('.gn-figure') && !figure.querySelector(zoomable)) continue;
    const buttons = figure.querySelector('.gn-buttons');
    const button = document.createElement('button');
    button.type = 'button';
    button.title = 'Zoom (z)';
    button.className = `gn-zoom ${buttons ? 'gn-button' : 'gn-icon-button'}`;
    if (buttons) {
      button.textContent = 'Zoom';
      buttons.append(button);
      continue;
    }
    button.setAttribute('aria-label', 'Zoom');
    button.innerHTML =
      '<svg viewBox="0 0 16 16" width="15" height="15" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" aria-hidden="true"><circle cx="7" cy="7" r="4.5"/><path d="M10.4 10.4 14 14M5 7h4M7 5v4"/></svg>';
    figure.append(button);
  }
}

/** What is shown of a figure: a copy of its picture, or of its drawing. */
function copyOf(figure: Element): { view: HTMLElement | SVGElement; width: number; height: number } {
  if (figure instanceof HTMLImageElement) {
    const view = document.createElement('img');
    view.src = figure.currentSrc || figure.src;
    view.alt = figure.alt;
    view.draggable = false;
    return { view, width: figure.naturalWidth || 800, height: figure.naturalHeight || 600 };
  }
  const view = figure.cloneNode(true) as SVGElement;
  const box = figure.getBoundingClientRect();
  const { width, height } = (figure as SVGSVGElement).viewBox?.baseVal ?? box;
  const size = width > 0 && height > 0 ? { width, height } : { width: box.width, height: box.height };
  view.removeAttribute('style');
  view.setAttribute('width', String(size.width));
  view.setAttribute('height', String(size.height));
  return { view, ...size };
}

const wordsOf = (figure: Element) => {
  const caption = figure.closest('figure')?.querySelector('figcaption')?.textContent?.trim();
  const alt = figure.getAttribute('alt') ?? figure.getAttribute('aria-label') ?? '';
  const source = (figure as HTMLElement).dataset['figureSource'] ?? '';
  return caption || alt || source || figure.querySelector('title')?.textContent || 'Figure';
};

function open(main: HTMLElement, first: Element): void {
  const figures = [...main.querySelectorAll(zoomable)].filter((each) => each.getClientRects().length > 0);
  let index = Math.max(0, figures.indexOf(first));
  const stage = document.createElement('div');
  stage.className = 'gn-lightbox-stage';
  const words = document.createElement('p');
  words.className = 'gn-lightbox-words';
  words.setAttribute('aria-live', 'polite');
  const bar = document.createElement('div');
  bar.className = 'gn-lightbox-bar';
  const content = document.createElement('div');
  content.className = 'gn-lightbox-content';
  content.append(stage, words, bar);

  let scale = 1;
  let [x, y] = [0, 0];
  let size = { width: 1, height: 1 };
  let view: HTMLElement | SVGElement | undefined;
  const fitted = () =>
    Math.min(stage.clientWidth / size.width, stage.clientHeight / size.height, Math.max(1, 900 / size.width));
  const paint = () => {
    if (view) view.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    stage.dataset['scale'] = scale.toFixed(3);
  };
  /** The whole figure, in the middle. */
  const fit = () => {
    scale = fitted();
    x = (stage.clientWidth - size.width * scale) / 2;
    y = (stage.clientHeight - size.height * scale) / 2;
    paint();
  };
  /** Zooms so that the place under (clientX, clientY) stays there. */
  const zoom = (factor: number, clientX?: number, clientY?: number) => {
    const box = stage.getBoundingClientRect();
    const px = (clientX ?? box.left + box.width / 2) - box.left;
    const py = (clientY ?? box.top + box.height / 2) - box.top;
    const next = Math.min(maxScale, Math.max(fitted() / 4, scale * factor));
    x = px - ((px - x) * next) / scale;
    y = py - ((py - y) * next) / scale;
    scale = next;
    paint();
  };
  const show = (to: number) => {
    index = (to + figures.length) % figures.length;
    const figure = figures[index];
    if (!figure) return;
    const copy = copyOf(figure);
    view?.remove();
    ({ view } = copy);
    size = { width: copy.width, height: copy.height };
    view.classList.add('gn-lightbox-view');
    view.style.width = `${size.width}px`;
    view.style.height = `${size.height}px`;
    stage.append(view);
    const place = figures.length > 1 ? ` (${index + 1} of ${figures.length})` : '';
    words.textContent = wordsOf(figure) + place;
    fit();
  };

  bar.append(
    ...(figures.length > 1
      ? [
          iconButton('Previous figure (←)', '‹', () => show(index - 1)),
          iconButton('Next figure (→)', '›', () => show(index + 1)),
        ]
      : []),
    iconButton('Smaller (−)', '−', () => zoom(1 / step)),
    iconButton('Whole figure (0)', '⤢', fit),
    iconButton('Larger (+)', '+', () => zoom(step)),
    iconButton('Close (Escape)', '✕', () => dialog.close()),
  );
  const resized = new ResizeObserver(fit);
  const dialog = openDialog({
    label: 'Zoomed figure',
    content,
    className: 'gn-lightbox',
    onClose: () => resized.disconnect(),
  });

  const isLarger = () =>
    size.width * scale > stage.clientWidth + 1 || size.height * scale > stage.clientHeight + 1;
  const actions: Record<string, () => void> = {
    '+': () => zoom(step),
    '=': () => zoom(step),
    '-': () => zoom(1 / step),
    '0': fit,
    ArrowLeft: () => show(index - 1),
    ArrowRight: () => show(index + 1),
    z: () => dialog.close(),
  };
  /** With Shift the arrows move a figure that is larger than the window. */
  const moves: Record<string, [number, number]> = {
    ArrowLeft: [pan, 0],
    ArrowRight: [-pan, 0],
    ArrowUp: [0, pan],
    ArrowDown: [0, -pan],
  };
  dialog.addEventListener('keydown', (event) => {
    const move = moves[event.key];
    if (move && isLarger() && (event.shiftKey || event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      event.preventDefault();
      [x, y] = [x + move[0], y + move[1]];
      paint();
      return;
    }
    const action = event.ctrlKey || event.metaKey ? undefined : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  stage.addEventListener(
    'wheel',
    (event) => {
      // A pinch on a touchpad arrives as a wheel with Control, in small steps.
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX, event.clientY);
    },
    { passive: false },
  );
  useDrag(stage, {
    move: (dx, dy) => {
      [x, y] = [x + dx, y + dy];
      paint();
    },
    zoom,
    tap: (event) => {
      if (event.target === stage) dialog.close();
    },
  });
  stage.addEventListener('dblclick', (event) => {
    if (isLarger()) fit();
    else zoom(Math.max(2, 1 / scale), event.clientX, event.clientY);
  });
  show(index);
  resized.observe(stage);
}

interface DragActions {
  move(dx: number, dy: number): void;
  zoom(factor: number, clientX: number, clientY: number): void;
  tap(event: PointerEvent): void;
}

/** One pointer moves, two pinch. */
function useDrag(stage: HTMLElement, { move, zoom, tap }: DragActions): void {
  const pointers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (pointers.size === 1) moved = 0;
  });
  stage.addEventListener('pointermove', (event) => {
    const from = pointers.get(event.pointerId);
    if (!from) return;
    const to = { x: event.clientX, y: event.clientY };
    moved += Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (!other) move(to.x - from.x, to.y - from.y);
    else {
      const before = Math.hypot(from.x - other.x, from.y - other.y);
      const after = Math.hypot(to.x - other.x, to.y - other.y);
      if (before > 0) zoom(after / before, (to.x + other.x) / 2, (to.y + other.y) / 2);
    }
    pointers.set(event.pointerId, to);
  });
  const end = (event: PointerEvent) => {
    const alone = pointers.size === 1;
    if (!pointers.delete(event.pointerId)) return;
    if (event.type === 'pointerup' && alone && moved < 4) tap(event);
  };
  stage.addEventListener('pointerup', end);
  stage.addEventListener('pointercancel', end);
}
