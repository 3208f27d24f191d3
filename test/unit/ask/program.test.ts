/** The program over a figure that is drawn here: three boxes in a row in a panel, the same label twice, one text outside. */
import { describe, expect, it } from 'vitest';
import { Figure } from '../../../src/inference/process/ask/figure';
import { parseQuestion } from '../../../src/inference/process/ask/grammar';
import { answerQuery } from '../../../src/inference/process/ask/program';
import { noFocus, Teller } from '../../../src/inference/process/ask/teller';
import { words } from '../../../src/inference/process/ask/words';
import { quietContext } from '../../../src/inference/process/cancel';
import type { TextLine } from '../../../src/inference/process/ground/textReader';
import type { Picture } from '../../../src/inference/process/picture';
import { PictureWindow } from '../../../src/inference/process/pictureWindow';
import type { RuntimeServices } from '../../../src/inference/process/services';
import { Stopwatch } from '../../../src/inference/process/stopwatch';
import { GroundnoteError } from '../../../src/protocol/errors';
import type { Box, Geometry } from '../../../src/protocol/geometry';
import type { AskedRegion } from '../../../src/protocol/inference';

const size = { width: 600, height: 300 };
const ink: [number, number, number] = [40, 40, 60];

function drawn(...boxes: Box[]): Picture {
  const data = new Uint8Array(size.width * size.height * 3).fill(255);
  const paint = ([x1, y1, x2, y2]: Box, color: [number, number, number]) => {
    for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) data.set(color, (y * size.width + x) * 3);
  };
  for (const [x1, y1, x2, y2] of boxes) {
    paint([x1, y1, x2, y2], ink);
    paint([x1 + 2, y1 + 2, x2 - 2, y2 - 2], [235, 240, 255]);
  }
  return { ...size, data, contentHash: boxes.join() };
}

/** A line of text whose characters are equally wide. */
function line(text: string, x: number, y: number, width = text.length * 8): TextLine {
  const at = Array.from(text, (_, i) => (i + 0.5) / text.length);
  return { text, box: [x, y, x + width, y + 14], turn: 0, confidence: 0.98, at };
}

const services = {
  segmentPicture: () => Promise.reject(new GroundnoteError('no-pack', 'There is none.')),
} as unknown as RuntimeServices;

const picture = drawn([20, 60, 580, 240], [40, 100, 180, 160], [220, 100, 360, 160], [400, 100, 540, 160]);
const lines = [
  line('Sampler', 270, 70),
  line('Encoder', 80, 123),
  line('Projector', 255, 123),
  line('Encoder', 440, 123),
  line('the text of one long line', 100, 260),
];

const region = (name: string, geometry: Geometry): AskedRegion => ({ id: name, name, geometry });

/** Asks one question after the other; `[Region 1]` is a chip. */
async function talk(questions: string[], asked: AskedRegion[] = [], read: TextLine[] = lines) {
  const figure = new Figure(new PictureWindow(picture), read, services, quietContext(), new Stopwatch());
  let focus = noFocus;
  let teller = new Teller(figure, words.en, () => undefined);
  const said: string[] = [];
  for (const text of questions) {
    const spans = [...text.matchAll(/\[(Region \d)\]/g)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      regions: [match[1] as string],
    }));
    const { query, language } = parseQuestion({ text, spans });
    expect(query, text).toBeDefined();
    teller = new Teller(figure, words[language], (each) => said.push(each));
    focus = await answerQuery(teller, query as NonNullable<typeof query>, asked, focus);
  }
  return { focus, text: teller.text, teller, said };
}
const answerTo = async (...questions: string[]) => (await talk(questions)).text;

describe('where and whether', () => {
  it('names the place and the shape, or each of several places', async () => {
    expect(await answerTo('where is the projector?')).toBe('"Projector" is in the middle, in a rectangle.');
    expect(await answerTo('where is "encoder"?')).toBe(
      '"encoder" is written in 2 places: "Encoder" at the left and "Encoder" at the right.',
    );
    expect(await answerTo('is there a projector?')).toBe(
      'Yes. "Projector" is in the middle, in a rectangle.',
    );
  });
  it('says what is only part of a label, or like one', async () => {
    expect(await answerTo('where is "long line"?')).toBe(
      '"long line" is part of "the text of one long line", at the bottom.',
    );
    expect(await answerTo('where is "Projectar"?')).toBe(
      '"Projectar" is not written in this picture; alike is "Projector", in the middle.',
    );
  });
  it('refuses what is not written, and says no where that was the question', async () => {
    const { focus, text } = await talk(['where is the tokenizer?']);
    expect(focus.refused).toBe(true);
    expect(text).toMatch(
      /^"the tokenizer" is not written in this picture, in which 5 lines of text were read\./,
    );
    const no = await talk(['is "LoRA" in the picture?']);
    expect(no.focus.refused).toBeUndefined();
    expect(no.text).toMatch(/^No: "LoRA" is not written in this picture\./);
  });
  it('ties the words to their places', async () => {
    const { teller } = await talk(['where is "encoder"?']);
    const [first, second] = teller.spans;
    expect(teller.text.slice(first?.start, first?.end)).toBe('"Encoder"');
    expect(teller.regions.map(({ box }) => box)).toEqual([
      [40, 100, 180, 160],
      [400, 100, 540, 160],
    ]);
    expect([first?.regions, second?.regions]).toEqual([['1'], ['2']]);
    expect(teller.regions[0]?.mask).toBeDefined();
  });
});

describe('beside, inside, between', () => {
  it.each([
    ['what is left of the projector?', 'Left of "Projector" is "Encoder".'],
    ['what is below "Projector"?', 'Below "Projector" is "the text of one long line".'],
    ['what is right of "Sampler"?', 'Nothing is written right of "Sampler".'],
    ['which words are inside "Sampler"?', 'In "Sampler": "Encoder", "Projector" and "Encoder".'],
    ['what is inside "Projector"?', 'Nothing else is written in "Projector".'],
    [
      'what is inside "long line"?',
      'No closed shape that "the text of one long line" names was found, so nothing can be said to be inside it.',
    ],
    [
      'what is between "Sampler" and "long line"?',
      'Nothing is written between "Sampler" and "the text of one long line".',
    ],
    [
      'what is above "long line"?',
      'Above "the text of one long line", nearest first: "Encoder", "Projector" and "Sampler".',
    ],
    ['what is at the bottom?', 'In the lower third of the picture: "the text of one long line".'],
  ])('%s', async (question, answer) => {
    if (answer.endsWith('nothing')) expect(await answerTo(question)).toMatch(/^(?:Between|Nothing|There)/);
    else expect(await answerTo(question)).toBe(answer);
  });
});

describe('how many', () => {
  it.each([
    [
      'how many times does "encoder" occur?',
      '"encoder" is written 2 times: "Encoder" at the left and "Encoder" at the right.',
    ],
    ['how many "text" are there?', '"text" is written once: "the text of one long line" at the bottom.'],
    [
      'how many labels are inside "Sampler"?',
      '4 labels were read in "Sampler": "Sampler", "Encoder", "Projector" and "Encoder".',
    ],
    [
      'how many boxes are inside "Sampler"?',
      '3 closed shapes in "Sampler" hold text: "Encoder", "Projector" and "Encoder". Shapes without text are not counted.',
    ],
    [
      'how many boxes are there?',
      '4 closed shapes hold text: "Sampler", "Encoder", "Projector" and "Encoder". Shapes without text are not counted.',
    ],
  ])('%s', async (question, answer) => {
    expect(await answerTo(question)).toBe(answer);
  });
});

describe('regions', () => {
  const box = region('Region 1', { type: 'box', box: [30, 90, 370, 170] });
  const part = region('Region 2', { type: 'box', box: [128, 255, 230, 280] });
  const empty = region('Region 3', { type: 'box', box: [10, 10, 60, 40] });

  it('say what is written in them, with words of a line that is only partly there', async () => {
    const whole = await talk(['what does [Region 1] say?'], [box]);
    expect(whole.text).toBe(
      'Region 1 says, in reading order: "Encoder" and "Projector". Around it is a rectangle.',
    );
    expect((await talk(['read [Region 2]'], [part])).text).toBe('Region 2 says "text of one".');
    const { teller } = await talk(['[Region 2]'], [part]);
    expect(teller.regions[0]?.box[0]).toBeGreaterThanOrEqual(128);
    expect(teller.spans[0]).toMatchObject({ start: 0, end: 8, regions: ['Region 2'] });
  });
  it('are refused where nothing is written', async () => {
    const { text, focus } = await talk(['what is [Region 3]?'], [empty]);
    expect(focus.refused).toBe(true);
    expect(text).toMatch(/^No text was read in Region 3\..*vision-language model\.$/);
    const both = await talk(['read [Region 3] and [Region 2]'], [empty, part]);
    expect(both.focus.refused).toBeUndefined();
  });
  it('are places to stand beside', async () => {
    expect((await talk(['what is right of [Region 1]?'], [box])).text).toBe(
      'Right of Region 1 is "Encoder".',
    );
  });
  it.each<[string, Geometry, string]>([
    [
      'a point on a word',
      { type: 'point', point: [110, 130] },
      'Region 1 says "Encoder". Around it is a rectangle.',
    ],
    [
      'a point in a box beside its word',
      { type: 'point', point: [230, 110] },
      'Region 1 says "Projector". Around it is a rectangle.',
    ],
    [
      'a polygon',
      {
        type: 'polygon',
        polygons: [
          [
            [390, 90],
            [590, 90],
            [590, 170],
            [390, 170],
          ],
        ],
      },
      'Region 1 says "Encoder". Around it is a rectangle.',
    ],
    [
      'a stroke through words',
      {
        type: 'stroke',
        points: [
          [70, 130],
          [330, 132],
        ],
      },
      'Region 1 says, in reading order: "Encoder" and "Projector". Around it is a rectangle.',
    ],
    [
      'a loop',
      {
        type: 'stroke',
        points: [
          [240, 110],
          [340, 110],
          [340, 150],
          [240, 150],
          [240, 112],
        ],
      },
      'Region 1 says "Projector". Around it is a rectangle.',
    ],
  ])('may be %s', async (_, geometry, answer) => {
    expect((await talk(['[Region 1]'], [region('Region 1', geometry)])).text).toBe(answer);
  });
});

describe('further turns', () => {
  it('go on from what was found', async () => {
    expect(await answerTo('where is "Projector"?', 'and right of it?')).toBe(
      'Right of "Projector" is "Encoder".',
    );
    expect(await answerTo('what is left of "Projector"?', 'and to the right?')).toBe(
      'Right of "Projector" is "Encoder".',
    );
    expect(await answerTo('what is left of "Projector"?', 'what is left of it?')).toBe(
      'Nothing is written left of "Encoder".',
    );
  });
  it('turn to the other one', async () => {
    const first = 'what is right of "Encoder"?';
    expect(await answerTo(first)).toBe(
      '"Encoder" is written in 2 places; this is about the one at the left (“the other one” asks about the next). Right of "Encoder", nearest first: "Projector" and "Encoder".',
    );
    expect(await answerTo(first, 'the other one')).toMatch(
      /about the one at the right .* Nothing is written right of "Encoder"\.$/,
    );
    expect(await answerTo(first, 'the other one', 'the other one')).toMatch(/about the one at the left/);
    expect(await answerTo('where is "encoder"?', 'the right one')).toBe(
      'Number 2 of 2: "Encoder", at the right.',
    );
  });
  it('say so where there is nothing to go on from', async () => {
    expect((await talk(['the other one'])).focus.refused).toBe(true);
    expect((await talk(['where is "Projector"?', 'the other one'])).focus.refused).toBe(true);
    expect((await talk(['where is it?'])).text).toMatch(/^It is not clear what is meant/);
  });
});

it('says so where nothing was read', async () => {
  for (const question of [
    'where is the cat?',
    'list all the text',
    'how many boxes are there?',
    'is there a cat?',
  ])
    expect((await talk([question], [], [])).focus.refused, question).toBe(true);
});

it('sends the text as it grows, and explains each step', async () => {
  const { said, teller } = await talk(['what is right of "Encoder"?']);
  expect(said.length).toBeGreaterThan(1);
  expect(said.at(-1)?.startsWith(said[0] as string)).toBe(true);
  expect(teller.steps.map(({ text }) => text)).toEqual([
    'Understood the question as: what is written right of "Encoder".',
    '"Encoder" is the text of "Encoder" and "Encoder".',
    'Followed the even colour around "Encoder" to a closed outline: a rectangle, [40, 100, 180, 160].',
    'Compared 5 labels with the place [40, 100, 180, 160]: 3 lie there, 2 of them straight.',
  ]);
});

it('answers in Chinese', async () => {
  expect(await answerTo('“Projector”在哪里？')).toBe('“Projector”在图的中间，在一个矩形里。');
  expect(await answerTo('“Projector”的左边是什么？')).toBe('“Projector”的左边是“Encoder”。');
});
