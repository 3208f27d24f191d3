/** Imported regions among those that a picture has. */
import type { Annotation } from '../../protocol/annotator';
import { sameAnnotation } from '../document';

/** Regions of an import over those that are there: equal ids are replaced, others added on top. */
export function mergeRegions(
  before: readonly Annotation[],
  added: readonly Annotation[],
): { put: Annotation[]; all: Annotation[] } {
  const all = new Map(before.map((each) => [each.id, each]));
  const put = added.filter((each) => {
    const known = all.get(each.id);
    return !known || !sameAnnotation(known, each);
  });
  for (const each of put) all.set(each.id, each);
  return { put, all: [...all.values()] };
}
