/** Masks to outlines. Coordinates are pixels of the picture; a pixel belongs to an outline when its middle does. */
import { contours } from 'd3-contour';
import type { Box, Geometry, Point, Rle } from '../protocol/geometry';
import { bitmapIou, emptyPatch, fillPolygon, patchOfRle, pointsBox, type Patch } from '../protocol/raster';
import { rleBox, runsFromRle, type Mask } from '../protocol/rle';
import { ringArea, simplifyRing } from '../protocol/simplify';

export type PolygonGeometry = Extract<Geometry, { type: 'polygon' }>;

/** A connected area: its outer ring and the rings of its holes. */
export type Rings = readonly [outer: Point[], ...holes: Point[][]];

/** How far a simplified outline may leave the traced one, in pixels; the next one is tried when too much is lost. */
const tolerances = [0.75, 0.5, 0] as const;
const requiredIou = 0.985;
/** Islands and holes smaller than this many pixels are left out while a simplified outline is good enough. */
const smallestRing = 3;
/** A mask whose box has more pixels than this is traced on a coarser grid. */
const largestTrace = 24_000_000;

/**
 * The rings of each connected part of a mask, the outer one first, then its holes. Points come half-way between pixel
 * middles, so that the middles inside are exactly those of the mask.
 */
export function traceMask({ width, height, data }: Mask): Rings[] {
  return contours()
    .size([width, height])
    .smooth(false)
    .contour(data as unknown as number[], 0.5)
    .coordinates.map((rings) => rings.map((ring) => ring.slice(0, -1) as Point[]) as unknown as Rings);
}

/**
 * The outlines of a mask in as few points as keep its pixels (an IoU of at least 0.98 when filled again), or within
 * `tolerance` pixels of the traced outline; 0 keeps every pixel. Empty for an empty mask.
 */
export function maskOutlines(rle: Rle, tolerance?: number): Rings[] {
  const box = rleBox(rle);
  const [width, height] = [box[2] - box[0], box[3] - box[1]];
  if (width === 0 || height === 0) return [];
  const step = Math.ceil(Math.sqrt((width * height) / largestTrace));
  const patch = step === 1 ? patchOfRle(rle) : { ...sampleMask(rle, box, step), x: 0, y: 0 };
  const traced = traceMask(patch);
  const [left, top] = box;
  const placed = (outlines: Rings[]) =>
    outlines.map((rings) => mapRings(rings, ([x, y]) => [x * step + left, y * step + top]));
  if (tolerance !== undefined) return placed(simplifyOutlines(traced, tolerance / step));
  for (const each of tolerances) {
    const simplified = simplifyOutlines(traced, each);
    if (each === 0 || overlap(simplified, patch) >= requiredIou) return placed(simplified);
  }
  return [];
}

/** Outlines with fewer points, and without islands and holes that are smaller than what the tolerance can hold. */
export function simplifyOutlines(outlines: readonly Rings[], tolerance: number): Rings[] {
  if (tolerance === 0) return [...outlines];
  const smallest = Math.max(smallestRing, tolerance * tolerance);
  const simplified = outlines.flatMap((rings): Rings[] => {
    const [outer, ...holes] = rings
      .filter((ring) => Math.abs(ringArea(ring)) >= smallest)
      .map((ring) => simplifyRing(ring, tolerance));
    return outer && Math.abs(ringArea(rings[0])) >= smallest ? [[outer, ...holes]] : [];
  });
  return simplified.length ? simplified : [...outlines];
}

/** The part of a mask inside a box of whole pixels, every `step`-th pixel of it; a large mask is never unpacked whole. */
export function sampleMask(rle: Rle, [left, top, right, bottom]: Box, step: number): Mask {
  const [width, height] = [Math.ceil((right - left) / step), Math.ceil((bottom - top) / step)];
  const data = new Uint8Array(width * height);
  const half = step >> 1;
  const rows = rle.size[0];
  let position = 0;
  runsFromRle(rle).forEach((run, i) => {
    if (i % 2)
      for (let at = position; at < position + run;) {
        const column = Math.floor(at / rows);
        const end = Math.min(position + run, (column + 1) * rows);
        const x = (column - left - half) / step;
        if (Number.isInteger(x) && x >= 0 && x < width) {
          const first = Math.max(0, Math.ceil((at - column * rows - top - half) / step));
          const last = Math.min(height - 1, Math.ceil((end - column * rows - top - half) / step) - 1);
          for (let y = first; y <= last; y++) data[y * width + x] = 1;
        }
        at = end;
      }
    position += run;
  });
  return { width, height, data };
}

/**
 * Outlines as a polygon geometry. A part that lies in a hole of another one is cut out of that hole by a bridge of no
 * width, because `holes` are taken from all polygons. Undefined when there is no outline.
 */
export function polygonOfOutlines(outlines: readonly Rings[]): PolygonGeometry | undefined {
  if (!outlines.length) return undefined;
  const outer = outlines.map((rings) => ({ ring: rings[0], box: pointsBox(rings[0]) }));
  const holes = outlines.flatMap(([, ...rings], owner) =>
    rings.map((hole) => {
      const box = pointsBox(hole);
      const inside = outer.filter(
        (each, i) => i !== owner && contains(box, each.box) && isInside(inner(each.ring), hole),
      );
      // An island in a hole of an island is that island's affair.
      const direct = inside.filter(
        (each) =>
          !inside.some(
            (other) =>
              other !== each && contains(other.box, each.box) && isInside(inner(each.ring), other.ring),
          ),
      );
      return direct.length ? bridgeRings([hole, ...direct.map(({ ring }) => ring)]) : hole;
    }),
  );
  return {
    type: 'polygon',
    polygons: outer.map(({ ring }) => ring),
    ...(holes.length && { holes }),
  };
}

/**
 * One ring from several: each of `others` is entered and left along the shortest line to what there is. By the even-odd
 * rule the lines do not count.
 */
export function bridgeRings([outer, ...others]: readonly Point[][]): Point[] {
  let ring = [...(outer as Point[])];
  for (const other of others) {
    let [best, atRing, atOther] = [Infinity, 0, 0];
    ring.forEach(([x, y], i) =>
      other.forEach(([ox, oy], j) => {
        const distance = (x - ox) ** 2 + (y - oy) ** 2;
        if (distance < best) [best, atRing, atOther] = [distance, i, j];
      }),
    );
    const around = [...other.slice(atOther), ...other.slice(0, atOther + 1)];
    ring = [...ring.slice(0, atRing + 1), ...around, ...ring.slice(atRing)];
  }
  return ring;
}

/** Whether a point lies in a ring (even-odd). */
export function isInside([x, y]: Point, ring: readonly Point[]): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi, yi] = ring[i] as Point;
    const [xj, yj] = ring[j] as Point;
    if (yi > y !== yj > y && x < xi + ((y - yi) / (yj - yi)) * (xj - xi)) inside = !inside;
  }
  return inside;
}

/** Outlines with each point replaced. */
export const mapRings = (rings: Rings, map: (point: Point) => Point) =>
  rings.map((ring) => ring.map(map)) as unknown as Rings;

/** A point of a ring; rings that touch do so at single points, and an edge's middle is not one of them. */
const inner = (ring: readonly Point[]): Point => {
  const [[x1, y1], [x2, y2]] = ring as [Point, Point];
  return [(x1 + x2) / 2, (y1 + y2) / 2];
};

const contains = (a: Box, b: Box) => a[0] <= b[0] && a[1] <= b[1] && a[2] >= b[2] && a[3] >= b[3];

/** IoU of outlines, filled, and a patch that lies at the origin. */
function overlap(outlines: readonly Rings[], { width, height, data }: Pick<Patch, keyof Mask>): number {
  const drawn = emptyPatch([0, 0, width, height]);
  // Parts do not overlap, and one may lie in a hole of another: the outermost first.
  for (const [outer, ...holes] of [...outlines].sort((a, b) => extent(b[0]) - extent(a[0]))) {
    fillPolygon(drawn, outer, 1);
    for (const hole of holes) fillPolygon(drawn, hole, 0);
  }
  return bitmapIou(data, drawn.data);
}

const extent = (ring: readonly Point[]) => {
  const [x1, y1, x2, y2] = pointsBox(ring);
  return (x2 - x1) * (y2 - y1);
};
