/** One side panel: its page, and the wire between it and the document. */
import * as vscode from 'vscode';
import type { z } from 'zod';
import type { ActionId } from '../protocol/actions';
import {
  applyEdit,
  busy,
  cancelWork,
  focusChanged,
  focusTool,
  groundText,
  insertIntoNote,
  insertResultSchema,
  notice,
  ping,
  promptRegion,
  hoverRegion,
  ready,
  runAction,
  runCommand,
  segmentEverything,
  snapshotChanged,
  type Snapshot,
} from '../protocol/annotator';
import { isCancelled, toWireError } from '../protocol/errors';
import type { PackSummary, TaskDefaults } from '../protocol/packs';
import { Endpoint } from '../protocol/rpc';
import type { AnnotatorDocument } from './annotatorDocument';
import { pageHtml } from './pageHtml';

export interface PanelServices {
  extensionUri: vscode.Uri;
  /** Where the tiles of large pictures are. */
  tileFolder: vscode.Uri;
  log: vscode.LogOutputChannel;
  /** Where small pictures of the folder lie. */
  thumbnailFolder: vscode.Uri;
  /** The packs of this machine; asked again when `fresh`, else as last heard. */
  packs(fresh: boolean): Promise<PackSummary[]>;
  /** Packs that the user has set for tasks. */
  defaults(): Promise<TaskDefaults>;
  /** What answers the page beside this file, one part for each area of the panel. */
  parts: readonly PanelPart[];
}

/** Answers questions of a page; ends with what it returns. */
export type PanelPart = (panel: AnnotatorPanel, endpoint: Endpoint) => vscode.Disposable;

/** What a page may ask for: a command of VS Code, with its argument. */
const vscodeCommands: Record<
  z.infer<typeof runCommand.params>['command'],
  [name: string, argument?: string]
> = {
  undo: ['undo'],
  redo: ['redo'],
  save: ['workbench.action.files.save'],
  keys: ['workbench.action.openGlobalKeybindings', '@ext:groundnote.groundnote'],
};

/** Tools that a command may start with. */
export type Tool = 'point' | 'box' | 'stroke' | 'text';

/** A page on a busy machine is there well before this. */
const pagePatienceMs = 12_000;

/** A panel of a document; it ends with its VS Code panel. */
export class AnnotatorPanel {
  private readonly endpoint: Endpoint;
  private readonly disposables: vscode.Disposable[] = [];
  private readonly readyEmitter = new vscode.EventEmitter<{ error?: unknown }>();
  private readonly focusEmitter = new vscode.EventEmitter<boolean>();
  /** Whether the keyboard is in the page. */
  readonly onDidChangeFocus = this.focusEmitter.event;
  private pageReady = false;
  /** The page's script runs: it has asked for its first snapshot. */
  private pageLoaded = false;
  private disposed = false;
  private sending: Promise<void> | undefined;
  private sendAgain = false;
  /** A tool that was asked for before the page could hear it. */
  private pendingTool: Tool | undefined;

  constructor(
    readonly document: AnnotatorDocument,
    readonly panel: vscode.WebviewPanel,
    private readonly services: PanelServices,
  ) {
    const { webview } = panel;
    webview.options = {
      enableScripts: true,
      localResourceRoots: [
        vscode.Uri.joinPath(document.uri, '..'),
        vscode.Uri.joinPath(services.extensionUri, 'dist', 'webview'),
        document.picture.renderFolder,
        services.thumbnailFolder,
        services.tileFolder,
      ],
      // The one command that a page can run when the extension host behind it is gone.
      enableCommandUris: ['workbench.action.reloadWindow'],
    };
    this.endpoint = new Endpoint(
      {
        post: (message) => void webview.postMessage(message),
        listen: (onMessage) => {
          const subscription = webview.onDidReceiveMessage(onMessage);
          return () => subscription.dispose();
        },
      },
      {
        document: document.uri.toString(),
        onInternalError: (error) =>
          services.log.error('Side panel:', error instanceof Error ? error : String(error)),
      },
    );
    this.answer();
    this.disposables.push(
      this.focusEmitter,
      ...services.parts.map((part) => part(this, this.endpoint)),
      document.onDidChange(() => this.refresh()),
      document.onDidChangeBusy((phase) => this.endpoint.send(busy, phase === undefined ? null : { phase })),
      panel.onDidChangeViewState(() => {
        // A page that is hidden is thrown away; when shown again it asks for everything.
        if (!panel.visible) this.pageReady = false;
      }),
    );
    const asset = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(services.extensionUri, 'dist', 'webview', name)).toString();
    const load = () =>
      pageHtml({
        cspSource: webview.cspSource,
        script: asset('annotator.js'),
        style: asset('annotator.css'),
        document: document.uri.toString(),
      });
    webview.html = load();
    this.watchLoading(() => (webview.html = load()));
  }

  /** Resolves when the page has had its first snapshot. @throws what kept the picture from being shown */
  whenReady(): Promise<void> {
    if (this.pageReady) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const subscription = this.readyEmitter.event(({ error }) => {
        subscription.dispose();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  focus(tool: Tool): void {
    this.pendingTool = tool;
    if (this.pageReady) this.sendTool();
  }

  /** Does in the page what a key, the palette or a menu asks for. */
  run(action: ActionId): void {
    this.endpoint.send(runAction, { action });
  }

  say(level: 'info' | 'warning' | 'error', message: string): void {
    this.endpoint.send(notice, { level, message });
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.endpoint.dispose();
    this.readyEmitter.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** Right after a reload of the window a page was seen to stay empty: one that never asks for anything is loaded again. */
  private watchLoading(reload: () => void): void {
    let left = 2;
    const timer = setInterval(() => {
      if (this.pageLoaded || left-- === 0) return clearInterval(timer);
      if (!this.panel.visible) return;
      this.services.log.warn(`The page of ${this.document.picture.name} did not load; loading it again.`);
      reload();
    }, pagePatienceMs);
    this.disposables.push(new vscode.Disposable(() => clearInterval(timer)));
  }

  private answer(): void {
    const { endpoint, document } = this;
    endpoint.handle(ready, async () => {
      this.pageLoaded = true;
      const snapshot = await this.firstSnapshot().catch((error: unknown) => {
        this.readyEmitter.fire({ error });
        throw error;
      });
      // The answer goes first, then what was waiting for it.
      setTimeout(() => {
        if (this.disposed) return;
        this.pageReady = true;
        this.sendTool();
        this.readyEmitter.fire({});
      });
      return snapshot;
    });
    endpoint.handle(applyEdit, (edit) => {
      document.apply(edit);
      return { revision: document.session.revision };
    });
    endpoint.handle(promptRegion, (params) => document.tasks.promptRegion(params));
    endpoint.handle(hoverRegion, (params, { signal }) => document.tasks.hoverRegion(params, signal));
    endpoint.handle(segmentEverything, (params) => document.tasks.segmentEverything(params));
    endpoint.on(focusChanged, ({ focused }) => this.focusEmitter.fire(focused));
    endpoint.handle(groundText, (params) => document.tasks.groundText(params));
    endpoint.handle(cancelWork, ({ regionIds }) => {
      document.tasks.cancel(regionIds);
      return {};
    });
    endpoint.handle(insertIntoNote, async ({ regionIds }) =>
      insertResultSchema.parse(
        await vscode.commands.executeCommand('groundnote.insertIntoNote', {
          image: document.uri.toString(),
          regionIds,
        }),
      ),
    );
    endpoint.handle(ping, () => ({}));
    endpoint.handle(runCommand, async ({ command }) => {
      await vscode.commands.executeCommand(...vscodeCommands[command]);
      return {};
    });
  }

  private async firstSnapshot(): Promise<Snapshot> {
    await Promise.all([this.document.session.checkPicture(), this.services.packs(true)]);
    return this.snapshot();
  }

  private async snapshot(): Promise<Snapshot> {
    const { document, panel, services } = this;
    const [size, uri, tiles, packs, defaults] = await Promise.all([
      document.picture.size(),
      document.picture.address(panel.webview),
      document.picture.tiles(panel.webview),
      services.packs(false),
      services.defaults(),
    ]);
    const { session } = document;
    return {
      revision: session.revision,
      image: { name: document.picture.name, uri, ...(tiles && { tiles }), ...size },
      annotations: [...session.annotations],
      dirty: session.dirty,
      packs,
      defaults,
      ...(document.tasks.phase !== undefined && { busy: document.tasks.phase }),
      ...(session.problem !== undefined && { problem: session.problem }),
    };
  }

  /** Sends the newest whole snapshot; changes that come while one is made are sent together after it. */
  refresh(): void {
    if (this.sending) {
      this.sendAgain = true;
      return;
    }
    this.sending = (async () => {
      do {
        this.sendAgain = false;
        if (!this.pageReady || this.disposed) return;
        try {
          const snapshot = await this.snapshot();
          if (this.pageReady && !this.disposed) this.endpoint.send(snapshotChanged, snapshot);
        } catch (error) {
          if (!isCancelled(error)) this.say('error', toWireError(error).message);
        }
      } while (this.sendAgain);
    })().finally(() => (this.sending = undefined));
  }

  private sendTool(): void {
    if (this.pendingTool) this.endpoint.send(focusTool, { tool: this.pendingTool });
    this.pendingTool = undefined;
  }
}
