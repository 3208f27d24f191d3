/** The tools for chat agents with a fake editor and played models: what they say, ask, refuse and keep. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as vscodeTypes from 'vscode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InferenceApi } from '../../../src/annotate/inferenceApi';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { TaskResult } from '../../../src/protocol/inference';
import type { PackSummary } from '../../../src/protocol/packs';
import { encodeRle } from '../../../src/protocol/rle';
import { AgentTools, type AgentToolServices } from '../../../src/views/agents/agentTools';
import { agentTools, contributedTools, type AgentToolName } from '../../../src/views/agents/toolList';
import { agentToolNames } from '../../../src/views/agents/toolNames';
import { CancellationTokenSource, fake } from '../../support/fakeVscode';

vi.mock('vscode', () => import('../../support/fakeVscode'));

const size = { width: 100, height: 80 };
const timings = { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 1 };
const square = (() => {
  const data = new Uint8Array(size.width * size.height);
  for (let y = 10; y < 30; y++) data.fill(1, y * size.width + 20, y * size.width + 60);
  return { mask: encodeRle({ ...size, data }), box: [20, 10, 60, 30] as [number, number, number, number] };
})();
const resultOf = (more: Partial<TaskResult>): TaskResult => ({
  image: size,
  pack: { id: 'reader', version: '1' },
  regions: [],
  timings,
  ...more,
});

let root: string;
let workspace: string;
/** What was asked, by channel. */
let asked: [channel: string, params: Record<string, unknown>][];
let answers: Record<string, (params: Record<string, unknown>, signal?: AbortSignal) => unknown>;
let services: AgentToolServices;
let tools: AgentTools;

const pack = (id: string, folder: string, tasks: PackSummary['tasks']): PackSummary => ({
  id,
  folder,
  tasks,
  version: '1',
  title: id,
  description: '',
  prompts: [],
  returns: [],
  license: 'Apache-2.0',
  source: '',
  card: '',
  bytes: 0,
  state: 'ready',
});

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'groundnote-tools-'));
  workspace = path.join(root, 'notes');
  await mkdir(path.join(workspace, 'figures'), { recursive: true });
  await writeFile(path.join(workspace, 'figures/a.png'), 'x');
  await writeFile(path.join(workspace, 'notes.md'), 'x');
  await writeFile(path.join(root, 'outside.png'), 'x');
  Object.assign(fake, { folders: [workspace], isTrusted: true, found: [] });
  asked = [];
  answers = {
    imageInfo: () => ({ ...size, format: 'png', displayable: true, large: false }),
    renderOverlay: () => ({ png: new Uint8Array([1, 2, 3]) }),
    segment: () =>
      resultOf({ regions: [{ id: '1', score: 0.9, ...square }], pack: { id: 'sam', version: '1' } }),
    listPacks: () => ({
      packs: [
        pack('sam', '/ext/models/sam', ['segment']),
        pack('reader', '/ext/models/reader', ['ground', 'ask', 'refer']),
        pack('captions', '/store/captions', ['describe']),
      ],
    }),
  };
  const inference = {
    request: async (
      { name }: { name: string },
      params: Record<string, unknown>,
      options?: { signal?: AbortSignal },
    ) => {
      asked.push([name, params]);
      const answer = answers[name];
      if (!answer) throw new Error(`Nothing plays "${name}".`);
      return answer(params, options?.signal);
    },
  } as unknown as InferenceApi;
  services = {
    inference,
    open: { documentOf: () => undefined, hasDraft: () => Promise.resolve(false) },
    configuration: () => Promise.resolve({ servers: [], defaults: {} }),
    embeddedPacks: '/ext/models',
    log: { info: () => {}, warn: () => {} } as unknown as vscodeTypes.LogOutputChannel,
  };
  tools = new AgentTools(services);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const token = () => new CancellationTokenSource().token as unknown as vscodeTypes.CancellationToken;
/** The parts of an answer: its JSON, and the picture. */
async function call(name: AgentToolName, input: object, more: object = {}) {
  const { content } = await tools.invoke(name, { input, ...more }, token());
  const [text, picture] = content as [{ value: string }, { data: Uint8Array; mimeType: string } | undefined];
  return { json: JSON.parse(text.value) as Record<string, unknown>, text: text.value, picture };
}
const paramsOf = (channel: string) => asked.filter(([name]) => name === channel).map(([, params]) => params);
const image = 'figures/a.png';

describe('what package.json says of the tools', () => {
  it('is what they parse', async () => {
    const json = JSON.parse(await readFile(path.resolve('package.json'), 'utf8')) as {
      contributes: { languageModelTools: unknown };
    };
    expect(json.contributes.languageModelTools).toEqual(JSON.parse(JSON.stringify(contributedTools())));
    expect(agentToolNames.sort()).toEqual(Object.keys(agentTools).sort());
  });

  it('keeps to what chat models take: a flat object, no alternatives, no references', () => {
    for (const { name, inputSchema, modelDescription, icon, toolReferenceName } of contributedTools()) {
      const text = JSON.stringify(inputSchema);
      expect(text, name).not.toMatch(/"(?:anyOf|oneOf|allOf|\$ref|prefixItems)"/);
      expect(inputSchema, name).toMatchObject({
        type: 'object',
        required: expect.arrayContaining(['image']),
      });
      expect(name).toMatch(/^groundnote_[a-z_]+$/);
      expect(modelDescription.length, name).toBeGreaterThan(80);
      expect(icon).toMatch(/^\$\([a-z-]+\)$/);
      expect(toolReferenceName).toMatch(/^[a-zA-Z]+$/);
    }
  });
});

describe('segmenting', () => {
  it('asks once for each object, and tells boxes, areas and shares', async () => {
    const { json, picture } = await call('groundnote_segment', {
      image,
      objects: [
        { box: [10, 5, 70, 35], label: 'lid' },
        { points: [[40, 20]], away: [[90, 70]] },
      ],
    });
    expect(paramsOf('segment').map(({ prompts }) => prompts)).toEqual([
      [{ type: 'box', box: [10, 5, 70, 35] }],
      [
        { type: 'point', point: [40, 20], label: 1 },
        { type: 'point', point: [90, 70], label: 0 },
      ],
    ]);
    expect(json.regions).toEqual([
      { id: '1', label: 'lid', score: 0.9, box: [20, 10, 60, 30], area: 800, share: 0.1 },
      { id: '2', score: 0.9, box: [20, 10, 60, 30], area: 800, share: 0.1 },
    ]);
    expect(json).toMatchObject({ image: { path: image, ...size }, by: ['sam 1'] });
    expect(picture).toMatchObject({ mimeType: 'image/png', data: new Uint8Array([1, 2, 3]) });
    expect(paramsOf('renderOverlay')[0]).toMatchObject({
      maxSide: 1024,
      regions: [{ label: '1 lid' }, { label: '2' }],
    });
  });

  it('says which object is not there, and segments everything where none is named', async () => {
    answers.segment = () => resultOf({ regions: [] });
    const { json, picture } = await call('groundnote_segment', { image, objects: [{ points: [[1, 1]] }] });
    expect(json).toMatchObject({
      regions: [],
      notes: [expect.stringMatching(/^object 1: the model sees no thing there/)],
    });
    expect(picture).toBeUndefined();
    answers.everything = () =>
      resultOf({
        regions: [
          { id: '1', ...square },
          { id: '2', ...square },
        ],
      });
    expect((await call('groundnote_segment', { image })).json.regions).toHaveLength(2);
  });

  it('cuts boxes off at the edge, and says what is wrong with places outside', async () => {
    await call('groundnote_segment', { image, objects: [{ box: [50, 40, 101, 81] }] });
    expect(paramsOf('segment')[0]?.prompts).toEqual([{ type: 'box', box: [50, 40, 100, 80] }]);
    const outside = call('groundnote_segment', {
      image,
      objects: [{ points: [[10, 10]] }, { points: [[500, 10]] }],
    });
    await expect(outside).rejects.toThrow(
      /\[500, 10\] of object 2 lies outside the picture, which is 100 × 80 pixels\. Correct/,
    );
    await expect(call('groundnote_segment', { image, objects: [{ box: [60, 10, 20, 30] }] })).rejects.toThrow(
      /has no area.*\[left, top, right, bottom\]/,
    );
    expect(paramsOf('segment')).toHaveLength(1);
  });

  it('says what is wrong with an input', async () => {
    await expect(call('groundnote_segment', { image, objects: [{ label: 'x' }] })).rejects.toThrow(
      /^Wrong input: objects\[0\]: an object needs a point on it, a box or a stroke/,
    );
    await expect(call('groundnote_ground', { image })).rejects.toThrow(/phrase/);
    await expect(
      call('groundnote_refer', { image, regions: [{ box: [1, 1, 2, 2], point: [1, 1] }] }),
    ).rejects.toThrow(/exactly one of/);
  });
});

describe('finding, asking and reading', () => {
  it('gives a refusal with its reason, and no picture', async () => {
    answers.ground = () => resultOf({ refused: true, text: '"cat" is not written in this picture.' });
    const { json, picture } = await call('groundnote_ground', { image, phrase: 'cat' });
    expect(json).toMatchObject({
      refused: true,
      answer: '"cat" is not written in this picture.',
      regions: [],
    });
    expect(picture).toBeUndefined();
  });

  it('says which words of an answer are about which regions', async () => {
    answers.ask = () =>
      resultOf({
        text: '"Decoder" is at the right.',
        spans: [{ start: 1, end: 8, regions: ['1'] }],
        regions: [{ id: '1', label: 'Decoder', box: [1.2, 2, 30, 40] }],
      });
    const { json } = await call('groundnote_ask', {
      image,
      question: 'Where is the decoder?',
      earlier: [{ question: 'What is written?', answer: 'Decoder' }],
    });
    expect(json.mentions).toEqual([{ words: 'Decoder', regions: ['1'] }]);
    expect(json.regions).toEqual([{ id: '1', label: 'Decoder', box: [1, 2, 30, 40], outline: 'box only' }]);
    expect(paramsOf('ask')[0]).toMatchObject({
      question: { text: 'Where is the decoder?' },
      history: [{ question: { text: 'What is written?' }, answer: { text: 'Decoder' } }],
    });
  });

  it('knows saved regions by their label, and names those that are there', async () => {
    answers.refer = () => resultOf({ text: 'It says "x".' });
    await writeFile(
      path.join(workspace, 'figures/a.json'),
      JSON.stringify({
        version: '5.5.0',
        flags: {},
        imagePath: 'a.png',
        imageData: null,
        imageHeight: 80,
        imageWidth: 100,
        shapes: [
          {
            label: 'Lid',
            shape_type: 'rectangle',
            points: [
              [1, 2],
              [30, 40],
            ],
            group_id: null,
            flags: {},
          },
        ],
      }),
    );
    await call('groundnote_refer', {
      image,
      regions: [{ saved: 'lid' }, { point: [5, 6] }],
      question: 'What is this?',
    });
    expect(paramsOf('refer')[0]).toMatchObject({
      question: { text: 'What is this?' },
      asked: [
        { id: 'r1', name: 'Lid', geometry: { type: 'box', box: [1, 2, 30, 40] } },
        { id: 'r2', name: 'Region 2', geometry: { type: 'point', point: [5, 6] } },
      ],
    });
    await expect(call('groundnote_refer', { image, regions: [{ saved: 'cup' }] })).rejects.toThrow(
      'The picture has no region "cup". Its regions are called "Lid".',
    );
  });

  it('reads a figure as JSON, and as much of it as the model can take', async () => {
    const labels = Array.from({ length: 40 }, (_, i) => ({
      id: `t${i + 1}`,
      text: `label ${i + 1}`,
      box: [i, i, i + 10, i + 5],
      confidence: 0.9,
      shape: `s${i + 1}`,
    }));
    const shapes = labels.map(({ box }, i) => ({
      id: `s${i + 1}`,
      kind: 'rectangle',
      box,
      title: `t${i + 1}`,
    }));
    answers.readFigure = () => ({
      image: size,
      pack: { id: 'reader', version: '1' },
      labels,
      shapes,
      timings,
    });
    const whole = await call('groundnote_read_figure', { image });
    expect(whole.json.labels).toHaveLength(40);
    expect(whole.picture).toBeDefined();
    const limits = { tokenBudget: 500, countTokens: (text: string) => Promise.resolve(text.length / 4) };
    const { json, text } = await call(
      'groundnote_read_figure',
      { image, overlay: false },
      { tokenizationOptions: limits },
    );
    expect(text.length / 4).toBeLessThanOrEqual(500);
    const told = (json.labels as unknown[]).length;
    expect(told).toBeGreaterThan(3);
    expect(json).toMatchObject({ labels_left_out: 40 - told });
    expect(json.shapes).toHaveLength(told);
  });

  it('describes only with what can, and names it when nothing does by itself', async () => {
    answers.describe = () => resultOf({ text: 'A cat.', pack: { id: 'captions', version: '1' } });
    expect((await call('groundnote_describe', { image, pack: 'captions' })).json.answer).toBe('A cat.');
    answers.describe = () => {
      throw new GroundnoteError('no-pack', 'No pack on this machine can do the task "describe".');
    };
    await expect(call('groundnote_describe', { image })).rejects.toThrow(
      'These can: "captions"; give one of them as "pack".',
    );
  });

  it('is whole without a picture where the editor has none, or where drawing fails', async () => {
    answers.renderOverlay = () => {
      throw new GroundnoteError('internal', 'broken');
    };
    const { json, picture } = await call('groundnote_segment', { image, objects: [{ points: [[40, 20]] }] });
    expect(json.regions).toHaveLength(1);
    expect(picture).toBeUndefined();
  });
});

describe('which file', () => {
  const opened = async (file: string) => {
    await call('groundnote_segment', { image: file, objects: [{ points: [[40, 20]] }] });
    return paramsOf('segment').at(-1)?.image;
  };
  it('may be absolute, relative, a file address, or begin with the folder', async () => {
    const file = { path: path.join(workspace, image) };
    for (const each of [
      image,
      `./${image}`,
      `notes/${image}`,
      file.path,
      `file://${file.path}`,
      'figures\\a.png',
    ])
      expect(await opened(each), each).toEqual(file);
    expect(await opened(path.join(root, 'outside.png'))).toEqual({ path: path.join(root, 'outside.png') });
  });

  it('must be an image that is there', async () => {
    fake.found = [path.join(workspace, image)];
    await expect(opened('a.png')).rejects.toThrow(
      'There is no image file "a.png". Did you mean "figures/a.png"?',
    );
    fake.found = [];
    await expect(opened('b.png')).rejects.toThrow(/Give its absolute path/);
    await expect(opened('notes.md')).rejects.toThrow(
      /"notes\.md" is not an image file\. Image files end in png/,
    );
    await expect(opened('https://example.org/a.png')).rejects.toThrow(/not on this machine/);
    await mkdir(path.join(workspace, 'folder.png'));
    await expect(opened('folder.png')).rejects.toThrow(/There is no image file/);
  });
});

describe('keeping regions', () => {
  const save = (more: object = {}) =>
    call('groundnote_segment', {
      image,
      objects: [{ points: [[40, 20]], label: 'lid' }],
      save: true,
      ...more,
    });
  const sidecar = () => path.join(workspace, 'figures/a.json');

  it('writes the sidecar of a picture that is closed', async () => {
    const { json } = await save();
    expect(json.saved).toMatchObject({ file: 'a.json', state: 'saved', ids: [expect.any(String)] });
    const { shapes } = JSON.parse(await readFile(sidecar(), 'utf8')) as { shapes: { label: string }[] };
    expect(shapes.map(({ label }) => label)).toEqual(['lid']);
    await save();
    const again = JSON.parse(await readFile(sidecar(), 'utf8')) as { shapes: unknown[] };
    expect(again.shapes).toHaveLength(2);
  });

  it('never touches a broken sidecar, and gives the regions all the same', async () => {
    await writeFile(sidecar(), '{ broken');
    const { json } = await save();
    expect(json.saved).toEqual({ problem: expect.stringMatching(/^Nothing was saved: a\.json is not used/) });
    expect(json.regions).toHaveLength(1);
    expect(await readFile(sidecar(), 'utf8')).toBe('{ broken');
  });

  it('leaves a picture alone that has unsaved regions from before', async () => {
    services.open.hasDraft = () => Promise.resolve(true);
    expect((await save()).json.saved).toEqual({
      problem: expect.stringContaining('unsaved regions from before'),
    });
  });

  it('is one undo step in a panel that is open', async () => {
    const apply = vi.fn();
    services.open.documentOf = () =>
      ({ session: { annotations: [], problem: undefined }, apply }) as unknown as ReturnType<
        AgentToolServices['open']['documentOf']
      >;
    const { json } = await save();
    expect(json.saved).toMatchObject({ state: expect.stringContaining('can undo') });
    expect(apply).toHaveBeenCalledOnce();
    expect(apply.mock.calls[0]?.[0]).toMatchObject({ title: 'Segment', put: [{ label: 'lid' }] });
    await expect(readFile(sidecar())).rejects.toThrow();
  });
});

describe('before a tool runs', () => {
  const asks = async (name: AgentToolName, input: object) => {
    const { confirmationMessages } = await tools.prepare(name, input);
    return confirmationMessages && (confirmationMessages.message as vscodeTypes.MarkdownString).value;
  };
  const server = {
    id: 'gpu',
    title: 'GPU [box](http://evil)',
    url: 'http://gpu.example:9000',
    protocol: 'openai-chat' as const,
    model: 'm',
    format: 'auto' as const,
    tasks: ['ask' as const, 'ground' as const],
    max_tokens: 10,
    timeout_s: 1,
    concurrency: 1,
    retries: 0,
  };

  it('the user is told which picture, and that it stays here', async () => {
    const text = await asks('groundnote_ground', { image, phrase: 'a `b` c', save: true });
    expect(text).toContain('Look for `a  b  c` in `figures/a.png`');
    expect(text).toContain('The models run on this machine.');
    expect(text).toContain('`a.json`');
    expect(text).toContain("goes to the chat's language model");
    expect(text).not.toContain('outside');
  });

  it('the user is told of a file outside, with its whole path', async () => {
    const file = path.join(root, 'outside.png');
    const text = await asks('groundnote_segment', { image: file });
    expect(text).toContain(`\`${file}\``);
    expect(text).toContain('outside the workspace');
  });

  it('the user is told of the servers that get the picture: those named, by default, and for masks', async () => {
    services.configuration = () => Promise.resolve({ servers: [server], defaults: { ground: 'gpu' } });
    expect(await asks('groundnote_ground', { image, phrase: 'x' })).toMatch(
      /is sent to\*\* the server “GPU \\\[box\\\]/,
    );
    expect(await asks('groundnote_ask', { image, question: 'x' })).not.toContain('is sent to');
    expect(await asks('groundnote_ask', { image, question: 'x', pack: 'gpu' })).toContain('is sent to');
    services.configuration = () => Promise.resolve({ servers: [server], defaults: { segment: 'gpu' } });
    expect(await asks('groundnote_refer', { image, regions: [{ point: [1, 1] }] })).toContain('is sent to');
    expect(await asks('groundnote_read_figure', { image })).not.toContain('is sent to');
  });

  it('nothing is asked about an input that cannot run', async () => {
    expect(await asks('groundnote_ground', { image })).toBeUndefined();
    expect(await asks('groundnote_ground', { image: 'none.png', phrase: 'x' })).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('in an untrusted workspace', () => {
  beforeEach(() => {
    fake.isTrusted = false;
    answers.ground = () => resultOf({ regions: [{ id: '1', ...square }] });
  });
  it('embedded packs are asked by name, whatever the defaults are', async () => {
    services.configuration = () => Promise.resolve({ servers: [], defaults: { ground: 'captions' } });
    await call('groundnote_ground', { image, phrase: 'x' });
    expect(paramsOf('ground')[0]).toMatchObject({ pack: 'reader', segmenter: 'sam' });
  });
  it('others are refused', async () => {
    await expect(call('groundnote_segment', { image, pack: 'captions' })).rejects.toThrow(
      /untrusted workspace.*"captions"/,
    );
    await expect(call('groundnote_describe', { image })).rejects.toThrow(/none of them can do this/);
    services.configuration = () => Promise.resolve({ servers: [], defaults: { segment: 'captions' } });
    await expect(call('groundnote_ground', { image, phrase: 'x' })).rejects.toThrow(
      /default segmenter "captions"/,
    );
    expect(paramsOf('ground')).toEqual([]);
  });
});

it('is cancelled with its token', async () => {
  const source = new CancellationTokenSource();
  answers.segment = (_, signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new GroundnoteError('cancelled', 'Cancelled.')));
      source.cancel();
    });
  const input = { image, objects: [{ points: [[40, 20]] }] };
  await expect(
    tools.invoke('groundnote_segment', { input }, source.token as unknown as vscodeTypes.CancellationToken),
  ).rejects.toMatchObject({ name: 'Canceled' });
});
