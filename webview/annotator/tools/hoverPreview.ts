/** The mask under the pointer before the click, where the model is fast enough. */
import { hoverRegion } from '../../../src/protocol/annotator';
import type { Box, Point, Prompt, Rle } from '../../../src/protocol/geometry';
import { patchOfRle } from '../../../src/protocol/raster';
import { strokeTwice } from '../canvas/promptPaint';
import { withPrompt } from '../prompts';
import type { PanelStore } from '../store';
import { patchBitmap, patchOutline } from './paint';
import type { Prompting } from './prompting';
import type { ToolSettings } from './settings';

/** A decoder that takes longer than this at the median is too slow to follow the pointer. */
const slowMs = 150;
/** So many answers make a median. */
const judged = 7;
/** After an answer without a mask (the picture is not encoded yet) nothing is asked for so long. */
const restMs = 700;

interface Shown {
  outline: Path2D;
  bitmap: HTMLCanvasElement;
  box: Box;
}

export class HoverPreview {
  /** The newest place that has not been asked for. */
  private wanted: { place: Point; label: 0 | 1 } | undefined;
  private asking: AbortController | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private readonly decodes: number[] = [];
  private tooSlow = false;
  private shown: Shown | undefined;

  constructor(
    private readonly store: PanelStore,
    private readonly settings: ToolSettings,
    private readonly prompting: Prompting,
    private readonly view: () => Box | undefined,
    private readonly redraw: () => void,
  ) {}

  get on(): boolean {
    return this.settings.values.hoverPreview && !this.tooSlow;
  }

  toggle(): void {
    const on = !this.on;
    this.tooSlow = false;
    this.decodes.length = 0;
    this.settings.set({ hoverPreview: on });
    if (!on) this.clear();
    this.store.set({ status: `The mask under the pointer is ${on ? 'shown' : 'not shown'}.` });
  }

  /** The pointer is at a place of the picture. */
  at(place: Point, label: 0 | 1): void {
    if (!this.on || this.store.state.pending.size || (!label && !this.prompting.prompts.length)) {
      this.clear();
      return;
    }
    this.wanted = { place, label };
    void this.ask();
  }

  /** Nothing is shown until the pointer moves again; a question under way is withdrawn. */
  clear(): void {
    this.wanted = undefined;
    this.asking?.abort();
    this.asking = undefined;
    if (!this.shown) return;
    this.shown = undefined;
    this.redraw();
  }

  /** Lets the next question go at once: the picture has been encoded. */
  wake(): void {
    clearTimeout(this.resting);
    this.resting = undefined;
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    if (!this.shown) return;
    const { outline, bitmap, box } = this.shown;
    context.save();
    context.imageSmoothingEnabled = false;
    context.globalAlpha = 0.25;
    context.drawImage(bitmap, box[0], box[1], box[2] - box[0], box[3] - box[1]);
    context.globalAlpha = 1;
    strokeTwice(context, outline, '#ffffff', 1.5 / scale, [5 / scale, 4 / scale]);
    context.restore();
  }

  /** One question at a time; the newest place is asked for next. */
  private async ask(): Promise<void> {
    if (this.asking || this.resting !== undefined || !this.wanted) return;
    const { place, label } = this.wanted;
    this.wanted = undefined;
    const asking = (this.asking = new AbortController());
    const prompt: Prompt = { type: 'point', point: place, label };
    const view = this.view();
    let answer: { mask?: Rle | undefined; decode_ms: number } | undefined;
    try {
      answer = await this.store.host.request(
        hoverRegion,
        {
          regionId: this.store.state.activeId ?? 'hover',
          prompts: withPrompt(this.prompting.prompts, prompt),
          ...this.store.chosenSegmenter,
          ...(view && { view }),
        },
        { signal: asking.signal },
      );
    } catch {
      // A preview that fails is no trouble of the user's: the click will tell.
    }
    if (this.asking !== asking) return;
    this.asking = undefined;
    if (answer?.mask) this.judge(answer.decode_ms);
    else
      this.resting = setTimeout(() => {
        this.resting = undefined;
        void this.ask();
      }, restMs);
    if (!this.on) return;
    this.shown = answer?.mask && shownMask(answer.mask);
    this.redraw();
    void this.ask();
  }

  private judge(ms: number): void {
    this.decodes.push(ms);
    if (this.decodes.length < judged) return;
    const median = this.decodes.splice(0).sort((a, b) => a - b)[Math.floor(judged / 2)] as number;
    if (median <= slowMs) return;
    this.tooSlow = true;
    this.clear();
    this.store.set({
      status: `The mask under the pointer is off: the model takes ${Math.round(median)} ms here.`,
    });
  }
}

function shownMask(mask: Rle): Shown | undefined {
  const patch = patchOfRle(mask);
  if (!patch.width) return undefined;
  return {
    outline: patchOutline(patch),
    bitmap: patchBitmap(patch, '#ffffff', 2_000_000),
    box: [patch.x, patch.y, patch.x + patch.width, patch.y + patch.height],
  };
}
