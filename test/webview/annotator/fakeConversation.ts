/** The host's part of a conversation, with the real model; a pack of the tests answers piece by piece. */
import { answerPage } from '../../../src/annotate/conversation/answerPage';
import {
  ConversationModel,
  type ConversationOptions,
} from '../../../src/annotate/conversation/conversationModel';
import { answerGrew, conversationChanged, type Conversation } from '../../../src/protocol/conversation';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { Size } from '../../../src/protocol/geometry';
import type { AskParams, TaskResult } from '../../../src/protocol/inference';
import type { Endpoint, RequestOptions } from '../../../src/protocol/rpc';

/** What the pack says to the next question. */
export interface ScriptedAnswer extends Pick<
  TaskResult,
  'text' | 'spans' | 'refused' | 'explanation' | 'trace'
> {
  regions?: TaskResult['regions'];
  /** After this much of the text it waits for `go`. */
  pause?: number;
  fails?: string;
}

export class FakeConversation {
  /** Answers in the order of asking; the last one stays. */
  script: ScriptedAnswer[] = [{ text: 'Nothing.' }];
  /** What was asked, and by which task. */
  readonly asked: (AskParams & { task: string })[] = [];
  readonly copied: string[] = [];
  kept: Conversation;
  private resume: () => void = () => undefined;
  private readonly model: ConversationModel;

  constructor(
    endpoint: Endpoint,
    {
      kept,
      ...options
    }: Pick<ConversationOptions, 'size' | 'annotations' | 'apply' | 'packs'> & {
      kept: Conversation | undefined;
    },
  ) {
    this.kept = kept ?? { turns: [] };
    this.model = new ConversationModel({
      ...options,
      inference: {
        request: async (channel, params, request) =>
          channel.result.parse(
            await this.answer(channel.name, params as AskParams, options.size, request),
          ) as never,
      },
      file: {
        read: () => Promise.resolve(this.kept),
        write: (conversation) => {
          this.kept = conversation;
          return Promise.resolve();
        },
      },
      image: () => Promise.resolve({ path: '/pictures/picture.png' }),
      onChange: (conversation) => endpoint.send(conversationChanged, conversation),
      onGrowth: (growth) => endpoint.send(answerGrew, growth),
    });
    answerPage(endpoint, this.model, (text) => Promise.resolve(void this.copied.push(text)));
  }

  /** Lets an answer that pauses go on. */
  go(): void {
    this.resume();
  }

  private async answer(
    task: string,
    params: AskParams,
    size: () => Promise<Size>,
    { signal, onProgress }: RequestOptions = {},
  ): Promise<TaskResult> {
    this.asked.push({ ...params, task });
    const [next = {}] = this.script;
    if (this.script.length > 1) this.script.shift();
    const { text = '', pause, fails, regions = [], trace, ...rest } = next;
    if (pause !== undefined) {
      onProgress?.({ phase: 'Reading the text', text: text.slice(0, pause) });
      await new Promise<void>((resolve) => {
        this.resume = resolve;
        signal?.addEventListener('abort', () => resolve());
      });
    }
    if (signal?.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
    if (fails !== undefined) throw new GroundnoteError('process-crashed', fails);
    return {
      image: await size(),
      pack: { id: params.pack ?? 'groundnote-ocr', version: '1.0.0' },
      regions,
      text,
      ...rest,
      ...(params.trace && trace && { trace }),
      timings: { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 1 },
    };
  }
}
