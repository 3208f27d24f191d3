import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  readTensor,
  tensorBytes,
  tensorValues,
  type Datatype,
  type Tensor,
  type TensorData,
} from '../../../../src/inference/engines/remote/tensors';
import { decodeRle, encodeRle } from '../../../../src/protocol/rle';
import { playServer, sendJson, type Play, type PlayedServer } from '../../../support/servers/played';
import { modelOf, newRun, noQuestion, ramp } from './support';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const tensor = (name: string, datatype: Datatype, shape: number[], data: TensorData): Tensor => ({
  name,
  datatype,
  shape,
  data,
});

/** What came in an inference request, in either form. */
function inputsOf(server: PlayedServer): Map<string, Tensor> {
  const request = server.requests.filter(({ path }) => path.endsWith('/infer')).at(-1);
  if (!request) throw new Error('no question came');
  const { headers, body } = request;
  const length = Number(headers['inference-header-content-length'] ?? body.length);
  const { inputs } = JSON.parse(body.toString('utf8', 0, length)) as {
    inputs: {
      name: string;
      datatype: string;
      shape: number[];
      data?: unknown[];
      parameters?: { binary_data_size: number };
    }[];
  };
  let at = length;
  return new Map(
    inputs.map((input) => {
      const size = input.parameters?.binary_data_size;
      const read = readTensor(input, size === undefined ? undefined : body.subarray(at, (at += size)));
      if (typeof read === 'string') throw new Error(read);
      return [input.name, read];
    }),
  );
}

const allInputs = ['image', 'text', 'task', 'points', 'point_labels', 'boxes', 'history'];
/** A server of whole tasks. @param inputs those that it lists */
async function whole(
  outputs: readonly Tensor[],
  { inputs = allInputs, binary = true, tasks = ['segment', 'ground', 'ask', 'refer', 'describe'] } = {},
) {
  const answer: Play = ({ path, headers }, response) => {
    if (path === '/v2/models/lisa')
      return sendJson(response, {
        name: 'lisa',
        inputs: inputs.map((name) => ({ name, datatype: 'FP32', shape: [-1] })),
        outputs: [],
      });
    if (!binary) {
      if (headers['inference-header-content-length'])
        return void response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal Server Error');
      return sendJson(response, { outputs: outputs.map((each) => ({ ...each, data: tensorValues(each) })) });
    }
    const parts = outputs.map(tensorBytes);
    const described = outputs.map(({ name, datatype, shape }, i) => ({
      name,
      datatype,
      shape,
      parameters: { binary_data_size: parts[i]?.length },
    }));
    const json = Buffer.from(JSON.stringify({ outputs: described }));
    response
      .writeHead(200, { 'Inference-Header-Content-Length': String(json.length) })
      .end(Buffer.concat([json, ...parts]));
  };
  const server = await playServer(answer);
  open.push(server.close);
  const model = await modelOf({
    protocol: 'open-inference',
    models: { task: 'lisa' },
    tasks,
    url: server.url,
  });
  open.push(() => model.close());
  return { server, model };
}

const picture = ramp(8, 4);
const square = new Uint8Array(32).fill(1, 0, 4);
const run = newRun;

describe('whole tasks', () => {
  it('answer with masks for each [SEG], and leave one without a mask as it is', async () => {
    const masks = new Uint8Array([...square, ...new Uint8Array(32)]);
    const { server, model } = await whole([
      tensor('text', 'BYTES', [1], ['Sure, 猫 is [SEG] and [SEG].']),
      tensor('masks', 'UINT8', [2, 4, 8], masks),
      tensor('scores', 'FP32', [2], Float32Array.of(0.5, 2)),
      tensor('labels', 'BYTES', [2], ['cat', '']),
    ]);
    const answer = await model.answer?.(
      picture,
      { ...noQuestion, text: 'Where?', history: [{ question: 'q', answer: 'a', asked: [] }] },
      run(),
    );
    expect(answer).toEqual({
      text: 'Sure, 猫 is [1] and [SEG].',
      found: [
        {
          label: 'cat',
          score: 0.5,
          mask: encodeRle({ width: 8, height: 4, data: square }),
          spans: [{ start: 11, end: 14 }],
        },
      ],
    });
    const inputs = inputsOf(server);
    expect([...inputs.keys()]).toEqual([
      'image',
      'text',
      'task',
      'points',
      'point_labels',
      'boxes',
      'history',
    ]);
    expect(inputs.get('image')).toMatchObject({ datatype: 'UINT8', shape: [4, 8, 3], data: picture.data });
    expect(inputs.get('task')?.data).toEqual(['ask']);
    expect(inputs.get('history')?.data).toEqual(['q', 'a']);
    expect(inputs.get('boxes')?.shape).toEqual([0, 4]);
  });

  it('answer in JSON where a server does not read bytes, which is remembered', async () => {
    const { server, model } = await whole([tensor('boxes', 'FP32', [1, 4], Float32Array.of(1, 1, 5, 3))], {
      binary: false,
    });
    for (let i = 0; i < 2; i++)
      expect(await model.ground?.(picture, 'a cat', run())).toEqual({ found: [{ box: [1, 1, 5, 3] }] });
    expect(server.requests.map(({ path }) => path.split('/').at(-1))).toEqual([
      'lisa',
      'infer',
      'infer',
      'infer',
    ]);
    expect(inputsOf(server).get('text')?.data).toEqual(['a cat']);
  });

  it('take clicks and boxes, and give masks of the whole picture back', async () => {
    const large = ramp(4096, 16);
    const data = new Uint8Array(2048 * 8).fill(1, 0, 10);
    const { server, model } = await whole([tensor('masks', 'BOOL', [1, 8, 2048], data)]);
    const prompts = {
      points: [{ point: [10, 4] as [number, number], label: 1 as const }],
      strokes: [],
      box: [0, 0, 20, 16] as [number, number, number, number],
    };
    const found = await model.segmenter?.segment(large, prompts, run(), run().stopwatch, {
      candidates: true,
    });
    const mask = decodeRle(found?.mask ?? { size: [0, 0], counts: '' });
    expect([mask.width, mask.height]).toEqual([4096, 16]);
    expect(mask.data.reduce((sum, value) => sum + value, 0)).toBe(40);
    const inputs = inputsOf(server);
    expect(inputs.get('points')?.data).toEqual(Float32Array.of(5, 2));
    expect(inputs.get('point_labels')?.data).toEqual(BigInt64Array.of(1n));
    expect(inputs.get('boxes')?.data).toEqual(Float32Array.of(0, 0, 10, 8));
  });

  it('may say which words are about which region, and that they refuse', async () => {
    const { model } = await whole([
      tensor('text', 'BYTES', [1], ['😀 a cat']),
      tensor('boxes', 'FP32', [1, 4], Float32Array.of(1, 1, 5, 3)),
      tensor('spans', 'INT64', [2, 3], BigInt64Array.of(4n, 7n, 0n, 0n, 99n, 0n)),
      tensor('refused', 'BOOL', [1], Uint8Array.of(1)),
    ]);
    const { text = '', found = [], refused } = (await model.answer?.(picture, noQuestion, run())) ?? {};
    expect(found[0]?.spans.map(({ start, end }) => text.slice(start, end))).toEqual(['cat']);
    expect(refused).toBe(true);
  });

  it('are not sent places that they do not take', async () => {
    const { model, server } = await whole([], { inputs: ['image', 'text'] });
    const asked = [
      {
        name: 'Region 1',
        geometry: { type: 'box' as const, box: [0, 0, 2, 2] as [number, number, number, number] },
        spans: [],
      },
    ];
    await expect(model.answer?.(picture, { ...noQuestion, asked }, run())).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('no input “boxes”'),
    });
    await model.answer?.(picture, noQuestion, run());
    expect([...inputsOf(server).keys()]).toEqual(['image', 'text']);
  });

  it.each([
    [
      'masks of another size',
      [tensor('masks', 'UINT8', [1, 2, 2], new Uint8Array(4))],
      'UINT8 [1, 2, 2] where UINT8 [K, 4, 8]',
    ],
    [
      'numbers that do not go together',
      [tensor('boxes', 'FP32', [1, 4], new Float32Array(4)), tensor('labels', 'BYTES', [2], ['a', 'b'])],
      'are 1, 2 in number',
    ],
    [
      'text that is none',
      [tensor('text', 'FP32', [1], Float32Array.of(1))],
      '"text" is FP32 [1] where BYTES',
    ],
    ['boxes of three', [tensor('boxes', 'FP32', [1, 3], new Float32Array(3))], 'FP32 [1, 3] where [K, 4]'],
  ])('that answer with %s are told', async (_, outputs, words) => {
    const { model } = await whole(outputs);
    await expect(model.ground?.(picture, 'x', run())).rejects.toMatchObject({
      code: 'bad-server',
      message: expect.stringContaining(words),
    });
  });

  it.each([
    [
      'a cut answer',
      { outputs: [{ name: 'boxes', datatype: 'FP32', shape: [1, 4], parameters: { binary_data_size: 16 } }] },
      'ends in the middle',
    ],
    [
      'too few values',
      { outputs: [{ name: 'boxes', datatype: 'FP32', shape: [1, 4], data: [1, 2] }] },
      '2 values where [1, 4] need 4',
    ],
    [
      'an unknown datatype',
      { outputs: [{ name: 'boxes', datatype: 'BF16', shape: [1], data: [1] }] },
      'datatype BF16',
    ],
    ['something else', { hello: 1 }, 'outputs'],
  ])('that answer with %s are told', async (_, body, words) => {
    const server = await playServer((_, response) => sendJson(response, body));
    open.push(server.close);
    const model = await modelOf({
      protocol: 'open-inference',
      models: { task: 'lisa' },
      tasks: ['ground'],
      url: server.url,
    });
    open.push(() => model.close());
    await expect(model.ground?.(picture, 'x', run())).rejects.toMatchObject({
      code: 'bad-server',
      message: expect.stringContaining(words),
    });
  });

  it('need a model or a pack in the settings', async () => {
    await expect(
      modelOf({ protocol: 'open-inference', models: {}, url: 'http://localhost' }),
    ).rejects.toMatchObject({ code: 'invalid-params' });
  });
});

describe('tensors', () => {
  const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 });
  const whole = (bits: number) => fc.array(fc.integer({ min: 0, max: 2 ** bits - 1 }), { maxLength: 20 });
  const kinds: [Datatype, fc.Arbitrary<TensorData>][] = [
    ['FP32', floats.map((values) => Float32Array.from(values))],
    [
      'FP64',
      fc
        .array(fc.double({ noNaN: true, noDefaultInfinity: true }))
        .map((values) => Float64Array.from(values)),
    ],
    ['UINT8', whole(8).map((values) => Uint8Array.from(values))],
    ['BOOL', whole(1).map((values) => Uint8Array.from(values))],
    ['INT32', fc.array(fc.integer()).map((values) => Int32Array.from(values))],
    ['INT64', fc.array(fc.maxSafeInteger()).map((values) => BigInt64Array.from(values, BigInt))],
    [
      'FP16',
      whole(15).map((values) => Uint16Array.from(values.filter((bits) => (bits & 0x7c00) !== 0x7c00))),
    ],
    ['BYTES', fc.array(fc.string({ unit: 'grapheme' }))],
  ];

  it.each(kinds)('of %s come back as they went, as bytes and in JSON', (datatype, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (data) => {
        const sent = tensor('x', datatype, [data.length], data);
        // Behind JSON bytes begin anywhere.
        const bytes = Buffer.concat([Buffer.from('x'), tensorBytes(sent)]).subarray(1);
        expect(readTensor({ name: 'x', datatype, shape: [data.length] }, bytes)).toEqual(sent);
        const json = JSON.parse(JSON.stringify(tensorValues(sent))) as unknown[];
        expect(normal(readTensor({ name: 'x', datatype, shape: [data.length], data: json }))).toEqual(
          normal(sent),
        );
      }),
    );
  });

  /** JSON has no -0. */
  const normal = (read: Tensor | string) =>
    typeof read === 'string' || !(read.data instanceof Float32Array || read.data instanceof Float64Array)
      ? read
      : { ...read, data: read.data.map((value) => value + 0) };

  it('that are nested, or cut, are read or refused', () => {
    expect(
      readTensor({
        name: 'x',
        datatype: 'INT32',
        shape: [2, 2],
        data: [
          [1, 2],
          [3, 4],
        ],
      }),
    ).toMatchObject({ data: Int32Array.of(1, 2, 3, 4) });
    expect(readTensor({ name: 'x', datatype: 'BYTES', shape: [1] }, Buffer.from([9, 0, 0, 0, 65]))).toContain(
      'a text is cut',
    );
    expect(readTensor({ name: 'x', datatype: 'FP32', shape: [2] }, Buffer.alloc(7))).toContain(
      '7 bytes where [2] of FP32 need 8',
    );
    expect(readTensor({ name: 'x', datatype: 'FP32', shape: [1], data: ['a'] })).toContain('holds no FP32');
  });
});
