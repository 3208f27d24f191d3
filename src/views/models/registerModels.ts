/** The Models view and the commands of models and servers. What they do is loaded with the first of them. */
import * as vscode from 'vscode';
import type { InferenceApi } from '../../annotate/inferenceApi';
import { runCommand } from '../runCommand';
import type { Models } from './models';
import { ModelsTree } from './modelsTree';

const viewId = 'groundnote.models';

export interface RegisterModelsOptions {
  models: Models;
  inference: InferenceApi;
  /** Ends the inference process. */
  unload(): void;
}

export function registerModels({ models, inference, unload }: RegisterModelsOptions): vscode.Disposable {
  const tree = new ModelsTree(models);
  const view = vscode.window.createTreeView(viewId, { treeDataProvider: tree, showCollapseAll: true });
  const packs = once(async () => new (await import('./modelActions')).ModelActions(models, unload));
  const servers = once(
    async () => new (await import('../servers/serverActions')).ServerActions(models, inference),
  );
  const pack =
    (name: 'install' | 'add' | 'resume' | 'discard' | 'remove' | 'verify' | 'setDefault' | 'openCard' | 'reveal' | 'copyId') =>
    (item: unknown) =>
      runCommand(async () => (await packs())[name](item));
  const server =
    (name: 'add' | 'edit' | 'remove' | 'check' | 'revoke' | 'setToken' | 'removeToken') => (item: unknown) =>
      runCommand(async () => (await servers())[name](item));
  return vscode.Disposable.from(
    tree,
    view,
    // Another window, or the command line, may have installed something.
    view.onDidChangeVisibility(({ visible }) => {
      if (!visible) return;
      models.forget();
      tree.refresh();
    }),
    vscode.commands.registerCommand('groundnote.models.install', pack('install')),
    vscode.commands.registerCommand('groundnote.models.add', pack('add')),
    vscode.commands.registerCommand('groundnote.models.resume', pack('resume')),
    vscode.commands.registerCommand('groundnote.models.discard', pack('discard')),
    vscode.commands.registerCommand('groundnote.models.remove', pack('remove')),
    vscode.commands.registerCommand('groundnote.models.verify', pack('verify')),
    vscode.commands.registerCommand('groundnote.models.setDefault', pack('setDefault')),
    vscode.commands.registerCommand('groundnote.models.openCard', pack('openCard')),
    vscode.commands.registerCommand('groundnote.models.reveal', pack('reveal')),
    vscode.commands.registerCommand('groundnote.models.copyId', pack('copyId')),
    vscode.commands.registerCommand('groundnote.models.refresh', () => models.refresh()),
    vscode.commands.registerCommand('groundnote.servers.add', server('add')),
    vscode.commands.registerCommand('groundnote.servers.edit', server('edit')),
    vscode.commands.registerCommand('groundnote.servers.remove', server('remove')),
    vscode.commands.registerCommand('groundnote.servers.check', server('check')),
    vscode.commands.registerCommand('groundnote.servers.revoke', server('revoke')),
    vscode.commands.registerCommand('groundnote.setAccessToken', server('setToken')),
    vscode.commands.registerCommand('groundnote.removeAccessToken', server('removeToken')),
  );
}

/** Makes it with the first question. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
