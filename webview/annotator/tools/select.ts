/** Selects, by clicks and by a marquee; moves regions; edits vertices and handles of the selected one. */
import type { Annotation } from '../../../src/protocol/annotator';
import { colorOf } from '../../../src/protocol/colors';
import type { Box, Geometry, Point } from '../../../src/protocol/geometry';
import { patchOfRle, unionBox } from '../../../src/protocol/raster';
import { moveAnnotation } from '../../../src/regions/annotations';
import { drawBox } from '../canvas/promptPaint';
import { clickSelection } from '../regions/selection';
import { drawBoxHandles, drawHandles, patchBitmap } from './paint';
import {
  boxHandleAt,
  boxOf,
  edgeAt,
  handleCursor,
  keptInside,
  ringsOf,
  shapeBox,
  vertexAt,
  withHandle,
  withoutScore,
  withVertex,
  type BoxHandle,
  type VertexRef,
} from './shapes';
import { snapped, snapReach } from './snap';
import { isFree, type Grip, type Tool, type ToolContext, type Touch } from './tool';

/** How near a press must be, in CSS pixels. */
const vertexReach = 8;
const edgeReach = 5;
/** Vertices that are nearer to each other on the screen than this are drawn as one. */
const vertexSpacing = 7;

type Action =
  | { kind: 'marquee'; from: Touch; box?: Box }
  | { kind: 'move'; from: Touch; regions: readonly Annotation[]; way: Point; bitmaps?: readonly Bitmap[] }
  | { kind: 'shape'; title: string; region: Annotation; change: (place: Point) => Geometry; edits: boolean }
  | { kind: 'remove vertex'; region: Annotation; vertex: VertexRef };

interface Bitmap {
  canvas: HTMLCanvasElement;
  box: Box;
}

/** What lies under a touch on the selected region's own outline. */
type Grabbed =
  | { kind: 'vertex' | 'edge'; region: Annotation; vertex: VertexRef }
  | { kind: 'handle'; region: Annotation; box: Box; handle: BoxHandle };

export class SelectTool implements Tool {
  private action: Action | undefined;
  /** Arrow keys that have moved the selection and are still held. */
  private nudge: { regions: readonly Annotation[]; way: Point } | undefined;

  constructor(private readonly context: ToolContext) {}

  press(touch: Touch): Grip | undefined {
    this.commitNudge();
    const grabbed = this.grabbed(touch);
    if (touch.secondary || (touch.alt && grabbed?.kind === 'vertex')) {
      if (grabbed?.kind !== 'vertex') return undefined;
      this.action = { kind: 'remove vertex', region: grabbed.region, vertex: grabbed.vertex };
      return 'click';
    }
    this.action =
      grabbed && !touch.shift && !touch.ctrl && !touch.alt
        ? reshape(grabbed, touch.inside)
        : this.selecting(touch);
    return touch.by === 'keys' && this.action.kind !== 'shape' ? 'click' : 'drag';
  }

  move(touch: Touch): void {
    const { action } = this;
    const { edits, stage } = this.context;
    switch (action?.kind) {
      case 'marquee':
        action.box = boxOf(action.from.inside, touch.inside);
        break;
      case 'move':
        this.carry(action, [touch.place[0] - action.from.place[0], touch.place[1] - action.from.place[1]]);
        break;
      case 'shape': {
        const { region, change } = action;
        edits.show(new Map([[region.id, { ...region, geometry: change(this.snap(touch, region)) }]]));
        break;
      }
    }
    stage.redrawDraft();
  }

  release(touch: Touch, movedFar: boolean): void {
    const { action } = this;
    const { edits, store, stage } = this.context;
    this.action = undefined;
    stage.redrawDraft();
    switch (action?.kind) {
      case 'marquee':
        if (movedFar) this.selectInside(boxOf(action.from.inside, touch.inside), touch.shift || touch.ctrl);
        else this.clickOn(action.from);
        break;
      case 'move':
        if (!movedFar) this.clickOn(action.from);
        else if (action.way[0] || action.way[1]) this.commitMove(action.regions, action.way);
        if (!movedFar) edits.show(new Map());
        break;
      case 'shape': {
        const { region, change, title } = action;
        if (!movedFar && !action.edits) {
          edits.show(new Map());
          break;
        }
        const geometry = change(movedFar ? this.snap(touch, region) : touch.inside);
        const [x1, y1, x2, y2] = shapeBox(geometry);
        if (geometry.type === 'box' && (x2 - x1 < 1 || y2 - y1 < 1)) {
          edits.show(new Map());
          store.set({ status: 'The box is too small.' });
        } else {
          void edits.commit({ title, put: [withoutScore({ ...region, geometry })] });
        }
        break;
      }
      case 'remove vertex': {
        const geometry = withVertex(action.region.geometry, action.vertex, 'remove');
        if (geometry)
          void edits.commit({ title: 'Remove Vertex', put: [withoutScore({ ...action.region, geometry })] });
        else store.set({ status: 'No vertex can go: the shape would have no area.' });
        break;
      }
    }
  }

  hover(touch: Touch | undefined): void {
    const { store, stage } = this.context;
    const hoverId = touch && stage.regionAt(touch.place);
    if (hoverId !== store.state.hoverId) store.set({ hoverId });
  }

  /** Arrows move the selected regions: by one pixel, or by ten with Shift. */
  key(event: KeyboardEvent): boolean {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const { edits, stage } = this.context;
    if (!step || stage.crosshair || event.ctrlKey || event.metaKey || event.altKey) return false;
    const regions = this.nudge?.regions ?? edits.selection.filter(isFree);
    if (!regions.length) return false;
    const by = event.shiftKey ? 10 : 1;
    const [x, y] = this.nudge?.way ?? [0, 0];
    const way = this.kept(regions, [x + (step[0] as number) * by, y + (step[1] as number) * by]);
    this.nudge = { regions, way };
    edits.show(new Map(regions.map((region) => [region.id, moveAnnotation(region, way, stage.size)])));
    return true;
  }

  keyUp(event: KeyboardEvent): void {
    if (event.key.startsWith('Arrow')) this.commitNudge();
  }

  abandon(): void {
    this.commitNudge();
    if (this.action) this.context.edits.show(new Map());
    this.action = undefined;
    this.context.stage.redrawDraft();
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    const { action } = this;
    const { store } = this.context;
    if (action?.kind === 'marquee' && action.box) drawBox(context, action.box, scale);
    if (action?.kind === 'move' && action.bitmaps) {
      context.save();
      context.imageSmoothingEnabled = false;
      context.globalAlpha = Math.max(0.25, store.state.opacity);
      for (const { canvas, box } of action.bitmaps)
        context.drawImage(
          canvas,
          box[0] + action.way[0],
          box[1] + action.way[1],
          box[2] - box[0],
          box[3] - box[1],
        );
      context.restore();
    }
    const { editable } = this;
    if (!editable || (action && action.kind !== 'shape')) return;
    const { geometry } = editable;
    if (geometry.type === 'box') drawBoxHandles(context, geometry.box, scale);
    drawHandles(
      context,
      spaced(
        ringsOf(geometry).map(({ points }) => points),
        vertexSpacing / scale,
      ),
      scale,
    );
  }

  cursor(touch: Touch): string {
    const { stage } = this.context;
    const grabbed = this.grabbed(touch);
    if (grabbed?.kind === 'handle') return handleCursor(grabbed.handle);
    if (grabbed?.kind === 'edge' && !touch.alt) return 'copy';
    if (grabbed) return 'pointer';
    if (this.isOnSelection(touch)) return 'move';
    return stage.regionAt(touch.place) ? 'pointer' : 'default';
  }

  /** The region whose vertices or handles are shown: the only selected one, when gestures may change it. */
  private get editable(): Annotation | undefined {
    const { edits, store } = this.context;
    const { active } = edits;
    return store.state.selected.length === 1 && active && isFree(active) ? active : undefined;
  }

  private grabbed({ place }: Touch): Grabbed | undefined {
    const region = this.editable;
    if (!region) return undefined;
    const { geometry } = region;
    const { scale } = this.context.stage.view;
    if (geometry.type === 'box') {
      const handle = boxHandleAt(geometry.box, place, vertexReach / scale);
      return handle && { kind: 'handle', region, box: geometry.box, handle };
    }
    const vertex = vertexAt(geometry, place, vertexReach / scale);
    if (vertex) return { kind: 'vertex', region, vertex };
    const edge = edgeAt(geometry, place, edgeReach / scale);
    return edge && { kind: 'edge', region, vertex: edge };
  }

  private selecting(touch: Touch): Action {
    if (!touch.shift && !touch.ctrl && this.isOnSelection(touch))
      return {
        kind: 'move',
        from: touch,
        regions: this.context.edits.selection.filter(isFree),
        way: [0, 0],
      };
    return { kind: 'marquee', from: touch };
  }

  private isOnSelection({ place }: Touch): boolean {
    const { edits, stage } = this.context;
    return stage.regionAt(place, edits.selection.filter(isFree)) !== undefined;
  }

  private clickOn({ place, shift, ctrl, alt }: Touch): void {
    const { store, stage } = this.context;
    const id = stage.regionAt(place);
    const toggle = shift || ctrl;
    if (id !== undefined)
      store.set({
        selected: clickSelection(store.annotations, store.state.selected, id, { toggle, alone: alt }),
      });
    else if (!toggle) store.select(undefined);
  }

  /** Selects the regions that lie in a box wholly. */
  private selectInside([x1, y1, x2, y2]: Box, adds: boolean): void {
    const { store } = this.context;
    const inside = store.annotations.filter((annotation) => {
      const box = shapeBox(annotation.geometry);
      return isFree(annotation) && box[0] >= x1 && box[1] >= y1 && box[2] <= x2 && box[3] <= y2;
    });
    const before = adds ? store.state.selected : [];
    const selected = [...new Set([...before, ...inside.map(({ id }) => id)])];
    store.set({
      selected,
      status: inside.length
        ? `${selected.length} region${selected.length === 1 ? '' : 's'} selected.`
        : 'No region lies wholly inside the marquee.',
    });
  }

  private carry(action: Action & { kind: 'move' }, way: Point): void {
    const { edits, stage } = this.context;
    action.way = this.kept(action.regions, way);
    // Masks are painted here while they move: to make a new mask at every step would take too long.
    action.bitmaps ??= action.regions.flatMap((region) => bitmapOf(region) ?? []);
    edits.show(
      new Map(
        action.regions.map((region) => [
          region.id,
          region.geometry.type === 'mask' ? undefined : moveAnnotation(region, action.way, stage.size),
        ]),
      ),
    );
  }

  private kept(regions: readonly Annotation[], way: Point): Point {
    return keptInside(
      way,
      unionBox(regions.map(({ geometry }) => shapeBox(geometry))),
      this.context.stage.size,
      regions.some(({ geometry }) => geometry.type === 'mask'),
    );
  }

  private commitMove(regions: readonly Annotation[], way: Point): void {
    const { edits, stage } = this.context;
    void edits.commit({
      title: regions.length === 1 ? 'Move Region' : 'Move Regions',
      put: regions.map((region) => moveAnnotation(region, way, stage.size)),
    });
  }

  private commitNudge(): void {
    const { nudge } = this;
    this.nudge = undefined;
    if (!nudge) return;
    if (nudge.way[0] || nudge.way[1]) this.commitMove(nudge.regions, nudge.way);
    else this.context.edits.show(new Map());
  }

  private snap({ inside, ctrl }: Touch, region: Annotation): Point {
    const { store, stage } = this.context;
    if (ctrl) return inside;
    const others = store.annotations.filter(({ id }) => id !== region.id);
    return snapped(inside, others, stage.size, snapReach / stage.view.scale);
  }
}

/** The change of a shape that dragging what was grabbed makes. */
function reshape(grabbed: Grabbed, from: Point): Action {
  const { region } = grabbed;
  const { geometry } = region;
  if (grabbed.kind === 'handle')
    return {
      kind: 'shape',
      title: 'Change Box',
      region,
      change: (place) => ({ type: 'box', box: withHandle(grabbed.box, grabbed.handle, place) }),
      edits: false,
    };
  const { vertex } = grabbed;
  if (grabbed.kind === 'vertex')
    return {
      kind: 'shape',
      title: 'Move Vertex',
      region,
      change: (place) => withVertex(geometry, vertex, { set: place }) ?? geometry,
      edits: false,
    };
  const inserted = withVertex(geometry, vertex, { insert: from }) ?? geometry;
  return {
    kind: 'shape',
    title: 'Add Vertex',
    region,
    change: (place) => withVertex(inserted, vertex, { set: place }) ?? inserted,
    edits: true,
  };
}

function bitmapOf(region: Annotation): Bitmap | undefined {
  if (region.geometry.type !== 'mask') return undefined;
  const patch = patchOfRle(region.geometry.mask);
  if (!patch.width) return undefined;
  return {
    canvas: patchBitmap(patch, colorOf(region), 4_000_000),
    box: [patch.x, patch.y, patch.x + patch.width, patch.y + patch.height],
  };
}

/** The points of lines, without those that are nearer than `distance` to the one before. */
function spaced(lines: readonly (readonly Point[])[], distance: number): Point[] {
  return lines.flatMap((points) => {
    let last: Point | undefined;
    return points.filter((point) => {
      if (last && Math.hypot(point[0] - last[0], point[1] - last[1]) < distance) return false;
      last = point;
      return true;
    });
  });
}
