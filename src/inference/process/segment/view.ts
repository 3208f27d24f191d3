/**
 * Views: the whole picture or a crop of it, resized for the graphs. Rectangles and boxes are in pixels of the picture;
 * a view's `size` is in pixels of the view.
 */
import type { Box, Point, Size } from '../../../protocol/geometry';
import { rleBox } from '../../../protocol/rle';
import type { NamedArray } from '../../engines/onnx/arrays';
import type { SegmenterConfig } from '../../packs/config';
import type { Rectangle } from '../picture';
import type { PromptSet } from './prompts';

/** A close view is encoded where it is at most this share of the picture: beyond, it was not found to be better. */
const mostCloseShare = 0.5;

/** A rectangle of the picture and how large it is for the graphs. */
export interface View {
  readonly rectangle: Rectangle;
  readonly size: Size;
}

/** A grid of cells over a view's rectangle. */
export interface Grid extends Size {
  /** How many cells the rectangle covers, where it ends inside the last ones; absent: all of them. */
  readonly span?: Size;
}

/** Logits over a view's rectangle: rows of width × height values, as the decoder gives them. */
export interface Logits extends Grid {
  readonly data: Float32Array;
}

/** Pixels of the rectangle in a cell of a grid over it, across and down. */
export function pitchOf({ width, height, span }: Grid, rectangle: Size): { x: number; y: number } {
  return { x: rectangle.width / (span?.width ?? width), y: rectangle.height / (span?.height ?? height) };
}

/** The logit at the middle of a pixel of the picture, between the middles of the cells around it. */
export function logitAt(logits: Logits, rectangle: Rectangle, [x, y]: Point): number {
  const { width, height, data } = logits;
  const pitch = pitchOf(logits, rectangle);
  const cell = (at: number, cells: number) => Math.min(Math.max(at - 0.5, 0), cells - 1);
  const column = cell((x + 0.5 - rectangle.x) / pitch.x, width);
  const row = cell((y + 0.5 - rectangle.y) / pitch.y, height);
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [right, below] = [Math.min(left + 1, width - 1), Math.min(top + 1, height - 1)];
  const value = (line: number, at: number) => data[line * width + at] as number;
  const along = (line: number) =>
    value(line, left) + (value(line, right) - value(line, left)) * (column - left);
  return along(top) + (along(below) - along(top)) * (row - top);
}

/** A box in cells of a grid over a rectangle, in pixels of the picture. */
export function boxOfCells([x1, y1, x2, y2]: Box, grid: Grid, rectangle: Rectangle): Box {
  const pitch = pitchOf(grid, rectangle);
  const { x, y, width, height } = rectangle;
  return [
    x + x1 * pitch.x,
    y + y1 * pitch.y,
    x + Math.min(x2 * pitch.x, width),
    y + Math.min(y2 * pitch.y, height),
  ];
}

/** Sides of the resized view: multiples of `multiple`, about side × side pixels, the aspect of the rectangle. */
export function viewSize(rectangle: Size, side: number, multiple: number): Size {
  const aspect = Math.sqrt(rectangle.width / rectangle.height);
  const snap = (length: number) =>
    Math.min(Math.max(Math.floor(length / multiple + 0.5) * multiple, 2 * multiple), 2 * side);
  return { width: snap(side * aspect), height: snap(side / aspect) };
}

/**
 * What the second view is made for: the prompt's box, else the first mask; always with the positive points.
 * Undefined when there is nothing.
 */
export function focusBox(logits: Logits, view: View, prompts: PromptSet, threshold: number): Box | undefined {
  const xs: number[] = [];
  const ys: number[] = [];
  if (prompts.box) {
    xs.push(prompts.box[0], prompts.box[2]);
    ys.push(prompts.box[1], prompts.box[3]);
  } else {
    const hit = hitBox(logits, threshold);
    if (hit) {
      const [x1, y1, x2, y2] = boxOfCells(hit, logits, view.rectangle);
      xs.push(x1, x2);
      ys.push(y1, y2);
    }
  }
  const positives = [
    ...prompts.points.filter(({ label }) => label === 1).map(({ point }) => point),
    ...prompts.strokes.flat(),
  ];
  for (const [x, y] of positives) {
    xs.push(x);
    ys.push(y);
  }
  return xs.length ? [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)] : undefined;
}

/** The second view's rectangle: the box grown by `scale`, not too thin or small, moved and clamped into the picture. */
export function cropAround(
  box: Box,
  picture: Size,
  second: NonNullable<SegmenterConfig['second_view']>,
): Rectangle {
  const w = (box[2] - box[0]) * second.scale;
  const h = (box[3] - box[1]) * second.scale;
  const grownWidth = Math.max(w, h / second.max_aspect, second.min_side);
  const grownHeight = Math.max(h, w / second.max_aspect, second.min_side);
  const width = Math.min(Math.ceil(grownWidth), picture.width);
  const height = Math.min(Math.ceil(grownHeight), picture.height);
  const place = (low: number, high: number, side: number, whole: number) =>
    Math.min(Math.max(Math.floor((low + high - side) / 2 + 0.5), 0), whole - side);
  return {
    x: place(box[0], box[2], width, picture.width),
    y: place(box[1], box[3], height, picture.height),
    width,
    height,
  };
}

/**
 * The rectangle that is encoded for a part of the picture that the user looks at, or undefined where the whole picture
 * does as well. Its sides lie on multiples of a sixteenth to an eighth of its own, so that it stays when the view moves a little.
 */
export function closeView(
  looked: Box,
  picture: Size,
  second: NonNullable<SegmenterConfig['second_view']>,
): Rectangle | undefined {
  const [x1, y1, x2, y2] = [
    Math.max(0, looked[0]),
    Math.max(0, looked[1]),
    Math.min(picture.width, looked[2]),
    Math.min(picture.height, looked[3]),
  ];
  if (!(x2 > x1 && y2 > y1)) return undefined;
  const around = cropAround([x1, y1, x2, y2], picture, { ...second, scale: 1 });
  const pitch = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(around.width, around.height) / 8)));
  const snap = (start: number, length: number, whole: number) => {
    const low = Math.floor(start / pitch) * pitch;
    return { low, length: Math.min(Math.ceil((start + length) / pitch) * pitch, whole) - low };
  };
  const across = snap(around.x, around.width, picture.width);
  const down = snap(around.y, around.height, picture.height);
  const close = { x: across.low, y: down.low, width: across.length, height: down.length };
  return close.width * close.height <= mostCloseShare * picture.width * picture.height ? close : undefined;
}

/** Whether all that the prompts say lies in a rectangle. */
export function holdsPrompts(
  { x, y, width, height }: Rectangle,
  { points, box, strokes, mask }: PromptSet,
): boolean {
  const corners = ([x1, y1, x2, y2]: Box): Point[] => [
    [x1, y1],
    [x2, y2],
  ];
  const places = [
    ...points.map(({ point }) => point),
    ...strokes.flat(),
    ...(box ? corners(box) : []),
    ...(mask ? corners(rleBox(mask)) : []),
  ];
  return places.every(([px, py]) => px >= x && py >= y && px <= x + width && py <= y + height);
}

/** Whether there is a mask and it lies in its view: one that reaches a border where the picture goes on is a part of something. */
export function liesInside(logits: Logits, { rectangle }: View, picture: Size, threshold: number): boolean {
  const hit = hitBox(logits, threshold);
  return !!hit && !reachesOut(hit, logits, rectangle, picture);
}

/** Whether the box of a mask, in cells of a grid over a rectangle, reaches a border where the picture goes on. */
export function reachesOut(box: Box, cells: Size, rectangle: Rectangle, picture: Size): boolean {
  return (
    (box[0] <= 0 && rectangle.x > 0) ||
    (box[1] <= 0 && rectangle.y > 0) ||
    (box[2] >= cells.width && rectangle.x + rectangle.width < picture.width) ||
    (box[3] >= cells.height && rectangle.y + rectangle.height < picture.height)
  );
}

/** Cells of the logits over the threshold: their box in cells, right and bottom exclusive; undefined when there are none. */
export function hitBox({ width, height, data }: Logits, threshold: number): Box | undefined {
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if ((data[i] as number) > threshold) {
        if (x < x1) x1 = x;
        if (x >= x2) x2 = x + 1;
        if (y < y1) y1 = y;
        y2 = y + 1;
      }
    }
  }
  return x2 > 0 ? [x1, y1, x2, y2] : undefined;
}

/** An encoded view: the feature maps by name. */
export interface EncodedView extends View {
  readonly features: Readonly<Record<string, NamedArray>>;
}
