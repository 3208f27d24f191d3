/** “Use a Language Model of the Editor…”: puts one among the servers, after saying what leaves the machine. Loaded with the command. */
import * as vscode from 'vscode';
import { GroundnoteError } from '../protocol/errors';
import type { Task } from '../protocol/packs';
import { serverSchema } from '../protocol/servers';
import { editorModelName } from './editorModels';
import { canCarryPictures } from './languageModelParts';
import type { ModelConfiguration } from './models/configuration';
import { freeId } from './servers/askForServer';
import { readServers } from './servers/readServers';

export interface UseEditorModelServices {
  configuration: Pick<ModelConfiguration, 'rawServers' | 'writeServers' | 'setDefault'>;
  /** Ids of packs, which no server may have too. */
  packIds(): Promise<readonly string[]>;
}

/** What it is asked for when the user wants it by default. */
const usualTasks: readonly Task[] = ['ask', 'refer', 'describe'];

/** @throws GroundnoteError unsupported, not-found, cancelled */
export async function useEditorModel({ configuration, packIds }: UseEditorModelServices): Promise<void> {
  if (!vscode.workspace.isTrusted)
    throw new GroundnoteError(
      'unsupported',
      'In an untrusted workspace no language model is used: trust it first.',
    );
  if (!canCarryPictures())
    throw new GroundnoteError(
      'unsupported',
      'This version of the editor cannot send pictures to language models. Update it, or add a server instead.',
    );
  const models = await vscode.lm.selectChatModels();
  if (!models.length)
    throw new GroundnoteError(
      'not-found',
      'The editor offers no language models. An extension brings them, for example GitHub Copilot Chat: install one and sign in.',
    );
  const before = readServers(configuration.rawServers);
  const taken = before.flatMap(({ server }) => (server?.protocol === 'editor-model' ? [server.model] : []));
  const items = models.map((model) => ({
    label: model.name,
    description: model.vendor + (taken.includes(editorModelName(model)) ? ', in use' : ''),
    detail: `${model.family}, ${model.maxInputTokens.toLocaleString('en')} tokens`,
    model,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Use a Language Model of the Editor',
    placeHolder: 'It must be one that sees pictures',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked) throw new GroundnoteError('cancelled', 'Cancelled.');
  const { model } = picked;
  const name = editorModelName(model);
  if (taken.includes(name))
    throw new GroundnoteError(
      'unsupported',
      `“${model.name}” is among the servers of the Models view already.`,
    );
  const yes = `Use ${model.name}`;
  const answer = await vscode.window.showWarningMessage(
    `Pictures that you ask about are sent to ${model.name} (${model.vendor})`,
    {
      modal: true,
      detail:
        'Each picture that you ask about with it, or the part of it that you look at, goes through the editor to the provider of the model, with your questions and the conversation. The editor asks you once more before the first question. Masks are made on this machine.',
    },
    yes,
  );
  if (answer !== yes) throw new GroundnoteError('cancelled', 'Cancelled.');
  const ids = [...before.map(({ id }) => id), ...(await packIds())];
  const entry = { protocol: 'editor-model', id: freeId(model.name, ids), model: name, title: model.name };
  const { id } = serverSchema.parse(entry);
  await configuration.writeServers([...configuration.rawServers, entry]);
  const byDefault = 'Ask It by Default';
  const next = await vscode.window.showInformationMessage(
    `“${model.name}” has been added to the Models view. Choose it in the side panel, or ask it about pictures by default.`,
    byDefault,
  );
  if (next === byDefault) for (const task of usualTasks) await configuration.setDefault(task, id);
}
