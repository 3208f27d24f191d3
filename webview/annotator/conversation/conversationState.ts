/** The conversation in the page: what the host has told of it, which regions are lit, and what can be done. */
import type { Annotation } from '../../../src/protocol/annotator';
import {
  answerGrew,
  askQuestion,
  canConverse,
  packFor,
  choosePack,
  clearConversation,
  conversationChanged,
  copyText,
  keepRegions,
  openConversation,
  retryTurn,
  stopAnswer,
  traceTurn,
  type Conversation,
  type ConversationTurn,
} from '../../../src/protocol/conversation';
import type { Box } from '../../../src/protocol/geometry';
import type { PackSummary } from '../../../src/protocol/packs';
import type { Trace } from '../../../src/protocol/trace';
import type { PanelStore } from '../store';
import { questionOf, type Part } from './parts';

/** Ask: an answer in the conversation. Find: the places of a phrase become regions of the picture at once. */
export type Mode = 'ask' | 'find';

export interface ConversationView extends Conversation {
  /** What the pack is doing for the answer that is under way. */
  phase: string | undefined;
  /** Whether the turns are shown. */
  open: boolean;
  /** What the user wants the box to do, where the pack can do both. */
  wanted: Mode;
}

/** Observable; components read it through `useConversation`. */
export class ConversationState {
  private readonly listeners = new Set<() => void>();
  private readonly viewers = new Set<() => void>();
  private hovered: readonly string[] = [];
  private pinned: readonly string[] = [];
  view: ConversationView = { turns: [], phase: undefined, open: true, wanted: 'ask' };
  /** Traces that are shown, by turn. */
  traces: ReadonlyMap<string, Trace> = new Map();
  /** The part of the picture that is in sight. */
  visible: () => Box | undefined = () => undefined;

  constructor(readonly store: PanelStore) {
    const { host } = store;
    host.on(conversationChanged, (conversation) => this.take(conversation));
    host.on(answerGrew, ({ turnId, text, phase }) =>
      this.set({
        phase,
        turns: this.view.turns.map((turn) =>
          turn.id === turnId && turn.state === 'answering' ? { ...turn, answer: { text, spans: [] } } : turn,
        ),
      }),
    );
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Hears of each new place of the picture on the canvas. */
  onMoved(listener: () => void): () => void {
    this.viewers.add(listener);
    return () => this.viewers.delete(listener);
  }

  moved(): void {
    for (const listener of this.viewers) listener();
  }

  set(patch: Partial<ConversationView>): void {
    this.view = { ...this.view, ...patch };
    for (const listener of this.listeners) listener();
  }

  async load(): Promise<void> {
    await this.try(async () => this.take(await this.store.host.request(openConversation, {})));
  }

  /** Packs that can take part, in the order of the host; broken ones are not among them. */
  get packs(): readonly PackSummary[] {
    return (this.store.state.snapshot?.packs ?? []).filter(canConverse);
  }

  /** The pack that the next question, or phrase, goes to. */
  get pack(): PackSummary | undefined {
    const { mode } = this;
    return mode && packFor(mode, this.packs, this.view.pack, this.store.state.snapshot?.defaults);
  }

  /** What the box can do: with the pack that is chosen, or where none is, with any. */
  get modes(): readonly Mode[] {
    const { packs } = this;
    const chosen = packs.find(({ id }) => id === this.view.pack);
    const tasks = (chosen ? [chosen] : packs).flatMap((pack) => pack.tasks);
    const answers = tasks.includes('ask') || tasks.includes('refer');
    return [...(answers ? (['ask'] as const) : []), ...(tasks.includes('ground') ? (['find'] as const) : [])];
  }

  get mode(): Mode | undefined {
    const { modes } = this;
    return modes.includes(this.view.wanted) ? this.view.wanted : modes[0];
  }

  get answering(): boolean {
    return this.view.turns.some(({ state }) => state === 'answering');
  }

  /** Regions that only answers have: the ghosts of the last turn that found any. */
  get ghosts(): readonly Annotation[] {
    if (!this.view.open) return [];
    const turn = this.view.turns.findLast(({ regions }) => regions.length > 0);
    return turn === this.view.turns.at(-1) ? this.ghostsOf(turn) : [];
  }

  /** Regions of a turn that are not kept. */
  ghostsOf(turn: ConversationTurn | undefined): readonly Annotation[] {
    const there = new Set(this.store.annotations.map(({ id }) => id));
    return (turn?.regions ?? []).filter(({ id }) => !there.has(id));
  }

  /** A region by its id: an annotation, one that an answer found, or one that was asked about and has gone. */
  region(id: string): Annotation | undefined {
    const annotation = this.store.annotations.find((each) => each.id === id);
    if (annotation) return annotation;
    for (const [turnId, { parts }] of this.traces) {
      const part = parts.find((_, index) => this.tracePart(turnId, index) === id);
      if (part) return { id, geometry: { type: 'box', box: part.box }, provenance: { by: 'user' } };
    }
    for (const { regions, asked } of this.view.turns.toReversed()) {
      const found = regions.find((each) => each.id === id);
      if (found) return found;
      const gone = asked.find((each) => each.id === id);
      if (gone) return { ...gone, provenance: { by: 'user' } };
    }
    return undefined;
  }

  /** Ids of the regions that are lit: those under the pointer, else those that were clicked. */
  get lit(): readonly string[] {
    return this.hovered.length ? this.hovered : this.pinned;
  }

  light(ids: readonly string[]): void {
    if (ids.join() === this.hovered.join()) return;
    this.hovered = ids;
    this.set({});
  }

  /** Keeps regions lit, until they or others are clicked; an annotation among them is selected. */
  pin(ids: readonly string[]): void {
    this.pinned = ids.join() === this.pinned.join() ? [] : ids;
    const annotations = this.store.annotations.filter(({ id }) => this.pinned.includes(id));
    if (annotations.length) this.store.set({ selected: annotations.map(({ id }) => id) });
    this.set({});
  }

  /** @returns whether the question was sent */
  async ask(parts: readonly Part[]): Promise<boolean> {
    const { question, names } = questionOf(parts);
    if (!question.text) return false;
    this.pinned = [];
    this.set({ open: true });
    const view = this.visible();
    return this.try(() => this.store.host.request(askQuestion, { question, names, ...(view && { view }) }));
  }

  retry(turnId: string): Promise<boolean> {
    const view = this.visible();
    return this.try(() => this.store.host.request(retryTurn, { turnId, ...(view && { view }) }));
  }

  /** Whether a turn's pack can tell what it had in mind. */
  canTrace({ pack, state }: ConversationTurn): boolean {
    return state === 'answered' && this.packs.some(({ id, kind }) => id === pack && kind === 'figure');
  }

  /** The id under which a part of a trace lights up. */
  tracePart(turnId: string, index: number): string {
    return `${turnId} part ${index}`;
  }

  showTrace(turnId: string): Promise<boolean> {
    const view = this.visible();
    return this.try(async () => {
      const { trace } = await this.store.host.request(traceTurn, { turnId, ...(view && { view }) });
      if (trace) this.traces = new Map(this.traces).set(turnId, trace);
      else this.store.set({ status: 'This answer needed no model: there is no trace of it.' });
      this.set({});
    });
  }

  hideTrace(turnId: string): void {
    const traces = new Map(this.traces);
    traces.delete(turnId);
    this.traces = traces;
    this.set({});
  }

  stop(): Promise<boolean> {
    return this.try(() => this.store.host.request(stopAnswer, {}));
  }

  clear(): Promise<boolean> {
    return this.try(() => this.store.host.request(clearConversation, {}));
  }

  choosePack(pack: string): Promise<boolean> {
    return this.try(() => this.store.host.request(choosePack, { pack }));
  }

  /** Makes the regions of an answer regions of the picture, and selects them. */
  keep(turnId: string): Promise<boolean> {
    return this.try(async () => {
      const { regionIds } = await this.store.host.request(keepRegions, { turnId });
      const count = regionIds.length;
      this.store.set({
        selected: regionIds,
        status: count === 1 ? 'The region is kept.' : `${count} regions are kept.`,
      });
    });
  }

  copy(text: string, what: string): Promise<boolean> {
    return this.try(async () => {
      await this.store.host.request(copyText, { text });
      this.store.set({ status: `${what} is on the clipboard.` });
    });
  }

  private take({ turns, pack }: Conversation): void {
    this.set({ turns, pack, ...(!turns.some(({ state }) => state === 'answering') && { phase: undefined }) });
  }

  private async try(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.store.fail(error);
      return false;
    }
  }
}
