/** The questions before “Segment Folder…”: what to find, who answers, in which images, and what becomes of those with annotations. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { listImages } from '../../batch/listImages';
import type { BatchJob, Existing } from '../../protocol/batch';
import { GroundnoteError } from '../../protocol/errors';
import type { PackSummary } from '../../protocol/packs';
import { askAnswerers } from './askAnswerers';
import { canAnswer } from './canAnswer';

type Item<T> = vscode.QuickPickItem & { value: T };

const pick = async <T>(title: string, placeHolder: string, items: Item<T>[]): Promise<T | undefined> =>
  (await vscode.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.value;

const images = (count: number) => `${count} ${count === 1 ? 'image' : 'images'}`;

/** @returns undefined when the user gives up. @throws GroundnoteError not-found, no-pack */
export async function askBatch(folder: string, packs: readonly PackSummary[]): Promise<BatchJob | undefined> {
  const can = (task: BatchJob['task']) => packs.some((pack) => canAnswer(pack, task));
  const title = `Segment Folder ${path.basename(folder)}`;
  const [flat, deep] = await Promise.all([
    listImages(folder, { recursive: false }),
    listImages(folder, { recursive: true }),
  ]);
  if (!deep.length)
    throw new GroundnoteError('not-found', `There are no images in ${path.basename(folder)}.`);

  const tasks: Item<BatchJob['task']>[] = [];
  if (can('everything'))
    tasks.push({
      label: '$(symbol-misc) Everything',
      description: 'all things that the model sees, without a prompt',
      value: 'everything',
    });
  if (can('ground'))
    tasks.push({
      label: '$(search) A text…',
      description: 'the regions that a word or phrase names',
      value: 'ground',
    });
  if (!tasks.length)
    throw new GroundnoteError(
      'no-pack',
      'No model on this machine and no server segments or finds text in pictures.',
    );
  const task = await pick(title, 'What to look for', tasks);
  if (!task) return undefined;
  const text =
    task === 'ground'
      ? await vscode.window.showInputBox({
          title,
          prompt: 'What to find in each image',
          ignoreFocusOut: true,
          validateInput: (value) => (value.trim() ? undefined : 'Type a word or a phrase.'),
        })
      : undefined;
  if (task === 'ground' && !text) return undefined;

  const answerers = await askAnswerers(title, task, packs);
  if (!answerers) return undefined;
  const which = await askWhich(title, folder, flat.length, deep.length);
  if (!which) return undefined;
  const existing = await pick<Existing>(title, 'Images that have annotations', [
    { label: 'Skip them', description: 'their annotations stay as they are', value: 'skip' },
    { label: 'Add to them', description: 'all annotations stay, new ones come', value: 'add' },
    {
      label: 'Replace earlier answers',
      description: 'what a model said to the same question before goes; all else stays',
      value: 'replace',
    },
  ]);
  if (!existing) return undefined;
  return {
    id: `batch-${randomUUID().slice(0, 8)}`,
    folder,
    task,
    ...(text !== undefined && { text: text.trim() }),
    existing,
    ...answerers,
    ...which,
  };
}

async function askWhich(
  title: string,
  folder: string,
  flat: number,
  deep: number,
): Promise<Pick<BatchJob, 'recursive' | 'filter'> | undefined> {
  const items: Item<'flat' | 'deep' | 'filter'>[] = [];
  if (flat) items.push({ label: 'This folder', description: images(flat), value: 'flat' });
  if (deep > flat)
    items.push({ label: 'This folder and those in it', description: images(deep), value: 'deep' });
  items.push({ label: 'A pattern…', description: 'such as *.png or cats/**', value: 'filter' });
  const which = await pick(title, 'Which images', items);
  if (which !== 'filter') return which && { recursive: which === 'deep' };
  const filter = await vscode.window.showInputBox({
    title,
    prompt: 'Pattern of names, in all folders inside; with a slash, of paths from this folder',
    value: '*.png',
    ignoreFocusOut: true,
    validateInput: async (value) => {
      if (!value.trim()) return 'Type a pattern.';
      const found = await listImages(folder, { recursive: true, filter: value.trim() });
      return found.length
        ? { message: images(found.length), severity: vscode.InputBoxValidationSeverity.Info }
        : 'No image matches.';
    },
  });
  return filter ? { recursive: true, filter: filter.trim() } : undefined;
}
