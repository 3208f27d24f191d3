/** What can be done with the selected regions, as edits: one undo step each, or the reason why not. Pure. */
import type { Annotation, Edit } from '../../../src/protocol/annotator';
import type { Point, Size } from '../../../src/protocol/geometry';
import { moveAnnotation } from '../../../src/regions/annotations';
import { boxOfGeometry } from '../../../src/regions/geometry';
import { moveInOrder, type Move } from './order';

/** The regions of a picture and those that are selected, in the order of selecting. */
export interface Selection {
  readonly all: readonly Annotation[];
  readonly selected: readonly Annotation[];
  readonly size: Size;
}

/** An edit with what to select and to say afterwards; or a refusal, which is said. */
export type Outcome = { edit: Edit; select?: readonly string[]; status?: string } | { refusal: string };

export const edit = (title: string, parts: Partial<Edit>): Edit => ({ title, put: [], remove: [], ...parts });

export const nothingSelected: Outcome = { refusal: 'Select a region first.' };

/** `Region`, or `3 Regions`, for the title of an undo step. */
export const counted = (annotations: readonly unknown[]) =>
  annotations.length === 1 ? 'Region' : `${annotations.length} Regions`;

/** Does something with those that are not locked, and tells of the others. */
export function withoutLocked(
  { selected }: Selection,
  make: (free: readonly Annotation[]) => Outcome,
): Outcome {
  if (!selected.length) return nothingSelected;
  const free = selected.filter(({ locked }) => !locked);
  if (!free.length) return { refusal: lockedRefusal(selected) };
  const outcome = make(free);
  const left = selected.length - free.length;
  if (!left || 'refusal' in outcome) return outcome;
  const kept =
    left === 1 ? '1 locked region was left as it is.' : `${left} locked regions were left as they are.`;
  return { ...outcome, status: [outcome.status, kept].filter(Boolean).join(' ') };
}

export function lockedRefusal(selected: readonly Annotation[]): string {
  const locked = selected.filter(({ locked }) => locked);
  const [first] = locked;
  return locked.length === 1
    ? `${first?.label ? `“${first.label}”` : 'The region'} is locked. Unlock it first.`
    : `${locked.length} of these regions are locked. Unlock them first.`;
}

/** Gives regions a label, or takes it away (undefined). Labels bring their colour. */
export function relabel(selection: Selection, label: string | undefined): Outcome {
  return withoutLocked(selection, (free) => {
    const color = selection.all.find((each) => each.label === label && each.color !== undefined)?.color;
    return {
      edit: edit(`Label ${counted(free)}`, {
        put: free.map((annotation) =>
          // A region without a label keeps its colour: it has nothing else to be known by.
          label === undefined ? { ...annotation, label } : { ...annotation, label, color },
        ),
      }),
    };
  });
}

/** Colours regions; a label's regions all alike, here and from now on in the workspace. */
export function recolor({ all, selected }: Selection, color: string): Outcome {
  if (!selected.length) return nothingSelected;
  const labels = new Set(selected.flatMap(({ label }) => label ?? []));
  const ids = new Set(selected.map(({ id }) => id));
  return {
    edit: edit('Change Colour', {
      put: all
        .filter(({ id, label }) => ids.has(id) || (label !== undefined && labels.has(label)))
        .map((annotation) => ({ ...annotation, color })),
      ...(labels.size && { labelColors: Object.fromEntries([...labels].map((label) => [label, color])) }),
    }),
  };
}

export const remove = (selection: Selection): Outcome =>
  withoutLocked(selection, (free) => ({
    edit: edit(`Delete ${counted(free)}`, { remove: free.map(({ id }) => id) }),
    status: free.length > 1 ? `${free.length} regions deleted.` : '',
  }));

/** Hides those that are shown; shows all when none is. */
export function toggleHidden({ selected }: Selection): Outcome {
  if (!selected.length) return nothingSelected;
  const hides = selected.some(({ hidden }) => !hidden);
  return {
    edit: edit(`${hides ? 'Hide' : 'Show'} ${counted(selected)}`, {
      put: selected.map((annotation) => ({ ...annotation, hidden: hides || undefined })),
    }),
  };
}

/** Locks those that are free; frees all when none is. */
export function toggleLocked({ selected }: Selection): Outcome {
  if (!selected.length) return nothingSelected;
  const locks = selected.some(({ locked }) => !locked);
  return {
    edit: edit(`${locks ? 'Lock' : 'Unlock'} ${counted(selected)}`, {
      put: selected.map((annotation) => ({ ...annotation, locked: locks || undefined })),
    }),
  };
}

const orderTitles: Record<Move, string> = {
  raise: 'Bring Forward',
  lower: 'Send Backward',
  front: 'Bring to Front',
  back: 'Send to Back',
};

export function reorder({ all, selected }: Selection, how: Move): Outcome {
  if (!selected.length) return nothingSelected;
  const ids = all.map(({ id }) => id);
  const order = moveInOrder(ids, new Set(selected.map(({ id }) => id)), how);
  if (order.every((id, i) => id === ids[i]))
    return {
      refusal:
        how === 'raise' || how === 'front' ? 'That is on top already.' : 'That is at the bottom already.',
    };
  return { edit: edit(orderTitles[how], { order }) };
}

/** A number that no group of the picture has. */
export const freeGroup = (all: readonly Annotation[]) =>
  all.reduce((most, { group = 0 }) => Math.max(most, group), 0) + 1;

export function group({ all, selected }: Selection): Outcome {
  if (selected.length < 2) return { refusal: 'Select two or more regions to group them.' };
  const number = selected[0]?.group;
  if (number !== undefined && selected.every((each) => each.group === number))
    return { refusal: 'These regions are a group already.' };
  return {
    edit: edit(`Group ${counted(selected)}`, {
      put: selected.map((annotation) => ({ ...annotation, group: freeGroup(all) })),
    }),
    status: `${selected.length} regions are a group: a click selects all, Alt+click one.`,
  };
}

export function ungroup({ selected }: Selection): Outcome {
  const grouped = selected.filter((each) => each.group !== undefined);
  if (!grouped.length) return { refusal: 'None of these regions is in a group.' };
  return {
    edit: edit(`Ungroup ${counted(grouped)}`, {
      put: grouped.map((annotation) => ({ ...annotation, group: undefined })),
    }),
  };
}

/** Copies of regions, a little further on, or back where there is no room. */
export function duplicate({ all, selected, size }: Selection): Outcome {
  if (!selected.length) return nothingSelected;
  const put = copies(selected, all).map((annotation) =>
    moveAnnotation(annotation, stepAside([annotation], size), size),
  );
  return {
    edit: edit(`Duplicate ${counted(put)}`, { put }),
    select: put.map(({ id }) => id),
  };
}

/** New ids, and new groups for what is copied from a group; a copy is not locked. */
export function copies(annotations: readonly Annotation[], all: readonly Annotation[]): Annotation[] {
  const groups = new Map<number, number>();
  let next = freeGroup(all);
  return annotations.map((annotation) => {
    const { group: old } = annotation;
    if (old !== undefined && !groups.has(old)) groups.set(old, next++);
    return {
      ...annotation,
      id: crypto.randomUUID(),
      locked: undefined,
      group: old === undefined ? undefined : groups.get(old),
    };
  });
}

/** How far copies go aside so that both can be seen: two hundredths of the picture, away from its edge. */
export function stepAside(annotations: readonly Annotation[], { width, height }: Size): Point {
  const step = Math.max(4, Math.round(Math.max(width, height) / 50));
  const boxes = annotations.map(({ geometry }) => boxOfGeometry(geometry));
  const right = Math.max(...boxes.map(([, , x]) => x));
  const bottom = Math.max(...boxes.map(([, , , y]) => y));
  return [right + step <= width ? step : -step, bottom + step <= height ? step : -step];
}
