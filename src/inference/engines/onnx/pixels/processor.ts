/**
 * `preprocessor_config.json` as the image processors of Hugging Face write it, and what it makes of a picture. Sizes come in
 * several forms, old ones as a bare number.
 */
import * as z from 'zod';
import type { Size } from '../../../../protocol/geometry';
import { cropResizeBytes, normalizationOf, normalize, type Normalization } from '../../../process/resize';
import type { Picture, Rectangle } from '../../../process/picture';

const side = z.number().int().positive().max(16_384);
const perChannel = z.tuple([z.number(), z.number(), z.number()]);
const fixedSize = z.object({ height: side, width: side });

export const processorSchema = z.object({
  do_resize: z.boolean().default(true),
  size: z
    .union([
      side,
      fixedSize,
      z.object({ shortest_edge: side, longest_edge: side.nullish() }),
      z.object({ longest_edge: side }),
      z.object({ max_height: side, max_width: side }),
    ])
    .optional(),
  /** Sides of the resized picture are multiples of this; the rest is cut off the lengths. */
  size_divisor: side.optional(),
  size_divisibility: side.optional(),
  do_pad: z.boolean().optional(),
  pad_size: z.union([fixedSize, z.null()]).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: perChannel.optional(),
  image_std: perChannel.refine((std) => std.every((value) => value > 0), 'must be positive').optional(),
  /** YOLOS cuts sides to multiples of 16, and says so by its name alone. */
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
});
export type Processor = z.output<typeof processorSchema>;

export const imageNet = { image_mean: [0.485, 0.456, 0.406], image_std: [0.229, 0.224, 0.225] } as const;

/** Pixel → number, with ImageNet's means where the file says that it normalises and not how. */
export function processorNormalization(processor: Processor): Normalization {
  const { do_normalize: normalizes, do_rescale: rescales, rescale_factor } = processor;
  return normalizationOf({
    rescale_factor: rescales ? rescale_factor : 1,
    image_mean: normalizes ? (processor.image_mean ?? imageNet.image_mean) : [0, 0, 0],
    image_std: normalizes ? (processor.image_std ?? imageNet.image_std) : [1, 1, 1],
  });
}

/** How large a picture is for the graph, as the processors round it. */
export function processedSize({ width, height }: Size, processor: Processor): Size {
  const { size } = processor;
  if (!processor.do_resize || size === undefined) return { width, height };
  const multiple = processor.size_divisor ?? processor.size_divisibility ?? (isYolos(processor) ? 16 : 1);
  const cut = (value: number) => Math.max(multiple, value - (value % multiple));
  const exact = resized({ width, height }, size);
  return { width: cut(exact.width), height: cut(exact.height) };
}

function resized({ width, height }: Size, size: NonNullable<Processor['size']>): Size {
  if (typeof size === 'number') return { width: size, height: size };
  if ('height' in size) return { width: size.width, height: size.height };
  if ('shortest_edge' in size)
    return shortestEdge({ width, height }, size.shortest_edge, size.longest_edge ?? undefined);
  if ('max_height' in size) {
    const scale = Math.min(size.max_height / height, size.max_width / width);
    return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
  }
  return longestEdge({ width, height }, size.longest_edge);
}

/** The longer side becomes `edge`; the shorter one is rounded to the nearest. */
export function longestEdge({ width, height }: Size, edge: number): Size {
  const scale = edge / Math.max(width, height);
  return {
    width: Math.max(1, Math.floor(width * scale + 0.5)),
    height: Math.max(1, Math.floor(height * scale + 0.5)),
  };
}

/** The shorter side becomes `edge`, or less where the longer one would be longer than `most`; the longer one is cut down. */
function shortestEdge({ width, height }: Size, edge: number, most?: number): Size {
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const limited = most !== undefined && (long / short) * edge > most ? (most * short) / long : undefined;
  const shorter = limited === undefined ? edge : Math.round(limited);
  if (short === shorter) return { width, height };
  const longer = Math.floor(((limited ?? edge) * long) / short);
  return width < height ? { width: shorter, height: longer } : { width: longer, height: shorter };
}

const isYolos = ({ image_processor_type: type, feature_extractor_type: old }: Processor): boolean =>
  /^Yolos/.test(type ?? old ?? '');

/** Channels of a graph's input, and where the picture lies in it. */
export interface Placed {
  /** The picture in the graph's input. */
  readonly at: Rectangle;
  /** Sides of the input. */
  readonly canvas: Size;
  readonly normalization: Normalization;
  /** Value of the rest, 0 to 255, before normalising; absent: 0 after that. */
  readonly padding?: number;
  /** Channels as blue, green, red. `normalization` is in that order too. */
  readonly blueFirst?: boolean;
  /** See resizeBytes; on where it is not said otherwise. */
  readonly precise?: boolean;
}

/** A rectangle of a picture as float32 [1, 3, height, width] of the canvas. */
export async function placePicture(
  picture: Picture,
  from: Rectangle,
  { at, canvas, normalization, padding, blueFirst = false, precise = true }: Placed,
): Promise<Float32Array> {
  const bytes = await cropResizeBytes(picture, from, at, precise);
  const planes = normalize(bytes, normalization, blueFirst);
  if (at.width === canvas.width && at.height === canvas.height) return planes;
  const plane = canvas.width * canvas.height;
  const result = new Float32Array(3 * plane);
  const { scale, shift } = normalization;
  for (let channel = 0; channel < 3; channel++) {
    if (padding !== undefined)
      result.fill(
        padding * (scale[channel] as number) + (shift[channel] as number),
        channel * plane,
        (channel + 1) * plane,
      );
    for (let y = 0; y < at.height; y++) {
      const start = (channel * at.height + y) * at.width;
      const target = (channel * canvas.height + at.y + y) * canvas.width + at.x;
      result.set(planes.subarray(start, start + at.width), target);
    }
  }
  return result;
}
