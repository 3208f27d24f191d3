/** Where the picture lies on the screen: screen = picture × scale + offset, in CSS pixels of the canvas. Pure. */
import type { Point, Size } from '../../../src/protocol/geometry';

export interface Viewport {
  scale: number;
  x: number;
  y: number;
}

const margin = 12;
const largestScale = 64;
/** A small picture is not blown up more than this when it is fitted. */
const largestFit = 8;

/** The whole picture in the middle. */
export function fit(picture: Size, canvas: Size): Viewport {
  const scale = Math.max(
    0.001,
    Math.min(
      (canvas.width - 2 * margin) / picture.width,
      (canvas.height - 2 * margin) / picture.height,
      largestFit,
    ),
  );
  return centred(picture, canvas, scale);
}

/** The middle of the picture in the middle of the canvas. */
export function centred(picture: Size, canvas: Size, scale: number): Viewport {
  return {
    scale,
    x: (canvas.width - picture.width * scale) / 2,
    y: (canvas.height - picture.height * scale) / 2,
  };
}

/** Another scale; the place of the picture under `anchor` (screen) stays there. */
export function zoomAt(view: Viewport, anchor: Point, scale: number, smallest: number): Viewport {
  const next = Math.min(largestScale, Math.max(Math.min(smallest, 1), scale));
  const ratio = next / view.scale;
  return {
    scale: next,
    x: anchor[0] - (anchor[0] - view.x) * ratio,
    y: anchor[1] - (anchor[1] - view.y) * ratio,
  };
}

/** Keeps at least a corner of the picture on the canvas. */
export function keepVisible(view: Viewport, picture: Size, canvas: Size): Viewport {
  const least = 40;
  const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high);
  return {
    scale: view.scale,
    x: clamp(view.x, least - picture.width * view.scale, canvas.width - least),
    y: clamp(view.y, least - picture.height * view.scale, canvas.height - least),
  };
}

export function toPicture(view: Viewport, [x, y]: Point): Point {
  return [(x - view.x) / view.scale, (y - view.y) / view.scale];
}

export function toScreen(view: Viewport, [x, y]: Point): Point {
  return [x * view.scale + view.x, y * view.scale + view.y];
}

/** True inside the picture. */
export function isInside([x, y]: Point, { width, height }: Size): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}

/** The nearest place of the picture. */
export function clampToPicture([x, y]: Point, { width, height }: Size): Point {
  return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
}
