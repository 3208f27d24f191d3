/**
 * The one way from the editor to the inference process: before a request goes, the process is told of the settings as they are
 * now, and a server that would get a picture must be one that the user has agreed to.
 */
import type { z } from 'zod';
import type { InferenceApi } from '../../annotate/inferenceApi';
import type { InferenceClient, InferenceRequestOptions } from '../../inference/client';
import { GroundnoteError } from '../../protocol/errors';
import type { Configuration } from '../../protocol/inference';
import type { RequestChannel } from '../../protocol/rpc';
import type { ModelConfiguration, ModelSettings } from '../models/configuration';
import type { ServerConsent } from './consent';
import { destinationsOf } from './destinations';

export interface GuardedInferenceOptions {
  client: Pick<InferenceClient, 'request' | 'configure'>;
  configuration: Pick<ModelConfiguration, 'read'>;
  consent: Pick<ServerConsent, 'has' | 'require'>;
  /** Told of each request that has been answered. */
  onAnswered?(channel: string, params: unknown): void;
}

export class GuardedInference implements InferenceApi {
  /** What the process was told of last. */
  private told: ModelSettings | undefined;

  constructor(private readonly options: GuardedInferenceOptions) {}

  /** @throws GroundnoteError cancelled when the user does not agree to sending; else as the client */
  async request<P extends z.ZodType, R extends z.ZodType>(
    channel: RequestChannel<P, R>,
    params: z.output<P>,
    options?: InferenceRequestOptions,
  ): Promise<z.output<R>> {
    await this.allow(channel.name, params);
    if (options?.signal?.aborted) throw new GroundnoteError('cancelled', 'Cancelled.');
    const result = await this.options.client.request(channel, params, options);
    this.options.onAnswered?.(channel.name, params);
    return result;
  }

  /**
   * For work that a process of its own does: the settings that it needs, once the user has agreed to what it sends.
   * @throws GroundnoteError cancelled
   */
  async allow(channel: string, params: unknown): Promise<Configuration> {
    const { configuration, consent } = this.options;
    const settings = await this.tell(await configuration.read());
    for (const server of destinationsOf(channel, params, settings)) {
      // The process sends nothing to another machine then, and says so.
      if (settings.offline) continue;
      // What follows the pointer asks nobody anything.
      if (channel === 'hover' && !consent.has(server))
        throw new GroundnoteError('cancelled', 'Nothing is sent before you have agreed to it.');
      await consent.require(server);
    }
    return settings.configuration;
  }

  /** Settings have changed: a process that has been told of them is told again. */
  async refresh(): Promise<void> {
    if (this.told) await this.tell(await this.options.configuration.read());
  }

  private tell(settings: ModelSettings): ModelSettings {
    if (this.told !== settings) {
      this.told = settings;
      this.options.client.configure(settings.configuration);
    }
    return settings;
  }
}
