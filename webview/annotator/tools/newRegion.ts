/** A region that the user has drawn. */
import type { Annotation } from '../../../src/protocol/annotator';
import { nextColor } from '../../../src/protocol/colors';
import type { Geometry } from '../../../src/protocol/geometry';
import type { ToolContext } from './tool';

/** Adds a region, as one undo step, and selects it. */
export function newRegion({ store, edits }: ToolContext, title: string, geometry: Geometry): Annotation {
  const annotation: Annotation = {
    id: crypto.randomUUID(),
    geometry,
    provenance: { by: 'user' },
    color: nextColor(store.annotations),
  };
  store.select(annotation.id);
  void edits.commit({ title, put: [annotation] });
  return annotation;
}
