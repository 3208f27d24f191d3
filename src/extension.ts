/** Builds the services and registers what package.json contributes. Nothing heavy is loaded here: models live in a process of their own. */
import path from 'node:path';
import * as vscode from 'vscode';
import { registerAnnotator } from './annotate/annotator';
import { tileFolder } from './annotate/tilesPart';
import { InferenceClient } from './inference/client';
import { registerMedia } from './media/registerMedia';
import { extendBuiltinPreview, type MarkdownItPlugin } from './notes/builtin/builtinPreview';
import { NotebookFigures } from './notes/builtin/notebookFigures';
import { GroundRunner } from './notes/preview/groundRunner';
import { registerPreview } from './notes/preview/previewPanel';
import { NoteRendererClient } from './notes/render/workerClient';
import { registerAgentTools } from './views/agents/registerAgentTools';
import { registerImageCommands } from './views/commands';
import { registerExchangeCommands } from './views/exchangeCommands';
import { editorModelsOf, registerUseEditorModel } from './views/registerEditorModels';
import { registerGroundFenceHelp } from './views/groundFenceHelp';
import { registerInsertIntoNote } from './views/insertIntoNote';
import { Papers } from './notes/papers/papers';
import { registerPapers } from './views/papers/registerPapers';
import { registerSegmentFolder } from './views/segmentFolder';
import { StatusItem } from './views/statusItem';
import { ModelConfiguration } from './views/models/configuration';
import { Models } from './views/models/models';
import { registerModels } from './views/models/registerModels';
import { ServerConsent } from './views/servers/consent';
import { GuardedInference } from './views/servers/guardedInference';
import { Firsts, registerWalkthrough } from './views/walkthrough';

export function activate(context: vscode.ExtensionContext): MarkdownItPlugin {
  const started = performance.now();
  const before = process.cpuUsage();
  const log = vscode.window.createOutputChannel('Groundnote', { log: true });
  const settings = vscode.workspace.getConfiguration('groundnote');
  const dist = path.join(context.extensionPath, 'dist');
  const status = new StatusItem();
  const embeddedFolder = path.join(dist, 'models');
  const installedFolder = path.join(context.globalStorageUri.fsPath, 'packs');
  const processes = {
    entry: path.join(dist, 'inferenceProcess.cjs'),
    // The embedded packs, those that were installed (for all workspaces), and the user's own folders.
    packFolders: [embeddedFolder, installedFolder, ...settings.get<string[]>('packs.folders', [])],
    threads: settings.get('inference.threads', 0),
    maxPixels: settings.get('largeImages.maxMegapixels', 1000) * 1e6,
    tileFolder: tileFolder(context).fsPath,
    tileBytes: settings.get('largeImages.cacheGigabytes', 4) * 1e9,
  };
  const configuration = new ModelConfiguration(context.secrets);
  const client = new InferenceClient({
    ...processes,
    idleMs: settings.get('inference.unloadAfterMinutes', 10) * 60_000,
    log: (level, message) => log[level](message),
    onStateChange: (state) => status.show(state),
    editorModels: editorModelsOf(log, () => configuration.offline),
  });
  const consent = new ServerConsent(context.globalState);
  const firsts = new Firsts();
  // Nothing goes to a server but through this.
  const inference = new GuardedInference({
    client,
    configuration,
    consent,
    onAnswered: (channel, params) => firsts.answered(channel, params),
  });
  const models = new Models({
    configuration,
    consent,
    packFolders: processes.packFolders,
    embeddedFolder,
    installedFolder,
    log,
  });
  const renderer = new NoteRendererClient({
    entry: path.join(dist, 'noteRenderer.cjs'),
    log: (level, message) => log[level](message),
  });
  const annotator = registerAnnotator(context, {
    inference,
    defaults: async () => (await configuration.read()).defaults,
    log,
  });
  const ground = new GroundRunner({ inference, log, embeddedPacks: embeddedFolder });
  const agentTools = registerAgentTools({
    inference,
    open: annotator,
    configuration: () => configuration.read(),
    embeddedPacks: embeddedFolder,
    packFolders: processes.packFolders,
    log,
  });
  // Which tools apply nobody asks right away.
  setImmediate(() => void agentTools.refresh());
  const papers = new Papers(context, log);
  const previews = registerPreview(context, {
    ground,
    papers,
    openFigure: (uri, { ground }) =>
      ground
        ? vscode.commands.executeCommand('groundnote.groundInImage', uri)
        : annotator.open(uri, { tool: 'point' }),
    renderer,
    log,
  });
  context.subscriptions.push(
    log,
    papers,
    registerPapers(papers),
    status,
    client,
    configuration,
    consent,
    models,
    configuration.onDidChange(() => void inference.refresh()),
    models.onDidChange(() => annotator.packsChanged()),
    models.onDidChange(() => void agentTools.refresh()),
    registerModels({ models, inference, unload: () => client.stop() }),
    registerUseEditorModel(models, configuration),
    registerWalkthrough(context, annotator, firsts),
    renderer,
    annotator,
    agentTools,
    ground,
    previews,
    registerMedia({ inference, extensionUri: context.extensionUri, log }),
    registerExchangeCommands(annotator, inference),
    registerInsertIntoNote({ annotator, inference, previewedNotes: () => previews.notes() }),
    registerGroundFenceHelp(),
    registerSegmentFolder(context, {
      annotator,
      dist,
      models: processes,
      allow: (channel, params) => inference.allow(channel, params),
      log,
    }),
    ...registerImageCommands(annotator, inference, new NotebookFigures(context)),
    vscode.commands.registerCommand('groundnote.stopInference', () => client.stop()),
    vscode.commands.registerCommand('groundnote.showLog', () => log.show()),
  );
  const plugin = extendBuiltinPreview(context, log);
  const { user, system } = process.cpuUsage(before);
  log.info(
    `Activated in ${(performance.now() - started).toFixed(0)} ms, ${((user + system) / 1000).toFixed(0)} ms of processor time.`,
  );
  return plugin;
}
