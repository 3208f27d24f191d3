/**
 * What a pack is once it is open: the questions that it answers about one decoded picture. Each engine opens packs as this,
 * and the tasks (process/models) are written against it, so that any finder of boxes works with any segmenter.
 *
 * All coordinates are pixels of the picture that is passed in (`Picture`, oriented, origin top left, right and bottom
 * exclusive), never of a resized copy.
 */
import type { Box, Geometry, Point, Rle } from '../../protocol/geometry';
import type { HandlerContext } from '../../protocol/rpc';
import type { Picture } from '../process/picture';
import type { PromptSet } from '../process/segment/prompts';
import type { ScoredMask, SegmentOptions } from '../process/segment/segmenter';
import type { Stopwatch } from '../process/stopwatch';

/** How a question runs: it ends with `cancelled` soon after `signal` aborts, and tells how far it is. */
export interface Run extends HandlerContext {
  readonly stopwatch: Stopwatch;
}

/** Something that a pack has found. One of `mask`, `box` and `point` is there; what is missing a segmenter may add. */
export interface Finding {
  label?: string;
  /** 0 to 1. */
  score?: number;
  box?: Box;
  point?: Point;
  mask?: Rle;
}

export interface Findings {
  found: Finding[];
  /** What the pack says about it, or why there is nothing. */
  text?: string;
  /** The pack cannot know this (a class that it was not trained on); `text` says why. */
  refused?: boolean;
}

/** A region that a question is about. */
export interface AskedPlace {
  name: string;
  label?: string;
  geometry: Geometry;
}

export interface Question {
  /** Empty for `refer` without a question: what is this? For `describe` too, with no places. */
  text: string;
  /** Places that the text names, with where their names stand in it (UTF-16). */
  asked: readonly (AskedPlace & { spans: readonly { start: number; end: number }[] })[];
  /** Turns before, oldest first, in words; regions have been put into the pack's own form by the adapter. */
  history: readonly { question: string; answer: string; asked: readonly AskedPlace[] }[];
}

export interface ModelAnswer {
  text: string;
  /** What the answer points at, and the parts of `text` (UTF-16) that are about it. */
  found: (Finding & { spans: { start: number; end: number }[] })[];
  refused?: boolean;
}

/** Masks for prompts. The segmenter of the embedded pack (process/segment/segmenter) is one. */
export interface PromptableSegmenter {
  /** Encodes the picture once (kept by content), then decodes. @throws GroundnoteError cancelled, broken-pack, invalid-params */
  segment(
    picture: Picture,
    prompts: PromptSet,
    context: HandlerContext,
    stopwatch: Stopwatch,
    options?: SegmentOptions,
  ): Promise<ScoredMask & { candidates?: ScoredMask[] }>;
}

/** What an open pack can do; what it cannot is absent. */
export interface PackModel {
  readonly segmenter?: PromptableSegmenter;
  /** A phrase → what it names. */
  ground?(picture: Picture, phrase: string, run: Run): Promise<Findings>;
  /** All that the pack knows, without a phrase. */
  everything?(picture: Picture, run: Run): Promise<Findings>;
  /** A conversation, a question about places, or (with an empty text and no places) a description. `run.progress({ text })` streams. */
  answer?(picture: Picture, question: Question, run: Run): Promise<ModelAnswer>;
  /** Distance or nearness of each pixel, 0 (far) to 255 (near), `width × height` of the picture. */
  depth?(picture: Picture, run: Run): Promise<Uint8Array>;
  /** Whether this is work for a server: such a question does not wait for graphs that run here. */
  readonly isRemote?: boolean;
  close(): Promise<void>;
}
