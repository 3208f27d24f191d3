/** A figure's parts while they are put together: regions that lead to each other, before they have places in a parse. */
import type { Box, Size } from '../../../protocol/geometry';
import type { Patch } from '../../../protocol/raster';
import { boxIou } from '../../engines/onnx/boxes';
import type { TextLine } from '../ground/textReader';
import type { Rgb } from './colours';
import { mostRegions, type FigureParse, type FigureRegion, type Role } from './parse';
import { areaOf, clamp, shareInside } from './pixels';

/** See FigureRegion; links lead to parts. Boxes are in pixels of the picture. */
export interface Part {
  role: Role;
  box: Box;
  score: number;
  text?: string;
  colour?: Rgb;
  parent?: Part;
  tail?: Part;
  head?: Part;
  owner?: Part;
  row?: number;
  col?: number;
  value?: number;
  bold?: boolean;
  /** Its exact pixels, where its box is not all of it. */
  patch?: Patch;
  /** Where an arrow starts and ends. */
  ends?: { tail: readonly [number, number]; head: readonly [number, number] };
  /** The lines that were read for its text. */
  lines?: readonly TextLine[];
}

/** What can be the parent of another region. */
const containers: ReadonlySet<Role> = new Set(['group', 'panel', 'plot', 'legend', 'table', 'block']);
/** A container holds at least this share of what it contains. */
const heldShare = 0.9;
/** Middles that differ by at most this share of the picture's height are on one line. */
const lineShare = 0.02;
/** What goes first where a figure has more regions than a parse. */
const dispensable: readonly Role[] = ['tick', 'text', 'bar', 'cell', 'marker', 'arrow'];

export const isContainer = ({ role }: Part) => containers.has(role);

/** The smallest of some containers that holds a box and is larger than it. */
export function holderOf<T extends { box: Box }>(box: Box, holders: readonly T[]): T | undefined {
  const area = areaOf(box);
  let smallest: T | undefined;
  for (const holder of holders)
    if (
      areaOf(holder.box) > area &&
      shareInside(box, holder.box) >= heldShare &&
      (!smallest || areaOf(holder.box) < areaOf(smallest.box))
    )
      smallest = holder;
  return smallest;
}

/** From top to bottom and, within a line of middles, from left to right: the order of a parse. */
export function inParseOrder<T extends { box: Box }>(parts: readonly T[], height: number): T[] {
  const middle = ({ box }: T) => (box[1] + box[3]) / 2;
  const ordered: T[] = [];
  let line: T[] = [];
  const finish = () => {
    ordered.push(...line.sort((a, b) => a.box[0] - b.box[0]));
    line = [];
  };
  for (const part of [...parts].sort((a, b) => middle(a) - middle(b))) {
    if (line[0] && middle(part) - middle(line[0]) > lineShare * height) finish();
    line.push(part);
  }
  finish();
  return ordered;
}

/** Parts in the order of a parse, at most as many as it holds, each with its parent. */
export function arrange(parts: readonly Part[], { height }: Size): Part[] {
  const kept = inParseOrder(thinnedOut(parts), height);
  const holders = kept.filter(isContainer);
  for (const part of kept) {
    // A heat map fills its plot, so neither contains the other by its box.
    const plot =
      part.role === 'heatmap' &&
      holders.find(({ role, box }) => role === 'plot' && boxIou(box, part.box) > 0.7);
    const parent =
      plot ||
      holderOf(
        part.box,
        holders.filter((holder) => holder !== part),
      );
    if (parent) part.parent = parent;
    else delete part.parent;
  }
  return kept;
}

function thinnedOut(parts: readonly Part[]): Part[] {
  if (parts.length <= mostRegions) return [...parts];
  const worth = ({ role, score }: Part) => {
    const rank = dispensable.indexOf(role);
    return (rank < 0 ? dispensable.length : rank) + score;
  };
  return [...parts].sort((a, b) => worth(b) - worth(a)).slice(0, mostRegions);
}

/** @param parts as `arrange` has put them */
export function parseOf(parts: readonly Part[], { width, height }: Size): FigureParse {
  const places = new Map(parts.map((part, index) => [part, index]));
  const link = (name: 'parent' | 'tail' | 'head' | 'owner', to: Part | undefined) => {
    const index = to && places.get(to);
    return index === undefined ? {} : { [name]: index };
  };
  const regions = parts.map((part): FigureRegion => {
    const { role, box, score, text, colour, row, col, value, bold } = part;
    return {
      role,
      box: wholeBox(box, { width, height }),
      ...(text && { text }),
      ...(colour && { colour: [colour[0], colour[1], colour[2]] }),
      ...link('parent', part.parent),
      ...link('tail', part.tail),
      ...link('head', part.head),
      ...link('owner', part.owner),
      ...(row !== undefined && { row }),
      ...(col !== undefined && { col }),
      ...(value !== undefined && { value }),
      ...(bold && { bold }),
      score: Math.round(clamp(score, 0, 1) * 1000) / 1000,
    };
  });
  return { width, height, regions };
}

/** The whole pixels around a box, at least one, inside the picture. */
function wholeBox([x1, y1, x2, y2]: Box, { width, height }: Size): Box {
  const left = clamp(Math.floor(x1), 0, width - 1);
  const top = clamp(Math.floor(y1), 0, height - 1);
  return [left, top, clamp(Math.ceil(x2), left + 1, width), clamp(Math.ceil(y2), top + 1, height)];
}
