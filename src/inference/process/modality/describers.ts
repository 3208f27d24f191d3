/** What describes files of other modalities than pictures, and answers questions about them: one function for each kind of pack. */
import type { MediaTurn } from '../../../protocol/media';
import type { PackKind } from '../../../protocol/packs';
import type { HandlerContext } from '../../../protocol/rpc';
import type { Pack } from '../../packs/registry';
import type { Media } from '../media/media';
import type { RuntimeServices } from '../services';
import type { Stopwatch } from '../stopwatch';

/** A question about the file; the turns before, oldest first. */
export interface MediaQuestion {
  readonly text: string;
  readonly history: readonly MediaTurn[];
}

export interface MediaText {
  readonly text: string;
  /** True where the pack cannot answer this question about this file. */
  readonly refused?: boolean;
}

/** The request that is served, and where its time goes. */
export interface MediaContext extends HandlerContext {
  readonly stopwatch: Stopwatch;
}

/**
 * Says what a file holds, or answers a question about it. It runs in its turn: no other graph is at work.
 * @param pack one whose `modalities` name the file's
 * @param media the whole file, decoded
 * @param question absent: the file is described
 * @throws GroundnoteError broken-pack, cancelled
 */
export type MediaDescriber = (
  services: RuntimeServices,
  pack: Pack,
  media: Media,
  question: MediaQuestion | undefined,
  context: MediaContext,
) => Promise<MediaText>;

/** Each is loaded with its first question. */
export type Describers = Readonly<Partial<Record<PackKind, () => Promise<MediaDescriber>>>>;

/** By the pack's `kind`. */
export const describers: Describers = {
  figure: async () => (await import('./captions')).describeWithCaptions,
};
