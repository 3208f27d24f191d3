/** Answers in words, in both languages, from programs over a diagram, a chart and a table. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { Executor } from '../../../src/inference/process/figure/execute';
import { figureParseSchema } from '../../../src/inference/process/figure/parse';
import { tellAnswer } from '../../../src/inference/process/figure/tell/answer';
import { FigureTeller } from '../../../src/inference/process/figure/tell/teller';

const { parses } = z
  .object({ parses: z.array(figureParseSchema) })
  .parse(JSON.parse(readFileSync('test/fixtures/figure/programs.json', 'utf8')));
const figures = { diagram: parses[0]!, chart: parses[1]!, table: parses[2]! };

function tell(figure: keyof typeof figures, program: string, language: 'en' | 'zh' = 'en') {
  const parse = figures[figure];
  const executor = new Executor(parse);
  const teller = new FigureTeller({
    parse,
    language,
    given: new Map(),
    maskOf: () => undefined,
    onText: () => undefined,
  });
  const tokens = program.split(' ');
  const refused = tellAnswer(teller, executor, tokens, executor.run(tokens, 9), { phrase: 'text decoder' });
  const regionOf = new Map([...teller.told].map(([index, id]) => [id, index]));
  const lit = teller.spans.map(({ start, end, regions }) => [
    teller.text.slice(start, end),
    ...regions.map((id) => regionOf.get(id)),
  ]);
  return { teller, refused, lit };
}

test.each<[keyof typeof figures, string, string, string]>([
  ['diagram', 'SHOW NEXT REF @4', 'It is "Fusion", at the left.', '是“Fusion”，在图的左边。'],
  [
    'diagram',
    'EXPLAIN FROZEN ALL block',
    'They are "Image Encoder" and "Fusion". A snowflake marks what is frozen.',
    '是“Image Encoder”和“Fusion”。雪花标记表示冻结。',
  ],
  ['diagram', 'EXISTS COLOUR green ALL block', 'Yes: "Text Encoder".', '有：“Text Encoder”。'],
  [
    'diagram',
    'EXISTS COLOUR pink ALL block',
    'No. Nothing was found for: those of all blocks that are pink.',
    '没有。没有找到：所有模块中粉色的。',
  ],
  ['diagram', 'COUNT ALL bar', '0. Nothing was found for: all bars.', '0 个。没有找到：所有柱子。'],
  ['diagram', 'READ ALL title', 'The title says "Overview".', '标题写着“Overview”。'],
  ['diagram', 'HUE REF @5', '"Text Encoder" is green.', '“Text Encoder”是绿色的。'],
  [
    'diagram',
    'WHAT REF @7',
    '"Fusion" is a block, at the left. It is marked as frozen. Its colour is orange. It lies in the group "Stage 1". Arrows lead to it from "Image Encoder" and "Text Encoder". Arrows lead from it to "Decoder".',
    '“Fusion”是模块，在图的左边。它标为冻结。它是橙色的。它在组“Stage 1”里面。指向它的箭头来自“Image Encoder”和“Text Encoder”。从它出发的箭头指向“Decoder”。',
  ],
  [
    'diagram',
    'RELATE REF @4 REF @10',
    'Arrows lead from "Image Encoder" over other parts to "Decoder". "Image Encoder" lies left of "Decoder".',
    '箭头从“Image Encoder”经过其他部分通向“Decoder”。“Image Encoder”在“Decoder”的左边。',
  ],
  [
    'diagram',
    'CAPTION',
    'This figure is a diagram with 4 blocks, a group, 5 arrows, an image and a formula. Titles: "Overview". Labels: "Stage 1", "Image Encoder", "Text Encoder", "Fusion" and "Decoder".',
    '这张图是示意图，有 4 个模块、1 个组、5 条箭头、1 幅图像和1 个公式。标题：“Overview”。标签：“Stage 1”、“Image Encoder”、“Text Encoder”、“Fusion”和“Decoder”。',
  ],
  [
    'chart',
    'COMPARE REF @6 REF @5',
    'The legend entry "Ours" is higher than the legend entry "Base": 75 against 50.5, a difference of 24.5.',
    '图例项“Ours”比图例项“Base”高：75 对 50.5，相差 24.5。',
  ],
  ['chart', 'VALUE HIGHEST ALL bar', 'The bar of "Ours" stands for 75.', '“Ours”的柱子的值是 75。'],
  ['table', 'READ CELL REF @4 REF @2', 'The cell says "0.5".', '单元格写着“0.5”。'],
  [
    'table',
    'SHOW BOLD COL REF @3',
    'It is the cell "11.5" (B, Top-5), in the middle.',
    '是单元格“11.5”（B，Top-5），在图的中间。',
  ],
])('%s: %s', (figure, program, en, zh) => {
  for (const [language, text] of [
    ['en', en],
    ['zh', zh],
  ] as const) {
    const { teller, refused } = tell(figure, program, language);
    expect(teller.text).toBe(text);
    expect(refused).toBe(false);
  }
});

test('words of an answer are tied to their regions', () => {
  expect(tell('diagram', 'EXPLAIN NEXT REF @4').lit).toEqual([
    ['"Fusion"', 7],
    ['"Image Encoder"', 4],
  ]);
  expect(tell('table', 'EXISTS BOLD ALL cell', 'zh').lit.map(([, index]) => index)).toEqual([10, 11]);
});

test.each([
  [
    'ABSENT ^0 ^1',
    'There is no "text decoder" in this figure. The nearest labels are "Decoder", "Text Encoder"',
  ],
  ['UNKNOWN', 'This question was not understood.'],
  ['OTHER', 'This cannot be answered from the parts of the figure.'],
  ['SHOW NEXT REF @14', 'None. Nothing was found for: what arrows from the image lead to.'],
])('refuses with a reason: %s', (program, beginning) => {
  const { teller, refused } = tell('diagram', program);
  expect(teller.text.startsWith(beginning), teller.text).toBe(true);
  expect(refused).toBe(true);
});

test('the explanation is the program in words, with what each step found', () => {
  const { teller } = tell('diagram', 'SHOW FROZEN NEXT REF @4');
  expect(teller.steps.map(({ text }) => text)).toEqual([
    'Read the question as: show those of what arrows from "Image Encoder" lead to that are frozen.',
    'What arrows from "Image Encoder" lead to: "Fusion".',
    'Those of "Fusion" that are frozen: "Fusion".',
  ]);
  expect(teller.steps.map(({ regions = [] }) => regions.length)).toEqual([1, 2, 1]);
});
