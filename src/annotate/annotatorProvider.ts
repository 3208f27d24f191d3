/** The custom editor `groundnote.annotator`: pictures as documents that VS Code saves, reverts, undoes and backs up. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { ActionId } from '../protocol/actions';
import type { AnnotatorApi } from './annotator';
import { GroundnoteError, isCancelled, toWireError } from '../protocol/errors';
import { listPacks } from '../protocol/inference';
import type { PackSummary, TaskDefaults } from '../protocol/packs';
import { AnnotatorDocument, type DocumentServices } from './annotatorDocument';
import { AnnotatorPanel, type PanelServices, type Tool } from './annotatorPanel';
import { clipboardPart } from './clipboardPart';
import { answerComparison } from './compare';
import { Draft } from './drafts';
import { exchangePart } from './exchange/exchangePart';
import { folderPart } from './folder/folderPart';
import { Thumbnails } from './folder/thumbnails';
import { hintsPart } from './hints';
import { conversationPart } from './conversation/conversationPart';
import type { InferenceApi } from './inferenceApi';
import { tileFolder, tilesPart } from './tilesPart';
import { LabelColors } from './labels/labelColors';
import { labelsPart } from './labels/labelsPart';
import { WorkspaceLabels } from './labels/workspaceLabels';
import { annotatorViewType } from './viewType';

export class AnnotatorProvider implements vscode.CustomEditorProvider<AnnotatorDocument>, vscode.Disposable {
  private readonly documents = new Set<AnnotatorDocument>();
  private readonly panels = new Set<AnnotatorPanel>();
  private readonly resolvedEmitter = new vscode.EventEmitter<AnnotatorPanel>();
  readonly onDidChangeCustomDocument: vscode.Event<vscode.CustomDocumentEditEvent<AnnotatorDocument>>;
  private knownPacks: PackSummary[] | undefined;
  /** A document has been opened, changed or closed. */
  private readonly documentEmitter = new vscode.EventEmitter<vscode.Uri>();
  private readonly folder: ReturnType<typeof folderPart>;
  private readonly documentServices: DocumentServices;
  private readonly panelServices: PanelServices;
  private readonly labelColors: LabelColors;
  private readonly workspaceLabels: WorkspaceLabels;

  constructor(
    context: vscode.ExtensionContext,
    private readonly inference: InferenceApi,
    /** Packs that the user has set for tasks. */
    defaults: () => Promise<TaskDefaults>,
    private readonly log: vscode.LogOutputChannel,
    /** Fired for each edit that VS Code must put on its stack. */
    private readonly edits: vscode.EventEmitter<vscode.CustomDocumentEditEvent<AnnotatorDocument>>,
  ) {
    this.onDidChangeCustomDocument = edits.event;
    const storage = context.storageUri ?? context.globalStorageUri;
    this.labelColors = new LabelColors(context.workspaceState);
    this.workspaceLabels = new WorkspaceLabels(log);
    this.documentServices = {
      inference,
      log,
      labelColors: this.labelColors,
      draftFolder: path.join(storage.fsPath, 'drafts'),
      renderFolder: vscode.Uri.joinPath(storage, 'rendered'),
    };
    const thumbnailFolder = vscode.Uri.joinPath(context.globalStorageUri, 'thumbnails');
    this.folder = folderPart({
      documentOf: (uri) => this.documentOf(uri),
      onDidChangeDocument: this.documentEmitter.event,
      show: (uri, column) => this.show(uri, { column }),
      thumbnails: new Thumbnails({ folder: thumbnailFolder, inference, log }),
      memory: context.globalState,
    });
    this.panelServices = {
      extensionUri: context.extensionUri,
      tileFolder: tileFolder(context),
      log,
      packs: (fresh) => this.packs(fresh),
      defaults,
      thumbnailFolder,
      parts: [
        this.folder.part,
        tilesPart,
        ({ document }, endpoint) => answerComparison(endpoint, inference, () => document.picture.source()),
        hintsPart(context.globalState),
        exchangePart({
          inference,
          regionsOf: (uri) => this.documentOf(uri)?.session.annotations,
          apply: (uri, edit) => this.documentOf(uri)?.apply(edit),
        }),
        conversationPart({
          inference,
          log,
          folder: path.join(storage.fsPath, 'conversations'),
          packs: () => this.packs(false),
          defaults,
        }),
        labelsPart(this.workspaceLabels, this.labelColors),
        clipboardPart,
      ],
    };
  }

  documentOf(uri: vscode.Uri): AnnotatorDocument | undefined {
    return [...this.documents].find((document) => document.uri.toString() === uri.toString());
  }

  regionsOf(uri: vscode.Uri): ReturnType<AnnotatorApi['regionsOf']> {
    const document = this.documentOf(uri);
    return document && { annotations: document.session.annotations, size: () => document.picture.size() };
  }

  async hasDraft(uri: vscode.Uri): Promise<boolean> {
    const { draftFolder, log } = this.documentServices;
    const draft = new Draft(draftFolder, uri.toString(), (error) => log.error('Draft:', String(error)));
    return (await draft.read()) !== undefined;
  }

  activePicture(): vscode.Uri | undefined {
    return this.activePanel()?.document.uri;
  }

  /** Does an action in the panel that has the keyboard. */
  run(action: ActionId): void {
    this.activePanel()?.run(action);
  }

  private activePanel(): AnnotatorPanel | undefined {
    return [...this.panels].find(({ panel }) => panel.active);
  }

  async openCustomDocument(
    uri: vscode.Uri,
    open: vscode.CustomDocumentOpenContext,
  ): Promise<AnnotatorDocument> {
    this.log.info(`Opening ${uri.path}${open.backupId ? ' from its backup' : ''}.`);
    const document = await AnnotatorDocument.open(uri, this.documentServices);
    // With a backup VS Code knows already that the document is dirty; the draft is newer than what it names.
    if (open.backupId) document.session.takeRestored();
    this.documents.add(document);
    document.onDidEdit(({ title, undo, redo }) => this.edits.fire({ document, label: title, undo, redo }));
    const tell = () => this.documentEmitter.fire(uri);
    document.onDidChange(tell);
    document.onDidDispose(() => {
      this.documents.delete(document);
      tell();
    });
    tell();
    return document;
  }

  resolveCustomEditor(document: AnnotatorDocument, webviewPanel: vscode.WebviewPanel): void {
    const panel = new AnnotatorPanel(document, webviewPanel, this.panelServices);
    this.panels.add(panel);
    panel.onDidChangeFocus((focused) => this.setFocus(focused));
    webviewPanel.onDidDispose(() => {
      this.panels.delete(panel);
      this.setFocus(false);
      panel.dispose();
    });
    this.resolvedEmitter.fire(panel);
    // VS Code takes edits of a document only after its editor has been resolved.
    setTimeout(() => document.announceRestored());
  }

  async saveCustomDocument(document: AnnotatorDocument): Promise<void> {
    await this.saving(document, async () => {
      if (!(await document.save())) throw new vscode.CancellationError();
    });
  }

  async saveCustomDocumentAs(document: AnnotatorDocument, destination: vscode.Uri): Promise<void> {
    await this.saving(document, () => document.saveAs(destination));
  }

  async revertCustomDocument(document: AnnotatorDocument): Promise<void> {
    await document.session.revert();
  }

  async backupCustomDocument(document: AnnotatorDocument): Promise<vscode.CustomDocumentBackup> {
    const { draft } = document;
    await draft.flush();
    const generation = draft.currentGeneration;
    return { id: draft.path, delete: () => void draft.removeUpTo(generation) };
  }

  /** Opens the panel, or reveals the one that shows the picture, and starts with a tool. */
  async show(
    uri: vscode.Uri,
    { column, tool }: { column?: vscode.ViewColumn; tool?: Tool } = {},
  ): Promise<AnnotatorPanel> {
    const shown = [...this.panels].find(
      ({ document, panel }) =>
        document.uri.toString() === uri.toString() && (column ?? panel.viewColumn) === panel.viewColumn,
    );
    if (shown) {
      shown.panel.reveal();
      if (tool) shown.focus(tool);
      return shown;
    }
    const resolved = new Promise<AnnotatorPanel>((resolve) => {
      const subscription = this.resolvedEmitter.event((panel) => {
        if (panel.document.uri.toString() !== uri.toString()) return;
        subscription.dispose();
        resolve(panel);
      });
    });
    await vscode.commands.executeCommand('vscode.openWith', uri, annotatorViewType, {
      viewColumn: column ?? this.columnBeside(),
      preview: false,
    });
    const timeout = new Promise<never>((_, reject) =>
      setTimeout(
        () => reject(new GroundnoteError('timeout', `${uri.path} could not be opened.`)),
        15_000,
      ).unref(),
    );
    const panel = await Promise.race([resolved, timeout]);
    if (tool) panel.focus(tool);
    return panel;
  }

  async ground(uri: vscode.Uri, phrase: string): Promise<void> {
    const panel = await this.show(uri);
    await panel.whenReady();
    try {
      const { message, refused } = await panel.document.tasks.groundText({ text: phrase });
      panel.say(refused ? 'warning' : 'info', message);
    } catch (error) {
      if (!isCancelled(error)) panel.say('error', toWireError(error).message);
    }
  }

  dispose(): void {
    for (const panel of this.panels) panel.dispose();
    this.folder.dispose();
    this.documentEmitter.dispose();
    this.resolvedEmitter.dispose();
    this.workspaceLabels.dispose();
    this.labelColors.dispose();
  }

  /** Where another panel is already, or beside the active editor; where nothing is open, there. */
  private columnBeside(): vscode.ViewColumn {
    if (!vscode.window.tabGroups.activeTabGroup.activeTab) return vscode.ViewColumn.Active;
    const group = vscode.window.tabGroups.all.find((each) =>
      each.tabs.some(
        ({ input }) => input instanceof vscode.TabInputCustom && input.viewType === annotatorViewType,
      ),
    );
    return group?.viewColumn ?? vscode.ViewColumn.Beside;
  }

  /** The keys of actions hold while the keyboard is in a panel, and not in the explorer beside it. */
  private setFocus(focused: boolean): void {
    void vscode.commands.executeCommand('setContext', 'groundnote.annotatorFocus', focused);
  }

  async packs(fresh: boolean): Promise<PackSummary[]> {
    if (!fresh && this.knownPacks) return this.knownPacks;
    try {
      this.knownPacks = (await this.inference.request(listPacks, {})).packs;
      return this.knownPacks;
    } catch (error) {
      this.log.error('Packs:', toWireError(error).message);
      return this.knownPacks ?? [];
    }
  }

  /** Asks again for the packs, and shows them in all panels; where none is open, when the next one is. */
  async packsChanged(): Promise<void> {
    if (!this.panels.size) return;
    await this.packs(true);
    for (const panel of this.panels) panel.refresh();
  }

  /** Says in the panel too why a save has failed. */
  private async saving(document: AnnotatorDocument, save: () => Promise<void>): Promise<void> {
    try {
      await save();
    } catch (error) {
      if (!(error instanceof vscode.CancellationError)) {
        const { message } = toWireError(error);
        for (const panel of this.panels) if (panel.document === document) panel.say('error', message);
      }
      throw error;
    }
  }
}
