/** How lines of text lie to each other: reading order, rows, and the blocks that a label of several lines makes. */
import type { Box } from '../../../protocol/geometry';
import { unionBox } from '../../../protocol/raster';

/** Degrees, clockwise, by which text is turned to stand upright: 90 for text that goes upwards, 270 for downwards. */
export type Turn = 0 | 90 | 270;

/** Anything with a place and a text. */
export interface Placed {
  box: Box;
  text: string;
  turn?: Turn;
}

/** Lines of one label, one under the other; each row has its pieces from left to right. */
export type Block<T extends Placed> = T[][];

/** Pieces of a row overlap vertically by this share of the lower one, and are at most so many heights apart. */
const rowOverlap = 0.6;
const rowGap = 1;
/** Rows of a block are at most so many heights apart, and neither is so many times as high as the other. */
const blockGap = 0.75;
const blockHeights = 1.8;

const widthOf = ({ box }: Placed) => box[2] - box[0];
const heightOf = ({ box }: Placed) => box[3] - box[1];
const middleOf = ({ box }: Placed) => (box[1] + box[3]) / 2;

/** From top to bottom, and from left to right where lines lie on one row. */
export function inReadingOrder<T extends Placed>(lines: readonly T[]): T[] {
  const rows: T[][] = [];
  for (const line of [...lines].sort((a, b) => middleOf(a) - middleOf(b))) {
    const row = rows.at(-1);
    if (
      row?.[0] &&
      overlap(row[0].box, line.box, 1) >= rowOverlap * Math.min(heightOf(row[0]), heightOf(line))
    )
      row.push(line);
    else rows.push([line]);
  }
  return rows.flatMap((row) => row.sort((a, b) => a.box[0] - b.box[0]));
}

/** Lines → blocks. Every line is in one block; lines of a block have the same turn. */
export function groupBlocks<T extends Placed>(lines: readonly T[]): Block<T>[] {
  return ([0, 90, 270] as const).flatMap((turn) => {
    // Turned text is grouped as it would lie when upright.
    const upright = lines
      .filter((line) => (line.turn ?? 0) === turn)
      .map((line) => ({ line, text: line.text, box: uprightBox(line.box, turn) }));
    return groupUpright(upright).map((block) => block.map((row) => row.map(({ line }) => line)));
  });
}

/** A box in the frame of the picture turned clockwise (moved by whole sides, which does not matter here). */
function uprightBox([x1, y1, x2, y2]: Box, turn: Turn): Box {
  if (turn === 90) return [-y2, x1, -y1, x2];
  return turn === 270 ? [y1, -x2, y2, -x1] : [x1, y1, x2, y2];
}

function groupUpright<T extends Placed>(lines: readonly T[]): Block<T>[] {
  const rows = joinRows(lines);
  const blocks: Block<T>[] = [];
  for (const row of rows.sort((a, b) => boxOf(a)[1] - boxOf(b)[1])) {
    const above = blocks.find((block) => continues(block.at(-1) as T[], row));
    if (above) above.push(row);
    else blocks.push([row]);
  }
  return blocks;
}

const boxOf = (row: readonly Placed[]): Box => unionBox(row.map(({ box }) => box));

/** Pieces that lie close to each other on one row, joined. */
function joinRows<T extends Placed>(lines: readonly T[]): T[][] {
  const rows: T[][] = [];
  for (const line of [...lines].sort((a, b) => a.box[0] - b.box[0])) {
    const left = rows.find((row) => {
      const last = row.at(-1) as T;
      const height = Math.min(heightOf(last), heightOf(line));
      const gap = line.box[0] - last.box[2];
      return (
        overlap(last.box, line.box, 1) >= rowOverlap * height &&
        gap <= rowGap * height &&
        gap > -widthOf(last)
      );
    });
    if (left) left.push(line);
    else rows.push([line]);
  }
  return rows;
}

/** Whether a row is the next one of the same label: close below, of similar height, over the same place. */
function continues(above: readonly Placed[], below: readonly Placed[]): boolean {
  const [a, b] = [boxOf(above), boxOf(below)];
  const [ha, hb] = [a[3] - a[1], b[3] - b[1]];
  const gap = b[1] - a[3];
  const lower = Math.min(ha, hb);
  return (
    gap <= blockGap * lower &&
    gap > -0.5 * lower &&
    Math.max(ha, hb) <= blockHeights * lower &&
    overlap(a, b, 0) >= 0.5 * Math.min(a[2] - a[0], b[2] - b[0])
  );
}

/** Length that two boxes share along an axis (0: x, 1: y). */
function overlap(a: Box, b: Box, axis: 0 | 1): number {
  const end = (axis + 2) as 2 | 3;
  return Math.max(0, Math.min(a[end], b[end]) - Math.max(a[axis], b[axis]));
}

/** A part of a block that may be one label: some neighbouring pieces of a row, or some neighbouring rows. */
export interface Passage<T extends Placed> {
  lines: T[];
  text: string;
  block: Block<T>;
}

/** Rows that one label has at most. */
const mostRows = 6;

/** All passages of blocks, shorter ones first. */
export function passagesOf<T extends Placed>(blocks: readonly Block<T>[]): Passage<T>[] {
  const passages: Passage<T>[] = [];
  for (const block of blocks) {
    const add = (lines: T[]) =>
      passages.push({ lines, text: lines.map(({ text }) => text).join(' '), block });
    for (const row of block)
      for (let from = 0; from < row.length; from++)
        for (let to = from + 1; to <= row.length; to++) add(row.slice(from, to));
    for (let from = 0; from < block.length; from++)
      for (let to = from + 2; to <= Math.min(block.length, from + mostRows); to++)
        add(block.slice(from, to).flat());
  }
  return passages.sort((a, b) => a.lines.length - b.lines.length);
}
