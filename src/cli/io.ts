/** Where the command line writes: results to standard output, everything else to standard error. */
import type { HandlerContext, Progress } from '../protocol/rpc';

export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** Aborted by Ctrl+C. */
  signal: AbortSignal;
  /** Whether standard error is a terminal, on which progress is drawn over itself. */
  interactive: boolean;
}

/** Prints one JSON object: all that standard output gets with --json. */
export function printJson(io: CliIo, value: unknown): void {
  io.out(`${JSON.stringify(value)}\n`);
}

/** A context for the runtime that shows progress on a terminal and is cancelled by Ctrl+C. */
export function contextOf(io: CliIo): HandlerContext {
  return { signal: io.signal, progress: (progress) => showProgress(io, progress) };
}

/** Shows progress in place; nothing where standard error is no terminal. */
export function showProgress(io: CliIo, { phase, fraction }: Progress): void {
  if (!io.interactive) return;
  const share = fraction === undefined ? '' : ` ${Math.round(fraction * 100)} %`;
  io.err(`\r\u001b[K${phase}${share}`);
}

/** Removes the progress from the terminal. */
export function clearProgress(io: CliIo): void {
  if (io.interactive) io.err('\r\u001b[K');
}
