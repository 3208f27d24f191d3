import { describe, expect, it } from 'vitest';
import type { Annotation } from '../../../src/protocol/annotator';
import {
  channelsOf,
  colorOf,
  nextColor,
  paletteColor,
  regionColors,
  regionPalette,
} from '../../../src/protocol/colors';

/** Contrast of two colours as WCAG 2 has it. */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red, green, blue] = channelsOf(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
const region = (id: string, more: Partial<Annotation> = {}): Annotation => ({
  id,
  geometry: { type: 'box', box: [0, 0, 1, 1] },
  provenance: { by: 'user' },
  ...more,
});

describe('the colours of regions', () => {
  it('begin with those chosen by hand, and are all different', () => {
    const all = regionPalette();
    expect(all.slice(0, 8)).toEqual(regionColors);
    expect(all.length).toBe(32);
    expect(new Set(all).size).toBe(all.length);
    for (const color of all) expect(color).toMatch(/^#[0-9a-f]{6}$/);
    expect(paletteColor(32)).toBe(all[0]);
  });

  it('stand out from light and dark pages, and bear the text of labels', () => {
    for (const color of regionPalette().slice(8)) {
      expect(contrast(color, '#ffffff'), color).toBeGreaterThanOrEqual(3);
      expect(contrast(color, '#1e1e1e'), color).toBeGreaterThanOrEqual(3);
      expect(contrast(color, '#111111'), color).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('do not repeat before all have been taken, and then evenly', () => {
    const regions: Annotation[] = [];
    for (let i = 0; i < 64; i++) regions.push(region(`r${i}`, { color: nextColor(regions) }));
    const colors = regions.map(({ color }) => color);
    expect(colors.slice(0, 32)).toEqual(regionPalette());
    expect(colors.slice(32)).toEqual(regionPalette());
  });

  it('are spread over labels: 40 names take most of them, and a name always the same', () => {
    const labels = Array.from({ length: 40 }, (_, i) => `label ${i}`);
    const colors = labels.map((label) => colorOf(region('x', { label })));
    expect(new Set(colors).size).toBeGreaterThan(18);
    expect(labels.map((label) => colorOf(region('y', { label })))).toEqual(colors);
  });
});
