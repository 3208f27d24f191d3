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
