/** A server of the settings, opened as a model without an inference process. */
import { connect } from '../../../../src/inference/engines/remote/open';
import type { EngineServices } from '../../../../src/inference/engines/open';
import type { PackModel, Run } from '../../../../src/inference/engines/model';
import type { Picture } from '../../../../src/inference/process/picture';
import { Stopwatch } from '../../../../src/inference/process/stopwatch';
import { configurationSchema } from '../../../../src/protocol/inference';
import type { Progress } from '../../../../src/protocol/rpc';
import { serverSchema } from '../../../../src/protocol/servers';

export const servicesWith = (extra: Partial<EngineServices> = {}): EngineServices => ({
  threads: 1,
  sessions: { open: () => Promise.reject(new Error('no graph runs here')) },
  log: () => {},
  configuration: () => configurationSchema.parse({}),
  pack: () => Promise.reject(new Error('no pack is here')),
  ...extra,
});

export const modelOf = (settings: object, extra?: Partial<EngineServices>): Promise<PackModel> =>
  connect({ server: serverSchema.parse({ id: 'lab', retries: 0, ...settings }) }, servicesWith(extra));

/** A run, and the progress that it has told. */
export function newRun(signal = new AbortController().signal): Run & { told: Progress[] } {
  const told: Progress[] = [];
  return { signal, told, progress: (progress) => told.push(progress), stopwatch: new Stopwatch() };
}

/** A picture with a soft ramp. */
export function ramp(width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) data.fill((i % width) % 256, 3 * i, 3 * i + 3);
  return { width, height, data, contentHash: `${width} ${height}` };
}

export const noQuestion = { text: '', asked: [], history: [] };
