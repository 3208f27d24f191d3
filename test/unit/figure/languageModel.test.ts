/** How programs are written: under the grammar, with cached keys, and refusing what is not linked. The graphs are played. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { floatsOf, type NamedArray } from '../../../src/inference/engines/onnx/arrays';
import type { OnnxSession } from '../../../src/inference/engines/onnx/session';
import type { Pack } from '../../../src/inference/packs/registry';
import { numberedQuestion } from '../../../src/inference/process/figure/ask/question';
import { noTurnBefore, understand } from '../../../src/inference/process/figure/ask/understanding';
import { colourWords } from '../../../src/inference/process/figure/colours';
import { figureParseSchema, roles } from '../../../src/inference/process/figure/parse';
import { roots, setOperators } from '../../../src/inference/process/figure/program';
import { ParseFeatures } from '../../../src/inference/process/language/features';
import { LanguageModel } from '../../../src/inference/process/language/languageModel';
import type { AskedRegion } from '../../../src/protocol/inference';
import { packManifestSchema } from '../../../src/protocol/packs';

const parse = z
  .object({ parses: z.array(figureParseSchema) })
  .parse(JSON.parse(readFileSync('test/fixtures/figure/programs.json', 'utf8'))).parses[0]!;
const vocabulary = [
  ...['<start>', '<seg>', 'SAY', 'END'],
  ...roots,
  ...setOperators,
  ...roles,
  ...colourWords,
  ...['1', '2', '3', '4', '5', '6', '7', '8', '9', 'LAST'],
];
const language = {
  vocabulary,
  buckets: 8192,
  grams: 12,
  region_grams: 32,
  max_question: 64,
  width: 4,
  layers: 1,
  heads: 1,
  head_width: 2,
  point_place: 62,
  seg_place: 63,
  absent: { phrase: 0.5, reference: 0.3 },
};

let folder: string;
let pack: Pack;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'groundnote-language-'));
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ language }));
  const file = { path: 'config.json', sha256: '0'.repeat(64), size: 0 };
  const manifest = packManifestSchema.parse({
    ...{ id: 'played', version: '1', title: 'Played', tasks: ['ask'], engine: 'onnx', kind: 'figure' },
    ...{ prompts: ['text'], returns: ['text'], license: 'MIT', files: [file] },
  });
  pack = { manifest, folder };
});
afterAll(() => rm(folder, { recursive: true }));

/** Graphs that want to write tokens in this order, whatever is allowed, and attend to one token of the question. */
async function played(wishes: readonly string[], attends = 0) {
  const runs: { token: number; place: number; past: number }[] = [];
  const zeros = (...dims: number[]): NamedArray => ({
    data: new Float32Array(dims.reduce((a, b) => a * b, 1)),
    dims,
  });
  const session = (run: OnnxSession['run']): OnnxSession => ({
    inputNames: [],
    outputNames: [],
    inputs: [],
    outputs: [],
    run,
    release: async () => undefined,
  });
  let questions: Readonly<Record<string, NamedArray>> = {};
  const encoder = session(async (feeds) => {
    questions = feeds;
    const [regions = 0] = feeds['region_ids']?.dims ?? [];
    const [tokens = 0] = feeds['question_grams']?.dims ?? [];
    return {
      regions: zeros(regions, 4),
      question: zeros(tokens, 4),
      memory_keys: zeros(1, 1, regions + 1 + tokens, 2),
      memory_values: zeros(1, 1, regions + 1 + tokens, 2),
    };
  });
  const decoder = session(async (feeds) => {
    const at = (name: string) => floatsOf(feeds[name]!)[0]!;
    const past = feeds['past_keys']!.dims[2]!;
    runs.push({ token: at('token'), place: at('place'), past });
    const [regions = 0] = feeds['regions']!.dims;
    const [tokens = 0] = feeds['question']!.dims;
    const logits = zeros(vocabulary.length + regions + tokens);
    const wish = wishes[at('place')];
    const id = (token: string) =>
      token.startsWith('@')
        ? vocabulary.length + Number(token.slice(1))
        : token.startsWith('^')
          ? vocabulary.length + regions + Number(token.slice(1))
          : vocabulary.indexOf(token);
    // What the grammar must never let through weighs most.
    (logits.data as Float32Array)[vocabulary.indexOf('END')] = 9;
    if (wish) (logits.data as Float32Array)[id(wish)] = 5;
    const attended = zeros(tokens);
    (attended.data as Float32Array)[attends] = 1;
    return {
      logits,
      attended,
      h_seg: { data: Float32Array.of(at('token'), past), dims: [2] },
      present_keys: zeros(1, 1, past + 1, 2),
      present_values: zeros(1, 1, past + 1, 2),
    };
  });
  const model = await LanguageModel.open(pack, {
    open: async (_, file) => (file.includes('encoder') ? encoder : decoder),
  });
  return { model, runs, fed: () => questions };
}

const window = {
  geometryInto: <T>(geometry: T) => geometry,
  boxInto: <T>(box: T) => box,
};
const asked = (text: string) => numberedQuestion({ text, spans: [] }, [], window);
const reader = (model: LanguageModel, signal = new AbortController().signal) => ({
  model,
  parse,
  featuresOf: (each: typeof parse) => new ParseFeatures(each),
  signal,
});

test('writes token by token with cached keys, then gives what the mask decoder takes', async () => {
  const { model, runs } = await played(['SHOW', 'NEXT', 'REF', '@4'], 4);
  const { program, result, written } = await understand(
    reader(model),
    asked('what comes after the Image Encoder?'),
    noTurnBefore,
  );
  expect(program).toEqual(['SHOW', 'NEXT', 'REF', '@4']);
  expect(result.regions).toEqual([7]);
  expect(runs.map(({ place, past }) => [place, past])).toEqual([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
  expect(written?.tokens.map(({ probability }) => probability > 0.5)).toEqual([true, true, true, true]);
  // Pointed at from the whole program, then the segment token.
  expect([...(await written!.segOf(7))]).toEqual([vocabulary.indexOf('<seg>'), 6]);
  expect(runs.slice(-2).map(({ place }) => place)).toEqual([62, 63]);
});

test('never writes what the grammar does not allow', async () => {
  // Without a turn before there is no IT, and no chip in the question.
  const { model } = await played(['SHOW', 'IT', 'CHIP'], 3);
  const { program } = await understand(reader(model), asked('and what about that one'), noTurnBefore);
  expect(program).not.toContain('IT');
  expect(program).not.toContain('CHIP');
});

test('IT is what the turn before was about, whose program is read too', async () => {
  const { model, fed } = await played(['SHOW', 'NEXT', 'IT']);
  const before = { program: ['SHOW', 'NEXT', 'REF', '@4'], focus: [7] };
  const { result } = await understand(reader(model), asked('and after it?'), before);
  expect(result.regions).toEqual([10]);
  // Three words and a mark, and three tokens of the program before without its pointer.
  expect(fed()['question_grams']?.dims[0]).toBe(7);
  expect(floatsOf(fed()['region_numbers']!)[7 * 10 + 9]).toBe(1);
});

test('regions of the question are numbered, and mean parts of the figure', async () => {
  const { model } = await played(['READ', 'CHIP', '1']);
  const box: AskedRegion = {
    id: 'a',
    name: 'Region 1',
    geometry: { type: 'box', box: [41, 79, 139, 131] },
  };
  const question = numberedQuestion(
    { text: 'what does Region 1 say?', spans: [{ start: 10, end: 18, regions: ['a'] }] },
    [box],
    window,
  );
  expect(question.text).toBe('what does [1] say?');
  const { result } = await understand(reader(model), question, noTurnBefore);
  expect(result).toMatchObject({ regions: [4], facts: { texts: ['Image Encoder'] } });
  expect(asked('what is in [5, 6, 1, 2]?')).toMatchObject({
    text: 'what is in [1]?',
    chips: [{ box: [1, 2, 5, 6] }],
  });
});

test('a pointer to a region that the question does not name says that there is none', async () => {
  const { model } = await played(['SHOW', 'REF', '@10'], 3);
  const { program, result, written } = await understand(
    reader(model),
    asked('where is the tokenizer?'),
    noTurnBefore,
  );
  expect(program).toEqual(['ABSENT', '^3', '^3']);
  expect(result.facts).toEqual({ phrase: [3, 3] });
  expect(written?.dropped).toEqual(['SHOW', 'REF', '@10']);
});

test('does not say of a label that it is not there', async () => {
  const { model } = await played(['ABSENT', 'REF', '@10']);
  const { program } = await understand(reader(model), asked('Decoder or'), noTurnBefore);
  expect(program).toEqual(['SHOW', 'REF', '@10']);
});

test('a label by itself needs no model', async () => {
  const { model, runs } = await played(['UNKNOWN']);
  const { program } = await understand(reader(model), asked('where is the Decoder?'), noTurnBefore);
  expect(program).toEqual(['SHOW', 'REF', '@10']);
  expect(runs).toEqual([]);
});

test('stops within a token', async () => {
  const { model, runs } = await played(['SHOW', 'NEXT', 'NEXT', 'NEXT', 'REF', '@4'], 4);
  const stop = new AbortController();
  const asking = understand(
    { ...reader(model, stop.signal) },
    asked('three after the Image Encoder'),
    noTurnBefore,
  );
  setImmediate(() => stop.abort());
  await expect(asking).rejects.toMatchObject({ code: 'cancelled' });
  expect(runs.length).toBeLessThan(3);
});
