/** One set of regions on the canvas: what has changed is found and drawn anew, labels are placed when the view rests. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Box, Point, Size } from '../../../src/protocol/geometry';
import { Composite } from '../canvas/composite';
import { hitItem, looksAlike, regionItem, type RegionItem } from '../canvas/regionItem';
import { RegionPainter, type Placement, type RegionStyle } from '../canvas/regionPaint';
import type { RegionShapes } from '../canvas/regionShapes';
import { Labels } from './labels';

interface Content {
  items: readonly RegionItem[];
  style: RegionStyle;
  picture: Size;
}

export class PaintedRegions {
  private readonly painter: RegionPainter;
  private readonly composite: Composite;
  private readonly labels = new Labels();
  private annotations: readonly Annotation[] | undefined;
  private content: Content | undefined;
  private byId: ReadonlyMap<string, RegionItem> = new Map();
  /** For what, and for which view, the labels were placed. */
  private placedFor: readonly unknown[] = [];
  private placedAt: Placement | undefined;
  /** True while labels are where they were placed for another view. */
  private labelsLag = false;

  constructor(shapes: RegionShapes, redraw: () => void) {
    this.painter = new RegionPainter(shapes);
    this.composite = new Composite(this.painter, redraw);
  }

  dispose(): void {
    this.composite.dispose();
  }

  /** True while what is shown is not yet all that there is, or not yet sharp. */
  get stale(): boolean {
    return this.composite.stale || this.labelsLag;
  }

  /** How many times regions have been drawn anew, in whole or in part. */
  get plates(): number {
    return this.composite.plates;
  }

  set(annotations: readonly Annotation[], style: RegionStyle, picture: Size): void {
    const before = this.content;
    let items = before?.items ?? [];
    if (annotations !== this.annotations) {
      this.annotations = annotations;
      items = annotations.map((annotation) => regionItem(annotation, this.byId.get(annotation.id)));
      this.byId = new Map(items.map((item) => [item.annotation.id, item]));
    }
    this.content = { items, style, picture };
    const damage = before ? damageOf(before, this.content) : 'all';
    // Items that look as before may have other labels.
    if (damage === 'all' || damage.length) this.composite.set(this.content, damage);
  }

  /** The smallest region that `wanted` takes at a place of the picture. */
  hit(place: Point, tolerance: number, wanted: (annotation: Annotation) => boolean): string | undefined {
    const items = this.content?.items.filter(({ annotation }) => wanted(annotation)) ?? [];
    return hitItem(items, place, tolerance)?.annotation.id;
  }

  /** Shows the regions, and above them the one under the pointer. */
  show(context: CanvasRenderingContext2D, view: Placement, hoverId: string | undefined): void {
    this.composite.show(context, view);
    this.labelsLag = false;
    const hovered = hoverId === undefined ? undefined : this.byId.get(hoverId);
    if (!hovered || !this.content) return;
    const { width, height } = context.canvas;
    context.save();
    this.painter.paintHover(context, hovered, this.content.style, view, [0, 0, width, height]);
    context.restore();
  }

  showLabels(
    context: CanvasRenderingContext2D,
    view: Placement,
    hoverId: string | undefined,
    font: string,
  ): void {
    if (!this.content) return;
    const { items, style } = this.content;
    const { width, height } = context.canvas;
    const now = [items, style.selected, hoverId, width, height, view.density, font];
    const changed = now.some((value, i) => value !== this.placedFor[i]);
    const { placedAt } = this;
    const moved = placedAt?.scale !== view.scale || placedAt.x !== view.x || placedAt.y !== view.y;
    this.labelsLag = moved && !changed && !this.composite.resting;
    if (changed || (moved && !this.labelsLag)) {
      this.placedFor = now;
      this.placedAt = view;
      const first = new Set(hoverId === undefined ? style.selected : [...style.selected, hoverId]);
      this.labels.layout(items, first, view, { width, height }, font);
    }
    this.labels.show(context, view);
  }
}

/** Where two contents look different. */
function damageOf(before: Content, after: Content): Box[] | 'all' {
  const { style, picture } = after;
  if (
    before.style.mode !== style.mode ||
    before.style.opacity !== style.opacity ||
    before.picture.width !== picture.width ||
    before.picture.height !== picture.height
  )
    return 'all';
  const damage: Box[] = [];
  const litChanged = (id: string) => before.style.selected.has(id) !== style.selected.has(id);
  if (before.style.selected !== style.selected) {
    // A spotlight that comes to one region goes from all others.
    const changed = after.items.filter(({ annotation }) => litChanged(annotation.id));
    if (changed.length && style.mode === 'spotlight') return 'all';
    damage.push(...changed.map(({ box }) => box));
  }
  if (before.items !== after.items) {
    const shown = (items: readonly RegionItem[]) => items.some(({ annotation }) => !annotation.hidden);
    if (style.mode === 'spotlight' && shown(before.items) !== shown(after.items)) return 'all';
    const former = new Map(before.items.map((item, i) => [item.annotation.id, { item, i }]));
    let last = -1;
    for (const item of after.items) {
      const known = former.get(item.annotation.id);
      former.delete(item.annotation.id);
      if (!known) {
        damage.push(item.box);
        continue;
      }
      // What has come to lie under another one than before.
      if (known.i < last) damage.push(item.box);
      last = Math.max(last, known.i);
      if (!looksAlike(known.item, item)) damage.push(known.item.box, item.box);
    }
    for (const { item } of former.values()) damage.push(item.box);
  }
  return damage;
}
