/** Arguments of the command line → prompts. A wrong one ends the program with exit code 2. */
import { InvalidArgumentError } from 'commander';
import type { Box, Point, Prompt } from '../protocol/geometry';

/** `X,Y` (the object) or `X,Y,0|1`; may be given several times. */
export function parsePoint(value: string, before: Prompt[] = []): Prompt[] {
  const parts = numbers(value);
  const label = parts[2] ?? 1;
  if (parts.length < 2 || parts.length > 3 || (label !== 0 && label !== 1))
    throw new InvalidArgumentError('Expected X,Y or X,Y,0 or X,Y,1 in pixels.');
  return [...before, { type: 'point', point: [parts[0] as number, parts[1] as number], label }];
}

/** `X1,Y1,X2,Y2`. */
export function parseBox(value: string, before: Prompt[] = []): Prompt[] {
  return [...before, { type: 'box', box: parseView(value) }];
}

/** `X1,Y1,X2,Y2`. */
export function parseView(value: string): Box {
  const [x1, y1, x2, y2, ...more] = numbers(value);
  if (x1 === undefined || y1 === undefined || x2 === undefined || y2 === undefined || more.length)
    throw new InvalidArgumentError('Expected X1,Y1,X2,Y2 in pixels.');
  if (x2 <= x1 || y2 <= y1)
    throw new InvalidArgumentError('The box is empty: X2 must be larger than X1, and Y2 than Y1.');
  return [x1, y1, x2, y2];
}

/** The same, several times. */
export const parseBoxes = (value: string, before: Prompt[] = []): Prompt[] => [...before, ...parseBox(value)];

/** `X,Y;X,Y;…`: a line over the object. */
export function parseStroke(value: string, before: Prompt[] = []): Prompt[] {
  const points = value
    .split(';')
    .filter((part) => part.trim() !== '')
    .map((part): Point => {
      const [x, y, ...more] = numbers(part);
      if (x === undefined || y === undefined || more.length)
        throw new InvalidArgumentError('Expected X,Y;X,Y;… in pixels.');
      return [x, y];
    });
  if (!points.length) throw new InvalidArgumentError('Expected X,Y;X,Y;… in pixels.');
  return [...before, { type: 'stroke', points, label: 1 }];
}

/** A whole number of at least `least`, and at most `most`. */
export function wholeNumber(least: number, most = Infinity): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() === '' || !Number.isInteger(number) || number < least || number > most)
      throw new InvalidArgumentError(
        `Expected a whole number of at least ${least}${most < Infinity ? ` and at most ${most}` : ''}.`,
      );
    return number;
  };
}

/** Folders may be given several times. */
export const collect = (value: string, before: string[] = []): string[] => [...before, value];

function numbers(value: string): number[] {
  const parts = value.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (!parts.every(Number.isFinite))
    throw new InvalidArgumentError(`"${value}" holds something that is no number.`);
  return parts;
}
