/** Small pictures, made while nothing else is asked for. */
import PQueue from 'p-queue';
import { GroundnoteError } from '../../protocol/errors';
import type { ImageSource } from '../../protocol/inference';
import { readInfo, readPicture, type ImageLimits } from './images';
import { loadSharp } from './sharpLoader';

export interface ThumbnailParams {
  image: ImageSource;
  /** Pixels of the longer side. */
  side: number;
}

/**
 * Makes thumbnails one at a time, each only when `prompts` has nothing to do. libvips works in threads of its own, so a prompt
 * that comes meanwhile does not wait for the one under way.
 */
export class ThumbnailMaker {
  private readonly queue = new PQueue({ concurrency: 1 });

  constructor(
    private readonly prompts: PQueue,
    private readonly limits: ImageLimits,
  ) {}

  /** The oriented picture as WebP. @throws GroundnoteError not-found, io, bad-image, image-too-large */
  make({ image, side }: ThumbnailParams, signal: AbortSignal): Promise<{ webp: Uint8Array<ArrayBuffer> }> {
    return this.queue.add(async () => {
      await this.prompts.onIdle();
      if (signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
      return { webp: await thumbnailOf(image, side, this.limits) };
    }) as Promise<{ webp: Uint8Array<ArrayBuffer> }>;
  }
}

async function thumbnailOf(
  image: ImageSource,
  side: number,
  limits: ImageLimits,
): Promise<Uint8Array<ArrayBuffer>> {
  // Says what is wrong with a file before anything is decoded.
  const { format } = await readInfo(image, limits);
  const sharp = await loadSharp();
  const decoder = async () => {
    if (format === 'bmp') {
      const { data, width, height } = await readPicture(image, limits);
      return sharp(data, { raw: { width, height, channels: 3 } });
    }
    const input = 'path' in image ? image.path : image.bytes;
    return sharp(input, {
      failOn: 'none',
      limitInputPixels: limits.maxPixels,
      sequentialRead: true,
    }).autoOrient();
  };
  try {
    const webp = await (
      await decoder()
    )
      .resize(side, side, { fit: 'inside', withoutEnlargement: format !== 'svg' })
      .webp({ quality: 72, effort: 2 })
      .toBuffer();
    return new Uint8Array(webp);
  } catch (cause) {
    throw new GroundnoteError('bad-image', 'The picture cannot be decoded.', { cause });
  }
}
