/**
 * Shapes as pixels. A pixel belongs to a shape when its middle does. A patch is a mask in a box of its own, so that the
 * work on a region of a very large picture is that of the region and not of the picture.
 */
import type { Box, Geometry, Point, Rle, Size } from './geometry';
import { rleBox, rleFromRuns, runsFromRle, type Mask } from './rle';

/** A row-major mask whose first pixel is the pixel (x, y) of the picture. */
export interface Patch extends Mask {
  x: number;
  y: number;
}

/** An empty patch over a box of whole pixels. */
export function emptyPatch([x1, y1, x2, y2]: Box): Patch {
  const [width, height] = [Math.max(0, x2 - x1), Math.max(0, y2 - y1)];
  return { x: x1, y: y1, width, height, data: new Uint8Array(width * height) };
}

/** The whole pixels that a box touches, inside a picture. */
export function pixelBox([x1, y1, x2, y2]: Box, { width, height }: Size): Box {
  const left = Math.min(Math.max(0, Math.floor(x1)), width);
  const top = Math.min(Math.max(0, Math.floor(y1)), height);
  return [
    left,
    top,
    Math.max(left, Math.min(width, Math.ceil(x2))),
    Math.max(top, Math.min(height, Math.ceil(y2))),
  ];
}

/** A mask in its tight box. @throws GroundnoteError 'invalid-mask' when the string is broken or does not fit the size. */
export function patchOfRle(rle: Rle): Patch {
  const patch = emptyPatch(rleBox(rle));
  const height = rle.size[0];
  let position = 0;
  runsFromRle(rle).forEach((run, i) => {
    if (i % 2)
      for (let at = position; at < position + run;) {
        const column = Math.floor(at / height);
        const end = Math.min(position + run, (column + 1) * height);
        const x = column - patch.x;
        for (let y = at - column * height - patch.y; at < end; at++, y++) patch.data[y * patch.width + x] = 1;
      }
    position += run;
  });
  return patch;
}

/** A patch as the mask of a picture. The patch must lie in the picture. */
export function rleOfPatch({ x, y, width, height, data }: Patch, size: Size): Rle {
  const runs: number[] = [];
  let end = 0;
  const add = (from: number, to: number) => {
    if (from > end || !runs.length) runs.push(from - end, to - from);
    else runs[runs.length - 1] = (runs.at(-1) as number) + (to - from);
    end = to;
  };
  for (let column = 0; column < width; column++) {
    const top = (x + column) * size.height + y;
    for (let row = 0; row < height;) {
      if (!data[row * width + column]) {
        row++;
        continue;
      }
      const from = row;
      while (row < height && data[row * width + column]) row++;
      add(top + from, top + row);
    }
  }
  const rest = size.width * size.height - end;
  if (rest) runs.push(rest);
  return rleFromRuns(size, runs);
}

/** The pixels of a box, a polygon or a mask inside a picture, in a tight box; undefined for what has no area. */
export function patchOfGeometry(geometry: Geometry, size: Size): Patch | undefined {
  switch (geometry.type) {
    case 'mask':
      return patchOfRle(geometry.mask);
    case 'box': {
      const [x1, y1, x2, y2] = geometry.box;
      return fillPolygon(emptyPatch(pixelBox(geometry.box, size)), rectangle([x1, y1, x2, y2]), 1);
    }
    case 'polygon': {
      const patch = emptyPatch(pixelBox(pointsBox(geometry.polygons.flat()), size));
      for (const ring of geometry.polygons) fillPolygon(patch, ring, 1);
      for (const ring of geometry.holes ?? []) fillPolygon(patch, ring, 0);
      return patch;
    }
    case 'point':
    case 'stroke':
      return undefined;
  }
}

/** The corners of a box, clockwise from the top left one. */
export const rectangle = ([x1, y1, x2, y2]: Box): Point[] => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
];

/** The box around points. */
export function pointsBox(points: readonly Point[]): Box {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}

/** Intersection over union of two bitmaps of one size; 1 for two empty ones. */
export function bitmapIou(a: Uint8Array, b: Uint8Array): number {
  let [intersection, union] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] && b[i]) intersection++;
    if (a[i] || b[i]) union++;
  }
  return union === 0 ? 1 : intersection / union;
}

/** The smallest box around boxes. */
export function unionBox(boxes: readonly Box[]): Box {
  return [
    Math.min(...boxes.map((box) => box[0])),
    Math.min(...boxes.map((box) => box[1])),
    Math.max(...boxes.map((box) => box[2])),
    Math.max(...boxes.map((box) => box[3])),
  ];
}

/** The patch itself when a box of whole pixels lies in it; else a larger copy, with some room to grow further. */
export function patchAround(patch: Patch, [x1, y1, x2, y2]: Box, size: Size): Patch {
  const { x, y, width, height } = patch;
  if (width && x1 >= x && y1 >= y && x2 <= x + width && y2 <= y + height) return patch;
  if (!width) return emptyPatch([x1, y1, x2, y2]);
  const room = Math.max(64, Math.ceil(Math.max(width, height) / 4));
  const grown = emptyPatch(
    pixelBox(
      [
        x1 < x ? x1 - room : x,
        y1 < y ? y1 - room : y,
        x2 > x + width ? x2 + room : x + width,
        y2 > y + height ? y2 + room : y + height,
      ],
      size,
    ),
  );
  for (let row = 0; row < height; row++)
    grown.data.set(
      patch.data.subarray(row * width, (row + 1) * width),
      (y + row - grown.y) * grown.width + x - grown.x,
    );
  return grown;
}

/** Number of pixels of the object. */
export function patchArea({ data }: Patch): number {
  let area = 0;
  for (let i = 0; i < data.length; i++) if (data[i]) area++;
  return area;
}

/** Sets the pixels of a polygon (even-odd) to a value; what lies outside the patch is left out. */
export function fillPolygon(patch: Patch, polygon: readonly Point[], value: 0 | 1): Patch {
  const [, top, , bottom] = pointsBox(polygon);
  const last = Math.min(patch.y + patch.height, Math.ceil(bottom));
  for (let y = Math.max(patch.y, Math.floor(top)); y < last; y++) {
    const crossings = crossingsAt(polygon, y + 0.5);
    for (let k = 0; k + 1 < crossings.length; k += 2)
      fillRow(patch, y, crossings[k] as number, crossings[k + 1] as number, value);
  }
  return patch;
}

/** Sets the pixels within `radius` of a line to a value: what a round brush leaves on its way. */
export function fillCapsule(
  patch: Patch,
  [ax, ay]: Point,
  [bx, by]: Point,
  radius: number,
  value: 0 | 1,
): void {
  const length = Math.hypot(bx - ax, by - ay);
  // The sides of the line, as a polygon.
  const [nx, ny] = length ? [((by - ay) / length) * radius, ((ax - bx) / length) * radius] : [0, 0];
  const sides: Point[] = length
    ? [
        [ax + nx, ay + ny],
        [bx + nx, by + ny],
        [bx - nx, by - ny],
        [ax - nx, ay - ny],
      ]
    : [];
  const last = Math.min(patch.y + patch.height, Math.ceil(Math.max(ay, by) + radius));
  for (let y = Math.max(patch.y, Math.floor(Math.min(ay, by) - radius)); y < last; y++) {
    // A capsule is convex: in each row it is one interval, over what the two discs and the sides have there.
    let [from, to] = [Infinity, -Infinity];
    const include = (left: number, right: number) => {
      from = Math.min(from, left);
      to = Math.max(to, right);
    };
    for (const [x, cy] of [
      [ax, ay],
      [bx, by],
    ] as const) {
      const square = radius * radius - (y + 0.5 - cy) ** 2;
      if (square >= 0) include(x - Math.sqrt(square), x + Math.sqrt(square));
    }
    const crossings = crossingsAt(sides, y + 0.5);
    if (crossings.length >= 2) include(crossings[0] as number, crossings.at(-1) as number);
    if (to >= from) fillRow(patch, y, from, to + 1e-9, value);
  }
}

/** Sets the pixels of a row of the picture whose middles lie in [from, to). */
function fillRow(patch: Patch, y: number, from: number, to: number, value: 0 | 1): void {
  const left = Math.max(0, Math.ceil(from - 0.5) - patch.x);
  const right = Math.min(patch.width, Math.ceil(to - 0.5) - patch.x);
  const row = (y - patch.y) * patch.width;
  if (right > left) patch.data.fill(value, row + left, row + right);
}

/** Where a horizontal line crosses the edges of a polygon, from the left. */
function crossingsAt(polygon: readonly Point[], y: number): number[] {
  const crossings: number[] = [];
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i] as Point;
    const [xj, yj] = polygon[j] as Point;
    if (yi > y !== yj > y) crossings.push(xi + ((y - yi) / (yj - yi)) * (xj - xi));
  }
  return crossings.sort((a, b) => a - b);
}
