/** The order of regions, in which the last lies on top. Pure. */

export type Move = 'raise' | 'lower' | 'front' | 'back';

/** The ids with the chosen ones moved by a step, or to an end; among themselves they keep their order. */
export function moveInOrder(ids: readonly string[], chosen: ReadonlySet<string>, how: Move): string[] {
  const [moving, others] = [ids.filter((id) => chosen.has(id)), ids.filter((id) => !chosen.has(id))];
  switch (how) {
    case 'front':
      return [...others, ...moving];
    case 'back':
      return [...moving, ...others];
    case 'raise':
      return step([...ids].reverse(), chosen).reverse();
    case 'lower':
      return step([...ids], chosen);
  }
}

/** Each chosen one goes before the one that is before it, unless that is chosen too. */
function step(ids: string[], chosen: ReadonlySet<string>): string[] {
  for (let i = 1; i < ids.length; i++) {
    const [before, id] = [ids[i - 1] as string, ids[i] as string];
    if (chosen.has(id) && !chosen.has(before)) [ids[i - 1], ids[i]] = [id, before];
  }
  return ids;
}

/** The ids with the chosen ones brought together before `before`; to the end without it. */
export function moveBefore(
  ids: readonly string[],
  chosen: ReadonlySet<string>,
  before: string | undefined,
): string[] {
  const moving = ids.filter((id) => chosen.has(id));
  // A chosen one cannot be where they go: the next that is not chosen is.
  const target = ids
    .slice(before === undefined ? ids.length : ids.indexOf(before))
    .find((id) => !chosen.has(id));
  return ids
    .flatMap((id) => (id === target ? [...moving, id] : chosen.has(id) ? [] : [id]))
    .concat(target === undefined ? moving : []);
}
