/** Answers a page's channels of protocol/conversation. Without VS Code. */
import {
  askQuestion,
  choosePack,
  clearConversation,
  copyText,
  keepRegions,
  openConversation,
  retryTurn,
  stopAnswer,
  traceTurn,
} from '../../protocol/conversation';
import type { Endpoint } from '../../protocol/rpc';
import type { ConversationModel } from './conversationModel';

/** @param copy puts a text on the clipboard */
export function answerPage(
  endpoint: Endpoint,
  model: ConversationModel,
  copy: (text: string) => PromiseLike<void>,
): void {
  endpoint.handle(openConversation, () => model.open());
  endpoint.handle(askQuestion, async ({ question, names, view }) => ({
    turnId: await model.ask(question, names, view),
  }));
  endpoint.handle(retryTurn, async ({ turnId, view }) => (await model.retry(turnId, view), {}));
  endpoint.handle(traceTurn, async ({ turnId, view }, { signal }) => {
    const trace = await model.trace(turnId, view, signal);
    return trace ? { trace } : {};
  });
  endpoint.handle(stopAnswer, () => (model.stop(), {}));
  endpoint.handle(keepRegions, async ({ turnId }) => ({ regionIds: await model.keep(turnId) }));
  endpoint.handle(choosePack, async ({ pack }) => (await model.choosePack(pack), {}));
  endpoint.handle(clearConversation, async () => (await model.clear(), {}));
  endpoint.handle(copyText, async ({ text }) => (await copy(text), {}));
}
