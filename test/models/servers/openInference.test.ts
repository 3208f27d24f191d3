/**
 * The embedded pack's graphs on real servers of the Open Inference Protocol: KServe, which takes tensors as bytes, and
 * MLServer, which takes them in JSON. The masks are those that the same graphs give here.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime, type Runtime } from '../../../src/inference/process/runtime';
import { configurationSchema, type SegmentParams } from '../../../src/protocol/inference';
import { findPython, preparePython } from '../../support/python/environment';
import { startServer, type RealServer, type ServerCommand } from '../../support/servers/process';

const python = findPython();
const reason = python === undefined ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)' : '';
const pack = path.resolve('models/groundnote-segment');
const graphs = { encoder: path.join(pack, 'onnx/image_encoder.onnx'), decoder: path.join(pack, 'onnx/mask_decoder.onnx') };
const scripts = path.resolve('test/support/python/servers');
const image = { path: path.resolve('test/fixtures/photos/synthetic-meadow.jpg') };
const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-servers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const kserve = (): ServerCommand => ({
  command: preparePython(python as string, 'kserve'),
  args: (port) => [path.join(scripts, 'kserve_graphs.py'), `${port}`, ...Object.entries(graphs).map(([name, file]) => `${name}=${file}`)],
  readyPath: '/v2/health/ready',
});

function mlserver(): ServerCommand {
  const executable = path.join(path.dirname(preparePython(python as string, 'mlserver')), 'mlserver');
  return {
    command: executable,
    args(port) {
      const models = path.join(folder, 'mlserver');
      for (const [name, uri] of Object.entries(graphs)) {
        mkdirSync(path.join(models, name), { recursive: true });
        const settings = { name, implementation: 'mlserver_graphs.Graph', parameters: { uri } };
        writeFileSync(path.join(models, name, 'model-settings.json'), JSON.stringify(settings));
      }
      const settings = {
        host: '127.0.0.1',
        http_port: port,
        parallel_workers: 0,
        grpc_port: 0,
        metrics_endpoint: null,
        debug: false,
      };
      writeFileSync(path.join(models, 'settings.json'), JSON.stringify(settings));
      return ['start', models];
    },
    env: { PYTHONPATH: scripts },
    readyPath: '/v2/health/ready',
  };
}

const log: string[] = [];
function runtimeFor(url: string): Runtime {
  const runtime = createRuntime({ packFolders: [path.resolve('models')], log: (_, line) => log.push(line) });
  const server = {
    id: 'lab',
    protocol: 'open-inference' as const,
    url,
    pack: 'groundnote-segment',
    models: { 'onnx/image_encoder.onnx': 'encoder', 'onnx/mask_decoder.onnx': 'decoder' },
    timeout_s: 20,
    retries: 0,
  };
  runtime.configure(configurationSchema.parse({ servers: [{ server }] }));
  return runtime;
}

const prompts: SegmentParams['prompts'][] = [
  [{ type: 'point', point: [150, 100], label: 1 }],
  [{ type: 'box', box: [40, 40, 160, 160] }],
];

describe.skipIf(python === undefined).each([
  ['KServe', kserve, 'takes tensors as bytes'],
  ['MLServer', mlserver, 'takes tensors in JSON only'],
])(`the embedded pack on %s${reason}`, (_, commandOf, form) => {
  let command: ServerCommand;
  let server: RealServer;
  let remote: Runtime;
  const ask = (runtime: Runtime, index: number, packName?: string, signal?: AbortSignal) =>
    runtime.segment(
      { image, prompts: prompts[index] ?? [], candidates: true, ...(packName && { pack: packName }) },
      { ...quietContext(), ...(signal && { signal }) },
    );

  beforeAll(async () => {
    process.env.ORT_DISABLE_TELEMETRY = '1';
    command = commandOf();
    server = await startServer(command);
    log.length = 0;
    remote = runtimeFor(server.url);
  }, 300_000);
  afterAll(() => server?.kill());

  it('is there, by the health check', async () => {
    const state = await remote.checkServer({ server: 'lab' }, quietContext());
    expect(state).toMatchObject({ ok: true, models: ['encoder', 'decoder'] });
  });

  it('gives the masks that it gives here', async () => {
    const local = createRuntime({ packFolders: [path.resolve('models')] });
    for (const index of prompts.keys()) {
      const [there, here] = [await ask(remote, index, 'lab'), await ask(local, index)];
      expect(there.regions[0]?.mask).toEqual(here.regions[0]?.mask);
      expect(there.candidates?.map(({ mask }) => mask)).toEqual(here.candidates?.map(({ mask }) => mask));
      expect(there.pack.id).toBe('lab');
    }
    expect(log.filter((line) => line.includes('takes tensors'))).toEqual([expect.stringContaining(form)]);
  });

  it('says what was wrong with a question, and answers the next', async () => {
    const wrong = runtimeFor(server.url);
    const servers = [
      {
        server: {
          id: 'lab',
          protocol: 'open-inference' as const,
          url: server.url,
          pack: 'groundnote-segment',
          models: { 'onnx/image_encoder.onnx': 'decoder', 'onnx/mask_decoder.onnx': 'nothing' },
        },
      },
    ];
    wrong.configure(configurationSchema.parse({ servers }));
    await expect(ask(wrong, 0, 'lab')).rejects.toMatchObject({ code: 'bad-server', message: expect.stringMatching(/pixel_values|point_coords|input/i) });
    expect(await wrong.checkServer({ server: 'lab' }, quietContext())).toMatchObject({
      ok: false,
      message: expect.stringContaining('has no model named “nothing”; it has “decoder”'),
    });
    await ask(remote, 0, 'lab');
  });

  it('killed in the middle of a question: a clear error, and an answer when it is back', async () => {
    const fresh = runtimeFor(server.url);
    const asked = expect(ask(fresh, 0, 'lab')).rejects.toMatchObject({
      code: 'bad-server',
      message: expect.stringMatching(/^The server “lab” (broke|cannot be reached)/),
    });
    await server.kill();
    await asked;
    server = await startServer({ ...command, port: server.port });
    expect((await ask(fresh, 0, 'lab')).regions).toHaveLength(1);
  });
});
