/**
 * The regions of a picture's sidecar, ready to be drawn over the figure. Plain Node: it runs where notes are rendered, in
 * a worker, on the command line, and in tests. Reading never fails: what is wrong with a sidecar is told instead.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { LRUCache } from 'lru-cache';
import { parseSidecar, sidecarPath } from '../../annotate/sidecar';
import { colorOf, hexColor } from '../../protocol/colors';
import { toWireError } from '../../protocol/errors';
import type { Box, Geometry, Point, Rle, Size } from '../../protocol/geometry';
import { patchOfGeometry } from '../../protocol/raster';
import { rleBox, type Mask } from '../../protocol/rle';
import { ringArea, simplifyLine, simplifyRing } from '../../protocol/simplify';
import { boxOfGeometry, mapPoints } from '../../regions/geometry';
import { sampleMask, traceMask, type PolygonGeometry } from '../../regions/outlines';
import type { FigureOverlay, OverlayRegion } from '../markdown/overlay';

/** More regions of one picture than this are counted and not drawn. */
export const mostRegions = 2000;
/** A larger sidecar is not read for the preview. */
const mostBytes = 64_000_000;
/** Path data of one figure; regions after that are drawn as their boxes. */
const mostPathLength = 1_000_000;
/** A figure is hardly ever shown with more pixels than this on its longer side: finer detail is not drawn. */
const shownSide = 1600;

/** A region with the name and colour that it is shown with. */
export interface NamedRegion {
  name: string;
  color: string;
  geometry: Geometry;
  id?: string;
}

const cache = new LRUCache<string, FigureOverlay>({ max: 200 });

/**
 * The overlay of a picture; undefined where it has no sidecar, or one that belongs to another picture. Cached until the
 * sidecar changes.
 */
export function readOverlay(imagePath: string): FigureOverlay | undefined {
  const sidecar = sidecarPath(imagePath);
  let stats;
  try {
    stats = statSync(sidecar, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
  if (!stats?.isFile()) return undefined;
  const key = `${imagePath}\n${stats.mtimeMs} ${stats.size}`;
  let overlay = cache.get(key);
  if (!overlay) {
    const stamp = `${stats.mtimeMs} ${stats.size}`;
    overlay =
      stats.size > mostBytes
        ? problemOverlay(stamp, `${path.basename(sidecar)} is too large for its regions to be shown here.`)
        : overlayOf(sidecar, imagePath, stamp);
    cache.set(key, overlay);
  }
  return overlay.regions.length || overlay.problem || overlay.omitted ? overlay : undefined;
}

function problemOverlay(stamp: string, problem: string): FigureOverlay {
  return { stamp, size: { width: 1, height: 1 }, regions: [], omitted: 0, problem };
}

function overlayOf(sidecar: string, imagePath: string, stamp: string): FigureOverlay {
  const name = path.basename(sidecar);
  try {
    const { annotations, size: told, imagePath: owner } = parseSidecar(readFileSync(sidecar, 'utf8'), name);
    const owned = owner.split(/[\\/]/).pop() ?? '';
    const empty = { stamp, size: { width: 1, height: 1 }, regions: [], omitted: 0 };
    // Two pictures of one stem share a sidecar: the one that it names has it.
    if (owned !== path.basename(imagePath) && owned && existsSync(path.join(path.dirname(sidecar), owned)))
      return empty;
    const visible = annotations.flatMap((annotation, index): NamedRegion[] =>
      annotation.hidden
        ? []
        : [
            {
              name: annotation.label?.trim() || `Region ${index + 1}`,
              color: hexColor(colorOf(annotation)),
              geometry: annotation.geometry,
            },
          ],
    );
    if (!visible.length) return empty;
    const size = told ?? maskSize(visible);
    if (!size)
      return problemOverlay(
        stamp,
        `${name} does not tell the size of its picture, so its regions are not shown.`,
      );
    return {
      stamp,
      size,
      regions: overlayRegions(visible.slice(0, mostRegions), size),
      omitted: Math.max(0, visible.length - mostRegions),
    };
  } catch (error) {
    return problemOverlay(stamp, toWireError(error).message);
  }
}

function maskSize(regions: readonly NamedRegion[]): Size | undefined {
  for (const { geometry } of regions)
    if (geometry.type === 'mask') return { width: geometry.mask.size[1], height: geometry.mask.size[0] };
  return undefined;
}

/** Regions → paths over a picture of this size, no finer than can be seen. */
export function overlayRegions(regions: readonly NamedRegion[], size: Size): OverlayRegion[] {
  const tolerance = Math.max(0.6, Math.max(size.width, size.height) / shownSide);
  // Many masks share the time that a few may take.
  const grid = regions.length <= 40 ? 1024 : 192;
  let length = 0;
  return regions.map(({ name, color, geometry, id }) => {
    const { kind, path } =
      length < mostPathLength ? draw(geometry, size, tolerance, grid) : drawBox(boxOfGeometry(geometry));
    length += path.length;
    return { name, color, kind, path, ...(id !== undefined && { id }) };
  });
}

type Drawing = Pick<OverlayRegion, 'kind' | 'path'>;

function draw(geometry: Geometry, size: Size, tolerance: number, grid: number): Drawing {
  switch (geometry.type) {
    case 'point':
      return { kind: 'point', path: `M${at(geometry.point)}h0` };
    case 'stroke':
      return { kind: 'line', path: `M${simplifyLine(geometry.points, tolerance).map(at).join(' ')}` };
    case 'box':
      return drawBox(geometry.box);
    case 'polygon':
      return { kind: 'area', path: polygonPath(geometry, tolerance, grid) };
    case 'mask': {
      const path = maskPath(geometry.mask, size, tolerance, grid);
      return path ? { kind: 'area', path } : drawBox(rleBox(geometry.mask));
    }
  }
}

const drawBox = ([x1, y1, x2, y2]: Box): Drawing => ({
  kind: 'area',
  path: `M${at([x1, y1])}H${short(x2)}V${short(y2)}H${short(x1)}Z`,
});

/** One ring as it is. Several may overlap, and the even-odd rule is not what they mean: what they cover is traced. */
function polygonPath(geometry: PolygonGeometry, tolerance: number, grid: number): string {
  if (geometry.polygons.length === 1 && !geometry.holes)
    return ringPath(simplifyRing(geometry.polygons[0] as Point[], tolerance));
  const [left, top, right, bottom] = boxOfGeometry(geometry);
  const step = Math.max(1, Math.max(right - left, bottom - top) / grid);
  const patch = patchOfGeometry(
    mapPoints(geometry, ([x, y]) => [(x - left) / step, (y - top) / step]),
    { width: Math.ceil((right - left) / step), height: Math.ceil((bottom - top) / step) },
  );
  return patch
    ? tracedPath(patch, tolerance / step, ([x, y]) => [
        left + (patch.x + x) * step,
        top + (patch.y + y) * step,
      ])
    : '';
}

/** Outlines of a mask with its holes as rings of their own: the even-odd rule leaves them open. */
function maskPath(rle: Rle, size: Size, tolerance: number, grid: number): string {
  const [left, top, right, bottom] = rleBox(rle);
  if (right <= left) return '';
  const step = Math.max(1, Math.ceil(Math.max(right - left, bottom - top) / grid));
  const [scaleX, scaleY] = [size.width / rle.size[1], size.height / rle.size[0]];
  return tracedPath(sampleMask(rle, [left, top, right, bottom], step), tolerance / step, ([x, y]) => [
    (left + x * step) * scaleX,
    (top + y * step) * scaleY,
  ]);
}

/** @param tolerance in cells of the mask */
function tracedPath(mask: Mask, tolerance: number, place: (cell: Point) => Point): string {
  if (!mask.width || !mask.height) return '';
  return traceMask(mask)
    .flat()
    .filter((ring) => Math.abs(ringArea(ring)) >= (1.5 * tolerance) ** 2)
    .map((ring) => ringPath(simplifyRing(ring, Math.max(0.6, tolerance)).map(place)))
    .join('');
}

const ringPath = (ring: readonly Point[]) => `M${ring.map(at).join(' ')}Z`;
const at = ([x, y]: Point) => `${short(x)},${short(y)}`;
const short = (value: number) => String(Math.round(value * 10) / 10);
