/** The conversation about one open picture: asks, stops, asks again, keeps regions, and is kept on the disk. Without VS Code. */
import { randomUUID } from 'node:crypto';
import type { Annotation, Edit } from '../../protocol/annotator';
import { canConverse, packFor, type Conversation, type ConversationTurn } from '../../protocol/conversation';
import type { Trace } from '../../protocol/trace';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import type { Box, Size } from '../../protocol/geometry';
import type { AskedRegion, GroundedText, ImageSource } from '../../protocol/inference';
import type { PackSummary, TaskDefaults } from '../../protocol/packs';
import type { InferenceApi } from '../inferenceApi';
import { answered, askPack } from './answering';
import type { ConversationFile } from './conversationFile';

export interface ConversationOptions {
  inference: InferenceApi;
  file: Pick<ConversationFile, 'read' | 'write'>;
  image(): Promise<ImageSource>;
  size(): Promise<Size>;
  annotations(): readonly Annotation[];
  apply(edit: Edit): void;
  packs(): Promise<readonly PackSummary[]>;
  /** What the user has set as the packs of tasks. */
  defaults?(): Promise<TaskDefaults>;
  /** Hears of each change, and of each piece of an answer. */
  onChange(conversation: Conversation): void;
  onGrowth(growth: { turnId: string; text: string; phase: string }): void;
}

const empty = { text: '', spans: [] };

export class ConversationModel {
  private conversation: Conversation = { turns: [] };
  private loading: Promise<void> | undefined;
  private running: { turnId: string; controller: AbortController } | undefined;

  constructor(private readonly options: ConversationOptions) {}

  /** The conversation, read from the disk the first time. @throws what reading the picture's size throws */
  async open(): Promise<Conversation> {
    this.loading ??= this.load().catch((error: unknown) => {
      this.loading = undefined;
      throw error;
    });
    await this.loading;
    return this.conversation;
  }

  /**
   * Asks; what is being answered is stopped first.
   * @param names the regions that the question names
   * @param view the part of the picture that the user looks at
   * @returns the new turn's id; its answer comes as changes
   * @throws GroundnoteError no-pack
   */
  async ask(question: GroundedText, names: Readonly<Record<string, string>>, view?: Box): Promise<string> {
    await this.open();
    const pack = await this.pack();
    const turn: ConversationTurn = {
      id: randomUUID(),
      question,
      asked: this.regions(question, names),
      pack: pack.id,
      state: 'answering',
      answer: empty,
      regions: [],
    };
    this.stop();
    this.change([...this.conversation.turns, turn]);
    void this.answer(turn, pack, view);
    return turn.id;
  }

  /** Asks a question again, of the pack that is chosen now; the turns after it go. @throws GroundnoteError not-found, no-pack */
  async retry(turnId: string, view?: Box): Promise<void> {
    const { turns } = await this.open();
    const at = turns.findIndex(({ id }) => id === turnId);
    const before = turns[at];
    if (!before)
      throw new GroundnoteError('not-found', 'This question is no longer part of the conversation.');
    const pack = await this.pack();
    const names = Object.fromEntries(before.asked.map(({ id, name }) => [id, name]));
    this.stop();
    const turn: ConversationTurn = {
      id: before.id,
      question: before.question,
      // A region that has gone stays as it was.
      asked: this.regions(before.question, names, before.asked),
      pack: pack.id,
      state: 'answering',
      answer: empty,
      regions: [],
    };
    this.change([...this.conversation.turns.slice(0, at), turn]);
    void this.answer(turn, pack, view);
  }

  /** What the pack of an answer had in mind, found by asking it again; nothing changes. @throws GroundnoteError not-found, no-pack */
  async trace(turnId: string, view: Box | undefined, signal: AbortSignal): Promise<Trace | undefined> {
    const { turns } = await this.open();
    const at = turns.findIndex(({ id }) => id === turnId);
    const turn = turns[at];
    if (!turn) throw new GroundnoteError('not-found', 'This question is no longer part of the conversation.');
    const pack = (await this.options.packs()).find(({ id }) => id === turn.pack);
    if (!pack) throw new GroundnoteError('no-pack', `There is no pack named "${turn.pack}" on this machine.`);
    const { inference, image } = this.options;
    const before = turns.slice(0, at);
    const result = await askPack(inference, await image(), pack, turn, before, view, { signal }, true);
    return result.trace;
  }

  /** Ends the answer that is under way; what it has said stays. */
  stop(): void {
    this.running?.controller.abort();
    const { turns } = this.conversation;
    if (turns.some(({ state }) => state === 'answering'))
      this.change(turns.map((turn) => (turn.state === 'answering' ? { ...turn, state: 'stopped' } : turn)));
    this.running = undefined;
  }

  async clear(): Promise<void> {
    await this.open();
    this.stop();
    this.change([]);
  }

  async choosePack(pack: string): Promise<void> {
    await this.open();
    this.conversation = { ...this.conversation, pack };
    this.change(this.conversation.turns);
  }

  /** Makes the regions of an answer annotations, in one edit. @returns their ids */
  async keep(turnId: string): Promise<string[]> {
    const { turns } = await this.open();
    const turn = turns.find(({ id }) => id === turnId);
    const there = new Set(this.options.annotations().map(({ id }) => id));
    const put = (turn?.regions ?? []).filter(({ id }) => !there.has(id));
    if (put.length)
      this.options.apply({ title: put.length === 1 ? 'Keep Region' : 'Keep Regions', put, remove: [] });
    return put.map(({ id }) => id);
  }

  dispose(): void {
    this.stop();
  }

  private async load(): Promise<void> {
    const size = await this.options.size();
    const { turns, ...rest } = await this.options.file.read(size);
    // An answer that was under way when VS Code ended has stopped.
    this.conversation = {
      ...rest,
      turns: turns.map((turn) => (turn.state === 'answering' ? { ...turn, state: 'stopped' } : turn)),
    };
  }

  private async answer(turn: ConversationTurn, pack: PackSummary, view: Box | undefined): Promise<void> {
    const controller = new AbortController();
    this.running = { turnId: turn.id, controller };
    const { inference, image, annotations, onGrowth } = this.options;
    const { signal } = controller;
    const before = this.conversation.turns.filter(({ id }) => id !== turn.id);
    try {
      const result = await askPack(inference, await image(), pack, turn, before, view, {
        signal,
        onProgress: ({ phase, text }) => {
          if (signal.aborted) return;
          if (text !== undefined) this.put({ ...this.turn(turn), answer: { text, spans: [] } });
          onGrowth({ turnId: turn.id, text: this.turn(turn).answer.text, phase });
        },
      });
      if (signal.aborted) return;
      this.end(answered(turn, result, annotations()));
    } catch (error) {
      if (signal.aborted) return;
      if (isCancelled(error)) this.end({ ...this.turn(turn), state: 'stopped' });
      else this.end({ ...this.turn(turn), state: 'failed', problem: toWireError(error).message });
    }
  }

  private end(turn: ConversationTurn): void {
    if (this.running?.turnId === turn.id) this.running = undefined;
    this.put(turn);
    this.change(this.conversation.turns);
  }

  private turn(turn: ConversationTurn): ConversationTurn {
    return this.conversation.turns.find(({ id }) => id === turn.id) ?? turn;
  }

  private put(turn: ConversationTurn): void {
    const turns = this.conversation.turns.map((each) => (each.id === turn.id ? turn : each));
    this.conversation = { ...this.conversation, turns };
  }

  private change(turns: readonly ConversationTurn[]): void {
    this.conversation = { ...this.conversation, turns: [...turns] };
    const { conversation } = this;
    this.options.onChange(conversation);
    // Of a picture that has gone nothing can be kept.
    this.options.size().then(
      (size) => this.options.file.write(conversation, size),
      () => undefined,
    );
  }

  /** The pack that is chosen, or else the default one. @throws GroundnoteError no-pack */
  private async pack(): Promise<PackSummary> {
    const able = (await this.options.packs()).filter(canConverse);
    const pack = packFor('ask', able, this.conversation.pack, await this.options.defaults?.());
    if (!pack)
      throw new GroundnoteError('no-pack', 'No pack on this machine answers questions or finds phrases.');
    return pack;
  }

  /** The regions that a question's spans name, as they are now: annotations, or regions of earlier answers. */
  private regions(
    { spans }: GroundedText,
    names: Readonly<Record<string, string>>,
    before: readonly AskedRegion[] = [],
  ): AskedRegion[] {
    const found = [
      ...this.options.annotations(),
      ...this.conversation.turns.flatMap(({ regions }) => regions),
    ];
    return [...new Set(spans.flatMap(({ regions }) => regions))].flatMap((id) => {
      const region = found.find((each) => each.id === id);
      if (!region) return before.filter((each) => each.id === id);
      const { label, geometry } = region;
      return [{ id, name: names[id] ?? label ?? 'Region', ...(label !== undefined && { label }), geometry }];
    });
  }
}
