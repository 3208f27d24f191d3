/** The picture with its regions drawn on it, as PNG: for `--overlay-out` and for pictures that go into a note. */
import { channelsOf } from '../../protocol/colors';
import type { Box, Geometry, Point, Size } from '../../protocol/geometry';
import type { OverlayPictureRegion } from '../../protocol/inference';
import { patchOfGeometry, type Patch } from '../../protocol/raster';
import { rleBox } from '../../protocol/rle';
import { boxOfGeometry } from '../../regions/geometry';
import type { Picture } from './picture';
import { loadSharp } from './sharpLoader';

/** Opacity of a mask in an overlay. */
const maskOpacity = 0.45;

/**
 * The picture as PNG with its regions: masks as coloured glass with an outline and a thin box, boxes, polygons, strokes
 * and points as lines, labels. Colours are `#rrggbb`.
 * @param maxSide of the result's longer side; absent: the picture's own size
 */
export async function overlayPng(
  picture: Picture,
  regions: readonly OverlayPictureRegion[],
  maxSide?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const { width, height } = picture;
  const data = Uint8Array.from(picture.data);
  const line = Math.max(1, Math.round(Math.max(width, height) / 500));
  const drawings = regions.map(({ geometry, color, label }) => {
    if (geometry.type === 'mask' || geometry.type === 'polygon') {
      const patch = patchOfGeometry(geometry, picture);
      if (patch) paintPatch(data, width, patch, channelsOf(color), geometry.type === 'mask' ? line : 0);
    }
    const shape = shapeDrawing(geometry, color, line);
    return label ? shape + labelDrawing(label, boxOfGeometry(geometry), color, line, picture) : shape;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawings.join('')}</svg>`;
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false }).composite([
    { input: Buffer.from(svg), top: 0, left: 0 },
  ]);
  if (maxSide === undefined || Math.max(width, height) <= maxSide)
    return new Uint8Array(await image.png().toBuffer());
  // Reduced after drawing: lines and labels are as thick as the picture is large.
  const drawn = await image.raw().toBuffer({ resolveWithObject: true });
  const small = sharp(drawn.data, { raw: drawn.info, limitInputPixels: false });
  return new Uint8Array(
    await small.resize({ width: maxSide, height: maxSide, fit: 'inside' }).png().toBuffer(),
  );
}

function shapeDrawing(geometry: Geometry, color: string, line: number): string {
  const pen = `fill="none" stroke="${color}" stroke-linecap="round" stroke-linejoin="round"`;
  const path = (points: readonly Point[]) => `M${points.map(([x, y]) => `${x},${y}`).join(' ')}`;
  switch (geometry.type) {
    case 'mask':
      return boxDrawing(rleBox(geometry.mask), color, line, true);
    case 'box':
      return boxDrawing(geometry.box, color, line, false);
    case 'polygon': {
      const rings = [...geometry.polygons, ...(geometry.holes ?? [])]
        .map((ring) => `${path(ring)}Z`)
        .join('');
      return `<path d="${rings}" ${pen} stroke-width="${line}"/>`;
    }
    case 'stroke':
      return `<path d="${path(geometry.points)}" ${pen} stroke-width="${2 * line}"/>`;
    case 'point': {
      const [x, y] = geometry.point;
      return `<circle cx="${x}" cy="${y}" r="${3 * line}" fill="${color}" stroke="#111111" stroke-width="${line / 2}"/>`;
    }
  }
}

/** Colours the pixels of a patch of the picture, and a border of `line` pixels in full. */
function paintPatch(
  data: Uint8Array,
  pictureWidth: number,
  { x: left, y: top, width, height, data: mask }: Patch,
  color: readonly number[],
  line: number,
): void {
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] !== 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (!inside(x, y)) continue;
      const border = !(
        inside(x - line, y) &&
        inside(x + line, y) &&
        inside(x, y - line) &&
        inside(x, y + line)
      );
      const opacity = border ? 1 : maskOpacity;
      const at = ((top + y) * pictureWidth + left + x) * 3;
      for (let c = 0; c < 3; c++)
        data[at + c] = Math.round((data[at + c] as number) * (1 - opacity) + (color[c] as number) * opacity);
    }
}

function boxDrawing([x1, y1, x2, y2]: Box, color: string, line: number, thin: boolean): string {
  const dash = thin ? ` stroke-dasharray="${3 * line} ${3 * line}"` : '';
  return `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${color}" stroke-width="${line}"${dash}/>`;
}

/** The label on its colour, above the box or inside where there is no room. */
function labelDrawing(label: string, [x1, y1]: Box, color: string, line: number, { width }: Size): string {
  const size = Math.max(11, 6 * line);
  const text = label.length > 40 ? `${label.slice(0, 39)}…` : label;
  const wide = [...text].reduce((sum, char) => sum + (/[\u2e80-\uffef]/u.test(char) ? 1 : 0.62), 0.8) * size;
  const x = Math.max(0, Math.min(x1, width - wide));
  const y = y1 >= size * 1.4 ? y1 - size * 1.4 : y1;
  const clean = text.replace(
    /[&<>"\u0000-\u001f]/gu,
    (c) => `&#${c.charCodeAt(0) < 32 ? 32 : c.charCodeAt(0)};`,
  );
  return (
    `<rect x="${x}" y="${y}" width="${wide}" height="${size * 1.4}" fill="${color}"/>` +
    `<text x="${x + size * 0.4}" y="${y + size}" font-family="DejaVu Sans, Noto Sans CJK SC, Arial, sans-serif" font-size="${size}" fill="#111111">${clean}</text>`
  );
}
