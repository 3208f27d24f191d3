/** Labels that the pictures of the workspace have: read lazily, in slices, and followed from then on. */
import * as vscode from 'vscode';
import { LabelCounts, labelsOf } from './scan';

/** More sidecars than this are not read. */
const mostFiles = 5000;
const mostLabels = 2000;
/** A larger file is not read. */
const mostBytes = 32_000_000;
const pictures =
  '**/*.{png,jpg,jpeg,webp,gif,bmp,avif,tif,tiff,svg,PNG,JPG,JPEG,WEBP,GIF,BMP,AVIF,TIF,TIFF,SVG}';
const outside = '**/{node_modules,.git,dist,out,.venv,__pycache__}/**';
/** The host rests after so much work, so that it can answer others. */
const sliceMs = 8;
/** Changes that come together are told together. */
const quietMs = 300;

export class WorkspaceLabels implements vscode.Disposable {
  private readonly counts = new LabelCounts();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly disposables: vscode.Disposable[] = [this.changed];
  private started = false;
  private disposed = false;
  private telling: NodeJS.Timeout | undefined;
  /** Labels have come or gone. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** What is known now, the most frequent first. */
  get labels(): string[] {
    return this.counts.labels(mostLabels);
  }

  /** Begins to read, once. */
  start(): void {
    if (this.started) return;
    this.started = true;
    this.scan().catch((error: unknown) => this.log.error('Labels of the workspace:', String(error)));
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.telling);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async scan(): Promise<void> {
    if (!vscode.workspace.workspaceFolders) return;
    this.watch();
    const started = Date.now();
    // A sidecar lies beside its picture: other JSON files are not opened at all.
    const [jsons, images] = await Promise.all([
      vscode.workspace.findFiles('**/*.json', outside, 4 * mostFiles),
      vscode.workspace.findFiles(pictures, outside, 4 * mostFiles),
    ]);
    const stems = new Set(images.map(stemOf));
    const sidecars = jsons.filter((uri) => stems.has(stemOf(uri))).slice(0, mostFiles);
    let sliceEnd = Date.now() + sliceMs;
    for (const uri of sidecars) {
      if (this.disposed) return;
      await this.read(uri);
      if (Date.now() < sliceEnd) continue;
      await new Promise((resolve) => setTimeout(resolve));
      sliceEnd = Date.now() + sliceMs;
    }
    this.log.debug(`Labels of ${sidecars.length} sidecars read in ${Date.now() - started} ms.`);
  }

  private watch(): void {
    const watcher = vscode.workspace.createFileSystemWatcher('**/*.json');
    const read = (uri: vscode.Uri) => void this.read(uri);
    this.disposables.push(
      watcher,
      watcher.onDidChange(read),
      watcher.onDidCreate(read),
      watcher.onDidDelete((uri) => this.set(uri, new Map())),
    );
  }

  private async read(uri: vscode.Uri): Promise<void> {
    try {
      const { size } = await vscode.workspace.fs.stat(uri);
      if (size > mostBytes) return;
      this.set(uri, labelsOf(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri))));
    } catch {
      // A file that went or cannot be read names no labels.
      this.set(uri, new Map());
    }
  }

  private set(uri: vscode.Uri, labels: ReadonlyMap<string, number>): void {
    if (this.disposed || !this.counts.set(uri.toString(), labels)) return;
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      this.changed.fire();
    }, quietMs);
  }
}

const stemOf = (uri: vscode.Uri) => uri.path.replace(/\.[^./]*$/, '');
