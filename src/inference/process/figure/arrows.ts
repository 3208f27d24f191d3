/** Arrows: what they lead from and to, and their ink. */
import type { Box, Point } from '../../../protocol/geometry';
import { emptyPatch, pixelBox, type Patch } from '../../../protocol/raster';
import { inBox } from '../ask/geometry';
import { commonColor } from '../ground/enclosure';
import type { Picture } from '../picture';
import type { Rgb } from './colours';
import type { StrokeMap } from './parserGraph';
import type { Part } from './parts';
import { areaOf, contrastOf, colourAt, inkColour } from './pixels';

/** Roles that arrows lead to, with what is added to their distance (pixels): a block is meant before the frame around it. */
const targets: Partial<Record<Part['role'], number>> = {
  block: 0,
  image: 0,
  formula: 1,
  text: 2,
  heatmap: 2,
  table: 2,
  plot: 3,
  group: 3,
  panel: 4,
};

/** Pixels from a point to a box's border from outside; inside, how deep it lies. */
function depthOf([x1, y1, x2, y2]: Box, [x, y]: Point): { outside: number; inside: number } {
  const outside = Math.hypot(Math.max(x1 - x, 0, x - x2), Math.max(y1 - y, 0, y - y2));
  const inside = outside > 0 ? 0 : Math.min(x - x1, x2 - x, y - y1, y2 - y);
  return { outside, inside };
}

/**
 * The part at an arrow's end: that with the nearest edge. An end that lies in a frame, far from its edge, does not mean the frame.
 * @param reach pixels between an end and what it means at most
 */
export function partAt(point: Point, parts: readonly Part[], reach: number): Part | undefined {
  let best: { part: Part; cost: number } | undefined;
  for (const part of parts) {
    const handicap = targets[part.role];
    if (handicap === undefined) continue;
    const { outside, inside } = depthOf(part.box, point);
    // Ends may lie somewhat inside of what they touch; a leaf may be entered deeply.
    const isFrame =
      part.role === 'group' || part.role === 'panel' || part.role === 'plot' || part.role === 'table';
    const cost = outside + (isFrame ? inside : 0.25 * inside) + handicap;
    if (outside > reach || (isFrame && inside > reach)) continue;
    if (!best || cost < best.cost || (cost === best.cost && areaOf(part.box) < areaOf(best.part.box)))
      best = { part, cost };
  }
  return best?.part;
}

/** Gives each arrow its tail and head; the two are never one part. */
export function linkArrows(arrows: readonly Part[], parts: readonly Part[], reach: number): void {
  for (const arrow of arrows) {
    if (!arrow.ends) continue;
    const { tail, head } = arrow.ends;
    const to = partAt([...head], parts, reach);
    const from = partAt(
      [...tail],
      parts.filter((part) => part !== to),
      reach,
    );
    if (to) arrow.head = to;
    if (from) arrow.tail = from;
  }
}

/** A pixel is an arrow's when it lies nearer to its colour than this share of the way to the paper's. */
const inkContrast = 0.5;
/** Cost of a step on strokes, on other ink, on paper. */
const costs = { stroke: 1, ink: 6, paper: 14 };
/** Room around an arrow's ends that its path may take, in pixels. */
const room = 24;

/** An arrow's ink and the box around it, from the path between its ends that keeps to the strokes. */
export interface ArrowInk {
  patch: Patch;
  box: Box;
  colour?: Rgb;
  /** The path from tail to head, in pixels. */
  path: Point[];
}

/**
 * @param strokes where the network sees ink of arrows
 * @param obstacles boxes whose ink is not the arrow's: texts
 * @returns undefined where there is no ink between the ends
 */
export function arrowInk(
  picture: Picture,
  { tail, head }: { tail: Point; head: Point },
  strokes: StrokeMap,
  obstacles: readonly Box[],
): ArrowInk | undefined {
  const [cw, ch] = strokes.cell;
  const cellOf = ([x, y]: Point): Point => [
    Math.min(strokes.width - 1, Math.max(0, Math.floor(x / cw))),
    Math.min(strokes.height - 1, Math.max(0, Math.floor(y / ch))),
  ];
  const cells = pathBetween(strokes, cellOf(tail), cellOf(head));
  const path = cells.map(([x, y]): Point => [(x + 0.5) * cw, (y + 0.5) * ch]);
  const radius = 1.5 * Math.max(cw, ch) + 1;
  const corridor = corridorOf(path, radius, picture);
  // The head is wider than the line: strokes near the path belong to it as well.
  const wide = corridorOf(path, 3 * radius, picture);
  const isBlocked = (x: number, y: number) => obstacles.some((box) => inBox(box, [x + 0.5, y + 0.5]));
  const isStroke = (x: number, y: number) => {
    const [cx, cy] = cellOf([x + 0.5, y + 0.5]);
    return strokes.data[cy * strokes.width + cx] === 1;
  };
  const [drawn, paper]: [number[], number[]] = [[], []];
  eachPixel(wide, (x, y) => {
    const at = y * picture.width + x;
    if (isStroke(x, y)) {
      if (inPatch(corridor, x, y)) drawn.push(at);
    } else if (!nearStroke(strokes, ...cellOf([x + 0.5, y + 0.5]))) paper.push(at);
  });
  const behind = commonColor(picture, paper.length > 8 ? paper : [...paper, ...drawn], 0);
  const colour = behind && inkColour(picture, drawn.length > 8 ? drawn : [...paper, ...drawn], behind);
  if (!colour) return undefined;
  const patch = emptyPatch([wide.x, wide.y, wide.x + wide.width, wide.y + wide.height]);
  let box: Box | undefined;
  const most = inkContrast * contrastOf(behind, colour);
  eachPixel(wide, (x, y) => {
    const isNear = inPatch(corridor, x, y);
    if (!(isNear ? nearStroke(strokes, ...cellOf([x + 0.5, y + 0.5])) : isStroke(x, y))) return;
    if (contrastOf(colourAt(picture, y * picture.width + x), colour) > most || isBlocked(x, y)) return;
    patch.data[(y - wide.y) * wide.width + x - wide.x] = 1;
    box = box
      ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x + 1), Math.max(box[3], y + 1)]
      : [x, y, x + 1, y + 1];
  });
  return box && { patch, box, colour, path };
}

/** Calls for each set pixel of a patch, with its place in the picture. */
function eachPixel(
  { x: left, y: top, width, height, data }: Patch,
  call: (x: number, y: number) => void,
): void {
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) if (data[y * width + x]) call(left + x, top + y);
}

const inPatch = ({ x, y, width, height, data }: Patch, px: number, py: number) =>
  px >= x && py >= y && px < x + width && py < y + height && data[(py - y) * width + px - x] === 1;

/** Whether a cell or one of its neighbours has a stroke. */
function nearStroke({ width, height, data }: StrokeMap, x: number, y: number): boolean {
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++)
      if (data[ny * width + nx]) return true;
  return false;
}

/** Pixels within `radius` of the points of a path. */
function corridorOf(path: readonly Point[], radius: number, size: Picture): Patch {
  const xs = path.map(([x]) => x);
  const ys = path.map(([, y]) => y);
  const patch = emptyPatch(
    pixelBox(
      [
        Math.min(...xs) - radius,
        Math.min(...ys) - radius,
        Math.max(...xs) + radius,
        Math.max(...ys) + radius,
      ],
      size,
    ),
  );
  for (const [x, y] of path)
    for (
      let py = Math.max(patch.y, Math.floor(y - radius));
      py < Math.min(patch.y + patch.height, y + radius);
      py++
    )
      for (
        let px = Math.max(patch.x, Math.floor(x - radius));
        px < Math.min(patch.x + patch.width, x + radius);
        px++
      )
        if ((px + 0.5 - x) ** 2 + (py + 0.5 - y) ** 2 <= radius * radius)
          patch.data[(py - patch.y) * patch.width + px - patch.x] = 1;
  return patch;
}

/** The cheapest path of cells between two cells (Dijkstra's algorithm with buckets); strokes are cheap, paper is dear. */
function pathBetween(strokes: StrokeMap, from: Point, to: Point): Point[] {
  const margin =
    Math.ceil(room / Math.min(...strokes.cell)) + 0.5 * Math.hypot(from[0] - to[0], from[1] - to[1]);
  const [x1, y1, x2, y2] = [
    Math.max(0, Math.floor(Math.min(from[0], to[0]) - margin)),
    Math.max(0, Math.floor(Math.min(from[1], to[1]) - margin)),
    Math.min(strokes.width, Math.ceil(Math.max(from[0], to[0]) + margin) + 1),
    Math.min(strokes.height, Math.ceil(Math.max(from[1], to[1]) + margin) + 1),
  ];
  const [width, height] = [x2 - x1, y2 - y1];
  const indexOf = ([x, y]: Point) => (y - y1) * width + x - x1;
  const best = new Int32Array(width * height).fill(0x7fffffff);
  const before = new Int32Array(width * height).fill(-1);
  const buckets: number[][] = [];
  const push = (cell: number, cost: number) => (buckets[cost] ??= []).push(cell);
  const [start, goal] = [indexOf(from), indexOf(to)];
  best[start] = 0;
  push(start, 0);
  search: for (let cost = 0; cost < buckets.length; cost++)
    for (const cell of buckets[cost] ?? []) {
      if (best[cell] !== cost) continue;
      if (cell === goal) break search;
      const [x, y] = [cell % width, Math.floor(cell / width)];
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const [nx, ny] = [x + dx, y + dy];
          if ((!dx && !dy) || nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          const [cx, cy] = [nx + x1, ny + y1];
          const step = strokes.data[cy * strokes.width + cx]
            ? costs.stroke
            : nearStroke(strokes, cx, cy)
              ? costs.ink
              : costs.paper;
          // Slanted steps are longer: lengths are counted in fifths.
          const total = cost + step * (dx && dy ? 7 : 5);
          const next = ny * width + nx;
          if (total < (best[next] as number)) {
            best[next] = total;
            before[next] = cell;
            push(next, total);
          }
        }
    }
  const path: Point[] = [];
  for (let cell = goal; cell >= 0; cell = before[cell] as number)
    path.push([(cell % width) + x1, Math.floor(cell / width) + y1]);
  return path.reverse();
}
