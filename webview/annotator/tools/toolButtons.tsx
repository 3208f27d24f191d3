/** The toolbar's part for the tools: their buttons, what can be set of the one in hand, and “everything”. */
import type { IconName } from '../../ui/icon';
import { PopoverButton } from '../../ui/popover';
import { Button, IconButton } from '../../ui/toolkit';
import type { CanvasStage } from '../canvas/stage';
import { keysOf } from '../help/keyNames';
import { useChanges, useStore } from '../hooks';
import type { ToolSettings, ToolValues } from './settings';
import type { ToolName } from './tool';
import { offersTool, type Toolbox } from './toolbox';
import './tools.css';

const tools: readonly { tool: ToolName; icon: IconName; label: string }[] = [
  { tool: 'select', icon: 'cursor', label: 'Select and move' },
  { tool: 'point', icon: 'target', label: 'Point' },
  { tool: 'box', icon: 'chrome-maximize', label: 'Box' },
  { tool: 'stroke', icon: 'edit', label: 'Stroke' },
  { tool: 'lasso', icon: 'lasso', label: 'Lasso' },
  { tool: 'polygon', icon: 'polygon', label: 'Polygon' },
  { tool: 'brush', icon: 'brush', label: 'Brush' },
  { tool: 'eraser', icon: 'eraser', label: 'Eraser' },
  { tool: 'measure', icon: 'symbol-ruler', label: 'Measure' },
];

/** A tool whose prompts no pack takes is not there. */
export function ToolButtons() {
  const [store, state] = useStore();
  return (
    <>
      {tools
        .filter(({ tool }) => offersTool(store, tool))
        .map(({ tool, icon, label }) => (
          <IconButton
            key={tool}
            icon={icon}
            label={label}
            keys={keysOf(`tool.${tool}`)}
            pressed={state.tool === tool}
            onClick={() => store.set({ tool })}
          />
        ))}
    </>
  );
}

/** What can be set of the tool in hand. */
export function ToolOptions({
  toolbox,
  stage,
}: {
  toolbox: Toolbox | undefined;
  stage: CanvasStage | undefined;
}) {
  const [store, { tool }] = useStore();
  useChanges(toolbox?.settings);
  if (!toolbox || !stage) return null;
  const { settings } = toolbox;
  if (tool === 'brush' || tool === 'eraser') return <BrushSize settings={settings} stage={stage} />;
  const asks = (tool === 'box' && store.promptKinds.has('box')) || (tool === 'lasso' && toolbox.lassoPrompts);
  if (!asks) return null;
  const intent = settings.values[tool as 'box' | 'lasso'];
  const what = tool === 'box' ? 'box' : 'lasso';
  return (
    <IconButton
      icon="wand"
      label={`The ${what} asks the model`}
      title={
        intent === 'prompt'
          ? `The ${what} asks the model; press to keep it as a region as it is drawn`
          : `The ${what} is kept as a region as it is drawn; press to ask the model with it`
      }
      pressed={intent === 'prompt'}
      onClick={() =>
        settings.set({ [what]: intent === 'prompt' ? 'region' : 'prompt' } as Partial<ToolValues>)
      }
    />
  );
}

/** The slider feels alike at all sizes: it goes by the logarithm. */
const steps = 100;
const largest = 1000;
const toStep = (diameter: number) => Math.round((Math.log(diameter) / Math.log(largest)) * steps);
const toDiameter = (step: number) => Math.max(1, Math.round(largest ** (step / steps)));

function BrushSize({ settings, stage }: { settings: ToolSettings; stage: CanvasStage }) {
  const diameter = settings.brushFor(stage.size);
  return (
    <label
      class="brush-size"
      title={`Size of the brush in pixels of the picture (${keysOf('brush.smaller')} and ${keysOf('brush.larger')})`}
    >
      <input
        type="range"
        min="0"
        max={steps}
        aria-label="Size of the brush"
        aria-valuetext={`${diameter} pixels`}
        value={toStep(diameter)}
        onInput={(event) => settings.set({ brush: toDiameter(Number(event.currentTarget.value)) })}
      />
      <span class="value">{diameter} px</span>
    </label>
  );
}

const densities = [
  { points: 8, label: 'Few', hint: 'large things' },
  { points: 16, label: 'Some', hint: 'most things' },
  { points: 32, label: 'Many', hint: 'small things too, slower' },
] as const;

/** Segments all there is, by a grid of points whose density is chosen here. */
export function EverythingButton({
  toolbox,
  stage,
}: {
  toolbox: Toolbox | undefined;
  stage: CanvasStage | undefined;
}) {
  const [store] = useStore();
  useChanges(toolbox?.settings);
  if (!toolbox || !stage || !offersTool(store, 'point')) return null;
  const { settings } = toolbox;
  return (
    <PopoverButton icon="sparkle" label="Segment everything" keys={keysOf('everything')}>
      {(close) => (
        <fieldset class="choices">
          <legend>Points of the grid</legend>
          {densities.map(({ points, label, hint }) => (
            <label key={points}>
              <input
                type="radio"
                name="density"
                checked={settings.values.density === points}
                onChange={() => settings.set({ density: points })}
              />
              <span>
                {label} <span class="hint-text">{`${points} across, ${hint}`}</span>
              </span>
            </label>
          ))}
          <Button
            onClick={() => {
              close();
              void toolbox.everything();
            }}
          >
            {stage.visible ? 'Segment what is in view' : 'Segment the whole picture'}
          </Button>
        </fieldset>
      )}
    </PopoverButton>
  );
}

const wheels: readonly { value: ToolValues['wheel']; label: string }[] = [
  { value: 'auto', label: 'A wheel zooms, two fingers move' },
  { value: 'zoom', label: 'Always zooms' },
  { value: 'pan', label: 'Always moves; a pinch or Ctrl zooms' },
];

/** Settings of the tools that are seldom changed. */
export function ToolMenu({ toolbox }: { toolbox: Toolbox | undefined }) {
  useChanges(toolbox?.settings);
  if (!toolbox) return null;
  const { settings, preview } = toolbox;
  return (
    <PopoverButton icon="settings" label="Settings of the tools">
      {() => (
        <div class="choices">
          <label>
            <input type="checkbox" checked={preview.on} onChange={() => preview.toggle()} />
            <span>
              Show the mask under the pointer <span class="hint-text">{keysOf('hoverPreview.toggle')}</span>
            </span>
          </label>
          <fieldset>
            <legend>Wheel and trackpad</legend>
            {wheels.map(({ value, label }) => (
              <label key={value}>
                <input
                  type="radio"
                  name="wheel"
                  checked={settings.values.wheel === value}
                  onChange={() => settings.set({ wheel: value })}
                />
                {label}
              </label>
            ))}
          </fieldset>
        </div>
      )}
    </PopoverButton>
  );
}
