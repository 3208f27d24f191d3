/** Regions as the boxes and outlines that formats hold. */
import type { Annotation } from '../../protocol/annotator';
import type { Box, Geometry, Point, Size } from '../../protocol/geometry';
import { pointsBox } from '../../protocol/raster';
import { rleBox } from '../../protocol/rle';
import { maskPolygons } from '../contours';
import { polygonOutlines } from '../outlines';

/** A geometry that covers pixels. */
export type Area = Extract<Geometry, { type: 'box' | 'polygon' | 'mask' }>;
export type AreaAnnotation = Annotation & { geometry: Area };

export const isArea = (annotation: Annotation): annotation is AreaAnnotation =>
  annotation.geometry.type !== 'point' && annotation.geometry.type !== 'stroke';

/** The tight box of a region; of an empty mask [0, 0, 0, 0]. */
export function boxOf(geometry: Geometry): Box {
  switch (geometry.type) {
    case 'box':
      return geometry.box;
    case 'point':
      return pointsBox([geometry.point]);
    case 'stroke':
      return pointsBox(geometry.points);
    case 'polygon':
      return pointsBox(geometry.polygons.flat());
    case 'mask':
      return rleBox(geometry.mask);
  }
}

/** The part of a box that is in the picture, or undefined. */
export function clipped([x1, y1, x2, y2]: Box, { width, height }: Size): Box | undefined {
  const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
  return box[2] > box[0] && box[3] > box[1] ? box : undefined;
}

/** Plain polygons that together are the region, holes cut in; empty where nothing is left. */
export function outlinesOf(geometry: Area, size: Size): Point[][] {
  switch (geometry.type) {
    case 'box': {
      const [x1, y1, x2, y2] = geometry.box;
      return [
        [
          [x1, y1],
          [x2, y1],
          [x2, y2],
          [x1, y2],
        ],
      ];
    }
    case 'polygon':
      return polygonOutlines(geometry, size);
    case 'mask':
      return maskPolygons(geometry.mask);
  }
}
