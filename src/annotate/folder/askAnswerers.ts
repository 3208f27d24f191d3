/** Asks who answers a batch: a pack of this machine, servers, or both. */
import * as vscode from 'vscode';
import type { BatchJob } from '../../protocol/batch';
import type { PackSummary } from '../../protocol/packs';
import { canAnswer } from './canAnswer';

type Item = vscode.QuickPickItem & { id: string; isServer: boolean };

/** Nobody is asked where there is one pack. @returns undefined when the user gives up */
export async function askAnswerers(
  title: string,
  task: BatchJob['task'],
  packs: readonly PackSummary[],
): Promise<Pick<BatchJob, 'pack' | 'servers'> | undefined> {
  const able = packs.filter((pack) => canAnswer(pack, task));
  const local = able.filter(({ engine }) => engine !== 'remote');
  const servers = able.filter(({ engine }) => engine === 'remote');
  // What it is by default.
  if (!servers.length && local.length <= 1) return {};
  const items = [...local.map((pack) => itemOf(pack, false)), ...servers.map((pack) => itemOf(pack, true))];
  if (!servers.length) {
    const picked = await vscode.window.showQuickPick(items, {
      title,
      placeHolder: 'Which model answers',
      ignoreFocusOut: true,
    });
    return picked && { pack: picked.id };
  }
  const picked = await pickSeveral(title, items);
  if (!picked) return undefined;
  const pack = picked.find(({ isServer }) => !isServer)?.id;
  const chosen = picked.filter(({ isServer }) => isServer).map(({ id }) => id);
  return { ...(pack !== undefined && { pack }), ...(chosen.length && { servers: chosen }) };
}

const itemOf = ({ id, title, url }: PackSummary, isServer: boolean): Item => ({
  id,
  isServer,
  label: `${isServer ? '$(server-environment)' : '$(device-desktop)'} ${title}`,
  description: isServer ? (url ?? '') : 'on this machine',
});

/** Servers as many as one likes, and at most one pack of this machine: all must find the same things. */
function pickSeveral(title: string, items: readonly Item[]): Promise<readonly Item[] | undefined> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = title;
  pick.placeholder = 'Who answers: servers, one model on this machine, or both';
  pick.canSelectMany = true;
  pick.ignoreFocusOut = true;
  pick.items = items;
  const first = items[0];
  if (first) pick.selectedItems = [first];
  return new Promise((resolve) => {
    let before = pick.selectedItems;
    const parts = [
      pick.onDidChangeSelection((selected) => {
        const local = selected.filter(({ isServer }) => !isServer);
        // A second one takes the place of the first.
        const added = local.find((item) => !before.includes(item)) ?? local[0];
        before = local.length > 1 ? selected.filter((item) => item.isServer || item === added) : selected;
        if (before !== selected) pick.selectedItems = before;
      }),
      pick.onDidAccept(() => {
        if (!pick.selectedItems.length) return;
        resolve(pick.selectedItems);
        pick.hide();
      }),
      pick.onDidHide(() => {
        resolve(undefined);
        parts.forEach((part) => part.dispose());
        pick.dispose();
      }),
    ];
    pick.show();
  });
}
