/** Prompts as the segmenter takes them, and their way into the decoder's coordinates. */
import { GroundnoteError } from '../../../protocol/errors';
import type { Box, Point, Prompt, Rle, Size } from '../../../protocol/geometry';
import type { View } from './view';

/** Labels of the decoder's points. */
export const pointLabels = {
  padding: -1,
  negative: 0,
  positive: 1,
  topLeft: 2,
  bottomRight: 3,
  stroke: 4,
} as const;

/** A negative stroke becomes so many negative points (the decoder knows positive strokes only). */
const negativeSamples = 8;

/** Prompts sorted by kind, inside the picture, in its pixels. */
export interface PromptSet {
  points: { point: Point; label: 0 | 1 }[];
  box?: Box;
  /** Positive strokes. */
  strokes: Point[][];
  /** The mask that the others refine. */
  mask?: Rle;
}

/** The pixels that the prompts touch: clicks and the corners of strokes. */
export const placesOf = ({ points, strokes }: PromptSet): Point[] => [
  ...points.map(({ point }) => point),
  ...strokes.flat(),
];

/**
 * Sorts prompts and checks them against the picture. Of several boxes the last counts; `previous` goes before a mask prompt.
 * @throws GroundnoteError invalid-params for places outside the picture, an empty box, a mask of another size, or text
 */
export function sortPrompts(prompts: readonly Prompt[], picture: Size, previous?: Rle): PromptSet {
  const set: PromptSet = { points: [], strokes: [], mask: previous };
  for (const prompt of prompts) {
    switch (prompt.type) {
      case 'point':
        requireInside(prompt.point, picture);
        set.points.push({ point: prompt.point, label: prompt.label });
        break;
      case 'box':
        set.box = boxInside(prompt.box, picture);
        break;
      case 'stroke': {
        const line = prompt.points.map((point) => clampPoint(point, picture));
        if (prompt.label === 1) set.strokes.push(line);
        else for (const point of resample(line, negativeSamples)) set.points.push({ point, label: 0 });
        break;
      }
      case 'mask':
        set.mask ??= prompt.mask;
        break;
      case 'text':
        throw new GroundnoteError(
          'invalid-params',
          'A segmenter takes no text: use "ground" to find a phrase.',
        );
    }
  }
  if (set.mask && (set.mask.size[0] !== picture.height || set.mask.size[1] !== picture.width))
    throw new GroundnoteError(
      'invalid-params',
      `The mask has ${set.mask.size[1]} × ${set.mask.size[0]} pixels, the picture ${picture.width} × ${picture.height}.`,
    );
  return set;
}

/**
 * The prompts in pixels of a view: first points, then the box's two corners, then the strokes' samples; one row of
 * padding when there is none of these.
 * @returns coords float32 [1, N, 2] as x, y; labels float32 [1, N]
 */
export function pointArrays(
  { points, box, strokes }: PromptSet,
  view: View,
  strokeSamples: number,
): { coords: Float32Array; labels: Float32Array; count: number } {
  const rows: { point: Point; label: number }[] = points.map(({ point, label }) => ({ point, label }));
  if (box)
    rows.push(
      { point: [box[0], box[1]], label: pointLabels.topLeft },
      { point: [box[2], box[3]], label: pointLabels.bottomRight },
    );
  for (const line of strokes)
    rows.push(...resample(line, strokeSamples).map((point) => ({ point, label: pointLabels.stroke })));
  const { rectangle, size } = view;
  if (!rows.length) rows.push({ point: [rectangle.x, rectangle.y], label: pointLabels.padding });
  const coords = new Float32Array(rows.length * 2);
  const labels = new Float32Array(rows.length);
  rows.forEach(({ point, label }, i) => {
    coords[2 * i] = ((point[0] - rectangle.x) * size.width) / rectangle.width;
    coords[2 * i + 1] = ((point[1] - rectangle.y) * size.height) / rectangle.height;
    labels[i] = label;
  });
  return { coords, labels, count: rows.length };
}

/** `count` points at equal distances along a line; a line without length is its first point. */
export function resample(line: readonly Point[], count: number): Point[] {
  const along = [0];
  for (let i = 1; i < line.length; i++) {
    const [a, b] = [line[i - 1] as Point, line[i] as Point];
    along.push((along[i - 1] as number) + Math.hypot(b[0] - a[0], b[1] - a[1]));
  }
  const length = along[along.length - 1] as number;
  if (length === 0 || count < 2) return line.slice(0, 1);
  const points: Point[] = [];
  for (let k = 0, i = 1; k < count; k++) {
    const at = (length * k) / (count - 1);
    while (i < line.length - 1 && (along[i] as number) < at) i++;
    const [a, b] = [line[i - 1] as Point, line[i] as Point];
    const step = (along[i] as number) - (along[i - 1] as number);
    const t = step > 0 ? Math.min(1, (at - (along[i - 1] as number)) / step) : 0;
    points.push([a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]);
  }
  return points;
}

function requireInside([x, y]: Point, { width, height }: Size): void {
  if (x < 0 || y < 0 || x > width || y > height)
    throw new GroundnoteError(
      'invalid-params',
      `The point ${x}, ${y} lies outside the picture, which has ${width} × ${height} pixels.`,
    );
}

function clampPoint([x, y]: Point, { width, height }: Size): Point {
  return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
}

/** The part of a box inside the picture, with its corners in order. */
function boxInside(box: Box, picture: Size): Box {
  const [ax, ay] = clampPoint([box[0], box[1]], picture);
  const [bx, by] = clampPoint([box[2], box[3]], picture);
  const inside: Box = [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
  if (inside[2] - inside[0] <= 0 || inside[3] - inside[1] <= 0)
    throw new GroundnoteError(
      'invalid-params',
      `The box ${box.join(', ')} covers nothing of the picture, which has ${picture.width} × ${picture.height} pixels.`,
    );
  return inside;
}
