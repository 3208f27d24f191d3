/** The network says what is there, the pixels say where exactly: boxes and masks of parts moved to the ink. */
import type { Box } from '../../../protocol/geometry';
import { pixelBox, type Patch } from '../../../protocol/raster';
import { boxIou } from '../../engines/onnx/boxes';
import { enclosingShape } from '../ground/enclosure';
import type { Picture } from '../picture';
import { clamp, colourAt, contrastOf, fillColour, growBox } from './pixels';

/** An outline is believed when it agrees with the network's box so far. */
const leastIou = 0.6;
const slack = 2;
/** A side is an edge of the picture where the colour changes by so much over this share of its length. */
const edgeContrast = 10;
const edgeShare = 0.45;
/** A line at a side is at most so many pixels thick. */
const mostLine = 6;
/** Corners may be rounded: so much of a side's length at each end is not looked at. */
const corner = 0.15;
/** A place far from where the network has seen the side counts down to this share. */
const farWorth = 0.6;

export interface Snapped {
  box: Box;
  /** The exact shape, where the box is not all of it. */
  patch?: Patch;
}

/**
 * A part's box, and its shape where one closed outline bounds it.
 * @param seeds places in it with its own background, such as its label @param reach how far its sides may be off, in pixels
 */
export function snapPart(picture: Picture, box: Box, seeds: readonly Box[], reach: number): Snapped {
  for (const seed of [...seeds, middleOf(box)]) {
    const found = enclosingShape(picture, seed);
    // A fill that stops short of the outline is not the part's shape.
    const off = found && Math.max(...found.box.map((value, i) => Math.abs(value - (box[i] as number))));
    if (found && (off as number) <= reach + slack && boxIou(found.box, box) >= leastIou)
      return { box: found.box, patch: patchOf(found.mask.data, picture.width, found.box) };
  }
  return { box: snapSides(picture, box, reach) };
}

/** The middle part of a box, as a place to look for its background. */
function middleOf([x1, y1, x2, y2]: Box): Box {
  const [w, h] = [(x2 - x1) / 4, (y2 - y1) / 4];
  return [x1 + w, y1 + h, x2 - w, y2 - h];
}

function patchOf(mask: Uint8Array, width: number, [x1, y1, x2, y2]: Box): Patch {
  const patch = {
    x: x1,
    y: y1,
    width: x2 - x1,
    height: y2 - y1,
    data: new Uint8Array((x2 - x1) * (y2 - y1)),
  };
  for (let y = y1; y < y2; y++)
    patch.data.set(mask.subarray(y * width + x1, y * width + x2), (y - y1) * patch.width);
  return patch;
}

/** Moves each side of a box to the nearest long edge of the picture, if there is one within reach; else it stays. */
export function snapSides(picture: Picture, box: Box, reach: number): Box {
  const [x1, y1, x2, y2] = box;
  const near = [Math.min(reach, (x2 - x1) / 4), Math.min(reach, (y2 - y1) / 4)] as const;
  const side = (axis: 0 | 1, at: number, outward: -1 | 1) =>
    snapSide(picture, axis, at, axis === 0 ? [y1, y2] : [x1, x2], near[axis], outward);
  return [side(0, x1, -1), side(1, y1, -1), side(0, x2, 1), side(1, y2, 1)];
}

/**
 * @param axis 0: an upright side, moved along x @param at where it is believed @param along its extent on the other axis
 * @param outward −1 for left and top sides
 */
function snapSide(
  picture: Picture,
  axis: 0 | 1,
  at: number,
  [from, to]: readonly [number, number],
  reach: number,
  outward: -1 | 1,
): number {
  const length = axis === 0 ? picture.width : picture.height;
  const across = axis === 0 ? picture.height : picture.width;
  const inset = corner * (to - from);
  const [start, end] = [Math.max(0, Math.ceil(from + inset)), Math.min(across, Math.floor(to - inset))];
  if (end - start < 4) return at;
  /** Share of the side along which the colour changes between pixels `place` − 1 and `place`. */
  const shareAt = (place: number): number => {
    if (place < 1 || place >= length) return 0;
    let edges = 0;
    for (let other = start; other < end; other++) {
      const index = axis === 0 ? other * picture.width + place : place * picture.width + other;
      const before = index - (axis === 0 ? 1 : picture.width);
      if (contrastOf(colourAt(picture, index), colourAt(picture, before)) >= edgeContrast) edges++;
    }
    return edges / (end - start);
  };
  const [first, last] = [Math.round(at - reach), Math.round(at + reach)];
  let best: { place: number; share: number; worth: number } | undefined;
  for (let place = first; place <= last; place++) {
    const share = shareAt(place);
    const worth = share * (1 - (1 - farWorth) * (Math.abs(place - at) / (reach || 1)));
    if (share >= edgeShare && (!best || worth > best.worth)) best = { place, share, worth };
  }
  if (!best) return at;
  // A line has two edges: the outer one is the part's.
  let outer = best.place;
  for (let step = 1; step <= mostLine; step++) {
    const place = best.place + outward * step;
    if (Math.abs(place - at) <= reach + mostLine && shareAt(place) >= 0.8 * best.share) outer = place;
  }
  return clamp(outer, 0, length);
}

/** Colours of one area differ by at most this; rows and columns of it have this share of their usual length. */
const flat = { tolerance: 24, share: 0.5 };

/**
 * The box of an area of one colour, such as a bar: each side moved to where the colour in the middle of the box ends, if that is
 * within reach, else to the nearest edge.
 * @param without boxes in which something else is written on it
 */
export function snapFlat(picture: Picture, box: Box, reach: number, without: readonly Box[]): Box {
  const bySides = snapSides(picture, box, reach);
  const colour = fillColour(picture, middleOf(box), without);
  if (!colour) return bySides;
  const [x1, y1, x2, y2] = pixelBox(growBox(box, 1.5 * reach), picture);
  const columns = new Int32Array(x2 - x1);
  const rows = new Int32Array(y2 - y1);
  const count = (x: number, y: number): number =>
    contrastOf(colourAt(picture, y * picture.width + x), colour) <= flat.tolerance ? 1 : 0;
  const inner = pixelBox(box, picture);
  for (let y = y1; y < y2; y++)
    for (let x = x1; x < x2; x++) {
      // Rows are counted within the box's columns, and columns within its rows: neighbours do not count.
      const isOn = count(x, y);
      if (y >= inner[1] && y < inner[3]) (columns[x - x1] as number) += isOn;
      if (x >= inner[0] && x < inner[2]) (rows[y - y1] as number) += isOn;
    }
  const extent = (counts: Int32Array, start: number, from: number, to: number): [number, number] => {
    const middle = [...counts.subarray(Math.floor(from) - start, Math.ceil(to) - start)].sort(
      (a, b) => a - b,
    );
    const least = Math.max(1, flat.share * (middle[Math.floor(middle.length / 2)] ?? 0));
    let first = Math.floor((from + to) / 2) - start;
    let last = first;
    while (first > 0 && (counts[first - 1] as number) >= least) first--;
    while (last < counts.length - 1 && (counts[last + 1] as number) >= least) last++;
    return [start + first, start + last + 1];
  };
  const [left, right] = extent(columns, x1, inner[0], inner[2]);
  const [top, bottom] = extent(rows, y1, inner[1], inner[3]);
  const side = (found: number, limit: number, index: 0 | 1 | 2 | 3) =>
    // At the end of what was looked at the colour goes on: that is no side.
    found === limit || Math.abs(found - box[index]) > 1.5 * reach ? bySides[index] : found;
  return [side(left, x1, 0), side(top, y1, 1), side(right, x2, 2), side(bottom, y2, 3)];
}
