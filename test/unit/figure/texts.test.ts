import { describe, expect, it } from 'vitest';
import { roundedTo, scaleOf } from '../../../src/inference/process/figure/axes';
import { arrange, inParseOrder, parseOf, type Part } from '../../../src/inference/process/figure/parts';
import { figureParseSchema, mostRegions } from '../../../src/inference/process/figure/parse';
import { giveTicks, giveTitles, giveIcons } from '../../../src/inference/process/figure/owners';
import {
  giveLabels,
  groupsOf,
  joinTexts,
  knownLines,
  numberOf,
} from '../../../src/inference/process/figure/texts';
import type { Box } from '../../../src/protocol/geometry';
import { lineAt } from '../../support/pictures';

const part = (role: Part['role'], box: Box, more: Partial<Part> = {}): Part => ({
  role,
  box,
  score: 1,
  ...more,
});
const label = (text: string, box: Box) => ({ line: lineAt(text, box), role: 'label' as const, score: 1 });

describe('numbers of figures', () => {
  it.each([
    ['12.5', 12.5],
    ['−0.3', -0.3],
    ['1,200', 1200],
    ['45%', 45],
    ['3.2 ± 0.1', 3.2],
    ['10k', 10000],
    ['1e-3', 0.001],
    ['10-4', 0.0001],
    ['.5', 0.5],
    ['91.2*', 91.2],
  ])('reads %s', (text, value) => expect(numberOf(text)).toBeCloseTo(value, 9));
  it.each(['ResNet-50', '', 'N/A', '–', '2D', '1.2.3'])('takes %s for no number', (text) =>
    expect(numberOf(text)).toBeUndefined(),
  );

  it('fits an axis and leaves out a number that was misread', () => {
    const ticks = [0, 20, 40, 60, 80].map((value) => ({ at: 300 - 2.5 * value, value }));
    ticks[3] = { at: 150, value: 6 };
    const scale = scaleOf(ticks);
    expect(scale?.kind).toBe('linear');
    expect(scale?.valueAt(175)).toBeCloseTo(50);
    expect(scaleOf(ticks.slice(0, 1))).toBeUndefined();
  });
  it('fits a logarithmic axis', () => {
    const scale = scaleOf([1, 10, 100, 1000].map((value, i) => ({ at: 100 * i, value })));
    expect(scale?.kind).toBe('log');
    expect(scale?.valueAt(150)).toBeCloseTo(31.62, 1);
  });
  it('gives no more digits than pixels tell', () => expect(roundedTo(41.23456, 0.2)).toBe(41.2));
});

describe('texts of a figure', () => {
  it('joins lines by spaces, and Chinese ones without', () => {
    expect(joinTexts(['Mask', 'decoder'])).toBe('Mask decoder');
    expect(joinTexts(['掩码', '解码器'])).toBe('掩码解码器');
  });
  it('cuts a line that goes over two blocks, and ticks that were read as one', () => {
    const blocks = [part('block', [0, 0, 50, 20]), part('block', [60, 0, 110, 20])];
    const cut = knownLines(
      [lineAt('abcde fghij', [2, 4, 108, 16])],
      () => ({ role: 'label', score: 1 }),
      blocks,
    );
    expect(cut.map(({ line }) => line.text)).toEqual(['abcde', 'fghij']);
    const ticks = knownLines([lineAt('0 10 20', [0, 30, 110, 40])], () => ({ role: 'tick', score: 1 }), []);
    expect(ticks.map(({ line }) => line.text)).toEqual(['0', '10', '20']);
  });
  it('gives a block all its lines, and a group the highest of those in no block', () => {
    const group = part('group', [0, 0, 300, 200]);
    const block = part('block', [20, 60, 120, 120]);
    const left = giveLabels(
      [
        label('decoder', [30, 92, 110, 106]),
        label('Mask', [30, 72, 110, 86]),
        label('Stage 1', [20, 10, 90, 26]),
      ],
      [group, block],
    );
    expect(block.text).toBe('Mask decoder');
    expect(group.text).toBe('Stage 1');
    expect(left).toEqual([]);
  });
  it('keeps numbers that stand near each other apart', () => {
    const number = (text: string, x: number) => ({
      line: lineAt(text, [x, 0, x + 20, 10]),
      role: 'text' as const,
      score: 1,
    });
    expect(groupsOf([number('37.5', 0), number('41.0', 24)])).toHaveLength(2);
  });
});

describe('the order and links of a parse', () => {
  it('goes from top to bottom, and from left to right within a line', () => {
    const boxes: Box[] = [
      [60, 1, 80, 11],
      [0, 0, 20, 10],
      [0, 50, 20, 60],
    ];
    expect(
      inParseOrder(
        boxes.map((box) => ({ box })),
        100,
      ).map(({ box }) => box),
    ).toEqual([boxes[1], boxes[0], boxes[2]]);
  });
  it('has the smallest container as parent, and whole pixels inside the picture', () => {
    const group = part('group', [-2, 0, 200.4, 150]);
    const block = part('block', [10.2, 10, 60, 40]);
    const parse = parseOf(
      arrange([group, block, part('text', [20, 15, 50, 30])], { width: 200, height: 160 }),
      {
        width: 200,
        height: 160,
      },
    );
    expect(figureParseSchema.safeParse(parse).success).toBe(true);
    const at = (role: string) => parse.regions.findIndex((region) => region.role === role);
    expect(parse.regions[at('text')]?.parent).toBe(at('block'));
    expect(parse.regions[at('block')]?.parent).toBe(at('group'));
    expect(parse.regions[at('group')]?.box).toEqual([0, 0, 200, 150]);
  });
  it('leaves out ticks first where there are too many regions', () => {
    const ticks = Array.from({ length: 150 }, (_, i) => part('tick', [i, 0, i + 1, 1]));
    const blocks = Array.from({ length: 30 }, (_, i) => part('block', [i, 5, i + 1, 6]));
    const kept = arrange([...ticks, ...blocks], { width: 200, height: 200 });
    expect(kept).toHaveLength(mostRegions);
    expect(kept.filter(({ role }) => role === 'block')).toHaveLength(30);
  });
  it('gives ticks to their axes, with numbers, and makes an axis where none was seen', () => {
    const plot = part('plot', [50, 10, 250, 110]);
    const axis = part('x_axis', [50, 110, 250, 116]);
    const tick = (text: string, box: Box) => part('tick', box, { text, lines: [lineAt(text, box)] });
    const x = [tick('0', [46, 118, 54, 128]), tick('5', [246, 118, 254, 128])];
    const y = [tick('0', [36, 104, 44, 114]), tick('1', [36, 6, 44, 16])];
    const parts = [plot, axis, ...x, ...y];
    giveTicks(parts);
    expect(x.map(({ owner }) => owner)).toEqual([axis, axis]);
    expect(x.map(({ value }) => value)).toEqual([0, 5]);
    expect(axis.box).toEqual([46, 110, 254, 128]);
    expect(y[0]?.owner?.role).toBe('y_axis');
  });
  it('gives icons to the block at whose corner they are, else to the group, and titles to panels by their letters', () => {
    const group = part('group', [0, 0, 300, 200]);
    const block = part('block', [20, 60, 120, 120]);
    const flame = part('flame', [112, 52, 128, 68]);
    const snowflake = part('snowflake', [270, 10, 290, 30]);
    giveIcons([group, block, flame, snowflake]);
    expect(flame.owner).toBe(block);
    expect(snowflake.owner).toBe(group);
    const panel = part('panel', [0, 0, 300, 200]);
    const plot = part('plot', [40, 60, 260, 160]);
    const letter = part('panel_letter', [2, 2, 20, 16]);
    const title = part('title', [26, 2, 150, 16]);
    const own = part('title', [100, 40, 200, 55]);
    giveTitles([panel, plot, letter, title, own]);
    expect([letter.owner, title.owner, own.owner]).toEqual([panel, panel, plot]);
  });
});
