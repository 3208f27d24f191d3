/** How the tools are set in this panel; kept while it is hidden. */
import { z } from 'zod';
import type { Size } from '../../../src/protocol/geometry';
import { Observable } from './observable';

/** What a box or a lasso becomes: a question to the model, or a region as it is drawn. */
const intentSchema = z.enum(['prompt', 'region']);
export type Intent = z.infer<typeof intentSchema>;

export const toolValuesSchema = z.object({
  /** Diameter of brush and eraser, in pixels of the picture. */
  brush: z.number().min(1).optional(),
  box: intentSchema.default('prompt'),
  lasso: intentSchema.default('region'),
  /** Whether the mask under the pointer is shown before the click. */
  hoverPreview: z.boolean().default(true),
  /** What a wheel does; a trackpad is told from a mouse when it moves sideways. */
  wheel: z.enum(['auto', 'zoom', 'pan']).default('auto'),
  /** Points along the longer side for “everything”. */
  density: z.number().int().min(2).max(64).default(16),
});
export type ToolValues = z.infer<typeof toolValuesSchema>;

const largestBrush = 2000;

export class ToolSettings extends Observable {
  private current: ToolValues;

  constructor(saved: ToolValues | undefined) {
    super();
    this.current = saved ?? toolValuesSchema.parse({});
  }

  get values(): ToolValues {
    return this.current;
  }

  set(patch: Partial<ToolValues>): void {
    this.current = { ...this.current, ...patch };
    this.changed();
  }

  /** Diameter of the brush: as set, or one that suits the picture. */
  brushFor({ width, height }: Size): number {
    return this.current.brush ?? Math.max(3, Math.round(Math.min(width, height) / 16));
  }

  /** Makes the brush larger (1) or smaller (-1) by a step that can be felt at every size. */
  stepBrush(direction: 1 | -1, size: Size): void {
    const now = this.brushFor(size);
    const next = direction > 0 ? Math.max(now + 1, now * 1.2) : Math.min(now - 1, now / 1.2);
    this.set({ brush: Math.min(largestBrush, Math.max(1, Math.round(next))) });
  }
}
