/** `config.json` of an `ocr` pack: the two graphs of PP-OCR and what lies around them. Other keys are ignored. */
import * as z from 'zod';

const perChannel = z.tuple([z.number(), z.number(), z.number()]);

/** Finds text: picture [1, 3, height, width] → probability of text for each pixel. */
export const detectionConfigSchema = z.object({
  graph: z.string(),
  input: z.string(),
  output: z.string(),
  /** A picture's longer side is enlarged to this (small text in small figures) … */
  least_side: z.number().int().positive(),
  /** … and reduced to this, in pixels. */
  most_side: z.number().int().positive().max(8192),
  /** It is enlarged at most so many times. */
  most_enlarged: z.number().min(1),
  /** Both sides are multiples of this. */
  multiple: z.number().int().positive(),
  image_mean: perChannel,
  image_std: perChannel.refine((std) => std.every((value) => value > 0), 'must be positive'),
  /** A pixel of higher probability is text. */
  threshold: z.number().min(0).max(1),
  /** A place whose text pixels have a lower mean probability is dropped. */
  box_threshold: z.number().min(0).max(1),
  /** The map marks the core of a line; its box grows by area × ratio / perimeter. */
  unclip_ratio: z.number().min(0),
  /** Boxes whose shorter side has fewer pixels of the map are dropped. */
  min_side: z.number().min(1),
});
export type DetectionConfig = z.infer<typeof detectionConfigSchema>;

/** Reads a line: crops [N, 3, height, width] → probabilities of the characters [N, steps, classes]. */
export const recognitionConfigSchema = z.object({
  graph: z.string(),
  input: z.string(),
  output: z.string(),
  height: z.number().int().positive(),
  most_width: z.number().int().positive(),
  batch: z.number().int().positive().max(64),
  /** Lines read with less confidence are dropped. */
  min_confidence: z.number().min(0).max(1),
});
export type RecognitionConfig = z.infer<typeof recognitionConfigSchema>;

export const ocrConfigSchema = z.object({
  /** File with one character a line, in the order of the classes after the blank; the space is the last class. */
  keys: z.string(),
  detection: detectionConfigSchema,
  recognition: recognitionConfigSchema,
});
export type OcrConfig = z.infer<typeof ocrConfigSchema>;
