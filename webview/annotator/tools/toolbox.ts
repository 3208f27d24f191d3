/** All tools of a canvas, the one that is chosen, and the actions that they do. */
import { segmentEverything } from '../../../src/protocol/annotator';
import { drawPrompts } from '../canvas/promptPaint';
import type { CanvasStage } from '../canvas/stage';
import type { PanelStore } from '../store';
import { BoxTool } from './box';
import { BrushTool } from './brush';
import { Edits } from './edits';
import { HoverPreview } from './hoverPreview';
import { LassoTool } from './lasso';
import { MeasureTool } from './measure';
import { PointTool } from './point';
import { PolygonTool, type PolygonMemory } from './polygon';
import { Prompting } from './prompting';
import { SelectTool } from './select';
import type { ToolSettings } from './settings';
import { StrokeTool } from './stroke';
import { toolNames, type Tool, type ToolContext, type ToolName } from './tool';

/** Tools that show the prompts of the selected region. */
const asksTools: ReadonlySet<ToolName> = new Set(['point', 'box', 'stroke', 'lasso']);

export class Toolbox {
  readonly prompting: Prompting;
  readonly preview: HoverPreview;
  private readonly edits: Edits;
  private readonly tools: Readonly<Record<ToolName, Tool>>;
  private readonly polygon: PolygonTool;
  private readonly lasso: LassoTool;
  private readonly stops: (() => void)[];
  private shown: unknown[] = [];

  constructor(
    private readonly store: PanelStore,
    private readonly stage: CanvasStage,
    readonly settings: ToolSettings,
    memory: PolygonMemory,
  ) {
    const view = () => stage.visible;
    this.edits = new Edits(store, stage);
    this.prompting = new Prompting(store, this.edits, view, (screen) => stage.promptAt(screen));
    this.preview = new HoverPreview(store, settings, this.prompting, view, () => stage.redrawDraft());
    const context: ToolContext = { store, stage, settings, edits: this.edits, prompting: this.prompting };
    this.polygon = new PolygonTool(context, memory);
    this.lasso = new LassoTool(context);
    this.tools = {
      select: new SelectTool(context),
      point: new PointTool(context, this.preview),
      box: new BoxTool(context),
      polygon: this.polygon,
      brush: new BrushTool(context, false),
      eraser: new BrushTool(context, true),
      stroke: new StrokeTool(context),
      lasso: this.lasso,
      measure: new MeasureTool(context),
    };
    stage.paintDraft = (ink, scale) => {
      if (asksTools.has(store.state.tool)) drawPrompts(ink, store.activePrompts, scale);
      this.current.paint?.(ink, scale);
      this.prompting.paint(ink, scale);
    };
    this.stops = [
      store.subscribe(() => this.follow()),
      settings.subscribe(() => stage.redrawDraft()),
      store.actions.on({
        ...Object.fromEntries(toolNames.map((name) => [`tool.${name}`, () => this.choose(name)])),
        'region.new': () => this.prompting.accept(),
        'candidate.next': () => this.prompting.choose(1),
        'candidate.previous': () => this.prompting.choose(-1),
        'brush.smaller': () => settings.stepBrush(-1, stage.size),
        'brush.larger': () => settings.stepBrush(1, stage.size),
        'hoverPreview.toggle': () => this.preview.toggle(),
        'polygon.hole': () => {
          this.choose('polygon');
          this.polygon.beginHole();
        },
        everything: () => void this.everything(),
      }),
    ];
    this.follow();
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    this.preview.clear();
  }

  get current(): Tool {
    return this.tools[this.store.state.tool];
  }

  /** True when a tool has a use here: what only asks the model needs a pack that takes it. */
  offers(name: ToolName): boolean {
    return offersTool(this.store, name);
  }

  /** Whether a lasso can be a prompt here. */
  get lassoPrompts(): boolean {
    return this.lasso.canPrompt;
  }

  choose(name: ToolName): void {
    if (this.offers(name)) this.store.set({ tool: name });
  }

  /** Ends what is being drawn, else the region in hand. */
  accept(): boolean {
    return (this.current.accept?.() ?? false) || this.prompting.accept();
  }

  /** Gives up one thing: what is being drawn, else the region in hand, else the selection. */
  reject(): void {
    this.preview.clear();
    if (this.current.reject?.() || this.prompting.reject()) return;
    if (this.stage.crosshair) this.stage.moveCrosshair(undefined);
    if (this.store.state.activeId !== undefined) this.store.select(undefined);
  }

  /** Takes one step of what is being drawn back, before VS Code's undo takes one of the document. */
  stepBack(): boolean {
    return (this.current.stepBack?.() ?? false) || this.prompting.stepBack();
  }

  stepForward(): boolean {
    return this.current.stepForward?.() ?? false;
  }

  /** Segments all there is in the part of the picture that is in sight. */
  async everything(): Promise<void> {
    const { store, stage, settings } = this;
    const view = stage.visible;
    if (!offersTool(store, 'point')) return;
    try {
      const { regionIds, message } = await store.host.request(segmentEverything, {
        pointsPerSide: settings.values.density,
        ...store.chosenSegmenter,
        ...(view && { view }),
      });
      store.set({
        notice: { level: regionIds.length ? 'info' : 'warning', message },
        status: message,
        ...(regionIds.length && { selected: regionIds }),
      });
    } catch (error) {
      store.fail(error);
    }
  }

  /** Follows the state of the panel. */
  private follow(): void {
    const { store, stage } = this;
    const { tool, selected, snapshot, pending } = store.state;
    if (!this.offers(tool) && snapshot) {
      store.set({ tool: 'select' });
      return;
    }
    const shown = [tool, selected, snapshot, pending, this.prompting.held];
    if (shown.every((value, i) => value === this.shown[i])) return;
    if (this.shown[0] !== tool) {
      if (this.shown.length) this.tools[this.shown[0] as ToolName].abandon?.();
      stage.container.style.cursor = '';
      this.preview.clear();
      if (tool !== 'select' && store.state.hoverId !== undefined) store.set({ hoverId: undefined });
    }
    // An answer means that the picture is encoded now.
    if (this.shown[3] !== pending && !pending.size) this.preview.wake();
    this.shown = shown;
    stage.redrawDraft();
  }
}

/** True when a tool has a use with the packs that are there. */
export function offersTool(store: PanelStore, name: ToolName): boolean {
  return (name !== 'point' && name !== 'stroke') || store.promptKinds.has(name);
}
