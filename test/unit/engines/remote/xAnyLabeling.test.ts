import { afterEach, describe, expect, it } from 'vitest';
import { stateOf } from '../../../../src/inference/engines/remote/check';
import { rleArea, rleBox } from '../../../../src/protocol/rle';
import { serverSchema } from '../../../../src/protocol/servers';
import { playServer, sendJson, type PlayedServer } from '../../../support/servers/played';
import { modelOf, newRun, noQuestion, ramp, servicesWith } from './support';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const models = {
  sam: {
    display_name: 'SAM',
    widgets: [{ name: 'button_add_point' }, { name: 'button_add_rect' }],
    params: {},
  },
  dino: { display_name: 'Grounding DINO', widgets: [{ name: 'edit_text' }, { name: 'button_send' }] },
  boxes: { display_name: 'SAM 3', widgets: [{ name: 'add_pos_rect' }] },
  yolo: { display_name: 'YOLO', widgets: [{ name: 'button_run' }] },
};
type Predicted = { shapes?: unknown[]; description?: string; replace?: boolean };

/** Plays the server's contract: a token, a list of models, failures with the status of success. */
async function play(
  answer: (body: Record<string, unknown>) => Predicted | { status: number; body: unknown },
): Promise<PlayedServer> {
  const server = await playServer((request, response) => {
    if (request.headers.token !== 'open') return sendJson(response, { detail: 'Invalid token' }, 401);
    if (request.path === '/health') return sendJson(response, { status: 'healthy' });
    if (request.path === '/v1/models') return sendJson(response, { success: true, data: models });
    const body = request.json() as Record<string, unknown>;
    if (!Object.hasOwn(models, String(body.model)))
      return sendJson(response, {
        success: false,
        error: { code: 'MODEL_NOT_FOUND', message: `Model '${String(body.model)}' not found` },
      });
    const told = answer(body);
    if ('status' in told) return sendJson(response, told.body, told.status);
    return sendJson(response, { success: true, data: told });
  });
  open.push(server.close);
  return server;
}
async function modelAt(server: PlayedServer, model: string, settings = {}) {
  const { connect } = await import('../../../../src/inference/engines/remote/open');
  const parsed = serverSchema.parse({
    id: 'lab',
    protocol: 'x-anylabeling',
    url: server.url,
    model,
    retries: 0,
    tasks: ['segment', 'ground', 'ask', 'describe'],
    ...settings,
  });
  const opened = await connect({ server: parsed, token: 'open' }, servicesWith());
  open.push(() => opened.close());
  return opened;
}
const asked = (server: PlayedServer) =>
  server.requests.at(-1)?.json() as { image: string; params: Record<string, unknown> };

const picture = ramp(100, 50);
const shape = (shape_type: string, points: number[][], more = {}) => ({
  label: 'cat',
  shape_type,
  points,
  ...more,
});

describe('X-AnyLabeling-Server', () => {
  it('gets clicks and boxes, and gives a mask', async () => {
    const server = await play(() => ({
      shapes: [
        shape(
          'polygon',
          [
            [10, 10],
            [30, 10],
            [30, 30],
            [10, 30],
          ],
          { label: 'AUTOLABEL_OBJECT', score: 0.9 },
        ),
      ],
    }));
    const model = await modelAt(server, 'sam', { params: { conf_threshold: 0.3 } });
    const prompts = {
      points: [{ point: [20, 20] as [number, number], label: 0 as const }],
      strokes: [],
      box: [5, 5, 40, 40] as [number, number, number, number],
    };
    const found = await model.segmenter?.segment(picture, prompts, newRun(), newRun().stopwatch);
    expect(found && [rleArea(found.mask), found.score]).toEqual([400, 0.9]);
    expect(asked(server)).toMatchObject({
      image: expect.stringMatching(/^data:image\/jpeg;base64,/),
      params: {
        conf_threshold: 0.3,
        marks: [
          { type: 'point', data: [20, 20], label: 0 },
          { type: 'rectangle', data: [5, 5, 40, 40], label: 1 },
        ],
      },
    });
    expect(server.requests[0]?.headers.token).toBe('open');
  });

  it('that finds all that is alike gives the one in the box, or under the click', async () => {
    const square = (x: number) => [
      [x, 10],
      [x + 10, 10],
      [x + 10, 20],
      [x, 20],
      [x, 10],
    ];
    const both = (x: number, score: number) => [
      shape('polygon', square(x), { score }),
      shape('rectangle', square(x).slice(0, 4), { score }),
    ];
    const server = await play(() => ({ shapes: [...both(10, 0.9), ...both(40, 0.8), ...both(70, 0.7)] }));
    const model = await modelAt(server, 'sam');
    const segment = async (prompts: object) => {
      const found = await model.segmenter?.segment(
        picture,
        { points: [], strokes: [], ...prompts },
        newRun(),
        newRun().stopwatch,
      );
      return found && [rleBox(found.mask), found.score];
    };
    expect(await segment({ box: [38, 8, 52, 22] })).toEqual([[40, 10, 50, 20], 0.8]);
    expect(await segment({ points: [{ point: [75, 15], label: 1 }] })).toEqual([[70, 10, 80, 20], 0.7]);
    const dino = await modelAt(server, 'dino');
    expect((await dino.ground?.(picture, 'cats, dogs.', newRun()))?.found).toHaveLength(3);
    expect(asked(server).params).toMatchObject({ text_prompt: 'cats dogs' });
  });

  it('says which of clicks and boxes a model takes', async () => {
    const model = await modelAt(await play(() => ({})), 'boxes');
    const prompts = { points: [{ point: [7, 5] as [number, number], label: 1 as const }], strokes: [] };
    await expect(
      model.segmenter?.segment(picture, prompts, newRun(), newRun().stopwatch),
    ).rejects.toMatchObject({
      message: 'The model “boxes” of “lab” takes boxes and no clicks.',
    });
  });

  it('gets a phrase where a model takes words, and its shapes become places', async () => {
    const server = await play(() => ({
      shapes: [
        shape('rectangle', [
          [10, 10],
          [30, 10],
          [30, 30],
          [10, 30],
        ]),
        shape('rectangle', [
          [1, 2],
          [3, 4],
        ]),
        shape('rotation', [
          [50, 10],
          [60, 20],
          [50, 30],
          [40, 20],
        ]),
        shape('point', [[7, 8]]),
        shape('circle', [
          [50, 25],
          [60, 25],
        ]),
        shape('line', [
          [1, 1],
          [2, 2],
        ]),
        shape('polygon', [
          [1, 1],
          [2, 2],
        ]),
      ],
    }));
    const model = await modelAt(server, 'dino');
    const { found } = (await model.ground?.(picture, 'a cat', newRun())) ?? { found: [] };
    expect(asked(server).params).toMatchObject({ text_prompt: 'a cat' });
    expect(found.map(({ box, point, mask }) => box ?? point ?? (mask && rleBox(mask)))).toEqual([
      [10, 10, 30, 30],
      [1, 2, 3, 4],
      [40, 10, 59, 30],
      [7, 8],
      [40, 15, 60, 35],
    ]);
  });

  it('with classes finds those that a phrase names, and all there is', async () => {
    const server = await play(() => ({
      shapes: [
        shape('rectangle', [
          [1, 2],
          [3, 4],
        ]),
        shape(
          'rectangle',
          [
            [5, 6],
            [7, 8],
          ],
          { label: 'dog' },
        ),
      ],
    }));
    const model = await modelAt(server, 'yolo');
    expect((await model.ground?.(picture, 'Cats', newRun()))?.found).toHaveLength(1);
    expect(await model.ground?.(picture, 'a horse', newRun())).toEqual({
      found: [],
      text: 'lab names classes, not phrases. It found no “a horse”, but cat, dog.',
    });
    expect((await model.everything?.(picture, newRun()))?.found).toHaveLength(2);
    await expect(
      model.segmenter?.segment(
        picture,
        { points: [], strokes: [], box: [1, 1, 5, 5] },
        newRun(),
        newRun().stopwatch,
      ),
    ).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('takes neither clicks nor boxes'),
    });
  });

  it('answers questions with a description', async () => {
    const server = await play(() => ({ description: 'A cat.', shapes: [] }));
    const model = await modelAt(server, 'dino');
    expect(await model.answer?.(picture, { ...noQuestion, text: 'What?' }, newRun())).toEqual({
      text: 'A cat.',
      found: [],
    });
  });

  it.each([
    [
      'INVALID_IMAGE',
      { status: 200, body: { success: false, error: { code: 'INVALID_IMAGE', message: 'cannot decode' } } },
      'cannot read the picture: “cannot decode”',
    ],
    [
      'INFERENCE_ERROR',
      { status: 200, body: { success: false, error: { code: 'INFERENCE_ERROR', message: 'boom' } } },
      'could not answer (INFERENCE_ERROR): “boom”',
    ],
    [
      'a wrong token, told with the status of success',
      {
        status: 200,
        body: { success: false, error: { code: 'UNAUTHORIZED', message: 'Invalid or missing API Key' } },
      },
      'wants another access token',
    ],
    [
      'a schema',
      { status: 422, body: { detail: [{ loc: ['body', 'image'], msg: 'Field required' }] } },
      '(422): “body.image: Field required”',
    ],
    [
      'a full queue',
      { status: 503, body: { detail: 'Queue is full' } },
      'is busy or not ready (503): “Queue is full”',
    ],
    ['something else', { status: 200, body: { success: true } }, 'cannot be used'],
  ])('that fails with %s is told', async (_, told, words) => {
    const model = await modelAt(await play(() => told), 'dino');
    await expect(model.ground?.(picture, 'x', newRun())).rejects.toMatchObject({
      message: expect.stringContaining(words),
    });
  });

  it('without the model is told what it has, and without a token what it wants', async () => {
    const server = await play(() => ({}));
    const model = await modelAt(server, 'florence');
    await expect(model.ground?.(picture, 'x', newRun())).rejects.toMatchObject({
      message: expect.stringContaining('it has “sam”, “dino”, “boxes”, “yolo”'),
    });
    const closed = await modelOf({ protocol: 'x-anylabeling', url: server.url, model: 'sam' });
    await expect(closed.ground?.(picture, 'x', newRun())).rejects.toMatchObject({ code: 'unauthorized' });
    await closed.close();
  });
});

describe('the health check', () => {
  const check = (settings: object, token?: string) =>
    stateOf(
      { server: serverSchema.parse({ id: 'lab', ...settings }), ...(token && { token }) },
      servicesWith(),
      new AbortController().signal,
    );

  it('tells what is there, what is missing and what is wrong', async () => {
    const server = await play(() => ({}));
    const settings = { protocol: 'x-anylabeling', url: server.url };
    expect(await check({ ...settings, model: 'sam' }, 'open')).toEqual({
      ok: true,
      models: ['sam', 'dino', 'boxes', 'yolo'],
      message: '“lab” is there and has “sam”.',
    });
    expect(await check({ ...settings, model: 'x' }, 'open')).toMatchObject({
      ok: false,
      message: expect.stringContaining('has no model named “x”'),
    });
    expect(await check({ ...settings, model: 'sam' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('Set Access Token'),
    });
    await server.close();
    expect(await check({ ...settings, model: 'sam' })).toMatchObject({
      ok: false,
      message: expect.stringContaining('nothing listens there'),
    });
  });

  it('accepts chat servers that list nothing', async () => {
    const server = await playServer((_, response) => sendJson(response, { error: 'x' }, 500));
    open.push(server.close);
    expect(await check({ protocol: 'openai-chat', url: server.url, model: 'm' })).toMatchObject({ ok: true });
    expect(await check({ protocol: 'editor-model', model: 'm' })).toMatchObject({ ok: false });
  });
});
