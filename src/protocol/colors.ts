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

/** So many colours are told apart: the first ones are chosen by hand, the others made. */
const paletteSize = 32;
let palette: readonly string[] | undefined;

/**
 * All colours in the order in which they are taken. The made ones stand out from pages both light and dark (3 : 1), bear dark
 * text, and are each as far from those before as can be.
 */
export function regionPalette(): readonly string[] {
  palette ??= extended(regionColors, paletteSize);
  return palette;
}

/** The colour of the n-th thing, from 0; after the last the first comes again. */
export const paletteColor = (index: number): string => {
  const all = regionPalette();
  return all[index % all.length] as string;
};

/** The colour that the fewest annotations use, the first of these. */
export function nextColor(annotations: readonly Annotation[]): string {
  const uses = new Map<string, number>();
  for (const annotation of annotations) {
    const color = colorOf(annotation);
    uses.set(color, (uses.get(color) ?? 0) + 1);
  }
  const usesOf = (color: string) => uses.get(color) ?? 0;
  return regionPalette().reduce((best, color) => (usesOf(color) < usesOf(best) ? color : best));
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
  return paletteColor(hashOf(label ?? id));
}

/** Spread over all 32 bits, so that names that are alike get colours that are not (FNV-1a, and the mixing of MurmurHash). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Relative luminance, 0 to 1. */
const luminanceOf = (rgb: readonly number[]): number => {
  const [r, g, b] = rgb.map(linear) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const linear = (value: number) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};

/** Lightness and two axes of colour, in which distance is about what the eye sees (Oklab). */
function oklab(rgb: readonly number[]): [number, number, number] {
  const [r, g, b] = rgb.map(linear) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Luminance of a colour that has 3 : 1 with white, 3 : 1 with the dark theme, and 4.5 : 1 with the text on it. */
const [darkest, brightest] = [0.203, 0.3];

function extended(first: readonly string[], size: number): string[] {
  const steps = [0, 51, 102, 153, 204, 255];
  const candidates = steps
    .flatMap((r) => steps.flatMap((g) => steps.map((b) => [r, g, b])))
    .filter((rgb) => {
      const luminance = luminanceOf(rgb);
      // Greys are for what has no colour.
      const colorful = Math.max(...rgb) - Math.min(...rgb) >= 51;
      return colorful && luminance >= darkest && luminance <= brightest;
    })
    .map((rgb) => ({ color: hexOf(rgb), at: oklab(rgb), nearest: Infinity }));
  const taken = [...first];
  /** Takes a colour; the others know how far the nearest taken one is. */
  const take = ([lightness, a, b]: readonly [number, number, number]) => {
    for (const each of candidates) {
      const [x, y, z] = each.at;
      each.nearest = Math.min(each.nearest, Math.hypot(x - lightness, y - a, z - b));
    }
  };
  for (const color of first) take(oklab(channelsOf(color)));
  while (taken.length < size && candidates.length) {
    const farthest = candidates.reduce((best, each) => (each.nearest > best.nearest ? each : best));
    taken.push(farthest.color);
    take(farthest.at);
  }
  return taken;
}

const hexOf = (rgb: readonly number[]) =>
  `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
