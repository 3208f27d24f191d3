/** Draws prompts, in pixels of the picture but with constant sizes on the screen. */
import type { Box, Point, Prompt } from '../../../src/protocol/geometry';

/** Of prompts: what adds, what takes away, and boxes. */
export const promptColors = { 1: '#22c55e', 0: '#ef4444', box: '#ffffff' } as const;

/** Markers of the prompts of a region: plus and minus signs, boxes, strokes. */
export function drawPrompts(
  context: CanvasRenderingContext2D,
  prompts: readonly Prompt[],
  scale: number,
): void {
  for (const prompt of prompts) {
    if (prompt.type === 'box') {
      drawBox(context, prompt.box, scale);
      drawMarker(context, [prompt.box[0], prompt.box[1]], promptColors.box, 'square', scale);
    } else if (prompt.type === 'stroke') {
      drawLine(context, prompt.points, promptColors[prompt.label], scale);
      drawMarker(
        context,
        prompt.points[0] as Point,
        promptColors[prompt.label],
        prompt.label ? 'plus' : 'minus',
        scale,
      );
    } else if (prompt.type === 'point') {
      drawMarker(context, prompt.point, promptColors[prompt.label], prompt.label ? 'plus' : 'minus', scale);
    }
  }
}

/** The place that the arrow keys move. */
export function drawCrosshair(context: CanvasRenderingContext2D, [x, y]: Point, scale: number): void {
  const arm = 12 / scale;
  const path = new Path2D();
  path.moveTo(x - arm, y);
  path.lineTo(x + arm, y);
  path.moveTo(x, y - arm);
  path.lineTo(x, y + arm);
  strokeTwice(context, path, '#ffffff', 1.5 / scale, []);
}

/** A dashed box. */
export function drawBox(context: CanvasRenderingContext2D, [x1, y1, x2, y2]: Box, scale: number): void {
  const path = new Path2D();
  path.rect(Math.min(x1, x2), Math.min(y1, y2), Math.abs(x2 - x1), Math.abs(y2 - y1));
  strokeTwice(context, path, promptColors.box, 1.25 / scale, [6 / scale, 4 / scale]);
}

/** A line through points. */
export function drawLine(
  context: CanvasRenderingContext2D,
  points: readonly Point[],
  color: string,
  scale: number,
): void {
  const path = new Path2D();
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  strokeTwice(context, path, color, 3 / scale, []);
}

/** A dark line under the coloured one, of `width` pixels of the picture. */
export function strokeTwice(
  context: CanvasRenderingContext2D,
  path: Path2D,
  color: string,
  width: number,
  dash: number[],
): void {
  context.save();
  context.lineCap = context.lineJoin = 'round';
  context.strokeStyle = 'rgba(0, 0, 0, 0.7)';
  context.lineWidth = width * 2.2;
  context.stroke(path);
  context.setLineDash(dash);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
  context.restore();
}

function drawMarker(
  context: CanvasRenderingContext2D,
  [x, y]: Point,
  color: string,
  sign: 'plus' | 'minus' | 'square',
  scale: number,
): void {
  context.save();
  context.translate(x, y);
  context.scale(1 / scale, 1 / scale);
  context.beginPath();
  if (sign === 'square') context.rect(-4, -4, 8, 8);
  else context.arc(0, 0, 6.5, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = '#000000';
  context.lineWidth = 3;
  context.stroke();
  context.strokeStyle = '#ffffff';
  context.lineWidth = 1.5;
  context.stroke();
  if (sign !== 'square') {
    context.beginPath();
    context.moveTo(-3, 0);
    context.lineTo(3, 0);
    if (sign === 'plus') {
      context.moveTo(0, -3);
      context.lineTo(0, 3);
    }
    context.lineWidth = 2;
    context.stroke();
  }
  context.restore();
}
