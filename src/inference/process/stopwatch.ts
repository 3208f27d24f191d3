/** Where the time of a request goes. The graphs' own time is kept apart, so that what lies around them can be measured. */
import type { Timings } from '../../protocol/inference';

/** Phases of a request. `load` opens packs and graphs; the `Run` phases are the graphs alone. */
export type Phase =
  | 'load'
  | 'read'
  | 'prepare'
  | 'encodeRun'
  | 'prompts'
  | 'decodeRun'
  | 'refine'
  | 'pack'
  /** All that a finder, a language model or a server takes. */
  | 'model';

export class Stopwatch {
  private readonly started = performance.now();
  private readonly spent = new Map<Phase, number>();

  /** Adds the time that `work` takes to a phase. */
  async time<T>(phase: Phase, work: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.spent.set(phase, this.of(phase) + performance.now() - start);
    }
  }

  /** Milliseconds of a phase so far. */
  of(phase: Phase): number {
    return this.spent.get(phase) ?? 0;
  }

  /** Milliseconds of all phases so far, by name. */
  phases(): Record<string, number> {
    return Object.fromEntries(this.spent);
  }

  /** In the form of a result: encoding is reading, preparing and the encoder; decoding is all that a prompt costs. */
  timings(): Timings {
    const round = (ms: number) => Math.round(ms * 100) / 100;
    return {
      load_ms: round(this.of('load')),
      encode_ms: round(this.of('read') + this.of('prepare') + this.of('encodeRun')),
      decode_ms: round(
        this.of('prompts') + this.of('decodeRun') + this.of('refine') + this.of('pack') + this.of('model'),
      ),
      total_ms: round(performance.now() - this.started),
    };
  }
}
