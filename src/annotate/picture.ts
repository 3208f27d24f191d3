/** How a picture reaches the inference process and the webview. */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { GroundnoteError } from '../protocol/errors';
import type { Size } from '../protocol/geometry';
import { imageInfo, renderImage, type ImageInfo, type ImageSource } from '../protocol/inference';
import type { Tile, TiledImage, TilesState } from '../protocol/tiles';
import type { InferenceApi } from './inferenceApi';
import { LargePicture } from './largePicture';

/** A picture that is open; what is asked of the process is asked once, until `reset`. */
export class Picture {
  private info: Promise<ImageInfo> | undefined;
  private rendered: Promise<vscode.Uri> | undefined;
  /** A large picture of a virtual workspace, on this machine. */
  private localCopy: Promise<vscode.Uri> | undefined;
  private large: LargePicture | undefined;
  private version = 0;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly tilesChanged = new vscode.EventEmitter<TilesState>();
  /** What `address` or `tiles` say has changed. */
  readonly onDidChange = this.changed.event;
  /** How far the tiles are. */
  readonly onDidChangeTiles = this.tilesChanged.event;
  readonly name: string;

  constructor(
    readonly uri: vscode.Uri,
    private readonly inference: InferenceApi,
    /** Where converted pictures lie; the webview may load from it. */
    readonly renderFolder: vscode.Uri,
  ) {
    this.name = uri.path.split('/').pop() as string;
  }

  /** What the inference process reads: the file itself, or its bytes in a virtual workspace (of a large one, a copy). */
  async source(): Promise<ImageSource> {
    if (this.uri.scheme === 'file') return { path: this.uri.fsPath };
    if (this.localCopy) return { path: (await this.localCopy).fsPath };
    return { name: this.name, bytes: new Uint8Array(await vscode.workspace.fs.readFile(this.uri)) };
  }

  /** Size with the orientation applied. @throws GroundnoteError 'bad-image', 'image-too-large', 'io' */
  async size(): Promise<Size> {
    const { width, height } = await this.read();
    return { width, height };
  }

  /** An address that the webview can load: the file's own, or that of a copy; empty while a large picture's is made. */
  async address(webview: vscode.Webview): Promise<string> {
    const { displayable, large } = await this.read();
    if (large) {
      const { overview } = await this.tiled();
      return overview === undefined ? '' : webview.asWebviewUri(vscode.Uri.file(overview)).toString();
    }
    if (displayable) {
      const uri = webview.asWebviewUri(this.uri);
      // A picture that has changed on the disk needs another address, or the old one is shown.
      return (this.version ? uri.with({ query: `version=${this.version}` }) : uri).toString();
    }
    this.rendered ??= forgetFailure(
      async () => {
        const { png } = await this.inference.request(renderImage, { image: await this.source() });
        const copy = vscode.Uri.joinPath(this.renderFolder, `${randomUUID()}.png`);
        await vscode.workspace.fs.writeFile(copy, png);
        return copy;
      },
      () => (this.rendered = undefined),
    );
    return webview.asWebviewUri(await this.rendered).toString();
  }

  /** The tiles of a large picture; undefined for another. */
  async tiles(webview: vscode.Webview): Promise<TiledImage | undefined> {
    if (!(await this.read()).large) return undefined;
    const large = await this.tiled();
    const folder = vscode.Uri.file(await large.folder());
    return { folder: webview.asWebviewUri(folder).toString(), complete: large.complete };
  }

  /** Resolves when a tile's file is there. @throws GroundnoteError */
  async needTile(tile: Tile, signal: AbortSignal): Promise<void> {
    await (await this.tiled()).tile(tile, signal);
  }

  /** The file has changed. */
  reset(): void {
    this.version++;
    this.forget();
    this.info = this.rendered = this.localCopy = this.large = undefined;
  }

  /** Deletes copies, and ends the making of tiles. */
  dispose(): void {
    this.forget();
    this.changed.dispose();
    this.tilesChanged.dispose();
  }

  private forget(): void {
    this.large?.dispose();
    for (const copy of [this.rendered, this.localCopy])
      void copy?.then((uri) => vscode.workspace.fs.delete(uri)).catch(() => undefined);
  }

  private async tiled(): Promise<LargePicture> {
    // After a failure whoever asks tries again.
    if (this.large?.failed) this.large = undefined;
    this.large ??= new LargePicture({
      inference: this.inference,
      image: () => this.source(),
      onChange: () => this.changed.fire(),
      onProgress: (state) => this.tilesChanged.fire(state),
    });
    await this.large.folder();
    return this.large;
  }

  private read(): Promise<ImageInfo> {
    this.info ??= forgetFailure(
      async () => {
        let image: ImageSource;
        try {
          image = await this.source();
        } catch (cause) {
          throw new GroundnoteError('io', `${this.name} cannot be read.`, { cause });
        }
        const info = await this.inference.request(imageInfo, { image });
        // Not with every prompt over the wire again.
        if (info.large && 'bytes' in image) this.localCopy ??= this.copy(image.bytes);
        return info;
      },
      () => (this.info = undefined),
    );
    return this.info;
  }

  private async copy(bytes: Uint8Array): Promise<vscode.Uri> {
    const copy = vscode.Uri.joinPath(this.renderFolder, randomUUID(), this.name);
    await vscode.workspace.fs.writeFile(copy, bytes);
    return copy;
  }
}

/** Runs a job; when it fails, the next caller tries again. */
function forgetFailure<T>(job: () => Promise<T>, forget: () => void): Promise<T> {
  const promise = job();
  promise.catch(forget);
  return promise;
}
