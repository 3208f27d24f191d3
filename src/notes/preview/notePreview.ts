/** The preview of one note: follows its text, its pictures and the settings, and answers its page. Host only. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { GroundnoteError } from '../../protocol/errors';
import {
  noteSpliced,
  openFigure,
  openLink,
  previewPing,
  previewReady,
  renderProblem,
  spliceShown,
  toggleRegions,
  type FirstSplice,
  type NoteSplice,
} from '../../protocol/preview';
import type { RenderSettings } from '../../protocol/noteRenderer';
import { Endpoint } from '../../protocol/rpc';
import { answerEquations } from './equations';
import { isInside, linkTarget } from './linkTarget';
import { previewPageHtml } from './pageHtml';
import { contentSecurityPolicy } from './pagePolicy';
import { answerGroundFences, type GroundRunner } from './groundRunner';
import { figureUri, imageExtensions } from './figureUris';
import type { Papers } from '../papers/papers';
import { answerPapers, followWikiTargets, offerToCreateNote, openAtHeading } from './previewPapers';
import { ScrollSync } from './scrollSync';
import type { NoteRendererClient } from '../render/workerClient';
import { pathMark } from '../../protocol/noteRenderer';

export interface PreviewServices {
  extensionUri: vscode.Uri;
  /** Opens a picture in the side panel; with `ground` asks for a phrase to find in it. */
  openFigure(uri: vscode.Uri, options: { ground: boolean }): PromiseLike<unknown>;
  renderer: NoteRendererClient;
  log: vscode.LogOutputChannel;
  /** Runs the note's ground fences. */
  ground: GroundRunner;
  papers: Papers;
}

/** Changes on disk that follow each other faster than this are looked at together. */
const filesMs = 150;

/** The page is made without the beginning of the note when that takes longer: it asks for it then. */
const firstMs = 200;

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
  readonly endpoint: Endpoint;
  private readonly disposables: vscode.Disposable[] = [];
  private disposed = false;
  private filesTimer: NodeJS.Timeout | undefined;
  /** The note's document; kept, because a document that nobody shows is forgotten after a while. */
  private document: vscode.TextDocument | undefined;
  private readonly opened: Promise<void>;
  /** Takes the first splice, for the page that is about to be made. */
  private takeFirst: ((splice: NoteSplice) => void) | undefined;
  /** What came with the page, while nothing came after it. */
  private first: FirstSplice | undefined;

  constructor(
    readonly panel: vscode.WebviewPanel,
    readonly note: vscode.Uri,
    private readonly services: PreviewServices,
    /** The thread has the colours of the editor. */
    private readonly themed: Promise<void>,
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
    this.opened = this.open();
    this.opened.catch(() => undefined);
    this.answer();
    this.follow();
    panel.title = `Preview ${path.posix.basename(note.path)}`;
    panel.iconPath = {
      light: vscode.Uri.joinPath(services.extensionUri, 'media', 'preview-light.svg'),
      dark: vscode.Uri.joinPath(services.extensionUri, 'media', 'preview-dark.svg'),
    };
    void this.load();
  }

  /** Makes the page, with the beginning of the note in it: VS Code takes longer to make ready what it is shown in. */
  private async load(): Promise<void> {
    const splice = await new Promise<NoteSplice | undefined>((resolve) => {
      this.takeFirst = resolve;
      Promise.all([this.opened, this.themed]).then(
        () => this.services.renderer.show(this.key, this.topLine()),
        () => resolve(undefined),
      );
      setTimeout(() => resolve(undefined), firstMs);
    });
    this.takeFirst = undefined;
    if (this.disposed) return;
    this.first = splice && { id: randomBytes(8).toString('hex'), splice };
    const { webview } = this.panel;
    webview.html = pageHtml(webview, this.services.extensionUri, this.note, this.first);
  }

  /** The line (0-based) at the top of the note's editor. */
  private topLine = () => this.editors()[0]?.visibleRanges[0]?.start.line ?? 0;

  /** Shows the regions of all figures, or hides them. */
  toggleRegions(): void {
    this.endpoint.send(toggleRegions, {});
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    clearTimeout(this.filesTimer);
    this.services.renderer.close(this.key);
    this.endpoint.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private answer(): void {
    const { endpoint, note, services } = this;
    endpoint.handle(previewReady, async ({ line, first }) => {
      await this.opened;
      if (first === undefined || first !== this.first?.id)
        services.renderer.show(this.key, line ?? this.topLine());
      return {};
    });
    endpoint.on(spliceShown, ({ version }) => services.renderer.shown(this.key, version));
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
    this.disposables.push(answerPapers(endpoint, note, services.papers));
    this.disposables.push(new ScrollSync(endpoint, note, () => this.panel.visible));
  }

  private get key(): string {
    return this.note.toString();
  }

  /** Gives the note to the thread that renders it. @throws GroundnoteError 'not-found' when it cannot be read */
  private async open(): Promise<void> {
    const { services, endpoint, note } = this;
    try {
      this.document = await vscode.workspace.openTextDocument(note);
    } catch (error) {
      throw new GroundnoteError('not-found', `The note ${path.posix.basename(note.path)} cannot be read.`, {
        cause: error,
      });
    }
    if (this.disposed) return;
    services.renderer.open(this.key, {
      text: () => this.document?.getText() ?? '',
      settings: () => this.settings(),
      onSplice: (splice) => {
        if (this.takeFirst) {
          this.takeFirst(splice);
          this.takeFirst = undefined;
          return;
        }
        this.first = undefined;
        // A hidden page is thrown away, and asks for everything when it is shown again.
        if (this.panel.visible) endpoint.send(noteSpliced, splice);
      },
      onRestart: (problem) => endpoint.send(renderProblem, { message: problem }),
    });
    this.disposables.push(followWikiTargets(note, services.papers, services.renderer));
  }

  private follow(): void {
    const { renderer } = this.services;
    const folder = vscode.workspace.getWorkspaceFolder(this.note)?.uri;
    const extensions = [
      ...imageExtensions,
      ...imageExtensions.map((name) => name.toUpperCase()),
      'json',
      'bib',
    ];
    const files = `*.{${extensions.join(',')}}`;
    // Outside the workspace only the note's own folder is watched: what lies below may be a whole disk.
    const figures = vscode.workspace.createFileSystemWatcher(
      folder
        ? new vscode.RelativePattern(folder, `**/${files}`)
        : new vscode.RelativePattern(vscode.Uri.joinPath(this.note, '..'), files),
    );
    const name = path.posix.basename(this.note.path).replace(/[[\]{}*?]/g, '?');
    const ownFile = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(this.note, '..'), name),
    );
    const filesChanged = () => {
      this.filesTimer ??= setTimeout(() => {
        this.filesTimer = undefined;
        renderer.filesChanged();
      }, filesMs);
    };
    const configure = () => renderer.configure(this.key);
    this.disposables.push(
      figures,
      figures.onDidCreate(filesChanged),
      figures.onDidChange(filesChanged),
      figures.onDidDelete(filesChanged),
      ownFile,
      ownFile.onDidChange(() => void this.readAgain()),
      ownFile.onDidCreate(() => void this.readAgain()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (!this.isNote(document) || !contentChanges.length) return;
        this.document = document;
        renderer.change(
          this.key,
          contentChanges.map(({ range: { start, end }, text }) => ({
            start: { line: start.line, character: start.character },
            end: { line: end.line, character: end.character },
            text,
          })),
          document.lineCount,
        );
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (
          event.affectsConfiguration('groundnote.preview', this.note) ||
          event.affectsConfiguration('groundnote.references.bibliography', this.note)
        )
          configure();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(configure),
      this.panel.onDidChangeViewState(() => {
        if (!this.panel.visible) renderer.hide(this.key);
      }),
      this.services.ground.onDidAnswer((note) => {
        if (note.toString() === this.key) renderer.filesChanged();
      }),
    );
  }

  /** The file has changed: where no editor has it open, nobody else tells. */
  private async readAgain(): Promise<void> {
    if (this.disposed || (this.document && !this.document.isClosed)) return;
    try {
      this.document = await vscode.workspace.openTextDocument(this.note);
      this.services.renderer.reopen(this.key);
    } catch (error) {
      this.services.log.warn(`${this.note.path} was not read again: ${String(error)}`);
    }
  }

  private isNote = (document: vscode.TextDocument) => document.uri.toString() === this.note.toString();

  private editors = () => vscode.window.visibleTextEditors.filter(({ document }) => this.isNote(document));

  private settings(): RenderSettings {
    const settings = vscode.workspace.getConfiguration('groundnote.preview', this.note);
    const onDisk = this.note.scheme === 'file';
    const own = vscode.workspace.getWorkspaceFolder(this.note);
    const probe = (onDisk ? vscode.Uri.file('/') : this.note).with({ path: '/groundnote-path', query: '' });
    // Objects and lists of settings are proxies, which cannot be sent to another thread.
    const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
    return {
      allowHtml: vscode.workspace.isTrusted,
      frontMatter: settings.get<RenderSettings['frontMatter']>('frontMatter', 'header'),
      syntax: settings.get<RenderSettings['syntax']>('syntax', 'groundnote'),
      emoji: settings.get('emoji', false),
      macros: plain(settings.get<Record<string, unknown>>('macros', {})),
      bibliography: plain(
        vscode.workspace
          .getConfiguration('groundnote.references', this.note)
          .get<string[]>('bibliography', []),
      ),
      ...(onDisk && { path: this.note.fsPath }),
      roots: (vscode.workspace.workspaceFolders ?? [])
        .filter(({ uri }) => uri.scheme === 'file')
        .sort((a, b) => Number(b === own) - Number(a === own))
        .map(({ uri }) => uri.fsPath),
      resourceAddress: String(this.panel.webview.asWebviewUri(probe)).replace('/groundnote-path', pathMark),
      folder: path.posix.dirname(this.note.path),
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
      if (offerToCreateNote(uri)) return;
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
    if (await openAtHeading(uri, href, this.services.papers)) return;
    await vscode.commands.executeCommand('vscode.open', uri, {
      viewColumn: this.editors()[0]?.viewColumn ?? vscode.ViewColumn.One,
    });
  }
}

function pageHtml(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  note: vscode.Uri,
  first: FirstSplice | undefined,
): string {
  const nonce = randomBytes(16).toString('base64url');
  return previewPageHtml({
    note: note.toString(),
    title: `Preview ${path.posix.basename(note.path)}`,
    address: (file) =>
      String(webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extensionUri), ...file.split('/')))),
    policy: contentSecurityPolicy(webview.cspSource, nonce),
    nonce,
    ...(first && { first }),
  });
}
