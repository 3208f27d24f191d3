/** A picture as it can stand in a file of another kind. */
import { readFile } from 'node:fs/promises';
import type { ImageSource } from '../../../protocol/inference';
import { encodePng } from '../images';
import type { PictureStore } from '../services';
import { loadSharp } from '../sharpLoader';

/** Formats that every browser shows, by libvips' names. */
const mimes: Readonly<Record<string, string>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
};

/**
 * The oriented picture: its own bytes where every browser shows them as they are, else a JPEG of a photo, or a PNG. Of a
 * large picture that must be converted, a reduced copy.
 * @throws GroundnoteError as PictureStore does
 */
export async function embeddedPicture(
  image: ImageSource,
  pictures: PictureStore,
  signal: AbortSignal,
): Promise<{ mime: string; bytes: Uint8Array<ArrayBuffer> }> {
  const bytes = 'path' in image ? await readFile(image.path).catch(() => undefined) : image.bytes;
  const sharp = await loadSharp();
  const metadata =
    bytes &&
    (await sharp(bytes, { limitInputPixels: false })
      .metadata()
      .catch(() => undefined));
  const mime = mimes[metadata?.format ?? ''];
  const plain =
    (metadata?.orientation ?? 1) === 1 && metadata?.space !== 'cmyk' && (metadata?.pages ?? 1) === 1;
  if (bytes && mime && plain) return { mime, bytes: new Uint8Array(bytes) };
  // Opening says in words what is wrong with a file that cannot be read.
  const { picture } = await pictures.window(image, {}, signal);
  if (metadata?.format !== 'jpeg') return { mime: 'image/png', bytes: (await encodePng(picture)).png };
  const { width, height, data } = picture;
  const photo = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  return { mime: 'image/jpeg', bytes: new Uint8Array(await photo.jpeg({ quality: 95 }).toBuffer()) };
}
