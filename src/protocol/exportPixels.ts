/** The work on pixels for exports, imports and the clipboard: what the inference process can be asked beside its tasks. */
import * as z from 'zod';
import { boxSchema, geometrySchema, rleSchema, sizeSchema } from './geometry';
import { imageSourceSchema } from './inference';
import { requestChannel } from './rpc';

const bytesSchema = z.instanceof(Uint8Array);

/** A region and the value of its pixels. */
export const maskShapeSchema = z.object({
  value: z.number().int().min(1).max(65_535),
  geometry: geometrySchema,
});
export type MaskShape = z.infer<typeof maskShapeSchema>;

/**
 * A PNG whose pixels are the values of the shapes, later ones over earlier ones, 0 elsewhere. With a palette (`#rrggbb` by
 * value) it has 8 bits and that palette; without, 16 bits of grey.
 */
export const renderMask = requestChannel(
  'renderMask',
  z.object({
    size: sizeSchema,
    shapes: z.array(maskShapeSchema),
    palette: z
      .array(z.string().regex(/^#[0-9a-f]{6}$/i))
      .max(256)
      .optional(),
  }),
  z.object({ png: bytesSchema }),
);

/** The pixels of each value but 0 of a PNG; of a palette the values are the places in it. */
export const readMaskShapes = requestChannel(
  'readMaskShapes',
  z.object({ name: z.string(), png: bytesSchema }),
  z
    .object({ shapes: z.array(z.object({ value: z.number().int(), mask: rleSchema })) })
    .extend(sizeSchema.shape),
);

/** The oriented picture as a file that every browser shows: its own bytes where they are one. */
export const embedPicture = requestChannel(
  'embedPicture',
  z.object({ image: imageSourceSchema }),
  z.object({ mime: z.string(), bytes: bytesSchema }),
);

/** The pixels of a region of the picture in full size, the rest transparent, in the region's box. @error not-found when it has none */
export const renderCutout = requestChannel(
  'renderCutout',
  z.object({ image: imageSourceSchema, geometry: geometrySchema }),
  z.object({ png: bytesSchema, box: boxSchema }),
);
