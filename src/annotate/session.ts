/** A picture that is open: its annotations, its sidecar, and the draft that keeps unsaved edits. Without VS Code. */
import { createHash } from 'node:crypto';
import type { Annotation, Edit } from '../protocol/annotator';
import { GroundnoteError } from '../protocol/errors';
import type { Size } from '../protocol/geometry';
import { AnnotationModel, sameAnnotations, type AppliedEdit } from './document';
import type { Draft } from './drafts';
import {
  formatSidecar,
  mergeOrigins,
  newSidecar,
  parseSidecar,
  sidecarConflict,
  type SidecarContent,
} from './sidecar';
import type { TextFile } from './textFile';

/** What to do about a sidecar that somebody else has changed since it was read. */
export type ConflictChoice = 'overwrite' | 'reload' | 'cancel';

export interface SessionOptions {
  imageName: string;
  sidecar: TextFile;
  draft: Pick<Draft, 'read' | 'write' | 'remove'>;
  /** Size of the picture with its orientation applied; called once, may be slow. */
  imageSize(): Promise<Size>;
  /** Whether a file of this name lies beside the picture. */
  exists(name: string): Promise<boolean>;
  /** Called after every change of what a panel shows. */
  onChange(): void;
}

const none = 'none';
const hashOf = (text: string | undefined) =>
  text === undefined ? none : createHash('sha1').update(text).digest('hex');

/** The state of one open picture. Make it with `AnnotationSession.open`. */
export class AnnotationSession {
  private content: SidecarContent = newSidecar;
  private saved: readonly Annotation[] = [];
  /** Hash of the sidecar that the annotations started from. */
  private base = none;
  private readProblem: string | undefined;
  private pictureProblem: string | undefined;
  private restoredEdit: AppliedEdit | undefined;
  private saving: Promise<unknown> = Promise.resolve();
  private changes = 0;
  readonly model = new AnnotationModel();

  private constructor(private readonly options: SessionOptions) {}

  /** Reads the sidecar, then the draft over it. A sidecar that cannot be used becomes `problem`, never an error. */
  static async open(options: SessionOptions): Promise<AnnotationSession> {
    const session = new AnnotationSession(options);
    await session.load(() => options.sidecar.read());
    const draft = await options.draft.read();
    if (draft && !sameAnnotations(draft.annotations, session.saved)) {
      const ids = new Set(draft.annotations.map(({ id }) => id));
      session.restoredEdit = session.model.apply({
        title: 'Restore unsaved annotations',
        put: [...draft.annotations],
        remove: session.saved.map(({ id }) => id).filter((id) => !ids.has(id)),
        order: draft.annotations.map(({ id }) => id),
      });
      session.base = draft.base;
    }
    return session;
  }

  get annotations(): readonly Annotation[] {
    return this.model.annotations;
  }

  /** Grows with every change that a panel can see. */
  get revision(): number {
    return this.changes;
  }

  /** Why saving is not possible. */
  get problem(): string | undefined {
    return this.readProblem ?? this.pictureProblem;
  }

  get dirty(): boolean {
    return !sameAnnotations(this.model.annotations, this.saved);
  }

  /** The edit that brought a draft back, once: VS Code must hear of it, or the tab is not dirty. */
  takeRestored(): AppliedEdit | undefined {
    const restored = this.restoredEdit;
    this.restoredEdit = undefined;
    return restored && this.tracked(restored);
  }

  /** Applies an edit and keeps it in the draft. @returns undefined when nothing changes */
  apply(edit: Edit): AppliedEdit | undefined {
    const applied = this.model.apply(edit);
    if (!applied) return undefined;
    this.changed();
    return this.tracked(applied);
  }

  /** Checks the sidecar against the picture; call it when the picture's size is known. */
  async checkPicture(): Promise<void> {
    const before = this.problem;
    const size = await this.options.imageSize();
    this.pictureProblem = await this.conflictWith(await this.options.sidecar.read(), size);
    if (this.problem !== before) this.announce();
  }

  /**
   * Writes the sidecar. When somebody else has changed it since, `resolve` decides.
   * @returns false when the user cancelled
   * @throws GroundnoteError 'bad-sidecar' (nothing is touched), 'io', or what reading the picture's size throws
   */
  save(resolve: () => Promise<ConflictChoice>): Promise<boolean> {
    const job = this.saving.then(async () => {
      const size = await this.options.imageSize();
      const { sidecar, imageName, draft } = this.options;
      const onDisk = await sidecar.read();
      if (hashOf(onDisk) !== this.base) {
        const choice = await resolve();
        if (choice === 'cancel') return false;
        if (choice === 'reload') {
          await this.revert();
          return true;
        }
        // Overwriting is for the regions; what else stands in the new file is kept, and a foreign file is still refused.
        this.pictureProblem = await this.conflictWith(onDisk, size);
        if (onDisk !== undefined) {
          const parsed = parseSidecar(onDisk, sidecar.name, size);
          this.content = mergeOrigins(this.content, { ...parsed.content, origins: this.content.origins });
        }
        this.readProblem = undefined;
      }
      if (this.problem) throw new GroundnoteError('bad-sidecar', this.problem);
      const annotations = this.model.annotations;
      const text = formatSidecar(this.content, annotations, { ...size, name: imageName });
      await sidecar.write(text);
      this.content = mergeOrigins(this.content, parseSidecar(text, sidecar.name, size).content);
      this.saved = annotations;
      this.base = hashOf(text);
      if (this.dirty) draft.write({ base: this.base, annotations: this.model.annotations });
      else await draft.remove();
      this.announce();
      return true;
    });
    this.saving = job.catch(() => undefined);
    return job;
  }

  /** Gives up unsaved edits and reads the sidecar again. */
  async revert(): Promise<void> {
    const text = await this.load(() => this.options.sidecar.read());
    await this.options.draft.remove();
    this.pictureProblem = await this.conflictWith(
      text,
      await this.options.imageSize().catch(() => undefined),
    );
    this.announce();
  }

  /** The sidecar has changed on the disk: read it again, unless there is unsaved work (then saving asks). */
  async sidecarChanged(): Promise<void> {
    await this.saving;
    const text = await this.options.sidecar.read();
    if (hashOf(text) === this.base) return;
    if (!this.dirty) return this.revert();
    // A repaired file lifts the problem; the annotations in hand stay, and saving asks.
    this.readProblem = this.readProblemOf(text);
    this.pictureProblem = await this.conflictWith(
      text,
      await this.options.imageSize().catch(() => undefined),
    );
    this.announce();
  }

  /** The text of a sidecar for a copy of the picture under another name. */
  async exportFor(imageName: string): Promise<string> {
    return formatSidecar(this.content, this.model.annotations, {
      ...(await this.options.imageSize()),
      name: imageName,
    });
  }

  /** Takes the sidecar as the saved state. One that cannot be read or used becomes the problem. */
  private async load(read: () => Promise<string | undefined>): Promise<string | undefined> {
    this.content = newSidecar;
    this.readProblem = undefined;
    let annotations: readonly Annotation[] = [];
    let text: string | undefined;
    try {
      text = await read();
      if (text !== undefined) {
        const parsed = parseSidecar(text, this.options.sidecar.name);
        this.content = parsed.content;
        annotations = parsed.annotations;
      }
    } catch (error) {
      if (!(error instanceof GroundnoteError)) throw error;
      this.readProblem = error.message;
    }
    this.base = hashOf(text);
    this.saved = annotations;
    this.model.replaceAll(annotations);
    return text;
  }

  private readProblemOf(text: string | undefined): string | undefined {
    try {
      if (text !== undefined) parseSidecar(text, this.options.sidecar.name);
      return undefined;
    } catch (error) {
      if (error instanceof GroundnoteError) return error.message;
      throw error;
    }
  }

  private async conflictWith(text: string | undefined, size: Size | undefined): Promise<string | undefined> {
    if (text === undefined || !size || this.readProblemOf(text)) return undefined;
    const { sidecar, imageName, exists } = this.options;
    return sidecarConflict(
      parseSidecar(text, sidecar.name, size),
      sidecar.name,
      { ...size, name: imageName },
      exists,
    );
  }

  private tracked(applied: AppliedEdit): AppliedEdit {
    const then = (action: () => void) => () => {
      action();
      this.changed();
    };
    return {
      title: applied.title,
      undo: then(() => applied.undo()),
      redo: then(() => applied.redo()),
    };
  }

  private changed(): void {
    const { draft } = this.options;
    if (this.dirty) draft.write({ base: this.base, annotations: this.model.annotations });
    else void draft.remove();
    this.announce();
  }

  private announce(): void {
    this.changes++;
    this.options.onChange();
  }
}
