/** What the canvas shows of regions: all of them, or the two sides of a comparison, with or without a swipe line. */
import type { Point, Size } from '../../../src/protocol/geometry';
import type { Annotation } from '../../../src/protocol/annotator';
import type { OverlayMode, Placement } from '../canvas/regionPaint';
import { RegionShapes } from '../canvas/regionShapes';
import type { PanelStore } from '../store';
import type { Comparison } from './comparison';
import type { OverlayState } from './overlayState';
import { PaintedRegions } from './paintedRegions';

const nobody: ReadonlySet<string> = new Set();

export class RegionLayer {
  private readonly shapes = new RegionShapes();
  private readonly regions: PaintedRegions;
  private readonly sides: Record<'left' | 'right', PaintedRegions>;
  private readonly unsubscribe: readonly (() => void)[];
  private selected: { list: readonly string[]; set: ReadonlySet<string> } = { list: [], set: nobody };
  private standIns: ReadonlyMap<string, Annotation | undefined> = new Map();
  private shown: { of: unknown[]; list: readonly Annotation[] } = { of: [], list: [] };
  private font: string | undefined;

  /**
   * @param redraw asks for another frame, in which `paint` is called
   */
  constructor(
    private readonly store: PanelStore,
    private readonly overlay: OverlayState,
    private readonly comparison: Comparison,
    /** Its font is that of labels, and its data tell tests how far the drawing is. */
    private readonly container: HTMLElement,
    private readonly redraw: () => void,
  ) {
    this.regions = new PaintedRegions(this.shapes, redraw);
    this.sides = {
      left: new PaintedRegions(this.shapes, redraw),
      right: new PaintedRegions(this.shapes, redraw),
    };
    this.unsubscribe = [overlay.subscribe(redraw), comparison.subscribe(redraw)];
  }

  dispose(): void {
    for (const end of this.unsubscribe) end();
    for (const each of [this.regions, this.sides.left, this.sides.right]) each.dispose();
  }

  /** The smallest region that `wanted` takes at a place of the picture, unless none is shown. */
  hit(place: Point, tolerance: number, wanted: (annotation: Annotation) => boolean): string | undefined {
    if (!this.overlay.view.regions) return undefined;
    this.update(this.store.state.snapshot?.image);
    return this.regions.hit(place, tolerance, wanted);
  }

  /** Shows regions as a gesture would leave them; `undefined` hides one that a tool draws itself. */
  showInstead(standIns: ReadonlyMap<string, Annotation | undefined>): void {
    if (!standIns.size && !this.standIns.size) return;
    this.standIns = standIns;
    this.redraw();
  }

  /**
   * Draws into a context whose unit is a pixel of the picture.
   * @param density device pixels for a CSS pixel
   */
  paint(context: CanvasRenderingContext2D, density: number): void {
    const picture = this.store.state.snapshot?.image;
    if (!picture) return;
    const { a, e, f } = context.getTransform();
    const view: Placement = { scale: a, x: e, y: f, density };
    const { width, height } = context.canvas;
    const { before, swipe, regions, labels } = this.overlay.view;
    const line = Math.round(width * swipe);
    const { hoverId } = this.store.state;
    const { sides } = this.comparison;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    if (before === 'held') {
      // The picture alone.
    } else if (sides) {
      this.paintSide(context, 'left', sides.left, [0, line], view, picture);
      this.paintSide(context, 'right', sides.right, [line, width], view, picture);
    } else if (regions) {
      if (before === 'swipe') clip(context, line, 0, width - line, height);
      this.update(picture);
      this.regions.show(context, view, hoverId);
      if (labels) this.regions.showLabels(context, view, hoverId, this.fontFamily());
    }
    context.restore();
    this.tell(sides ? [this.sides.left, this.sides.right] : [this.regions]);
  }

  /** For tests and benchmarks: whether all is drawn, and how much has been done for it. */
  private tell(shown: readonly PaintedRegions[]): void {
    const facts = {
      painted: !shown.some(({ stale }) => stale),
      traced: this.shapes.traced,
      plates: this.regions.plates,
    };
    const { dataset } = this.container;
    for (const [name, fact] of Object.entries(facts))
      if (dataset[name] !== String(fact)) dataset[name] = String(fact);
  }

  private paintSide(
    context: CanvasRenderingContext2D,
    side: 'left' | 'right',
    annotations: readonly Annotation[],
    [from, to]: [number, number],
    view: Placement,
    picture: Size,
  ): void {
    const painted = this.sides[side];
    painted.set(annotations, this.style(nobody), picture);
    context.save();
    clip(context, from, 0, to - from, context.canvas.height);
    painted.show(context, view, undefined);
    context.restore();
  }

  private update(picture: Size | undefined): void {
    const { selected } = this.store.state;
    if (selected !== this.selected.list) this.selected = { list: selected, set: new Set(selected) };
    if (picture) this.regions.set(this.annotations, this.style(this.selected.set), picture);
  }

  /** The annotations, with those of a gesture instead and new ones at the end; the same list as before where neither has changed. */
  private get annotations(): readonly Annotation[] {
    const { annotations } = this.store;
    const { standIns } = this;
    if (!standIns.size) return annotations;
    if (this.shown.of[0] !== annotations || this.shown.of[1] !== standIns)
      this.shown = {
        of: [annotations, standIns],
        list: [
          ...new Map([...annotations.map((each) => [each.id, each] as const), ...standIns]).values(),
        ].filter((each) => each !== undefined),
      };
    return this.shown.list;
  }

  private style(selected: ReadonlySet<string>) {
    const { mode }: { mode: OverlayMode } = this.overlay.view;
    return { mode, opacity: this.store.state.opacity, selected };
  }

  private fontFamily(): string {
    return (this.font ??= getComputedStyle(this.container).fontFamily || 'sans-serif');
  }
}

function clip(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
}
