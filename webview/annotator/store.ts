/** The state of the panel and what can be done to it. The host owns the annotations; this keeps where the user looks. */
import {
  applyEdit,
  busy,
  cancelWork,
  focusTool,
  groundText,
  insertIntoNote,
  notice,
  ready,
  runAction,
  runCommand,
  snapshotChanged,
  type Annotation,
  type Edit,
  type Snapshot,
} from '../../src/protocol/annotator';
import { toWireError } from '../../src/protocol/errors';
import type { Box, Prompt, PromptKind } from '../../src/protocol/geometry';
import type { PackSummary } from '../../src/protocol/packs';
import type { Endpoint } from '../../src/protocol/rpc';
import { ActionRegistry } from './actions';
import { promptsOf } from './prompts';
import type { ToolName } from './tools/tool';

export interface Notice {
  level: 'info' | 'warning' | 'error';
  message: string;
}

export interface PanelState {
  snapshot: Snapshot | undefined;
  /** Why there is no picture to show. */
  fatal: string | undefined;
  tool: ToolName;
  /** The regions that are selected, in the order of selecting. */
  selected: readonly string[];
  /** The last of them: prompts refine it. */
  activeId: string | undefined;
  hoverId: string | undefined;
  /** Id of the pack that segments, where one was chosen in this panel. */
  segmenter: string | undefined;
  /** Prompts that were sent and have no answer yet, by region. */
  pending: ReadonlyMap<string, readonly Prompt[]>;
  /** What the model is doing. */
  busy: string | undefined;
  notice: Notice | undefined;
  /** One line about the last thing that happened. */
  status: string;
  /** Of the fills, 0–1. */
  opacity: number;
  listOpen: boolean | undefined;
  /** True when the host does not answer any more. */
  lost: boolean;
  /** Grows when a command wants the keyboard in the phrase box. */
  phraseFocus: number;
}

/** Observable state with one listener list; components read it through `useStore`. */
export class PanelStore {
  private readonly listeners = new Set<() => void>();
  readonly actions = new ActionRegistry();
  /** The part of the picture in sight, in whole pixels; undefined when that is all of it. Set by the canvas. */
  visible: () => Box | undefined = () => undefined;
  state: PanelState;

  constructor(
    readonly host: Endpoint,
    initial: Partial<Pick<PanelState, 'tool' | 'activeId' | 'segmenter' | 'opacity' | 'listOpen'>>,
  ) {
    this.state = {
      snapshot: undefined,
      fatal: undefined,
      tool: 'point',
      selected: initial.activeId === undefined ? [] : [initial.activeId],
      activeId: undefined,
      hoverId: undefined,
      segmenter: undefined,
      pending: new Map(),
      busy: undefined,
      notice: undefined,
      status: '',
      opacity: 0.45,
      listOpen: undefined,
      lost: false,
      phraseFocus: 0,
      ...initial,
    };
    host.on(snapshotChanged, (snapshot) => this.take(snapshot));
    host.on(busy, (work) => this.set({ busy: work?.phase }));
    host.on(runAction, ({ action }) => this.actions.run(action));
    host.on(notice, (said) => this.set({ notice: said }));
    host.on(focusTool, ({ tool }) =>
      tool === 'text' ? this.set({ phraseFocus: this.state.phraseFocus + 1 }) : this.set({ tool }),
    );
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Changes the state. `selected` and `activeId` go together: giving one of them sets the other. */
  set(patch: Partial<PanelState>): void {
    const next = { ...this.state, ...patch };
    if ('selected' in patch) next.activeId = next.selected.at(-1);
    else if ('activeId' in patch && next.activeId !== this.state.activeId)
      next.selected = next.activeId === undefined ? [] : [next.activeId];
    this.state = next;
    for (const listener of this.listeners) listener();
  }

  /** Asks for everything; again after a failure when the user wants it. */
  async load(): Promise<void> {
    this.set({ fatal: undefined });
    try {
      this.take(await this.host.request(ready, {}));
    } catch (error) {
      this.set({ fatal: toWireError(error).message });
    }
  }

  get annotations(): readonly Annotation[] {
    return this.state.snapshot?.annotations ?? [];
  }

  get active(): Annotation | undefined {
    return this.annotations.find(({ id }) => id === this.state.activeId);
  }

  /** The selected annotations, in the order of selecting. */
  get selection(): readonly Annotation[] {
    return this.state.selected.flatMap((id) => this.annotations.find((each) => each.id === id) ?? []);
  }

  /** The prompts of the selected region, those under way included. */
  get activePrompts(): readonly Prompt[] {
    const { activeId, pending, snapshot } = this.state;
    if (activeId === undefined || !snapshot) return [];
    return pending.get(activeId) ?? (this.active ? promptsOf(this.active, snapshot.image) : []);
  }

  /** Packs that make masks of points, boxes or strokes, in the order of the host. */
  get segmenters(): readonly PackSummary[] {
    return (this.state.snapshot?.packs ?? []).filter(
      ({ state, tasks, prompts }) =>
        state === 'ready' && tasks.includes('segment') && prompts.some((kind) => kind !== 'text'),
    );
  }

  /** The one that is asked. */
  get segmenter(): PackSummary | undefined {
    const { segmenters } = this;
    const byDefault = this.state.snapshot?.defaults?.segment;
    return (
      segmenters.find(({ id }) => id === this.state.segmenter) ??
      segmenters.find(({ id }) => id === byDefault) ??
      segmenters[0]
    );
  }

  /** For a question to it: its id, where it was chosen here. */
  get chosenSegmenter(): { pack?: string } {
    const { segmenter, state } = this;
    return segmenter && segmenter.id === state.segmenter ? { pack: segmenter.id } : {};
  }

  /** Prompt kinds that it takes. */
  get promptKinds(): ReadonlySet<PromptKind> {
    return new Set(this.segmenter?.prompts);
  }

  /** True when a ready pack finds phrases. */
  get canGround(): boolean {
    return (this.state.snapshot?.packs ?? []).some(
      ({ state, tasks }) => state === 'ready' && tasks.includes('ground'),
    );
  }

  /** Selects one region alone, or none. */
  select(id: string | undefined): void {
    this.set({ selected: id === undefined ? [] : [id] });
  }

  remove(id: string): void {
    const pending = new Map(this.state.pending);
    if (pending.delete(id)) void this.cancel([id]);
    this.set({ pending, activeId: this.state.activeId === id ? undefined : this.state.activeId });
    void this.edit({ title: 'Delete Region', put: [], remove: [id] });
  }

  async find(text: string, pack?: string): Promise<void> {
    try {
      const { regionIds, refused, message } = await this.host.request(groundText, {
        text,
        ...(pack !== undefined && { pack }),
        view: this.visible(),
      });
      this.set({
        notice: { level: refused || !regionIds.length ? 'warning' : 'info', message },
        status: message,
        activeId: regionIds[0] ?? this.state.activeId,
      });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Undo, redo and save are VS Code's. */
  async command(command: 'undo' | 'redo' | 'save'): Promise<void> {
    await this.host.request(runCommand, { command }).catch((error: unknown) => this.fail(error));
  }

  /** The regions that go into a note: the selected one, else all that are shown. */
  get insertable(): string[] {
    const { active } = this;
    if (active) return [active.id];
    return this.annotations.filter(({ hidden }) => !hidden).map(({ id }) => id);
  }

  /** Puts regions into a note; VS Code asks into which and how. */
  async insert(): Promise<void> {
    const regionIds = this.insertable;
    if (!regionIds.length) return;
    try {
      const { message, problem } = await this.host.request(insertIntoNote, { regionIds });
      if (problem !== undefined) this.set({ notice: { level: 'error', message: problem } });
      else if (message !== undefined) this.set({ notice: { level: 'info', message }, status: message });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends what the model is doing: all of it, or the prompts of these regions alone. */
  async cancel(regionIds?: string[]): Promise<void> {
    const params = regionIds ? { regionIds } : {};
    await this.host.request(cancelWork, params).catch((error: unknown) => this.fail(error));
  }

  /** Sends an edit, as one undo step. @returns the document's revision with it; undefined after a failure, which is said */
  async edit(edit: Edit): Promise<number | undefined> {
    try {
      return (await this.host.request(applyEdit, edit)).revision;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  private take(snapshot: Snapshot): void {
    const { snapshot: before, selected, pending } = this.state;
    const had = new Set(before?.annotations.map(({ id }) => id));
    const has = new Set(snapshot.annotations.map(({ id }) => id));
    // A region that an undo took away is no longer selected; one that is about to come stays selected.
    const stay = selected.filter((id) => has.has(id) || pending.has(id) || (before && !had.has(id)));
    this.set({
      snapshot,
      busy: snapshot.busy,
      fatal: undefined,
      ...(stay.length < selected.length && { selected: stay }),
    });
  }

  /** Says why something did not work. */
  fail(error: unknown): void {
    const { code, message } = toWireError(error);
    if (code === 'disposed') return;
    this.set(
      code === 'cancelled' ? { status: 'Cancelled.' } : { notice: { level: 'error', message }, status: '' },
    );
  }
}
