/** Registers the side panel. What it is made of is loaded when the first picture is opened: most windows only show notes. */
import * as vscode from 'vscode';
import { actions, commandOf } from '../protocol/actions';
import type { Annotation, Edit } from '../protocol/annotator';
import type { Size } from '../protocol/geometry';
import type { PackSummary, TaskDefaults } from '../protocol/packs';
import type { AnnotatorDocument } from './annotatorDocument';
import type { Tool } from './annotatorPanel';
import type { AnnotatorProvider } from './annotatorProvider';
import type { InferenceApi } from './inferenceApi';
import { annotatorViewType } from './viewType';
import { healZombies } from './zombies';

/** What commands use. */
export interface AnnotatorApi extends vscode.Disposable {
  /** Opens a picture in the side panel, beside what the user reads unless `column` says otherwise. */
  open(uri: vscode.Uri, options?: { column?: vscode.ViewColumn; tool?: Tool }): Promise<void>;
  /** Finds a phrase in a picture, in its panel, which is opened if need be. */
  ground(uri: vscode.Uri, phrase: string): Promise<void>;
  /** The regions of a picture that is open in a panel, unsaved ones too; undefined where it is not. */
  regionsOf(uri: vscode.Uri): { annotations: readonly Annotation[]; size(): Promise<Size> } | undefined;
  /** Applies an edit to a picture that is open, as one undo step. */
  apply(uri: vscode.Uri, edit: Edit): void;
  /** The picture of the panel that has the keyboard. */
  activePicture(): vscode.Uri | undefined;
  /** A picture that is open in a panel. */
  documentOf(uri: vscode.Uri): AnnotatorDocument | undefined;
  /** True when a picture has unsaved regions from before. */
  hasDraft(uri: vscode.Uri): Promise<boolean>;
  /** The packs of this machine. */
  packs(): Promise<PackSummary[]>;
  /** Packs, servers or their defaults have changed: open panels are told. */
  packsChanged(): void;
}

export function registerAnnotator(
  context: vscode.ExtensionContext,
  {
    inference,
    defaults,
    log,
  }: { inference: InferenceApi; defaults: () => Promise<TaskDefaults>; log: vscode.LogOutputChannel },
): AnnotatorApi {
  const edits = new vscode.EventEmitter<vscode.CustomDocumentEditEvent<AnnotatorDocument>>();
  let loading: Promise<AnnotatorProvider> | undefined;
  let provider: AnnotatorProvider | undefined;
  const load = () =>
    (loading ??= import('./annotatorProvider').then(
      (module) => (provider = new module.AnnotatorProvider(context, inference, defaults, log, edits)),
    ));
  const lazy: vscode.CustomEditorProvider<AnnotatorDocument> = {
    onDidChangeCustomDocument: edits.event,
    openCustomDocument: async (uri, open) => (await load()).openCustomDocument(uri, open),
    resolveCustomEditor: async (document, panel) => (await load()).resolveCustomEditor(document, panel),
    saveCustomDocument: async (document) => (await load()).saveCustomDocument(document),
    saveCustomDocumentAs: async (document, to) => (await load()).saveCustomDocumentAs(document, to),
    revertCustomDocument: async (document) => (await load()).revertCustomDocument(document),
    backupCustomDocument: async (document) => (await load()).backupCustomDocument(document),
  };
  const subscriptions = [
    edits,
    vscode.window.registerCustomEditorProvider(annotatorViewType, lazy, {
      supportsMultipleEditorsPerDocument: true,
      webviewOptions: { retainContextWhenHidden: false },
    }),
    healZombies(annotatorViewType, (uri) => provider?.documentOf(uri) !== undefined, log),
    ...actions.map(({ id }) => vscode.commands.registerCommand(commandOf(id), () => provider?.run(id))),
  ];
  return {
    open: async (uri, options) => void (await (await load()).show(uri, options)),
    ground: async (uri, phrase) => (await load()).ground(uri, phrase),
    regionsOf: (uri) => provider?.regionsOf(uri),
    apply: (uri, edit) => provider?.documentOf(uri)?.apply(edit),
    activePicture: () => provider?.activePicture(),
    documentOf: (uri) => provider?.documentOf(uri),
    hasDraft: async (uri) => (await load()).hasDraft(uri),
    packs: async () => (await load()).packs(true),
    packsChanged: () => void provider?.packsChanged(),
    dispose: () => {
      provider?.dispose();
      vscode.Disposable.from(...subscriptions).dispose();
    },
  };
}
