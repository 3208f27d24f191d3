/**
 * Prompts → the model: which region a prompt goes to, prompts that are held back, the region in hand, and the other masks
 * that the model offers.
 */
import { promptRegion, type Annotation, type Candidate } from '../../../src/protocol/annotator';
import { isSpatial, type Box, type Prompt } from '../../../src/protocol/geometry';
import { drawPrompts } from '../canvas/promptPaint';
import { withPrompt } from '../prompts';
import type { PanelStore } from '../store';
import type { Edits } from './edits';
import { Observable } from './observable';
import { isFree, type Touch } from './tool';

/** Candidates of more regions than this are forgotten, the oldest first. */
const keptOffers = 50;

export class Prompting extends Observable {
  private heldBack: readonly Prompt[] = [];
  /** A region whose prompts have not been accepted: what it was before them, if it was there at all. */
  private inHand: { id: string; before: Annotation | undefined } | undefined;
  /** All masks that the model offered for the newest prompts, by region. Only this page knows them. */
  private readonly offers = new Map<string, readonly Candidate[]>();

  constructor(
    private readonly store: PanelStore,
    private readonly edits: Edits,
    /** The part of the picture in sight; undefined for all of it. */
    private readonly view: () => Box | undefined,
    /** Index of the prompt whose marker is at a place on the screen, or -1. */
    private readonly promptAt: (screen: Touch['screen']) => number,
  ) {
    super();
    store.subscribe(() => {
      if (this.inHand && this.inHand.id !== store.state.activeId) this.inHand = undefined;
      this.changed();
    });
  }

  /** Prompts that wait for Ctrl to be let go. */
  get held(): readonly Prompt[] {
    return this.heldBack;
  }

  /** The prompts that the next one is added to: those of the selected region, unless it must be left alone. */
  get prompts(): readonly Prompt[] {
    return this.goesOn ? this.store.activePrompts : [];
  }

  private get goesOn(): boolean {
    const { active } = this.edits;
    return this.store.state.activeId !== undefined && (!active || isFree(active));
  }

  /** Adds a prompt to the region in hand or begins a new one; held prompts are sent together later. */
  add(prompt: Prompt, hold = false): void {
    this.addAll([prompt], hold);
  }

  /** Adds prompts that belong together. */
  addAll(prompts: readonly Prompt[], hold = false): void {
    if (!prompts.every(({ type }) => this.store.promptKinds.has(type))) return;
    const before = [...this.prompts, ...this.heldBack];
    if (!before.length && prompts.every((prompt) => 'label' in prompt && prompt.label === 0)) {
      this.store.set({
        notice: { level: 'info', message: 'Point at a thing first; then take away what is too much.' },
      });
      return;
    }
    const all = prompts.reduce<readonly Prompt[]>(withPrompt, hold ? this.heldBack : before);
    if (hold) {
      this.heldBack = all;
      this.changed();
    } else {
      this.send(all);
    }
  }

  /** Sends the prompts that were held back. @returns false when there are none */
  release(): boolean {
    if (!this.heldBack.length) return false;
    this.send(this.heldBack.reduce(withPrompt, this.prompts));
    return true;
  }

  /** Takes the last held prompt back. @returns false when there is none */
  stepBack(): boolean {
    if (!this.heldBack.length) return false;
    this.heldBack = this.heldBack.slice(0, -1);
    this.changed();
    return true;
  }

  /** The prompt whose marker a touch is on, -1 for none; those of a locked region cannot be taken back. */
  markerAt({ screen }: Touch): number {
    return this.goesOn ? this.promptAt(screen) : -1;
  }

  /** Takes a prompt of the selected region back. */
  remove(index: number): void {
    const { active } = this.edits;
    const rest = this.prompts.filter((_, i) => i !== index);
    if (rest.some(isSpatial)) {
      this.send(rest);
      return;
    }
    const mask = rest.find((prompt) => prompt.type === 'mask');
    if (mask && active)
      void this.edits.commit({
        title: 'Remove Prompt',
        put: [{ ...active, geometry: { type: 'mask', mask: mask.mask }, provenance: { by: 'user' } }],
      });
    else if (this.store.state.activeId !== undefined) this.store.remove(this.store.state.activeId);
  }

  /** Puts another prompt in the place of one. */
  replace(index: number, prompt: Prompt): void {
    this.send(this.prompts.map((each, i) => (i === index ? prompt : each)));
  }

  /** Ends the region in hand: the next prompt begins a new one. */
  accept(): boolean {
    if (this.release()) return true;
    if (this.store.state.activeId === undefined) return false;
    const { active } = this.edits;
    this.store.set({
      activeId: undefined,
      status: `${active?.label ?? 'The region'} is accepted. The next prompt begins a new region.`,
    });
    return true;
  }

  /** Gives up what has not been accepted: held prompts, then what the model works on, then the region in hand. */
  reject(): boolean {
    const { activeId, pending } = this.store.state;
    if (this.heldBack.length) {
      this.heldBack = [];
      this.store.set({ status: 'The prompts that waited were given up.' });
      return true;
    }
    if (activeId !== undefined && pending.has(activeId)) {
      void this.store.cancel([activeId]);
      return true;
    }
    const { active } = this.edits;
    const { inHand } = this;
    // A label says that the region is wanted.
    if (!inHand || !active || active.label !== inHand.before?.label) return false;
    const { before } = inHand;
    this.inHand = undefined;
    if (before) void this.edits.commit({ title: 'Give Up Changes', put: [before] });
    else void this.edits.commit({ title: 'Give Up Region', remove: [active.id] });
    this.store.set({
      activeId: undefined,
      status: before
        ? 'The region is again as it was accepted. Undo brings the changes back.'
        : 'The region was given up. Undo brings it back.',
    });
    return true;
  }

  /** Which of the offered masks the selected region has; undefined where there is no choice. */
  get choice(): { index: number; count: number } | undefined {
    const { active } = this.edits;
    const offers = active && this.offers.get(active.id);
    if (!offers || active.geometry.type !== 'mask') return undefined;
    const { counts } = active.geometry.mask;
    const index = offers.findIndex(({ mask }) => mask.counts === counts);
    return index < 0 ? undefined : { index, count: offers.length };
  }

  /** Gives the selected region the next (1) or the previous (-1) of the offered masks. */
  choose(direction: 1 | -1): void {
    const { active } = this.edits;
    const { choice } = this;
    if (!active || !choice) {
      this.store.set({ status: 'There is no other mask for this region.' });
      return;
    }
    if (!isFree(active)) return;
    const index = (choice.index + direction + choice.count) % choice.count;
    const { mask, score } = this.offers.get(active.id)?.[index] as Candidate;
    void this.edits.commit({
      title: 'Other Mask',
      put: [{ ...active, geometry: { type: 'mask', mask }, score }],
    });
    this.store.set({ status: `Mask ${index + 1} of ${choice.count}${scoreText(score)}` });
  }

  /** The markers of the prompts that are held back. */
  paint(context: CanvasRenderingContext2D, scale: number): void {
    drawPrompts(context, this.heldBack, scale);
  }

  private send(prompts: readonly Prompt[]): void {
    const id = (this.goesOn && this.store.state.activeId) || crypto.randomUUID();
    this.heldBack = [];
    void this.segment(id, prompts);
  }

  private async segment(id: string, prompts: readonly Prompt[]): Promise<void> {
    const { store } = this;
    if (this.inHand?.id !== id) this.inHand = { id, before: this.edits.find(id) };
    store.set({ activeId: id, pending: new Map(store.state.pending).set(id, prompts), notice: undefined });
    const newest = () => store.state.pending.get(id) === prompts;
    const view = this.view();
    try {
      const { total_ms, score, candidates } = await store.host.request(promptRegion, {
        regionId: id,
        prompts: [...prompts],
        ...store.chosenSegmenter,
        ...(view && { view }),
      });
      if (!newest()) return;
      this.offer(id, candidates);
      store.set({ status: `Mask in ${Math.round(total_ms)} ms${scoreText(score)}` });
    } catch (error) {
      if (!newest()) return;
      const exists = store.annotations.some((annotation) => annotation.id === id);
      if (!exists && store.state.activeId === id) store.set({ activeId: undefined });
      store.fail(error);
    } finally {
      if (newest()) {
        const pending = new Map(store.state.pending);
        pending.delete(id);
        store.set({ pending });
      }
    }
  }

  private offer(id: string, candidates: readonly Candidate[]): void {
    const seen = new Set<string>();
    const different = candidates.filter(({ mask }) => !seen.has(mask.counts) && seen.add(mask.counts));
    this.offers.delete(id);
    if (different.length > 1) this.offers.set(id, different);
    for (const oldest of this.offers.keys()) {
      if (this.offers.size <= keptOffers) break;
      this.offers.delete(oldest);
    }
  }
}

const scoreText = (score: number | undefined) => (score === undefined ? '' : ` · score ${score.toFixed(2)}`);
