/** How a picture reaches the inference process and the webview. */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { GroundnoteError } from '../protocol/errors';
import type { Size } from '../protocol/geometry';
import { imageInfo, renderImage, type ImageSource } from '../protocol/inference';
import type { InferenceApi } from './inferenceApi';

/** Pictures that Chromium cannot show are sent with at most this many pixels on the longer side. */
const maxRenderedSide = 4096;

/** A picture that is open; what is asked of the process is asked once, until `reset`. */
export class Picture {
  private info: Promise<Size & { displayable: boolean }> | undefined;
  private rendered: Promise<vscode.Uri> | undefined;
  private version = 0;
  readonly name: string;

  constructor(
    readonly uri: vscode.Uri,
    private readonly inference: InferenceApi,
    /** Where converted pictures lie; the webview may load from it. */
    readonly renderFolder: vscode.Uri,
  ) {
    this.name = uri.path.split('/').pop() as string;
  }

  /** What the inference process reads: the file itself, or its bytes in a virtual workspace. */
  async source(): Promise<ImageSource> {
    if (this.uri.scheme === 'file') return { path: this.uri.fsPath };
    return { name: this.name, bytes: new Uint8Array(await vscode.workspace.fs.readFile(this.uri)) };
  }

  /** Size with the orientation applied. @throws GroundnoteError 'bad-image', 'image-too-large', 'io' */
  async size(): Promise<Size> {
    const { width, height } = await this.read();
    return { width, height };
  }

  /** An address that the webview can load: the file's own, or that of a converted copy. */
  async address(webview: vscode.Webview): Promise<string> {
    const { displayable } = await this.read();
    if (displayable) {
      const uri = webview.asWebviewUri(this.uri);
      // A picture that has changed on the disk needs another address, or the old one is shown.
      return (this.version ? uri.with({ query: `version=${this.version}` }) : uri).toString();
    }
    this.rendered ??= forgetFailure(
      async () => {
        const image = await this.source();
        const { png } = await this.inference.request(renderImage, { image, maxSide: maxRenderedSide });
        const copy = vscode.Uri.joinPath(this.renderFolder, `${randomUUID()}.png`);
        await vscode.workspace.fs.writeFile(copy, png);
        return copy;
      },
      () => (this.rendered = undefined),
    );
    return webview.asWebviewUri(await this.rendered).toString();
  }

  /** The file has changed. */
  reset(): void {
    this.version++;
    this.dispose();
    this.info = this.rendered = undefined;
  }

  /** Deletes the converted copy. */
  dispose(): void {
    void this.rendered?.then((copy) => vscode.workspace.fs.delete(copy)).catch(() => undefined);
  }

  private read(): Promise<Size & { displayable: boolean }> {
    this.info ??= forgetFailure(
      async () => {
        let image: ImageSource;
        try {
          image = await this.source();
        } catch (cause) {
          throw new GroundnoteError('io', `${this.name} cannot be read.`, { cause });
        }
        return this.inference.request(imageInfo, { image });
      },
      () => (this.info = undefined),
    );
    return this.info;
  }
}

/** Runs a job; when it fails, the next caller tries again. */
function forgetFailure<T>(job: () => Promise<T>, forget: () => void): Promise<T> {
  const promise = job();
  promise.catch(forget);
  return promise;
}
