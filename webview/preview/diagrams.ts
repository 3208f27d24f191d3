/**
 * Draws the diagrams of a note (Mermaid, Vega-Lite, Vega) when they come near to what is seen. The note's HTML holds
 * their source and an empty place for the picture; while a source is broken the last picture stays, with the error below.
 */
import type {
  DiagramColors,
  DiagramKind,
  DrawMermaid,
  Drawn,
  VegaAnswer,
  VegaRequest,
} from '../diagrams/drawing';
import type { PreviewPage } from './previewPage';
import { cleanSvg } from './svg';

/** While a source is being typed its picture follows at this pace. */
const typingMs = 300;
/** A chart that takes longer is given up. */
const maxDrawMs = 8000;
/** Pictures that are kept, by source and theme. */
const maxKept = 200;
/** A longer source is not drawn. */
const maxSource = 1_000_000;

/** The page's own script: others lie beside it, and run under its nonce. */
const ownScript = document.currentScript instanceof HTMLScriptElement ? document.currentScript : undefined;

/** What is drawn in a place, or why not. */
interface Shown {
  source: string;
  theme: string;
  kind: DiagramKind;
  svg?: string;
}

const shown = new WeakMap<Element, Shown>();

/** The diagrams that are drawn at the moment, in the note's order; for the export of a note. */
export function renderedDiagrams(main: HTMLElement): { source: string; kind: string; svg: string }[] {
  return [...main.querySelectorAll('.gn-diagram')].flatMap((diagram) => {
    const state = shown.get(diagram);
    const source = sourceOf(diagram);
    return state?.svg && state.source === source ? [{ source, kind: state.kind, svg: state.svg }] : [];
  });
}

const sourceOf = (diagram: Element) => diagram.querySelector('pre > code')?.textContent ?? '';

const isKind = (value: string | undefined): value is DiagramKind =>
  value === 'mermaid' || value === 'vega-lite' || value === 'vega';

/** A colour of the theme as the browser computes it; `name` without `--vscode-`. */
function colorReader(): (name: string, otherwise: string) => string {
  const style = getComputedStyle(document.body);
  return (name, otherwise) => style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
}

function readColors(): DiagramColors {
  const color = colorReader();
  const { classList } = document.body;
  const highContrast = classList.contains('vscode-high-contrast');
  const dark = highContrast
    ? !classList.contains('vscode-high-contrast-light')
    : classList.contains('vscode-dark');
  const foreground = color('editor-foreground', dark ? '#dddddd' : '#222222');
  const background = color('editor-background', dark ? '#1f1f1f' : '#ffffff');
  return {
    dark,
    highContrast,
    background,
    foreground,
    soft: color('descriptionForeground', foreground),
    accent: color('textLink-foreground', '#0969da'),
    line: highContrast ? color('contrastBorder', foreground) : color('panel-border', '#88888888'),
    panel: highContrast ? background : color('textCodeBlock-background', background),
    font: getComputedStyle(document.body).fontFamily,
  };
}

export function useDiagrams(page: PreviewPage): void {
  const programs = new Programs();
  const kept = new Map<string, Drawn>();
  const timers = new WeakMap<Element, number>();
  let colors = readColors();
  let theme = JSON.stringify(colors);
  let last = Promise.resolve();

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) soon(target);
    },
    { rootMargin: '800px 0px' },
  );

  /** At once for a new diagram, a moment later for one whose source is being typed. */
  function soon(diagram: Element): void {
    const state = shown.get(diagram);
    const source = sourceOf(diagram);
    if (state?.source === source && state.theme === theme) return;
    clearTimeout(timers.get(diagram));
    const wait = state && state.source !== source ? typingMs : 0;
    timers.set(
      diagram,
      window.setTimeout(() => {
        last = last.then(() => draw(diagram));
      }, wait),
    );
  }

  async function draw(diagram: Element): Promise<void> {
    const kind = diagram instanceof HTMLElement ? diagram.dataset['diagram'] : undefined;
    const source = sourceOf(diagram);
    const now = shown.get(diagram);
    if (!diagram.isConnected || !isKind(kind) || (now?.source === source && now.theme === theme)) return;
    const drawnTheme = theme;
    const key = `${theme}\n${kind}\n${source}`;
    let drawn = kept.get(key);
    let error: unknown;
    if (!drawn) {
      try {
        if (source.trim() === '') throw new Error('This diagram is empty.');
        if (source.length > maxSource) throw new Error('This diagram is too large to be drawn here.');
        drawn = await (kind === 'mermaid'
          ? programs.mermaid(source, colors)
          : programs.vega({ source, kind, colors, width: page.main.clientWidth }));
        drawn = { label: drawn.label, svg: cleanSvg(drawn.svg) };
        kept.set(key, drawn);
        const oldest = kept.size > maxKept ? kept.keys().next().value : undefined;
        if (oldest !== undefined) kept.delete(oldest);
      } catch (reason) {
        error = reason;
      }
    }
    // The note may have changed meanwhile: then another drawing is on its way.
    if (!diagram.isConnected || sourceOf(diagram) !== source) return;
    shown.set(diagram, { source, theme: drawnTheme, kind, svg: drawn?.svg });
    place(diagram, drawn, error);
    if (drawnTheme !== theme) soon(diagram);
  }

  function watch(): void {
    for (const diagram of page.main.querySelectorAll('.gn-diagram')) {
      // Observing again makes the observer say whether it is near.
      near.unobserve(diagram);
      near.observe(diagram);
    }
  }

  page.onShown((changed) => {
    if (changed.some((block) => block.querySelector('.gn-diagram'))) watch();
  });

  // VS Code puts a theme's colours on the root and its name on the body.
  let frame = 0;
  const themed = new MutationObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => {
      colors = readColors();
      if (JSON.stringify(colors) === theme) return;
      theme = JSON.stringify(colors);
      watch();
    });
  });
  themed.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
  themed.observe(document.body, { attributes: true, attributeFilter: ['class'] });
}

/** Puts a picture, or an error below the last one, into the place that the note's HTML keeps for it. */
function place(diagram: Element, drawn: Drawn | undefined, error: unknown): void {
  const place = diagram.querySelector<HTMLElement>('.gn-drawn');
  const details = diagram.querySelector<HTMLDetailsElement>('.gn-source');
  if (!place || !details) return;
  place.querySelector('.gn-diagram-error')?.remove();
  if (drawn) {
    const picture = place.querySelector<HTMLElement>('.gn-picture') ?? document.createElement('div');
    picture.className = 'gn-picture';
    picture.setAttribute('role', 'img');
    picture.setAttribute('aria-label', diagram.getAttribute('data-title') ?? drawn.label);
    picture.innerHTML = drawn.svg;
    place.prepend(picture);
    if ('opened' in place.dataset) {
      delete place.dataset['opened'];
      details.open = false;
    }
    return;
  }
  const message = document.createElement('p');
  message.className = 'gn-diagram-error';
  message.setAttribute('role', 'status');
  message.textContent = error instanceof Error ? error.message : String(error);
  place.append(message);
  // Without a picture the source is what there is to see.
  if (!place.querySelector('.gn-picture') && !details.open) {
    details.open = true;
    place.dataset['opened'] = '';
  }
}

/** The programs that draw, loaded when the first diagram needs them. */
class Programs {
  private drawMermaid: Promise<DrawMermaid> | undefined;
  private vegaProgram: Promise<string> | undefined;
  private worker: Worker | undefined;
  private drawings = 0;

  async mermaid(source: string, colors: DiagramColors): Promise<Drawn> {
    this.drawMermaid ??= this.load('mermaid.js', () => window.groundnoteMermaid);
    const draw = await this.drawMermaid;
    return draw(source, `gn-diagram-${++this.drawings}`, colors);
  }

  /** Draws in a worker, which is ended when it takes too long. */
  async vega(request: VegaRequest): Promise<Drawn> {
    this.vegaProgram ??= this.load('vega.js', () => window.groundnoteVega).then(
      (program) => `(${program.toString()})()`,
    );
    const program = await this.vegaProgram;
    if (!this.worker) {
      const url = URL.createObjectURL(new Blob([program], { type: 'text/javascript' }));
      this.worker = new Worker(url);
      URL.revokeObjectURL(url);
    }
    const { worker } = this;
    const answer = await new Promise<VegaAnswer>((resolve) => {
      const giveUp = (error: string) => {
        worker.terminate();
        this.worker = undefined;
        resolve({ error });
      };
      const timer = setTimeout(
        () => giveUp(`Drawing this chart took longer than ${maxDrawMs / 1000} seconds and was stopped.`),
        maxDrawMs,
      );
      worker.onmessage = ({ data }: MessageEvent<VegaAnswer>) => {
        clearTimeout(timer);
        resolve(data);
      };
      worker.onerror = (event) => {
        clearTimeout(timer);
        event.preventDefault();
        giveUp(`This chart could not be drawn: ${event.message || 'it used too much memory'}.`);
      };
      worker.postMessage(request);
    });
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }

  /** Loads a script that lies beside the page's own, under the page's policy. */
  private async load<T>(file: string, found: () => T | undefined): Promise<T> {
    const loaded = await new Promise<boolean>((resolve) => {
      const element = document.createElement('script');
      element.nonce = ownScript?.nonce ?? '';
      element.src = new URL(file, ownScript?.src ?? document.baseURI).href;
      element.onload = () => resolve(true);
      element.onerror = () => resolve(false);
      document.head.append(element);
    });
    const value = loaded ? found() : undefined;
    if (value === undefined) throw new Error('The program that draws this diagram could not be loaded.');
    return value;
  }
}
