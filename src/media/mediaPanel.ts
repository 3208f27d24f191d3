/** One panel of a modality: its page, and the wire between it and the inference process. A file of its own, loaded with the first one. */
import path from 'node:path';
import * as vscode from 'vscode';
import { pageHtml } from '../annotate/pageHtml';
import { askMedia, describeMedia, readMedia, type MediaSource } from '../protocol/media';
import { askHere, mediaChanged, openMedia, showModels } from '../protocol/mediaPanel';
import { Endpoint } from '../protocol/rpc';
import type { MediaKind } from './kinds';
import type { MediaServices } from './registerMedia';

export class MediaPanel implements vscode.Disposable {
  private readonly endpoint: Endpoint;
  private readonly disposables: vscode.Disposable[] = [];

  constructor(
    private readonly kind: MediaKind,
    private readonly uri: vscode.Uri,
    { webview }: vscode.WebviewPanel,
    private readonly services: MediaServices,
  ) {
    const { extensionUri, log } = services;
    const assets = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [assets] };
    const document = uri.toString();
    this.endpoint = new Endpoint(
      {
        post: (message) => void webview.postMessage(message),
        listen: (onMessage) => {
          const subscription = webview.onDidReceiveMessage(onMessage);
          return () => subscription.dispose();
        },
      },
      {
        document,
        onInternalError: (error) =>
          log.error(`${kind.page}:`, error instanceof Error ? error : String(error)),
      },
    );
    this.answer();
    this.watch();
    const asset = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
    webview.html = pageHtml({
      cspSource: webview.cspSource,
      script: asset(`${kind.page}.js`),
      style: asset(`${kind.page}.css`),
      document,
      view: kind.page,
    });
  }

  dispose(): void {
    this.endpoint.dispose();
    vscode.Disposable.from(...this.disposables).dispose();
  }

  private answer(): void {
    const { endpoint, services } = this;
    const { modality } = this.kind;
    endpoint.handle(openMedia, async (_params, { signal }) =>
      services.inference.request(readMedia, { media: await this.source(), modality }, { signal }),
    );
    endpoint.handle(askHere, async ({ question, history }, { signal, progress }) => {
      const about = { media: await this.source(), modality };
      const options = { signal, onProgress: progress };
      return question === undefined
        ? services.inference.request(describeMedia, about, options)
        : services.inference.request(askMedia, { ...about, question, history }, options);
    });
    endpoint.on(showModels, () => void vscode.commands.executeCommand('groundnote.models.focus'));
  }

  /** Tells the page when the file has changed. */
  private watch(): void {
    const folder = vscode.Uri.joinPath(this.uri, '..');
    const name = path.posix.basename(this.uri.path);
    // Characters with a meaning in patterns stand for themselves.
    const pattern = new vscode.RelativePattern(folder, name.replace(/[[\]{}*?]/g, '?'));
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const tell = (changed: vscode.Uri) => {
      if (changed.toString() === this.uri.toString()) this.endpoint.send(mediaChanged, {});
    };
    this.disposables.push(watcher, watcher.onDidChange(tell), watcher.onDidCreate(tell));
  }

  private async source(): Promise<MediaSource> {
    if (this.uri.scheme === 'file') return { path: this.uri.fsPath };
    const bytes = new Uint8Array(await vscode.workspace.fs.readFile(this.uri));
    return { name: path.posix.basename(this.uri.path), bytes };
  }
}
