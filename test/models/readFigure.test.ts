/** What the embedded pack reads of drawn diagrams: labels, the shapes around them, and how the shapes lie in each other. */
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quietContext } from '../../src/inference/process/cancel';
import { createRuntime, type Runtime } from '../../src/inference/process/runtime';
import type { FigureReading } from '../../src/protocol/figure';
import type { Box } from '../../src/protocol/geometry';
import { boxIou, layOutPacks } from './embedded';
import { groundFigures } from './groundFigures';

const root = path.resolve(import.meta.dirname, '../..');
const packs = layOutPacks();
let runtime: Runtime;
beforeAll(() => {
  runtime = createRuntime({ packFolders: [packs.folder], threads: 1 });
});
afterAll(() => packs.remove());

/** A drawing as it was read, with boxes in its own units. */
async function read(figure: string, view?: Box): Promise<FigureReading> {
  const svg = groundFigures.find(({ name }) => name === figure)?.svg ?? '';
  const image = { name: 'figure.svg', bytes: new TextEncoder().encode(svg) };
  const reading = await runtime.readFigure({ image, ...(view && { view }) }, quietContext());
  const scale = reading.image.width / Number(/width="(\d+)"/.exec(svg)?.[1]);
  const scaled = <T extends { box: Box }>(each: T) => ({
    ...each,
    box: each.box.map((value) => value / scale) as Box,
  });
  return { ...reading, labels: reading.labels.map(scaled), shapes: reading.shapes.map(scaled) };
}
const shapeNamed = ({ labels, shapes }: FigureReading, text: string) => {
  const label = labels.find((each) => each.text === text);
  return shapes.find(({ title }) => title !== undefined && title === label?.id);
};

describe('reading a figure', () => {
  it('gives labels in reading order, each with the shape that it names', async () => {
    const reading = await read('a row of boxes with arrows');
    expect(reading.labels.map(({ text }) => text)).toEqual(['Vision encoder', 'Projector', 'Mask decoder']);
    expect(reading.labels.every(({ confidence }) => confidence > 0.8 && confidence <= 1)).toBe(true);
    expect(reading.shapes.map(({ kind }) => kind)).toEqual(Array(3).fill('rounded rectangle'));
    expect(boxIou(shapeNamed(reading, 'Projector')?.box as Box, [299, 59, 481, 141])).toBeGreaterThan(0.9);
    expect(reading.labels.map(({ shape }) => shape)).toEqual(['s1', 's2', 's3']);
    expect(reading.pack.id).toBe('groundnote-ocr');
    expect(reading.partial).toBeUndefined();
  });

  it('tells which shape lies in which', async () => {
    const reading = await read('a panel with a title and boxes in it');
    const panel = shapeNamed(reading, 'Visual sampler');
    const inner = shapeNamed(reading, 'Gathering');
    expect(panel?.inside).toBeUndefined();
    expect(inner?.inside).toBe(panel?.id);
  });

  it('tells kinds of shapes', async () => {
    const reading = await read('ellipses and a diamond');
    expect(shapeNamed(reading, 'Frozen')?.kind).toBe('diamond');
  });

  it('answers about a part only where one is asked for', async () => {
    const whole = await read('a row of boxes with arrows');
    const part = await read('a row of boxes with arrows', [0, 0, whole.image.width / 3, whole.image.height]);
    expect(part.labels.map(({ text }) => text)).toEqual(['Vision encoder']);
    expect(part.shapes).toHaveLength(1);
  });

  it('finds nothing to read in a photo', async () => {
    const image = { path: path.join(root, 'examples/photos/cat.jpg') };
    const reading = await runtime.readFigure({ image }, quietContext());
    expect(reading).toMatchObject({ labels: [], shapes: [] });
  });
});
