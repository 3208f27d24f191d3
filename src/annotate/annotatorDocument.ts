/** One open picture as VS Code sees it: a custom document with edits, watchers and a draft. */
import * as vscode from 'vscode';
import type { Edit } from '../protocol/annotator';
import type { AppliedEdit } from './document';
import { Draft } from './drafts';
import type { InferenceApi } from './inferenceApi';
import type { LabelColors } from './labels/labelColors';
import { Picture } from './picture';
import { RegionTasks } from './regionTasks';
import { AnnotationSession, type ConflictChoice } from './session';
import { sidecarName } from './sidecar';
import { DiskFile, writeError, type TextFile } from './textFile';

export interface DocumentServices {
  inference: InferenceApi;
  log: vscode.LogOutputChannel;
  labelColors: LabelColors;
  draftFolder: string;
  /** Where converted pictures lie while they are shown. */
  renderFolder: vscode.Uri;
}

/** Shared by all panels that show the picture. */
export class AnnotatorDocument implements vscode.CustomDocument {
  readonly tasks: RegionTasks;
  private readonly disposables: vscode.Disposable[] = [];
  private readonly edited = new vscode.EventEmitter<AppliedEdit>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly busyChanged = new vscode.EventEmitter<string | undefined>();
  private readonly closed = new vscode.EventEmitter<void>();
  /** An edit that VS Code must put on its stack. */
  readonly onDidEdit = this.edited.event;
  /** What panels show has changed. */
  readonly onDidChange = this.changed.event;
  readonly onDidChangeBusy = this.busyChanged.event;
  readonly onDidDispose = this.closed.event;

  private constructor(
    readonly uri: vscode.Uri,
    readonly picture: Picture,
    readonly session: AnnotationSession,
    readonly draft: Draft,
    private readonly services: DocumentServices,
  ) {
    this.tasks = new RegionTasks({
      inference: services.inference,
      image: () => picture.source(),
      annotations: () => session.annotations,
      apply: (edit) => this.apply(edit),
      onBusy: (phase) => this.busyChanged.fire(phase),
    });
  }

  static async open(uri: vscode.Uri, services: DocumentServices): Promise<AnnotatorDocument> {
    const { log } = services;
    const picture = new Picture(uri, services.inference, services.renderFolder);
    const draft = new Draft(services.draftFolder, uri.toString(), (error) =>
      log.error('Draft:', String(error)),
    );
    let document: AnnotatorDocument | undefined = undefined;
    const session = await AnnotationSession.open({
      imageName: picture.name,
      sidecar: textFile(sidecarUri(uri)),
      draft,
      imageSize: () => picture.size(),
      exists: (name) => exists(vscode.Uri.joinPath(uri, '..', name)),
      onChange: () => document?.changed.fire(),
    });
    document = new AnnotatorDocument(uri, picture, session, draft, services);
    document.watch(log);
    return document;
  }

  /** Applies an edit, as one undo step. */
  apply(edit: Edit): void {
    const applied = this.session.apply(edit);
    const { labelColors } = this.services;
    const colors = edit.labelColors;
    if (applied) this.edited.fire(colors ? labelColors.follow(applied, colors) : applied);
    if (colors) labelColors.set(colors);
  }

  /** Puts a restored draft on VS Code's stack, so that the tab is dirty. */
  announceRestored(): void {
    const restored = this.session.takeRestored();
    if (restored) this.edited.fire(restored);
  }

  /** @returns false when the user cancelled */
  async save(): Promise<boolean> {
    return this.session.save(() => askAboutConflict(sidecarUri(this.uri)));
  }

  /** Copies the picture to another place and writes its annotations beside it. */
  async saveAs(destination: vscode.Uri): Promise<void> {
    if (destination.toString() === this.uri.toString()) {
      await this.save();
      return;
    }
    const name = destination.path.split('/').pop() as string;
    const text = await this.session.exportFor(name);
    const sidecar = sidecarUri(destination);
    if (await exists(sidecar)) {
      const overwrite = 'Overwrite';
      const answer = await vscode.window.showWarningMessage(
        `${sidecar.path.split('/').pop()} exists already.`,
        { modal: true, detail: 'Its annotations will be replaced.' },
        overwrite,
      );
      if (answer !== overwrite) throw new vscode.CancellationError();
    }
    await vscode.workspace.fs.copy(this.uri, destination, { overwrite: true });
    await textFile(sidecar).write(text);
  }

  dispose(): void {
    // An answer that comes later has no document to go to.
    this.tasks.cancel();
    void this.draft.flush();
    this.picture.dispose();
    this.closed.fire();
    for (const disposable of this.disposables) disposable.dispose();
    for (const emitter of [this.edited, this.changed, this.busyChanged, this.closed]) emitter.dispose();
  }

  /** Follows the sidecar and the picture on the disk. Names are compared, because a pattern would read brackets in them. */
  private watch(log: vscode.LogOutputChannel): void {
    const sidecar = sidecarUri(this.uri).toString();
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(this.uri, '..'), '*'),
    );
    const onEvent = (changed: vscode.Uri) => {
      if (changed.toString() === sidecar) {
        this.session.sidecarChanged().catch((error: unknown) => log.error(String(error)));
      } else if (changed.toString() === this.uri.toString()) {
        this.picture.reset();
        this.changed.fire();
      }
    };
    this.disposables.push(
      watcher,
      watcher.onDidChange(onEvent),
      watcher.onDidCreate(onEvent),
      watcher.onDidDelete(onEvent),
    );
  }
}

function sidecarUri(image: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(image, '..', sidecarName(image.path.split('/').pop() as string));
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** Files on this machine are written atomically; others as their file system does it. */
function textFile(uri: vscode.Uri): TextFile {
  if (uri.scheme === 'file') return new DiskFile(uri.fsPath);
  const name = uri.path.split('/').pop() as string;
  return {
    name,
    async read() {
      if (!(await exists(uri))) return undefined;
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    },
    async write(text) {
      try {
        await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
      } catch (error) {
        throw writeError(name, vscode.Uri.joinPath(uri, '..').path, error);
      }
    },
  };
}

async function askAboutConflict(sidecar: vscode.Uri): Promise<ConflictChoice> {
  const answer = await vscode.window.showWarningMessage(
    `${sidecar.path.split('/').pop()} has been changed by another program.`,
    {
      modal: true,
      detail: 'Overwrite its annotations with those in the panel, or reload it and give up what is unsaved?',
    },
    'Overwrite',
    'Reload',
  );
  return answer === 'Overwrite' ? 'overwrite' : answer === 'Reload' ? 'reload' : 'cancel';
}
