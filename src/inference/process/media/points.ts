/** A point cloud from a table of numbers. */
import type { PointCloud, Vector } from './media';
import { badFile } from './source';
import type { Table } from './table';

/** Points that are kept of a file, at most; more are left out evenly. */
export const mostPoints = 2_000_000;

/** Where in a row of the table things are. */
export interface PointColumns {
  /** First of x, y, z. */
  readonly position: number;
  /** First of red, green, blue, and the value of full brightness. */
  readonly color?: { readonly at: number; readonly full: number };
  /** First of the normal's x, y, z. */
  readonly normal?: number;
}

/** Coordinates are taken relative to the middle where they are so far from zero that 32 bits would blur them. */
const farFromZero = 1000;

/** Points without finite coordinates are left out. @throws GroundnoteError bad-file where none is left */
export function pointCloudOf(
  name: string,
  format: string,
  total: number,
  { rows, columns, values }: Table,
  { position, color, normal }: PointColumns,
): PointCloud {
  const kept = new Uint32Array(rows);
  const min: Vector = [Infinity, Infinity, Infinity];
  const max: Vector = [-Infinity, -Infinity, -Infinity];
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const at = row * columns + position;
    if (!isFinitePoint(values, at)) continue;
    kept[count++] = row;
    for (let axis = 0; axis < 3; axis++) {
      const value = values[at + axis] as number;
      if (value < (min[axis] as number)) min[axis] = value;
      if (value > (max[axis] as number)) max[axis] = value;
    }
  }
  if (count === 0) throw badFile(name, 'has no point with coordinates');
  const extent = Math.max(...max.map((value, axis) => value - (min[axis] as number)));
  const reach = Math.max(...[...min, ...max].map(Math.abs));
  const origin: Vector =
    reach > farFromZero * Math.max(extent, Number.MIN_VALUE) && reach > farFromZero
      ? (min.map((value, axis) => Math.round((value + (max[axis] as number)) / 2)) as Vector)
      : [0, 0, 0];
  const positions = new Float32Array(count * 3);
  const colors = color && new Uint8Array(count * 3);
  const normals = normal === undefined ? undefined : new Float32Array(count * 3);
  for (let j = 0; j < count; j++) {
    const row = (kept[j] as number) * columns;
    for (let axis = 0; axis < 3; axis++) {
      positions[j * 3 + axis] = (values[row + position + axis] as number) - (origin[axis] as number);
      if (colors && color) {
        const value = ((values[row + color.at + axis] as number) / color.full) * 255;
        colors[j * 3 + axis] = Math.max(0, Math.min(255, Math.round(value) || 0));
      }
    }
    if (normals && normal !== undefined) {
      const [x, y, z] = [0, 1, 2].map((axis) => values[row + normal + axis] as number) as Vector;
      const length = Math.hypot(x, y, z);
      if (length > 0 && Number.isFinite(length)) normals.set([x / length, y / length, z / length], j * 3);
    }
  }
  return {
    modality: 'points',
    name,
    format,
    total,
    positions,
    ...(colors && { colors }),
    ...(normals && { normals }),
    origin,
  };
}

const isFinitePoint = (values: Float64Array, at: number) =>
  Number.isFinite(values[at]) && Number.isFinite(values[at + 1]) && Number.isFinite(values[at + 2]);
