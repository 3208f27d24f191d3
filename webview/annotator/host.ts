/** The wire to the extension host, what survives hiding the panel, and the question whether anybody still answers. */
import { z } from 'zod';
import { focusChanged, ping } from '../../src/protocol/annotator';
import { pageStart } from '../../src/protocol/folder';
import { sizeSchema, type Size } from '../../src/protocol/geometry';
import type { Endpoint } from '../../src/protocol/rpc';
import { hostEndpoint, type VsCodeApi } from '../ui/hostEndpoint';
import { partSchema } from './conversation/parts';
import { savedOverlaySchema } from './overlay/overlayState';
import { polygonDraftSchema } from './tools/polygon';
import { toolValuesSchema } from './tools/settings';
import { toolNames } from './tools/tool';

declare function acquireVsCodeApi(): VsCodeApi;

const savedSchema = z.object({
  tool: z.enum(toolNames).optional(),
  tools: toolValuesSchema.optional(),
  activeId: z.string().optional(),
  /** The pack that segments. */
  segmenter: z.string().optional(),
  opacity: z.number().min(0).max(1).optional(),
  listOpen: z.boolean().optional(),
  overlay: savedOverlaySchema.optional(),
  /** The question that is being written. */
  question: z.array(partSchema).optional(),
  /** The polygon that is being drawn. */
  polygon: polygonDraftSchema.optional(),
  view: z
    .object({
      fitted: z.boolean(),
      scale: z.number().positive(),
      centre: z.tuple([z.number(), z.number()]),
      /** Size of the picture that was looked at. */
      size: sizeSchema.optional(),
    })
    .optional(),
});
export type SavedState = z.infer<typeof savedSchema>;

/** The same part of a picture of another size. */
export function viewFor(view: SavedState['view'], { width, height }: Size): SavedState['view'] {
  if (!view?.size) return view;
  const [x, y] = view.centre;
  return { ...view, centre: [(x * width) / view.size.width, (y * height) / view.size.height] };
}

const pingEveryMs = 4_000;
const patienceMs = 3_000;

/** This page's end of the wire; VS Code allows one. */
export class HostLink {
  private readonly api = acquireVsCodeApi();
  readonly endpoint: Endpoint;
  private asking = false;

  /** @param document the picture's URI: messages name it */
  constructor(document: string) {
    this.endpoint = hostEndpoint(this.api, document);
  }

  /** What was kept when the panel was hidden; a state of another version counts as none. */
  load(): SavedState {
    const saved = savedSchema.safeParse(this.api.getState());
    return saved.success ? saved.data : {};
  }

  /** What goes along to the next picture of the folder, as JSON: all that is kept but what was selected or begun here. */
  carry(): string {
    return JSON.stringify({ ...this.load(), activeId: undefined, polygon: undefined });
  }

  /** What a page begins with: what came along from the picture before, over what was kept of this one. */
  async start(): Promise<{ saved: SavedState; carried: boolean; filmstrip: boolean }> {
    const kept = this.load();
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const { carried, filmstrip } = await this.endpoint.request(pageStart, {}, { signal });
      const came = savedSchema.safeParse(JSON.parse(carried ?? '{}'));
      return { saved: { ...kept, ...came.data }, carried: carried !== undefined, filmstrip };
    } catch {
      return { saved: kept, carried: false, filmstrip: false };
    }
  }

  /** Tells the host whether the keyboard is in this page. */
  watchFocus(): void {
    const tell = (focused: boolean) => this.endpoint.send(focusChanged, { focused });
    window.addEventListener('focus', () => tell(true));
    window.addEventListener('blur', () => tell(false));
    if (document.hasFocus()) tell(true);
  }

  save(state: SavedState): void {
    this.api.setState(state);
  }

  /** Asks the host now and then, and at each press, whether it is there. */
  watch(onLost: (lost: boolean) => void): void {
    const ask = async () => {
      if (this.asking || document.hidden) return;
      this.asking = true;
      try {
        await this.endpoint.request(ping, {}, { signal: AbortSignal.timeout(patienceMs) });
        onLost(false);
      } catch {
        onLost(true);
      } finally {
        this.asking = false;
      }
    };
    setInterval(() => void ask(), pingEveryMs);
    window.addEventListener('pointerdown', () => void ask());
  }
}
