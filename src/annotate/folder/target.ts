/** Which picture of the folder a key leads to. */
import type { FolderItem } from '../../protocol/folder';

/** The picture that is meant, or why there is none. */
export async function targetOf(
  names: readonly string[],
  at: number,
  to: 'previous' | 'next' | 'nextUnannotated' | { name: string },
  itemOf: (name: string) => Promise<Pick<FolderItem, 'regions' | 'problem'>>,
  signal: AbortSignal,
): Promise<{ name: string } | { message: string }> {
  if (typeof to === 'object')
    return names.includes(to.name) ? to : { message: `${to.name} is no longer in this folder.` };
  if (to === 'previous') {
    const name = names[at - 1];
    return name === undefined ? { message: 'This is the first image of the folder.' } : { name };
  }
  if (to === 'next') {
    const name = names[at + 1];
    return name === undefined ? { message: 'This is the last image of the folder.' } : { name };
  }
  // Behind this one first, then from the beginning.
  for (const name of [...names.slice(at + 1), ...names.slice(0, Math.max(0, at))]) {
    if (signal.aborted) break;
    const { regions, problem } = await itemOf(name);
    // What cannot be saved is not what somebody who annotates looks for.
    if (regions === 0 && problem === undefined) return { name };
  }
  return { message: 'All other images of the folder have annotations.' };
}
