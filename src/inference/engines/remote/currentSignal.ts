/** The cancellation of the question under way, for what is deep in a task and is given none: graphs that run on a server. */
import { AsyncLocalStorage } from 'node:async_hooks';

const signals = new AsyncLocalStorage<AbortSignal>();
const never = new AbortController().signal;

/** Runs a task; what it asks of servers ends with `signal`. */
export const stoppedBy = <T>(signal: AbortSignal, work: () => T): T => signals.run(signal, work);

export const currentSignal = (): AbortSignal => signals.getStore() ?? never;
