/** Polygons, corner by corner; inside the selected region they cut a hole. */
import { z } from 'zod';
import { pointSchema, type Geometry, type Point } from '../../../src/protocol/geometry';
import { fillPolygon, patchArea, patchOfGeometry, rectangle, rleOfPatch } from '../../../src/protocol/raster';
import { ringArea } from '../../../src/protocol/simplify';
import { strokeTwice } from '../canvas/promptPaint';
import { newRegion } from './newRegion';
import { draftColor, drawHandles, pathOf } from './paint';
import { withoutScore } from './shapes';
import { snapped, snapReach } from './snap';
import { isFree, type Grip, type Tool, type ToolContext, type Touch } from './tool';

/** A polygon that is not ended yet, in pixels of the picture; `holeOf`: the region that it becomes a hole of. */
export const polygonDraftSchema = z.object({
  corners: z.array(pointSchema).min(1),
  holeOf: z.string().optional(),
});
export type PolygonDraft = z.infer<typeof polygonDraftSchema>;

/** What survives hiding the panel. */
export interface PolygonMemory {
  draft?: PolygonDraft | undefined;
  /** Hears of each change; undefined: nothing is being drawn. */
  onDraft(draft: PolygonDraft | undefined): void;
}

export class PolygonTool implements Tool {
  private corners: readonly Point[] = [];
  /** Corners that were taken back, the last first. */
  private takenBack: readonly Point[] = [];
  /** The region that the polygon becomes a hole of. */
  private holeOf: string | undefined;
  private holeWanted = false;
  /** Where the next corner would come. */
  private next: Point | undefined;
  /** A corner under the pressed pointer, which it still moves. */
  private pressed: 'corner' | 'back' | 'close' | undefined;

  constructor(
    private readonly context: ToolContext,
    private readonly memory: PolygonMemory,
  ) {
    const { draft } = memory;
    // The stage does not know its picture yet. One that has become smaller has no place for the polygon.
    const { width, height } = context.store.state.snapshot?.image ?? { width: 0, height: 0 };
    if (!draft?.corners.every(([x, y]) => x <= width && y <= height)) return;
    this.corners = draft.corners;
    this.holeOf = draft.holeOf;
    this.tell();
  }

  /** The next polygon is a hole of the selected region. */
  beginHole(): void {
    this.holeWanted = true;
    this.context.store.set({ status: 'Draw the hole inside the selected region.' });
  }

  press(touch: Touch): Grip {
    if (touch.secondary) {
      this.pressed = 'back';
      return 'click';
    }
    if (this.closes(touch)) {
      this.pressed = 'close';
      return 'click';
    }
    if (!this.corners.length) {
      const { active } = this.context.edits;
      const wanted = this.holeWanted || touch.alt;
      this.holeOf = wanted && active && isFree(active) ? active.id : undefined;
      if (wanted && !this.holeOf)
        this.context.store.set({ status: 'Select the region that gets the hole first.' });
      this.holeWanted = false;
    }
    this.pressed = 'corner';
    this.corners = [...this.corners, this.place(touch)];
    this.takenBack = [];
    this.tell();
    this.changed();
    return touch.by === 'keys' ? 'click' : 'drag';
  }

  move(touch: Touch): void {
    if (this.pressed !== 'corner') return;
    this.corners = [...this.corners.slice(0, -1), this.place(touch)];
    this.context.stage.redrawDraft();
  }

  release(touch: Touch): void {
    const { pressed } = this;
    this.pressed = undefined;
    if (pressed === 'corner') this.changed();
    if (pressed === 'back') this.stepBack();
    else if (pressed === 'close') this.accept();
    // The first press of a double click has set the corner: the second one ends the polygon there.
    else if (touch.double && this.corners.length > 3) {
      this.corners = this.corners.slice(0, -1);
      this.accept();
    }
  }

  hover(touch: Touch | undefined): void {
    this.next = touch && (this.closes(touch) ? this.corners[0] : this.place(touch));
    this.context.stage.redrawDraft();
  }

  abandon(): void {
    if (this.pressed === 'corner') this.corners = this.corners.slice(0, -1);
    this.pressed = undefined;
    this.changed();
  }

  accept(): boolean {
    const { store, stage, edits } = this.context;
    if (!this.corners.length) return false;
    if (this.corners.length < 3 || Math.abs(ringArea(this.corners)) < 0.5) {
      store.set({ status: 'A polygon has at least three corners that do not lie in one line.' });
      return true;
    }
    const ring = [...this.corners];
    const target = edits.find(this.holeOf);
    this.clear();
    if (!target) {
      newRegion(this.context, 'Polygon', { type: 'polygon', polygons: [ring] });
      store.set({ status: 'The polygon is a region. Press F2 to label it.' });
      return true;
    }
    const geometry = withHole(target.geometry, ring, stage.size);
    if (geometry) void edits.commit({ title: 'Cut Hole', put: [withoutScore({ ...target, geometry })] });
    else store.set({ status: 'A hole that takes the whole region away was not cut.' });
    return true;
  }

  reject(): boolean {
    if (!this.corners.length && !this.holeWanted) return false;
    this.clear();
    this.context.store.set({ status: 'The polygon was given up.' });
    return true;
  }

  stepBack(): boolean {
    const last = this.corners.at(-1);
    if (!last) return false;
    this.corners = this.corners.slice(0, -1);
    this.takenBack = [...this.takenBack, last];
    this.tell();
    this.changed();
    return true;
  }

  stepForward(): boolean {
    const last = this.takenBack.at(-1);
    if (!last) return false;
    this.takenBack = this.takenBack.slice(0, -1);
    this.corners = [...this.corners, last];
    this.tell();
    this.changed();
    return true;
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    const { corners, next, pressed } = this;
    if (corners.length) {
      const ahead = next && !pressed ? [...corners, next] : corners;
      context.save();
      context.globalAlpha = 0.15;
      context.fillStyle = this.holeOf ? '#000000' : draftColor;
      context.fill(pathOf(ahead, true), 'evenodd');
      context.restore();
      strokeTwice(context, pathOf(corners, false), draftColor, 1.5 / scale, []);
      if (next && !pressed)
        strokeTwice(context, pathOf([corners.at(-1) as Point, next], false), draftColor, 1 / scale, [
          5 / scale,
          4 / scale,
        ]);
      drawHandles(context, corners, scale, next === corners[0] ? next : undefined);
    } else if (next && this.context.stage.crosshair === undefined) {
      drawHandles(context, [next], scale);
    }
  }

  private clear(): void {
    this.corners = this.takenBack = [];
    this.holeOf = undefined;
    this.holeWanted = false;
    this.changed();
  }

  private changed(): void {
    const { corners, holeOf } = this;
    this.memory.onDraft(
      corners.length ? { corners: [...corners], ...(holeOf !== undefined && { holeOf }) } : undefined,
    );
    this.context.stage.redrawDraft();
  }

  private tell(): void {
    const { length } = this.corners;
    const what = this.holeOf ? 'Hole' : 'Polygon';
    this.context.store.set({
      status: length
        ? `${what}: ${length} corner${length === 1 ? '' : 's'}. Enter or the first corner closes it, Backspace takes the last one back.`
        : `${what}: nothing drawn yet.`,
    });
  }

  private closes({ inside, ctrl }: Touch): boolean {
    const [first] = this.corners;
    if (!first || this.corners.length < 3 || ctrl) return false;
    const reach = snapReach / this.context.stage.view.scale;
    return Math.hypot(first[0] - inside[0], first[1] - inside[1]) <= reach;
  }

  private place({ inside, ctrl }: Touch): Point {
    const { store, stage } = this.context;
    return ctrl ? inside : snapped(inside, store.annotations, stage.size, snapReach / stage.view.scale);
  }
}

/** A shape without the inside of a ring; undefined when nothing would be left, or the shape has no area. */
function withHole(
  geometry: Geometry,
  ring: Point[],
  size: { width: number; height: number },
): Geometry | undefined {
  const patch = patchOfGeometry(geometry, size);
  if (!patch || !patchArea(fillPolygon(patch, ring, 0))) return undefined;
  switch (geometry.type) {
    case 'mask':
      return { type: 'mask', mask: rleOfPatch(patch, size) };
    case 'polygon':
      return { ...geometry, holes: [...(geometry.holes ?? []), ring] };
    default:
      return geometry.type === 'box'
        ? { type: 'polygon', polygons: [rectangle(geometry.box)], holes: [ring] }
        : undefined;
  }
}
