/**
 * Puts a figure together from what the network found, what was read and what the pixels say: parts with roles, texts, colours and
 * links, in the order of a parse. Everything is in pixels of the picture.
 */
import type { Box, Point } from '../../../protocol/geometry';
import { unionBox } from '../../../protocol/raster';
import type { BoxRole } from '../../engines/onnx/figure/config';
import { boxIou } from '../../engines/onnx/boxes';
import { centreOf, inBox } from '../ask/geometry';
import { enclosingShape } from '../ground/enclosure';
import { isNamedBy } from '../ground/shapes';
import type { TextLine } from '../ground/textReader';
import type { Picture } from '../picture';
import { arrowInk, linkArrows } from './arrows';
import type { FoundArrow } from './decode';
import { heatmapParts } from './heatmaps';
import { iconInk } from './icons';
import { findSwatch } from './legend';
import { gapBetween, giveAxisLabels, giveIcons, giveTexts, giveTicks, giveTitles } from './owners';
import { panelsByGutters } from './panels';
import type { Detections } from './parserGraph';
import { arrange, type Part } from './parts';
import { areaOf, fillColour, growBox, sharedBox, shareInside, whiteBalance } from './pixels';
import { plotParts } from './plots';
import { snapFlat, snapPart, snapSides } from './snap';
import { tableParts } from './tables';
import { withInk } from './textInk';
import { giveLabels, groupsOf, joinedOnRow, knownLines, textPart, type KnownLine } from './texts';

/** Boxes of different roles that share so much are one thing, seen twice. */
const sameThing = 0.75;
/** Pairs that may share their place: a plot fills its panel, a picture its block. */
const mayShare = new Set([
  'panel plot',
  'panel table',
  'panel image',
  'panel group',
  'heatmap plot',
  'plot table',
]);
/** Things of these roles never lie in one another, so that boxes that do by this share are one thing, too. */
const never = new Set<BoxRole>(['block', 'plot', 'bar', 'legend', 'x_axis', 'y_axis', 'heatmap', 'table']);
const mostNested = 0.65;
/** Sides of boxes may be off by so many pixels of the network's view. */
const sideReach = 5;
/** Ends of arrows lie at most so many pixels of the view, or this share of the picture's longer side, away from what they mean. */
const endReach = { view: 9, share: 0.025 };
/** How sure a part is that the network has not seen. */
const foundByPixels = 0.45;

/** @param pause lets a cancellation in between steps @throws what `pause` throws */
export async function assemble(
  picture: Picture,
  lines: readonly TextLine[],
  found: Detections,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<Part[]> {
  const boxes = withoutTwins(found.boxes);
  const known = knownLines(lines, found.textRole, boxes);
  const parts: Part[] = boxes.map(({ role, box, score }) => ({ role, box, score }));
  const isIn = ({ line }: KnownLine, { box }: Part) => inBox(box, centreOf(line.box));
  const ofRole = (...roles: Part['role'][]) => parts.filter(({ role }) => roles.includes(role));
  /** Takes lines out of those that are still to be placed. */
  let left = known;
  const take = (wanted: (each: KnownLine) => boolean): KnownLine[] => {
    const taken = left.filter(wanted);
    left = left.filter((each) => !taken.includes(each));
    return taken;
  };

  await pause();
  for (const part of parts) snap(picture, part, known, sideReach * found.scale);
  await pause();

  for (const table of ofRole('table')) {
    const inside = take(
      (each) => isIn(each, table) && !['title', 'panel_letter', 'legend_entry'].includes(each.role),
    );
    if (inside.length) table.box = aroundTexts(picture, table.box, inside);
    parts.push(...tableParts(picture, table.box, inside));
  }
  for (const map of ofRole('heatmap')) {
    const near = take((each) => isIn(each, map) || (isHeader(each) && belongsToMap(each, map)));
    parts.push(...heatmapParts(picture, map, near));
  }
  const strayCells = take(({ role }) => ['cell', 'row_header', 'col_header'].includes(role));
  if (strayCells.length >= 4) {
    // A table that the network has read and not seen.
    const box = growBox(unionBox(strayCells.map(({ line }) => line.box)), 4);
    parts.push({ role: 'table', box, score: foundByPixels }, ...tableParts(picture, box, strayCells));
  } else for (const each of strayCells) parts.push(withInk(picture, textPart('text', [each])));

  for (const legend of ofRole('legend')) parts.push(...legendParts(picture, take, legend));
  parts.push(...legendParts(picture, take));

  for (const formula of ofRole('formula')) {
    const inside = take((each) => shareInside(each.line.box, formula.box) > 0.6);
    if (inside.length) Object.assign(formula, { text: textPart('formula', inside).text });
  }
  const labels = take(({ role }) => role === 'label');
  const unnamed = giveLabels(labels, parts);
  for (const group of groupsOf(unnamed)) parts.push(unseenBlock(picture, group, parts, known));

  for (const each of take(({ role }) => role === 'tick'))
    parts.push(withInk(picture, textPart('tick', [each])));
  for (const each of take(({ role }) => role === 'panel_letter'))
    parts.push(withInk(picture, textPart('panel_letter', [each])));
  for (const role of ['title', 'axis_label', 'formula', 'text'] as const)
    for (const group of groupsOf(take((each) => each.role === role)))
      parts.push(withInk(picture, textPart(role, group)));
  for (const group of groupsOf(left.filter(({ role }) => role !== 'none')))
    parts.push(withInk(picture, textPart('text', group)));
  await pause();

  addPanels(picture, parts);
  giveTicks(parts);
  for (const part of parts) giveColour(picture, part, parts, known);
  const texts = known.map(({ line }) => line.box);
  for (const plot of ofRole('plot')) {
    await pause();
    parts.push(...plotParts(picture, plot, parts, texts, found.strokes));
  }
  await pause();

  const paths = new Map<Part, readonly Point[]>();
  for (const arrow of found.arrows) {
    const { part, path } = arrowPart(picture, arrow, found, texts);
    parts.push(part);
    paths.set(part, path);
  }
  const diagonal = Math.max(picture.width, picture.height);
  linkArrows([...paths.keys()], parts, Math.max(endReach.view * found.scale, endReach.share * diagonal));
  giveIcons(parts);
  giveTitles(parts);
  giveAxisLabels(parts);
  giveTexts(parts, paths);
  const balance = whiteBalance(picture);
  if (balance) for (const part of parts) if (part.colour) part.colour = balance(part.colour);
  return arrange(
    parts.filter(({ box }) => box[2] > box[0] && box[3] > box[1]),
    picture,
  );
}

/** A table's box: with all its texts, and with no more room around them than a line, to the rules there. */
function aroundTexts(picture: Picture, box: Box, known: readonly KnownLine[]): Box {
  const texts = unionBox(known.map(({ line }) => line.box));
  const heights = known.map(({ line }) => line.box[3] - line.box[1]).sort((a, b) => a - b);
  const height = heights[Math.floor(heights.length / 2)] ?? 0;
  const room = growBox(texts, 1.5 * height);
  const within = unionBox([sharedBox(box, room), texts]);
  const isCut = within.map((value, i) => Math.abs(value - (box[i] as number)) > 1);
  const snapped = snapSides(picture, growBox(texts, 0.5 * height), 0.9 * height);
  const side = (i: 0 | 1 | 2 | 3) => (isCut[i] ? snapped[i] : within[i]);
  return [side(0), side(1), side(2), side(3)];
}

/** Of boxes that are one thing under several roles, the surest. */
function withoutTwins<T extends { role: BoxRole; box: Box; score: number }>(boxes: readonly T[]): T[] {
  const kept: T[] = [];
  for (const each of [...boxes].sort((a, b) => b.score - a.score)) {
    const isTwin = kept.some(
      ({ role, box }) =>
        (boxIou(box, each.box) >= sameThing && !mayShare.has([role, each.role].sort().join(' '))) ||
        (role === each.role &&
          never.has(role) &&
          Math.max(shareInside(each.box, box), shareInside(box, each.box)) >= mostNested),
    );
    if (!isTwin) kept.push(each);
  }
  return kept;
}

/** Moves a part to its ink. */
function snap(picture: Picture, part: Part, known: readonly KnownLine[], reach: number): void {
  switch (part.role) {
    case 'block':
    case 'group':
    case 'legend': {
      const seeds = known
        .filter(({ line, role }) => role === 'label' && shareInside(line.box, part.box) > 0.9)
        .map(({ line }) => line.box);
      // A block's label is all that is in it; a frame's own label comes first.
      const seed = part.role === 'block' ? (seeds.length ? [unionBox(seeds)] : []) : seeds.slice(0, 1);
      Object.assign(part, snapPart(picture, part.box, seed, reach));
      return;
    }
    case 'bar': {
      const texts = known.map(({ line }) => line.box);
      part.box = snapFlat(picture, part.box, reach, texts);
      return;
    }
    case 'image':
    case 'plot':
    case 'heatmap':
    case 'panel':
    case 'table':
      part.box = snapSides(picture, part.box, reach);
      return;
    case 'snowflake':
    case 'flame':
      Object.assign(part, iconInk(picture, growBox(part.box, Math.min(2, reach))));
      return;
    default:
      return;
  }
}

const isHeader = ({ role }: KnownLine) => role === 'row_header' || role === 'col_header';

/** A heat map's names stand right beside it. */
function belongsToMap({ line }: KnownLine, { box }: Part): boolean {
  const [x, y] = centreOf(line.box);
  const height = Math.min(line.box[3] - line.box[1], line.box[2] - line.box[0]);
  const faces = (x > box[0] && x < box[2]) || (y > box[1] && y < box[3]);
  return faces && gapBetween(line.box, box) <= 2.5 * height;
}

/** The entries of a legend; without one, those that stand in no legend. */
function legendParts(
  picture: Picture,
  take: (wanted: (each: KnownLine) => boolean) => KnownLine[],
  legend?: Part,
): Part[] {
  const taken = take((each) =>
    legend
      ? inBox(growBox(legend.box, 2), centreOf(each.line.box)) && each.role !== 'title'
      : each.role === 'legend_entry',
  );
  const entries = joinedOnRow(taken).map((group) => textPart('legend_entry', group));
  const texts = entries.map(({ box }) => box);
  for (const entry of entries)
    findSwatch(
      picture,
      entry,
      legend?.box,
      texts.filter((box) => box !== entry.box),
    );
  // Where there is no legend, a name without a swatch is no entry of one.
  return entries.map((entry) =>
    legend || entry.colour ? entry : withInk(picture, { ...entry, role: 'text' }),
  );
}

/** A label whose block the network has not seen: the closed outline that it names; without one it is a text. */
function unseenBlock(
  picture: Picture,
  group: readonly KnownLine[],
  parts: readonly Part[],
  known: readonly KnownLine[],
): Part {
  const text = textPart('text', group);
  const found = enclosingShape(picture, text.box);
  const others = known.filter((each) => !group.includes(each)).map(({ line }) => line);
  const isNew =
    found && isNamedBy(found.box, text.box, others) && parts.every(({ box }) => boxIou(box, found.box) < 0.5);
  if (!isNew) return withInk(picture, text);
  return { ...text, role: 'block', box: found.box, score: foundByPixels };
}

function addPanels(picture: Picture, parts: Part[]): void {
  const letters = parts.filter(({ role }) => role === 'panel_letter');
  if (parts.some(({ role }) => role === 'panel')) return;
  const boxes = panelsByGutters(
    picture,
    letters.map(({ box }) => box),
  );
  parts.push(...boxes.map((box): Part => ({ role: 'panel', box, score: foundByPixels })));
}

/** The fill of areas, without what is drawn in them. */
function giveColour(picture: Picture, part: Part, parts: readonly Part[], known: readonly KnownLine[]): void {
  if (part.role === 'x_axis' || part.role === 'y_axis') {
    // Axes are drawn in the ink of their ticks.
    const tick = parts.find(({ role, owner, colour }) => role === 'tick' && owner === part && colour);
    if (tick?.colour) part.colour = tick.colour;
    return;
  }
  if (part.colour || !['block', 'group', 'plot'].includes(part.role)) return;
  const inside = parts
    .filter(
      (other) =>
        other !== part && areaOf(other.box) < areaOf(part.box) && shareInside(other.box, part.box) > 0.5,
    )
    .map(({ box }) => box);
  const [w, h] = [part.box[2] - part.box[0], part.box[3] - part.box[1]];
  const border = Math.min(0.1 * Math.min(w, h), 6);
  const texts = known.map(({ line }) => line.box);
  // Nothing is seen of a plot behind a heat map.
  if (
    part.role === 'plot' &&
    parts.some(({ role, box }) => role === 'heatmap' && boxIou(box, part.box) > 0.7)
  )
    return;
  const colour = fillColour(picture, growBox(part.box, -border), [...inside, ...texts]);
  if (colour) part.colour = colour;
}

function arrowPart(
  picture: Picture,
  arrow: FoundArrow,
  found: Detections,
  texts: readonly Box[],
): { part: Part; path: readonly Point[] } {
  const { tail, head, score } = arrow;
  const ends = { tail, head } as const;
  const ink = arrowInk(picture, arrow, found.strokes.arrow, texts);
  if (ink) {
    const { patch, box, colour, path } = ink;
    return { part: { role: 'arrow', box, patch, score, ends, ...(colour && { colour }) }, path };
  }
  const box: Box = [
    Math.min(tail[0], head[0]) - 2,
    Math.min(tail[1], head[1]) - 2,
    Math.max(tail[0], head[0]) + 2,
    Math.max(tail[1], head[1]) + 2,
  ];
  return { part: { role: 'arrow', box, score, ends }, path: [tail, head] };
}
