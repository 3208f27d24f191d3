/** Regions as the boxes and outlines that formats hold. */
import type { Annotation } from '../../protocol/annotator';
import type { Box, Point, Size } from '../../protocol/geometry';
import { rectangle } from '../../protocol/raster';
import { hasArea, type AreaGeometry } from '../../regions/geometry';
import { maskPolygons } from '../contours';
import { polygonOutlines } from '../outlines';

export type AreaAnnotation = Annotation & { geometry: AreaGeometry };

export const isArea = (annotation: Annotation): annotation is AreaAnnotation => hasArea(annotation.geometry);

/** The part of a box that is in the picture, or undefined. */
export function clipped([x1, y1, x2, y2]: Box, { width, height }: Size): Box | undefined {
  const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
  return box[2] > box[0] && box[3] > box[1] ? box : undefined;
}

/** Plain polygons that together are the region, holes cut in; empty where nothing is left. */
export function outlinesOf(geometry: AreaGeometry, size: Size): Point[][] {
  switch (geometry.type) {
    case 'box':
      return [rectangle(geometry.box)];
    case 'polygon':
      return polygonOutlines(geometry, size);
    case 'mask':
      return maskPolygons(geometry.mask);
  }
}
