/** What the parts of the preview's page share. Each part is a file with one `use…(page)` that `main.ts` calls once. */
import type { z } from 'zod';
import type { Endpoint, RequestChannel } from '../../src/protocol/rpc';
import type { BlockList } from './blocks';

export interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

export interface PreviewPage {
  /** Holds the note's header and blocks. */
  readonly main: HTMLElement;
  readonly blocks: BlockList;
  readonly endpoint: Endpoint;
  /** Asks the host. What goes wrong stands at the top of the page, and gives undefined; so does silence. */
  ask<P extends z.ZodType, R extends z.ZodType>(
    channel: RequestChannel<P, R>,
    params: z.output<P>,
  ): Promise<z.output<R> | undefined>;
  /** Shows a sentence at the top of the page; an empty one takes it away. */
  say(message: string): void;
  /** Calls back with the elements of blocks that came or changed, after each change of the note. */
  onShown(listener: (changed: readonly HTMLElement[]) => void): void;
  /** Scrolls so that a line of the note (0-based, fractions inside a block) stands at the top. */
  scrollToLine(line: number): void;
  /** A value that survives a reload of the page, by name. */
  saved(name: string): unknown;
  save(name: string, value: unknown): void;
}
