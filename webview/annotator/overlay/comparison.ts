/** Two masks for the same prompts of each region, side by side: of two packs, or of one pack as it was and now. */
import type { Annotation } from '../../../src/protocol/annotator';
import { segmentAgain } from '../../../src/protocol/compare';
import { toWireError } from '../../../src/protocol/errors';
import { isSpatial, type PackRef, type Prompt, type Rle } from '../../../src/protocol/geometry';
import type { PackSummary } from '../../../src/protocol/packs';
import { rleOverlap } from '../../../src/protocol/rle';
import type { PanelStore } from '../store';

export type SideName = 'left' | 'right';
/** Whose masks a side shows: a pack's by its id, or those that the regions have. */
export type Source = string;
export const saved: Source = ':saved';

interface Answer {
  mask: Rle | undefined;
  score: number | undefined;
  pack: PackRef;
}

/** What is compared and how far it is. */
export interface ComparisonView {
  left: Source;
  right: Source;
  /** Answers that are asked for, and how many are there. */
  wanted: number;
  answered: number;
  problem: string | undefined;
  /** How alike both sides are; absent while nothing can be compared. */
  agreement: string | undefined;
}

type Prompted = Annotation & { provenance: { by: 'pack'; prompts: Prompt[] } };

export class Comparison {
  private readonly listeners = new Set<() => void>();
  private readonly answers = new Map<string, Answer>();
  private ids: readonly string[] = [];
  private running: AbortController | undefined;
  private problem: string | undefined;
  private sources: Record<SideName, Source> = { left: saved, right: saved };
  /** Undefined while nothing is compared. */
  view: ComparisonView | undefined;
  /** What each side of the line shows; undefined while nothing is compared. */
  sides: Record<SideName, readonly Annotation[]> | undefined;
  private shownFor: readonly Annotation[] | undefined;

  constructor(private readonly store: PanelStore) {
    store.subscribe(() => {
      if (this.view && store.annotations !== this.shownFor) this.proceed();
    });
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Packs that can answer the prompts that are compared. */
  get packs(): readonly PackSummary[] {
    const kinds = new Set(
      this.regions.flatMap(({ provenance }) => provenance.prompts.map(({ type }) => type)),
    );
    kinds.delete('mask');
    kinds.delete('text');
    return (this.store.state.snapshot?.packs ?? []).filter(
      ({ state, tasks, prompts }) =>
        state === 'ready' && tasks.includes('segment') && [...kinds].every((kind) => prompts.includes(kind)),
    );
  }

  /** What a side is called. */
  titleOf(source: Source): string {
    if (source === saved) return 'As it was';
    const title = this.packs.find(({ id }) => id === source)?.title ?? source;
    const { view } = this;
    return view && (view.left === saved || view.right === saved) ? `${title}, now` : title;
  }

  /** Compares the selected regions that prompts made, or all that prompts made; says so where there is none. */
  toggle(): void {
    if (this.view) return this.close();
    const { store } = this;
    const chosen = store.selection.length
      ? store.selection
      : store.annotations.filter(({ hidden }) => !hidden);
    this.ids = chosen.filter(isPrompted).map(({ id }) => id);
    const packs = this.packs;
    if (!this.ids.length || !packs.length) {
      const message = this.ids.length
        ? 'No installed pack takes the prompts of these regions.'
        : store.selection.length
          ? 'The selected regions were not made by prompts, so no pack can be asked for them again.'
          : 'Nothing to compare yet. Point at a thing first: two packs can then be asked for it.';
      store.set({ notice: { level: 'info', message } });
      return;
    }
    const makers = new Set(this.regions.flatMap(({ provenance }) => provenance.packs.map(({ id }) => id)));
    const other = packs.find(({ id }) => !makers.has(id)) ?? packs[0];
    this.sources = { left: saved, right: (other as PackSummary).id };
    this.problem = undefined;
    this.answers.clear();
    this.proceed();
  }

  close(): void {
    this.running?.abort();
    this.running = undefined;
    this.view = this.sides = this.shownFor = undefined;
    this.answers.clear();
    this.changed();
  }

  /** Shows another pack's masks on one side; sides of one source change places. */
  choose(side: SideName, source: Source): void {
    const opposite = side === 'left' ? 'right' : 'left';
    if (this.sources[opposite] === source) this.sources[opposite] = this.sources[side];
    this.sources[side] = source;
    this.problem = undefined;
    this.proceed();
  }

  /** Asks again after a failure. */
  retry(): void {
    this.problem = undefined;
    this.proceed();
  }

  /** True when a side has masks that the regions do not have yet. */
  canTake(side: SideName): boolean {
    return this.taken(side).length > 0;
  }

  /** Gives the regions the masks of a side, as one undo step. */
  take(side: SideName): void {
    const put = this.taken(side);
    const title = this.titleOf(this.sources[side]);
    const locked = this.regions.length - this.regions.filter(({ locked }) => !locked).length;
    this.close();
    if (!put.length) return;
    void this.store.edit({ title: 'Take Compared Masks', put, remove: [] });
    const count = `${put.length} mask${put.length === 1 ? '' : 's'} of ${title} taken.`;
    this.store.set({ status: locked ? `${count} Locked regions stay as they are.` : count });
  }

  private get regions(): Prompted[] {
    return this.ids.flatMap((id) =>
      this.store.annotations.filter((each) => each.id === id).filter(isPrompted),
    );
  }

  private taken(side: SideName): Annotation[] {
    const source = this.sources[side];
    if (source === saved) return [];
    return this.regions.flatMap((region) => {
      const answer = this.answers.get(keyOf(source, region));
      if (!answer?.mask || region.locked) return [];
      const { score, pack, mask } = answer;
      return {
        ...region,
        score,
        geometry: { type: 'mask' as const, mask },
        provenance: { ...region.provenance, packs: [pack] },
      };
    });
  }

  /** Brings what is shown up to date and asks for what is missing, one region after another. */
  private proceed(): void {
    this.shownFor = this.store.annotations;
    const { regions, sources } = this;
    if (!regions.length) return this.close();
    const asked = [sources.left, sources.right].filter((source) => source !== saved);
    const questions = asked.flatMap((source) => regions.map((region) => ({ source, region })));
    const missing = questions.filter(({ source, region }) => !this.answers.has(keyOf(source, region)));
    this.sides = { left: this.side(sources.left, regions), right: this.side(sources.right, regions) };
    this.view = {
      ...sources,
      wanted: questions.length,
      answered: questions.length - missing.length,
      problem: this.problem,
      agreement: this.agreement(regions),
    };
    this.changed();
    const next = missing[0];
    if (next && !this.running && this.problem === undefined) void this.ask(next.source, next.region);
  }

  private async ask(source: Source, region: Prompted): Promise<void> {
    const controller = (this.running = new AbortController());
    try {
      const { mask, score, pack } = await this.store.host.request(
        segmentAgain,
        { prompts: region.provenance.prompts, pack: source },
        { signal: controller.signal },
      );
      this.answers.set(keyOf(source, region), { mask, score, pack });
    } catch (error) {
      this.problem = toWireError(error).message;
    } finally {
      // A comparison that was closed meanwhile has aborted this, and may have been opened again.
      if (this.running === controller) {
        this.running = undefined;
        if (this.view) this.proceed();
      }
    }
  }

  /** Regions as a side shows them; the same list as before where nothing has changed. */
  private side(source: Source, regions: readonly Prompted[]): readonly Annotation[] {
    if (source === saved) return regions;
    return regions.flatMap((region) => {
      const mask = this.answers.get(keyOf(source, region))?.mask;
      return mask ? { ...region, hidden: false, geometry: { type: 'mask' as const, mask } } : [];
    });
  }

  private agreement(regions: readonly Prompted[]): string | undefined {
    const overlaps = regions.flatMap((region) => {
      const left = this.maskOf(this.sources.left, region);
      const right = this.maskOf(this.sources.right, region);
      return left === undefined || right === undefined ? [] : iou(left, right);
    });
    if (!overlaps.length) return undefined;
    const mean = overlaps.reduce((sum, each) => sum + each, 0) / overlaps.length;
    return overlaps.length === 1
      ? `IoU ${mean.toFixed(2)}`
      : `IoU ${mean.toFixed(2)} on average of ${overlaps.length}, ${Math.min(...overlaps).toFixed(2)} at least`;
  }

  /** Null where a pack sees nothing; undefined where there is no answer yet, or no mask to compare with. */
  private maskOf(source: Source, region: Prompted): Rle | null | undefined {
    if (source === saved) return region.geometry.type === 'mask' ? region.geometry.mask : undefined;
    const answer = this.answers.get(keyOf(source, region));
    return answer && (answer.mask ?? null);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

const isPrompted = (annotation: Annotation): annotation is Prompted =>
  annotation.provenance.by === 'pack' && annotation.provenance.prompts.some(isSpatial);

/** Other prompts are another question. */
const keyOf = (source: Source, { id, provenance }: Prompted) =>
  `${source} ${id} ${JSON.stringify(provenance.prompts)}`;

function iou(a: Rle | null, b: Rle | null): number {
  if (!a || !b) return a === b ? 1 : 0;
  const { intersection, union } = rleOverlap(a, b);
  return union ? intersection / union : 1;
}
