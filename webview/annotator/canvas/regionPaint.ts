/** Draws regions anew: as fills and outlines, as outlines alone, or by dimming the rest. */
import type { Box, Size } from '../../../src/protocol/geometry';
import type { RegionItem } from './regionItem';
import type { RegionShape, RegionShapes } from './regionShapes';

export type OverlayMode = 'filled' | 'outline' | 'spotlight';

/** How regions look. */
export interface RegionStyle {
  mode: OverlayMode;
  /** Of fills, or of the dark around a spotlight, 0–1. */
  opacity: number;
  selected: ReadonlySet<string>;
}

/** Where a picture lies on a canvas: device pixel = picture pixel × scale + (x, y). */
export interface Placement {
  scale: number;
  x: number;
  y: number;
  /** Device pixels for a CSS pixel. */
  density: number;
}

/** Widths are of CSS pixels. */
const outlineWidth = 1.5;
const litOutlineWidth = 2.5;
/** How far an outline reaches beyond its region, the dark line under it included. */
export const outlineReach = 2 * litOutlineWidth;
/** The dark around a spotlight is a little darker than a fill of the same opacity. */
const dimmer = 1.5;
/** A box is filled less than a mask: one looks for what is inside. */
const boxFill = 0.4;
const lineUnder = 'rgba(0, 0, 0, 0.65)';
const dashes = [5, 4];

/** The part of the picture that lies in a rectangle of the canvas. */
export function pictureBox({ scale, x, y }: Placement, rect: Box): Box {
  return [(rect[0] - x) / scale, (rect[1] - y) / scale, (rect[2] - x) / scale, (rect[3] - y) / scale];
}

/** The rectangle of the canvas on which a box of the picture is drawn, outlines included. */
export function canvasBox({ scale, x, y, density }: Placement, box: Box): Box {
  const reach = outlineReach * density;
  return [
    Math.floor(box[0] * scale + x - reach),
    Math.floor(box[1] * scale + y - reach),
    Math.ceil(box[2] * scale + x + reach),
    Math.ceil(box[3] * scale + y + reach),
  ];
}

export const meet = (a: Box, b: Box) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/** Draws items, each as one step of a generator, so that the caller can pause between them. */
export class RegionPainter {
  private readonly scratch = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;

  constructor(private readonly shapes: RegionShapes) {}

  /** Draws all items that reach into `rect` (device pixels), on a canvas that is empty there. */
  *paint(
    context: CanvasRenderingContext2D,
    items: readonly RegionItem[],
    style: RegionStyle,
    placement: Placement,
    rect: Box,
    picture: Size,
  ): Generator<void, void> {
    const seen = items.filter(
      ({ annotation, box }) => !annotation.hidden && meet(canvasBox(placement, box), rect),
    );
    const view = pictureBox(placement, rect);
    const shapeOf = (item: RegionItem) => this.shapes.of(item, placement.scale, view);
    const isLit = ({ annotation }: RegionItem) => style.selected.has(annotation.id);
    place(context, placement);
    if (style.mode === 'spotlight') {
      // With a selection the light is on it alone.
      const shown = items.filter(({ annotation }) => !annotation.hidden);
      const chosen = shown.some(isLit) ? seen.filter(isLit) : seen;
      if (shown.length) {
        context.fillStyle = `rgba(0, 0, 0, ${Math.min(0.9, style.opacity * dimmer)})`;
        context.fillRect(0, 0, picture.width, picture.height);
      }
      context.globalCompositeOperation = 'destination-out';
      for (const item of chosen) {
        this.fill(context, item, shapeOf(item), '#000', 1, placement);
        yield;
      }
      context.globalCompositeOperation = 'source-over';
    }
    const lit: RegionItem[] = [];
    for (const item of seen) {
      if (style.mode === 'filled')
        this.fill(context, item, shapeOf(item), item.color, style.opacity, placement);
      // Outlines of what is selected lie above all others.
      if (isLit(item)) lit.push(item);
      else strokeTwice(context, item, shapeOf(item), outlineWidth, placement);
      yield;
    }
    for (const item of lit) {
      strokeTwice(context, item, shapeOf(item), litOutlineWidth, placement);
      yield;
    }
  }

  /** Draws what is under the pointer, over everything else; hidden regions too. */
  paintHover(
    context: CanvasRenderingContext2D,
    item: RegionItem,
    style: RegionStyle,
    placement: Placement,
    rect: Box,
  ): void {
    if (!meet(canvasBox(placement, item.box), rect)) return;
    const shape = this.shapes.of(item, placement.scale, pictureBox(placement, rect));
    place(context, placement);
    if (style.mode === 'filled') this.fill(context, item, shape, item.color, style.opacity / 2, placement);
    strokeTwice(context, item, shape, litOutlineWidth, placement);
  }

  private fill(
    context: CanvasRenderingContext2D,
    { annotation: { geometry }, box }: RegionItem,
    { outline, parts }: RegionShape,
    color: string,
    opacity: number,
    placement: Placement,
  ): void {
    if (geometry.type === 'point' || geometry.type === 'stroke') return;
    const cuts = context.globalCompositeOperation === 'destination-out';
    context.globalAlpha = Math.min(1, geometry.type === 'box' && !cuts ? opacity * boxFill : opacity);
    if (parts) {
      this.fillParts(context, parts, color, placement, box);
    } else {
      context.fillStyle = color;
      context.fill(outline, 'evenodd');
    }
    context.globalAlpha = 1;
  }

  /** Unites and cuts on a canvas of its own, so that what polygons share is not filled twice. */
  private fillParts(
    context: CanvasRenderingContext2D,
    { polygons, holes }: NonNullable<RegionShape['parts']>,
    color: string,
    placement: Placement,
    box: Box,
  ): void {
    const { scratch } = this;
    const { width, height } = context.canvas;
    const [x1, y1, x2, y2] = canvasBox(placement, box);
    const [left, top] = [Math.max(0, x1), Math.max(0, y1)];
    const [w, h] = [Math.min(width, x2) - left, Math.min(height, y2) - top];
    if (w <= 0 || h <= 0) return;
    scratch.canvas.width = w;
    scratch.canvas.height = h;
    place(scratch, { ...placement, x: placement.x - left, y: placement.y - top });
    scratch.fillStyle = color;
    for (const polygon of polygons) scratch.fill(polygon, 'evenodd');
    scratch.globalCompositeOperation = 'destination-out';
    for (const hole of holes) scratch.fill(hole, 'evenodd');
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(scratch.canvas, left, top);
    context.restore();
  }
}

/** Makes a pixel of the picture the unit. */
function place(context: CanvasRenderingContext2D, { scale, x, y }: Placement): void {
  context.setTransform(scale, 0, 0, scale, x, y);
}

/** A dark line under the coloured one shows on any picture. Locked regions have dashes. */
function strokeTwice(
  context: CanvasRenderingContext2D,
  { annotation, color }: RegionItem,
  { outline }: RegionShape,
  width: number,
  { scale, density }: Placement,
): void {
  const unit = density / scale;
  context.lineJoin = 'round';
  context.lineCap = annotation.locked ? 'butt' : 'round';
  context.strokeStyle = lineUnder;
  context.lineWidth = width * 2 * unit;
  context.stroke(outline);
  context.setLineDash(annotation.locked ? dashes.map((dash) => dash * unit) : []);
  context.strokeStyle = color;
  context.lineWidth = width * unit;
  context.stroke(outline);
  context.setLineDash([]);
}
