/** What belongs to what: icons to blocks, titles to plots and tables, ticks to axes, captions to pictures, numbers to bars. */
import type { Box, Point } from '../../../protocol/geometry';
import { unionBox } from '../../../protocol/raster';
import { distanceToSegment } from '../../../protocol/simplify';
import { centreOf, inBox } from '../ask/geometry';
import type { Part } from './parts';
import { areaOf, growBox } from './pixels';
import { numberOf } from './texts';

const heightOf = ({ box }: Part) => box[3] - box[1];
const ofRole = (parts: readonly Part[], ...roles: Part['role'][]) =>
  parts.filter(({ role }) => roles.includes(role));

/** Pixels between two boxes; 0 where they touch or overlap. */
export const gapBetween = (a: Box, b: Box): number =>
  Math.hypot(Math.max(a[0] - b[2], b[0] - a[2], 0), Math.max(a[1] - b[3], b[1] - a[3], 0));

/** The nearest of some parts; of equally near ones the smallest. */
function nearest(box: Box, parts: readonly Part[], reach: number): Part | undefined {
  let best: { part: Part; gap: number } | undefined;
  for (const part of parts) {
    const gap = gapBetween(box, part.box);
    if (gap > reach) continue;
    if (!best || gap < best.gap || (gap === best.gap && areaOf(part.box) < areaOf(best.part.box)))
      best = { part, gap };
  }
  return best?.part;
}

/** An icon sits in or at the corner of what it marks: a block, an entry of a legend, or the group around it. */
export function giveIcons(parts: readonly Part[]): void {
  for (const icon of ofRole(parts, 'snowflake', 'flame')) {
    const size = Math.max(icon.box[2] - icon.box[0], heightOf(icon));
    const near =
      nearest(icon.box, ofRole(parts, 'block', 'legend_entry', 'image'), 0.35 * size) ??
      nearest(icon.box, ofRole(parts, 'group'), 0) ??
      nearest(icon.box, ofRole(parts, 'block', 'group', 'legend_entry', 'image'), size);
    if (near) icon.owner = near;
  }
}

/** Titles and letters: of the panel that they stand in, else of the nearest plot, table or panel. */
export function giveTitles(parts: readonly Part[]): void {
  const panels = ofRole(parts, 'panel');
  const letters = ofRole(parts, 'panel_letter');
  const around = (part: Part) =>
    panels
      .filter(({ box }) => inBox(box, centreOf(part.box)))
      .sort((a, b) => areaOf(a.box) - areaOf(b.box))[0];
  for (const letter of letters) {
    const owner =
      around(letter) ?? nearest(letter.box, ofRole(parts, 'panel', 'plot', 'table'), 6 * heightOf(letter));
    if (owner) letter.owner = owner;
  }
  for (const title of ofRole(parts, 'title')) {
    const panel = around(title);
    // A panel's own title stands beside its letter.
    const isBesideLetter = letters.some(
      (letter) =>
        letter.owner === panel &&
        Math.min(letter.box[3], title.box[3]) - Math.max(letter.box[1], title.box[1]) >
          0.3 * Math.min(heightOf(letter), heightOf(title)) &&
        gapBetween(letter.box, title.box) < 2.5 * heightOf(letter),
    );
    const shareColumn = ofRole(parts, 'plot', 'table').filter(
      ({ box }) => Math.min(box[2], title.box[2]) > Math.max(box[0], title.box[0]),
    );
    const owner =
      panel && isBesideLetter ? panel : (nearest(title.box, shareColumn, 6 * lineHeight(title)) ?? panel);
    if (owner) title.owner = owner;
  }
}

const lineHeight = ({ lines, box }: Part): number => {
  const first = lines?.[0]?.box ?? box;
  return Math.min(first[3] - first[1], first[2] - first[0]);
};

/** Ticks go to the axis that they stand at; their numbers become values, their places part of the axis. */
export function giveTicks(parts: Part[]): void {
  const ticks = ofRole(parts, 'tick');
  for (const tick of ticks) {
    const value = numberOf(tick.text ?? '');
    if (value !== undefined) tick.value = value;
    const [x, y] = centreOf(tick.box);
    // Below the line of an x axis, left of that of a y axis.
    const axes = ofRole(parts, 'x_axis', 'y_axis').filter(({ role, box }) =>
      role === 'x_axis' ? y >= box[1] : x <= box[2],
    );
    const holding = axes.filter(({ box }) => inBox(growBox(box, 3), centreOf(tick.box)));
    const axis = nearest(tick.box, holding.length ? holding : axes, 1.5 * lineHeight(tick));
    if (axis) tick.owner = axis;
  }
  for (const axis of ofRole(parts, 'x_axis', 'y_axis'))
    axis.box = unionBox([axis.box, ...ticks.filter(({ owner }) => owner === axis).map(({ box }) => box)]);
  for (const plot of ofRole(parts, 'plot'))
    for (const side of ['x', 'y'] as const) {
      const axis = axisOfTicks(plot, side, ticks);
      if (axis) parts.push(axis);
    }
}

/** An axis that the network has missed: the ticks without an axis in a row below a plot, or in a column left of it. */
function axisOfTicks(plot: Part, side: 'x' | 'y', ticks: readonly Part[]): Part | undefined {
  const [x1, y1, x2, y2] = plot.box;
  const free = ticks.filter((tick) => {
    if (tick.owner) return false;
    const [x, y] = centreOf(tick.box);
    const room = 3 * lineHeight(tick);
    return side === 'x'
      ? x >= x1 - room && x <= x2 + room && tick.box[1] >= y2 - 2 && tick.box[1] <= y2 + room
      : y >= y1 - room && y <= y2 + room && tick.box[2] <= x1 + 2 && tick.box[2] >= x1 - room;
  });
  if (free.length < 2) return undefined;
  const end =
    side === 'x' ? Math.max(...free.map(({ box }) => box[3])) : Math.min(...free.map(({ box }) => box[0]));
  const axis: Part = {
    role: side === 'x' ? 'x_axis' : 'y_axis',
    box: side === 'x' ? [x1, y2, x2, end] : [end, y1, x1, y2],
    score: 0.4,
  };
  for (const tick of free) tick.owner = axis;
  return axis;
}

/** Names of axes: turned ones of upright axes. Where there is no axis, of the plot. */
export function giveAxisLabels(parts: readonly Part[]): void {
  for (const label of ofRole(parts, 'axis_label')) {
    const isTurned = (label.lines?.[0]?.turn ?? 0) !== 0;
    const reach = 5 * lineHeight(label);
    const owner =
      nearest(label.box, ofRole(parts, isTurned ? 'y_axis' : 'x_axis'), reach) ??
      nearest(label.box, ofRole(parts, 'x_axis', 'y_axis'), reach) ??
      nearest(label.box, ofRole(parts, 'plot'), 2 * reach);
    if (owner) label.owner = owner;
  }
}

/** Texts right below or above a picture, on or at the end of a bar, or beside an arrow belong to it. @param paths of arrows */
export function giveTexts(parts: readonly Part[], paths: ReadonlyMap<Part, readonly Point[]>): void {
  const images = ofRole(parts, 'image');
  const bars = ofRole(parts, 'bar');
  const isEnd = new Set([...paths.keys()].flatMap(({ tail, head }) => [tail, head]));
  for (const text of ofRole(parts, 'text')) {
    if (text.owner) continue;
    const height = lineHeight(text);
    const [x] = centreOf(text.box);
    const owner =
      images.find(
        ({ box }) =>
          x > box[0] &&
          x < box[2] &&
          gapBetween(text.box, box) <= 1.2 * height &&
          !inBox(box, centreOf(text.box)),
      ) ??
      (numberOf(text.text ?? '') === undefined ? undefined : barOf(text, bars)) ??
      (isEnd.has(text) ? undefined : arrowBeside(text, paths, 1.1 * height));
    if (owner) text.owner = owner;
  }
}

function barOf(text: Part, bars: readonly Part[]): Part | undefined {
  const holding = bars.filter(({ box }) => inBox(box, centreOf(text.box)));
  if (holding[0]) return holding[0];
  const [x, y] = centreOf(text.box);
  const facing = bars.filter(
    ({ box }) => (x > box[0] && x < box[2] && y < box[1]) || (y > box[1] && y < box[3] && x > box[2]),
  );
  return nearest(text.box, facing, lineHeight(text));
}

function arrowBeside(
  text: Part,
  paths: ReadonlyMap<Part, readonly Point[]>,
  reach: number,
): Part | undefined {
  let best: { arrow: Part; away: number } | undefined;
  const [x1, y1, x2, y2] = text.box;
  for (const [arrow, path] of paths) {
    if (gapBetween(arrow.box, text.box) > reach) continue;
    // A label stands at the middle of an arrow and not at its ends.
    const part = path.slice(Math.floor(path.length * 0.15), Math.ceil(path.length * 0.85));
    for (let i = 1; i < part.length; i++) {
      const [a, b] = [part[i - 1] as Point, part[i] as Point];
      const nearestPoint: Point = [
        Math.min(Math.max((a[0] + b[0]) / 2, x1), x2),
        Math.min(Math.max((a[1] + b[1]) / 2, y1), y2),
      ];
      const away = distanceToSegment(nearestPoint, a, b);
      if (away <= reach && (!best || away < best.away)) best = { arrow, away };
    }
  }
  return best?.arrow;
}
