/**
 * The server of examples/serving/lisa with tiny random weights: asked as the protocol has it, and by our own client. The n-th [SEG]
 * of its answer stands for the n-th mask.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { quietContext } from '../../../src/inference/process/cancel';
import { createRuntime, type Runtime } from '../../../src/inference/process/runtime';
import { configurationSchema } from '../../../src/protocol/inference';
import { findPython, preparePython, runPython } from '../../support/python/environment';
import { startServer, type RealServer } from '../../support/servers/process';

const python = findPython();
const reason = python === undefined ? ' (skipped: there is no Python 3.11 or newer; set GROUNDNOTE_PYTHON)' : '';
const serving = path.resolve('examples/serving');
const folder = mkdtempSync(path.join(tmpdir(), 'groundnote-lisa-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const photo = path.resolve('test/fixtures/photos/synthetic-meadow.jpg');

const token = 'let-me-in';
const authorization = `Bearer ${token}`;

interface Tensor {
  name: string;
  shape: number[];
  datatype: string;
  data: (number | string | boolean)[];
}
type Outputs = Record<string, Tensor>;

describe.skipIf(python === undefined)(`a LISA-style model behind the Open Inference Protocol${reason}`, () => {
  let server: RealServer;
  let pixels: { data: Buffer; width: number; height: number };
  beforeAll(async () => {
    const { data, info } = await sharp(photo).resize(90).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    pixels = { data, width: info.width, height: info.height };
    server = await startServer({
      command: preparePython(python as string, 'models'),
      args: (port) => [path.join(serving, 'lisa/server.py'), '--tiny', '--port', `${port}`, '--threads', '1'],
      env: { PYTHONPATH: serving, HF_HUB_OFFLINE: '1', LISA_TOKEN: token },
      readyPath: '/v2/health/live',
    });
  }, 300_000);
  afterAll(() => server?.kill());

  /** Asks with the picture as bytes behind the JSON; the answer comes as JSON. */
  async function ask(text: string, task = 'ask'): Promise<Outputs> {
    const { data, width, height } = pixels;
    const bytes = (name: string, value: string) => ({ name, datatype: 'BYTES', shape: [1], data: [value] });
    const head = Buffer.from(
      JSON.stringify({
        inputs: [
          {
            name: 'image',
            datatype: 'UINT8',
            shape: [height, width, 3],
            parameters: { binary_data_size: data.length },
          },
          bytes('text', text),
          bytes('task', task),
        ],
      }),
    );
    const response = await fetch(`${server.url}/v2/models/lisa/infer`, {
      method: 'POST',
      headers: { authorization, 'inference-header-content-length': `${head.length}` },
      body: Buffer.concat([head, data]),
    });
    expect(response.status).toBe(200);
    const { outputs } = (await response.json()) as { outputs: Tensor[] };
    return Object.fromEntries(outputs.map((output) => [output.name, output]));
  }

  function runtimeFor(url: string, credential = token): Runtime {
    const runtime = createRuntime({ packFolders: [] });
    const lisa = {
      id: 'lisa',
      protocol: 'open-inference' as const,
      url,
      models: { task: 'lisa' },
      tasks: ['ask' as const, 'ground' as const],
      retries: 0,
    };
    runtime.configure(configurationSchema.parse({ servers: [{ server: lisa, token: credential }] }));
    return runtime;
  }

  it('answers with as many masks of the picture’s size as the text has [SEG], the same each time', async () => {
    const answer = await ask('Where is the flower?');
    const { text, masks, scores } = answer;
    expect(text?.data).toEqual(['Sure, it is [SEG] and [SEG].']);
    expect(masks).toMatchObject({ datatype: 'UINT8', shape: [2, pixels.height, pixels.width] });
    expect(new Set(masks?.data)).toEqual(new Set([0, 1]));
    expect(scores?.shape).toEqual([2]);
    expect(await ask('Where is the flower?')).toEqual(answer);
    // Another question is another hidden state, and so another mask.
    expect((await ask('Where is the sky, then?')).masks?.data).not.toEqual(masks?.data);
  });

  it('answers our own client: words that light up their regions', async () => {
    const runtime = runtimeFor(server.url);
    expect(await runtime.checkServer({ server: 'lisa' }, quietContext())).toMatchObject({ ok: true });
    const image = { path: photo };
    const answer = await runtime.ask(
      {
        image,
        pack: 'lisa',
        segmenter: null,
        question: { text: 'Where is the flower?', spans: [] },
        asked: [],
        history: [],
      },
      quietContext(),
    );
    expect(answer.pack.id).toBe('lisa');
    expect(answer.regions).toHaveLength(2);
    for (const { mask } of answer.regions) expect(mask?.size).toEqual([answer.image.height, answer.image.width]);
    expect(new Set(answer.spans?.flatMap(({ regions }) => regions))).toEqual(
      new Set(answer.regions.map(({ id }) => id)),
    );
    const found = await runtime.ground({ image, text: 'the flower', pack: 'lisa', segmenter: null }, quietContext());
    expect(found.regions).toHaveLength(2);
  });

  it('refuses what it cannot do, and says what is wrong with a question', async () => {
    const refused = await ask('', 'segment');
    expect(refused.refused?.data).toEqual([true]);
    expect(refused.masks?.shape).toEqual([0, pixels.height, pixels.width]);
    const wrong = async (body: string | Buffer, name = 'lisa', headers = {}) => {
      const response = await fetch(`${server.url}/v2/models/${name}/infer`, { method: 'POST', body, headers: { authorization, ...headers } });
      return [response.status, ((await response.json()) as { error: string }).error];
    };
    const image = { name: 'image', datatype: 'UINT8', shape: [1, 1, 3], data: [1, 2, 3] };
    const long = { name: 'text', datatype: 'BYTES', shape: [1], data: ['why '.repeat(3000)] };
    expect(await wrong('{}', 'other')).toEqual([404, expect.stringContaining('the model is "lisa"')]);
    expect(await wrong('no JSON')).toEqual([400, expect.stringContaining('not in the form')]);
    expect(await wrong(JSON.stringify({ inputs: [{ ...image, shape: [3] }] }))).toEqual([
      400,
      '"image" must be UINT8 [height, width, 3].',
    ]);
    expect(await wrong(JSON.stringify({ inputs: [image, long] }))).toEqual([
      400,
      expect.stringMatching(/^The conversation has \d+ tokens/),
    ]);
    const cut = JSON.stringify({ inputs: [{ ...image, data: undefined, parameters: { binary_data_size: 3 } }] });
    expect(await wrong(cut, 'lisa', { 'inference-header-content-length': `${cut.length}` })).toEqual([
      400,
      expect.stringContaining('break off'),
    ]);
  });

  it('wants its token', async () => {
    expect((await fetch(`${server.url}/v2/models/lisa`)).status).toBe(401);
    await expect(
      runtimeFor(server.url, 'another').ground(
        { image: { path: photo }, text: 'the flower', pack: 'lisa', segmenter: null },
        quietContext(),
      ),
    ).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('is the same model when it was saved and read again', () => {
    const script = path.resolve('test/support/python/servers/lisa_saved.py');
    vi.stubEnv('PYTHONPATH', [serving, path.join(serving, 'lisa')].join(path.delimiter));
    const said = runPython(preparePython(python as string, 'models'), script, path.join(folder, 'saved'));
    vi.unstubAllEnvs();
    expect(said.trim()).toBe('the same');
  });
});
