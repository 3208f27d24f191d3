/** What Python's language model reads (training/one/fixtures.py) of parses and questions, made here: both are the same. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { floatsOf, type NamedArray } from '../../../src/inference/engines/onnx/arrays';
import { figureParseSchema } from '../../../src/inference/process/figure/parse';
import { ParseFeatures } from '../../../src/inference/process/language/features';
import { bucketOf, tokensOf } from '../../../src/inference/process/language/text';

const read = (name: string): unknown => JSON.parse(readFileSync(`test/fixtures/figure/${name}.json`, 'utf8'));
const numbers = z.array(z.number());
const { parses } = z.object({ parses: z.array(figureParseSchema) }).parse(read('programs'));
const fixture = z
  .object({
    hashes: z.array(z.tuple([z.string(), z.number()])),
    tokens: z.array(
      z.tuple([z.string(), z.array(z.tuple([z.string(), z.number(), z.number(), z.boolean()]))]),
    ),
    readings: z.array(
      z.object({
        parse: z.number(),
        focus: numbers,
        chips: numbers,
        region_ids: z.array(numbers),
        region_numbers: z.array(numbers),
        region_grams: z.array(numbers),
        questions: z.array(
          z.object({
            text: z.string(),
            before: z.array(z.string()),
            grams: z.array(numbers),
            places: numbers,
            /** Token, region, and the three numbers of those that are not all 0. */
            links: z.array(numbers),
          }),
        ),
      }),
    ),
  })
  .parse(read('reading'));

const rows = (array: NamedArray): number[][] => {
  const [count = 0, width = 1] = array.dims;
  const data = [...floatsOf(array)];
  return Array.from({ length: count }, (_, i) => data.slice(i * width, (i + 1) * width));
};
/** Without the zeros at the end. */
const trimmed = (row: number[]) => row.slice(0, row.filter(Boolean).length);
const close = (rounded: number[][]) => rounded.map((row) => row.map((value) => expect.closeTo(value, 4)));

test('hashes', () => {
  for (const [text, hash] of fixture.hashes) expect(bucketOf(text), text).toBe(1 + (hash % 8191));
});

test.each(fixture.tokens)('tokens of %s', (text, tokens) => {
  // Python counts code points, we count UTF-16 units.
  const units = (points: number) => [...text].slice(0, points).join('').length;
  expect(tokensOf(text)).toEqual(
    tokens.map(([token, start, end, word]) => ({
      text: token,
      start: units(start),
      end: units(end),
      word,
    })),
  );
});

test.each(fixture.readings)('regions and questions of parse $parse', (reading) => {
  const features = new ParseFeatures(parses[reading.parse]!);
  const { ids, numbers: values } = features.situation(reading.focus, reading.chips);
  expect(rows(ids)).toEqual(reading.region_ids);
  expect(rows(values)).toEqual(close(reading.region_numbers));
  expect(rows(features.grams).map(trimmed)).toEqual(reading.region_grams);
  for (const { text, before, grams, places, links } of reading.questions) {
    const question = features.question(text, before);
    expect(rows(question.grams).map(trimmed), text).toEqual(grams);
    expect([...floatsOf(question.places)], text).toEqual(places);
    const [, regions = 0] = question.links.dims;
    const found: number[][] = [];
    const data = floatsOf(question.links);
    for (let at = 0; at < data.length; at += 3) {
      const values3 = [...data.subarray(at, at + 3)];
      if (values3.some(Boolean)) found.push([Math.floor(at / 3 / regions), (at / 3) % regions, ...values3]);
    }
    expect(found, text).toEqual(close(links));
  }
});
