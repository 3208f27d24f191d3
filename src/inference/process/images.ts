/** Reads pictures of all formats: the header first, so that nothing is decoded that is too large or no picture. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Metadata } from 'sharp';
import { GroundnoteError } from '../../protocol/errors';
import type { Size } from '../../protocol/geometry';
import type { ImageInfo, ImageSource } from '../../protocol/inference';
import { isBmp, readBmp, readBmpSize } from './bmp';
import type { Picture } from './picture';
import { loadSharp } from './sharpLoader';

export interface ImageLimits {
  /** Pictures of more pixels are refused before they are decoded. */
  maxPixels: number;
}

/** Files of more bytes are refused: no picture within any sensible limit of pixels is that large. */
const maxFileBytes = 1_073_741_824;
/** A drawing is rasterised so that its longer side lies between these, where it can be. */
const svgSides = { least: 1024, most: 4096 };

/** libvips' names of the formats that are read. HEIF is here because AVIF is one; other HEIF does not decode. */
const displayable: Record<string, boolean> = {
  jpeg: true,
  png: true,
  webp: true,
  gif: true,
  heif: true,
  svg: true,
  bmp: true,
  tiff: false,
};

/** An encoded picture in memory, and the name that messages call it by. */
interface EncodedImage {
  bytes: Uint8Array;
  name: string;
}

interface Header extends Size {
  format: string;
  /** Pixels per inch at which a drawing is rasterised. */
  density?: number;
}

/** Size (oriented) and kind of a picture, from its header. @throws GroundnoteError not-found, io, bad-image, image-too-large */
export async function readInfo(source: ImageSource, limits: ImageLimits): Promise<ImageInfo> {
  const { format, width, height } = await readHeader(await load(source), limits);
  return {
    format: format === 'heif' ? 'avif' : format,
    displayable: displayable[format] ?? false,
    width,
    height,
  };
}

/**
 * Decodes a picture: oriented, its first frame, on white, 8 bits of sRGB.
 * @throws GroundnoteError not-found, io, bad-image (damaged and truncated ones too), image-too-large
 */
export async function readPicture(source: ImageSource, limits: ImageLimits): Promise<Picture> {
  const image = await load(source);
  const header = await readHeader(image, limits);
  if (header.format === 'bmp')
    return { ...readBmp(image.bytes, image.name), contentHash: hashOf(image.bytes) };
  const sharp = await loadSharp();
  try {
    const decoding = sharp(image.bytes, {
      failOn: 'truncated',
      limitInputPixels: limits.maxPixels,
      density: header.density,
      sequentialRead: true,
    })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    // libvips decodes in a thread of its own meanwhile.
    const contentHash = hashOf(image.bytes);
    const { data, info } = await decoding;
    return { width: info.width, height: info.height, data: threeChannels(data, info.channels), contentHash };
  } catch (error) {
    throw damaged(image.name, error);
  }
}

/**
 * A decoded picture as PNG.
 * @param maxSide its longer side is at most this; absent: as large as it is
 */
export async function encodePng(
  picture: Picture,
  maxSide?: number,
): Promise<{ png: Uint8Array<ArrayBuffer> } & Size> {
  const sharp = await loadSharp();
  const { width, height, data } = picture;
  const pipeline = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  if (maxSide !== undefined && Math.max(width, height) > maxSide)
    pipeline.resize(maxSide, maxSide, { fit: 'inside' });
  const { data: png, info } = await pipeline
    .png({ compressionLevel: 6 })
    .toBuffer({ resolveWithObject: true });
  return { png: new Uint8Array(png), width: info.width, height: info.height };
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function load(source: ImageSource): Promise<EncodedImage> {
  const image = 'path' in source ? await loadFile(source.path) : source;
  if (image.bytes.length === 0) throw new GroundnoteError('bad-image', `"${image.name}" is empty.`);
  return image;
}

async function loadFile(place: string): Promise<EncodedImage> {
  const name = path.basename(place);
  try {
    const { size } = await stat(place);
    if (size > maxFileBytes)
      throw new GroundnoteError(
        'image-too-large',
        `"${name}" has ${Math.round(size / 1e6)} MB; the limit is 1 GB.`,
      );
    return { name, bytes: await readFile(place) };
  } catch (error) {
    if (error instanceof GroundnoteError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new GroundnoteError('not-found', `The picture "${name}" does not exist.`, { cause: error });
    if (code === 'EISDIR') throw new GroundnoteError('io', `"${name}" is a folder.`, { cause: error });
    throw new GroundnoteError('io', `"${name}" cannot be read (${code ?? String(error)}).`, { cause: error });
  }
}

async function readHeader({ bytes, name }: EncodedImage, limits: ImageLimits): Promise<Header> {
  if (isBmp(bytes)) {
    const size = readBmpSize(bytes, name);
    refuseTooLarge(name, size, limits);
    return { format: 'bmp', ...size };
  }
  const sharp = await loadSharp();
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata();
  } catch (error) {
    if (/unsupported image format/i.test(String(error)))
      throw new GroundnoteError(
        'bad-image',
        `"${name}" is not a picture, or one of a format that Groundnote does not read.`,
        { cause: error },
      );
    throw damaged(name, error);
  }
  const { format, compression } = metadata;
  if (!format || !(format in displayable) || (format === 'heif' && compression !== 'av1'))
    throw new GroundnoteError(
      'bad-image',
      `"${name}" has a format that Groundnote does not read (${format}).`,
    );
  const density = format === 'svg' ? drawingDensity(metadata.autoOrient) : undefined;
  // A drawing's own size may be a fraction, so its size in pixels is what libvips says at that density.
  const size = density
    ? (await sharp(bytes, { failOn: 'none', limitInputPixels: false, density }).metadata()).autoOrient
    : metadata.autoOrient;
  if (!(size.width > 0 && size.height > 0)) throw damaged(name);
  refuseTooLarge(name, size, limits);
  return { format, density, width: size.width, height: size.height };
}

/**
 * At what density a drawing is rasterised: a whole multiple of its own size, which keeps its coordinates simple and
 * gives small text enough pixels, or less than its own size when that is huge. libvips draws one unit of a drawing as
 * one pixel at 72 pixels per inch, and goes down to 1.
 */
function drawingDensity({ width, height }: Size): number {
  const side = Math.max(width, height, 1);
  const factor = side > svgSides.most ? svgSides.most / side : Math.ceil(svgSides.least / side);
  return Math.max(1, 72 * factor);
}

function refuseTooLarge(name: string, { width, height }: Size, { maxPixels }: ImageLimits): void {
  if (width * height <= maxPixels) return;
  const megapixels = (pixels: number) => `${(pixels / 1e6).toFixed(pixels < 1e7 ? 1 : 0)} megapixels`;
  throw new GroundnoteError(
    'image-too-large',
    `"${name}" has ${width} × ${height} pixels (${megapixels(width * height)}); the limit is ${megapixels(maxPixels)}.`,
  );
}

function damaged(name: string, cause?: unknown): GroundnoteError {
  return new GroundnoteError('bad-image', `"${name}" is damaged or incomplete and cannot be decoded.`, {
    cause,
  });
}

/** libvips gives three channels for sRGB; a single one would be grey. */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) rgb.fill(data[i * channels] as number, i * 3, i * 3 + 3);
  return rgb;
}
