/** From a program and what it found to the sentences of an answer, whose words are tied to the regions. */
import { nearestTexts } from '../../ground/match';
import type { Executor, ProgramResult, Relation } from '../execute';
import { pointerOf, type Operator, type Program } from '../program';
import { caption, describeRegion, describeUserRegion } from './describe';
import { explainSteps, queryOf, wordsOf } from './steps';
import type { FigureTeller, Value } from './teller';

const mostHints = 4;

/** What an answer needs besides the figure. */
export interface Question {
  /** The part of the question that is not in the figure, for `ABSENT`. */
  phrase?: string;
}

/** Tells the answer. @returns whether it is a refusal */
export function tellAnswer(
  teller: FigureTeller,
  executor: Executor,
  program: Program,
  result: ProgramResult,
  question: Question,
): boolean {
  // The answer first: its regions are the first of the result.
  const refused = sayAnswer(teller, executor, program, result, question);
  if (result.root === 'CAPTION') return refused;
  teller.step('stepModel', { query: queryOf(teller, program) });
  explainSteps(teller, program, result);
  return refused;
}

function sayAnswer(
  teller: FigureTeller,
  executor: Executor,
  program: Program,
  result: ProgramResult,
  { phrase }: Question,
): boolean {
  switch (result.root) {
    case 'ABSENT':
      return absent(teller, phrase ?? '');
    case 'UNKNOWN':
      teller.say('notUnderstood');
      return true;
    case 'OTHER':
      teller.say('beyond');
      return true;
    case 'CAPTION':
      caption(teller);
      return false;
  }
  if (result.empty !== undefined) return tellNothing(teller, program, result);
  const { regions, other, facts } = result;
  const list = teller.listOf(regions);
  const [first = 0] = regions;
  switch (result.root) {
    case 'SHOW':
    case 'EXPLAIN':
      show(teller, regions);
      if (result.root === 'EXPLAIN') teller.say('because', { reason: reasonOf(teller, program, result) });
      return false;
    case 'COUNT':
      teller.say(regions.length === 1 ? 'countOne' : 'count', { count: regions.length, list });
      return false;
    case 'EXISTS':
      teller.say('yes', { list });
      return false;
    case 'READ':
      each(teller, regions, (index, i) => {
        const text = teller.names.text(facts.texts?.[i]);
        if (executor.links.at(index).role === 'user') describeUserRegion(teller, index);
        else if (text === undefined) teller.say('readsNothing', { x: teller.named(index) });
        else teller.say('reads', { x: place(teller, index), text: teller.tied(text, [index]) });
      });
      return false;
    case 'WHAT':
      each(teller, regions, (index) => describeRegion(teller, executor, index));
      return false;
    case 'VALUE':
      each(teller, regions, (index, i) => {
        const value = facts.values?.[i] ?? undefined;
        if (value === undefined) teller.say('noValue', { x: teller.named(index) });
        else teller.say('value', { x: teller.named(index), value: teller.words.number(value) });
      });
      return false;
    case 'HUE':
      each(teller, regions, (index, i) => {
        const word = executor.links.word(index);
        if (facts.hues?.[i] && word)
          teller.say('hue', { x: teller.named(index), colour: teller.words.colours[word] });
        else teller.say('noHue', { x: teller.named(index) });
      });
      return false;
    case 'RELATE':
      relate(teller, executor, first, other[0] ?? 0, facts.relations ?? []);
      return false;
    case 'COMPARE':
      return compare(teller, regions, other, facts.values ?? []);
    default:
      return true;
  }
}

/** Sentences about each of some regions, with spaces between them where the language has these. */
function each(
  teller: FigureTeller,
  regions: readonly number[],
  say: (index: number, i: number) => void,
): void {
  regions.forEach((index, i) => {
    if (i > 0 && teller.text.endsWith('.')) teller.space();
    say(index, i);
  });
}

function show(teller: FigureTeller, regions: readonly number[]): void {
  const [first] = regions;
  if (first !== undefined && regions.length === 1) {
    const [x, position] = [teller.named(first), teller.names.position(first)];
    // A part without a text is told by its place.
    teller.say(x.text.includes(position) ? 'itIsThere' : 'itIs', { x, position });
  } else teller.say('theyAre', { list: teller.listOf(regions) });
}

/** What bears a text, without the text: a label's own name would say it twice. */
function place(teller: FigureTeller, index: number): Value {
  const { role, text } = teller.links.at(index);
  return text && role !== 'user' ? teller.words.capital(teller.words.nouns[role].the) : teller.named(index);
}

function tellNothing(
  teller: FigureTeller,
  program: Program,
  { root, empty = 1, steps }: ProgramResult,
): boolean {
  const found = new Map(steps);
  const step = program[empty] === 'IT' ? undefined : wordsOf(teller, program, empty, found).words;
  if (step === undefined) {
    teller.say('noIt');
    return true;
  }
  const opening: Partial<Record<Operator, 'zero' | 'no'>> = { COUNT: 'zero', EXISTS: 'no' };
  teller.say(opening[root] ?? 'none');
  teller.say('emptyStep', { step });
  return !opening[root];
}

function absent(teller: FigureTeller, phrase: string): boolean {
  teller.say('noRegion', { phrase: teller.words.quote(phrase) });
  const labels = teller.links.where(({ text }) => !!text);
  const nearest = nearestTexts(
    phrase,
    labels.map((index) => teller.links.at(index).text ?? ''),
    mostHints,
  );
  const hints = nearest.flatMap((text) => labels.find((index) => teller.links.at(index).text === text) ?? []);
  if (hints.length) teller.say('nearest', { list: teller.listOf(hints) });
  return true;
}

const sides = ['left', 'right', 'above', 'below'] as const;

function relate(
  teller: FigureTeller,
  executor: Executor,
  a: number,
  b: number,
  relations: readonly Relation[],
): void {
  const [x, y] = [teller.named(a), teller.named(b)];
  let said = false;
  for (const relation of relations) {
    if (said && teller.text.endsWith('.')) teller.space();
    said = true;
    const side = sides.find((each) => each === relation);
    if (side) teller.say('side', { x, y, side: teller.words.sides[side] });
    else teller.say(relation as Exclude<Relation, (typeof sides)[number]>, { x, y });
    const arrows =
      relation === 'arrow'
        ? executor.apply('ARROW', [a], [b])
        : relation === 'arrow_back'
          ? executor.apply('ARROW', [b], [a])
          : [];
    if (arrows.length)
      teller.step('stepResult', {
        Step: teller.words.capital(teller.words.nouns.arrow.the),
        list: teller.listOf(arrows),
      });
  }
  if (!said) teller.say('unrelated', { x, y });
}

/** @returns whether there was nothing to compare */
function compare(
  teller: FigureTeller,
  s: readonly number[],
  t: readonly number[],
  values: readonly (number | null)[],
): boolean {
  const [a = null, b = null] = values;
  const [x, y] = [teller.listOf(s), teller.listOf(t)];
  const { number } = teller.words;
  if (a === null) teller.say('noValue', { x });
  else if (b === null) teller.say('noValue', { x: y });
  else if (a === b) teller.say('equal', { x, y, a: number(a) });
  else {
    const [high, low] = a > b ? [x, y] : [y, x];
    const [more, less] = a > b ? [a, b] : [b, a];
    teller.say('higher', {
      x: high,
      y: low,
      a: number(more),
      b: number(less),
      difference: number(more - less),
    });
  }
  return a === null || b === null;
}

/** Why the outermost step of a program found what it found. */
function reasonOf(teller: FigureTeller, program: Program, { steps, regions }: ProgramResult): Value {
  const operator = program[1] as Operator;
  const inner = program[2] === undefined ? undefined : new Map(steps).get(2);
  const a = teller.listOf(inner ?? []);
  switch (operator) {
    case 'FROZEN':
      return teller.phrase('reasonFrozen');
    case 'TRAINED':
      return teller.phrase('reasonTrained');
    case 'NEXT':
      return teller.phrase('reasonArrow', { a });
    case 'PREV':
      return teller.phrase('reasonArrowBack', { a });
    case 'INSIDE':
      return teller.phrase('reasonInside', { a });
    case 'OWNED':
    case 'SERIES':
      return teller.phrase('reasonOwner', { a });
    case 'BOLD':
      return teller.phrase('reasonBold');
    case 'HIGHEST':
    case 'LOWEST': {
      const value = regions[0] === undefined ? undefined : teller.links.at(regions[0]).value;
      const others = (inner ?? []).filter((index) => !regions.includes(index));
      if (value === undefined || !others.length) break;
      return teller.phrase('reasonValue', {
        value: teller.words.number(value),
        list: valuesOf(teller, others),
      });
    }
  }
  return teller.phrase('reasonStep', {
    step: wordsOf(teller, program, 1, new Map(steps.slice(0, -1))).words,
  });
}

const valuesOf = (teller: FigureTeller, set: readonly number[]): Value =>
  teller.joined(
    set.slice(0, 6).map((index) => {
      const { value } = teller.links.at(index);
      return value === undefined
        ? teller.named(index)
        : teller.phrase('said', { x: teller.named(index), value: teller.words.number(value) });
    }),
  );

/** The phrase that `ABSENT` is about. @param tokens of the question, with their places in its text */
export function absentPhrase(
  program: Program,
  text: string,
  tokens: readonly { start: number; end: number }[],
): string | undefined {
  const [from, to] = program.slice(1).map((token) => tokens[pointerOf(token) ?? -1]);
  return program[0] === 'ABSENT' && from && to ? text.slice(from.start, to.end) : undefined;
}
