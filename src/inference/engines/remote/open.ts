/** Servers as models: one adapter for each protocol. Nothing is sent before the first question. */
import { GroundnoteError } from '../../../protocol/errors';
import type { OpenServer, ServerOf } from '../../../protocol/servers';
import type { PackModel, Run } from '../model';
import type { EngineServices } from '../open';
import { chatModel } from './chatModel';
import { clientFor, type OpenNetworkServer } from './client';
import { stoppedBy } from './currentSignal';
import { InferenceServer } from './openInference';
import { serverSessions } from './serverGraphs';

/** @throws GroundnoteError no-pack, broken-pack, unsupported, invalid-params */
export async function connect(open: OpenServer, services: EngineServices): Promise<PackModel> {
  const { server } = open;
  switch (server.protocol) {
    case 'open-inference':
      return connectOpenInference({ ...open, server }, services);
    case 'openai-chat': {
      const { openaiChat } = await import('./openaiChat');
      return chatModel(openaiChat(clientFor({ ...open, server }, services), server));
    }
    case 'x-anylabeling': {
      const { xAnyLabelingModel } = await import('./xAnyLabeling');
      return xAnyLabelingModel(clientFor({ ...open, server }, services), server);
    }
    case 'editor-model': {
      const { editorChat } = await import('./editorModel');
      return chatModel(editorChat(server, services.editorModels));
    }
  }
}

async function connectOpenInference(
  open: OpenNetworkServer<ServerOf<'open-inference'>>,
  services: EngineServices,
): Promise<PackModel> {
  const { server } = open;
  const inference = new InferenceServer(clientFor(open, services));
  const { task } = server.models;
  if (task !== undefined) {
    const { wholeTaskModel } = await import('./wholeTasks');
    return wholeTaskModel(inference, server, task);
  }
  if (server.pack === undefined)
    throw new GroundnoteError(
      'invalid-params',
      `The server "${server.id}" needs "pack" (whose graphs it runs) or "models": {"task": …} in groundnote.servers.`,
    );
  const pack = await services.pack(server.pack);
  if (pack.manifest.engine !== 'onnx' || ['ocr', 'figure'].includes(pack.manifest.kind))
    throw new GroundnoteError(
      'unsupported',
      `The graphs of the pack "${server.pack}" cannot be run by a server.`,
    );
  const { openOnnxPack } = await import('../onnx/open');
  const sessions = serverSessions(inference, server, services.sessions);
  const model = await openOnnxPack(pack, { ...services, sessions });
  return { ...stoppable(model), isRemote: true, close: () => inference.client.close() };
}

/** What the graphs of a model ask of the server ends with the question. */
function stoppable(model: PackModel): PackModel {
  const within =
    <A extends unknown[], R>(work: ((...args: [...A, Run]) => R) | undefined) =>
    (...args: [...A, Run]): R =>
      stoppedBy((args.at(-1) as Run).signal, () => (work as (...args: [...A, Run]) => R).apply(model, args));
  return {
    ...model,
    ...(model.ground && { ground: within(model.ground) }),
    ...(model.everything && { everything: within(model.everything) }),
    ...(model.answer && { answer: within(model.answer) }),
    ...(model.depth && { depth: within(model.depth) }),
  };
}
