/** Paths of regions, in pixels of the picture: masks are traced as coarsely as they are looked at, and kept for a while. */
import type { Box, Point } from '../../../src/protocol/geometry';
import type { RegionItem } from './regionItem';
import { traceRings } from './trace';

export interface RegionShape {
  /** All rings (even-odd is the region, unless `parts` is there); not closed for a stroke. */
  outline: Path2D;
  /** Where polygons overlap or have holes: the union of `polygons` (even-odd each) less `holes`. */
  parts?: { polygons: readonly Path2D[]; holes: readonly Path2D[] };
}

/** Points of kept paths, all together: some 50 MB. */
const keptPoints = 2_000_000;
/** A mask with more points than this at one scale is traced more coarsely. */
const largestTrace = 150_000;
/** Cells that are rasterised at once; a mask with more in its box is traced around the view only. */
const largestRaster = 4_000_000;
/** How far an outline may leave the cells that it follows, in cells that are smaller than a screen pixel. */
const tolerance = 0.75;

interface Traced extends RegionShape {
  /** The part of the picture for which it is right. */
  window: Box;
  points: number;
}

export class RegionShapes {
  private readonly masks = new Map<string, Traced>();
  private readonly others = new WeakMap<RegionItem['shape'], RegionShape>();
  private points = 0;
  /** How many masks have been traced until now. */
  traced = 0;

  /**
   * @param scale screen pixels (of the device) for a pixel of the picture
   * @param view the part of the picture that is drawn
   */
  of(item: RegionItem, scale: number, view: Box): RegionShape {
    if (item.runs) return this.mask(item, item.runs, scale, view);
    let shape = this.others.get(item.shape);
    if (!shape) this.others.set(item.shape, (shape = vectorShape(item)));
    return shape;
  }

  private mask(
    item: RegionItem,
    runs: NonNullable<RegionItem['runs']>,
    scale: number,
    view: Box,
  ): RegionShape {
    // Cells of half a screen pixel to one; where pixels of the picture can be seen, these.
    const wanted = Math.max(0, Math.floor(Math.log2(1 / scale)));
    const key = `${item.shape.key}:${wanted}`;
    const known = this.masks.get(key);
    if (known && contains(known.window, intersect(view, item.box))) {
      // The last used is the last to go.
      this.masks.delete(key);
      this.masks.set(key, known);
      return known;
    }
    this.traced++;
    if (known) this.drop(key, known);
    const traced = trace(runs, wanted, scale, view);
    this.masks.set(key, traced);
    this.points += traced.points;
    for (const [oldest, shape] of this.masks) {
      if (this.points <= keptPoints || oldest === key) break;
      this.drop(oldest, shape);
    }
    return traced;
  }

  private drop(key: string, { points }: Traced): void {
    this.masks.delete(key);
    this.points -= points;
  }
}

function trace(runs: NonNullable<RegionItem['runs']>, wanted: number, scale: number, view: Box): Traced {
  for (let level = wanted; ; level++) {
    const step = 2 ** level;
    let window = runs.box;
    if (cells(window, step) > largestRaster) window = intersect(grown(view), window);
    window = aligned(window, step);
    if (cells(window, step) > 2 * largestRaster) continue;
    const raster = runs.rasterize(window, step);
    const rings = traceRings(raster, level === 0 && scale >= 1 ? 0 : tolerance, largestTrace);
    // What is a crowd of specks at this scale is looked at more coarsely.
    if (!rings) continue;
    const outline = new Path2D();
    let points = 0;
    for (const ring of rings) {
      points += ring.length / 2;
      for (let i = 0; i < ring.length; i += 2) {
        const [x, y] = [window[0] + (ring[i] as number) * step, window[1] + (ring[i + 1] as number) * step];
        if (i) outline.lineTo(x, y);
        else outline.moveTo(x, y);
      }
      outline.closePath();
    }
    return { outline, window, points };
  }
}

const cells = ([x1, y1, x2, y2]: Box, step: number) => ((x2 - x1) / step) * ((y2 - y1) / step);

/** Edges on multiples of `step`, outwards. */
const aligned = ([x1, y1, x2, y2]: Box, step: number): Box => [
  Math.floor(x1 / step) * step,
  Math.floor(y1 / step) * step,
  Math.ceil(x2 / step) * step,
  Math.ceil(y2 / step) * step,
];

/** Half as large again on each side, so that a little panning needs no new trace. */
const grown = ([x1, y1, x2, y2]: Box): Box => {
  const [dx, dy] = [(x2 - x1) / 2, (y2 - y1) / 2];
  return [Math.floor(x1 - dx), Math.floor(y1 - dy), Math.ceil(x2 + dx), Math.ceil(y2 + dy)];
};

/** What two boxes share; of no size where they do not meet. */
export function intersect(a: Box, b: Box): Box {
  const [x1, y1] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
  return [x1, y1, Math.max(x1, Math.min(a[2], b[2])), Math.max(y1, Math.min(a[3], b[3]))];
}

/** True when `inner` (or nothing of it) lies in `outer`. */
export function contains(outer: Box, inner: Box): boolean {
  return (
    inner[2] <= inner[0] ||
    inner[3] <= inner[1] ||
    (inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3])
  );
}

function vectorShape({ annotation: { geometry }, box }: RegionItem): RegionShape {
  const outline = new Path2D();
  switch (geometry.type) {
    case 'box':
      outline.rect(box[0], box[1], box[2] - box[0], box[3] - box[1]);
      return { outline };
    case 'point':
      outline.arc(geometry.point[0], geometry.point[1], 0.5, 0, 2 * Math.PI);
      return { outline };
    case 'stroke':
      addLine(outline, geometry.points);
      return { outline };
    case 'polygon': {
      const { polygons, holes = [] } = geometry;
      const rings = [...polygons, ...holes].map((ring) => {
        const path = new Path2D();
        addLine(path, ring);
        path.closePath();
        outline.addPath(path);
        return path;
      });
      if (rings.length === 1) return { outline };
      return {
        outline,
        parts: { polygons: rings.slice(0, polygons.length), holes: rings.slice(polygons.length) },
      };
    }
    case 'mask':
      throw new Error('A mask is traced.');
  }
}

function addLine(path: Path2D, points: readonly Point[]): void {
  points.forEach(([x, y], i) => (i ? path.lineTo(x, y) : path.moveTo(x, y)));
}
