/** The preview of one note: follows its text, its pictures and the settings, and answers its page. Host only. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { GroundnoteError } from '../../protocol/errors';
import {
  noteChanged,
  openFigure,
  openLink,
  previewPing,
  previewReady,
  toggleRegions,
  type NoteSnapshot,
} from '../../protocol/preview';
import { Endpoint } from '../../protocol/rpc';
import { readOverlay } from '../ground/overlays';
import { watchFigureFiles } from './figureFiles';
import { answerEquations } from './equations';
import { isInside, linkTarget } from './linkTarget';
import { answerEquations } from './equations';
import { previewPageHtml } from './pageHtml';
import { contentSecurityPolicy } from './pagePolicy';
import { answerGroundFences, type GroundRunner } from './groundRunner';
import { figureUri, imageExtensions } from './figureUris';
import type { ResolvedImage } from '../markdown/figures';
import { ScrollSync } from './scrollSync';
import type { NoteRenderer, RenderOptions } from '../render/render';

export interface PreviewServices {
  extensionUri: vscode.Uri;
  /** Opens a picture in the side panel; with `ground` asks for a phrase to find in it. */
  openFigure(uri: vscode.Uri, options: { ground: boolean }): PromiseLike<unknown>;
  log: vscode.LogOutputChannel;
  /** Runs the note's ground fences. */
  ground: GroundRunner;
}

/** Edits that follow each other faster than this are shown together. */
const throttleMs = 100;

const pageFolder = (extensionUri: vscode.Uri) => vscode.Uri.joinPath(extensionUri, 'dist', 'webview');

/** A page may read its own files and pictures of the workspace, or of the note's folder when that lies outside. */
export function webviewOptions(note: vscode.Uri, extensionUri: vscode.Uri): vscode.WebviewOptions {
  const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri);
  const inside = vscode.workspace.getWorkspaceFolder(note) !== undefined;
  return {
    enableScripts: true,
    localResourceRoots: [
      pageFolder(extensionUri),
      ...folders,
      ...(inside ? [] : [vscode.Uri.joinPath(note, '..')]),
    ],
  };
}

export class NotePreview {
  private renderer: Promise<NoteRenderer> | undefined;
  readonly endpoint: Endpoint;
  private readonly disposables: vscode.Disposable[] = [];
  private disposed = false;
  private timer: NodeJS.Timeout | undefined;
  private lastRefresh = 0;
  private delay = throttleMs;
  /** Pictures that the note names, by path: a change of one of them is a change of the note. */
  private figurePaths = new Set<string>();
  private revision = 0;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly note: vscode.Uri,
    private readonly services: PreviewServices,
  ) {
    const { webview } = panel;
    this.endpoint = new Endpoint(
      {
        post: (message) => void webview.postMessage(message),
        listen: (onMessage) => {
          const subscription = webview.onDidReceiveMessage(onMessage);
          return () => subscription.dispose();
        },
      },
      {
        document: note.toString(),
        onInternalError: (error) =>
          services.log.error('Preview:', error instanceof Error ? error : String(error)),
      },
    );
    this.answer();
    this.follow();
    panel.title = `Preview ${path.posix.basename(note.path)}`;
    panel.iconPath = {
      light: vscode.Uri.joinPath(services.extensionUri, 'media', 'preview-light.svg'),
      dark: vscode.Uri.joinPath(services.extensionUri, 'media', 'preview-dark.svg'),
    };
    webview.html = pageHtml(webview, services.extensionUri, note);
  }

  /** Shows the regions of all figures, or hides them. */
  toggleRegions(): void {
    this.endpoint.send(toggleRegions, {});
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    clearTimeout(this.timer);
    this.endpoint.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private answer(): void {
    const { endpoint, note, services } = this;
    endpoint.handle(previewReady, () => this.snapshot());
    endpoint.handle(previewPing, () => ({}));
    answerGroundFences(endpoint, note, services.ground);
    endpoint.handle(openFigure, async ({ source, ground }) => {
      const { uri, exists } = figureUri(note, source);
      if (!exists) throw new GroundnoteError('not-found', `The image "${source}" is missing.`);
      await services.openFigure(uri, { ground });
      return {};
    });
    endpoint.handle(openLink, async ({ href }) => {
      await this.followLink(href);
      return {};
    });
    answerEquations(this);
    this.disposables.push(new ScrollSync(endpoint, note, () => this.panel.visible));
  }

  private follow(): void {
    const folder = vscode.workspace.getWorkspaceFolder(this.note)?.uri;
    const images = `*.{${[...imageExtensions, ...imageExtensions.map((name) => name.toUpperCase())].join(',')}}`;
    // Outside the workspace only the note's own folder is watched: what lies below may be a whole disk.
    const pictures = vscode.workspace.createFileSystemWatcher(
      folder
        ? new vscode.RelativePattern(folder, `**/${images}`)
        : new vscode.RelativePattern(vscode.Uri.joinPath(this.note, '..'), images),
    );
    const pictureChanged = (uri: vscode.Uri) => {
      if (this.figurePaths.has(uri.toString())) this.refreshSoon();
    };
    this.disposables.push(
      pictures,
      pictures.onDidCreate(() => this.refreshSoon()),
      pictures.onDidChange(pictureChanged),
      pictures.onDidDelete(pictureChanged),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (this.isNote(document) && contentChanges.length) this.refreshSoon();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('groundnote.preview', this.note)) this.refreshSoon();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.refreshSoon()),
      this.services.ground.onDidAnswer(
        (note) => note.toString() === this.note.toString() && this.refreshSoon(),
      ),
      watchFigureFiles(
        this.note,
        () => this.figurePaths,
        () => this.refreshSoon(),
      ),
    );
  }

  private isNote = (document: vscode.TextDocument) => document.uri.toString() === this.note.toString();

  private editors = () => vscode.window.visibleTextEditors.filter(({ document }) => this.isNote(document));

  /** The first change is shown at once, those that follow at intervals that a long note may stretch. */
  private refreshSoon(): void {
    if (this.disposed || this.timer) return;
    const wait = Math.max(0, this.lastRefresh + this.delay - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.refresh();
    }, wait);
  }

  private async refresh(): Promise<void> {
    // A hidden page is thrown away, and asks for everything when it is shown again.
    if (this.disposed || !this.panel.visible) return;
    this.lastRefresh = Date.now();
    try {
      const snapshot = await this.snapshot();
      if (this.disposed || snapshot.version !== this.revision) return;
      this.endpoint.send(noteChanged, snapshot);
      this.delay = Math.max(throttleMs, 2 * (Date.now() - this.lastRefresh));
    } catch (error) {
      this.services.log.warn(`The preview of ${this.note.path} was not refreshed: ${String(error)}`);
    } finally {
      this.lastRefresh = Date.now();
    }
  }

  /** Renders the note as it is now. @throws GroundnoteError 'not-found' when the note cannot be read */
  private async snapshot(): Promise<NoteSnapshot> {
    const revision = ++this.revision;
    let document: vscode.TextDocument;
    try {
      document = await vscode.workspace.openTextDocument(this.note);
    } catch (error) {
      throw new GroundnoteError(
        'not-found',
        `The note ${path.posix.basename(this.note.path)} cannot be read.`,
        {
          cause: error,
        },
      );
    }
    const settings = vscode.workspace.getConfiguration('groundnote.preview', this.note);
    // Loaded for the first preview and not at activation: KaTeX and the Markdown parser take most of its time.
    this.renderer ??= import('../render/render').then(({ NoteRenderer }) => new NoteRenderer());
    const renderer = await this.renderer;
    const { title, header, blocks, figures } = renderer.render(document.getText(), {
      allowHtml: vscode.workspace.isTrusted,
      frontMatter: settings.get<NonNullable<RenderOptions['frontMatter']>>('frontMatter', 'header'),
      interactive: true,
      note: this.note.toString(),
      notePath: this.note.scheme === 'file' ? this.note.fsPath : undefined,
      resolveImage: (source) => this.resolveImage(source),
    });
    this.figurePaths = new Set(
      figures.flatMap((figure) => (figure.path ? [vscode.Uri.file(figure.path).toString()] : [])),
    );
    return { version: revision, title, header, blocks };
  }

  private resolveImage(source: string): ResolvedImage {
    const { uri, exists } = figureUri(this.note, source);
    if (!exists || uri.scheme !== 'file') {
      return {
        uri: String(this.panel.webview.asWebviewUri(uri)),
        exists,
        path: exists ? undefined : uri.fsPath,
      };
    }
    // The time of its last change is part of the address, so that a picture that is drawn again is loaded again.
    const changed = statSync(uri.fsPath, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    // It is added last: on a remote machine VS Code drops what the file's own address has.
    const address = this.panel.webview.asWebviewUri(uri).with({ query: `v=${Math.round(changed)}` });
    return {
      uri: String(address),
      exists,
      path: uri.fsPath,
      overlay: readOverlay(uri.fsPath),
    };
  }

  /** Opens a link of the note: pages outside, files in VS Code. */
  private async followLink(href: string): Promise<void> {
    const link = linkTarget(href);
    if (link.kind === 'page') {
      await vscode.env.openExternal(vscode.Uri.parse(link.address, true));
      return;
    }
    const target = link.path;
    const folder = vscode.workspace.getWorkspaceFolder(this.note)?.uri;
    const uri = target.startsWith('/')
      ? vscode.Uri.joinPath(folder ?? this.note.with({ path: '/' }), target)
      : vscode.Uri.joinPath(this.note, '..', target);
    try {
      await vscode.workspace.fs.stat(uri);
    } catch (error) {
      throw new GroundnoteError('not-found', `The file "${target}" is missing.`, { cause: error });
    }
    const folders = [
      ...(vscode.workspace.workspaceFolders ?? []).map((each) => each.uri.path),
      vscode.Uri.joinPath(this.note, '..').path,
    ];
    if (!isInside(uri.path, folders)) {
      const open = 'Open';
      const answer = await vscode.window.showWarningMessage(
        `The link leads to a file outside the workspace: ${uri.fsPath}`,
        { modal: true },
        open,
      );
      if (answer !== open) return;
    }
    await vscode.commands.executeCommand('vscode.open', uri, {
      viewColumn: this.editors()[0]?.viewColumn ?? vscode.ViewColumn.One,
    });
  }
}

function pageHtml(webview: vscode.Webview, extensionUri: vscode.Uri, note: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64url');
  return previewPageHtml({
    note: note.toString(),
    title: `Preview ${path.posix.basename(note.path)}`,
    address: (file) =>
      String(webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extensionUri), ...file.split('/')))),
    policy: contentSecurityPolicy(webview.cspSource, nonce),
    nonce,
  });
}
