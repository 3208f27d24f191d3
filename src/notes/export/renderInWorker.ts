/** A note → a self-contained page, in a thread of its own. */
import { Worker } from 'node:worker_threads';
import { GroundnoteError } from '../../protocol/errors';
import type { RenderedPage } from '../render/page';
import type { PageJob } from './pageWorker';

/**
 * Renders a note.
 * @param entry path of the built `pageWorker`
 * @throws GroundnoteError 'cancelled' when `signal` aborts; 'internal' when the thread fails
 */
export function renderInWorker(entry: string, job: PageJob, signal: AbortSignal): Promise<RenderedPage> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new GroundnoteError('cancelled', 'Cancelled.'));
    const worker = new Worker(entry, { workerData: job });
    const onAbort = () => settle(() => reject(new GroundnoteError('cancelled', 'Cancelled.')));
    const settle = (action: () => void) => {
      signal.removeEventListener('abort', onAbort);
      action();
      void worker.terminate();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    worker.once('message', (page: RenderedPage) => settle(() => resolve(page)));
    worker.once('error', (cause) =>
      settle(() =>
        reject(
          new GroundnoteError('internal', `The note could not be rendered: ${cause.message}`, { cause }),
        ),
      ),
    );
    worker.once('exit', () =>
      settle(() => reject(new GroundnoteError('internal', 'The note could not be rendered.'))),
    );
  });
}
