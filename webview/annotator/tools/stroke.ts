/** A stroke over a thing, as a prompt; one that does not move is a point. */
import type { Point } from '../../../src/protocol/geometry';
import { drawLine, promptColors } from '../canvas/promptPaint';
import { isInside } from '../canvas/viewport';
import { FreeLine } from './freeLine';
import { takesAway, type Grip, type Tool, type ToolContext, type Touch } from './tool';

export class StrokeTool implements Tool {
  private line: FreeLine | undefined;
  private start: { touch: Touch; marker: number } | undefined;

  constructor(private readonly context: ToolContext) {}

  press(touch: Touch): Grip {
    this.start = { touch, marker: this.context.prompting.markerAt(touch) };
    this.line = new FreeLine(touch);
    return 'drag';
  }

  move(touch: Touch): void {
    if (this.line?.add(touch)) this.context.stage.redrawDraft();
  }

  release(_: Touch, moved: boolean): void {
    const { prompting, stage } = this.context;
    const { line, start } = this;
    this.abandon();
    if (!line || !start) return;
    const label = takesAway(start.touch) ? 0 : 1;
    const hold = start.touch.ctrl;
    if (moved) prompting.add({ type: 'stroke', points: [...line.points], label }, hold);
    else if (start.marker >= 0) prompting.remove(start.marker);
    else if (isInside(start.touch.place, stage.size))
      prompting.add({ type: 'point', point: line.points[0] as Point, label }, hold);
  }

  abandon(): void {
    this.line = this.start = undefined;
    this.context.stage.redrawDraft();
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    if (this.line && this.start)
      drawLine(context, this.line.points, promptColors[takesAway(this.start.touch) ? 0 : 1], scale);
  }
}
