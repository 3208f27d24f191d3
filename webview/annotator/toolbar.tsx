import { IconButton } from '../ui/toolkit';
import { RovingToolbar } from '../ui/rovingToolbar';
import type { CanvasStage } from './canvas/stage';
import { FolderNavigation } from './folder/folderNavigation';
import { keysOf } from './help/keyNames';
import { useStore } from './hooks';
import { OverlayMenu } from './overlay/overlayMenu';
import { SegmenterPicker } from './tools/segmenterPicker';
import { EverythingButton, ToolButtons, ToolMenu, ToolOptions } from './tools/toolButtons';
import type { Toolbox } from './tools/toolbox';

/** Tools and commands of the panel. */
export function Toolbar({
  stage,
  toolbox,
  listOpen,
  onToggleList,
}: {
  stage: CanvasStage | undefined;
  toolbox: Toolbox | undefined;
  listOpen: boolean;
  onToggleList(): void;
}) {
  const [store, state] = useStore();
  return (
    <RovingToolbar label="Picture tools">
      <ToolButtons />
      <EverythingButton toolbox={toolbox} stage={stage} />
      <IconButton
        icon="add"
        label="New region"
        keys={keysOf('region.new')}
        disabled={state.activeId === undefined}
        onClick={() => toolbox?.prompting.accept()}
      />
      <span class="separator" role="presentation" />
      <IconButton
        icon="discard"
        label="Undo"
        keys="Ctrl+Z"
        onClick={() => toolbox?.stepBack() || void store.command('undo')}
      />
      <IconButton
        icon="redo"
        label="Redo"
        keys="Ctrl+Y"
        onClick={() => toolbox?.stepForward() || void store.command('redo')}
      />
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
        keys={keysOf('insertIntoNote')}
        disabled={!store.insertable.length}
        onClick={() => void store.insert()}
      />
      <span class="separator" role="presentation" />
      <IconButton
        icon="screen-full"
        label="Fit the picture"
        keys={keysOf('view.fit')}
        onClick={() => stage?.fit()}
      />
      <IconButton
        icon="zoom-in"
        label="Actual size, 100 %"
        keys={keysOf('view.actualSize')}
        onClick={() => stage?.actualSize()}
      />
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
      <ToolOptions toolbox={toolbox} stage={stage} />
      <SegmenterPicker />
      <span class="stretch" />
      <ToolMenu toolbox={toolbox} />
      <FolderNavigation />
      <IconButton
        icon="question"
        label="Keys of the side panel"
        keys={keysOf('help')}
        onClick={() => store.actions.run('help')}
      />
      <IconButton
        icon={listOpen ? 'layout-sidebar-right' : 'layout-sidebar-right-off'}
        label="List of regions"
        keys={keysOf('view.list')}
        pressed={listOpen}
        onClick={onToggleList}
      />
    </RovingToolbar>
  );
}
