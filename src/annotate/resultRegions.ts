/** The regions of an answer as annotations, for a picture that is open and for one of a whole folder. */
import type { Annotation } from '../protocol/annotator';
import { nextColor } from '../protocol/colors';
import type { PackRef, Prompt } from '../protocol/geometry';
import type { ResultRegion, TaskResult } from '../protocol/inference';

export interface ResultOptions {
  /** What the picture has already: new regions without a label get other colours. */
  existing: readonly Annotation[];
  prompts: Prompt[];
  /** Label of a region that has none of its own. */
  label?: string;
  newId(index: number): string;
}

/** @returns one annotation for each region that has a mask, or a box where the pack gives no masks */
export function annotationsOf(
  result: TaskResult,
  { existing, prompts, label, newId }: ResultOptions,
): Annotation[] {
  const made: Annotation[] = [];
  for (const region of result.regions) {
    const name = region.label ?? label;
    made.push({
      id: newId(made.length),
      ...(name !== undefined && { label: name }),
      ...(region.score !== undefined && { score: region.score }),
      geometry: geometryOf(region),
      provenance: { by: 'pack', packs: packsOf(result), prompts },
      // A label has its own colour.
      ...(name === undefined && { color: nextColor([...existing, ...made]) }),
    });
  }
  return made;
}

/** The packs that answered. */
export const packsOf = (result: TaskResult): PackRef[] => result.packs ?? [result.pack];

const geometryOf = ({ mask, box }: ResultRegion): Annotation['geometry'] =>
  mask ? { type: 'mask', mask } : { type: 'box', box };
