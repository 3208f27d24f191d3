/** The wire to the extension host, and what a page keeps while it is hidden. */
import * as z from 'zod';
import type { Endpoint } from '../../src/protocol/rpc';
import { hostEndpoint, type VsCodeApi } from '../ui/hostEndpoint';

declare function acquireVsCodeApi(): VsCodeApi;

const keptSchema = z.record(z.string(), z.unknown());

/** This page's end of the wire; VS Code allows one. */
export class PageLink {
  private readonly api = acquireVsCodeApi();
  private readonly kept: Record<string, unknown>;
  readonly endpoint: Endpoint;

  /** @param document the file's URI: messages name it */
  constructor(document: string) {
    const kept = keptSchema.safeParse(this.api.getState());
    this.kept = kept.success ? kept.data : {};
    this.endpoint = hostEndpoint(this.api, document);
  }

  /** What was kept under a name; what has another form than it should counts as nothing. */
  load<T extends z.ZodType>(name: string, schema: T): z.output<T> | undefined {
    const found = schema.safeParse(this.kept[name]);
    return found.success ? found.data : undefined;
  }

  save(name: string, value: unknown): void {
    this.kept[name] = value;
    this.api.setState(this.kept);
  }
}
