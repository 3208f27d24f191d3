/** The programs of Python's executor (training/one/fixtures.py), run here: both give the same. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { colourWord } from '../../../src/inference/process/figure/colours';
import { Executor, resolveChips } from '../../../src/inference/process/figure/execute';
import { figureParseSchema } from '../../../src/inference/process/figure/parse';
import { allowedAfter, ProgramError } from '../../../src/inference/process/figure/program';
import { boxSchema, pointSchema } from '../../../src/protocol/geometry';

const indices = z.array(z.number());
const tokens = z.array(z.string());
const fixture = z
  .object({
    parses: z.array(figureParseSchema),
    cases: z.array(
      z.object({
        parse: z.number(),
        program: tokens,
        focus: indices,
        chips: z.array(z.union([z.object({ box: boxSchema }), z.object({ point: pointSchema })])),
        meant: indices,
        positions: z.number().optional(),
        result: z.object({
          root: z.string(),
          regions: indices,
          other: indices.default([]),
          steps: z.array(z.tuple([z.number(), indices])),
          facts: z.record(z.string(), z.unknown()),
          focus: indices,
          empty: z.number().optional(),
        }),
      }),
    ),
    relations: z.array(z.object({ parse: z.number(), a: z.number(), b: z.number(), relations: tokens })),
    grammar: z.object({
      situation: z.object({
        regions: z.number(),
        positions: z.number(),
        chips: z.number(),
        focus: z.boolean(),
      }),
      follow: z.array(
        z.object({
          prefix: tokens,
          tokens,
          regions: z.boolean(),
          position: z.number().nullable(),
          done: z.boolean(),
        }),
      ),
      refused: z.array(tokens),
    }),
    colours: z.array(z.object({ rgb: z.tuple([z.number(), z.number(), z.number()]), word: z.string() })),
  })
  .parse(JSON.parse(readFileSync('test/fixtures/figure/programs.json', 'utf8')));

describe('executor', () => {
  test.each(fixture.parses.map((parse, index) => [index, parse] as const))('parse %i', (index, bare) => {
    const cases = fixture.cases.filter((each) => each.parse === index);
    expect(cases.length).toBeGreaterThan(20);
    for (const { program, focus, chips, meant, positions, result } of cases) {
      const resolved = resolveChips(bare, chips);
      expect(resolved.meant, program.join(' ')).toEqual(meant);
      const executor = new Executor(resolved.parse, focus, resolved.meant);
      expect(executor.run(program, positions), program.join(' ')).toEqual(result);
    }
  });

  test('relations of two regions', () => {
    for (const { parse, a, b, relations } of fixture.relations)
      expect(new Executor(fixture.parses[parse]!).relations(a, b), `${a} to ${b}`).toEqual(relations);
  });
});

describe('grammar', () => {
  const { situation, follow, refused } = fixture.grammar;

  test.each(follow.map((each) => [each.prefix.join(' ') || 'nothing', each] as const))(
    'what may follow %s',
    (_, { prefix, tokens: names, regions, position, done }) => {
      const may = allowedAfter(prefix, situation);
      expect([...may.tokens].sort()).toEqual([...names].sort());
      expect([may.regions, may.position ?? null, may.done]).toEqual([regions, position, done]);
    },
  );

  test.each(refused.map((each) => [each.join(' ') || 'nothing', each] as const))(
    'refuses %s as a program',
    (_, program) => {
      const complete = () => {
        if (!allowedAfter(program, situation).done) throw new ProgramError('not complete');
      };
      expect(complete).toThrow(ProgramError);
    },
  );
});

test('colour words', () => {
  for (const { rgb, word } of fixture.colours) expect(colourWord(rgb), rgb.join()).toBe(word);
});
