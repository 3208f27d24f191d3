/**
 * Messages between the host, the webviews and the inference process. A channel is an object that names the
 * message and holds its schemas, so that name, parameters and answer cannot drift apart; one class serves both ends.
 */
import * as z from 'zod';
import { GroundnoteError, toWireError, wireErrorSchema } from './errors';

/** A question with one answer; while it is under way it may report progress. */
export interface RequestChannel<P extends z.ZodType, R extends z.ZodType> {
  readonly name: string;
  readonly params: P;
  readonly result: R;
}
/** News without an answer. */
export interface EventChannel<P extends z.ZodType> {
  readonly name: string;
  readonly params: P;
}

export const requestChannel = <P extends z.ZodType, R extends z.ZodType>(
  name: string,
  params: P,
  result: R,
): RequestChannel<P, R> => ({
  name,
  params,
  result,
});
export const eventChannel = <P extends z.ZodType>(name: string, params: P): EventChannel<P> => ({
  name,
  params,
});

/** What a request is doing: `phase` for the person, `fraction` (0–1) where it is known, `text` of an answer so far. */
export const progressSchema = z.object({
  phase: z.string(),
  fraction: z.number().min(0).max(1).optional(),
  text: z.string().optional(),
});
export type Progress = z.infer<typeof progressSchema>;

const envelopeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('request'),
    id: z.number(),
    channel: z.string(),
    document: z.string().optional(),
    params: z.unknown(),
  }),
  z.object({ kind: z.literal('result'), id: z.number(), result: z.unknown() }),
  z.object({ kind: z.literal('error'), id: z.number(), error: wireErrorSchema }),
  z.object({ kind: z.literal('cancel'), id: z.number() }),
  z.object({ kind: z.literal('progress'), id: z.number(), progress: progressSchema }),
  z.object({
    kind: z.literal('event'),
    channel: z.string(),
    document: z.string().optional(),
    params: z.unknown(),
  }),
]);
type Envelope = z.infer<typeof envelopeSchema>;

/** A wire to the other side. */
export interface Transport {
  post(message: unknown): void;
  /** Calls back for each message until the returned function is called. */
  listen(onMessage: (message: unknown) => void): () => void;
}

/**
 * Abort reason of a request that a newer one replaces: its answer is not wanted, but what it computes on the way (a
 * loaded model, an encoding) is what the newer one needs, so it is not stopped by force unless it takes long.
 */
export const superseded = new GroundnoteError('cancelled', 'A newer request took its place.');

export interface RequestOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}
export interface HandlerContext {
  signal: AbortSignal;
  progress(progress: Progress): void;
}
type Handler = (params: unknown, context: HandlerContext) => Promise<unknown> | unknown;

interface Pending {
  channel: RequestChannel<z.ZodType, z.ZodType>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  onProgress?: (progress: Progress) => void;
  cleanUp(): void;
}

/**
 * One end of a wire. With `document` set, its messages name that document and messages about another one are dropped.
 * Disposing rejects what is pending ('disposed') and aborts what is being handled.
 */
export class Endpoint {
  private nextId = 1;
  private disposed = false;
  private readonly pending = new Map<number, Pending>();
  private readonly running = new Map<number, AbortController>();
  private readonly handlers = new Map<
    string,
    { channel: RequestChannel<z.ZodType, z.ZodType>; handler: Handler }
  >();
  private readonly listeners = new Map<
    string,
    { channel: EventChannel<z.ZodType>; listener: (params: unknown) => void }[]
  >();
  private readonly stopListening: () => void;

  constructor(
    private readonly transport: Transport,
    private readonly options: { document?: string; onInternalError?: (error: unknown) => void } = {},
  ) {
    this.stopListening = transport.listen((message) => this.receive(message));
  }

  /** Answers requests of a channel. A thrown GroundnoteError reaches the other side as {code, message}. */
  handle<P extends z.ZodType, R extends z.ZodType>(
    channel: RequestChannel<P, R>,
    handler: (params: z.output<P>, context: HandlerContext) => Promise<z.output<R>> | z.output<R>,
  ): void {
    this.handlers.set(channel.name, { channel, handler: handler as Handler });
  }

  /** Hears news of a channel, until the returned function is called. */
  on<P extends z.ZodType>(channel: EventChannel<P>, listener: (params: z.output<P>) => void): () => void {
    const list = this.listeners.get(channel.name) ?? [];
    const entry = { channel, listener: listener as (params: unknown) => void };
    this.listeners.set(channel.name, [...list, entry]);
    return () => {
      const left = this.listeners.get(channel.name)?.filter((each) => each !== entry);
      this.listeners.set(channel.name, left ?? []);
    };
  }

  /** Sends news. */
  send<P extends z.ZodType>(channel: EventChannel<P>, params: z.output<P>): void {
    if (!this.disposed)
      this.post({ kind: 'event', channel: channel.name, document: this.options.document, params });
  }

  /** Asks, and resolves with the parsed answer. @throws GroundnoteError with the other side's code, 'cancelled' or 'disposed'. */
  request<P extends z.ZodType, R extends z.ZodType>(
    channel: RequestChannel<P, R>,
    params: z.output<P>,
    { signal, onProgress }: RequestOptions = {},
  ): Promise<z.output<R>> {
    if (this.disposed) return Promise.reject(new GroundnoteError('disposed', 'The other side is gone.'));
    if (signal?.aborted) return Promise.reject(new GroundnoteError('cancelled', 'Cancelled.'));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.post({ kind: 'cancel', id });
        this.settle(id, (pending) => pending.reject(new GroundnoteError('cancelled', 'Cancelled.')));
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pending.set(id, {
        channel,
        resolve: resolve as (value: unknown) => void,
        reject,
        onProgress,
        cleanUp: () => signal?.removeEventListener('abort', onAbort),
      });
      this.post({ kind: 'request', id, channel: channel.name, document: this.options.document, params });
    });
  }

  /** Number of requests that wait for an answer. */
  get pendingCount(): number {
    return this.pending.size;
  }

  /** Ends this side. `reason` is what pending requests are rejected with. */
  dispose(reason: GroundnoteError = new GroundnoteError('disposed', 'The other side is gone.')): void {
    if (this.disposed) return;
    this.disposed = true;
    this.stopListening();
    for (const controller of this.running.values()) controller.abort();
    for (const id of [...this.pending.keys()]) this.settle(id, (pending) => pending.reject(reason));
  }

  private post(envelope: Envelope): void {
    this.transport.post(envelope);
  }

  private settle(id: number, action: (pending: Pending) => void): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    this.pending.delete(id);
    pending.cleanUp();
    action(pending);
  }

  private receive(message: unknown): void {
    const parsed = envelopeSchema.safeParse(message);
    if (!parsed.success || this.disposed) return;
    const envelope = parsed.data;
    if (
      'document' in envelope &&
      this.options.document !== undefined &&
      envelope.document !== undefined &&
      envelope.document !== this.options.document
    )
      return;
    switch (envelope.kind) {
      case 'request':
        void this.answer(envelope.id, envelope.channel, envelope.params);
        break;
      case 'result':
        this.settle(envelope.id, (pending) => {
          const result = pending.channel.result.safeParse(envelope.result);
          if (result.success) pending.resolve(result.data);
          else
            pending.reject(
              new GroundnoteError('internal', `Unexpected answer to "${pending.channel.name}".`, {
                cause: result.error,
              }),
            );
        });
        break;
      case 'error':
        this.settle(envelope.id, (pending) =>
          pending.reject(new GroundnoteError(envelope.error.code, envelope.error.message)),
        );
        break;
      case 'cancel':
        this.running.get(envelope.id)?.abort();
        break;
      case 'progress':
        this.pending.get(envelope.id)?.onProgress?.(envelope.progress);
        break;
      case 'event':
        for (const { channel, listener } of this.listeners.get(envelope.channel) ?? []) {
          const params = channel.params.safeParse(envelope.params);
          if (params.success) listener(params.data);
          else this.options.onInternalError?.(params.error);
        }
        break;
    }
  }

  private async answer(id: number, name: string, rawParams: unknown): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    try {
      const entry = this.handlers.get(name);
      if (!entry) throw new GroundnoteError('unsupported', `Nothing here answers "${name}".`);
      const params = entry.channel.params.safeParse(rawParams);
      if (!params.success)
        throw new GroundnoteError(
          'invalid-params',
          `Wrong parameters for "${name}": ${z.prettifyError(params.error)}`,
        );
      const result = await entry.handler(params.data, {
        signal: controller.signal,
        progress: (progress) => this.running.has(id) && this.post({ kind: 'progress', id, progress }),
      });
      if (!this.disposed) this.post({ kind: 'result', id, result });
    } catch (error) {
      const wire = toWireError(error);
      if (wire.code === 'internal') this.options.onInternalError?.(error);
      if (!this.disposed) this.post({ kind: 'error', id, error: wire });
    } finally {
      this.running.delete(id);
    }
  }
}
