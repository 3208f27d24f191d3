/**
 * Programs over a parse: the tokens, and what the grammar allows after a prefix (docs/figure-language.md). A program is a list of
 * strings in prefix notation: names of operators, roles, colour words, numbers `1`–`9` and `LAST`, `@5` for a pointer to region 5,
 * `^3` for a pointer to token 3 of the question. Python holds the same in `training/one/program.py`.
 */
import language from '../../../../models/groundnote-one/language.json';
import { colourWords } from './colours';
import { roles } from './parse';

export type Program = readonly string[];
type Table = typeof language.program;
export type Operator = keyof Table;
/** What an argument of an operator is. `S` is a set of regions, `root` the program itself. */
type Slot = 'root' | 'S' | 'region' | 'position' | 'role' | 'colour' | 'number' | 'ordinal';

interface Definition {
  readonly args: readonly Slot[];
  readonly kind: 'root' | 'S';
  /** How often it may stand directly around itself. */
  readonly nest?: number;
}

const table = language.program as unknown as Readonly<Record<Operator, Definition>>;
const names = Object.keys(table) as Operator[];
export const roots: readonly Operator[] = names.filter((name) => table[name].kind === 'root');
export const setOperators: readonly Operator[] = names.filter((name) => table[name].kind === 'S');
export const mostTokens: number = language.max_program;
export const last = 'LAST';
const numbers = Array.from({ length: language.numbers }, (_, i) => String(i + 1));
const askedRoles = roles.filter((role) => role !== 'user');
/** Tokens that a slot needs at least. */
const shortest: Readonly<Record<Slot, number>> = {
  root: 1,
  S: 2,
  region: 1,
  position: 1,
  role: 1,
  colour: 1,
  number: 1,
  ordinal: 1,
};

/** A program that the grammar does not allow: an error of ours, or a model that does not fit the pack. */
export class ProgramError extends Error {}

/** What a program may speak of. */
export interface Situation {
  /** Regions of the parse. */
  regions: number;
  /** Tokens of the question. */
  positions: number;
  /** Regions that the user's question names. */
  chips: number;
  /** Whether there is an IT. */
  focus: boolean;
}

/** What may come next. */
export interface Allowed {
  tokens: readonly string[];
  /** Any pointer to a region. */
  regions: boolean;
  /** Pointers to the question from this one on. */
  position?: number;
  /** The program is complete. */
  done: boolean;
}

interface OpenSlot {
  slot: Slot;
  /** The operator around it, and how often it stands around itself there. */
  around?: string;
  times: number;
  /** The first position that it may take. */
  from?: number;
}

export const isOperator = (token: string): token is Operator => Object.hasOwn(table, token);
export const argumentsOf = (operator: Operator): readonly Slot[] => table[operator].args;
/** The region or position that `@5` or `^3` points to. */
export const pointerOf = (token: string): number | undefined =>
  /^[@^]\d+$/u.test(token) ? Number(token.slice(1)) : undefined;

/** @throws ProgramError where the prefix itself is not allowed */
export function allowedAfter(prefix: Program, situation: Situation): Allowed {
  const open: OpenSlot[] = [{ slot: 'root', times: 0 }];
  const room = (before: number) =>
    mostTokens - before - 1 - open.reduce((sum, { slot }) => sum + shortest[slot], 0);
  for (const [at, token] of prefix.entries()) {
    const here = open.pop();
    if (!here) throw new ProgramError(`${token} follows a complete program`);
    if (!isAmong(allowedIn(here, situation, room(at)), token, situation))
      throw new ProgramError(`${token} at ${at} is not allowed`);
    if ((here.slot === 'root' || here.slot === 'S') && isOperator(token)) {
      const times = token === here.around ? here.times + 1 : 1;
      const slots = table[token].args.map((slot): OpenSlot => ({ slot, around: token, times }));
      open.push(...slots.reverse());
    } else if (here.slot === 'position' && here.from === undefined) {
      const next = open.at(-1);
      if (next) next.from = pointerOf(token) ?? 0;
    }
  }
  const here = open.pop();
  return here ? allowedIn(here, situation, room(prefix.length)) : { tokens: [], regions: false, done: true };
}

/** @param room tokens that may still come after this one for its own arguments */
function allowedIn({ slot, around, times, from }: OpenSlot, situation: Situation, room: number): Allowed {
  const only = (tokens: readonly string[]): Allowed => ({ tokens, regions: false, done: false });
  switch (slot) {
    case 'region':
      return { tokens: [], regions: true, done: false };
    case 'position':
      return { ...only([]), position: from ?? 0 };
    case 'role':
      return only(askedRoles);
    case 'colour':
      return only(colourWords);
    case 'number':
      return only(numbers.slice(0, situation.chips));
    case 'ordinal':
      return only([...numbers, last]);
    case 'root':
    case 'S': {
      const there: Partial<Record<Operator, boolean>> = {
        REF: situation.regions > 0,
        IT: situation.focus,
        CHIP: situation.chips > 0,
        ABSENT: situation.positions > 0,
      };
      const fits = (operator: Operator) => {
        const { args, nest = 1 } = table[operator];
        const least = args.reduce((sum, each) => sum + shortest[each], 0);
        return least <= room && !(operator === around && times >= nest);
      };
      const operators = slot === 'root' ? roots : setOperators;
      return only(operators.filter((operator) => fits(operator) && (there[operator] ?? true)));
    }
  }
}

function isAmong({ tokens, regions, position }: Allowed, token: string, situation: Situation): boolean {
  const pointer = pointerOf(token);
  if (pointer === undefined) return tokens.includes(token);
  if (token.startsWith('@')) return regions && pointer < situation.regions;
  return position !== undefined && pointer >= position && pointer < situation.positions;
}
