import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { ImageSource } from '../../protocol/inference';
import { readPicture, type ImageLimits } from './images';
import type { Picture } from './picture';
import type { PictureStore } from './services';

const keptPictures = 3;
const keptBytes = 400_000_000;

/**
 * Decoded pictures: the newest, and up to two more while they fit. A file is read again when its size or its time of
 * change differ.
 */
export function createPictureStore(limits: ImageLimits): PictureStore {
  const pictures = new LRUCache<string, Picture>({
    max: keptPictures,
    maxSize: keptBytes,
    sizeCalculation: (picture) => picture.data.byteLength,
  });
  // Kept on its own, because a picture larger than the cache would be decoded again for every prompt.
  let newest: { key: string; picture: Picture } | undefined;
  return {
    async open(source) {
      const key = await keyOf(source);
      if (key !== undefined && newest?.key === key) return newest.picture;
      const picture =
        (key !== undefined ? pictures.get(key) : undefined) ?? (await readPicture(source, limits));
      if (key !== undefined) {
        pictures.set(key, picture);
        newest = { key, picture };
      }
      return picture;
    },
  };
}

/** Equal for a file that has not changed; undefined when that cannot be said. */
async function keyOf(source: ImageSource): Promise<string | undefined> {
  if ('bytes' in source) return createHash('sha256').update(source.bytes).digest('hex');
  try {
    const { size, mtimeNs, ino } = await stat(source.path, { bigint: true });
    return `${source.path}|${ino}|${size}|${mtimeNs}`;
  } catch {
    return undefined; // readPicture says what is wrong with it.
  }
}
