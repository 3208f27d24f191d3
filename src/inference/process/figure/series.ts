/**
 * Series of a plot by colour: the pixels of the plot that have a legend entry's colour (or one of the colours that are drawn there), as
 * curves, markers or bars.
 */
import type { Box } from '../../../protocol/geometry';
import { emptyPatch, patchArea, pixelBox, type Patch } from '../../../protocol/raster';
import { inBox } from '../ask/geometry';
import type { Picture } from '../picture';
import { labOf, type Rgb } from './colours';
import type { StrokeMap } from './parserGraph';
import { colourAt, contrastOf, fillColour } from './pixels';

export interface Series {
  kind: 'curve' | 'marker' | 'bar';
  colour: Rgb;
  /** Tight around its pixels. */
  patch: Patch;
  /** Index among the legend's colours that were given. */
  entry?: number;
}

/** Colours nearer than this in Lab are one. */
const sameSeries = 16;
/** A pixel is a mixture of a series' colour and the paper, with at least so much of the colour. */
const leastShare = 0.45;
/** How far (Euclidean, RGB) a pixel may lie from such a mixture. */
const mixtureError = 42;
/** How much a paler colour of the same tint counts as another one. */
const fadedWorth = 0.6;
/** A colour without a legend entry makes up at least this share of the plot's stroke pixels. */
const leastOfStrokes = 0.06;
/** Of a series' pixels this share lies on strokes that the network sees; of bars, less. */
const onStrokes = 0.35;
/** Pixels of a series at least. */
const leastPixels = 12;
/** Axes and frames at the sides of a plot are not part of it. */
const frame = 2;

/**
 * @param plot the area in the axes
 * @param colours of the legend's entries
 * @param without boxes in which nothing is drawn of a series: the legend, texts
 */
export function seriesIn(
  picture: Picture,
  plot: Box,
  colours: readonly Rgb[],
  strokes: { curve: StrokeMap; marker: StrokeMap },
  without: readonly Box[],
): Series[] {
  const area = pixelBox([plot[0] + frame, plot[1] + frame, plot[2] - frame, plot[3] - frame], picture);
  const paper = fillColour(picture, area, without) ?? [255, 255, 255];
  const hidden = without.filter((box) => box[0] < area[2] && box[2] > area[0]);
  const kindAt = (x: number, y: number): 0 | 1 | 2 => {
    const here = (map: StrokeMap) => {
      const [cx, cy] = [Math.floor((x + 0.5) / map.cell[0]), Math.floor((y + 0.5) / map.cell[1])];
      return map.data[Math.min(map.height - 1, cy) * map.width + Math.min(map.width - 1, cx)] === 1;
    };
    return here(strokes.marker) ? 2 : here(strokes.curve) ? 1 : 0;
  };
  const wanted = [...colours, ...drawnColours(picture, area, paper, colours, kindAt, hidden)];
  const usable = wanted.map((colour) => contrastOf(colour, paper) >= 20);
  const patches = wanted.map(() => emptyPatch(area));
  const counts = wanted.map(() => [0, 0, 0] as [number, number, number]);
  const width = area[2] - area[0];
  for (let y = area[1]; y < area[3]; y++)
    for (let x = area[0]; x < area[2]; x++) {
      const pixel = colourAt(picture, y * picture.width + x);
      if (contrastOf(pixel, paper) < 16) continue;
      const best = nearest(pixel, strongestNear(picture, x, y, paper), paper, wanted, usable);
      if (best < 0 || hidden.some((box) => inBox(box, [x, y]))) continue;
      (patches[best] as Patch).data[(y - area[1]) * width + x - area[0]] = 1;
      (counts[best] as [number, number, number])[kindAt(x, y)]++;
    }
  return wanted.flatMap((colour, index): Series[] => {
    const [other, curve, marker] = counts[index] as [number, number, number];
    const total = other + curve + marker;
    if (total < leastPixels) return [];
    const entry = index < colours.length ? { entry: index } : {};
    const patch = patches[index] as Patch;
    if ((curve + marker) / total < onStrokes) return [{ kind: 'bar', colour, patch: tight(patch), ...entry }];
    const kind = marker > curve ? 'marker' : 'curve';
    keepNearStrokes(patch, kindAt);
    dropSpecks(patch, kind);
    const kept = tight(kind === 'curve' ? bridged(patch, others(patches, index)) : patch);
    return patchArea(kept) < leastPixels ? [] : [{ kind, colour, patch: kept, ...entry }];
  });
}

/** Of the pixels around one and itself, the colour that differs most from the paper: softened edges have their line's colour near. */
function strongestNear({ width, height, data }: Picture, x: number, y: number, [r, g, b]: Rgb): Rgb {
  let [best, most] = [y * width + x, -1];
  const bottom = Math.min(height - 1, y + 1);
  const right = Math.min(width - 1, x + 1);
  for (let ny = Math.max(0, y - 1); ny <= bottom; ny++)
    for (let nx = Math.max(0, x - 1); nx <= right; nx++) {
      const i = (ny * width + nx) * 3;
      const contrast = Math.max(
        Math.abs((data[i] as number) - r),
        Math.abs((data[i + 1] as number) - g),
        Math.abs((data[i + 2] as number) - b),
      );
      if (contrast > most) [best, most] = [ny * width + nx, contrast];
    }
  return colourAt({ data }, best);
}

/**
 * The colour that a pixel belongs to, if any: the one that its surroundings are, and the pixel itself a mixture of that with the paper.
 * @param strong the strongest colour near it
 */
function nearest(
  pixel: Rgb,
  strong: Rgb,
  paper: Rgb,
  colours: readonly Rgb[],
  usable: readonly boolean[],
): number {
  let best = -1;
  let least = Infinity;
  for (const [index, colour] of colours.entries()) {
    if (!usable[index]) continue;
    const { share, error } = mixture(pixel, paper, colour);
    if (share < leastShare || error >= mixtureError) continue;
    // Thin lines never reach their full colour: then their tint tells.
    const near = mixture(strong, paper, colour);
    const away = Math.hypot(near.error, fadedWorth * (1 - near.share) * contrastOf(colour, paper));
    if (away < least) [best, least] = [index, away];
  }
  return best;
}

/** How much of a colour is in a pixel that is partly paper (0–1), and how far from such a mixture it is. */
function mixture(pixel: Rgb, paper: Rgb, colour: Rgb): { share: number; error: number } {
  let [dot, square] = [0, 0];
  for (let c = 0; c < 3; c++) {
    const to = (colour[c] as number) - (paper[c] as number);
    dot += ((pixel[c] as number) - (paper[c] as number)) * to;
    square += to * to;
  }
  const share = Math.min(1, Math.max(0, dot / (square || 1)));
  let error = 0;
  for (let c = 0; c < 3; c++) {
    const mixed = (paper[c] as number) + share * ((colour[c] as number) - (paper[c] as number));
    error += ((pixel[c] as number) - mixed) ** 2;
  }
  return { share, error: Math.sqrt(error) };
}

/** The colours of a plot's strokes that the legend does not have, the commonest first. */
function drawnColours(
  picture: Picture,
  [x1, y1, x2, y2]: Box,
  paper: Rgb,
  known: readonly Rgb[],
  kindAt: (x: number, y: number) => 0 | 1 | 2,
  hidden: readonly Box[],
): Rgb[] {
  const bins = new Map<number, { sum: [number, number, number]; count: number }>();
  let total = 0;
  for (let y = y1; y < y2; y++)
    for (let x = x1; x < x2; x++) {
      if (!kindAt(x, y) || hidden.some((box) => inBox(box, [x, y]))) continue;
      const [r, g, b] = colourAt(picture, y * picture.width + x);
      if (contrastOf([r, g, b], paper) < 40) continue;
      total++;
      const key = ((r >> 4) << 8) | ((g >> 4) << 4) | (b >> 4);
      const bin = bins.get(key) ?? { sum: [0, 0, 0], count: 0 };
      bins.set(key, bin);
      bin.count++;
      bin.sum[0] += r;
      bin.sum[1] += g;
      bin.sum[2] += b;
    }
  const found: Rgb[] = [];
  const isKnown = (colour: Rgb) =>
    [...known, ...found].some((other) => {
      const { share, error } = mixture(colour, paper, other);
      return labDistance(colour, other) < sameSeries || (share > 0.2 && error < mixtureError);
    });
  const sorted = [...bins.values()]
    .map(({ sum: [r, g, b], count }) => ({ colour: [r / count, g / count, b / count] as Rgb, count }))
    .sort((a, b) => b.count - a.count);
  const isTaken = sorted.map(() => false);
  sorted.forEach(({ colour }, i) => {
    if (isTaken[i]) return;
    // Paper with texture spreads a colour over many bins.
    let [count, r, g, b] = [0, 0, 0, 0];
    sorted.forEach((other, j) => {
      if (isTaken[j] || labDistance(colour, other.colour) >= sameSeries) return;
      isTaken[j] = true;
      count += other.count;
      r += other.count * other.colour[0];
      g += other.count * other.colour[1];
      b += other.count * other.colour[2];
    });
    if (count < leastOfStrokes * total || count < leastPixels) return;
    const mean: Rgb = [Math.round(r / count), Math.round(g / count), Math.round(b / count)];
    if (!isKnown(mean)) found.push(mean);
  });
  return found;
}

export function labDistance(a: Rgb, b: Rgb): number {
  const [p, q] = [labOf(a), labOf(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

/** Leaves out what lies far from all strokes: text and lines of the same colour. */
function keepNearStrokes(patch: Patch, kindAt: (x: number, y: number) => 0 | 1 | 2): void {
  const reach = 4;
  for (let y = 0; y < patch.height; y++)
    for (let x = 0; x < patch.width; x++) {
      if (!patch.data[y * patch.width + x]) continue;
      const isNear = [0, -reach, reach].some((dy) =>
        [0, -reach, reach].some((dx) => {
          const [nx, ny] = [patch.x + x + dx, patch.y + y + dy];
          return nx >= 0 && ny >= 0 && kindAt(nx, ny) > 0;
        }),
      );
      if (!isNear) patch.data[y * patch.width + x] = 0;
    }
}

/** Pieces smaller than this share of the middle piece of markers, or of a curve's largest piece, are specks. */
const speck = { marker: 0.3, curve: 0.02 };

/** Takes away small pieces: edges of other series that look alike. */
function dropSpecks(patch: Patch, kind: 'marker' | 'curve'): void {
  const pieces = piecesOf(patch).sort((a, b) => b.length - a.length);
  if (!pieces.length) return;
  const usual = (kind === 'marker' ? pieces[Math.floor(pieces.length / 4)] : pieces[0])?.length ?? 0;
  for (const piece of pieces)
    if (piece.length < Math.max(3, speck[kind] * usual)) for (const at of piece) patch.data[at] = 0;
}

/** Connected pixels (eight neighbours), by their indices. */
export function piecesOf({ width, height, data }: Patch): number[][] {
  const seen = new Uint8Array(data.length);
  const pieces: number[][] = [];
  for (let start = 0; start < data.length; start++) {
    if (seen[start] || !data[start]) continue;
    const piece = [start];
    seen[start] = 1;
    for (const at of piece) {
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++)
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (!seen[next] && data[next]) {
            seen[next] = 1;
            piece.push(next);
          }
        }
    }
    pieces.push(piece);
  }
  return pieces;
}

const others = (patches: readonly Patch[], index: number) => patches.filter((_, i) => i !== index);

/** Columns over which a curve goes on under another one at most, as a share of the plot's width. */
const mostGap = 0.06;

/**
 * A curve with the gaps closed at which others lie over it: in columns that it is missing in, a straight line between its ends
 * on both sides, where that runs over pixels of the others.
 */
export function bridged(curve: Patch, over: readonly Patch[]): Patch {
  const { width, height, data } = curve;
  const covered = new Uint8Array(data.length);
  for (const other of over) for (let i = 0; i < covered.length; i++) if (other.data[i]) covered[i] = 1;
  const spans = Array.from({ length: width }, (_, x) => spanOf(curve, x));
  const most = Math.max(6, mostGap * width);
  let before = -1;
  for (let x = 0; x < width; x++) {
    const span = spans[x];
    if (!span) continue;
    const start = before >= 0 ? spans[before] : undefined;
    if (start && x - before > 1 && x - before <= most) {
      const half = Math.max(0.5, Math.min(start.thick, span.thick) / 2);
      for (let between = before + 1; between < x; between++) {
        const share = (between - before) / (x - before);
        const middle = start.middle + share * (span.middle - start.middle);
        const [from, to] = [Math.round(middle - half), Math.round(middle + half)];
        for (let y = Math.max(0, from); y < Math.min(height, Math.max(to, from + 1)); y++)
          if (covered[y * width + between]) data[y * width + between] = 1;
      }
    }
    before = x;
  }
  return curve;
}

/** Where a curve is in a column: the middle of its longest run. */
function spanOf({ width, height, data }: Patch, x: number): { middle: number; thick: number } | undefined {
  let [best, run, end] = [0, 0, 0];
  for (let y = 0; y <= height; y++) {
    if (y < height && data[y * width + x]) run++;
    else {
      if (run > best) [best, end] = [run, y];
      run = 0;
    }
  }
  return best ? { middle: end - best / 2, thick: best } : undefined;
}

/** A patch cut to its pixels. */
export function tight(patch: Patch): Patch {
  let [x1, y1, x2, y2] = [patch.width, patch.height, 0, 0];
  for (let y = 0; y < patch.height; y++)
    for (let x = 0; x < patch.width; x++)
      if (patch.data[y * patch.width + x]) {
        x1 = Math.min(x1, x);
        y1 = Math.min(y1, y);
        x2 = Math.max(x2, x + 1);
        y2 = Math.max(y2, y + 1);
      }
  if (x2 <= x1) return emptyPatch([patch.x, patch.y, patch.x, patch.y]);
  const cut = emptyPatch([patch.x + x1, patch.y + y1, patch.x + x2, patch.y + y2]);
  for (let y = 0; y < cut.height; y++)
    cut.data.set(
      patch.data.subarray((y + y1) * patch.width + x1, (y + y1) * patch.width + x2),
      y * cut.width,
    );
  return cut;
}

export const boxOfPatch = ({ x, y, width, height }: Patch): Box => [x, y, x + width, y + height];
