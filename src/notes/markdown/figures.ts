/** A picture of the note as HTML: the image itself, or a placeholder that says what is not there. */
import { escapeAttribute, escapeHtml } from './escape';
import { overlayLabels, overlaySvg, type FigureOverlay } from './overlay';

/** What became of an image's address. */
export interface ResolvedImage {
  /** Address that the page loads; unused when the image does not exist. */
  uri: string;
  exists: boolean;
  /** Path on disk, where there is one. */
  path?: string;
  /** Regions that are drawn over it. */
  overlay?: FigureOverlay;
}

/** What an answer about an address means, as text: the same picture with the same regions on it is the same text. */
export const imageKey = ({ uri, exists, path, overlay }: ResolvedImage): string =>
  JSON.stringify([uri, exists, path, overlay?.stamp]);

/** A picture that the note shows. */
export interface Figure {
  /** The address as the note writes it, with %20 and the like decoded. */
  source: string;
  state: 'present' | 'missing' | 'remote';
  uri: string;
  path?: string;
  overlay?: FigureOverlay;
}

/** An image tag, from Markdown or from HTML. Sizes are CSS pixels or a percentage. */
export interface ImageTag {
  source: string;
  alt: string;
  title: string;
  /** Stands under the figure instead of the title. */
  caption?: string;
  width?: string;
  height?: string;
}

export interface FigureOptions {
  /** Figures can be opened: they are focusable, carry a button and a context for VS Code's menu. */
  interactive: boolean;
  /** The note's own address, for that context. */
  note: string;
}

/** Decodes %20 and Chinese characters; an address that is no valid encoding stays as it is. */
export function decodeSource(source: string): string {
  try {
    return decodeURIComponent(source);
  } catch {
    return source;
  }
}

/** Finds what an image's address stands for. Pictures from the network are never loaded: reading a note stays private. */
export function resolveFigure(rawSource: string, resolveImage: (source: string) => ResolvedImage): Figure {
  const data = /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp)[;,]/i.test(rawSource);
  if (data) return { source: rawSource, state: 'present', uri: rawSource };
  return plainFigure(decodeSource(rawSource), resolveImage);
}

/** The same for an address that is written as it is, without any encoding. */
export function plainFigure(source: string, resolveImage: (source: string) => ResolvedImage): Figure {
  // One letter before the colon is a Windows drive, not a scheme. Two slashes of either kind name another machine, and
  // so does a file address with a host: Windows would ask it for the file, and tell it who asks.
  const onThisMachine = /^file:(?:\/\/(?:localhost)?)?\/(?![\\/])/i.test(source);
  if (/^(?:[a-z][a-z0-9+.-]+:|[\\/]{2})/i.test(source) && !onThisMachine) {
    return { source, state: 'remote', uri: '' };
  }
  const { uri, exists, path, overlay } = resolveImage(source);
  return {
    source,
    state: exists ? 'present' : 'missing',
    uri: exists ? uri : '',
    path,
    ...(exists && overlay && { overlay }),
  };
}

/** The figure's HTML: a `<figure>` that begins at `line` of its block, else a `<span>` that may stand in a line of text. */
export function figureHtml(tag: ImageTag, figure: Figure, options: FigureOptions, line?: number): string {
  const wrap = (name: string, inside: string) => {
    if (line === undefined) return `<span class="${name}">${inside}</span>`;
    const words = tag.caption ?? tag.title;
    const caption = words ? `<figcaption>${escapeHtml(words)}</figcaption>` : '';
    return `<figure class="${name}" data-line="${line}">${inside}${caption}</figure>`;
  };
  if (figure.state !== 'present') {
    const reason =
      figure.state === 'missing'
        ? 'This image is missing'
        : 'Not loaded: only images on this machine are shown';
    const alt =
      tag.alt && !figure.source.includes(tag.alt)
        ? `<span class="gn-missing-alt">${escapeHtml(tag.alt)}</span>`
        : '';
    return wrap(
      figure.state === 'missing' ? 'gn-missing' : 'gn-missing gn-remote',
      `<span class="gn-missing-box" role="img" aria-label="${escapeAttribute(`${reason}: ${figure.source}`)}">` +
        `<span class="gn-missing-file">${escapeHtml(figure.source)}</span>` +
        `<span class="gn-missing-reason">${reason}</span>${alt}</span>`,
    );
  }
  const { overlay } = figure;
  const drawn = overlay !== undefined && overlay.regions.length > 0;
  // The frame is as large as the picture: the regions fill it. A percentage is then the frame's.
  const sizes = [
    ...(tag.width ? [['width', drawn && tag.width.endsWith('%') ? '100%' : tag.width]] : []),
    ...(tag.height ? [['height', tag.height]] : []),
  ].map(([name, value]) => `${name}="${escapeAttribute(value as string)}"`);
  const attributes = [
    'class="gn-image"',
    `src="${escapeAttribute(figure.uri)}"`,
    `alt="${escapeAttribute(tag.alt)}"`,
    ...(tag.title ? [`title="${escapeAttribute(tag.title)}"`] : []),
    ...sizes,
  ];
  const interactive = options.interactive && !figure.source.startsWith('data:');
  const labels = overlay ? overlayLabels(overlay, { interactive, block: line !== undefined }) : '';
  const framed = (image: string, more = '') => {
    if (!drawn) return image;
    const width = tag.width?.endsWith('%') ? ` style="width:${escapeAttribute(tag.width)}"` : '';
    return `<span class="gn-frame"${width}${more}>${image}${overlaySvg(overlay)}</span>`;
  };
  if (!interactive) return wrap('gn-figure', framed(`<img ${attributes.join(' ')}>`) + labels);
  const context = {
    webviewSection: 'figure',
    groundnoteFigure: figure.source,
    groundnoteNote: options.note,
    preventDefaultContextMenuItems: true,
  };
  const source = `data-figure-source="${escapeAttribute(figure.source)}"`;
  const menu = `data-vscode-context="${escapeAttribute(JSON.stringify(context))}"`;
  attributes.push(
    source,
    menu,
    'tabindex="0"',
    'role="button"',
    `aria-label="${escapeAttribute(`${tag.alt || figure.source}: open in Groundnote`)}"`,
  );
  const button = (name: string, words: string, title: string) =>
    `<button type="button" class="gn-button gn-${name}" ${source} title="${title}">${words}</button>`;
  const buttons =
    button('open', 'Open', 'Open in Groundnote (Enter)') +
    button('find', 'Ground…', 'Find a phrase in this figure (G)') +
    (drawn ? button('toggle', 'Regions', 'Show or hide the regions of all figures (O)') : '');
  return wrap(
    'gn-figure',
    `${framed(`<img ${attributes.join(' ')}>`, ` ${menu}`)}<span class="gn-buttons">${buttons}</span>${labels}`,
  );
}
