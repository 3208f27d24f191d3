/** The language model that ships, on the parts of a figure: what it writes, and how fast. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { readPack } from '../../src/inference/packs/registry';
import { numberedQuestion } from '../../src/inference/process/figure/ask/question';
import { noTurnBefore, understand, type Before } from '../../src/inference/process/figure/ask/understanding';
import { figureParseSchema, type FigureParse } from '../../src/inference/process/figure/parse';
import { ParseFeatures } from '../../src/inference/process/language/features';
import { LanguageModel } from '../../src/inference/process/language/languageModel';
import { createSessionStore } from '../../src/inference/process/sessionStore';
import { layOutPacks } from './embedded';

const packs = layOutPacks();
const folder = path.join(packs.folder, 'groundnote-one');
const isThere = ['groundnote.json', 'onnx/language_encoder.onnx'].every((file) =>
  existsSync(path.join(folder, file)),
);
const { parses } = z
  .object({ parses: z.array(figureParseSchema) })
  .parse(JSON.parse(readFileSync('test/fixtures/figure/programs.json', 'utf8')));
const diagram = parses[0] as FigureParse;

describe.runIf(isThere)('the language model that ships', () => {
  let model: LanguageModel;
  const features = new ParseFeatures(diagram);
  beforeAll(async () => {
    const { pack, summary } = await readPack(folder);
    if (!pack) throw new Error(summary.problem);
    model = await LanguageModel.open(pack, createSessionStore(1));
  });
  afterAll(() => packs.remove());

  const ask = (text: string, before: Before = noTurnBefore) =>
    understand(
      { model, parse: diagram, featuresOf: () => features, signal: new AbortController().signal },
      numberedQuestion({ text, spans: [] }, [], {
        geometryInto: (geometry) => geometry,
        boxInto: (box) => box,
      }),
      before,
    );

  test.each([
    ['What comes after the Image Encoder?', [7]],
    ['Image Encoder 之后是什么？', [7]],
    ['Which blocks are frozen?', [4, 7]],
  ])('%s', async (question, regions) => {
    expect((await ask(question)).result.regions).toEqual(regions);
  });

  test('goes on from the turn before', async () => {
    const { program, result } = await ask('What comes after the Image Encoder?');
    const next = await ask('And after it?', { program, focus: result.focus });
    expect(next.result.regions).toEqual([10]);
  });
});
