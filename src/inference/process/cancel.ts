import { GroundnoteError } from '../../protocol/errors';
import type { HandlerContext } from '../../protocol/rpc';

/**
 * Lets waiting messages in (a cancellation, for one), then throws when the request was cancelled. Called between the
 * steps of a task, because a step of ONNX Runtime holds the thread.
 * @throws GroundnoteError cancelled
 */
export async function throwIfCancelled(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
}

/** A context for callers who neither cancel nor watch. */
export const quietContext = (): HandlerContext => ({
  signal: new AbortController().signal,
  progress: () => {},
});
