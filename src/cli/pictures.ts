/** Masks and overlays as PNG files. */
import type { Picture } from '../inference/process/picture';
import { loadSharp } from '../inference/process/sharpLoader';
import type { Box, Rle, Size } from '../protocol/geometry';
import type { ResultRegion } from '../protocol/inference';
import { regionColors } from '../protocol/colors';
import { GroundnoteError } from '../protocol/errors';
import { decodeRle, type Mask } from '../protocol/rle';

/** Opacity of a mask in an overlay. */
const maskOpacity = 0.45;

/** Writes the union of masks as an 8-bit PNG: 255 is the object. @throws GroundnoteError io */
export async function writeMask(file: string, masks: readonly Rle[], size: Size): Promise<void> {
  const { width, height } = size;
  const data = new Uint8Array(width * height);
  for (const mask of masks)
    decodeRle(mask).data.forEach((value, i) => (data[i] = value ? 255 : (data[i] as number)));
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels: 1 } }).toColourspace('b-w');
  await written(file, image.png().toFile(file));
}

/**
 * Writes the picture with its regions: masks as coloured glass with an outline, boxes where there is no mask, labels.
 * @throws GroundnoteError io
 */
export async function writeOverlay(
  file: string,
  picture: Picture,
  regions: readonly ResultRegion[],
): Promise<void> {
  const { width, height } = picture;
  const data = Uint8Array.from(picture.data);
  const line = Math.max(1, Math.round(Math.max(width, height) / 500));
  const drawings: string[] = [];
  regions.forEach((region, i) => {
    const color = regionColors[i % regionColors.length] as string;
    if (region.mask) paintMask(data, decodeRle(region.mask), channels(color), line);
    drawings.push(boxDrawing(region.box, color, line, region.mask !== undefined));
    if (region.label) drawings.push(labelDrawing(region.label, region.box, color, line, picture));
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawings.join('')}</svg>`;
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false }).composite([
    { input: Buffer.from(svg), top: 0, left: 0 },
  ]);
  await written(file, image.png().toFile(file));
}

/** Reads a PNG mask: non-zero is the object. @throws GroundnoteError io */
export async function readMask(file: string): Promise<Mask> {
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(file)
      .toColourspace('b-w')
      .extractChannel(0)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw new GroundnoteError('io', `The mask "${file}" cannot be read.`, { cause: error });
  }
}

/** Colours the mask, and its border in full. */
function paintMask(
  data: Uint8Array,
  { width, height, data: mask }: Mask,
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
      const at = (y * width + x) * 3;
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

const channels = (color: string) => [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));

async function written(file: string, writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    throw new GroundnoteError('io', `"${file}" cannot be written: ${String(error).replace(/\s+/g, ' ')}`, {
      cause: error,
    });
  }
}
