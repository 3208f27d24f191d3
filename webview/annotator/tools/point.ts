/** Points: each click adds, or takes away; the mask follows the pointer before the click. */
import { isInside } from '../canvas/viewport';
import type { HoverPreview } from './hoverPreview';
import { takesAway, type Grip, type Tool, type ToolContext, type Touch } from './tool';

export class PointTool implements Tool {
  private start: { touch: Touch; marker: number } | undefined;

  constructor(
    private readonly context: ToolContext,
    private readonly preview: HoverPreview,
  ) {}

  press(touch: Touch): Grip {
    this.preview.clear();
    this.start = { touch, marker: this.context.prompting.markerAt(touch) };
    return 'click';
  }

  release(): void {
    const { prompting, stage } = this.context;
    const { start } = this;
    this.start = undefined;
    if (!start) return;
    const { touch, marker } = start;
    if (marker >= 0) prompting.remove(marker);
    else if (isInside(touch.place, stage.size))
      prompting.add({ type: 'point', point: touch.place, label: takesAway(touch) ? 0 : 1 }, touch.ctrl);
  }

  hover(touch: Touch | undefined): void {
    const { prompting, stage } = this.context;
    if (
      !touch ||
      !isInside(touch.place, stage.size) ||
      prompting.held.length ||
      prompting.markerAt(touch) >= 0
    )
      this.preview.clear();
    else this.preview.at(touch.place, takesAway(touch) ? 0 : 1);
  }

  abandon(): void {
    this.start = undefined;
  }

  paint(context: CanvasRenderingContext2D, scale: number): void {
    this.preview.paint(context, scale);
  }

  cursor(touch: Touch): string | undefined {
    return this.context.prompting.markerAt(touch) >= 0 ? 'pointer' : undefined;
  }
}
