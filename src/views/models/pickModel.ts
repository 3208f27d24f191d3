/** Asks for a model, for the commands that are not given one by the view. */
import * as vscode from 'vscode';
import { GroundnoteError } from '../../protocol/errors';
import type { Models } from './models';
import { childrenOf, groupsOf, rowOf, titleOf, type ModelItem } from './rows';

/**
 * The row that a command was given, or one that the user picks among those that `fits` takes.
 * @param none what is said where nothing fits @throws GroundnoteError not-found, cancelled
 */
export async function modelFor<Item extends ModelItem>(
  models: Models,
  given: unknown,
  fits: (item: ModelItem) => item is Item,
  { placeHolder, none }: { placeHolder: string; none: string },
): Promise<Item> {
  if (isModelItem(given) && fits(given)) return given;
  const state = await models.state();
  const items = groupsOf(state)
    .flatMap((group) => (group.kind === 'group' ? childrenOf(state, group.group) : []))
    .filter(fits);
  if (!items.length) throw new GroundnoteError('not-found', none);
  const picked = await vscode.window.showQuickPick(
    items.map((item) => ({
      label: titleOf(item),
      description: rowOf(item, state).description ?? '',
      item,
    })),
    { placeHolder, matchOnDescription: true },
  );
  if (!picked) throw new GroundnoteError('cancelled', 'Cancelled.');
  return picked.item;
}

const isModelItem = (value: unknown): value is ModelItem =>
  typeof value === 'object' && value !== null && 'kind' in value;

/** For `modelFor`: rows of these kinds. */
export const ofKind =
  <Kind extends ModelItem['kind']>(...kinds: Kind[]) =>
  (item: ModelItem): item is Extract<ModelItem, { kind: Kind }> =>
    (kinds as ModelItem['kind'][]).includes(item.kind);
