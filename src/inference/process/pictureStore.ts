import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { GroundnoteError } from '../../protocol/errors';
import type { ImageSource } from '../../protocol/inference';
import { contentHashOf, openImage, readPicture, type Header, type ImageLimits } from './images';
import type { Picture } from './picture';
import { PictureWindow, type Focus } from './pictureWindow';
import { TileCache, type TileCacheOptions } from './pyramid/cache';
import { chooseWindow, serves, type LevelPart } from './pyramid/chooseWindow';
import { Pyramid } from './pyramid/pyramid';
import { sortPrompts } from './segment/prompts';
import type { PictureStore } from './services';

const keptPictures = 3;
const keptBytes = 400_000_000;
const keptPyramids = 4;
const keptWindows = 6;

/** A window of a large picture that is kept. */
interface KeptWindow {
  pyramid: Pyramid;
  place: LevelPart;
  window: PictureWindow;
}

export interface PictureStoreOptions extends ImageLimits {
  tiles?: TileCacheOptions;
  /** See PyramidOptions. */
  quiet?: () => Promise<void>;
}

/**
 * Decoded pictures: the newest, and up to two more while they fit; of large ones the last few windows. A file is read
 * again when its size or its time of change differ.
 */
export function createPictureStore({
  tiles = { limitBytes: 4e9 },
  quiet = () => Promise.resolve(),
  ...limits
}: PictureStoreOptions): PictureStore {
  const pictures = new LRUCache<string, Picture>({
    max: keptPictures,
    maxSize: keptBytes,
    sizeCalculation: (picture) => picture.data.byteLength,
  });
  const headers = new LRUCache<string, Header>({ max: 64 });
  const pyramids = new LRUCache<string, Promise<Pyramid>>({ max: keptPyramids });
  const windows: KeptWindow[] = [];
  const cache = new TileCache(tiles);
  // Kept on its own, because a picture larger than the cache would be decoded again for every prompt.
  let newest: { key: string; picture: Picture } | undefined;

  const isLarge = async (source: ImageSource, key: string | undefined): Promise<boolean> => {
    let header = key === undefined ? undefined : headers.get(key);
    header ??= (await openImage(source, limits)).header;
    if (key !== undefined) headers.set(key, header);
    return header.large;
  };

  const openWhole = async (source: ImageSource, key: string | undefined): Promise<Picture> => {
    if (key !== undefined && newest?.key === key) return newest.picture;
    const picture =
      (key !== undefined ? pictures.get(key) : undefined) ?? (await readPicture(source, limits));
    if (key !== undefined) {
      pictures.set(key, picture);
      newest = { key, picture };
    }
    return picture;
  };

  const openPyramid = async (source: ImageSource): Promise<Pyramid> => {
    const { image, header } = await openImage(source, limits);
    if (!header.large) throw new GroundnoteError('invalid-params', `"${image.name}" is shown without tiles.`);
    const contentHash = await contentHashOf(image);
    const folder = await cache.folderOf(contentHash);
    return new Pyramid({ image, header, limits, cache, folder, contentHash, quiet });
  };

  const pyramid = async (source: ImageSource): Promise<Pyramid> => {
    const key = await keyOf(source);
    if (key === undefined) return openPyramid(source);
    let opening = pyramids.get(key);
    if (!opening) {
      opening = openPyramid(source);
      pyramids.set(key, opening);
      opening.catch(() => pyramids.delete(key));
    }
    return opening;
  };

  const keptWindow = (of: Pyramid, focus: Focus): PictureWindow | undefined => {
    const at = windows.findIndex(
      (kept) => kept.pyramid.contentHash === of.contentHash && serves(kept.place, of.levels, focus),
    );
    if (at < 0) return undefined;
    const [kept] = windows.splice(at, 1) as [KeptWindow];
    windows.unshift(kept);
    return kept.window;
  };

  const readWindow = async (of: Pyramid, focus: Focus, signal?: AbortSignal): Promise<PictureWindow> => {
    const place = chooseWindow(of.levels, focus);
    const { level, part } = place;
    const data = await of.read(level, part, signal);
    const { width, height } = part;
    const levelSize = of.levels[level] ?? of.size;
    const contentHash = [of.contentHash, level, part.x, part.y, width, height].join(' ');
    const window = new PictureWindow({ width, height, data, contentHash }, of.size, {
      whole: of.size,
      size: { width, height },
      scale: { x: of.size.width / levelSize.width, y: of.size.height / levelSize.height },
      offset: { x: part.x, y: part.y },
    });
    windows.unshift({ pyramid: of, place, window });
    windows.length = Math.min(windows.length, keptWindows);
    return window;
  };

  return {
    pyramid,
    async open(source) {
      const key = await keyOf(source);
      if (await isLarge(source, key))
        throw new GroundnoteError('image-too-large', 'This picture is too large to be worked on as a whole.');
      return openWhole(source, key);
    },
    async window(source, focus = {}, signal) {
      const key = await keyOf(source);
      if (!(await isLarge(source, key))) return new PictureWindow(await openWhole(source, key));
      const of = await pyramid(source);
      // Said in pixels of the picture, before they become those of a window.
      if (focus.prompts?.length) sortPrompts(focus.prompts, of.size, focus.previous);
      return keptWindow(of, focus) ?? readWindow(of, focus, signal);
    },
    async keptWindow(source, focus = {}) {
      const key = await keyOf(source);
      if (key === undefined) return undefined;
      const picture = newest?.key === key ? newest.picture : pictures.get(key);
      if (picture) return new PictureWindow(picture);
      const of = await pyramids.get(key)?.catch(() => undefined);
      return of && keptWindow(of, focus);
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
    return undefined; // openImage says what is wrong with it.
  }
}
