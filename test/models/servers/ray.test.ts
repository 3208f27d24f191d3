/**
 * The embedded pack behind Ray Serve, as examples/serving/ray has it: the masks are those of the pack here, two replicas share the
 * work of a batch, and one that dies in the middle takes no image along. In the long form of the tests (GROUNDNOTE_LONG=1): Ray
 * takes 2 GB and half a minute.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime } from '../../../src/inference/process/runtime';
import { InferenceClient } from '../../../src/inference/client';
import { Journal } from '../../../src/batch/journal';
import { runBatch } from '../../../src/batch/run';
import { ResultSink } from '../../../src/batch/sinks';
import type { BatchJob } from '../../../src/protocol/batch';
import { configurationSchema, segment } from '../../../src/protocol/inference';
import { buildInferenceProcess } from '../../support/build';
import { findPython, preparePython } from '../../support/python/environment';
import { startServer, type RealServer } from '../../support/servers/process';

const python = findPython();
const isLong = Boolean(process.env.GROUNDNOTE_LONG);
const reason = !isLong
  ? ' (skipped: part of the long form, GROUNDNOTE_LONG=1)'
  : python === undefined
    ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)'
    : '';
const example = path.resolve('examples/serving/ray');
const photos = path.resolve('test/fixtures/photos');

/** What the example's configuration says, as far as the tests change it. */
interface ServeConfig {
  http_options: { host: string; port: number };
  applications: {
    args: { pack: string; slowed_s?: number };
    deployments: { num_replicas: number; max_ongoing_requests: number }[];
  }[];
}

describe.skipIf(!isLong || python === undefined)(`the embedded pack on Ray Serve${reason}`, () => {
  let root: string;
  let server: RealServer;
  let entry: string;
  let bin: string;
  beforeAll(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'groundnote-ray-'));
    entry = await buildInferenceProcess();
    bin = path.dirname(preparePython(python as string, 'ray'));
    server = await startRay(2);
  }, 600_000);
  afterAll(async () => {
    await end();
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  });

  /** @param slowed_s seconds that each question takes longer; a replica has one at a time then */
  const startRay = (replicas: number, slowed_s = 0) =>
    startServer({
      command: path.join(bin, 'serve'),
      args: (port) => {
        const config = parse(readFileSync(path.join(example, 'one-machine.yaml'), 'utf8')) as ServeConfig;
        config.http_options.port = port;
        for (const application of config.applications) {
          application.args.pack = path.resolve('models/groundnote-segment');
          application.args.slowed_s = slowed_s;
          for (const deployment of application.deployments) {
            deployment.num_replicas = replicas;
            if (slowed_s) deployment.max_ongoing_requests = 1;
          }
        }
        const file = path.join(root, `${replicas}.yaml`);
        writeFileSync(file, stringify(config));
        return ['run', file];
      },
      cwd: example,
      env: { PYTHONPATH: `${example}${path.delimiter}${path.dirname(example)}`, RAY_USAGE_STATS_ENABLED: '0' },
      readyPath: '/v2/health/ready',
      seconds: 240,
    });

  const settings = (concurrency: number) =>
    configurationSchema.parse({
      servers: [
        {
          server: {
            id: 'ray',
            protocol: 'open-inference',
            url: server.url,
            pack: 'groundnote-segment',
            models: { 'onnx/image_encoder.onnx': 'image_encoder', 'onnx/mask_decoder.onnx': 'mask_decoder' },
            concurrency,
          },
        },
      ],
    });

  it('gives the masks that the pack gives here', async () => {
    const runtime = createRuntime({ packFolders: [path.resolve('models')] });
    runtime.configure(settings(1));
    const ask = (pack?: string) =>
      runtime.segment(
        {
          image: { path: path.join(photos, 'synthetic-meadow.jpg') },
          prompts: [{ type: 'box', box: [40, 40, 160, 160] }],
          ...(pack && { pack }),
        },
        quietContext(),
      );
    expect((await ask('ray')).regions[0]?.mask).toEqual((await ask()).regions[0]?.mask);
  });

  /** Segments what is in the middle of so many pictures, each another. @returns pictures a second */
  async function batch(name: string, concurrency: number, onImage?: (done: number) => void): Promise<number> {
    const folder = path.join(root, name);
    mkdirSync(folder);
    const names = Array.from({ length: images }, (_, i) => `img${i}.png`);
    for (const [i, each] of names.entries())
      await sharp(path.join(photos, 'synthetic-meadow.jpg'))
        .extract({ left: 2 * i, top: i, width: 320, height: 240 })
        .png()
        .toFile(path.join(folder, each));
    const job: BatchJob = {
      id: `batch-${name}`,
      folder,
      task: 'everything',
      servers: ['ray'],
      existing: 'add',
      recursive: false,
    };
    const out = path.join(root, `${name}-out`);
    const journal = await Journal.create(path.join(out, 'journal.jsonl'), job, names.length);
    const client = new InferenceClient({
      entry,
      packFolders: [path.resolve('models')],
      idleMs: 0,
      log: () => undefined,
      configuration: settings(concurrency),
    });
    try {
      const began = performance.now();
      const counts = await runBatch({
        job,
        images: names,
        journal,
        // A batch's own questions ask the decoder hundreds of times: one point is enough to see who works.
        engines: Array.from({ length: concurrency }, () => ({
          server: 'ray',
          ask: (file: string, signal: AbortSignal) =>
            client.request(
              segment,
              { image: { path: file }, prompts: [{ type: 'point', point: [160, 120], label: 1 }], pack: 'ray' },
              { signal },
            ),
        })),
        sink: new ResultSink(job, out),
        signal: new AbortController().signal,
        onProgress: ({ done }) => onImage?.(done),
      });
      expect(counts).toMatchObject({ done: names.length, failed: 0 });
      expect(readdirSync(out).filter((file) => file.endsWith('.png.json'))).toHaveLength(names.length);
      return (names.length / (performance.now() - began)) * 1000;
    } finally {
      client.dispose();
      await journal.close();
    }
  }
  const images = 16;

  it('does a batch, also when a replica dies in the middle', async () => {
    expect(workers('ServeReplica')).toHaveLength(2);
    let killed = false;
    const speed = await batch('killed', 4, (done) => {
      if (killed || done < 6) return;
      killed = true;
      process.kill(workers('ServeReplica')[0] as number, 'SIGKILL');
    });
    expect(killed).toBe(true);
    console.log(`${speed.toFixed(2)} pictures a second, one replica killed in the middle.`);
  });

  it('does more with two replicas than with one, each slowed to a fixed time', async () => {
    const slowed = async (replicas: number) => {
      await end();
      server = await startRay(replicas, 0.3);
      return batch(`slowed-${replicas}`, 4);
    };
    const [one, two] = [await slowed(1), await slowed(2)];
    console.log(`${one.toFixed(2)} pictures a second with one replica, ${two.toFixed(2)} with two.`);
    expect(two / one).toBeGreaterThan(1.4);
  });

  /** The processes that this Ray has started for work: children of its raylet, each a process group of its own. */
  function workers(name = ''): number[] {
    const all = execFileSync('ps', ['-eo', 'pid=,ppid=,pgid=,args='], { encoding: 'utf8' })
      .split('\n')
      .flatMap((line) => {
        const [, pid, parent, group, args] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
        return args === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), group, args }];
      });
    const ours = all.find(({ args }) => args.includes(`run ${root}`))?.group;
    const raylets = all.filter(({ group, args }) => group === ours && /raylet\/raylet /.test(args));
    return all
      .filter(({ parent, args }) => raylets.some(({ pid }) => pid === parent) && args.startsWith(`ray::${name}`))
      .map(({ pid }) => pid);
  }

  /** Ends the server and what it has started in other process groups. */
  async function end(): Promise<void> {
    const left = workers();
    await server?.kill();
    for (const pid of left)
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went with the others.
      }
  }
});
