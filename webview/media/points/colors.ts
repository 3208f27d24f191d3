/** Colours of points: their own, by their height, by their normal, or one for all. And the frame around them. */
import type { PointsView } from '../../../src/protocol/media';
import { colorIndex, colorTable } from '../colorMaps';
import { heightOf, type Up, type Vector } from './camera';
import type { Color, Lines } from './renderer';

export const colorings = ['own', 'height', 'normal', 'plain'] as const;
export type Coloring = (typeof colorings)[number];

/** Red, green, blue of each point. @param plain 0–255 */
export function pointColors(view: PointsView, coloring: Coloring, up: Up, plain: Color): Uint8Array {
  const { positions, colors, normals, bounds } = view;
  if (coloring === 'own' && colors) return colors;
  const out = new Uint8Array(positions.length);
  if (coloring === 'normal' && normals) {
    for (let i = 0; i < out.length; i++) out[i] = (normals[i] as number) + 128;
    return out;
  }
  if (coloring === 'height') {
    const table = colorTable('turbo');
    const ends = [heightOf(up, bounds.min), heightOf(up, bounds.max)];
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const axis = up === 'z' ? 2 : 1;
    const sign = up === '-y' ? -1 : 1;
    for (let i = 0; i < out.length; i += 3) {
      const share = (sign * (positions[i + axis] as number) - low) / (high - low || 1);
      const at = colorIndex(share);
      out[i] = table[at] as number;
      out[i + 1] = table[at + 1] as number;
      out[i + 2] = table[at + 2] as number;
    }
    return out;
  }
  for (let i = 0; i < out.length; i++) out[i] = plain[i % 3] as number;
  return out;
}

const axisColors = [
  [230, 60, 60],
  [60, 170, 60],
  [70, 120, 255],
];

/** The box around the points, and the three axes from its lowest corner: red x, green y, blue z. */
export function frameLines(
  { min, max }: PointsView['bounds'],
  shown: { box: boolean; axes: boolean },
  frame: Color,
): Lines {
  const positions: number[] = [];
  const colors: number[] = [];
  const line = (from: Vector, to: Vector, color: readonly number[]) => {
    positions.push(...from, ...to);
    colors.push(...color, ...color);
  };
  const corner = (i: number): Vector =>
    [0, 1, 2].map((axis) => (i & (1 << axis) ? max : min)[axis]) as unknown as Vector;
  if (shown.box)
    for (let i = 0; i < 8; i++)
      for (let axis = 0; axis < 3; axis++)
        if (!(i & (1 << axis))) line(corner(i), corner(i | (1 << axis)), frame);
  if (shown.axes) {
    const length = Math.max(max[0] - min[0], max[1] - min[1], max[2] - min[2]) * 0.25 || 1;
    for (let axis = 0; axis < 3; axis++) {
      const end = [...min] as [number, number, number];
      end[axis] = (end[axis] as number) + length;
      line(min, end, axisColors[axis] as number[]);
    }
  }
  return { positions: new Float32Array(positions), colors: new Uint8Array(colors) };
}
