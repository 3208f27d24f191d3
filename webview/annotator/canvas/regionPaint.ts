/** Draws regions: masks as bitmaps that are decoded once, outlines of constant width, other shapes as vectors. */
import type { Annotation } from '../../../src/protocol/annotator';
import { colorOf } from '../../../src/protocol/colors';
import type { Point, Rle } from '../../../src/protocol/geometry';
import { decodeRle, rleBox, type Mask } from '../../../src/protocol/rle';

/** Bitmaps of masks of more pixels than this are kept at a smaller scale. */
const largestBitmap = 16_000_000;

/** A decoded mask: `bitmap` covers `box` of the picture. */
interface DecodedMask {
  rle: Rle;
  color: string;
  mask: Mask;
  x: number;
  y: number;
  width: number;
  height: number;
  bitmap: HTMLCanvasElement;
  outline: Path2D;
}

export interface PaintOptions {
  /** Screen pixels per picture pixel. */
  scale: number;
  /** Of fills, 0–1. */
  opacity: number;
  activeId: string | undefined;
  hoverId: string | undefined;
}

/** Paints annotations and remembers what it decoded. */
export class RegionPainter {
  private readonly decoded = new Map<string, DecodedMask>();

  /** Draws into a context whose unit is a pixel of the picture. */
  paint(context: CanvasRenderingContext2D, annotations: readonly Annotation[], options: PaintOptions): void {
    const ids = new Set(annotations.map(({ id }) => id));
    for (const id of this.decoded.keys()) if (!ids.has(id)) this.decoded.delete(id);
    for (const annotation of annotations) {
      if (annotation.hidden && annotation.id !== options.hoverId) continue;
      const lit = annotation.id === options.activeId || annotation.id === options.hoverId;
      const { outline, fill } = this.shape(annotation);
      const color = colorOf(annotation);
      context.save();
      context.globalAlpha = Math.min(1, options.opacity * (annotation.id === options.hoverId ? 1.5 : 1));
      fill(context, color);
      context.restore();
      strokeTwice(context, outline, color, (lit ? 2.5 : 1.5) / options.scale);
    }
  }

  /** The smallest visible region at a place of the picture, so that a small one under a large one can be chosen. */
  hit(annotations: readonly Annotation[], point: Point, tolerance: number): Annotation | undefined {
    let best: { annotation: Annotation; area: number } | undefined;
    for (const annotation of annotations) {
      if (annotation.hidden) continue;
      const area = this.areaAt(annotation, point, tolerance);
      if (area !== undefined && (!best || area <= best.area)) best = { annotation, area };
    }
    return best?.annotation;
  }

  private areaAt(annotation: Annotation, [x, y]: Point, tolerance: number): number | undefined {
    const { geometry } = annotation;
    switch (geometry.type) {
      case 'mask': {
        const mask = this.decode(annotation.id, geometry.mask, colorOf(annotation));
        const [px, py] = [Math.floor(x), Math.floor(y)];
        const inside =
          px >= 0 && py >= 0 && px < mask.mask.width && mask.mask.data[py * mask.mask.width + px];
        return inside ? mask.width * mask.height : undefined;
      }
      case 'box': {
        const [x1, y1, x2, y2] = geometry.box;
        return x >= x1 && x < x2 && y >= y1 && y < y2 ? (x2 - x1) * (y2 - y1) : undefined;
      }
      case 'polygon':
        return scratch().isPointInPath(polygonPath(geometry.polygons), x, y, 'evenodd') ? 1e6 : undefined;
      case 'point':
        return Math.hypot(x - geometry.point[0], y - geometry.point[1]) <= tolerance ? 0 : undefined;
      case 'stroke': {
        const context = scratch();
        context.lineWidth = 2 * tolerance;
        return context.isPointInStroke(linePath(geometry.points), x, y) ? 1 : undefined;
      }
    }
  }

  private shape(annotation: Annotation): {
    outline: Path2D;
    fill: (context: CanvasRenderingContext2D, color: string) => void;
  } {
    const { geometry } = annotation;
    const filled = (outline: Path2D) => ({
      outline,
      fill: (context: CanvasRenderingContext2D, color: string) => {
        context.fillStyle = color;
        context.globalAlpha *= geometry.type === 'box' ? 0.4 : 1;
        context.fill(outline, 'evenodd');
      },
    });
    switch (geometry.type) {
      case 'mask': {
        const { bitmap, outline, x, y, width, height } = this.decode(
          annotation.id,
          geometry.mask,
          colorOf(annotation),
        );
        return {
          outline,
          fill: (context) => {
            context.imageSmoothingEnabled = false;
            if (width) context.drawImage(bitmap, x, y, width, height);
          },
        };
      }
      case 'box': {
        const [x1, y1, x2, y2] = geometry.box;
        const path = new Path2D();
        path.rect(x1, y1, x2 - x1, y2 - y1);
        return filled(path);
      }
      case 'polygon':
        return filled(polygonPath(geometry.polygons));
      case 'stroke':
        return { outline: linePath(geometry.points), fill: () => undefined };
      case 'point': {
        const path = new Path2D();
        path.arc(geometry.point[0], geometry.point[1], 0.5, 0, 2 * Math.PI);
        return { outline: path, fill: () => undefined };
      }
    }
  }

  private decode(id: string, rle: Rle, color: string): DecodedMask {
    const known = this.decoded.get(id);
    if (known && known.rle.counts === rle.counts && known.color === color) return known;
    const sameMask = known && known.rle.counts === rle.counts;
    const mask = sameMask ? known.mask : decodeRle(rle);
    const [x, y, x2, y2] = rleBox(rle);
    const [width, height] = [x2 - x, y2 - y];
    const decoded = {
      rle,
      color,
      mask,
      x,
      y,
      width,
      height,
      bitmap: paintBitmap(mask, { x, y, width, height }, color),
      outline: sameMask ? known.outline : outlinePath(mask, { x, y, width, height }),
    };
    this.decoded.set(id, decoded);
    return decoded;
  }
}

interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The part of a mask inside `frame` in one colour, at full scale or, when huge, at a smaller one. */
function paintBitmap(mask: Mask, { x, y, width, height }: Frame, color: string): HTMLCanvasElement {
  const scale = Math.min(1, Math.sqrt(largestBitmap / (mask.width * mask.height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  const image = context.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const rgba = packColor(color);
  for (let row = 0; row < canvas.height; row++) {
    const sourceRow = (y + Math.min(height - 1, Math.floor(row / scale))) * mask.width + x;
    for (let column = 0; column < canvas.width; column++)
      if (mask.data[sourceRow + Math.min(width - 1, Math.floor(column / scale))])
        pixels[row * canvas.width + column] = rgba;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Any CSS colour as one opaque pixel in the byte order of image data. */
function packColor(color: string): number {
  const context = scratch();
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  return new Uint32Array(context.getImageData(0, 0, 1, 1).data.buffer)[0] as number;
}

/** The edges between object and background, on pixel edges, straight runs joined. */
function outlinePath(mask: Mask, { x, y, width, height }: Frame): Path2D {
  const path = new Path2D();
  const at = (column: number, row: number) =>
    column >= x && row >= y && column < x + width && row < y + height
      ? (mask.data[row * mask.width + column] as number)
      : 0;
  const runs = (length: number, changes: (i: number) => boolean, add: (from: number, to: number) => void) => {
    let start = -1;
    for (let i = 0; i <= length; i++) {
      const edge = i < length && changes(i);
      if (edge && start < 0) start = i;
      if (!edge && start >= 0) {
        add(start, i);
        start = -1;
      }
    }
  };
  for (let row = y; row <= y + height; row++)
    runs(
      width,
      (i) => at(x + i, row) !== at(x + i, row - 1),
      (from, to) => {
        path.moveTo(x + from, row);
        path.lineTo(x + to, row);
      },
    );
  for (let column = x; column <= x + width; column++)
    runs(
      height,
      (i) => at(column, y + i) !== at(column - 1, y + i),
      (from, to) => {
        path.moveTo(column, y + from);
        path.lineTo(column, y + to);
      },
    );
  return path;
}

function polygonPath(polygons: readonly (readonly Point[])[]): Path2D {
  const path = new Path2D();
  for (const polygon of polygons) {
    polygon.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
    path.closePath();
  }
  return path;
}

function linePath(points: readonly Point[]): Path2D {
  const path = new Path2D();
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
  return path;
}

/** A dark line under the coloured one shows on any picture. */
function strokeTwice(context: CanvasRenderingContext2D, path: Path2D, color: string, width: number): void {
  context.save();
  context.lineCap = context.lineJoin = 'round';
  context.strokeStyle = 'rgba(0, 0, 0, 0.65)';
  context.lineWidth = width * 2;
  context.stroke(path);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
  context.restore();
}

let scratchContext: CanvasRenderingContext2D | undefined;
function scratch(): CanvasRenderingContext2D {
  if (!scratchContext) {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1;
    scratchContext = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
  }
  return scratchContext;
}
