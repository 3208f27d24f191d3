/** What the side panel needs of the inference client. */
import type { z } from 'zod';
import type { InferenceRequestOptions } from '../inference/client';
import type { RequestChannel } from '../protocol/rpc';

/** Asks the inference process; it is started, and started again after a crash, by whoever implements this. */
export interface InferenceApi {
  request<P extends z.ZodType, R extends z.ZodType>(
    channel: RequestChannel<P, R>,
    params: z.output<P>,
    options?: InferenceRequestOptions,
  ): Promise<z.output<R>>;
}
