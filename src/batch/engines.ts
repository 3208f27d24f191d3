/** Inference processes that a batch has for itself, so that a prompt in the panel does not wait for it. */
import { availableParallelism } from 'node:os';
import { InferenceClient, type InferenceClientOptions, type InferenceLog } from '../inference/client';
import type { BatchJob } from '../protocol/batch';
import { everything, ground } from '../protocol/inference';
import type { BatchEngine } from './run';

export interface EngineOptions {
  /** The built inference process and its settings. `threads`: of all processes together; 0: one for each core. */
  models: Pick<InferenceClientOptions, 'entry' | 'packFolders' | 'threads'> & Partial<InferenceClientOptions>;
  /** Processes; by default one for each two cores, four at most. */
  concurrency?: number;
  log: InferenceLog;
}

export function startEngines(
  job: BatchJob,
  { models, concurrency, log }: EngineOptions,
): { engines: BatchEngine[]; dispose(): void } {
  const cores = models.threads || availableParallelism();
  const count = concurrency ?? Math.max(1, Math.min(4, Math.floor(cores / 2)));
  const clients = Array.from(
    { length: count },
    () =>
      new InferenceClient({
        ...models,
        threads: Math.max(1, Math.floor(cores / count)),
        idleMs: 0,
        log,
      }),
  );
  const pack = job.pack === undefined ? {} : { pack: job.pack };
  return {
    engines: clients.map((client) => ({
      ask: (file, signal) => {
        const image = { path: file };
        return job.task === 'ground'
          ? client.request(ground, { image, text: job.text ?? '', ...pack }, { signal })
          : client.request(everything, { image, ...pack }, { signal });
      },
    })),
    dispose: () => clients.forEach((client) => client.dispose()),
  };
}
