/** The servers of examples/serving, as their READMEs start them, give the masks that the pack gives here. */
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime } from '../../../src/inference/process/runtime';
import { configurationSchema } from '../../../src/protocol/inference';
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
    const models = { 'onnx/image_encoder.onnx': 'image_encoder', 'onnx/mask_decoder.onnx': 'mask_decoder' };
    const lab = { id: 'lab', protocol: 'open-inference' as const, url: server.url, pack: 'groundnote-segment', models };
    runtime.configure(configurationSchema.parse({ servers: [{ server: lab }] }));
    expect(await runtime.checkServer({ server: 'lab' }, quietContext())).toMatchObject({ ok: true });
    const ask = (pack?: string) =>
      runtime.segment(
        {
          image,
          prompts: [{ type: 'point' as const, point: [150, 100] as [number, number], label: 1 as const }],
          ...(pack && { pack }),
        },
        quietContext(),
      );
    expect((await ask('lab')).regions[0]?.mask).toEqual((await ask()).regions[0]?.mask);
  });
});
