/**
 * Boxes and points in the text of language models: how each family writes them. Inside, a place is in parts of the picture
 * (0 to 1, x to the right, y down), because what a model sees is a resized copy.
 *
 * What a model writes outside the picture is clamped to its edge where it is off by no more than `slack` of the picture's
 * side (models count 1001 of 1000), and dropped where it is farther off: then it is another system of coordinates, or
 * nonsense. Swapped corners are put in order; a box without area is dropped.
 */
import type { Box, Point, Size } from '../../../protocol/geometry';
import type { groundingFormats } from '../../../protocol/servers';

export type GroundingFormat = Exclude<(typeof groundingFormats)[number], 'auto'>;

/** How far outside the picture a coordinate may be, in parts of its side. */
export const slack = 0.05;

/** Locations of PaliGemma and of Florence-2 are bins along each side. */
export const paligemmaBins = 1024;
export const florenceBins = 1000;

const byName: readonly (readonly [RegExp, GroundingFormat])[] = [
  [/qwen-?2\.?5-?vl|qwen-?2\.?5-?omni|qwen25-?vl/i, 'pixels'],
  [/qwen/i, 'qwen'],
  [/ferret/i, 'ferret'],
  [/pali-?gemma/i, 'paligemma'],
  [/molmo/i, 'molmo'],
];

/** The format of a model; of one whose name says nothing that of boxes from 0 to 1000, which most others have learnt too. */
export function formatOf(format: GroundingFormat | 'auto', model: string): GroundingFormat {
  if (format !== 'auto') return format;
  return byName.find(([name]) => name.test(model))?.[1] ?? 'qwen';
}

/**
 * A box as the format writes it. Molmo knows points only, and gets the middle.
 * @param box in parts of the picture @param sent the size of the picture that the model was sent
 */
export function boxText(format: GroundingFormat, box: Box, sent: Size): string {
  const [x1, y1, x2, y2] = box.map(inside) as Box;
  switch (format) {
    case 'qwen':
      return `[${[x1, y1, x2, y2].map((value) => Math.round(value * 1000)).join(', ')}]`;
    case 'pixels':
      return `[${[x1 * sent.width, y1 * sent.height, x2 * sent.width, y2 * sent.height].map(Math.round).join(', ')}]`;
    case 'ferret':
      return `[${[x1, y1, x2, y2].map(ferretBin).join(', ')}]`;
    case 'paligemma':
      return [y1, x1, y2, x2].map(paligemmaToken).join('');
    case 'molmo':
      return pointText(format, [(x1 + x2) / 2, (y1 + y2) / 2], sent);
  }
}

/** A point as the format writes it; formats without points get a box of no size there. */
export function pointText(format: GroundingFormat, point: Point, sent: Size): string {
  const [x, y] = point.map(inside) as Point;
  switch (format) {
    case 'qwen':
      return `[${Math.round(x * 1000)}, ${Math.round(y * 1000)}]`;
    case 'pixels':
      return `[${Math.round(x * sent.width)}, ${Math.round(y * sent.height)}]`;
    case 'ferret':
      return `[${ferretBin(x)}, ${ferretBin(y)}]`;
    case 'paligemma':
      return boxText(format, [x, y, x, y], sent);
    case 'molmo':
      return `<point x="${(x * 100).toFixed(1)}" y="${(y * 100).toFixed(1)}">`;
  }
}

const inside = (value: number) => Math.min(Math.max(value, 0), 1);
/** Ferret cuts off, and knows no 1000. */
const ferretBin = (value: number) => Math.min(Math.floor(value * 1000), 999);
const paligemmaToken = (value: number) =>
  `<loc${String(Math.min(Math.floor(value * paligemmaBins), paligemmaBins - 1)).padStart(4, '0')}>`;

/** What a coordinate counts to, along x and along y. */
export type Scale = readonly [x: number, y: number];

/** What the numbers of a JSON box or of a box in brackets count to. */
export function scaleOf(format: GroundingFormat, sent: Size): Scale {
  switch (format) {
    case 'pixels':
      return [sent.width, sent.height];
    case 'molmo':
      return [100, 100];
    case 'paligemma':
      return [paligemmaBins, paligemmaBins];
    case 'qwen':
    case 'ferret':
      return [1000, 1000];
  }
}

/** x1, y1, x2, y2 of a model → a box in parts of the picture, or undefined where it is dropped. */
export function readBox([x1, y1, x2, y2]: Box, scale: Scale): Box | undefined {
  const a = readPoint([x1, y1], scale);
  const b = readPoint([x2, y2], scale);
  if (!a || !b) return undefined;
  const box: Box = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
  return box[2] > box[0] && box[3] > box[1] ? box : undefined;
}

/** x, y of a model → a point in parts of the picture, or undefined where it is dropped. */
export function readPoint([x, y]: Point, [width, height]: Scale): Point | undefined {
  const point: Point = [x / width, y / height];
  return point.every((value) => value >= -slack && value <= 1 + slack)
    ? (point.map(inside) as Point)
    : undefined;
}
