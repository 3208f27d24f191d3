/** Reads pictures of all formats: the header first, so that nothing is decoded that is too large or no picture. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Metadata, Sharp } from 'sharp';
import { GroundnoteError } from '../../protocol/errors';
import type { Size } from '../../protocol/geometry';
import type { ImageInfo, ImageSource } from '../../protocol/inference';
import { isBmp, readBmp, readBmpSize } from './bmp';
import type { Picture } from './picture';
import { loadSharp } from './sharpLoader';

export interface ImageLimits {
  /** Pictures of more pixels are refused before they are decoded. */
  maxPixels: number;
  /** Pictures of more pixels are large: they are read in parts. */
  largePixels?: number;
}

/** Files of more bytes are not read into memory as a whole. */
const maxFileBytes = 1_073_741_824;
/**
 * Most pixels of a picture whose decoder holds all of it at once: interlaced and progressive ones, and the formats that
 * are not made of rows. The others are decoded row by row.
 */
const maxPixelsHeldWhole = 400_000_000;
/** The same for bitmaps, which are decoded in JavaScript. */
const maxBitmapPixels = 100_000_000;
const decodedByRows = new Set(['jpeg', 'png', 'tiff']);
/** Beyond this side a browser shrinks what it shows. */
const maxShownSide = 16_384;
const defaultLargePixels = 24_000_000;
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

/** An encoded picture: a file, or bytes in memory. */
export interface EncodedImage {
  /** What messages call it by. */
  readonly name: string;
  /** For libvips, which reads a file in parts. */
  readonly input: string | Uint8Array;
  /** All of it in memory. @throws GroundnoteError image-too-large */
  bytes(): Promise<Uint8Array>;
}

export interface Header extends Size {
  /** libvips' name of the format, or `bmp`. */
  readonly format: string;
  /** EXIF orientation, 1 to 8; width and height have it applied. */
  readonly orientation: number;
  /** Whether the picture is read in parts, by a pyramid of tiles. */
  readonly large: boolean;
  /** Pixels per inch at which a drawing is rasterised. */
  readonly density?: number;
}

/** Size (oriented) and kind of a picture, from its header. @throws GroundnoteError not-found, io, bad-image, image-too-large */
export async function readInfo(source: ImageSource, limits: ImageLimits): Promise<ImageInfo> {
  const { format, width, height, large } = await readHeader(await load(source), limits);
  return {
    format: format === 'heif' ? 'avif' : format,
    displayable: displayable[format] ?? false,
    large,
    width,
    height,
  };
}

/** Opens a picture and reads its header. @throws GroundnoteError not-found, io, bad-image, image-too-large */
export async function openImage(
  source: ImageSource,
  limits: ImageLimits,
): Promise<{ image: EncodedImage; header: Header }> {
  const image = await load(source);
  return { image, header: await readHeader(image, limits) };
}

/**
 * Decodes a picture: oriented, its first frame, on white, 8 bits of sRGB.
 * @throws GroundnoteError not-found, io, bad-image (damaged and truncated ones too), image-too-large
 */
export async function readPicture(source: ImageSource, limits: ImageLimits): Promise<Picture> {
  const { image, header } = await openImage(source, limits);
  const bytes = await image.bytes();
  if (header.format === 'bmp') return { ...readBmp(bytes, image.name), contentHash: hashOf(bytes) };
  try {
    const decoding = (await decoder({ ...image, input: bytes }, header, limits))
      .autoOrient()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    // libvips decodes in a thread of its own meanwhile.
    const contentHash = hashOf(bytes);
    const { data, info } = await decoding;
    return { width: info.width, height: info.height, data: threeChannels(data, info.channels), contentHash };
  } catch (error) {
    throw damaged(image.name, error);
  }
}

/** What decodes a picture row by row where its format allows: its first frame, as it is stored, on white, in sRGB. */
export async function decoder(
  { name, input, bytes }: EncodedImage,
  { format, density }: Header,
  { maxPixels }: ImageLimits,
): Promise<Sharp> {
  const sharp = await loadSharp();
  if (format === 'bmp') {
    const { data, width, height } = readBmp(await bytes(), name);
    return sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: maxPixels });
  }
  return sharp(input, { failOn: 'truncated', limitInputPixels: maxPixels, density, sequentialRead: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb');
}

/** SHA-256 of a picture's file, hexadecimal. @throws GroundnoteError io */
export async function contentHashOf({ name, input }: EncodedImage): Promise<string> {
  if (typeof input !== 'string') return hashOf(input);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(input, { highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  } catch (error) {
    throw unreadable(name, error);
  }
  return hash.digest('hex');
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

export const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function load(source: ImageSource): Promise<EncodedImage> {
  if ('path' in source) return loadFile(source.path);
  const { name, bytes } = source;
  if (bytes.length === 0) throw isEmpty(name);
  return { name, input: bytes, bytes: () => Promise.resolve(bytes) };
}

async function loadFile(place: string): Promise<EncodedImage> {
  const name = path.basename(place);
  try {
    const stats = await stat(place);
    if (stats.isDirectory()) throw new GroundnoteError('io', `"${name}" is a folder.`);
    if (stats.size === 0) throw isEmpty(name);
    const bytes = async () => {
      if (stats.size > maxFileBytes)
        throw new GroundnoteError(
          'image-too-large',
          `"${name}" has ${Math.round(stats.size / 1e6)} MB; the limit is 1 GB.`,
        );
      try {
        return await readFile(place);
      } catch (error) {
        throw unreadable(name, error);
      }
    };
    // What libvips cannot open it calls missing: find out here.
    await (await open(place)).close();
    return { name, input: place, bytes };
  } catch (error) {
    throw error instanceof GroundnoteError ? error : unreadable(name, error);
  }
}

const isEmpty = (name: string) => new GroundnoteError('bad-image', `"${name}" is empty.`);

function unreadable(name: string, error: unknown): GroundnoteError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new GroundnoteError('not-found', `The picture "${name}" does not exist.`, { cause: error });
  return new GroundnoteError('io', `"${name}" cannot be read (${code ?? String(error)}).`, { cause: error });
}

/** The first bytes, enough for the header of a bitmap. */
async function firstBytes({ name, input }: EncodedImage): Promise<{ bytes: Uint8Array; length: number }> {
  if (typeof input !== 'string') return { bytes: input, length: input.length };
  try {
    const file = await open(input);
    try {
      const buffer = new Uint8Array(128);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return { bytes: buffer.subarray(0, bytesRead), length: (await file.stat()).size };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(name, error);
  }
}

async function readHeader(image: EncodedImage, limits: ImageLimits): Promise<Header> {
  const { name, input } = image;
  const first = await firstBytes(image);
  if (isBmp(first.bytes)) {
    const size = readBmpSize(first.bytes, name, first.length);
    refuseTooLarge(name, size, Math.min(limits.maxPixels, maxBitmapPixels));
    return { format: 'bmp', orientation: 1, large: isLarge('bmp', size, limits), ...size };
  }
  const sharp = await loadSharp();
  let metadata: Metadata;
  try {
    metadata = await sharp(input, { failOn: 'none', limitInputPixels: false }).metadata();
  } catch (error) {
    if (/unsupported image format/i.test(String(error)))
      throw new GroundnoteError(
        'bad-image',
        `"${name}" is not a picture, or one of a format that Groundnote does not read.`,
        { cause: error },
      );
    throw damaged(name, error);
  }
  const { format, compression, orientation = 1, isProgressive } = metadata;
  if (!format || !(format in displayable) || (format === 'heif' && compression !== 'av1'))
    throw new GroundnoteError(
      'bad-image',
      `"${name}" has a format that Groundnote does not read (${format}).`,
    );
  const density = format === 'svg' ? drawingDensity(metadata.autoOrient) : undefined;
  // A drawing's own size may be a fraction, so its size in pixels is what libvips says at that density.
  const size = density
    ? (await sharp(input, { failOn: 'none', limitInputPixels: false, density }).metadata()).autoOrient
    : metadata.autoOrient;
  if (!(size.width > 0 && size.height > 0)) throw damaged(name);
  const byRows = decodedByRows.has(format) && !isProgressive;
  refuseTooLarge(name, size, byRows ? limits.maxPixels : Math.min(limits.maxPixels, maxPixelsHeldWhole));
  const { width, height } = size;
  return { format, orientation, density, large: isLarge(format, size, limits), width, height };
}

/** Whether a picture is too large to be shown, and worked on, as a whole. Drawings never are: they are rasterised to fit. */
function isLarge(format: string, { width, height }: Size, { largePixels }: ImageLimits): boolean {
  if (format === 'svg') return false;
  return width * height > (largePixels ?? defaultLargePixels) || Math.max(width, height) > maxShownSide;
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

function refuseTooLarge(name: string, { width, height }: Size, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  const megapixels = (pixels: number) => `${(pixels / 1e6).toFixed(pixels < 1e7 ? 1 : 0)} megapixels`;
  throw new GroundnoteError(
    'image-too-large',
    `"${name}" has ${width} × ${height} pixels (${megapixels(width * height)}); the limit is ${megapixels(maxPixels)}.`,
  );
}

export function damaged(name: string, cause?: unknown): GroundnoteError {
  return new GroundnoteError('bad-image', `"${name}" is damaged or incomplete and cannot be decoded.`, {
    cause,
  });
}

/** libvips gives three channels for sRGB; a single one would be grey. */
export function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) rgb.fill(data[i * channels] as number, i * 3, i * 3 + 3);
  return rgb;
}
