/** Panels of a figure that has letters for them: the parts into which white gutters cut it, one for each letter. */
import type { Box } from '../../../protocol/geometry';
import { centreOf, inBox } from '../ask/geometry';
import { commonColor } from '../ground/enclosure';
import type { Picture } from '../picture';
import { inkBox } from './inkBox';
import { colourAt, contrastOf } from './pixels';
import type { Rgb } from './colours';

/** A gutter is at least this share of the picture's shorter side wide. */
const leastGutter = 0.012;
/** A few pixels of noise do not close a gutter. */
const mostNoise = 1;

/** @param letters boxes of the panels' letters @returns a box for each letter, or none where gutters do not part them */
export function panelsByGutters(picture: Picture, letters: readonly Box[]): Box[] {
  if (letters.length < 2) return [];
  const paper = commonColor(picture, borderOf(picture), 0) ?? [255, 255, 255];
  const cells = split(picture, paper, [0, 0, picture.width, picture.height], letters);
  return cells.length === letters.length ? cells.map((cell) => inkBox(picture, cell, paper) ?? cell) : [];
}

/** The pixels at the edge of a picture: paper, unless something is cut off there. */
function borderOf({ width, height }: Picture): number[] {
  const across = Array.from({ length: width }, (_, x) => [x, (height - 1) * width + x]);
  const down = Array.from({ length: height }, (_, y) => [y * width, y * width + width - 1]);
  return [...across, ...down].flat();
}

function split(picture: Picture, paper: Rgb, cell: Box, letters: readonly Box[]): Box[] {
  const inside = letters.filter((letter) => inBox(cell, centreOf(letter)));
  if (inside.length <= 1) return inside.length ? [cell] : [];
  const gutters = ([0, 1] as const)
    .flatMap((axis) => guttersOf(picture, paper, cell, axis).map((gutter) => ({ axis, ...gutter })))
    .sort((a, b) => b.to - b.from - (a.to - a.from));
  for (const { axis, from, to } of gutters) {
    const middle = (from + to) / 2;
    const [first, second]: [Box, Box] =
      axis === 0
        ? [
            [cell[0], cell[1], middle, cell[3]],
            [middle, cell[1], cell[2], cell[3]],
          ]
        : [
            [cell[0], cell[1], cell[2], middle],
            [cell[0], middle, cell[2], cell[3]],
          ];
    const has = (part: Box) => inside.some((letter) => inBox(part, centreOf(letter)));
    if (has(first) && has(second))
      return [...split(picture, paper, first, inside), ...split(picture, paper, second, inside)];
  }
  return [cell];
}

/** Stretches along an axis in which nothing is drawn, between things that are. */
function guttersOf(
  picture: Picture,
  paper: Rgb,
  [x1, y1, x2, y2]: Box,
  axis: 0 | 1,
): { from: number; to: number }[] {
  const [start, end] = axis === 0 ? [Math.floor(x1), Math.floor(x2)] : [Math.floor(y1), Math.floor(y2)];
  const [low, high] = axis === 0 ? [Math.floor(y1), Math.floor(y2)] : [Math.floor(x1), Math.floor(x2)];
  const least = leastGutter * Math.min(picture.width, picture.height);
  const isEmpty = (place: number): boolean => {
    let noise = 0;
    for (let other = low; other < high; other++) {
      const at = axis === 0 ? other * picture.width + place : place * picture.width + other;
      if (contrastOf(colourAt(picture, at), paper) >= 24 && ++noise > mostNoise) return false;
    }
    return true;
  };
  const gutters: { from: number; to: number }[] = [];
  let from = -1;
  for (let place = start; place <= end; place++) {
    const empty = place < end && isEmpty(place);
    if (empty && from < 0) from = place;
    if (empty || from < 0) continue;
    if (from > start && place < end && place - from >= least) gutters.push({ from, to: place });
    from = -1;
  }
  return gutters;
}
