/** Measures: a line with its length and angle, and the size of the selected region. Nothing is saved. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Point } from '../../../src/protocol/geometry';
import { patchArea, patchOfGeometry } from '../../../src/protocol/raster';
import { rleArea } from '../../../src/protocol/rle';
import { strokeTwice } from '../canvas/promptPaint';
import { drawHandles, drawNote, pathOf } from './paint';
import { shapeBox } from './shapes';
import { snapped, snapReach } from './snap';
import type { Grip, Tool, ToolContext, Touch } from './tool';

const color = '#ffd54a';

export class MeasureTool implements Tool {
  private line: [Point, Point] | undefined;
  private drawing: Point | undefined;
  private area: { of: Annotation; text: string } | undefined;

  constructor(private readonly context: ToolContext) {}

  press(touch: Touch): Grip | undefined {
    if (touch.secondary) return undefined;
    this.drawing = this.place(touch);
    return 'drag';
  }

  move(touch: Touch): void {
    if (!this.drawing) return;
    const end = this.place(touch);
    this.line = [this.drawing, touch.shift ? straightened(this.drawing, end) : end];
    this.tell();
  }

  release(touch: Touch, moved: boolean): void {
    const { store, stage } = this.context;
    if (!moved) {
      // A click shows the size of the region under it.
      this.line = undefined;
      store.select(stage.regionAt(touch.place));
      this.tell();
    }
    this.drawing = undefined;
    stage.redrawDraft();
  }

  abandon(): void {
    if (this.drawing) this.line = undefined;
    this.drawing = undefined;
    this.context.stage.redrawDraft();
  }

  reject(): boolean {
    if (!this.line) return false;
    this.line = undefined;
    this.context.store.set({ status: '' });
    this.context.stage.redrawDraft();
    return true;
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    if (this.line) {
      strokeTwice(context, pathOf(this.line, false), color, 1.5 / scale, []);
      drawHandles(context, this.line, scale);
      drawNote(context, lineText(this.line), this.line[1], scale);
    }
    const { active } = this.context.edits;
    const region = this.regionText(active);
    if (!region || !active) return;
    const [x1, y1, x2, y2] = shapeBox(active.geometry);
    const frame = new Path2D();
    frame.rect(x1, y1, x2 - x1, y2 - y1);
    strokeTwice(context, frame, color, 1 / scale, [4 / scale, 3 / scale]);
    drawNote(context, region.split(' · '), [x1, y2], scale);
  }

  private tell(): void {
    const { store, stage, edits } = this.context;
    const parts = [...(this.line ? lineText(this.line) : []), this.regionText(edits.active)];
    store.set({ status: parts.filter(Boolean).join(' · ') });
    stage.redrawDraft();
  }

  /** Area and box of a region; worked out once. */
  private regionText(annotation: Annotation | undefined): string {
    if (!annotation) return '';
    if (this.area?.of !== annotation)
      this.area = { of: annotation, text: sizeText(annotation, this.context.stage.size) };
    return this.area.text;
  }

  private place({ inside, ctrl }: Touch): Point {
    const { store, stage } = this.context;
    return ctrl ? inside : snapped(inside, store.annotations, stage.size, snapReach / stage.view.scale);
  }
}

/** The end of a line on the nearest multiple of 45 degrees. */
function straightened([ax, ay]: Point, [bx, by]: Point): Point {
  const length = Math.hypot(bx - ax, by - ay);
  const angle = Math.round(Math.atan2(by - ay, bx - ax) / (Math.PI / 4)) * (Math.PI / 4);
  return [ax + Math.cos(angle) * length, ay + Math.sin(angle) * length];
}

/** Length and angle: 0° to the right, counted against the clock. */
function lineText([[ax, ay], [bx, by]]: readonly [Point, Point]): string[] {
  const [dx, dy] = [bx - ax, by - ay];
  const angle = (Math.atan2(-dy, dx) * 180) / Math.PI;
  return [
    `${number(Math.hypot(dx, dy))} px, ${number(angle || 0)}°`,
    `${number(Math.abs(dx))} across, ${number(Math.abs(dy))} down`,
  ];
}

function sizeText({ geometry }: Annotation, size: { width: number; height: number }): string {
  const [x1, y1, x2, y2] = shapeBox(geometry);
  const box = `Box ${number(x2 - x1)} × ${number(y2 - y1)} px`;
  if (geometry.type === 'mask') return `Area ${number(rleArea(geometry.mask))} px · ${box}`;
  const patch = patchOfGeometry(geometry, size);
  return patch ? `Area ${number(patchArea(patch))} px · ${box}` : box;
}

const number = (value: number) =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 1000 ? 1 : 0 });
