/** Reads short videos: animated GIF and WebP, and folders of frames. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { GroundnoteError } from '../../../protocol/errors';
import type { MediaSource } from '../../../protocol/media';
import { isPictureName, naturallySorted } from '../../../protocol/pictureNames';
import { readPicture } from '../images';
import { loadSharp } from '../sharpLoader';
import type { Video } from './media';
import { badFile, loadMedia } from './source';
import { evenly } from './table';

/** Frames that are kept, evenly. */
export const mostFrames = 16;
/** Of one frame. */
const maxPixels = 16_000_000;

/** @throws GroundnoteError not-found, io, bad-file, bad-image, file-too-large, image-too-large */
export async function readVideo(source: MediaSource): Promise<Video> {
  if ('path' in source && (await isFolder(source.path))) return readFrames(source.path);
  const { name, bytes } = await loadMedia(source);
  const sharp = await loadSharp();
  try {
    const { pages = 1, format } = await sharp(bytes).metadata();
    if (format !== 'gif' && format !== 'webp') throw notRead(name);
    const { rows, rowOf } = evenly(pages, mostFrames);
    const frames: Uint8Array[] = [];
    let size = { width: 0, height: 0 };
    for (let j = 0; j < rows; j++) {
      const { data, info } = await sharp(bytes, { page: rowOf(j), pages: 1, limitInputPixels: maxPixels })
        .flatten({ background: '#ffffff' })
        .toColourspace('srgb')
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      size = { width: info.width, height: info.height };
      frames.push(new Uint8Array(data));
    }
    return {
      modality: 'video',
      name,
      format: format === 'gif' ? 'GIF' : 'WebP',
      ...size,
      frames,
      total: pages,
    };
  } catch (error) {
    if (error instanceof GroundnoteError) throw error;
    throw /unsupported image format/i.test(String(error))
      ? notRead(name)
      : badFile(name, 'is damaged or incomplete and cannot be decoded', error);
  }
}

const notRead = (name: string) =>
  badFile(name, 'is no video that is read: give an animated GIF or WebP, or a folder of frames');

const isFolder = (place: string) =>
  stat(place).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

/** The pictures of a folder in the order of their names, which must be of one size. */
async function readFrames(folder: string): Promise<Video> {
  const name = path.basename(folder);
  const files = naturallySorted((await readdir(folder)).filter(isPictureName), (each) => each);
  if (!files.length) throw badFile(name, 'has no pictures in it');
  const { rows, rowOf } = evenly(files.length, mostFrames);
  const pictures = [];
  for (let j = 0; j < rows; j++)
    pictures.push(await readPicture({ path: path.join(folder, files[rowOf(j)] as string) }, { maxPixels }));
  const { width, height } = pictures[0] as (typeof pictures)[number];
  const other = pictures.findIndex((picture) => picture.width !== width || picture.height !== height);
  if (other > 0) throw badFile(name, `has frames of different sizes (“${files[rowOf(other)]}”)`);
  return {
    modality: 'video',
    name,
    format: 'frames',
    width,
    height,
    frames: pictures.map(({ data }) => data),
    total: files.length,
  };
}
