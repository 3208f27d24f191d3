/** The regions of a picture as SVG over it, and their labels as a list under it. No files and no VS Code here. */
import type { Size } from '../../protocol/geometry';
import { escapeAttribute, escapeHtml } from './escape';

/** A region that is ready to be drawn. */
export interface OverlayRegion {
  /** Its label, or a name made from its place in the list. */
  name: string;
  /** `#rrggbb` */
  color: string;
  /** area: filled, with holes by the even-odd rule; line: a stroke; point: one place. */
  kind: 'area' | 'line' | 'point';
  /** SVG path data in pixels of the picture. */
  path: string;
  /** What the text of a grounded answer calls it by. */
  id?: string;
}

/** How the regions of a figure are drawn: filled, as outlines only, or with everything else in the dark. */
export type OverlayStyle = 'fill' | 'outline' | 'spotlight';

/** What is drawn over a figure. */
export interface FigureOverlay {
  /** Changes whenever what is drawn changes. */
  stamp: string;
  /** Of the picture with its orientation applied, in pixels. */
  size: Size;
  regions: readonly OverlayRegion[];
  /** Regions that are not drawn because there are too many. */
  omitted: number;
  /** One sentence that says why there are no regions. */
  problem?: string;
  style?: OverlayStyle;
  /** The list of labels is left out. */
  hideLabels?: boolean;
}

/** Regions of one name: one entry of the list. */
interface LabelGroup {
  name: string;
  colors: string[];
  count: number;
}

/** Colours of one entry that are shown side by side. */
const mostSwatches = 4;

function groupsOf(regions: readonly OverlayRegion[]): Map<string, LabelGroup> {
  const groups = new Map<string, LabelGroup>();
  for (const { name, color } of regions) {
    const group = groups.get(name) ?? { name, colors: [], count: 0 };
    group.count++;
    if (!group.colors.includes(color)) group.colors.push(color);
    groups.set(name, group);
  }
  return groups;
}

/** The SVG that lies over the picture: its view box is the picture, so that it fits whatever size that is shown at. */
export function overlaySvg({ size, regions, style = 'fill' }: FigureOverlay): string {
  const { width, height } = size;
  const indexes = new Map([...groupsOf(regions).keys()].map((name, index) => [name, index]));
  const areas = regions.filter(({ kind }) => kind === 'area');
  // One path for each region would darken twice where they meet the rest: the dark is the picture less all of them.
  const dark =
    style === 'spotlight' && areas.length > 0
      ? `<path class="gn-dark" d="M0,0H${width}V${height}H0Z${areas.map(({ path }) => path).join('')}"/>`
      : '';
  const drawn = regions.map(({ name, color, kind, path, id }) => {
    const label = escapeAttribute(name);
    const named = id === undefined ? '' : ` data-region="${escapeAttribute(id)}"`;
    return (
      `<g class="gn-region gn-${kind}" data-label="${indexes.get(name)}"${named} style="--gn-region:${escapeAttribute(color)}"` +
      ` tabindex="-1" role="img" aria-label="${label}"><title>${escapeHtml(name)}</title>` +
      // A dark line under the coloured one shows on any picture.
      `<path class="gn-under" d="${path}"/><path class="gn-over" d="${path}"/></g>`
    );
  });
  return (
    `<svg class="gn-regions gn-show-${style}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="xMidYMid meet"` +
    ` role="group" aria-label="Regions">${dark}${drawn.join('')}</svg>`
  );
}

/**
 * The labels, each with its colours and how often it is there; what could not be drawn is said under them. `block` is
 * false inside a line of text, where no list may stand; without `interactive` the entries are no buttons.
 */
export function overlayLabels(
  overlay: FigureOverlay,
  options: { interactive: boolean; block: boolean },
): string {
  const { regions, omitted, problem, hideLabels } = overlay;
  const said = problem ?? (omitted > 0 ? `${omitted} more regions are not drawn here.` : '');
  const note = said ? `<span class="gn-overlay-note" role="note">${escapeHtml(said)}</span>` : '';
  if (hideLabels || !regions.length) return note;
  const entries = [...groupsOf(regions).values()].map(({ name, colors, count }, index) => {
    const swatches = colors
      .slice(0, mostSwatches)
      .map((color) => `<span class="gn-swatch" style="--gn-region:${escapeAttribute(color)}"></span>`)
      .join('');
    const times =
      count > 1
        ? `<span class="gn-count" aria-hidden="true">×${count}</span><span class="gn-visually-hidden">, ${count} regions</span>`
        : '';
    const inside = `${swatches}<span class="gn-label-name">${escapeHtml(name)}</span>${times}`;
    const entry = options.interactive
      ? `<button type="button" class="gn-label" data-label="${index}" aria-pressed="false">${inside}</button>`
      : `<span class="gn-label" data-label="${index}">${inside}</span>`;
    return options.block ? `<li>${entry}</li>` : `<span role="listitem">${entry}</span>`;
  });
  const list = options.block
    ? `<ul class="gn-labels" aria-label="Regions">${entries.join('')}</ul>`
    : `<span class="gn-labels" role="list" aria-label="Regions">${entries.join('')}</span>`;
  return list + note;
}
