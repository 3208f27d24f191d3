/** The annotations of one picture and the edits that change them, without VS Code. */
import type { Annotation, Edit } from '../protocol/annotator';

/** One edit that was applied. Undo and redo may be called in turn, as often as VS Code's stack likes. */
export interface AppliedEdit {
  readonly title: string;
  undo(): void;
  redo(): void;
}

/** What an edit did to one id: `undefined` means that it was not there. `index` is its place before (or after, when new). */
interface Change {
  id: string;
  index: number;
  before: Annotation | undefined;
  after: Annotation | undefined;
}

/**
 * The ordered annotations of a picture. Ids are stable; annotations are never changed in place, so a list that was
 * handed out stays as it was. `revision` grows with every change, undo and redo included.
 */
export class AnnotationModel {
  private list: readonly Annotation[];
  private count = 0;

  constructor(annotations: readonly Annotation[] = []) {
    this.list = [...annotations];
  }

  get revision(): number {
    return this.count;
  }

  get annotations(): readonly Annotation[] {
    return this.list;
  }

  /** The annotation with this id. */
  find(id: string): Annotation | undefined {
    return this.list.find((annotation) => annotation.id === id);
  }

  /**
   * Applies an edit: `remove` first, then each of `put` replaces the annotation of its id in its place or goes to the end,
   * then the order.
   * @returns undefined when the edit changes nothing (it must not become an undo step).
   */
  apply(edit: Edit): AppliedEdit | undefined {
    const changes: Change[] = [];
    const put = new Map(edit.put.map((annotation) => [annotation.id, annotation]));
    for (const id of new Set(edit.remove)) {
      const index = this.list.findIndex((annotation) => annotation.id === id);
      if (index >= 0 && !put.has(id)) changes.push({ id, index, before: this.list[index], after: undefined });
    }
    let end = this.list.length - changes.length;
    for (const [id, after] of put) {
      const index = this.list.findIndex((annotation) => annotation.id === id);
      const before = this.list[index];
      if (!before) changes.push({ id, index: end++, before, after });
      else if (!sameAnnotation(before, after)) changes.push({ id, index, before, after });
    }
    const before = this.list.map(({ id }) => id);
    if (changes.length) this.redo(changes);
    const list = edit.order ? inOrder(this.list, edit.order) : this.list;
    const reordered = list.some(({ id }, i) => id !== this.list[i]?.id);
    if (reordered) {
      this.list = list;
      if (!changes.length) this.count++;
    }
    if (!changes.length && !reordered) return undefined;
    const after = list.map(({ id }) => id);
    return {
      title: edit.title,
      undo: () => {
        this.undo(changes);
        if (reordered) this.list = inOrder(this.list, before);
      },
      redo: () => {
        this.redo(changes);
        if (reordered) this.list = inOrder(this.list, after);
      },
    };
  }

  /** Replaces everything (reload, revert). Edits that were applied before can still be undone, id by id. */
  replaceAll(annotations: readonly Annotation[]): void {
    this.list = [...annotations];
    this.count++;
  }

  private redo(changes: readonly Change[]): void {
    let list = this.list.filter(({ id }) => !changes.some((change) => change.id === id && !change.after));
    for (const { id, after } of changes) if (after) list = put(list, id, after, list.length);
    this.list = list;
    this.count++;
  }

  private undo(changes: readonly Change[]): void {
    let list = this.list.filter(({ id }) => !changes.some((change) => change.id === id && !change.before));
    // Ascending places, so that each index counts what comes before it.
    for (const { id, before, index } of [...changes].sort((a, b) => a.index - b.index))
      if (before) list = put(list, id, before, index);
    this.list = list;
    this.count++;
  }
}

/** The annotations in the order of these ids; those that are not named keep their order at the end. */
function inOrder(list: readonly Annotation[], ids: readonly string[]): readonly Annotation[] {
  const place = new Map(ids.map((id, i) => [id, i]));
  const placeOf = ({ id }: Annotation) => place.get(id) ?? Infinity;
  // Equal places compare as NaN or 0, and the sort is stable.
  return [...list].sort((a, b) => placeOf(a) - placeOf(b) || 0);
}

/** Replaces the annotation of this id in its place, or inserts it at `index`. */
function put(list: readonly Annotation[], id: string, annotation: Annotation, index: number): Annotation[] {
  const place = list.findIndex((each) => each.id === id);
  if (place >= 0) return list.map((each, i) => (i === place ? annotation : each));
  return [...list.slice(0, index), annotation, ...list.slice(index)];
}

/** True when two annotations say the same. */
export function sameAnnotation(a: Annotation, b: Annotation): boolean {
  return a === b || canonical(a) === canonical(b);
}

/** True when two lists say the same in the same order. */
export function sameAnnotations(a: readonly Annotation[], b: readonly Annotation[]): boolean {
  return a.length === b.length && a.every((each, i) => sameAnnotation(each, b[i] as Annotation));
}

/** JSON with sorted keys, undefined left out. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item && typeof item === 'object' && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
