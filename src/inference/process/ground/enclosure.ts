/**
 * The shape of a diagram around a text: the even colour behind the text is followed until a closed outline or another
 * colour stops it. What comes out is taken only when it is one convex shape that is clearly not the page.
 */
import type { Box, Size } from '../../../protocol/geometry';
import type { Mask } from '../../../protocol/rle';
import type { Picture } from '../picture';

/** A shape around a text. */
export interface Enclosure {
  /** Over the whole picture; the outline belongs to the shape. */
  mask: Mask;
  box: Box;
}

/** Two colours are the same when no channel differs by more. */
const sameColor = 12;
/** Behind a line the same colour must differ by no more than this, or it is what lies outside the shape. */
const sameBehindLine = 3;
/** A line that crosses a shape is thinner than so many pixels. */
const mostLine = 6;
/** Share of the pixels of the text's box that must have the colour behind the text. */
const backgroundShare = 0.35;
/** Share of the pixels of a ring that must have one colour. */
const evenShare = 0.6;
/** Share of the pixels around a shape that must have one colour: lines and arrows that meet by chance do not. */
const outlineShare = 0.75;
/** The shape covers at most this share of the picture … */
const mostOfPicture = 0.6;
/** … at least this share of its convex hull … */
export const leastConvex = 0.9;
/** … and at least so many times the text's box. */
const leastGrowth = 1;
/** An outline is at most so many pixels thick. */
const mostOutline = 8;

/** @param text box of the text in pixels of the picture */
export function enclosingShape(picture: Picture, text: Box): Enclosure | undefined {
  const { width, height } = picture;
  const behind = insideOf(text, picture);
  const color = commonColor(picture, behind, backgroundShare);
  if (!color) return undefined;
  // Lines that cross a panel cut its colour into parts; a second try goes on behind them.
  for (const hop of [1, mostLine]) {
    const filled = flood(picture, behind, color, hop);
    if (!filled) continue;
    const { mask, box } = filled;
    fillHoles(mask, width, box);
    const area = areaIn(mask, width, box);
    const textArea = (text[2] - text[0]) * (text[3] - text[1]);
    if (area > mostOfPicture * width * height || area < leastGrowth * textArea) continue;
    if (coverOf(mask, width, text) < 0.9 || area < leastConvex * hullArea(mask, width, box)) continue;
    const outer = addOutline(picture, mask, box);
    if (outer) return { mask: { width, height, data: mask }, box: outer };
  }
  return undefined;
}

export type Color = readonly [number, number, number];

/** Pixels of the text's box without its margins, which may lie outside a shape that fits it tightly. */
function insideOf([x1, y1, x2, y2]: Box, { width }: Size): number[] {
  const margin = 0.15 * Math.min(x2 - x1, y2 - y1);
  const pixels: number[] = [];
  for (let y = Math.ceil(y1 + margin); y < y2 - margin; y++)
    for (let x = Math.ceil(x1 + margin); x < x2 - margin; x++) pixels.push(y * width + x);
  return pixels;
}

/** The colour that most of these pixels have, or undefined when there is none. */
export function commonColor(
  { data }: Pick<Picture, 'data'>,
  pixels: readonly number[],
  share: number = evenShare,
): Color | undefined {
  const bins = new Map<number, { count: number; sum: [number, number, number] }>();
  for (const at of pixels) {
    const [r, g, b] = [data[at * 3] as number, data[at * 3 + 1] as number, data[at * 3 + 2] as number];
    const key = ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);
    const bin = bins.get(key) ?? { count: 0, sum: [0, 0, 0] };
    bin.count++;
    bin.sum[0] += r;
    bin.sum[1] += g;
    bin.sum[2] += b;
    bins.set(key, bin);
  }
  let best: { count: number; sum: [number, number, number] } | undefined;
  for (const bin of bins.values()) if (!best || bin.count > best.count) best = bin;
  if (!best) return undefined;
  const { count, sum } = best;
  const color: Color = [sum[0] / count, sum[1] / count, sum[2] / count];
  const alike = pixels.filter((at) => isColor(data, at, color)).length;
  return alike >= share * pixels.length ? color : undefined;
}

export function isColor(data: Uint8Array, at: number, [r, g, b]: Color, tolerance = sameColor): boolean {
  const i = at * 3;
  return (
    Math.abs((data[i] as number) - r) <= tolerance &&
    Math.abs((data[i + 1] as number) - g) <= tolerance &&
    Math.abs((data[i + 2] as number) - b) <= tolerance
  );
}

/**
 * Pixels of the colour that are connected (four neighbours) with the seeds; undefined when they reach the border.
 * @param hop 1, or how many pixels further the colour may go on behind a line (which then belongs to the mask)
 */
function flood(
  { width, height, data }: Picture,
  seeds: readonly number[],
  color: Color,
  hop: number,
): { mask: Uint8Array; box: Box } | undefined {
  const mask = new Uint8Array(width * height);
  const stack: number[] = [];
  const tolerance = hop > 1 ? sameBehindLine : sameColor;
  const visit = (at: number) => {
    if (mask[at] || !isColor(data, at, color, tolerance)) return false;
    mask[at] = 1;
    stack.push(at);
    return true;
  };
  seeds.forEach(visit);
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  while (stack.length) {
    const at = stack.pop() as number;
    const x = at % width;
    const y = (at - x) / width;
    if (x < hop || y < hop || x >= width - hop || y >= height - hop) return undefined;
    if (x < x1) x1 = x;
    if (x >= x2) x2 = x + 1;
    if (y < y1) y1 = y;
    if (y >= y2) y2 = y + 1;
    for (const step of [-1, 1, -width, width]) {
      if (visit(at + step) || mask[at + step]) continue;
      for (let k = 2; k <= hop; k++)
        if (visit(at + k * step)) {
          for (let line = 1; line < k; line++) mask[at + line * step] = 1;
          break;
        }
    }
  }
  return x2 > 0 ? { mask, box: [x1, y1, x2, y2] } : undefined;
}

/** Sets what the mask surrounds (the text itself, inner shapes). */
function fillHoles(mask: Uint8Array, width: number, [x1, y1, x2, y2]: Box): void {
  // One pixel more on each side, which is inside the picture because a shape never touches its border.
  const stack: number[] = [];
  const visit = (x: number, y: number) => {
    if (x < x1 - 1 || y < y1 - 1 || x > x2 || y > y2) return;
    const at = y * width + x;
    if (mask[at] === 0) {
      mask[at] = 2;
      stack.push(at);
    }
  };
  visit(x1 - 1, y1 - 1);
  while (stack.length) {
    const at = stack.pop() as number;
    const x = at % width;
    const y = (at - x) / width;
    visit(x - 1, y);
    visit(x + 1, y);
    visit(x, y - 1);
    visit(x, y + 1);
  }
  for (let y = y1 - 1; y <= y2; y++)
    for (let x = x1 - 1; x <= x2; x++) {
      const at = y * width + x;
      mask[at] = mask[at] === 2 ? 0 : 1;
    }
}

function areaIn(mask: Uint8Array, width: number, [x1, y1, x2, y2]: Box): number {
  let area = 0;
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) area += mask[y * width + x] as number;
  return area;
}

/** Share of a box that the mask covers. */
export function coverOf(mask: Uint8Array, width: number, box: Box): number {
  const whole: Box = [Math.floor(box[0]), Math.floor(box[1]), Math.ceil(box[2]), Math.ceil(box[3])];
  return areaIn(mask, width, whole) / ((whole[2] - whole[0]) * (whole[3] - whole[1]) || 1);
}

/** Area of the convex hull of a mask's pixels (Andrew's monotone chain over the ends of its rows). */
export function hullArea(mask: Uint8Array, width: number, [x1, y1, x2, y2]: Box): number {
  const ends: [number, number][] = [];
  for (let y = y1; y < y2; y++) {
    let [first, last] = [-1, -1];
    for (let x = x1; x < x2; x++)
      if (mask[y * width + x]) {
        if (first < 0) first = x;
        last = x + 1;
      }
    if (first >= 0) ends.push([first, y], [first, y + 1], [last, y], [last, y + 1]);
  }
  ends.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (points: readonly [number, number][]) => {
    const chain: [number, number][] = [];
    for (const point of points) {
      while (
        chain.length > 1 &&
        turn(chain.at(-2) as [number, number], chain.at(-1) as [number, number], point) <= 0
      )
        chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  const hull = [...half(ends), ...half([...ends].reverse())];
  let twice = 0;
  hull.forEach(([x, y], i) => {
    const [nextX, nextY] = hull[(i + 1) % hull.length] as [number, number];
    twice += x * nextY - nextX * y;
  });
  return Math.abs(twice) / 2;
}

const turn = (o: [number, number], a: [number, number], b: [number, number]) =>
  (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);

/**
 * Grows the shape by its outline: rings of pixels, as long as most of a ring differs from what lies further out.
 * @returns the box of the grown shape; undefined when no ring near it has one colour
 */
function addOutline(picture: Picture, mask: Uint8Array, box: Box): Box | undefined {
  const { width, height, data } = picture;
  const grown = Uint8Array.from(mask);
  const rings: number[][] = [];
  let edge: Box = box;
  for (let k = 0; k < mostOutline + 2; k++) {
    const ring: number[] = [];
    const [x1, y1, x2, y2] = edge;
    if (x1 <= 1 || y1 <= 1 || x2 >= width - 1 || y2 >= height - 1) break;
    for (let y = y1 - 1; y <= y2; y++)
      for (let x = x1 - 1; x <= x2; x++) {
        const at = y * width + x;
        if (
          !grown[at] &&
          (grown[at - 1] === 1 || grown[at + 1] === 1 || grown[at - width] === 1 || grown[at + width] === 1)
        )
          ring.push(at);
      }
    for (const at of ring) grown[at] = 1;
    rings.push(ring);
    edge = [x1 - 1, y1 - 1, x2 + 1, y2 + 1];
  }
  if (!rings.slice(0, 3).some((ring) => commonColor(picture, ring, outlineShare))) return undefined;
  // The colour of the last ring is what lies outside; without one (another shape is near) nothing is added.
  const outside = commonColor(picture, rings.at(-1) ?? []);
  if (!outside || rings.length < 2) return box;
  const isOutside = (ring: readonly number[]) =>
    ring.filter((at) => isColor(data, at, outside)).length >= evenShare * ring.length;
  const thickness = rings.findIndex(isOutside);
  if (thickness < 1 || thickness > mostOutline) return box;
  for (const ring of rings.slice(0, thickness)) for (const at of ring) mask[at] = 1;
  return [box[0] - thickness, box[1] - thickness, box[2] + thickness, box[3] + thickness];
}
