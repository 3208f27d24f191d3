/** A free-form region around a thing: a polygon as it is drawn, or a prompt, as the user chooses. */
import type { Point, Prompt } from '../../../src/protocol/geometry';
import {
  emptyPatch,
  fillPolygon,
  patchAround,
  patchArea,
  patchOfGeometry,
  pixelBox,
  pointsBox,
  rleOfPatch,
  type Patch,
} from '../../../src/protocol/raster';
import { ringArea, simplifyRing } from '../../../src/protocol/simplify';
import { strokeTwice } from '../canvas/promptPaint';
import { FreeLine } from './freeLine';
import { newRegion } from './newRegion';
import { draftColor, pathOf } from './paint';
import { takesAway, type Grip, type Tool, type ToolContext, type Touch } from './tool';

/** How far the polygon may leave the line that was drawn, in pixels of the screen. */
const looseness = 0.75;

export class LassoTool implements Tool {
  private line: FreeLine | undefined;
  private start: Touch | undefined;

  constructor(private readonly context: ToolContext) {}

  press(touch: Touch): Grip {
    this.start = touch;
    this.line = new FreeLine(touch);
    return 'drag';
  }

  move(touch: Touch): void {
    if (this.line?.add(touch)) this.context.stage.redrawDraft();
  }

  release(): void {
    const { line, start } = this;
    const { store, stage, settings } = this.context;
    this.abandon();
    if (!line || !start) return;
    if (line.points.length < 3 || Math.abs(ringArea(line.points)) < 1) {
      store.set({ status: 'Draw all the way around the thing.' });
      return;
    }
    const ring = simplifyRing(line.points, looseness / stage.view.scale);
    if (settings.values.lasso === 'prompt' && this.canPrompt) this.prompt(ring, start);
    else newRegion(this.context, 'Lasso', { type: 'polygon', polygons: [ring] });
  }

  /** True when a pack takes what a lasso is sent as. */
  get canPrompt(): boolean {
    const kinds = this.context.store.promptKinds;
    return kinds.has('mask') && kinds.has('box') && kinds.has('point');
  }

  /**
   * The model gets a point in the middle of the drawn area. For a new region, the box around the area goes with it (the area
   * as a mask made it worse: .746 against .767 mean IoU); with a region in hand, its mask with the area added or taken
   * away, for the model to refine (.880 against .801 with the point alone).
   */
  private prompt(ring: readonly Point[], touch: Touch): void {
    const { prompting, stage, edits } = this.context;
    const { size } = stage;
    const area = fillPolygon(emptyPatch(pixelBox(pointsBox(ring), size)), ring, 1);
    if (!patchArea(area)) return;
    const { active } = edits;
    const base = prompting.prompts.length && active ? patchOfGeometry(active.geometry, size) : undefined;
    const label = takesAway(touch) ? 0 : 1;
    const point: Prompt = { type: 'point', point: innermost(area), label };
    if (base) {
      const box = [area.x, area.y, area.x + area.width, area.y + area.height] as const;
      const patch = fillPolygon(label ? patchAround(base, [...box], size) : base, ring, label);
      prompting.addAll([{ type: 'mask', mask: rleOfPatch(patch, size) }, point], touch.ctrl);
    } else {
      prompting.addAll(label ? [{ type: 'box', box: pointsBox(ring) }, point] : [point], touch.ctrl);
    }
  }

  abandon(): void {
    this.line = this.start = undefined;
    this.context.stage.redrawDraft();
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    if (!this.line) return;
    const path = pathOf(this.line.points, true);
    context.save();
    context.globalAlpha = 0.15;
    context.fillStyle = draftColor;
    context.fill(path, 'evenodd');
    context.restore();
    strokeTwice(context, path, draftColor, 1.5 / scale, []);
  }
}

/** The middle of the pixel of a patch that is farthest from its edge, by steps to the side and up and down. */
export function innermost({ x, y, width, height, data }: Patch): Point {
  const depth = new Int32Array(width * height);
  let best = 0;
  for (let i = 0; i < data.length; i++)
    if (data[i]) depth[i] = 1 + Math.min(i % width ? (depth[i - 1] as number) : 0, depth[i - width] ?? 0);
  for (let i = data.length - 1; i >= 0; i--) {
    if (!data[i]) continue;
    const right = (i + 1) % width ? (depth[i + 1] as number) : 0;
    depth[i] = Math.min(depth[i] as number, 1 + Math.min(right, depth[i + width] ?? 0));
    if ((depth[i] as number) > (depth[best] as number)) best = i;
  }
  return [x + (best % width) + 0.5, y + Math.floor(best / width) + 0.5];
}
