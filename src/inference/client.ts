/**
 * The way to the inference process: starts it on first use, restarts it after a crash, ends it when idle. Plain Node.
 * A graph that runs holds the process's thread and cannot be stopped, so a cancelled run that does not end soon is
 * ended by killing the process; the requests that waited behind it are asked again.
 */
import { fork, type ChildProcess } from 'node:child_process';
import type { z } from 'zod';
import { GroundnoteError } from '../protocol/errors';
import {
  alive,
  askEditorModel,
  configurationSchema,
  configure,
  logLine,
  processOptionsSchema,
  type Configuration,
  type ProcessOptions,
} from '../protocol/inference';
import type { EditorModels } from './engines/remote/editorModels';
import { Endpoint, superseded, type RequestChannel, type RequestOptions } from '../protocol/rpc';

/** stopped: no process, no memory; starting; ready: in memory and idle; busy: at work. */
export type InferenceState = 'stopped' | 'starting' | 'ready' | 'busy';

export type InferenceLog = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error', message: string) => void;

/** How a request is made. */
export interface InferenceRequestOptions extends RequestOptions {
  /** Only a process that is ready is asked; otherwise the request is cancelled, and none is started for it. */
  ifReady?: boolean;
}

export interface InferenceClientOptions extends ProcessOptions {
  /** The built process: dist/inferenceProcess.cjs. */
  entry: string;
  /** The process ends after so many milliseconds without a request; 0 keeps it. */
  idleMs: number;
  log: InferenceLog;
  /** What a process is told before its first request; credentials come this way and no other. */
  configuration?: z.input<typeof configurationSchema>;
  /** Answers questions of the process to the editor's language models. */
  editorModels?: EditorModels;
  onStateChange?: (state: InferenceState) => void;
}

/** How long a cancelled run may go on before the process is killed. */
const cancelGraceMs = 250;
/** The same for a run whose place a newer request took: killing it would cost the newer one more than waiting. */
const supersedeGraceMs = 5000;

/** A process and the wire to it. */
interface Worker {
  child: ChildProcess;
  endpoint: Endpoint;
  ready: boolean;
  /** Set when we end it ourselves: a cancelled run's neighbours are asked again. */
  ending?: 'cancel' | 'stop';
  /** The last lines of its error output, for the message of a crash. */
  complaint: string;
}

/** A request of a caller, which may outlive a process. */
interface Job {
  dispatch(worker: Worker): void;
  /** Stops what was dispatched. */
  abort(): void;
  reject(error: GroundnoteError): void;
  worker?: Worker;
  /** How often it went to a process. */
  tries: number;
}

export class InferenceClient {
  private worker?: Worker;
  private readonly jobs = new Set<Job>();
  private idleTimer?: NodeJS.Timeout;
  private shownState: InferenceState = 'stopped';
  private disposed = false;

  private configuration: Configuration;

  constructor(private readonly options: InferenceClientOptions) {
    this.configuration = configurationSchema.parse(options.configuration ?? {});
  }

  /** The process's id while there is one. */
  get pid(): number | undefined {
    return this.worker?.child.pid;
  }

  get state(): InferenceState {
    return this.shownState;
  }

  /** Tells the process, and every later one, what has changed: requests made from now on see it. */
  configure(configuration: z.input<typeof configurationSchema>): void {
    this.configuration = configurationSchema.parse(configuration);
    if (this.worker) this.tell(this.worker);
  }

  private tell({ endpoint }: Worker): void {
    endpoint.request(configure, this.configuration).catch((error: unknown) => {
      if (error instanceof GroundnoteError && error.code === 'disposed') return;
      this.options.log('error', `The settings did not reach the inference process: ${String(error)}`);
    });
  }

  /** Ends the process and gives its memory back; what is under way is cancelled. The next request starts it again. */
  stop(): void {
    this.endAll(new GroundnoteError('cancelled', 'The models were unloaded.'));
  }

  /** Ends the process for good. */
  dispose(): void {
    this.disposed = true;
    this.endAll(new GroundnoteError('disposed', 'Groundnote is closing.'));
  }

  /**
   * Asks the process, starting it when it is not there.
   * @param channel of protocol/inference
   * @throws GroundnoteError as the task says; process-crashed, cancelled, disposed
   */
  request<P extends z.ZodType, R extends z.ZodType>(
    channel: RequestChannel<P, R>,
    params: z.output<P>,
    { signal, onProgress, ifReady }: InferenceRequestOptions = {},
  ): Promise<z.output<R>> {
    if (this.disposed) return Promise.reject(new GroundnoteError('disposed', 'Groundnote is closing.'));
    if (signal?.aborted) return Promise.reject(new GroundnoteError('cancelled', 'Cancelled.'));
    if (ifReady && !this.worker?.ready)
      return Promise.reject(new GroundnoteError('cancelled', 'The models are not loaded.'));
    return new Promise((resolve, reject) => {
      let run = new AbortController();
      const onAbort = () =>
        this.cancel(job, signal?.reason === superseded ? supersedeGraceMs : cancelGraceMs);
      const settle = (action: () => void) => {
        if (!this.jobs.delete(job)) return;
        signal?.removeEventListener('abort', onAbort);
        action();
        this.update();
      };
      const job: Job = {
        tries: 0,
        dispatch: (worker) => {
          run = new AbortController();
          job.worker = worker;
          job.tries++;
          worker.endpoint.request(channel, params, { signal: run.signal, onProgress }).then(
            (result) => settle(() => resolve(result)),
            (error: unknown) => {
              // A wire that went with its process: `onExit` decides what becomes of the job.
              if (error instanceof GroundnoteError && error.code === 'disposed') return;
              settle(() => reject(error));
            },
          );
        },
        abort: () => run.abort(),
        reject: (error) => settle(() => reject(error)),
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.jobs.add(job);
      job.dispatch(this.start());
      this.update();
    });
  }

  /** Rejects a job at once, and sees to it that its run ends: by itself within `graceMs`, or with the process. */
  private cancel(job: Job, graceMs: number): void {
    const { worker } = job;
    job.reject(new GroundnoteError('cancelled', 'Cancelled.'));
    job.abort();
    if (!worker || worker !== this.worker) return;
    // The process hears the cancellation before this question; when it answers, the run has ended or is about to.
    const timer = setTimeout(() => {
      if (worker !== this.worker) return;
      this.options.log('info', 'A cancelled run did not end in time: restarting the inference process.');
      worker.ending = 'cancel';
      this.worker = undefined;
      worker.child.kill('SIGKILL');
      this.update();
    }, graceMs);
    const done = () => clearTimeout(timer);
    worker.endpoint.request(alive, {}).then(done, done);
  }

  private start(): Worker {
    if (this.worker) return this.worker;
    const { entry, log } = this.options;
    const child = fork(entry, [JSON.stringify(processOptionsSchema.parse(this.options))], {
      serialization: 'advanced',
      execArgv: [],
      // In a desktop VS Code the executable is Electron, which is Node only with the second of these.
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1', ELECTRON_RUN_AS_NODE: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const endpoint = new Endpoint(
      {
        // What cannot be sent is found out by 'exit': sending to a process that was just killed reports no error.
        post: (message) => void (child.connected && child.send(message as object, () => {})),
        listen: (onMessage) => {
          child.on('message', onMessage);
          return () => child.off('message', onMessage);
        },
      },
      { onInternalError: (error) => log('error', `Inference: ${String(error)}`) },
    );
    const worker: Worker = { child, endpoint, ready: false, complaint: '' };
    endpoint.handle(askEditorModel, (params, { signal, progress }) => {
      const { editorModels } = this.options;
      if (!editorModels)
        throw new GroundnoteError('unsupported', 'There are no language models outside the editor.');
      return editorModels.ask(params, { signal, onProgress: progress });
    });
    this.tell(worker);
    endpoint.on(logLine, ({ level, message }) => log(level, message));
    child.stdout?.on('data', (data: Buffer) => log('debug', data.toString().trimEnd()));
    child.stderr?.on('data', (data: Buffer) => {
      const text = data.toString().trim();
      worker.complaint = text.slice(-500);
      log('warn', text);
    });
    child.once('exit', (code, signal) => this.onExit(worker, signal ?? `exit code ${code}`));
    child.once('error', (error) => this.onExit(worker, error.message));
    endpoint.request(alive, {}).then(
      () => {
        worker.ready = true;
        this.update();
      },
      () => {}, // It went before it was ready: `onExit` reports it.
    );
    log('info', `Inference process ${child.pid ?? ''} started.`);
    this.worker = worker;
    return worker;
  }

  private onExit(worker: Worker, how: string): void {
    if (this.worker === worker) this.worker = undefined;
    worker.endpoint.dispose();
    const orphans = [...this.jobs].filter((job) => job.worker === worker);
    if (!worker.ending) {
      const last = worker.complaint.split('\n').pop();
      this.options.log('error', `The inference process ended: ${how}${last ? `: ${last}` : ''}`);
    }
    for (const job of orphans) {
      job.worker = undefined;
      if (worker.ending === 'cancel' && job.tries < 2 && !this.disposed) job.dispatch(this.start());
      else
        job.reject(
          new GroundnoteError(
            'process-crashed',
            `The inference process ended unexpectedly (${how}). The next prompt starts it again.`,
          ),
        );
    }
    this.update();
  }

  private endAll(reason: GroundnoteError): void {
    const { worker } = this;
    this.worker = undefined;
    for (const job of [...this.jobs]) job.reject(reason);
    if (worker) {
      worker.ending = 'stop';
      worker.child.kill('SIGKILL');
    }
    this.update();
  }

  /** Reports a change of state, and lets the idle clock run or stops it. */
  private update(): void {
    const { worker } = this;
    const state: InferenceState = !worker
      ? this.jobs.size
        ? 'starting'
        : 'stopped'
      : !worker.ready
        ? 'starting'
        : this.jobs.size
          ? 'busy'
          : 'ready';
    clearTimeout(this.idleTimer);
    if (worker && this.jobs.size === 0 && this.options.idleMs > 0) {
      this.idleTimer = setTimeout(() => {
        this.options.log('info', 'The inference process was idle and is ended.');
        this.stop();
      }, this.options.idleMs);
      this.idleTimer.unref();
    }
    if (state === this.shownState) return;
    this.shownState = state;
    this.options.onStateChange?.(state);
  }
}
