/**
 * What a batch asks: inference processes that it has for itself, so that a prompt in the panel does not wait for it; some of
 * them carry its questions to servers.
 */
import { availableParallelism } from 'node:os';
import type { z } from 'zod';
import { InferenceClient, type InferenceClientOptions, type InferenceLog } from '../inference/client';
import type { BatchJob } from '../protocol/batch';
import { GroundnoteError } from '../protocol/errors';
import { configurationSchema, everything, ground, type TaskResult } from '../protocol/inference';
import type { NetworkServer, OpenServer } from '../protocol/servers';
import { isListening } from './isListening';
import type { BatchEngine } from './run';

export interface EngineOptions {
  /** The built inference process and its settings. `threads`: of all processes together; 0: one for each core. */
  models: Pick<InferenceClientOptions, 'entry' | 'packFolders' | 'threads'> & Partial<InferenceClientOptions>;
  /** The servers that the job names are in it. */
  configuration?: z.input<typeof configurationSchema>;
  /** Processes that work on this machine; by default one for each two cores, four at most. */
  concurrency?: number;
  log: InferenceLog;
}

export interface EnginePool {
  engines: BatchEngine[];
  /** Whether anything listens where a server is. */
  isReachable(server: string): Promise<boolean>;
  dispose(): void;
}

/** @throws GroundnoteError no-pack, where the job names a server that is not configured */
export function startEngines(
  job: BatchJob,
  { models, configuration: given, concurrency, log }: EngineOptions,
): EnginePool {
  const configuration = configurationSchema.parse(given ?? {});
  const servers = (job.servers ?? []).map((id) => networkServer(configuration.servers, id));
  const cores = models.threads || availableParallelism();
  // Beside servers this machine works only where a pack of it is named.
  const local =
    servers.length && job.pack === undefined
      ? 0
      : (concurrency ?? Math.max(1, Math.min(4, Math.floor(cores / 2))));
  const clients: InferenceClient[] = [];
  const start = (servers: readonly OpenServer[]) => {
    const client = new InferenceClient({
      ...models,
      threads: Math.max(1, Math.floor(cores / Math.max(1, local))),
      idleMs: 0,
      log,
      configuration: { ...configuration, servers: [...servers] },
    });
    clients.push(client);
    return client;
  };
  const engines: BatchEngine[] = Array.from({ length: local }, () => {
    const client = start(configuration.servers);
    return { ask: (file, signal) => askOf(client, job, job.pack, file, signal) };
  });
  for (const server of servers) {
    const { id, concurrency: slots } = server;
    // A process of its own for each, which carries all questions to it side by side. What fails is tried elsewhere first.
    const client = start(
      configuration.servers.map((each) =>
        each.server.id === id ? { ...each, server: { ...server, retries: 0 } } : each,
      ),
    );
    for (let slot = 0; slot < slots; slot++)
      engines.push({
        server: id,
        ask: (file, signal) =>
          withPatience(patienceMs(server), signal, id, (until) => askOf(client, job, id, file, until)),
      });
  }
  return {
    engines,
    isReachable: (id) => {
      const server = servers.find((each) => each.id === id);
      return server ? isListening(server.url) : Promise.resolve(false);
    },
    dispose: () => clients.forEach((client) => client.dispose()),
  };
}

function networkServer(servers: readonly OpenServer[], id: string): NetworkServer {
  const server = servers.find((each) => each.server.id === id)?.server;
  if (!server)
    throw new GroundnoteError(
      'no-pack',
      `There is no server named "${id}" in the settings: add it, or begin another batch.`,
    );
  if (server.protocol === 'editor-model')
    throw new GroundnoteError(
      'unsupported',
      `"${id}" is a language model of the editor, which answers one question at a time: it cannot do a batch.`,
    );
  return server;
}

function askOf(
  client: InferenceClient,
  job: BatchJob,
  id: string | undefined,
  file: string,
  signal: AbortSignal,
): Promise<TaskResult> {
  const image = { path: file };
  const pack = id === undefined ? {} : { pack: id };
  return job.task === 'ground'
    ? client.request(ground, { image, text: job.text ?? '', ...pack }, { signal })
    : client.request(everything, { image, ...pack }, { signal });
}

/**
 * How long one image may take with a server in all: its own limit is for an answer to begin, and masks may be made here
 * afterwards. A second fence, for an answer that begins and never ends.
 */
const patienceMs = ({ timeout_s }: NetworkServer): number => (timeout_s * 3 + 120) * 1000;

/** @throws GroundnoteError timeout */
async function withPatience<T>(
  ms: number,
  signal: AbortSignal,
  server: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(ms);
  try {
    return await work(AbortSignal.any([signal, late]));
  } catch (error) {
    if (late.aborted && !signal.aborted)
      throw new GroundnoteError(
        'timeout',
        `The server "${server}" did not finish its answer in ${Math.round(ms / 1000)} s.`,
        { cause: error },
      );
    throw error;
  }
}
