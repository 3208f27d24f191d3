/** Answers the page's channels of protocol/conversation; all panels of a picture share its conversation. */
import * as vscode from 'vscode';
import { answerGrew, conversationChanged } from '../../protocol/conversation';
import type { PackSummary, TaskDefaults } from '../../protocol/packs';
import type { Endpoint } from '../../protocol/rpc';
import type { AnnotatorDocument } from '../annotatorDocument';
import type { PanelPart } from '../annotatorPanel';
import type { InferenceApi } from '../inferenceApi';
import { answerPage } from './answerPage';
import { ConversationFile } from './conversationFile';
import { ConversationModel } from './conversationModel';

export interface ConversationServices {
  inference: InferenceApi;
  log: vscode.LogOutputChannel;
  /** Where conversations are kept. */
  folder: string;
  packs(): Promise<readonly PackSummary[]>;
  defaults(): Promise<TaskDefaults>;
}

/** Makes the part of the panel; the conversation of a picture ends with its document. */
export function conversationPart(services: ConversationServices): PanelPart {
  const shared = new WeakMap<AnnotatorDocument, { model: ConversationModel; endpoints: Set<Endpoint> }>();
  return ({ document }, endpoint) => {
    const { model, endpoints } = shared.get(document) ?? open(services, document);
    shared.set(document, { model, endpoints });
    endpoints.add(endpoint);
    answerPage(endpoint, model, (text) => vscode.env.clipboard.writeText(text));
    return new vscode.Disposable(() => endpoints.delete(endpoint));
  };
}

function open(
  { inference, log, folder, packs, defaults }: ConversationServices,
  document: AnnotatorDocument,
) {
  const endpoints = new Set<Endpoint>();
  const model = new ConversationModel({
    inference,
    file: new ConversationFile(folder, document.uri.toString(), (error) =>
      log.error('Conversation:', String(error)),
    ),
    image: () => document.picture.source(),
    size: () => document.picture.size(),
    annotations: () => document.session.annotations,
    apply: (edit) => document.apply(edit),
    packs,
    defaults,
    onChange: (conversation) => endpoints.forEach((each) => each.send(conversationChanged, conversation)),
    onGrowth: (growth) => endpoints.forEach((each) => each.send(answerGrew, growth)),
  });
  document.onDidDispose(() => model.dispose());
  return { model, endpoints };
}
