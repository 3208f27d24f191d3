/** Wheel and trackpad: zoom or pan. */
import type { Point } from '../../../src/protocol/geometry';
import type { ToolSettings } from '../tools/settings';
import type { CanvasStage } from './stage';

/** Events nearer than this in time are one turn of a wheel, or one move of two fingers. */
const pauseMs = 250;

export class Wheel {
  private last = -Infinity;
  /** Two fingers have moved sideways in this turn. */
  private sideways = false;

  constructor(
    private readonly stage: CanvasStage,
    private readonly settings: ToolSettings,
  ) {}

  /**
   * A pinch arrives as a wheel with Ctrl and small steps, and zooms. Without Ctrl, what moves sideways is two fingers on a
   * trackpad and pans; a wheel zooms, unless the user has chosen.
   */
  turn(event: WheelEvent, screen: Point): void {
    event.preventDefault();
    if (event.timeStamp - this.last > pauseMs) this.sideways = false;
    this.last = event.timeStamp;
    this.sideways ||= event.deltaX !== 0;
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const { wheel } = this.settings.values;
    const pinch = event.ctrlKey || event.metaKey;
    if (!pinch && (wheel === 'pan' || (wheel === 'auto' && this.sideways))) {
      this.stage.pan(-event.deltaX * lines, -event.deltaY * lines);
      return;
    }
    const factor = Math.exp(-event.deltaY * lines * (pinch ? 0.01 : 0.002));
    this.stage.zoom(this.stage.view.scale * Math.min(4, Math.max(0.25, factor)), screen);
  }
}
