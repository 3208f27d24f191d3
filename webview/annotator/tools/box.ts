/** Boxes: dragged from corner to corner, as a prompt or as a region; a finished one is changed by its handles. */
import type { Annotation } from '../../../src/protocol/annotator';
import type { Box, Point } from '../../../src/protocol/geometry';
import { drawBox } from '../canvas/promptPaint';
import { newRegion } from './newRegion';
import { drawBoxHandles } from './paint';
import { boxHandleAt, boxOf, handleCursor, withHandle, type BoxHandle } from './shapes';
import { snapped, snapReach } from './snap';
import { isFree, type Grip, type Tool, type ToolContext, type Touch } from './tool';

/** How near to a handle a press must be, in CSS pixels. */
export const handleReach = 8;

/** The box whose handles are shown: of the selected region, or of the prompt that made it. */
interface Held {
  box: Box;
  region: Annotation;
  /** Index of the prompt; absent for the region's own shape. */
  prompt?: number;
}

export class BoxTool implements Tool {
  private start: Point | undefined;
  private marker = -1;
  private grip: { held: Held; handle: BoxHandle } | undefined;
  private draft: Box | undefined;

  constructor(private readonly context: ToolContext) {}

  /** Whether a new box asks the model. */
  get prompts(): boolean {
    const { store, settings } = this.context;
    return settings.values.box === 'prompt' && store.promptKinds.has('box');
  }

  press(touch: Touch): Grip | undefined {
    this.marker = this.context.prompting.markerAt(touch);
    const held = this.held;
    const handle = held && boxHandleAt(held.box, touch.place, this.reach);
    if (held && handle) this.grip = { held, handle };
    else if (touch.secondary && this.marker < 0) return undefined;
    this.start = this.place(touch);
    return 'drag';
  }

  move(touch: Touch): void {
    if (!this.start) return;
    const place = this.place(touch);
    if (this.grip) this.drag(this.grip, place);
    else this.draft = boxOf(this.start, place);
    this.context.stage.redrawDraft();
  }

  release(touch: Touch, moved: boolean): void {
    const { store, edits, prompting } = this.context;
    const { start, grip, marker } = this;
    this.abandon();
    if (!start) return;
    if (!moved) {
      if (marker >= 0) prompting.remove(marker);
      else if (!grip) store.set({ status: 'Drag from one corner of the thing to the other.' });
      return;
    }
    const box = grip
      ? withHandle(grip.held.box, grip.handle, this.place(touch))
      : boxOf(start, this.place(touch));
    if (box[2] - box[0] < 1 || box[3] - box[1] < 1) {
      store.set({ status: 'The box is too small.' });
      return;
    }
    if (grip?.held.prompt !== undefined) prompting.replace(grip.held.prompt, { type: 'box', box });
    else if (grip)
      void edits.commit({
        title: 'Change Box',
        put: [{ ...grip.held.region, geometry: { type: 'box', box } }],
      });
    else if (this.prompts) prompting.add({ type: 'box', box }, touch.ctrl);
    else newRegion(this.context, 'Box', { type: 'box', box });
  }

  abandon(): void {
    if (this.grip) this.context.edits.show(new Map());
    this.start = this.grip = this.draft = undefined;
    this.context.stage.redrawDraft();
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    const box = this.draft ?? (this.start ? undefined : this.held?.box);
    if (this.draft) drawBox(context, this.draft, scale);
    if (box && (this.grip || !this.draft)) drawBoxHandles(context, box, scale);
  }

  cursor(touch: Touch): string | undefined {
    const { held } = this;
    const handle = held && boxHandleAt(held.box, touch.place, this.reach);
    return handle && handleCursor(handle);
  }

  private get held(): Held | undefined {
    const { edits, prompting } = this.context;
    const { active } = edits;
    if (!active || !isFree(active)) return undefined;
    if (active.geometry.type === 'box') return { box: active.geometry.box, region: active };
    const { prompts } = prompting;
    const prompt = prompts.findIndex(({ type }) => type === 'box');
    const found = prompts[prompt];
    return found?.type === 'box' ? { box: found.box, region: active, prompt } : undefined;
  }

  private drag({ held, handle }: { held: Held; handle: BoxHandle }, place: Point): void {
    this.draft = withHandle(held.box, handle, place);
    if (held.prompt === undefined)
      this.context.edits.show(
        new Map([[held.region.id, { ...held.region, geometry: { type: 'box', box: this.draft } }]]),
      );
  }

  private place(touch: Touch): Point {
    const { store, stage } = this.context;
    const others = store.annotations.filter(({ id }) => id !== this.grip?.held.region.id);
    return touch.ctrl || this.prompts
      ? touch.inside
      : snapped(touch.inside, others, stage.size, snapReach / stage.view.scale);
  }

  private get reach(): number {
    return handleReach / this.context.stage.view.scale;
  }
}
