/** Marks that several tools draw, in pixels of the picture with constant sizes on the screen. */
import type { Box, Point } from '../../../src/protocol/geometry';
import type { Patch } from '../../../src/protocol/raster';
import { strokeTwice } from '../canvas/promptPaint';
import { traceRings } from '../canvas/trace';
import { boxHandles } from './shapes';

export const draftColor = '#ffffff';

/** A closed ring or an open line. */
export function pathOf(points: readonly Point[], closed: boolean): Path2D {
  const path = new Path2D();
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  if (closed) path.closePath();
  return path;
}

/** Square handles, as those of a vertex or of a box; the one in `lit` is larger. */
export function drawHandles(
  context: CanvasRenderingContext2D,
  places: readonly Point[],
  scale: number,
  lit?: Point,
): void {
  context.save();
  context.fillStyle = '#ffffff';
  context.strokeStyle = '#000000';
  context.lineWidth = 1 / scale;
  for (const place of places) {
    const half = (place === lit ? 5 : 3.5) / scale;
    context.beginPath();
    context.rect(place[0] - half, place[1] - half, 2 * half, 2 * half);
    context.fill();
    context.stroke();
  }
  context.restore();
}

/** The handles of a box. */
export const drawBoxHandles = (context: CanvasRenderingContext2D, box: Box, scale: number) =>
  drawHandles(
    context,
    boxHandles(box).map(({ place }) => place),
    scale,
  );

/** A thin circle that shows on any picture. */
export function drawCircle(
  context: CanvasRenderingContext2D,
  [x, y]: Point,
  radius: number,
  scale: number,
  color = draftColor,
): void {
  const path = new Path2D();
  path.arc(x, y, radius, 0, 2 * Math.PI);
  strokeTwice(context, path, color, 1.25 / scale, []);
}

/** A short text beside a place, on a plate. */
export function drawNote(
  context: CanvasRenderingContext2D,
  lines: readonly string[],
  [x, y]: Point,
  scale: number,
): void {
  context.save();
  context.translate(x, y);
  context.scale(1 / scale, 1 / scale);
  context.font = '12px system-ui, sans-serif';
  const width = Math.max(...lines.map((line) => context.measureText(line).width)) + 12;
  const height = lines.length * 16 + 6;
  context.fillStyle = 'rgba(0, 0, 0, 0.78)';
  context.beginPath();
  context.roundRect(10, 10, width, height, 4);
  context.fill();
  context.fillStyle = '#ffffff';
  context.textBaseline = 'middle';
  lines.forEach((line, i) => context.fillText(line, 16, 21 + i * 16));
  context.restore();
}

/** The object of a patch in one colour, at a smaller scale when it is huge. */
export function patchBitmap(patch: Patch, color: string, largest = 16_000_000): HTMLCanvasElement {
  const scale = Math.min(1, Math.sqrt(largest / Math.max(1, patch.width * patch.height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(patch.width * scale));
  canvas.height = Math.max(1, Math.round(patch.height * scale));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = context.createImageData(canvas.width, canvas.height);
  const alpha = new Uint8Array(image.data.buffer);
  for (let y = 0; y < canvas.height; y++) {
    const row = Math.min(patch.height - 1, Math.floor(y / scale)) * patch.width;
    for (let x = 0; x < canvas.width; x++)
      if (patch.data[row + Math.min(patch.width - 1, Math.floor(x / scale))])
        alpha[(y * canvas.width + x) * 4 + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = color;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The outline of a patch's object, in closed rings. */
export function patchOutline(patch: Patch): Path2D {
  const path = new Path2D();
  for (const ring of traceRings(patch, 0, Infinity) ?? []) {
    for (let i = 0; i < ring.length; i += 2) {
      const [x, y] = [(ring[i] as number) + patch.x, (ring[i + 1] as number) + patch.y];
      if (i) path.lineTo(x, y);
      else path.moveTo(x, y);
    }
    path.closePath();
  }
  return path;
}
