/**
 * Large pictures: a pyramid of tiles on the disk, which the page loads as files. Level 0 has the picture's own pixels,
 * each further level half as many a side (rounded up). A level covers the picture exactly, so its pixel (i, j) covers
 * [i, i + 1) × [j, j + 1) times `picture size / level size` of the picture.
 */
import * as z from 'zod';
import { sizeSchema, type Size } from './geometry';
import { imageSourceSchema } from './inference';
import { eventChannel, requestChannel } from './rpc';

/** Pixels a side; tiles at the right and the bottom edge of a level may be smaller. */
export const tileSide = 512;
/** The last level has at most this many pixels a side. */
const coarsestSide = 1024;

/** Sizes of all levels of a picture, the finest first. */
export function levelSizes({ width, height }: Size): Size[] {
  const sizes = [{ width, height }];
  for (let last = sizes[0] as Size; Math.max(last.width, last.height) > coarsestSide;) {
    last = { width: Math.ceil(last.width / 2), height: Math.ceil(last.height / 2) };
    sizes.push(last);
  }
  return sizes;
}

/** Number of tiles along the sides of a level. */
export const tileCounts = ({ width, height }: Size): Size => ({
  width: Math.ceil(width / tileSide),
  height: Math.ceil(height / tileSide),
});

/** A tile by its level, column and row. */
export const tileSchema = z.object({
  level: z.number().int().nonnegative(),
  x: z.number().int().nonnegative(),
  y: z.number().int().nonnegative(),
});
export type Tile = z.infer<typeof tileSchema>;

/** A tile's file inside its pyramid's folder. */
export const tileFile = ({ level, x, y }: Tile): string => `${level}/${x}_${y}.jpg`;

/** What the page needs for a picture in tiles. */
export const tiledImageSchema = z.object({
  /** Webview URI of the pyramid's folder; `tileFile` goes on from there. */
  folder: z.string(),
  /** All tiles are there; else each must be asked for with `needTile` before it is loaded. */
  complete: z.boolean(),
});
export type TiledImage = z.infer<typeof tiledImageSchema>;

/** Panel → host: answered when the tile's file is there; those asked for go before the others. @error as opening a picture */
export const needTile = requestChannel('needTile', tileSchema, z.object({}));

/**
 * How far the tiles are, null when they are all there; or why there will be no more of them, `fatal` when there is
 * nothing to show at all.
 */
export const tilesStateSchema = z
  .union([
    z.object({ phase: z.string(), fraction: z.number().min(0).max(1) }),
    z.object({ problem: z.string(), fatal: z.boolean() }),
  ])
  .nullable();
export type TilesState = z.infer<typeof tilesStateSchema>;
/** Host → panel. */
export const tilesProgress = eventChannel('tilesProgress', tilesStateSchema);

/** Host → process: where the tiles of a picture are or will be. Reads the file once for its hash, and decodes nothing. */
export const openPyramid = requestChannel(
  'openPyramid',
  z.object({ image: imageSourceSchema }),
  z.object({ folder: z.string(), complete: z.boolean() }),
);
/** Host → process: a small copy of the picture as a file, as soon as can be. */
export const makeOverview = requestChannel(
  'makeOverview',
  z.object({ image: imageSourceSchema }),
  z.object({ file: z.string() }).extend(sizeSchema.shape),
);
/** Host → process: makes one tile now. */
export const makeTile = requestChannel(
  'makeTile',
  z.object({ image: imageSourceSchema, tile: tileSchema }),
  z.object({}),
);
/** Host → process: makes all tiles, the coarse ones first, and tells how far it is. Ends at once when all are there. */
export const makeTiles = requestChannel('makeTiles', z.object({ image: imageSourceSchema }), z.object({}));
