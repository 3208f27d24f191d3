/** The tools for chat agents with the embedded packs, on the sample pictures: as an agent would call them one after the other. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as vscodeTypes from 'vscode';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { InferenceApi } from '../../src/annotate/inferenceApi';
import { quietContext } from '../../src/inference/process/cancel';
import { createRuntime } from '../../src/inference/process/runtime';
import type { FigureReading } from '../../src/protocol/figure';
import type { HandlerContext } from '../../src/protocol/rpc';
import { AgentTools } from '../../src/views/agents/agentTools';
import type { AgentToolName } from '../../src/views/agents/toolList';
import { CancellationTokenSource, fake } from '../support/fakeVscode';
import { layOutPacks } from './embedded';

vi.mock('vscode', () => import('../support/fakeVscode'));

const root = path.resolve(import.meta.dirname, '../..');
const packs = layOutPacks();
const workspace = mkdtempSync(path.join(tmpdir(), 'groundnote-tools-'));
let tools: AgentTools;

beforeAll(() => {
  for (const file of ['figures/lisa-architecture.png', 'photos/cat.jpg'])
    copyFileSync(path.join(root, 'examples', file), path.join(workspace, path.basename(file)));
  fake.folders = [workspace];
  const runtime = createRuntime({ packFolders: [packs.folder], threads: 1 });
  const handlers = runtime as unknown as Record<
    string,
    (params: unknown, context: HandlerContext) => Promise<unknown>
  >;
  const inference: Pick<InferenceApi, 'request'> = {
    request: async (channel, params) => {
      const answer = await handlers[channel.name]?.(channel.params.parse(params), quietContext());
      return channel.result.parse(answer);
    },
  };
  tools = new AgentTools({
    inference,
    open: { documentOf: () => undefined, hasDraft: () => Promise.resolve(false) },
    configuration: () => Promise.resolve({ servers: [], defaults: {} }),
    embeddedPacks: packs.folder,
    log: { info: () => {}, warn: () => {} } as unknown as vscodeTypes.LogOutputChannel,
  });
});
afterAll(() => {
  packs.remove();
  rmSync(workspace, { recursive: true, force: true });
});

interface Told {
  answer?: string;
  refused?: boolean;
  regions: { id: string; label?: string; box: [number, number, number, number]; share?: number }[];
  saved?: { state: string };
}

async function call<T = Told>(name: AgentToolName, input: object): Promise<{ told: T; picture?: Uint8Array }> {
  const token = new CancellationTokenSource().token as unknown as vscodeTypes.CancellationToken;
  const { content } = await tools.invoke(name, { input }, token);
  const [text, picture] = content as [{ value: string }, { data: Uint8Array } | undefined];
  if (process.env.SHOW_ANSWERS) console.log(name, JSON.stringify(input), '\n', text.value);
  return { told: JSON.parse(text.value) as T, ...(picture && { picture: picture.data }) };
}

const figure = 'lisa-architecture.png';

it('reads a figure, finds a label in it, and asks what stands beside it', async () => {
  const { told: reading } = await call<FigureReading>('groundnote_read_figure', { image: figure });
  const label = reading.labels.find(({ text }) => /^decoder$/i.test(text) || /decoder/i.test(text));
  expect(label?.shape).toMatch(/^s\d+$/);
  const { told: found, picture } = await call('groundnote_ground', { image: figure, phrase: label?.text });
  const shape = reading.shapes.find(({ id }) => id === label?.shape);
  expect(found.regions[0]?.box.map(Math.round)).toEqual(shape?.box);
  const { width = 0, height = 0, format } = await sharp(picture).metadata();
  expect(format).toBe('png');
  expect(Math.max(width, height)).toBeLessThanOrEqual(1024);
  const { told: said } = await call('groundnote_refer', { image: figure, regions: [{ box: shape?.box }] });
  expect(said.answer).toContain(label?.text);
  const { told: beside } = await call('groundnote_ask', { image: figure, question: `What is left of "${label?.text}"?` });
  expect(beside.answer).toMatch(/^Left of/);
});

it('cuts a thing out of a photo and keeps it', async () => {
  const input = { image: 'cat.jpg', objects: [{ box: [60, 20, 400, 290], label: 'cat' }], save: true };
  const { told } = await call('groundnote_segment', input);
  expect(told.regions[0]?.share).toBeGreaterThan(0.1);
  expect(told.saved?.state).toBe('saved');
  const { shapes } = JSON.parse(await readFile(path.join(workspace, 'cat.json'), 'utf8')) as {
    shapes: { label: string }[];
  };
  expect(shapes[0]?.label).toBe('cat');
  const { told: refused } = await call('groundnote_refer', { image: 'cat.jpg', regions: [{ saved: 'cat' }] });
  expect(refused).toMatchObject({ refused: true, regions: [] });
});

it('says of a photo that the packs here describe figures only', async () => {
  const { told } = await call('groundnote_describe', { image: 'cat.jpg' });
  expect(told).toMatchObject({ refused: true });
  expect(JSON.stringify(told)).toContain('Models view');
});
