/** Decoded pictures in the form that transformers.js takes. */
import type { RawImage } from '@huggingface/transformers';
import type { Size } from '../../../protocol/geometry';
import type { Picture } from '../../process/picture';
import type { Library } from './loading';
import { pillowResize, type FilterName } from './pillowResize';

/** What of a picture a model sees. */
export type Pixels = Omit<Picture, 'contentHash'>;

/** Filters by their numbers in PIL, as `preprocessor_config.json` has them; 0 takes the nearest pixel. */
const filterNames: readonly (FilterName | undefined)[] = [
  undefined,
  'lanczos',
  'bilinear',
  'bicubic',
  'box',
  'hamming',
];

/** The picture, without a copy. It resizes as PIL does; the library's own way takes no mean of what it shrinks. */
export function rawPicture({ RawImage }: Library, { data, width, height }: Pixels): RawImage {
  class PictureOfPack extends RawImage {
    override resize(
      toWidth: number,
      toHeight: number,
      options: { resample?: 0 | 1 | 2 | 3 | 4 | 5 | string } = {},
    ): Promise<RawImage> {
      const { resample = 2 } = options;
      const to = { width: Math.round(toWidth), height: Math.round(toHeight) };
      if (to.width === this.width && to.height === this.height) return Promise.resolve(this);
      const filter = typeof resample === 'number' ? filterNames[resample] : (resample as FilterName);
      if (this.channels !== 3 || filter === undefined) return super.resize(toWidth, toHeight, options);
      const { buffer, byteOffset, byteLength } = this.data;
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      return Promise.resolve(
        new PictureOfPack(pillowResize(bytes, this, to, filter), to.width, to.height, 3),
      );
    }
  }
  return new PictureOfPack(data, width, height, 3);
}

/** The picture in the top left corner of a grey square. */
export function squarePicture({ data, width, height }: Pixels): Pixels {
  const side = Math.max(width, height);
  const square = new Uint8Array(side * side * 3).fill(128);
  for (let y = 0; y < height; y++)
    square.set(data.subarray(y * width * 3, (y + 1) * width * 3), y * side * 3);
  return { data: square, width: side, height: side };
}

/**
 * The size at which a DETR sees a picture: the shorter side as long as it should be, unless the longer one becomes longer than
 * it may. (The library makes the longer side as long as it may be.)
 */
export function detrSize(
  { width, height }: Size,
  shortest: number,
  longest: number,
): [width: number, height: number] {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const isTooLong = (long / short) * shortest > longest;
  const raw = isTooLong ? (longest * short) / long : shortest;
  const side = isTooLong ? Math.round(raw) : shortest;
  const other = Math.trunc((raw * long) / short);
  return width < height ? [side, other] : [other, side];
}
