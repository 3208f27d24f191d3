/** The shape around a text, in pictures drawn here pixel by pixel. */
import { describe, expect, it } from 'vitest';
import { composeAnswer, refusal } from '../../../src/inference/process/ground/answer';
import { enclosingShape } from '../../../src/inference/process/ground/enclosure';
import { isNamedBy } from '../../../src/inference/process/ground/shapes';
import type { Picture } from '../../../src/inference/process/picture';
import type { Box } from '../../../src/protocol/geometry';

type Color = [number, number, number];
const white: Color = [255, 255, 255];
const ink: Color = [40, 40, 60];
const paint = (picture: Picture, [x1, y1, x2, y2]: Box, color: Color) => {
  for (let y = y1; y < y2; y++)
    for (let x = x1; x < x2; x++) picture.data.set(color, (y * picture.width + x) * 3);
};
const page = (): Picture => {
  const picture = { width: 200, height: 120, data: new Uint8Array(200 * 120 * 3), contentHash: '' };
  paint(picture, [0, 0, 200, 120], white);
  return picture;
};
const text: Box = [70, 50, 110, 62];
const write = (picture: Picture) => paint(picture, [74, 54, 106, 58], ink);

describe('the shape around a text', () => {
  it('is a box with its outline', () => {
    const picture = page();
    paint(picture, [40, 30, 140, 90], ink);
    paint(picture, [42, 32, 138, 88], white);
    write(picture);
    expect(enclosingShape(picture, text)?.box).toEqual([40, 30, 140, 90]);
  });
  it('is a box of another colour without an outline', () => {
    const picture = page();
    paint(picture, [40, 30, 140, 90], [200, 220, 250]);
    write(picture);
    const shape = enclosingShape(picture, text);
    expect(shape?.box).toEqual([40, 30, 140, 90]);
    expect(shape?.mask.data.reduce((sum, value) => sum + value, 0)).toBe(100 * 60);
  });
  it('goes on behind lines that cut it into odd parts', () => {
    const picture = page();
    paint(picture, [40, 20, 140, 100], [230, 230, 235]);
    paint(picture, [40, 70, 140, 72], ink);
    paint(picture, [114, 20, 116, 64], ink);
    paint(picture, [114, 62, 140, 64], ink);
    write(picture);
    expect(enclosingShape(picture, text)?.box).toEqual([40, 20, 140, 100]);
  });
  it('is not the page, nor a figure that is not convex', () => {
    const open = page();
    write(open);
    expect(enclosingShape(open, text)).toBeUndefined();
    const angle = page();
    paint(angle, [60, 40, 190, 70], [200, 220, 250]);
    paint(angle, [60, 40, 80, 115], [200, 220, 250]);
    write(angle);
    expect(enclosingShape(angle, text)).toBeUndefined();
  });
});

describe('a shape is named', () => {
  const shape: Box = [0, 0, 200, 200];
  it('by the text in its middle, and by its title', () => {
    expect(isNamedBy([60, 40, 120, 72], text, [])).toBe(true);
    expect(isNamedBy(shape, [10, 6, 60, 18], [{ box: [50, 100, 90, 112] }])).toBe(true);
  });
  it('not by one of several texts in a panel', () => {
    expect(isNamedBy(shape, [20, 100, 60, 112], [{ box: [120, 30, 160, 42] }])).toBe(false);
  });
});

describe('the answer', () => {
  const region = (id: string, label: string) => ({ id, label, box: [0, 0, 1, 1] as Box });
  it('ties each text to its regions', () => {
    const { text: words, spans } = composeAnswer(
      [region('1', 'A'), region('2', 'A'), region('3', 'Bc')],
      'same',
    );
    expect(words).toBe('Found "A" (2 places) and "Bc".');
    expect(spans?.map(({ start, end }) => words?.slice(start, end))).toEqual(['A', 'Bc']);
    expect(spans?.map(({ regions }) => regions)).toEqual([['1', '2'], ['3']]);
  });
  it('says of a photo that this pack reads words only, and what could do it', () => {
    const { refused, text: words } = refusal('the cat', [], 0);
    expect(refused).toBe(true);
    expect(words).toMatch(/No text was found.*none is installed/);
  });
  it('offers the nearest texts as hints', () => {
    expect(refusal('P4', ['P1'], 3).text).toMatch(/"P4" is not written.*"P1"/);
  });
});
