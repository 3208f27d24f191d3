/** Files of other modalities than pictures: what they are called, how a panel gets what it shows, and questions about them. */
import * as z from 'zod';
import { packRefSchema } from './geometry';
import { imageSourceSchema, timingsSchema } from './inference';
import { modalitySchema, type Modality } from './modalities';
import { requestChannel } from './rpc';

/** Modalities that have a panel of their own. */
export const shownModalities = ['points', 'depth', 'normal', 'audio', 'imu'] as const;
export const shownModalitySchema = z.enum(shownModalities);
export type ShownModality = z.infer<typeof shownModalitySchema>;

/** A file by its path on this machine, or by its bytes. */
export const mediaSourceSchema = imageSourceSchema;
export type MediaSource = z.infer<typeof mediaSourceSchema>;

/** Arrays of numbers, whatever memory they lie in. */
const float32 = z.custom<Float32Array>((value) => value instanceof Float32Array);
const float64 = z.custom<Float64Array>((value) => value instanceof Float64Array);
const int16 = z.custom<Int16Array>((value) => value instanceof Int16Array);
const int8 = z.custom<Int8Array>((value) => value instanceof Int8Array);
const uint8 = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const vectorSchema = z.tuple([z.number(), z.number(), z.number()]);

/** What all views say of their file. */
const viewOf = {
  name: z.string(),
  /** The file's format in words, such as “PLY, binary”. */
  format: z.string(),
};

/** A point cloud. Places are relative to `origin`, so that 32 bits are enough for geographic coordinates too. */
export const pointsViewSchema = z.object({
  modality: z.literal('points'),
  ...viewOf,
  /** Points of the file; every so many-th is here where they are too many to draw. */
  total: z.number().int().nonnegative(),
  /** x, y, z of each point. */
  positions: float32,
  /** Red, green, blue of each point. */
  colors: uint8.optional(),
  /** Unit vectors, each part −127 to 127. */
  normals: int8.optional(),
  origin: vectorSchema,
  /** Smallest and largest x, y, z of the points that are here, relative to `origin`. */
  bounds: z.object({ min: vectorSchema, max: vectorSchema }),
});
export type PointsView = z.infer<typeof pointsViewSchema>;

/** A depth map: rows from the top. A pixel without a measurement is NaN. */
export const depthViewSchema = z.object({
  modality: z.literal('depth'),
  ...viewOf,
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  values: float32,
  /** Size of the file's own map, where it is shown reduced. */
  original: z.object({ width: z.number(), height: z.number() }),
});
export type DepthView = z.infer<typeof depthViewSchema>;

/** A normal map: rows of red, green, blue from the top; 127.5 is zero. */
export const normalViewSchema = z.object({
  modality: z.literal('normal'),
  ...viewOf,
  width: z.number().int().positive(),
  height: z.number().int().positive(),
  rgb: uint8,
  original: z.object({ width: z.number(), height: z.number() }),
});
export type NormalView = z.infer<typeof normalViewSchema>;

/** A sound: frames one after another, the channels of a frame side by side; a sample is `samples[i] / 32767 × scale`. */
export const audioViewSchema = z.object({
  modality: z.literal('audio'),
  ...viewOf,
  sampleRate: z.number().positive(),
  channels: z.number().int().positive(),
  samples: int16,
  scale: z.number().positive(),
  /** Frames of the file; the first ones are here where they are too many to show. */
  frames: z.number().int().positive(),
});
export type AudioView = z.infer<typeof audioViewSchema>;

/** Traces of an inertial sensor. */
export const imuViewSchema = z.object({
  modality: z.literal('imu'),
  ...viewOf,
  /** Seconds from the first row. */
  time: float64,
  /** Why `time` is not the file's own: it has none, and the rows are taken to be evenly spaced. */
  timeNote: z.string().optional(),
  /** Of one length with `time`; a value that the file lacks is NaN. */
  traces: z.array(
    z.object({
      name: z.enum(['ax', 'ay', 'az', 'gx', 'gy', 'gz']),
      /** The column's name in the file. */
      column: z.string(),
      unit: z.string(),
      values: float32,
    }),
  ),
});
export type ImuView = z.infer<typeof imuViewSchema>;

export const mediaViewSchema = z.discriminatedUnion('modality', [
  pointsViewSchema,
  depthViewSchema,
  normalViewSchema,
  audioViewSchema,
  imuViewSchema,
]);
export type MediaView = z.infer<typeof mediaViewSchema>;

/** A file → what its panel draws, small enough to be sent there. @error not-found, io, bad-file, file-too-large, cancelled */
export const readMedia = requestChannel(
  'readMedia',
  z.object({ media: mediaSourceSchema, modality: shownModalitySchema }),
  mediaViewSchema,
);

/** A question about a file and its answer. */
export const mediaTurnSchema = z.object({ question: z.string(), answer: z.string() });
export type MediaTurn = z.infer<typeof mediaTurnSchema>;

/** What a pack says of a file. */
export const mediaAnswerSchema = z.object({
  media: z.object({ name: z.string(), path: z.string().optional(), modality: modalitySchema }),
  pack: packRefSchema,
  text: z.string(),
  /** True where the pack cannot answer this question about this file; `text` says why. */
  refused: z.boolean().optional(),
  timings: timingsSchema,
});
export type MediaAnswer = z.infer<typeof mediaAnswerSchema>;

const aboutMedia = { media: mediaSourceSchema, modality: modalitySchema, pack: z.string().optional() };

/** A file of any modality → what it holds, in words; progress carries the text so far. @error no-pack, unsupported; as `readMedia` */
export const describeMediaParamsSchema = z.object(aboutMedia);
export type DescribeMediaParams = z.infer<typeof describeMediaParamsSchema>;
export const describeMedia = requestChannel('describeMedia', describeMediaParamsSchema, mediaAnswerSchema);

/** A question about a file of any modality → an answer. @error no-pack, unsupported; as `readMedia` */
export const askMediaParamsSchema = z.object({
  ...aboutMedia,
  question: z.string().trim().min(1),
  /** The turns before, oldest first. */
  history: z.array(mediaTurnSchema).default([]),
});
export type AskMediaParams = z.infer<typeof askMediaParamsSchema>;
export const askMedia = requestChannel('askMedia', askMediaParamsSchema, mediaAnswerSchema);

/** How many of a modality's files are called, in the middle of a sentence. */
export const modalityWords: Readonly<Record<Modality, string>> = {
  image: 'pictures',
  video: 'videos',
  depth: 'depth maps',
  normal: 'normal maps',
  points: 'point clouds',
  audio: 'sounds',
  imu: 'motion recordings',
};
