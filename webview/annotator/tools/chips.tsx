/** Small signs over the picture: prompts that wait, and the choice among the masks that the model offers. */
import { IconButton } from '../../ui/toolkit';
import { keysOf } from '../help/keyNames';
import { useChanges } from '../hooks';
import type { Toolbox } from './toolbox';

export function ToolChips({ toolbox }: { toolbox: Toolbox | undefined }) {
  useChanges(toolbox?.prompting);
  if (!toolbox) return null;
  const { prompting } = toolbox;
  const { held, choice } = prompting;
  return (
    <div class="tool-chips">
      {held.length > 0 && (
        <div class="chip" role="status">
          {held.length === 1 ? '1 prompt waits' : `${held.length} prompts wait`}. Let go of <kbd>Ctrl</kbd> to
          send.
        </div>
      )}
      {choice && !held.length && (
        <div
          class="chip"
          role="group"
          aria-label="Other masks of the selected region"
          // The picture keeps the keyboard, so that Enter accepts what was chosen.
          onMouseDown={(event) => event.preventDefault()}
        >
          <IconButton
            icon="chevron-left"
            label="Previous mask"
            keys={keysOf('candidate.previous')}
            onClick={() => prompting.choose(-1)}
          />
          <span aria-live="polite">{`${choice.index + 1} of ${choice.count}`}</span>
          <IconButton
            icon="chevron-right"
            label="Next mask"
            keys={keysOf('candidate.next')}
            onClick={() => prompting.choose(1)}
          />
        </div>
      )}
    </div>
  );
}
