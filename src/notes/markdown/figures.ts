/** A picture of the note as HTML: the image itself, or a placeholder that says what is not there. */
import { escapeAttribute, escapeHtml } from './escape';

/** What became of an image's address. */
export interface ResolvedImage {
  /** Address that the page loads; unused when the image does not exist. */
  uri: string;
  exists: boolean;
  /** Path on disk, where there is one. */
  path?: string;
}

/** A picture that the note shows. */
export interface Figure {
  /** The address as the note writes it, with %20 and the like decoded. */
  source: string;
  state: 'present' | 'missing' | 'remote';
  uri: string;
  path?: string;
}

/** An image tag, from Markdown or from HTML. Sizes are CSS pixels or a percentage. */
export interface ImageTag {
  source: string;
  alt: string;
  title: string;
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
  const source = decodeSource(rawSource);
  // One letter before the colon is a Windows drive, not a scheme.
  if (/^(?:[a-z][a-z0-9+.-]+:|\/\/)/i.test(source) && !/^file:/i.test(source)) {
    return { source, state: 'remote', uri: '' };
  }
  const { uri, exists, path } = resolveImage(source);
  return { source, state: exists ? 'present' : 'missing', uri: exists ? uri : '', path };
}

/** The figure's HTML: a `<figure>` that begins at `line` of its block, else a `<span>` that may stand in a line of text. */
export function figureHtml(tag: ImageTag, figure: Figure, options: FigureOptions, line?: number): string {
  const wrap = (name: string, inside: string) => {
    if (line === undefined) return `<span class="${name}">${inside}</span>`;
    const caption = tag.title ? `<figcaption>${escapeHtml(tag.title)}</figcaption>` : '';
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
  const attributes = [
    'class="gn-image"',
    `src="${escapeAttribute(figure.uri)}"`,
    `alt="${escapeAttribute(tag.alt)}"`,
    ...(tag.title ? [`title="${escapeAttribute(tag.title)}"`] : []),
    ...(tag.width ? [`width="${escapeAttribute(tag.width)}"`] : []),
    ...(tag.height ? [`height="${escapeAttribute(tag.height)}"`] : []),
  ];
  if (!options.interactive || figure.source.startsWith('data:'))
    return wrap('gn-figure', `<img ${attributes.join(' ')}>`);
  const context = {
    webviewSection: 'figure',
    groundnoteFigure: figure.source,
    groundnoteNote: options.note,
    preventDefaultContextMenuItems: true,
  };
  const source = `data-figure-source="${escapeAttribute(figure.source)}"`;
  attributes.push(
    source,
    `data-vscode-context="${escapeAttribute(JSON.stringify(context))}"`,
    'tabindex="0"',
    'role="button"',
    `aria-label="${escapeAttribute(`${tag.alt || figure.source}: open in Groundnote`)}"`,
  );
  return wrap(
    'gn-figure',
    `<img ${attributes.join(' ')}><button type="button" class="gn-open" ${source} tabindex="-1">Open in Groundnote</button>`,
  );
}
