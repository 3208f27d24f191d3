/** The editor's language models: nothing is loaded, and none is looked at, before the user wants one. */
import * as vscode from 'vscode';
import type { EditorModels } from '../inference/engines/remote/editorModels';
import type { ModelConfiguration } from './models/configuration';
import type { Models } from './models/models';
import { runCommand } from './runCommand';

/** Answers the questions of the inference process. */
export function editorModelsOf(log: vscode.LogOutputChannel, offline: () => boolean): EditorModels {
  let loading: Promise<EditorModels> | undefined;
  const load = () =>
    (loading ??= import('./editorModels').then(
      ({ EditorLanguageModels }) => new EditorLanguageModels({ log, offline }),
    ));
  return { ask: async (question, options) => (await load()).ask(question, options) };
}

export const registerUseEditorModel = (
  models: Models,
  configuration: ModelConfiguration,
): vscode.Disposable =>
  vscode.commands.registerCommand('groundnote.useEditorModel', () =>
    runCommand(async () => {
      const { useEditorModel } = await import('./useEditorModel');
      await useEditorModel({
        configuration,
        packIds: async () => (await models.state()).packs.map(({ pack }) => pack.id),
      });
    }),
  );
