/** Masks to polygons and back. Coordinates are pixels of the picture; a pixel belongs to a polygon when its middle does. */
import { contours } from 'd3-contour';
import type { Point, Rle, Size } from '../protocol/geometry';
import { emptyPatch, fillPolygon } from '../protocol/raster';
import { decodeRle, rleBox, type Mask } from '../protocol/rle';
import { ringArea, simplifyRing } from '../protocol/simplify';

/** How far a simplified outline may leave the traced one, in pixels; the next one is tried when too much is lost. */
const tolerances = [0.75, 0.5, 0] as const;
const requiredIou = 0.985;
/** Islands and holes smaller than this many pixels are left out while a simplified outline is good enough. */
const smallestRing = 3;

/**
 * Outlines of a mask: one polygon for each connected part, holes cut in by a bridge of no width, because LabelMe's
 * polygons have no holes. Rasterised again they overlap the mask with an IoU of at least 0.98. Empty for an empty mask.
 */
export function maskPolygons(rle: Rle): Point[][] {
  const [x1, y1, x2, y2] = rleBox(rle);
  const [width, height] = [x2 - x1, y2 - y1];
  if (width === 0 || height === 0) return [];
  const mask = crop(decodeRle(rle), x1, y1, { width, height });
  const traced = traceMask(mask);
  for (const tolerance of tolerances) {
    const simplified = traced
      .map((rings) =>
        rings
          .filter((ring) => tolerance === 0 || Math.abs(ringArea(ring)) >= smallestRing)
          .map((ring) => simplifyRing(ring, tolerance)),
      )
      .filter((rings) => rings.length > 0)
      .map(bridgeHoles);
    if (tolerance === 0 || iou(rasterize(simplified, { width, height }), mask) >= requiredIou)
      return simplified.map((ring) => ring.map(([x, y]) => [x + x1, y + y1]));
  }
  return [];
}

/**
 * The rings of each connected part of a mask, the outer one first, then its holes. Points come half-way between pixel
 * middles, so that the middles inside are exactly those of the mask.
 */
export function traceMask({ width, height, data }: Mask): Point[][][] {
  return contours()
    .size([width, height])
    .smooth(false)
    .contour(data as unknown as number[], 0.5)
    .coordinates.map((rings) => rings.map((ring) => ring.slice(0, -1) as Point[]));
}

/** Pixels whose middle lies in any of the polygons (even-odd in each, the union of all). */
export function rasterize(polygons: readonly (readonly Point[])[], { width, height }: Size): Mask {
  const patch = emptyPatch([0, 0, width, height]);
  for (const polygon of polygons) fillPolygon(patch, polygon, 1);
  return { width, height, data: patch.data };
}

function crop(mask: Mask, x: number, y: number, { width, height }: Size): Mask {
  const data = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (y + row) * mask.width + x;
    data.set(mask.data.subarray(start, start + width), row * width);
  }
  return { width, height, data };
}

function iou(a: Mask, b: Mask): number {
  let [intersection, union] = [0, 0];
  for (let i = 0; i < a.data.length; i++) {
    if (a.data[i] && b.data[i]) intersection++;
    if (a.data[i] || b.data[i]) union++;
  }
  return union === 0 ? 1 : intersection / union;
}

/** An outer ring and its holes as one ring: each hole is entered and left along the shortest line to what there is. */
export function bridgeHoles([outer, ...holes]: readonly Point[][]): Point[] {
  let ring = [...(outer as Point[])];
  for (const hole of holes) {
    let [best, atRing, atHole] = [Infinity, 0, 0];
    ring.forEach(([x, y], i) =>
      hole.forEach(([hx, hy], j) => {
        const distance = (x - hx) ** 2 + (y - hy) ** 2;
        if (distance < best) [best, atRing, atHole] = [distance, i, j];
      }),
    );
    const around = [...hole.slice(atHole), ...hole.slice(0, atHole + 1)];
    ring = [...ring.slice(0, atRing + 1), ...around, ...ring.slice(atRing)];
  }
  return ring;
}
