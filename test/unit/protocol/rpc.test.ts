import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { GroundnoteError } from '../../../src/protocol/errors';
import { Endpoint, eventChannel, requestChannel, type Transport } from '../../../src/protocol/rpc';

const double = requestChannel('double', z.object({ value: z.number() }), z.object({ value: z.number() }));
const slow = requestChannel('slow', z.object({}), z.object({}));
const news = eventChannel('news', z.object({ text: z.string() }));

/** Two transports that hear each other, one turn later, as a real wire does. */
function wire(): [Transport, Transport] {
  const listeners = [new Set<(message: unknown) => void>(), new Set<(message: unknown) => void>()] as const;
  const end = (own: 0 | 1): Transport => ({
    post: (message) => {
      const copy = structuredClone(message);
      setImmediate(() => listeners[own === 0 ? 1 : 0].forEach((listener) => listener(copy)));
    },
    listen: (listener) => {
      listeners[own].add(listener);
      return () => listeners[own].delete(listener);
    },
  });
  return [end(0), end(1)];
}

function pair(options: ConstructorParameters<typeof Endpoint>[1] = {}) {
  const [here, there] = wire();
  return { asker: new Endpoint(here, options), answerer: new Endpoint(there, options) };
}

describe('an endpoint', () => {
  it('asks and is answered', async () => {
    const { asker, answerer } = pair();
    answerer.handle(double, ({ value }) => ({ value: value * 2 }));
    const answers = await Promise.all([1, 2, 3].map((value) => asker.request(double, { value })));
    expect(answers).toEqual([{ value: 2 }, { value: 4 }, { value: 6 }]);
    expect(asker.pendingCount).toBe(0);
  });

  it('carries errors of ours as they are, and others as internal ones', async () => {
    const onInternalError = vi.fn();
    const { asker, answerer } = pair({ onInternalError });
    answerer.handle(double, () => {
      throw new GroundnoteError('bad-image', 'It is empty.');
    });
    await expect(asker.request(double, { value: 1 })).rejects.toMatchObject({
      code: 'bad-image',
      message: 'It is empty.',
    });
    expect(onInternalError).not.toHaveBeenCalled();
    answerer.handle(double, () => {
      throw new TypeError('x is undefined');
    });
    await expect(asker.request(double, { value: 1 })).rejects.toMatchObject({ code: 'internal' });
    expect(onInternalError).toHaveBeenCalledOnce();
  });

  it('says so when nobody answers a channel', async () => {
    const { asker } = pair();
    await expect(asker.request(double, { value: 1 })).rejects.toMatchObject({ code: 'unsupported' });
  });

  it('refuses parameters and answers of the wrong form', async () => {
    const { asker, answerer } = pair();
    answerer.handle(double, () => ({ value: 1 }));
    const wrong = { value: 'one' } as unknown as { value: number };
    await expect(asker.request(double, wrong)).rejects.toMatchObject({ code: 'invalid-params' });
    answerer.handle(double, () => wrong);
    await expect(asker.request(double, { value: 1 })).rejects.toMatchObject({ code: 'internal' });
  });

  it('cancels at once here, and tells the other side', async () => {
    const { asker, answerer } = pair();
    const heard = new Promise<void>((resolve) => {
      answerer.handle(slow, (_params, { signal }) => {
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            resolve();
            reject(new GroundnoteError('cancelled', 'Cancelled.'));
          }),
        );
      });
    });
    const controller = new AbortController();
    const answer = asker.request(slow, {}, { signal: controller.signal });
    setTimeout(() => controller.abort(), 5);
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
    await heard;
    await expect(asker.request(slow, {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('reports progress while a request is under way', async () => {
    const { asker, answerer } = pair();
    answerer.handle(double, ({ value }, { progress }) => {
      progress({ phase: 'Halfway', fraction: 0.5 });
      return { value };
    });
    const onProgress = vi.fn();
    await asker.request(double, { value: 1 }, { onProgress });
    expect(onProgress).toHaveBeenCalledWith({ phase: 'Halfway', fraction: 0.5 });
  });

  it('rejects what is pending and aborts what runs when it is disposed', async () => {
    const { asker, answerer } = pair();
    const aborted = vi.fn();
    answerer.handle(slow, (_params, { signal }) => {
      signal.addEventListener('abort', aborted);
      return new Promise(() => {});
    });
    const answer = asker.request(slow, {});
    await new Promise((resolve) => setTimeout(resolve, 5));
    answerer.dispose();
    expect(aborted).toHaveBeenCalledOnce();
    asker.dispose();
    await expect(answer).rejects.toMatchObject({ code: 'disposed' });
    await expect(asker.request(slow, {})).rejects.toMatchObject({ code: 'disposed' });
  });

  it('drops news of another document, and news of the wrong form', async () => {
    const [here, there] = wire();
    const onInternalError = vi.fn();
    const sender = new Endpoint(here, { document: 'a' });
    const listener = vi.fn();
    const receiver = new Endpoint(there, { document: 'b', onInternalError });
    receiver.on(news, listener);
    sender.send(news, { text: 'for a' });
    here.post({ kind: 'event', channel: 'news', document: 'b', params: { text: 'for b' } });
    here.post({ kind: 'event', channel: 'news', document: 'b', params: { text: 7 } });
    here.post('nonsense');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(listener).toHaveBeenCalledExactlyOnceWith({ text: 'for b' });
    expect(onInternalError).toHaveBeenCalledOnce();
  });
});
