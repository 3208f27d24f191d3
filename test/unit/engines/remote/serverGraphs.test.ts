import { afterEach, describe, expect, it } from 'vitest';
import { clientFor } from '../../../../src/inference/engines/remote/client';
import { stoppedBy } from '../../../../src/inference/engines/remote/currentSignal';
import { InferenceServer } from '../../../../src/inference/engines/remote/openInference';
import { serverSessions } from '../../../../src/inference/engines/remote/serverGraphs';
import type { Pack } from '../../../../src/inference/packs/registry';
import { serverSchema, type ServerOf } from '../../../../src/protocol/servers';
import { playServer, sendJson, type Play } from '../../../support/servers/played';
import { servicesWith } from './support';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const packOf = (...graphs: string[]) =>
  ({ manifest: { id: 'sam', files: graphs.map((path) => ({ path })) }, folder: '' }) as unknown as Pack;
const pack = packOf('onnx/encoder.onnx', 'onnx/decoder.onnx');

async function sessions(play: Play) {
  const server = await playServer(play);
  open.push(server.close);
  const settings = serverSchema.parse({
    id: 'lab',
    protocol: 'open-inference',
    url: server.url,
    pack: 'sam',
    models: { 'onnx/decoder.onnx': 'decoder' },
    retries: 0,
  }) as ServerOf<'open-inference'>;
  const inference = new InferenceServer(clientFor({ server: settings }, servicesWith()));
  open.push(() => inference.client.close());
  return { server, store: serverSessions(inference, settings, servicesWith().sessions) };
}

const metadata = {
  name: 'decoder',
  inputs: [
    { name: 'x', datatype: 'FP16', shape: [-1, 2] },
    { name: 'labels', datatype: 'INT64', shape: [1] },
  ],
  outputs: [{ name: 'y', datatype: 'FP16', shape: [-1] }],
};
/** Gives two halves, in JSON. */
const decoder: Play = ({ method, path, headers }, response) => {
  if (method === 'GET') return sendJson(response, path.endsWith('/decoder') ? metadata : {}, 200);
  if (headers['inference-header-content-length']) return sendJson(response, { error: 'no bytes' }, 400);
  sendJson(response, { outputs: [{ name: 'y', datatype: 'FP16', shape: [2], data: [0.5, -2] }] });
};
const feeds = {
  x: { data: Float32Array.of(1, 0.5), dims: [1, 2] },
  labels: { data: Float32Array.of(3), dims: [1] },
};

describe('graphs on a server', () => {
  it('have the names and types that the server tells, and get tensors of these types', async () => {
    const { server, store } = await sessions(decoder);
    const graph = await store.open(pack, 'onnx/decoder.onnx');
    expect(graph.inputs).toEqual([
      { name: 'x', type: 'float16', shape: ['', 2] },
      { name: 'labels', type: 'int64', shape: [1] },
    ]);
    const { y } = await graph.run(feeds);
    expect(y).toEqual({ data: Uint16Array.of(0x3800, 0xc000), dims: [2], type: 'float16' });
    expect(server.requests.at(-1)?.json()).toMatchObject({
      inputs: [
        { name: 'x', datatype: 'FP16', shape: [1, 2], data: [1, 0.5] },
        { name: 'labels', datatype: 'INT64', shape: [1], data: [3] },
      ],
      outputs: [{ name: 'y' }],
    });
  });

  it('that keep a contract count in float32, and nothing is asked before they run', async () => {
    const { server, store } = await sessions(decoder);
    const graph = await store.open(pack, 'onnx/decoder.onnx', { inputs: ['x', 'labels'], outputs: ['y'] });
    expect(server.requests).toHaveLength(0);
    expect((await graph.run(feeds)).y).toEqual({ data: Float32Array.of(0.5, -2), dims: [2] });
  });

  it('must be known to the server; those that are not named run here', async () => {
    const { store } = await sessions((_, response) =>
      sendJson(response, { error: 'Model decoder not found' }, 404),
    );
    await expect(store.open(packOf('other.onnx'), 'other.onnx')).rejects.toMatchObject({
      code: 'invalid-params',
      message: expect.stringContaining('names no model for "other.onnx"'),
    });
    await expect(store.open(pack, 'onnx/encoder.onnx')).rejects.toThrow('no graph runs here');
    await expect(store.open(pack, 'onnx/decoder.onnx')).rejects.toMatchObject({
      code: 'bad-server',
      message: expect.stringContaining('has no model named “decoder”'),
    });
    const silent = await sessions((_, response) => sendJson(response, { name: 'decoder' }));
    await expect(silent.store.open(pack, 'onnx/decoder.onnx')).rejects.toMatchObject({
      message: expect.stringContaining('does not say what its model “decoder” takes'),
    });
  });

  it('stop with the task that runs them', async () => {
    const { server, store } = await sessions(({ method }, response) => {
      if (method === 'GET') sendJson(response, metadata);
    });
    const graph = await store.open(pack, 'onnx/decoder.onnx');
    const controller = new AbortController();
    const stopped = expect(stoppedBy(controller.signal, () => graph.run(feeds))).rejects.toMatchObject({
      code: 'cancelled',
    });
    await server.came(2);
    controller.abort();
    await stopped;
    await server.left;
  });
});
