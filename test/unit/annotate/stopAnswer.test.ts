/** Stop, from the conversation to the process that answers: what streams ends there, and what holds the thread is ended. */
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { ConversationModel } from '../../../src/annotate/conversation/conversationModel';
import { InferenceClient } from '../../../src/inference/client';
import type { Conversation } from '../../../src/protocol/conversation';
import type { PackSummary } from '../../../src/protocol/packs';
import { buildEntry } from '../../support/build';

let entry: string;
let client: InferenceClient;
beforeAll(async () => {
  entry = await buildEntry('test/support/slowProcess.ts', 'slowProcess');
}, 60_000);
afterEach(() => client.dispose());

function converse() {
  client = new InferenceClient({ entry, packFolders: [], threads: 1, idleMs: 0, log: () => {} });
  let conversation: Conversation = { turns: [] };
  const grown: string[] = [];
  const model = new ConversationModel({
    inference: client,
    file: { read: () => Promise.resolve({ turns: [] }), write: () => Promise.resolve() },
    image: () => Promise.resolve({ path: '/a.png' }),
    size: () => Promise.resolve({ width: 1, height: 1 }),
    annotations: () => [],
    apply: () => undefined,
    packs: () =>
      Promise.resolve([
        { id: 'played', title: 'Played', tasks: ['ask'], state: 'ready' } as unknown as PackSummary,
      ]),
    onChange: (now) => (conversation = now),
    onGrowth: ({ text }) => grown.push(text),
  });
  const turns = () => conversation.turns;
  const turn = () => turns().at(-1);
  return {
    model,
    turns,
    turn,
    grown,
    ask: (text: string) => {
      grown.length = 0;
      return model.ask({ text, spans: [] }, {});
    },
    /** Waits until the answer has so many words. */
    said: (words: number) =>
      vi.waitFor(() => expect(grown.at(-1)?.split(' ').length).toBeGreaterThan(words), { timeout: 20_000 }),
    answered: async () => {
      await vi.waitFor(() => expect(turn()?.state).toBe('answered'), { timeout: 20_000 });
      const [pid, stopped] = (turn()?.answer.text ?? '').split(' ').map(Number);
      return { pid, stopped };
    },
  };
}

it(
  'stops an answer that streams where it is made, and keeps what it has said',
  { timeout: 60_000 },
  async () => {
    const { model, ask, said, turns, turn, grown, answered } = converse();
    await ask('stream 5');
    await said(3);
    const { pid } = client;
    model.stop();
    const kept = turn();
    expect(kept).toMatchObject({
      state: 'stopped',
      answer: { text: expect.stringMatching(/^(word ){3,}$/) },
    });
    await ask('how many');
    expect(await answered()).toEqual({ pid, stopped: 1 });
    // Nothing was added behind the stop.
    expect(grown).toEqual([]);
    expect(turns()[0]).toEqual(kept);
  },
);

it('stops it too for another question, and when the picture is closed', { timeout: 60_000 }, async () => {
  const { model, ask, said, answered } = converse();
  await ask('stream 5');
  await said(1);
  await ask('how many');
  expect((await answered()).stopped).toBe(1);
  await ask('stream 5');
  await said(1);
  model.dispose();
  await ask('how many');
  expect((await answered()).stopped).toBe(2);
});

it(
  'ends a process that holds its thread, and the next question is answered by another',
  { timeout: 60_000 },
  async () => {
    const { model, ask, said, turn, answered } = converse();
    await ask('hold 120000');
    await said(1);
    const { pid } = client;
    // It must hold before it is stopped: nothing tells of that, so that it says its word well before.
    await new Promise((resolve) => setTimeout(resolve, 100));
    model.stop();
    expect(turn()).toMatchObject({ state: 'stopped', answer: { text: 'word ' } });
    await ask('who');
    const next = await answered();
    expect(next.pid).not.toBe(pid);
    expect(next.stopped).toBe(0);
  },
);
