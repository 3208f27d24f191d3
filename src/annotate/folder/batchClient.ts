/** The way to the process of a batch. */
import { fork } from 'node:child_process';
import type { InferenceLog } from '../../inference/client';
import {
  batchProgress,
  openBefore,
  openWrite,
  startBatch,
  type BatchProgress,
  type BatchStart,
} from '../../protocol/batch';
import type { OpenImages } from '../../batch/sinks';
import { GroundnoteError } from '../../protocol/errors';
import { logLine } from '../../protocol/inference';
import { Endpoint } from '../../protocol/rpc';

/** How long a process may take to end its journal after a cancellation. */
const graceMs = 5_000;

export interface BatchClientOptions {
  /** The built process: dist/batchProcess.cjs. */
  entry: string;
  open: OpenImages;
  log: InferenceLog;
  signal: AbortSignal;
  onProgress(progress: BatchProgress): void;
}

/**
 * Runs a batch in a process of its own.
 * @throws GroundnoteError cancelled, process-crashed (the journal says how far it came), and what startBatch throws
 */
export async function runInProcess(
  start: BatchStart,
  { entry, open, log, signal, onProgress }: BatchClientOptions,
): Promise<BatchProgress> {
  const child = fork(entry, [], {
    serialization: 'advanced',
    execArgv: [],
    // In a desktop VS Code the executable is Electron, which is Node only with this.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const endpoint = new Endpoint(
    {
      post: (message) => void (child.connected && child.send(message as object, () => {})),
      listen: (onMessage) => {
        child.on('message', onMessage);
        return () => child.off('message', onMessage);
      },
    },
    { onInternalError: (error) => log('error', `Batch: ${String(error)}`) },
  );
  child.stderr?.on('data', (data: Buffer) => log('warn', data.toString().trim()));
  const gone = (how: string) =>
    endpoint.dispose(
      new GroundnoteError(
        'process-crashed',
        `The process that segments the folder ended unexpectedly (${how}).`,
      ),
    );
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code, killed) => {
      gone(killed ?? `exit code ${code}`);
      resolve();
    });
    child.once('error', (error) => {
      gone(error.message);
      resolve();
    });
  });
  endpoint.on(batchProgress, onProgress);
  endpoint.on(logLine, ({ level, message }) => log(level, message));
  endpoint.handle(openBefore, ({ image }) => open.before(image));
  endpoint.handle(openWrite, ({ image, result }) => open.write(image, result));
  // Cancelling reaches the process by its own message, so that it ends its journal and its report.
  const stop = new AbortController();
  const onAbort = () => {
    stop.abort();
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await endpoint.request(startBatch, start, { signal: stop.signal });
  } finally {
    signal.removeEventListener('abort', onAbort);
    if (signal.aborted) await ended;
    else child.kill();
  }
}
