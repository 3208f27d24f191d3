/** What a tool does, in a line or two: shown when it is chosen for the first time. */
import type { ToolName } from '../tools/tool';

export const toolHints: Partial<Record<ToolName, string>> = {
  select:
    'Click a region to select it, drag it to move it, drag beside it to select several. Right-click for a menu.',
  point: 'Click a thing: the model finds its outline. Right-click takes away. Enter ends the region.',
  box: 'Drag from one corner of a thing to the other.',
  polygon: 'Click corner after corner; Enter, a double click or the first corner closes the polygon.',
  brush: 'Paint onto the selected region, or a new one. The keys [ and ] change the size.',
  eraser: 'Wipe away from the selected region. The keys [ and ] change the size.',
  stroke: 'Draw a line over a thing; with the right button, over what does not belong to it.',
  lasso: 'Draw around a thing, and let go where you began.',
  measure: 'Drag from one place to another: length and angle are shown, and nothing is saved.',
};
