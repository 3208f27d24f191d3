/**
 * Questions written by hand over parses made by hand (test/fixtures/figure/phrasings*), and what counts as a right answer. The
 * same as training/eval/phrasings.py, which says what the keys mean.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { Executor, resolveChips, type ProgramResult } from '../../src/inference/process/figure/execute';
import { figureParseSchema, type FigureParse } from '../../src/inference/process/figure/parse';
import { ProgramError, type Program } from '../../src/inference/process/figure/program';
import { boxSchema } from '../../src/protocol/geometry';

const folder = path.join(__dirname, '../fixtures/figure');
const indices = z.array(z.number().int().nonnegative());
const acceptedSchema = z.union([
  z.object({ regions: indices }).strict(),
  z.object({ count: z.number() }).strict(),
  z.object({ yes: z.boolean() }).strict(),
  z.object({ texts: z.array(z.string()) }).strict(),
  z.object({ hues: z.array(z.string()) }).strict(),
  z.object({ values: z.array(z.number()) }).strict(),
  z.object({ relate: indices }).strict(),
  z.object({ compare: indices }).strict(),
  z.object({ absent: z.string() }).strict(),
  z.object({ unknown: z.literal(true) }).strict(),
  z.object({ other: z.literal(true) }).strict(),
]);
type Accepted = z.infer<typeof acceptedSchema>;

const phrasingSchema = z.object({
  id: z.string(),
  parse: z.string(),
  lang: z.enum(['en', 'zh']),
  kind: z.string(),
  question: z.string(),
  history: z.array(z.object({ question: z.string(), program: z.array(z.string()) })).default([]),
  chips: z.array(z.object({ box: boxSchema })).default([]),
  accept: z.array(acceptedSchema).min(1),
  program: z.array(z.string()),
});
export type Phrasing = z.infer<typeof phrasingSchema>;

export const phrasings: Phrasing[] = readFileSync(path.join(folder, 'phrasings.jsonl'), 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => phrasingSchema.parse(JSON.parse(line)));
export const phrasingParses: Record<string, FigureParse> = z
  .record(z.string(), figureParseSchema)
  .parse(JSON.parse(readFileSync(path.join(folder, 'phrasings_parses.json'), 'utf8')));

/** A question on its parse: what its chips and IT mean there. */
export class AskedPhrasing {
  readonly parse: FigureParse;
  readonly chips: readonly number[];
  readonly focus: readonly number[];

  constructor(readonly phrasing: Phrasing) {
    const { parse, meant } = resolveChips(phrasingParses[phrasing.parse] as FigureParse, phrasing.chips);
    this.parse = parse;
    this.chips = meant;
    let focus: readonly number[] = [];
    for (const { program } of phrasing.history) focus = new Executor(parse, focus, meant).run(program).focus;
    this.focus = focus;
  }

  /** @returns undefined where the grammar does not allow the program */
  run(program: Program, positions = 0): ProgramResult | undefined {
    try {
      return new Executor(this.parse, this.focus, this.chips).run(program, positions);
    } catch (error) {
      if (error instanceof ProgramError) return undefined;
      throw error;
    }
  }

  /** Whether a result is one of those that are accepted; no result never is. */
  isRight(result: ProgramResult | undefined): boolean {
    return result !== undefined && this.phrasing.accept.some((accepted) => agrees(accepted, result));
  }
}

const showing = ['SHOW', 'EXPLAIN', 'WHAT', 'READ', 'VALUE'];
const plain = (text: string) => text.replace(/\s+/g, '').toLowerCase();
const same = (a: readonly unknown[], b: readonly unknown[]) => JSON.stringify(a) === JSON.stringify(b);
const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);

function agrees(accepted: Accepted, { root, regions, other, facts }: ProgramResult): boolean {
  if ('regions' in accepted) return showing.includes(root) && same(sorted(regions), sorted(accepted.regions));
  if ('count' in accepted) return root === 'COUNT' && facts.count === accepted.count;
  if ('yes' in accepted) return root === 'EXISTS' && facts.yes === accepted.yes;
  if ('texts' in accepted)
    return root === 'READ' && same((facts.texts ?? []).map(plain), accepted.texts.map(plain));
  if ('hues' in accepted)
    return root === 'HUE' && same([...new Set(facts.hues)].sort(), [...new Set(accepted.hues)].sort());
  if ('values' in accepted) {
    if (root === 'VALUE') return same(facts.values ?? [], accepted.values);
    return root === 'READ' && same((facts.texts ?? []).map(Number), accepted.values);
  }
  for (const kind of ['relate', 'compare'] as const) {
    const pair = (accepted as Partial<Record<typeof kind, number[]>>)[kind];
    if (pair)
      return (
        root === kind.toUpperCase() &&
        regions.length === 1 &&
        other.length === 1 &&
        same(sorted([...regions, ...other]), sorted(pair))
      );
  }
  if ('absent' in accepted)
    return root === 'ABSENT' || ([...showing, 'EXISTS'].includes(root) && !regions.length);
  return root === ('unknown' in accepted ? 'UNKNOWN' : 'OTHER');
}
