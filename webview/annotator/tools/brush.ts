/** Brush and eraser: paint a mask pixel by pixel, a new one or onto the selected region. */
import type { Annotation } from '../../../src/protocol/annotator';
import { colorOf, nextColor } from '../../../src/protocol/colors';
import type { Point } from '../../../src/protocol/geometry';
import {
  emptyPatch,
  fillCapsule,
  patchAround,
  patchArea,
  patchOfGeometry,
  pixelBox,
  pointsBox,
  rleOfPatch,
  type Patch,
} from '../../../src/protocol/raster';
import { drawCircle, patchBitmap } from './paint';
import { withoutScore } from './shapes';
import { isFree, type Grip, type Tool, type ToolContext, type Touch } from './tool';

/** The thinnest that a pen at its lightest makes the brush. */
const lightest = 0.2;
/** The way is painted in pieces of this share of the radius. */
const piece = 0.1;

interface Painting {
  annotation: Annotation;
  isNew: boolean;
  before: Patch;
  patch: Patch;
  value: 0 | 1;
  last: Point;
  /** What is shown: the region as it was, and over it the way of the brush. */
  bitmap: HTMLCanvasElement;
  way: { path: Path2D; width: number }[];
}

export class BrushTool implements Tool {
  private painting: Painting | undefined;
  /** Pressed where there is nothing to erase: begins on the first region that it comes to. */
  private seeking = false;
  private at: Point | undefined;
  /** Where the last stroke ended: Shift draws a straight line from there. */
  private lastEnd: Point | undefined;
  private scratch: HTMLCanvasElement | undefined;

  constructor(
    private readonly context: ToolContext,
    private readonly erases: boolean,
  ) {}

  press(touch: Touch): Grip | undefined {
    const value = this.erases || touch.secondary || touch.alt ? 0 : 1;
    const target = this.target(touch, value);
    this.seeking = !target && !value && !this.context.edits.active;
    if (!target) return this.seeking ? 'drag' : undefined;
    const { annotation, isNew } = target;
    const { stage, edits } = this.context;
    const patch = patchOfGeometry(annotation.geometry, stage.size) ?? emptyPatch([0, 0, 0, 0]);
    this.painting = {
      annotation,
      isNew,
      before: { ...patch, data: patch.data.slice() },
      patch,
      value,
      last: touch.inside,
      bitmap: patchBitmap(patch, colorOf(annotation)),
      way: [],
    };
    edits.show(new Map([[annotation.id, undefined]]));
    if (touch.shift && this.lastEnd) this.painting.last = this.lastEnd;
    this.paintTo(touch, true);
    return 'drag';
  }

  move(touch: Touch): void {
    this.at = touch.inside;
    if (this.seeking && this.context.stage.regionAt(touch.place) !== undefined) this.press(touch);
    this.paintTo(touch, false);
    if (!this.painting) this.context.stage.redrawDraft();
  }

  release(touch: Touch): void {
    const { painting } = this;
    this.seeking = false;
    if (!painting) return;
    this.paintTo(touch, true);
    this.painting = undefined;
    this.lastEnd = painting.last;
    this.commit(painting);
    this.context.stage.redrawDraft();
  }

  hover(touch: Touch | undefined): void {
    this.at = touch?.inside;
    this.context.stage.redrawDraft();
  }

  abandon(): void {
    this.seeking = false;
    if (!this.painting) return;
    this.painting = undefined;
    this.context.edits.show(new Map());
    this.context.stage.redrawDraft();
  }

  cursor(): string {
    return 'none';
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    const { settings, stage } = this.context;
    if (this.painting) this.paintRegion(context, this.painting);
    const at = stage.crosshair ?? this.at;
    if (!at) return;
    drawCircle(context, at, settings.brushFor(stage.size) / 2, scale);
  }

  /** The region that is painted on; undefined, and said why, when there is none. */
  private target(touch: Touch, value: 0 | 1): { annotation: Annotation; isNew: boolean } | undefined {
    const { store, edits, stage } = this.context;
    const hasArea = ({ geometry }: Annotation) => geometry.type !== 'point' && geometry.type !== 'stroke';
    const { active } = edits;
    if (active && isFree(active) && hasArea(active)) return { annotation: active, isNew: false };
    if (value) {
      const annotation: Annotation = {
        id: crypto.randomUUID(),
        geometry: { type: 'mask', mask: rleOfPatch(emptyPatch([0, 0, 0, 0]), stage.size) },
        provenance: { by: 'user' },
        color: nextColor(store.annotations),
      };
      return { annotation, isNew: true };
    }
    const under = active ? undefined : edits.find(stage.regionAt(touch.place));
    if (under && hasArea(under)) {
      store.select(under.id);
      return { annotation: under, isNew: false };
    }
    store.set({
      status: active
        ? 'The selected region is locked, hidden or without area, so nothing was erased.'
        : 'Select the region to erase from first.',
    });
    return undefined;
  }

  private paintTo(touch: Touch, end: boolean): void {
    const { painting } = this;
    const { settings, stage } = this.context;
    if (!painting) return;
    const diameter =
      settings.brushFor(stage.size) *
      (touch.by === 'pen' ? Math.max(lightest, Math.min(1, touch.pressure * 1.6)) : 1);
    const radius = diameter / 2;
    const [from, to] = [painting.last, touch.inside];
    if (!end && Math.hypot(to[0] - from[0], to[1] - from[1]) < radius * piece) return;
    painting.last = to;
    const [x1, y1, x2, y2] = pointsBox([from, to]);
    const box = pixelBox([x1 - radius, y1 - radius, x2 + radius, y2 + radius], stage.size);
    if (painting.value) painting.patch = patchAround(painting.patch, box, stage.size);
    fillCapsule(painting.patch, from, to, radius, painting.value);
    let way = painting.way.at(-1);
    if (!way || Math.abs(way.width - diameter) > diameter * 0.05)
      painting.way.push((way = { path: new Path2D(), width: diameter }));
    way.path.moveTo(...from);
    way.path.lineTo(...to);
    stage.redrawDraft();
  }

  private commit({ annotation, isNew, before, patch }: Painting): void {
    const { store, edits, stage } = this.context;
    const mask = rleOfPatch(patch, stage.size);
    if (!patchArea(patch)) {
      edits.show(new Map());
      if (isNew) return;
      void edits.commit({ title: 'Erase Region', remove: [annotation.id] });
      store.set({ activeId: undefined, status: 'The whole region was erased. Undo brings it back.' });
      return;
    }
    if (!isNew && rleOfPatch(before, stage.size).counts === mask.counts) {
      edits.show(new Map());
      return;
    }
    const made = isNew ? annotation : withoutScore(annotation);
    if (isNew) store.select(annotation.id);
    void edits.commit({
      title: this.erases ? 'Erase' : 'Brush',
      put: [{ ...made, geometry: { type: 'mask', mask } }],
    });
  }

  /** The region as the brush leaves it, flat on a canvas of its own, and that over the picture. */
  private paintRegion(context: CanvasRenderingContext2D, painting: Painting): void {
    const { store, stage } = this.context;
    const { width, height } = context.canvas;
    const scratch = (this.scratch ??= document.createElement('canvas'));
    if (scratch.width !== width || scratch.height !== height)
      [scratch.width, scratch.height] = [width, height];
    const ink = scratch.getContext('2d') as CanvasRenderingContext2D;
    ink.setTransform(1, 0, 0, 1, 0, 0);
    ink.globalCompositeOperation = 'source-over';
    ink.clearRect(0, 0, width, height);
    ink.setTransform(context.getTransform());
    ink.save();
    ink.beginPath();
    ink.rect(0, 0, stage.size.width, stage.size.height);
    ink.clip();
    ink.imageSmoothingEnabled = false;
    const { before, bitmap, value } = painting;
    if (before.width) ink.drawImage(bitmap, before.x, before.y, before.width, before.height);
    ink.globalCompositeOperation = value ? 'source-over' : 'destination-out';
    ink.strokeStyle = value ? colorOf(painting.annotation) : '#000000';
    ink.lineCap = ink.lineJoin = 'round';
    for (const { path, width: wide } of painting.way) {
      ink.lineWidth = wide;
      ink.stroke(path);
    }
    ink.restore();
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = Math.max(0.25, store.state.opacity);
    context.drawImage(scratch, 0, 0);
    context.restore();
  }
}
