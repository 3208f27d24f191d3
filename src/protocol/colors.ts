/** Colours of regions: the panel, the overlays and the sidecar agree on them. */
import type { Annotation } from './annotator';

/** Distinct on light and dark pictures, and for the common kinds of colour blindness (after Okabe and Ito). */
export const regionColors = [
  '#e69f00',
  '#56b4e9',
  '#2ec08b',
  '#f0e442',
  '#4f7cff',
  '#ff6f3c',
  '#e77fc4',
  '#9ad33f',
] as const;

/** The colour that the fewest annotations use, the first of these. */
export function nextColor(annotations: readonly Annotation[]): string {
  const uses = (color: string) => annotations.filter((annotation) => colorOf(annotation) === color).length;
  return regionColors.reduce((best, color) => (uses(color) < uses(best) ? color : best));
}

/** A colour as #rrggbb; a grey for any other form that CSS has. Colours come from files, and some places take no other. */
export const hexColor = (color: string) => (/^#[0-9a-f]{6}$/i.test(color) ? color : '#808080');

/** Red, green and blue of #rrggbb, 0–255. */
export const channelsOf = (color: string): number[] =>
  [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

let chosen: Readonly<Record<string, string>> = {};

/** Colours that the user has chosen for labels in this workspace: they come before all others. */
export function setLabelColors(colors: Readonly<Record<string, string>>): void {
  chosen = colors;
}

/** The colour that the user has chosen for a region's label, or its own, or one that depends on its label only. */
export function colorOf({ id, label, color }: Pick<Annotation, 'id' | 'label' | 'color'>): string {
  if (label !== undefined && Object.hasOwn(chosen, label)) return chosen[label] as string;
  if (color) return color;
  let hash = 0;
  for (const char of label ?? id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return regionColors[hash % regionColors.length] as string;
}
