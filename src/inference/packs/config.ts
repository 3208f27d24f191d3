/** What the configuration files of a `promptable-segmenter` hold; other keys are ignored. */
import * as z from 'zod';

const perChannel = z.tuple([z.number(), z.number(), z.number()]);

/** `config.json`: the graphs, and how prompts become a mask. Lengths are in pixels of the picture unless said otherwise. */
export const segmenterConfigSchema = z.object({
  /** Paths of the two graphs inside the pack. */
  graphs: z
    .object({ encoder: z.string(), decoder: z.string() })
    .default({ encoder: 'onnx/image_encoder.onnx', decoder: 'onnx/mask_decoder.onnx' }),
  /** Names of the feature maps that go from the encoder to the decoder. */
  embeddings: z.array(z.string()).min(1),
  /** A view's sides are multiples of this, in pixels of the view. */
  view_multiple: z.number().int().positive().default(32),
  /** `mask_input` has one value for so many pixels of the view. */
  mask_input_stride: z.number().int().positive().default(4),
  /** Which of the K masks is the answer. */
  best_mask: z.number().int().nonnegative().default(0),
  /** Logits above this are the object. */
  mask_threshold: z.number().default(0),
  /** A stroke becomes so many points. */
  stroke_samples: z.number().int().positive().max(256).default(32),
  /** When and where a picture is encoded a second time, closer to the object; null: never. */
  second_view: z
    .object({
      /** The crop's sides are the object's times this. */
      scale: z.number().min(1),
      /** The crop's longer side is at most so many times the shorter one. */
      max_aspect: z.number().min(1),
      min_side: z.number().int().positive(),
      /** A crop that covers more than this share of the picture is not worth it. */
      max_cover: z.number().min(0).max(1),
      /** Whether the second decoding is given the first mask. */
      mask_input: z.boolean(),
    })
    .nullish(),
  /** Guided filter that makes the edge follow the picture; null or radius 0: none. */
  refine: z.object({ radius: z.number().int().min(0).max(256), eps: z.number().positive() }).nullish(),
  /** Islands and holes smaller than this share of the mask's largest piece go, unless a prompt points at them. */
  tidy_share: z.number().min(0).max(1).default(0),
});
export type SegmenterConfig = z.infer<typeof segmenterConfigSchema>;

/** `preprocessor_config.json`: pixel → (value × rescale_factor − image_mean) / image_std, channels red, green, blue. */
export const preprocessorConfigSchema = z.object({
  /** A view has about so many pixels squared. */
  size: z.object({ longest_area_side: z.number().int().min(64).max(4096) }),
  rescale_factor: z
    .number()
    .positive()
    .default(1 / 255),
  image_mean: perChannel,
  image_std: perChannel.refine((std) => std.every((value) => value > 0), 'must be positive'),
});
export type PreprocessorConfig = z.infer<typeof preprocessorConfigSchema>;
