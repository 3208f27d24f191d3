/** Edits of the tools: what a gesture would leave is shown at once, and until the document has it. */
import type { Annotation, Edit } from '../../../src/protocol/annotator';
import type { CanvasStage } from '../canvas/stage';
import type { PanelStore } from '../store';

/** Regions by id as they will be; undefined for one that goes, or that a tool draws itself. */
type StandIns = ReadonlyMap<string, Annotation | undefined>;

export class Edits {
  /** Sent, and not in a snapshot yet. */
  private readonly sent = new Map<string, Annotation | undefined>();
  /** Of the gesture under way. */
  private draft: StandIns = new Map();

  constructor(
    private readonly store: PanelStore,
    private readonly stage: CanvasStage,
  ) {}

  /** A region as the last gesture left it, whether or not the document has it yet. */
  find(id: string | undefined): Annotation | undefined {
    if (id === undefined) return undefined;
    return this.sent.has(id) ? this.sent.get(id) : this.store.annotations.find((each) => each.id === id);
  }

  /** The selected regions, as the last gestures left them. */
  get selection(): Annotation[] {
    return this.store.state.selected.flatMap((id) => this.find(id) ?? []);
  }

  /** The region that was selected last. */
  get active(): Annotation | undefined {
    return this.find(this.store.state.activeId);
  }

  /** Shows regions as the gesture under way would leave them. */
  show(draft: StandIns): void {
    this.draft = draft;
    this.update();
  }

  /** Sends an edit, as one undo step. */
  async commit({ title, put = [], remove = [] }: Partial<Edit> & Pick<Edit, 'title'>): Promise<void> {
    const changes = [
      ...put.map((each) => [each.id, each] as const),
      ...remove.map((id) => [id, undefined] as const),
    ];
    for (const [id, after] of changes) this.sent.set(id, after);
    this.show(new Map());
    const revision = await this.store.edit({ title, put: [...put], remove: [...remove] });
    if (revision !== undefined) await this.snapshotOf(revision);
    for (const [id, after] of changes) if (this.sent.get(id) === after) this.sent.delete(id);
    this.update();
  }

  private update(): void {
    this.stage.showInstead(new Map([...this.sent, ...this.draft]));
  }

  /** Resolves when the page has the document of this revision, or a newer one. */
  private snapshotOf(revision: number): Promise<void> {
    const isThere = () => (this.store.state.snapshot?.revision ?? -1) >= revision;
    if (isThere()) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.store.subscribe(() => {
        if (!isThere()) return;
        stop();
        resolve();
      });
    });
  }
}
