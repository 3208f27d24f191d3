/** The servers of examples/serving, as their READMEs start them, give the masks that the pack gives here. */
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime } from '../../../src/inference/process/runtime';
import { configurationSchema, type SegmentParams } from '../../../src/protocol/inference';
import { findPython, preparePython } from '../../support/python/environment';
import { startServer, type RealServer } from '../../support/servers/process';

const python = findPython();
const reason = python === undefined ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)' : '';
const image = { path: path.resolve('test/fixtures/photos/synthetic-meadow.jpg') };

let server: RealServer | undefined;
afterEach(() => server?.kill());

describe.skipIf(python === undefined)(`examples/serving${reason}`, () => {
  it('has a server for KServe', async () => {
    server = await startServer({
      command: preparePython(python as string, 'kserve'),
      args: (port) => [
        path.resolve('examples/serving/kserve/server.py'),
        ...['--pack', path.resolve('models/groundnote-segment'), '--threads', '1'],
        ...['--host', '127.0.0.1', '--http_port', `${port}`],
      ],
      readyPath: '/v2/health/ready',
    });
    const runtime = createRuntime({ packFolders: [path.resolve('models')] });
    const common = { protocol: 'open-inference' as const, url: server.url, pack: 'groundnote-segment' };
    const encoder = { 'onnx/image_encoder.onnx': 'image_encoder' };
    const both = { id: 'both', ...common, models: { ...encoder, 'onnx/mask_decoder.onnx': 'mask_decoder' } };
    // What a server does not name runs here.
    const half = { id: 'half', ...common, models: encoder };
    runtime.configure(configurationSchema.parse({ servers: [{ server: both }, { server: half }] }));
    expect(await runtime.checkServer({ server: 'both' }, quietContext())).toMatchObject({ ok: true });
    const ask = async (pack?: string) => {
      const prompts: SegmentParams['prompts'] = [{ type: 'point', point: [150, 100], label: 1 }];
      const { regions } = await runtime.segment({ image, prompts, ...(pack && { pack }) }, quietContext());
      return regions.map(({ mask }) => mask);
    };
    const everything = async (pack?: string) => {
      const { regions } = await runtime.everything(
        { image, pointsPerSide: 4, ...(pack && { pack }) },
        quietContext(),
      );
      return regions.map(({ mask }) => mask);
    };
    const here = await ask();
    expect(await ask('both')).toEqual(here);
    expect(await ask('half')).toEqual(here);
    const all = await everything();
    expect(all.length).toBeGreaterThan(0);
    expect(await everything('half')).toEqual(all);
  });
});
