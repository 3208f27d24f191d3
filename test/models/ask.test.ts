/**
 * Questions with the real weights on the drawn diagrams of the grounding tests. Floors: nearly every answer says what it
 * must and ties it to the right boxes; every question about looks or meaning is refused.
 */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quietContext } from '../../src/inference/process/cancel';
import { createRuntime, type Runtime } from '../../src/inference/process/runtime';
import type { Box } from '../../src/protocol/geometry';
import { configurationSchema, type AskedRegion, type TaskResult, type Turn } from '../../src/protocol/inference';
import { boxIou, hasChineseFont, layOutPacks } from './embedded';
import { groundFigures } from './groundFigures';

const root = path.resolve(import.meta.dirname, '../..');
/** Share of the turns that are answered as expected, and the least IoU of a box that an answer names. */
const floors = { right: 0.95, iou: 0.5 };

/** A question and what its answer says; with `boxes`, what its regions must include, in units of the drawing. */
type Case = [question: string, answer: RegExp | 'refused', ...boxes: Box[]];

const conversations: { figure: string; turns: Case[] }[] = [
  {
    figure: 'a row of boxes with arrows',
    turns: [
      ['Where is the mask decoder?', /^"Mask decoder" is at the right, in a rounded rectangle\.$/, [559, 59, 741, 141]],
      ['and left of it?', /^Left of "Mask decoder", nearest first: "Projector" and "Vision encoder"\.$/, [299, 59, 481, 141]],
      ['and left of it?', /^Left of "Projector" is "Vision encoder"\.$/],
      ['what is between vision encoder and "Mask decoder"?', /: "Projector"\.$/],
      ['how many boxes are there?', /^3 closed shapes hold text/],
      ['is there a tokenizer?', /^No: "tokenizer" is not written/],
      ['list all the text', /"Vision encoder", "Projector" and "Mask decoder"\.$/],
      ['What colour is the projector?', 'refused'],
      ['Why is there a projector?', 'refused'],
    ],
  },
  {
    figure: 'the same label twice',
    turns: [
      ['How many times does "attention" occur?', /written 2 times: "Attention" at the left and "Attention" in the middle\.$/],
      ['where is attention?', /written in 2 places/, [39, 59, 181, 121], [239, 59, 381, 121]],
      ['what is right of Attention?', /about the one at the left .*Right of "Attention", nearest first: "Attention" and "Feed forward"\.$/],
      ['the other one', /about the one in the middle .*Right of "Attention" is "Feed forward"\.$/],
      ['where is the self attention?', 'refused'],
    ],
  },
  {
    figure: 'a panel with a title and boxes in it',
    turns: [
      ['which words are inside the visual sampler?', /^In "Visual sampler": "Sampling", "Gathering" and "Pooling"\.$/, [59, 39, 561, 381]],
      ['how many boxes are inside "Visual sampler"?', /^3 closed shapes/],
      ['what is below Sampling?', /^Below "Sampling", nearest first: "Gathering" and "Pooling"\.$/],
      ['what is above it?', /^Above "Gathering", nearest first: "Sampling"/],
    ],
  },
  {
    figure: 'ellipses and a diamond',
    turns: [
      ['where is "Start here"?', /in an ellipse\.$/, [39, 59, 241, 181]],
      ['where is Frozen?', /in a diamond\.$/],
      ['where is the loss?', /in a circle\.$/],
    ],
  },
  {
    figure: 'a table',
    turns: [
      ['what is right of Shikra?', /"68\.2"/],
      ['what is below Method?', /^Below "Method", nearest first: "Ferret" and "Shikra"\.$/],
      ['is "71.6" in the table?', /^No: /],
    ],
  },
  {
    figure: 'free text: title, axes and a legend',
    turns: [
      ['what is at the bottom?', /"Epochs"/],
      ['where is Baseline?', /"Baseline" is at the (?:bottom )?right/],
      ['what is above Baseline?', /"Ours"/],
    ],
  },
  {
    figure: '一个中文的流程图',
    turns: [
      ['图像编码器在哪里？', /^“图像编码器”在图的左边，在一个圆角矩形里。$/, [39, 69, 221, 151]],
      ['它的右边呢？', /由近到远：“多模态大模型”和“掩码解码器”。$/],
      ['“图像编码器”和“掩码解码器”之间是什么？', /“多模态大模型”。$/],
      ['图中有几个框？', /^有 3 个/],
      ['有没有“损失”？', /^没有/],
      ['这张图是什么意思？', 'refused'],
    ],
  },
];

const packs = layOutPacks();
let runtime: Runtime;
let [turns, right] = [0, 0];
beforeAll(() => {
  runtime = createRuntime({ packFolders: [packs.folder], threads: 1 });
  // The reader of words, whatever else is embedded.
  runtime.configure(configurationSchema.parse({ defaults: { ask: 'groundnote-ocr', refer: 'groundnote-ocr' } }));
});
afterAll(() => packs.remove());

const imageOf = (figure: string) => {
  const svg = groundFigures.find(({ name }) => name === figure)?.svg ?? '';
  return { svg, image: { name: 'figure.svg', bytes: new TextEncoder().encode(svg) } };
};
/** A small drawing is rasterised at a multiple of its size. */
const scaleOf = (svg: string, result: TaskResult) => result.image.width / Number(/width="(\d+)"/.exec(svg)?.[1]);

function problemOf([question, answer, ...boxes]: Case, result: TaskResult, scale: number): string | undefined {
  const told = `${question} → ${result.text}`;
  if (answer === 'refused') return result.refused && !result.regions.length ? undefined : `not refused: ${told}`;
  if (result.refused) return `refused: ${told}`;
  if (!answer.test(result.text ?? '')) return told;
  for (const { start, end, regions } of result.spans ?? [])
    if (!(result.text ?? '').slice(start, end) || !regions.length) return `an empty span: ${told}`;
  for (const box of boxes) {
    const best = Math.max(0, ...result.regions.map((region) => boxIou(region.box.map((v) => v / scale) as Box, box)));
    if (best < floors.iou) return `no region at ${box.join()}: ${told}`;
  }
  return undefined;
}

for (const { figure, turns: cases } of conversations)
  describe.skipIf(/\p{Script=Han}/u.test(figure) && !hasChineseFont())(figure, () => {
    it('answers turn by turn', async () => {
      const { svg, image } = imageOf(figure);
      const history: Turn[] = [];
      const problems: string[] = [];
      for (const each of cases) {
        const question = { text: each[0], spans: [] };
        const result = await runtime.ask({ image, question, asked: [], history }, quietContext());
        turns++;
        const problem = problemOf(each, result, scaleOf(svg, result));
        if (problem === undefined) right++;
        else problems.push(problem);
        const { text = '', spans = [], regions, refused } = result;
        history.push({ question, asked: [], answer: { text, spans }, regions, ...(refused && { refused }) });
      }
      if (problems.length) console.log(problems.join('\n'));
    });
  });

it('reaches the floor over all conversations', () => {
  console.log(`asking: ${right} of ${turns} turns`);
  expect(right / turns).toBeGreaterThanOrEqual(floors.right);
});

describe('regions', () => {
  const refer = async (figure: string, geometry: (scale: number) => AskedRegion['geometry']) => {
    const { svg, image } = imageOf(figure);
    const { image: size } = await runtime.ground({ image, text: 'x' }, quietContext());
    const scale = size.width / Number(/width="(\d+)"/.exec(svg)?.[1]);
    const asked = [{ id: 'r', name: 'Region 1', geometry: geometry(scale) }];
    return runtime.refer({ image, asked, history: [] }, quietContext());
  };
  const scaled = (box: Box, scale: number) => box.map((v) => v * scale) as Box;

  it('say what is written in them, and the shape around it', async () => {
    const { text, spans, regions } = await refer('a row of boxes with arrows', (scale) => ({
      type: 'box',
      box: scaled([290, 50, 490, 150], scale),
    }));
    expect(text).toBe('Region 1 says "Projector". Around it is a rounded rectangle.');
    expect(spans?.[0]).toEqual({ start: 0, end: 8, regions: ['r'] });
    expect(regions.some(({ mask }) => mask)).toBe(true);
  });
  it('say the words of a line that are in them', async () => {
    const { text } = await refer('free text: title, axes and a legend', (scale) => ({
      type: 'box',
      box: scaled([205, 15, 318, 52], scale),
    }));
    expect(text).toMatch(/^Region 1 says "Accuracy"/);
  });
  it('may be a point in a shape', async () => {
    const { text } = await refer('ellipses and a diamond', (scale) => ({
      type: 'point',
      point: [400 * scale, 60 * scale],
    }));
    expect(text).toMatch(/"Frozen".*a diamond\.$/);
  });
  it('are refused where nothing is written, and in a photo', async () => {
    const blank = await refer('a row of boxes with arrows', (scale) => ({
      type: 'box',
      box: scaled([40, 170, 300, 215], scale),
    }));
    expect([blank.refused, blank.text]).toEqual([true, expect.stringMatching(/^No text was read in Region 1\./)]);
    const asked: AskedRegion[] = [{ id: 'r', name: 'Region 1', geometry: { type: 'box', box: [50, 50, 250, 200] } }];
    const image = { path: path.join(root, 'examples/photos/cat.jpg') };
    const photo = await runtime.refer({ image, asked, history: [] }, quietContext());
    expect(photo).toMatchObject({ refused: true, regions: [] });
    for (const text of ['Where is the cat?', 'What is this?', 'Describe the picture', '图里有什么？']) {
      const answer = await runtime.ask({ image, question: { text, spans: [] }, asked: [], history: [] }, quietContext());
      expect([answer.refused, answer.regions], answer.text).toEqual([true, []]);
    }
  });
});
