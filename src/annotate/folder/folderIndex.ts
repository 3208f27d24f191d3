/** The pictures of one folder in natural order, and what is known about each; it follows the folder on the disk. */
import * as vscode from 'vscode';
import type { FolderChange } from '../../protocol/folder';
import { isPictureName, naturallySorted } from '../../protocol/pictureNames';
import { sidecarName } from '../sidecar';
import { countRegions } from './countRegions';

/** What a sidecar says about a picture. */
export interface Annotated {
  regions: number;
  /** Why it cannot be used. */
  problem?: string;
}

/** Files come in bursts: an unpacked archive, a batch. */
const settleMs = 150;

export class FolderIndex implements vscode.Disposable {
  private files: Promise<ReadonlySet<string>> | undefined;
  private sorted: Promise<readonly string[]> | undefined;
  /** By sidecar, because pictures of one stem share it. */
  private readonly annotated = new Map<string, Map<string, Promise<Annotated>>>();
  private readonly changeEmitter = new vscode.EventEmitter<FolderChange>();
  readonly onDidChange = this.changeEmitter.event;
  private readonly watcher: vscode.FileSystemWatcher;
  private timer: NodeJS.Timeout | undefined;
  private change: FolderChange = 'annotations';

  constructor(readonly uri: vscode.Uri) {
    this.watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(uri, '*'));
    this.watcher.onDidCreate((file) => this.follow(file, true));
    this.watcher.onDidDelete((file) => this.follow(file, true));
    this.watcher.onDidChange((file) => this.follow(file, false));
  }

  /** Names of the pictures. @throws what reading the folder throws */
  names(): Promise<readonly string[]> {
    this.sorted ??= this.fileNames()
      .then((files) => naturallySorted([...files].filter(isPictureName), (name) => name))
      .catch((error: unknown) => {
        this.files = this.sorted = undefined;
        throw error;
      });
    return this.sorted;
  }

  /** What the sidecar of a picture says; a missing one says nothing. */
  annotationsOf(name: string): Promise<Annotated> {
    const sidecar = sidecarName(name);
    const sharing = this.annotated.get(sidecar) ?? new Map<string, Promise<Annotated>>();
    this.annotated.set(sidecar, sharing);
    const known = sharing.get(name) ?? this.read(name, sidecar);
    sharing.set(name, known);
    return known;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.watcher.dispose();
    this.changeEmitter.dispose();
  }

  private fileNames(): Promise<ReadonlySet<string>> {
    this.files ??= Promise.resolve(vscode.workspace.fs.readDirectory(this.uri)).then(
      (entries) => new Set(entries.filter(([, type]) => type & vscode.FileType.File).map(([name]) => name)),
    );
    return this.files;
  }

  private async read(name: string, sidecar: string): Promise<Annotated> {
    const files = await this.fileNames().catch(() => new Set<string>());
    if (!files.has(sidecar)) return { regions: 0 };
    try {
      const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.uri, sidecar));
      const found = countRegions(new TextDecoder().decode(bytes));
      if (!found) return { regions: 0, problem: `${sidecar} is no LabelMe file` };
      const { regions, imageName } = found;
      // Two pictures of one stem share a sidecar: it is that of the one that it names.
      if (imageName !== name && files.has(imageName))
        return { regions: 0, problem: `${sidecar} belongs to ${imageName}` };
      return { regions };
    } catch {
      return { regions: 0, problem: `${sidecar} cannot be read` };
    }
  }

  private follow(file: vscode.Uri, came: boolean): void {
    const name = file.path.split('/').pop() as string;
    const isSidecar = name.endsWith('.json');
    if (!isSidecar && !isPictureName(name)) return;
    if (came) this.files = undefined;
    if (!isSidecar && came) this.change = 'names';
    else if (!isSidecar && this.change === 'annotations') this.change = 'pictures';
    this.annotated.delete(isSidecar ? name : sidecarName(name));
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const { change } = this;
      this.change = 'annotations';
      if (change === 'names') this.sorted = undefined;
      this.changeEmitter.fire(change);
    }, settleMs);
  }
}
