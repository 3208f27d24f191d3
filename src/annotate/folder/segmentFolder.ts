/** “Segment Folder…”: asks, runs the batch with progress and cancel, says what came of it, and offers to go on with one that was interrupted. */
import path from 'node:path';
import * as vscode from 'vscode';
import { editOf, outcomeBefore } from '../../batch/edits';
import type { OpenImages } from '../../batch/sinks';
import type { BatchJob, BatchProgress, BatchStart } from '../../protocol/batch';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import type { Configuration } from '../../protocol/inference';
import { durationInWords } from '../../protocol/words';
import type { PackSummary } from '../../protocol/packs';
import type { AnnotatorDocument } from '../annotatorDocument';
import { runInProcess } from './batchClient';
import { BatchStore, type BatchFiles, type StoredBatch } from './batchStore';

export interface SegmentFolderServices {
  /** The picture as an open document. */
  documentOf(uri: vscode.Uri): AnnotatorDocument | undefined;
  /** True when a picture that is not open has unsaved regions from before. */
  hasDraft(uri: vscode.Uri): Promise<boolean>;
  /** Packs of this machine, and servers. */
  packs(): Promise<PackSummary[]>;
  /**
   * The settings of models and servers, credentials included, once the user has agreed to what a question sends.
   * @param channel of protocol/inference, with the parameters that say who is asked @throws GroundnoteError cancelled
   */
  allow(channel: string, params: { pack?: string }): Promise<Configuration>;
  /** The built process of a batch, and what it needs for its models. */
  entry: string;
  models: BatchStart['models'];
  /** Where journals and reports lie. */
  storage: string;
  memory: vscode.Memento;
  log: vscode.LogOutputChannel;
}

/** Interrupted batches that the user has been told of. */
const toldKey = 'groundnote.batchesTold';

export class SegmentFolder {
  private readonly store: BatchStore;
  private running = false;

  constructor(private readonly services: SegmentFolderServices) {
    this.store = new BatchStore(services.storage);
  }

  /** Asks about a folder and segments it. */
  async start(folder: vscode.Uri): Promise<void> {
    if (folder.scheme !== 'file')
      throw new GroundnoteError('unsupported', 'Only folders of this machine can be segmented.');
    this.refuseSecond();
    const earlier = (await this.store.unfinished()).find(({ job }) => job.folder === folder.fsPath);
    if (earlier) {
      const answer = await askAboutEarlier(earlier);
      if (!answer) return;
      if (answer === 'resume') return this.run(earlier.job, earlier.files, { resume: true });
      await this.store.remove(earlier.files);
    }
    const { askBatch } = await import('./askBatch');
    const job = await askBatch(folder.fsPath, await this.services.packs());
    if (job) await this.run(job, this.store.filesOf(job));
  }

  /** Says that a batch was interrupted by a crash or by closing the window, once. */
  async offerInterrupted(): Promise<void> {
    const { memory } = this.services;
    const told = memory.get<string[]>(toldKey, []);
    const batch = (await this.store.unfinished()).find(({ job }) => !told.includes(job.id));
    if (!batch || this.running) return;
    await this.tell(batch.job);
    const { job, outcomes, total, files } = batch;
    const answer = await vscode.window.showInformationMessage(
      `Segmenting “${path.basename(job.folder)}” was interrupted: ${outcomes.size} of ${total} images had had their turn.`,
      'Resume',
      'Give Up',
    );
    if (answer === 'Resume') await this.run(job, files, { resume: true });
    else if (answer === 'Give Up') await this.store.remove(files);
  }

  private async tell({ id }: BatchJob): Promise<void> {
    const { memory } = this.services;
    await memory.update(toldKey, [...memory.get<string[]>(toldKey, []), id].slice(-50));
  }

  private refuseSecond(): void {
    if (this.running)
      throw new GroundnoteError(
        'unsupported',
        'A folder is being segmented already: wait for it, or cancel it.',
      );
  }

  private async run(
    job: BatchJob,
    files: BatchFiles,
    { resume = false, retryFailed = false } = {},
  ): Promise<void> {
    this.refuseSecond();
    const configuration = await this.allowed(job);
    if (!configuration) return;
    this.running = true;
    let last: BatchProgress | undefined;
    let failure: unknown;
    const { entry, models, log } = this.services;
    try {
      await this.store.prepare();
      await vscode.window.withProgress(
        {
          location: vscode.ProgressLocation.Notification,
          title: `Segmenting “${path.basename(job.folder)}”`,
          cancellable: true,
        },
        async (progress, token) => {
          const controller = new AbortController();
          token.onCancellationRequested(() => controller.abort());
          let shown = 0;
          last = await runInProcess(
            { ...files, models, configuration, retryFailed, ...(!resume && { job }) },
            {
              entry,
              open: this.openImages(job),
              log: (level, message) => log[level](message),
              signal: controller.signal,
              onProgress: (now) => {
                last = now;
                const at = ((now.done + now.skipped + now.failed) / Math.max(1, now.total)) * 100;
                progress.report({ message: progressInWords(now), increment: at - shown });
                shown = at;
              },
            },
          );
        },
      );
    } catch (error) {
      failure = error;
    } finally {
      this.running = false;
    }
    await this.say(job, files, { resume, last, failure });
  }

  /** The settings for all that the job asks; undefined when the user does not agree to what is sent. */
  private async allowed({ task, pack, servers = [] }: BatchJob): Promise<Configuration | undefined> {
    const { allow } = this.services;
    const asked = [...servers, ...(pack !== undefined || !servers.length ? [pack] : [])];
    let configuration: Configuration | undefined;
    try {
      for (const id of asked) configuration = await allow(task, id === undefined ? {} : { pack: id });
    } catch (error) {
      if (isCancelled(error)) return undefined;
      throw error;
    }
    return configuration;
  }

  /** Documents that are open are the newest state of their images; they get an edit, to be saved or undone by the user. */
  private openImages(job: BatchJob): OpenImages {
    const uriOf = (image: string) => vscode.Uri.file(path.join(job.folder, image));
    const openDocument = (image: string) => {
      const document = this.services.documentOf(uriOf(image));
      const problem = document?.session.problem;
      if (problem !== undefined) throw new GroundnoteError('bad-sidecar', problem);
      return document;
    };
    return {
      before: async (image) => {
        const document = openDocument(image);
        if (document) {
          const outcome = outcomeBefore(document.session.annotations, job, image);
          return { closed: false, ...(outcome && { outcome }) };
        }
        if (await this.services.hasDraft(uriOf(image)))
          throw new GroundnoteError(
            'bad-sidecar',
            'It has unsaved regions from before: open it, save them or give them up, and try again.',
          );
        return { closed: true };
      },
      write: (image, result) => {
        const document = openDocument(image);
        if (!document) return Promise.resolve({ closed: true, regions: 0 });
        const edit = editOf(document.session.annotations, job, image, result);
        document.apply(edit);
        return Promise.resolve({ closed: false, regions: edit.put.length });
      },
    };
  }

  /** What came of it, and what can be done next. */
  private async say(
    job: BatchJob,
    files: BatchFiles,
    { resume, last, failure }: { resume: boolean; last: BatchProgress | undefined; failure: unknown },
  ): Promise<void> {
    const begun = last !== undefined && last.done + last.skipped + last.failed > 0;
    if (failure !== undefined && !begun) {
      // Nothing has been done: there is nothing to go on with.
      if (!resume) await this.store.remove(files);
      if (isCancelled(failure)) return;
      throw failure;
    }
    if (!last) return;
    const name = path.basename(job.folder);
    const report = 'Show Report';
    let answer: string | undefined;
    if (failure !== undefined) {
      await this.tell(job);
      const why = isCancelled(failure) ? 'Cancelled' : toWireError(failure).message;
      const say = isCancelled(failure)
        ? vscode.window.showInformationMessage
        : vscode.window.showErrorMessage;
      const message = `“${name}”: ${why}${why.endsWith('.') ? '' : '.'} ${countsInWords(last)}`;
      answer = await say(message, 'Resume', report);
    } else if (last.failed) {
      answer = await vscode.window.showWarningMessage(
        `“${name}”: ${countsInWords(last)}`,
        'Try Failed Again',
        report,
      );
    } else {
      answer = await vscode.window.showInformationMessage(`“${name}”: ${countsInWords(last)}`, report);
    }
    if (answer === report) await showReport(vscode.Uri.file(files.report));
    else if (answer === 'Resume') await this.run(job, files, { resume: true });
    else if (answer) await this.run(job, files, { resume: true, retryFailed: true });
  }
}

async function askAboutEarlier({ job, outcomes, total }: StoredBatch): Promise<'resume' | 'new' | undefined> {
  const what = job.task === 'ground' ? `“${job.text ?? ''}”` : 'everything';
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: '$(debug-continue) Resume',
        description: `${what}: ${outcomes.size} of ${total} images had had their turn`,
        value: 'resume' as const,
      },
      { label: '$(add) Begin anew', description: 'with another question', value: 'new' as const },
    ],
    { title: `Segment Folder ${path.basename(job.folder)}`, placeHolder: 'An earlier run was interrupted' },
  );
  return picked?.value;
}

/** As VS Code shows Markdown; as text where its preview is turned off. */
async function showReport(report: vscode.Uri): Promise<void> {
  try {
    await vscode.commands.executeCommand('markdown.showPreview', report);
  } catch {
    await vscode.window.showTextDocument(report);
  }
}

function progressInWords({ total, done, skipped, failed, remaining_ms, waiting }: BatchProgress): string {
  return [
    `${done + skipped + failed} of ${total} images`,
    failed > 0 && `${failed} failed`,
    waiting ?? (remaining_ms !== undefined && `about ${durationInWords(remaining_ms)} left`),
  ]
    .filter((part): part is string => typeof part === 'string')
    .join(' · ');
}

function countsInWords({ total, done, skipped, failed, regions }: BatchProgress): string {
  return [
    `${done} of ${total} images segmented (${regions} ${regions === 1 ? 'region' : 'regions'})`,
    skipped > 0 && `${skipped} skipped`,
    failed > 0 && `${failed} failed`,
  ]
    .filter((part): part is string => typeof part === 'string')
    .join(', ')
    .concat('.');
}
