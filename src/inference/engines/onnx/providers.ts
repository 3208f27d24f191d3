/**
 * Where graphs run: on what the setting names, and on the CPU where that is not to be had. The fall back is said once in the
 * log, with the reason; another value of the setting gives the provider a new chance.
 */
import type { Configuration } from '../../../protocol/inference';
import type { Log } from '../../process/services';

export type ExecutionProvider = Configuration['executionProvider'];
/** A provider that a session is opened with. */
export type SessionProvider = Exclude<ExecutionProvider, 'auto'>;

const titles: Record<SessionProvider, string> = {
  cpu: 'the CPU',
  coreml: 'CoreML',
  dml: 'DirectML',
  cuda: 'CUDA',
  webgpu: 'WebGPU',
};

export class Providers {
  private setting: ExecutionProvider = 'auto';
  private readonly failed = new Set<SessionProvider>();
  private readonly used = new Set<SessionProvider>();

  constructor(private readonly log: Log) {}

  /** Sessions that are open already change over before their next run. */
  set(setting: ExecutionProvider): void {
    if (setting === this.setting) return;
    this.setting = setting;
    this.failed.clear();
    this.used.clear();
  }

  /** What a session is to run on now. */
  get current(): SessionProvider {
    const { setting } = this;
    return setting === 'auto' || this.failed.has(setting) ? 'cpu' : setting;
  }

  /** From now on the CPU is used instead. @param reason the rest of a sentence */
  fail(provider: SessionProvider, reason: string): void {
    if (this.failed.has(provider)) return;
    this.failed.add(provider);
    this.log(
      'warn',
      `The setting asks for ${titles[provider]}, which cannot be used here: ${reason}. Models run on the CPU instead.`,
    );
  }

  /** A session was opened on it. */
  use(provider: SessionProvider): void {
    if (this.used.has(provider)) return;
    this.used.add(provider);
    this.log('info', `Models run on ${titles[provider]}.`);
  }
}
