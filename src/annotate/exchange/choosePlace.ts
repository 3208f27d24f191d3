/** A place on this machine: one of those nearby, or any other through VS Code's dialog for files. */
import path from 'node:path';
import * as vscode from 'vscode';
import { answered } from '../dialogs';
import type { NearbyPlace } from './nearby';
import { onDisk } from './services';

/**
 * @param nearby what is offered at once; nothing: the dialog comes first
 * @param start where the dialog starts
 * @throws GroundnoteError cancelled, and unsupported for a place that is not on this machine
 */
export async function choosePlace(
  nearby: readonly NearbyPlace[],
  start: vscode.Uri,
  title: string,
  dialog: vscode.OpenDialogOptions,
): Promise<string> {
  const items: (vscode.QuickPickItem & { place?: string })[] = nearby.map(({ place, name }) => ({
    label: name || path.basename(place),
    description: name ? undefined : 'this folder',
    place,
  }));
  if (items.length) {
    items.push({ label: '$(folder-opened) Browse…', alwaysShow: true });
    const { place } = answered(await vscode.window.showQuickPick(items, { title }));
    if (place !== undefined) return place;
  }
  const picked = answered(
    await vscode.window.showOpenDialog({
      ...dialog,
      title,
      defaultUri: start.scheme === 'file' ? start : undefined,
    }),
  );
  return onDisk(picked[0] as vscode.Uri);
}
