/** What the Models view and its commands do with packs. Loaded with the first of them. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import type { PackSummary, Task } from '../../protocol/packs';
import { bytesInWords } from '../../protocol/words';
import { askForSource } from './addPack';
import { installPack, withProgress, type InstallServices } from './installPack';
import type { Models } from './models';
import { modelFor, ofKind } from './pickModel';
import { idOf, tasksOf, titleOf, type ModelItem, type ModelItemOf } from './rows';

const whatTasksDo: Readonly<Record<Task, string>> = {
  segment: 'masks from points, boxes and strokes',
  ground: 'regions that a phrase names',
  refer: 'what regions are or say',
  ask: 'answers to questions',
  describe: 'descriptions of pictures',
};

export class ModelActions {
  constructor(
    private readonly models: Models,
    /** Gives the models' memory, and their files, back. */
    private readonly unload: () => void,
  ) {}

  async install(given: unknown): Promise<void> {
    const { entry } = await modelFor(this.models, given, ofKind('available'), {
      placeHolder: 'Which model do you want to install?',
      none: 'All models of the catalogue are installed. “Add Model Pack…” takes others.',
    });
    await installPack(this.installing, { from: 'catalogue', id: entry.id });
  }

  async add(): Promise<void> {
    await installPack(this.installing, await askForSource(this.models));
  }

  async resume(given: unknown): Promise<void> {
    const { partial } = await this.partial(given, 'Which installation goes on?');
    await installPack(this.installing, partial.source);
  }

  async discard(given: unknown): Promise<void> {
    const { partial } = await this.partial(given, 'Which installation is given up?');
    await this.confirm(
      `Discard what is here of “${partial.title}”?`,
      `${bytesInWords(partial.bytesHere)} of disk space are given back.`,
      'Discard',
    );
    await (await this.models.store()).discard(partial.id);
    this.models.refresh();
  }

  async remove(given: unknown): Promise<void> {
    const isInstalled = (item: ModelItem): item is ModelItemOf<'pack'> =>
      item.kind === 'pack' && item.place === 'installed';
    const { pack } = await modelFor(this.models, given, isInstalled, {
      placeHolder: 'Which model is removed?',
      none: 'No model is installed. Those that come with Groundnote stay.',
    });
    await this.confirm(
      `Remove “${pack.title}”?`,
      `Its files are deleted${pack.bytes > 0 ? `: ${bytesInWords(pack.bytes)} of disk space are given back` : ''}. Regions that it has made stay.`,
      'Remove',
    );
    // Files that a model has open cannot be deleted on Windows.
    if (process.platform === 'win32') this.unload();
    try {
      await (await this.models.store()).remove(pack.id);
      await this.forgetDefaults(pack.id);
    } finally {
      this.models.refresh();
    }
  }

  async verify(given: unknown): Promise<void> {
    const { pack, place } = await modelFor(this.models, given, ofKind('pack'), {
      placeHolder: "Which model's files are read again?",
      none: 'There is no model on this machine.',
    });
    try {
      await withProgress(`Verifying ${pack.title}`, async (signal, report) => {
        if (place === 'installed')
          return (await this.models.store()).verify(pack.id, { signal, onProgress: report });
        const { verifyPack } = await import('../../inference/packs/registry');
        await verifyPack(pack.folder, signal);
      });
    } catch (error) {
      if (isCancelled(error)) throw error;
      throw new GroundnoteError(
        'broken-pack',
        place === 'installed'
          ? `${toWireError(error).message} Remove it and install it again.`
          : toWireError(error).message,
        { cause: error },
      );
    }
    void vscode.window.showInformationMessage(
      `“${pack.title}” is whole: every file is the one that its groundnote.json names.`,
    );
  }

  /** Which tasks take a model where none is chosen. */
  async setDefault(given: unknown): Promise<void> {
    const canBe = (item: ModelItem): item is ModelItem => tasksOf(item).length > 0;
    const item = await modelFor(this.models, given, canBe, {
      placeHolder: 'Which model is the default?',
      none: 'There is no model that works.',
    });
    await this.chooseTasks(idOf(item) ?? '', titleOf(item), tasksOf(item));
  }

  async openCard(given: unknown): Promise<void> {
    const item = await modelFor(this.models, given, ofKind('pack', 'available'), {
      placeHolder: 'Whose card?',
      none: 'There is no model.',
    });
    if (item.kind === 'available') {
      const { repo, revision } = item.entry.hub;
      const page = `${this.models.options.configuration.hubEndpoint.replace(/\/$/, '')}/${repo}/tree/${revision}`;
      await vscode.env.openExternal(vscode.Uri.parse(page, true));
      return;
    }
    const { folder, card, title } = item.pack;
    const file = path.resolve(folder, card);
    const isThere = await stat(file).then(
      (found) => found.isFile() && file.startsWith(folder + path.sep),
      () => false,
    );
    if (!isThere) throw new GroundnoteError('not-found', `“${title}” has no card.`);
    await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(file)).then(undefined, () =>
      // VS Code's preview is turned off.
      vscode.window.showTextDocument(vscode.Uri.file(file)),
    );
  }

  /** In the file manager; where the window is on another machine than the files, as a list. */
  async reveal(given: unknown): Promise<void> {
    const { pack } = await modelFor(this.models, given, ofKind('pack'), {
      placeHolder: 'Whose files?',
      none: 'There is no model on this machine.',
    });
    const { UIKind, env } = vscode;
    if (env.uiKind === UIKind.Desktop && env.remoteName === undefined) {
      await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(pack.folder));
      return;
    }
    const names = await readdir(pack.folder, { recursive: true, withFileTypes: true });
    const files = names
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(pack.folder, path.join(entry.parentPath, entry.name)))
      .sort();
    const sizes = await Promise.all(
      files.map(async (file) => bytesInWords((await stat(path.join(pack.folder, file))).size)),
    );
    const picked = await vscode.window.showQuickPick(
      files.map((file, index) => ({ label: file, description: sizes[index] ?? '' })),
      { title: pack.folder, placeHolder: 'Open a file' },
    );
    if (picked)
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path.join(pack.folder, picked.label)));
  }

  async copyId(given: unknown): Promise<void> {
    const hasId = (item: ModelItem): item is ModelItem => item.kind !== 'group';
    const item = await modelFor(this.models, given, hasId, { placeHolder: 'Whose id?', none: 'There is no model.' });
    await vscode.env.clipboard.writeText(idOf(item) ?? '');
  }

  /** @throws GroundnoteError cancelled */
  private async chooseTasks(id: string, title: string, can: readonly Task[]): Promise<void> {
    const { defaults } = await this.models.state();
    const [only] = can;
    let chosen: readonly Task[] | undefined = can;
    if (can.length > 1) {
      const picked = await vscode.window.showQuickPick(
        can.map((task) => ({
          label: task,
          description: whatTasksDo[task],
          picked: defaults[task] === id,
        })),
        { title: `${title}: Default for Which Tasks?`, canPickMany: true },
      );
      chosen = picked?.map(({ label }) => label);
    }
    if (!chosen) throw new GroundnoteError('cancelled', 'Cancelled.');
    const { configuration } = this.models.options;
    for (const task of can) {
      if (chosen.includes(task)) await configuration.setDefault(task, id);
      else if (defaults[task] === id) await configuration.setDefault(task, undefined);
    }
    if (can.length === 1 && only)
      void vscode.window.showInformationMessage(`“${title}” is the default for ${only} now.`);
  }

  private async forgetDefaults(id: string): Promise<void> {
    const { defaults } = await this.models.state();
    for (const [task, each] of Object.entries(defaults))
      if (each === id) await this.models.options.configuration.setDefault(task as Task, undefined);
  }

  private partial(given: unknown, placeHolder: string): Promise<ModelItemOf<'partial'>> {
    return modelFor(this.models, given, ofKind('partial'), {
      placeHolder,
      none: 'No installation was interrupted.',
    });
  }

  private async confirm(message: string, detail: string, yes: string): Promise<void> {
    const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, yes);
    if (answer !== yes) throw new GroundnoteError('cancelled', 'Cancelled.');
  }

  private get installing(): InstallServices {
    return {
      store: () => this.models.store(),
      refresh: () => this.models.refresh(),
      setDefault: ({ id, title, tasks }: PackSummary) => this.chooseTasks(id, title, tasks),
    };
  }
}
