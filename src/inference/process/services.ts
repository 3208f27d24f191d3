/** What the handlers of tasks share: packs, decoded pictures, open graphs, the segmenter, the log. */
import type { ImageSource } from '../../protocol/inference';
import type { PackRef, Prompt, Rle } from '../../protocol/geometry';
import type { HandlerContext } from '../../protocol/rpc';
import type { GraphContract, OnnxSession } from '../engines/onnx/session';
import type { PromptableSegmenter } from '../engines/model';
import type { Pack, PackRegistry } from '../packs/registry';
import type { ModelStore } from './models/modelStore';
import type { Picture } from './picture';
import type { Focus, PictureWindow } from './pictureWindow';
import type { Pyramid } from './pyramid/pyramid';
import type { ScoredMask, Segmenter, SegmentOptions } from './segment/segmenter';
import type { Stopwatch } from './stopwatch';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, message: string) => void;

/** Decoded pictures; the last few stay in memory. All throw GroundnoteError not-found, io, bad-image, image-too-large. */
export interface PictureStore {
  /** An ordinary picture as a whole; a large one is too large for that (use `window`). */
  open(source: ImageSource): Promise<Picture>;
  /** What a task sees of a picture: all of an ordinary one, the part in focus of a large one. @throws GroundnoteError invalid-params, cancelled too */
  window(source: ImageSource, focus?: Focus, signal?: AbortSignal): Promise<PictureWindow>;
  /** The same where it is in memory already, else undefined. */
  keptWindow(source: ImageSource, focus?: Focus): Promise<PictureWindow | undefined>;
  /** The tiles of a large picture. @throws GroundnoteError invalid-params for one that is not large */
  pyramid(source: ImageSource): Promise<Pyramid>;
}

/** Open graphs; each is opened once and stays open while the process lives. */
export interface SessionStore {
  /** @param file path inside the pack @param contract absent: whoever opens it looks at its names. @throws GroundnoteError broken-pack */
  open(pack: Pack, file: string, contract?: GraphContract): Promise<OnnxSession>;
}

/** What the segmenter answers about a picture; the mask is over the whole picture and may be empty. */
export interface Segmentation extends ScoredMask {
  pack: PackRef;
  candidates?: ScoredMask[];
}

/** Prompts for the segmenter, in pixels of the picture. */
export interface SegmentRequest extends SegmentOptions {
  prompts: readonly Prompt[];
  previous?: Rle;
  pack?: string;
}

/** A segmenter with the name that its results carry. */
export interface NamedSegmenter {
  readonly ref: PackRef;
  readonly segmenter: PromptableSegmenter;
}

export interface RuntimeServices {
  readonly packs: PackRegistry;
  readonly pictures: PictureStore;
  readonly sessions: SessionStore;
  readonly log: Log;
  readonly models: ModelStore;
  /** Waits until no graph is at work here, then works; what was cancelled meanwhile is not begun. Never inside itself. */
  inTurn<T>(context: Pick<HandlerContext, 'signal'>, work: () => Promise<T>): Promise<T>;
  /** The default segmenter or the one named. @throws GroundnoteError no-pack, broken-pack, unsupported */
  segmenter(pack?: string): Promise<NamedSegmenter>;
  /** The same where it is open already and runs here. @throws GroundnoteError no-pack, broken-pack, unsupported */
  keptSegmenter(pack?: string): Promise<(NamedSegmenter & { segmenter: Segmenter }) | undefined>;
  /** Prompts → a mask, with the default segmenter or the one named. @throws GroundnoteError no-pack, broken-pack, invalid-params, cancelled */
  segmentPicture(
    picture: Picture,
    request: SegmentRequest,
    context: HandlerContext,
    stopwatch: Stopwatch,
  ): Promise<Segmentation>;
}
