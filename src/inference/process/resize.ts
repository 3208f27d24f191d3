/** Parts of a picture as inputs of graphs. */
import type { Size } from '../../protocol/geometry';
import type { Picture, Rectangle } from './picture';
import { loadSharp } from './sharpLoader';

/** What is done to each channel's value (0 to 255): value × scale + shift. Channels red, green, blue. */
export interface Normalization {
  scale: readonly [number, number, number];
  shift: readonly [number, number, number];
}

/**
 * A rectangle of a picture, resized bilinearly (antialiased, as PIL's and torch's) and normalised. libvips does it in
 * a fifth of the time that typed arrays take.
 * @param from whole pixels inside the picture
 * @returns float32 [1, 3, height, width] of `size`, channels red, green, blue
 */
export async function cropResize(
  picture: Picture,
  from: Rectangle,
  size: Size,
  { scale, shift }: Normalization,
): Promise<Float32Array> {
  const bytes = await cropResizeBytes(picture, from, size);
  const plane = size.width * size.height;
  const tensor = new Float32Array(3 * plane);
  const [s0, s1, s2] = scale;
  const [t0, t1, t2] = shift;
  for (let i = 0, j = 0; i < plane; i++, j += 3) {
    tensor[i] = (bytes[j] as number) * s0 + t0;
    tensor[i + plane] = (bytes[j + 1] as number) * s1 + t1;
    tensor[i + 2 * plane] = (bytes[j + 2] as number) * s2 + t2;
  }
  return tensor;
}

/** The same, as rows of interleaved RGB bytes: height × width × 3. */
export async function cropResizeBytes(picture: Picture, from: Rectangle, size: Size): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const { width, height, data } = picture;
  let pipeline = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false });
  if (from.x !== 0 || from.y !== 0 || from.width !== width || from.height !== height)
    pipeline = pipeline.extract({ left: from.x, top: from.y, width: from.width, height: from.height });
  return pipeline.resize(size.width, size.height, { fit: 'fill', kernel: 'linear' }).raw().toBuffer();
}
