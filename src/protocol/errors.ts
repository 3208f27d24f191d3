/** Errors that a user can cause or meet: a code for the program, one sentence for the person. */
import * as z from 'zod';

export const errorCodes = [
  'cancelled',
  'invalid-params',
  'io',
  'not-found',
  'bad-image',
  'image-too-large',
  /** A file of another modality that is damaged, or not what it was taken for. */
  'bad-file',
  'file-too-large',
  'invalid-mask',
  'bad-sidecar',
  'no-pack',
  'broken-pack',
  'unsupported',
  /** The setting that keeps Groundnote from sending anything is on. */
  'offline',
  /** A server or the hub wants a credential, or another one. */
  'unauthorized',
  /** A server cannot be reached, is broken, or answers what it should not. */
  'bad-server',
  'no-space',
  'process-crashed',
  'timeout',
  'disposed',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export const wireErrorSchema = z.object({ code: z.enum(errorCodes), message: z.string() });
export type WireError = z.infer<typeof wireErrorSchema>;

/** An error whose message may be shown to the user as it is. */
export class GroundnoteError extends Error {
  override readonly name = 'GroundnoteError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** The class is in several bundles of one process: an error of another one is the same. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'GroundnoteError' && 'code' in value;
  }
}

/** True for a cancellation, of ours or of an AbortSignal. */
export function isCancelled(error: unknown): boolean {
  return (
    (error instanceof GroundnoteError && error.code === 'cancelled') ||
    (error instanceof Error && error.name === 'AbortError')
  );
}

/** Any thrown value as {code, message}: our errors as they are, all others as 'internal'. */
export function toWireError(error: unknown): WireError {
  if (error instanceof GroundnoteError) return { code: error.code, message: error.message };
  if (isCancelled(error)) return { code: 'cancelled', message: 'Cancelled.' };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}
