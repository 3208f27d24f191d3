/** Which regions a click or a key selects. The last of the selected is the active one: prompts refine it. Pure. */
import type { Annotation } from '../../../src/protocol/annotator';

/** The ids of a region's group, this region last; of itself alone when it is in none. */
export function groupOf(annotations: readonly Annotation[], id: string): string[] {
  const group = annotations.find((each) => each.id === id)?.group;
  if (group === undefined) return [id];
  return [...annotations.filter((each) => each.group === group && each.id !== id).map((each) => each.id), id];
}

/**
 * What is selected after a click on a region: its whole group, or with `alone` (Alt) just itself.
 * @param toggle adds to the selection, or takes out of it (Ctrl)
 */
export function clickSelection(
  annotations: readonly Annotation[],
  selected: readonly string[],
  id: string,
  { toggle = false, alone = false }: { toggle?: boolean; alone?: boolean } = {},
): string[] {
  const clicked = alone ? [id] : groupOf(annotations, id);
  if (!toggle) return clicked;
  const others = selected.filter((each) => !clicked.includes(each));
  return selected.includes(id) ? others : [...others, ...clicked];
}

/** All from one id to another in the order shown, the second last; just the second when the first is not there. */
export function rangeSelection(shown: readonly string[], from: string | undefined, to: string): string[] {
  const [a, b] = [from === undefined ? -1 : shown.indexOf(from), shown.indexOf(to)];
  if (a < 0) return [to];
  const range = shown.slice(Math.min(a, b), Math.max(a, b) + 1);
  return a > b ? range.reverse() : range;
}
