/** A program in words, and what each of its steps found: the explanation of an answer. */
import type { ProgramResult } from '../execute';
import { argumentsOf, isOperator, pointerOf, type Operator, type Program } from '../program';
import type { ColourWord } from '../colours';
import type { Role } from '../parse';
import type { FigureTeller, Value } from './teller';
import type { Sentence } from './words';

/** Sets of more regions are told by what they are. */
const mostNamed = 3;

/** Tells what the steps of a program found, innermost first. */
export function explainSteps(teller: FigureTeller, program: Program, { steps, empty }: ProgramResult): void {
  const found = new Map(steps);
  for (const [place, regions] of steps) {
    const operator = program[place];
    // What the question names needs no step, and what it points at is known.
    if (operator === 'REF' || operator === 'CHIP') continue;
    const Step = capitalised(teller, wordsOf(teller, program, place, found).words);
    if (regions.length) {
      teller.step('stepResult', { Step, list: teller.listOf(regions) });
      continue;
    }
    teller.step('stepEmpty', { Step });
    // What follows from nothing is nothing.
    if (empty !== undefined) return;
  }
}

/** The step that starts at a place, in words. @param found regions of steps: what they found stands for them where it is little */
export function wordsOf(
  teller: FigureTeller,
  program: Program,
  place: number,
  found: ReadonlyMap<number, readonly number[]> = new Map(),
): { words: Value; end: number } {
  const operator = program[place] as Operator;
  const values: Record<string, Value> = {};
  const sets: Value[] = [];
  let end = place + 1;
  for (const slot of argumentsOf(operator)) {
    const token = program[end] as string;
    if (slot === 'S') {
      const inner = wordsOf(teller, program, end, found);
      const regions = found.get(end);
      const isLittle = regions?.length && regions.length <= mostNamed;
      sets.push(isLittle ? teller.listOf(regions) : inner.words);
      ({ end } = inner);
      continue;
    }
    end++;
    if (slot === 'region') values['x'] = teller.named(pointerOf(token) ?? 0);
    if (slot === 'role') values['nouns'] = teller.words.nouns[token as Role].many;
    if (slot === 'colour') values['colour'] = teller.words.colours[token as ColourWord];
    if (slot === 'number' || slot === 'ordinal') values['n'] = token;
  }
  const [a = '', b = ''] = sets;
  return { words: teller.phrase(sentenceOf(operator), { ...values, a, b }), end };
}

/** The whole program as a question in words. */
export function queryOf(teller: FigureTeller, program: Program): Value {
  const root = program[0] as Operator;
  const sets: Value[] = [];
  let end = 1;
  for (const slot of argumentsOf(root)) {
    if (slot !== 'S') break;
    const inner = wordsOf(teller, program, end);
    sets.push(inner.words);
    ({ end } = inner);
  }
  const [a = '', b = ''] = sets;
  return teller.phrase(`root${root}` as Sentence, { a, b });
}

const sentenceOf = (operator: Operator): Sentence => {
  if (!isOperator(operator)) throw new RangeError(`${String(operator)} is no operator.`);
  return `op${operator}` as Sentence;
};

/** With its first letter as a capital, where that is a word of ours. */
function capitalised(teller: FigureTeller, value: Value): Value {
  if (typeof value === 'string') return teller.words.capital(value);
  if (typeof value !== 'object' || 'places' in value) return value;
  const [first, ...rest] = value;
  return first === undefined ? value : [capitalised(teller, first), ...rest];
}
