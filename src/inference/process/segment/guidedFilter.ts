/**
 * Guided filter: makes a soft mask's edge follow the edges of the picture (He, Sun and Tang, "Guided Image Filtering",
 * 2010), in the fast form (He and Sun, "Fast Guided Filter", 2015): the coefficients are computed on a coarser grid.
 * The guide is the picture's grey value.
 */
import type { Size } from '../../../protocol/geometry';

/** mask ≈ a · grey + b around each cell of a grid; both row-major, width × height. */
export interface Coefficients extends Size {
  a: Float32Array;
  b: Float32Array;
}

/**
 * Coefficients of the linear model mask ≈ a · grey + b, averaged over windows.
 * @param guide grey values 0 to 1, row-major @param source soft mask 0 to 1, row-major
 * @param radius of the window, in cells @param eps how much a window's grey must vary for the edge to follow it
 */
export function guidedCoefficients(
  guide: Float32Array,
  source: Float32Array,
  { width, height }: Size,
  radius: number,
  eps: number,
): Coefficients {
  const count = width * height;
  const products = new Float32Array(count);
  const squares = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const g = guide[i] as number;
    products[i] = g * (source[i] as number);
    squares[i] = g * g;
  }
  const size = { width, height };
  const meanGuide = boxMean(guide, size, radius);
  const meanSource = boxMean(source, size, radius);
  const meanProducts = boxMean(products, size, radius);
  const meanSquares = boxMean(squares, size, radius);
  const a = products; // Reused: a picture's worth of memory less.
  const b = squares;
  for (let i = 0; i < count; i++) {
    const mg = meanGuide[i] as number;
    const ms = meanSource[i] as number;
    const slope = ((meanProducts[i] as number) - mg * ms) / ((meanSquares[i] as number) - mg * mg + eps);
    a[i] = slope;
    b[i] = ms - slope * mg;
  }
  return { a: boxMean(a, size, radius), b: boxMean(b, size, radius), width, height };
}

/** Mean over (2 · radius + 1)² windows, the border repeated, by running sums. Row-major in and out. */
export function boxMean(values: Float32Array, { width, height }: Size, radius: number): Float32Array {
  const rows = new Float32Array(values.length);
  const part = 1 / (2 * radius + 1);
  for (let y = 0; y < height; y++) {
    const start = y * width;
    const last = start + width - 1;
    let sum = (values[start] as number) * radius;
    for (let x = 0; x < radius; x++) sum += values[Math.min(start + x, last)] as number;
    for (let x = 0; x < width; x++) {
      sum += values[Math.min(start + x + radius, last)] as number;
      rows[start + x] = sum * part;
      sum -= values[Math.max(start + x - radius, start)] as number;
    }
  }
  const means = new Float32Array(values.length);
  const sums = new Float64Array(width);
  const rowAt = (y: number) => Math.min(Math.max(y, 0), height - 1) * width;
  for (let y = -radius; y < radius; y++)
    for (let x = 0, i = rowAt(y); x < width; x++, i++) sums[x] = (sums[x] as number) + (rows[i] as number);
  for (let y = 0; y < height; y++) {
    const enter = rowAt(y + radius);
    const leave = rowAt(y - radius);
    for (let x = 0, i = y * width; x < width; x++, i++) {
      const sum = (sums[x] as number) + (rows[enter + x] as number);
      means[i] = sum * part;
      sums[x] = sum - (rows[leave + x] as number);
    }
  }
  return means;
}
