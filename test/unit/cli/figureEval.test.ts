/** The numbers of `eval ground`, `ask` and `refer`, on answers whose worth is known, with a pack that is played. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chosenName, firstNumber, says, tokenF1, yesOrNo } from '../../../src/cli/eval/answers';
import { runEvalFigures } from '../../../src/cli/eval/figureCommand';
import { scoreRow, summarizeFigures, type Outcome, type RowScore } from '../../../src/cli/eval/figureEval';
import { figureRowSchema, rowIsFor, type FigureRow } from '../../../src/cli/eval/figureIndex';
import type { CliIo } from '../../../src/cli/io';
import type { Box } from '../../../src/protocol/geometry';
import type { AskParams, TaskResult } from '../../../src/protocol/inference';
import { encodeRle, type Mask } from '../../../src/protocol/rle';

const row = (more: Partial<FigureRow>): FigureRow =>
  figureRowSchema.parse({ image: 'a.png', text: 'the box', ...more });
const size = { width: 20, height: 10 };
const outcome = (boxes: Box[], more: Partial<NonNullable<Outcome>> = {}): NonNullable<Outcome> => ({
  image: size,
  regions: boxes.map((box, i) => ({ id: `r${i}`, box })),
  ...more,
});
const a: Box = [0, 0, 4, 4];
const b: Box = [10, 0, 14, 4];

describe('regions', () => {
  it('are measured as the union of their boxes', () => {
    const score = scoreRow(row({ boxes: [a] }), outcome([[0, 0, 4, 2]]));
    expect(score).toMatchObject({ iou: 0.5, intersection: 8, union: 16, right: true, recall1: true });
    expect(scoreRow(row({ boxes: [a, b] }), outcome([a]))).toMatchObject({ iou: 0.5, exact: false });
    expect(scoreRow(row({ boxes: [a, b] }), outcome([b, a]))).toMatchObject({ iou: 1, exact: true });
  });
  it('may be another set that is as right', () => {
    expect(scoreRow(row({ boxes: [a], also: [[b]] }), outcome([b]))).toMatchObject({ iou: 1, exact: true });
  });
  it('are not found by boxes where a mask is meant', () => {
    const data = new Uint8Array(200);
    for (let x = 0; x < 20; x++) data[x] = 1;
    const truth: Mask = { ...size, data };
    const whole: Box = [0, 0, 20, 10];
    const asked = row({ boxes: [whole], mask: encodeRle(truth) });
    expect(scoreRow(asked, outcome([whole]), truth)).toMatchObject({ iou: 0.1, right: false });
    const masked = outcome([]);
    masked.regions.push({ id: 'm', box: [0, 0, 20, 1], mask: encodeRle(truth) });
    expect(scoreRow(asked, masked, truth)).toMatchObject({ iou: 1, right: true });
  });
  it('count as nothing where none came, with their area in the union', () => {
    expect(scoreRow(row({ boxes: [a] }), outcome([]))).toMatchObject({
      iou: 0,
      union: 16,
      right: false,
      refused: true,
    });
  });
  it('are those of the words of an answer, not of its explanation, and none where it refuses', () => {
    const both = outcome([b, a], { text: 'It is A.', spans: [{ start: 6, end: 7, regions: ['r1'] }] });
    expect(scoreRow(row({ boxes: [a] }), both)).toMatchObject({ iou: 1, exact: true, recall1: true });
    expect(scoreRow(row({ boxes: [a] }), { ...both, refused: true })).toMatchObject({
      iou: 0,
      refused: true,
    });
    expect(scoreRow(row({ absent: true }), { ...both, refused: true }).right).toBe(true);
  });
  it('are recalled by the first, or the first five', () => {
    expect(scoreRow(row({ boxes: [a] }), outcome([b, a]))).toMatchObject({ recall1: false, recall5: true });
  });
});

describe('a failure is never right', () => {
  it.each<[string, Partial<FigureRow>]>([
    ['regions', { boxes: [a] }],
    ['absent', { absent: true }],
    ['a count', { answer: { count: 0 } }],
    ['no', { answer: { yes: false } }],
    [
      'a name',
      { names: { right: 'A', wrong: 'B' }, asked: [{ name: '[1]', geometry: { type: 'box', box: a } }] },
    ],
    ['a label', { label: 'A', asked: [{ name: '[1]', geometry: { type: 'box', box: a } }] }],
  ])('%s', (_, more) => {
    expect(scoreRow(row(more), undefined)).toMatchObject({ right: false, failed: true });
    // Nor is an answer without words, or one that says that it cannot.
    if (!more.absent)
      expect(scoreRow(row(more), outcome([], { text: 'A. No. 0', refused: true })).right).toBe(false);
  });
  it('while no region is right for what is absent', () => {
    expect(scoreRow(row({ absent: true }), outcome([], { refused: true })).right).toBe(true);
    expect(scoreRow(row({ absent: true }), outcome([a])).right).toBe(false);
  });
});

describe('what answers say', () => {
  it.each([
    ['There are 4 blocks: "Stage 1", "Stage 2".', 4],
    ['"Stage 7" has two.', 2],
    ['一共有三个。', 3],
    ['有十二根柱子', 12],
    ['两个', 2],
    ['None.', undefined],
    ['', undefined],
  ])('%s is the number %s', (text, number) => expect(firstNumber(text)).toBe(number));
  it.each([
    ['Yes, it is frozen.', true],
    ['No: there is no such arrow.', false],
    ['Nothing of this kind', undefined],
    ['是的', true],
    ['不是', false],
    ['没有', false],
    ['', undefined],
  ])('%s is %s', (text, yes) => expect(yesOrNo(text)).toBe(yes));
  it('names one of two', () => {
    const names = ['LLM', 'Multimodal LLM'];
    expect(chosenName('It is "Multimodal LLM".', names)).toBe('Multimodal LLM');
    expect(chosenName('It is "LLM", not "Multimodal LLM".', names)).toBe('LLM');
    expect(chosenName('这是“LLM”，不是“Multimodal LLM”。', names)).toBe('LLM');
    expect(chosenName('"Multimodal LLM" or "LLM".', names)).toBeUndefined();
    expect(chosenName('', names)).toBeUndefined();
  });
  it('has a text in it', () => {
    expect(says({ text: 'SAM’s, fully trained' }, 'It says "SAM\'s fully trained".')).toBe(true);
    expect(says({ text: '1213' }, '1312 tokens')).toBe(false);
  });
  it('shares words with a label', () => {
    expect(tokenF1('Mask decoder SAM', 'mask decoder')).toBeCloseTo(0.8);
    expect(tokenF1('掩码损失', '掩码')).toBeCloseTo(2 / 3);
    expect(tokenF1('', 'x')).toBe(0);
  });
});

it('means keep what is refused and what is absent apart', () => {
  const score = (more: Partial<RowScore>): RowScore => ({
    kind: 'label',
    lang: 'en',
    expects: 'regions',
    failed: false,
    right: false,
    ...more,
  });
  expect(
    summarizeFigures([
      score({ iou: 1, intersection: 90, union: 90, right: true, exact: true, recall1: true, recall5: true }),
      score({ iou: 0, intersection: 0, union: 10, refused: true }),
      score({ expects: 'absent', right: true }),
      score({ expects: 'absent', right: false, failed: true }),
    ]),
  ).toEqual({
    n: 4,
    failed: 1,
    regions: {
      n: 2,
      giou: 0.5,
      ciou: 0.9,
      acc_50: 0.5,
      exact: 0.5,
      recall_1: 0.5,
      recall_5: 0.5,
      wrong_refusals: 0.5,
    },
    absent: { n: 2, refused: 0.5 },
  });
});

describe('an index', () => {
  it('has exactly one thing that is right', () => {
    expect(() => row({})).toThrow(/exactly one/);
    expect(() => row({ boxes: [a], absent: true })).toThrow(/exactly one/);
    expect(() => row({ label: 'x' })).toThrow(/need a region/);
  });
  it('says which task its rows are for', () => {
    expect([rowIsFor('ground', row({ boxes: [a] })), rowIsFor('ask', row({ boxes: [a] }))]).toEqual([
      true,
      true,
    ]);
    expect(rowIsFor('ground', row({ boxes: [a], history: ['what is this?'] }))).toBe(false);
    expect(rowIsFor('refer', row({ boxes: [a] }))).toBe(false);
  });
});

describe('a run', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'groundnote-eval-'))));
  afterEach(() => rm(folder, { recursive: true }));

  async function run(
    task: 'ask' | 'ground' | 'refer',
    rows: object[],
    answer: (params: AskParams) => TaskResult,
  ) {
    const index = path.join(folder, 'index.jsonl');
    await writeFile(path.join(folder, 'a.png'), '');
    await writeFile(index, rows.map((line) => JSON.stringify({ image: 'a.png', ...line })).join('\n'));
    let [out, err] = ['', ''];
    const io: CliIo = {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      signal: new AbortController().signal,
      interactive: false,
    };
    const play = (params: object) => Promise.resolve(answer(params as AskParams));
    await runEvalFigures(io, { ground: play, ask: play, refer: play }, task, {
      index,
      json: true,
      wrong: path.join(folder, 'wrong.jsonl'),
    });
    return { ...(JSON.parse(out) as Record<string, unknown>), err };
  }
  const result = (more: Partial<TaskResult>): TaskResult => ({
    image: size,
    pack: { id: 'played', version: '1' },
    regions: [],
    timings: { load_ms: 0, encode_ms: 0, decode_ms: 0, total_ms: 3 },
    ...more,
  });

  it('gives means, by kind and language', async () => {
    const got = await run(
      'ground',
      [
        { text: 'x', boxes: [a], kind: 'label' },
        { text: '没有', absent: true, kind: 'absent', lang: 'zh' },
        { text: 'asked of others', answer: { count: 1 } },
      ],
      () => result({ regions: [{ id: 'r', box: a }] }),
    );
    expect(got).toMatchObject({
      pack: { id: 'played' },
      missing: 0,
      n: 2,
      median_ms: 3,
      kinds: { label: { regions: { giou: 1 } }, absent: { absent: { refused: 0 } } },
      langs: { en: { n: 1 }, zh: { n: 1 } },
    });
  });
  it('asks the turns before, and names regions in the question', async () => {
    const asked: AskParams[] = [];
    await run(
      'ask',
      [
        {
          text: 'is [1] in it?',
          answer: { yes: true },
          history: ['where is x?'],
          asked: [{ name: '[1]', geometry: { type: 'box', box: a } }],
        },
      ],
      (params) => {
        asked.push(params);
        return result({ text: 'Yes.' });
      },
    );
    expect(asked[1]).toMatchObject({
      question: { spans: [{ start: 3, end: 6, regions: ['asked-1'] }] },
      history: [{ question: { text: 'where is x?' }, answer: { text: 'Yes.' } }],
    });
  });
  it('counts a question that fails as wrong and goes on', async () => {
    let first = true;
    const got = await run(
      'ground',
      [
        { text: 'x', absent: true },
        { text: 'y', absent: true },
      ],
      () => {
        if (!first) return result({});
        first = false;
        throw new Error('the graph is broken');
      },
    );
    expect(got).toMatchObject({ n: 2, failed: 1, absent: { refused: 0.5 } });
  });
  it('leaves out pictures that are not there, and says so', async () => {
    const rows = [
      { text: 'x', absent: true },
      { text: 'y', absent: true, image: 'nowhere.png' },
    ];
    const got = await run('ground', rows, () => result({}));
    expect(got).toMatchObject({ n: 1, missing: 1, absent: { refused: 1 } });
    expect(got.err).toMatch(/1 questions are left out/);
    await expect(run('refer', rows, () => result({}))).rejects.toThrow(/no questions for refer/);
  });
});
