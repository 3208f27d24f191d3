/** What a batch asks, by what its job names: packs of this machine, places of servers, or both. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEngines, type EngineOptions, type EnginePool } from '../../../src/batch/engines';
import type { BatchJob } from '../../../src/protocol/batch';
import { configurationSchema } from '../../../src/protocol/inference';
import { buildEntry } from '../../support/build';
import { playServer } from '../../support/servers/played';

let entry: string;
beforeAll(async () => {
  entry = await buildEntry('test/support/quickProcess.ts', 'quickProcess');
}, 60_000);
let pool: EnginePool | undefined;
afterEach(() => pool?.dispose());

const server = (id: string, url: string, more = {}) => ({
  server: { id, url, protocol: 'x-anylabeling', model: 'm', ...more },
});
function start(
  job: Partial<BatchJob>,
  servers: unknown[] = [],
  more: Partial<EngineOptions> = {},
): EnginePool {
  const whole: BatchJob = {
    id: 'batch-1',
    folder: '/',
    task: 'ground',
    text: 'cat',
    existing: 'add',
    recursive: false,
    ...job,
  };
  return (pool = startEngines(whole, {
    models: { entry, packFolders: [], threads: 2 },
    configuration: configurationSchema.parse({ servers }),
    log: () => undefined,
    ...more,
  }));
}
/** Who answers through each engine. */
const asked = ({ engines }: EnginePool) =>
  Promise.all(
    engines.map(async (engine) => {
      const { pack } = await engine.ask('/a.png', new AbortController().signal);
      return [engine.server, pack.id];
    }),
  );

describe('the engines of a batch', { timeout: 60_000 }, () => {
  const two = [
    server('a', 'http://127.0.0.1:1', { concurrency: 2 }),
    server('b', 'http://127.0.0.1:1'),
    server('c', 'http://127.0.0.1:1'),
  ];

  it('work on this machine where no server is named', async () => {
    expect(await asked(start({ pack: 'p' }, two, { concurrency: 2 }))).toEqual([
      [undefined, 'p'],
      [undefined, 'p'],
    ]);
  });

  it('are as many for a server as it takes questions at a time, and none here without a pack', async () => {
    expect(await asked(start({ servers: ['a', 'b'] }, two))).toEqual([
      ['a', 'a'],
      ['a', 'a'],
      ['b', 'b'],
    ]);
  });

  it('work here beside servers with the pack that is named', async () => {
    expect(await asked(start({ servers: ['b'], pack: 'p', task: 'everything' }, two))).toEqual([
      [undefined, 'p'],
      ['b', 'b'],
    ]);
  });

  it('say which server is not configured, and which cannot do a batch', () => {
    expect(() => start({ servers: ['gone'] }, two)).toThrow('There is no server named "gone"');
    const editor = { server: { id: 'gpt', protocol: 'editor-model', model: 'gpt' } };
    expect(() => start({ servers: ['gpt'] }, [editor])).toThrow('a language model of the editor');
  });

  it('know whether anything listens where a server is', async () => {
    const played = await playServer((_, response) => void response.end());
    const { isReachable } = start({ servers: ['up', 'down'] }, [
      server('up', played.url),
      server('down', 'http://127.0.0.1:1'),
    ]);
    expect([await isReachable('up'), await isReachable('down')]).toEqual([true, false]);
    await played.close();
  });
});
