import { IconButton } from '../ui/toolkit';
import type { IconName } from '../ui/icon';
import { RovingToolbar } from '../ui/rovingToolbar';
import type { CanvasStage } from './canvas/stage';
import { useStore } from './hooks';
import { OverlayMenu } from './overlay/overlayMenu';
import type { ToolName } from './store';

const tools: readonly { tool: ToolName; icon: IconName; label: string; keys: string }[] = [
  { tool: 'select', icon: 'move', label: 'Select and pan', keys: 'V' },
  { tool: 'point', icon: 'target', label: 'Point', keys: 'P' },
  { tool: 'box', icon: 'chrome-maximize', label: 'Box', keys: 'B' },
  { tool: 'stroke', icon: 'edit', label: 'Stroke', keys: 'S' },
];

/** Tools of the panel; a tool whose prompts no pack takes is not there. */
export function Toolbar({
  stage,
  listOpen,
  onToggleList,
}: {
  stage: CanvasStage | undefined;
  listOpen: boolean;
  onToggleList(): void;
}) {
  const [store, state] = useStore();
  const kinds = store.promptKinds;
  return (
    <RovingToolbar label="Picture tools">
      {tools
        .filter(({ tool }) => tool === 'select' || kinds.has(tool))
        .map(({ tool, icon, label, keys }) => (
          <IconButton
            key={tool}
            icon={icon}
            label={label}
            keys={keys}
            pressed={state.tool === tool}
            onClick={() => store.set({ tool })}
          />
        ))}
      <IconButton
        icon="add"
        label="New region"
        keys="N"
        disabled={state.activeId === undefined}
        onClick={() => store.finish()}
      />
      <span class="separator" role="presentation" />
      <IconButton icon="discard" label="Undo" keys="Ctrl+Z" onClick={() => void store.command('undo')} />
      <IconButton icon="redo" label="Redo" keys="Ctrl+Y" onClick={() => void store.command('redo')} />
      <IconButton
        icon="save"
        label="Save"
        keys="Ctrl+S"
        disabled={!state.snapshot?.dirty}
        onClick={() => void store.command('save')}
      />
      <IconButton
        icon="insert"
        label={
          state.activeId === undefined ? 'Insert all regions into a note' : 'Insert this region into a note'
        }
        keys="I"
        disabled={!store.insertable.length}
        onClick={() => void store.insert()}
      />
      <span class="separator" role="presentation" />
      <IconButton icon="screen-full" label="Fit the picture" keys="F" onClick={() => stage?.fit()} />
      <IconButton icon="zoom-in" label="Actual size, 100 %" keys="1" onClick={() => stage?.actualSize()} />
      <label class="opacity" title="Opacity of the masks">
        <span class="label">Opacity</span>
        <input
          type="range"
          min="0"
          max="100"
          aria-label="Opacity of the masks"
          value={Math.round(state.opacity * 100)}
          onInput={(event) => store.set({ opacity: Number(event.currentTarget.value) / 100 })}
        />
      </label>
      <OverlayMenu />
      <span class="stretch" />
      <IconButton
        icon={listOpen ? 'layout-sidebar-right' : 'layout-sidebar-right-off'}
        label="List of regions"
        keys="L"
        pressed={listOpen}
        onClick={onToggleList}
      />
    </RovingToolbar>
  );
}
