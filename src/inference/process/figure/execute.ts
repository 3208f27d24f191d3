/** Runs programs over a parse. Every operator takes sets of regions and gives one, in reading order and without repeats. */
import type { Box, Point } from '../../../protocol/geometry';
import { areaOfRegion, boxIou, centreOfRegion, iconRoles, labelRoles, Links } from './links';
import type { FigureParse, FigureRegion } from './parse';
import {
  allowedAfter,
  argumentsOf,
  isOperator,
  last,
  pointerOf,
  ProgramError,
  type Operator,
  type Program,
} from './program';

/** How one region stands to another; of the sides at most one. */
export type Relation =
  | 'same'
  | 'inside'
  | 'contains'
  /** From the first to the second, and back. */
  | 'arrow'
  | 'arrow_back'
  /** The same over others. */
  | 'path'
  | 'path_back'
  | 'left'
  | 'right'
  | 'above'
  | 'below';

/** What else the root of a program says. */
export interface Facts {
  count?: number;
  yes?: boolean;
  texts?: string[];
  values?: (number | null)[];
  hues?: (string | null)[];
  relations?: Relation[];
  /** First and last token of the question that is not there. */
  phrase?: number[];
}

export interface ProgramResult {
  root: Operator;
  /** The answer's regions. */
  regions: number[];
  /** The second set of RELATE and COMPARE. */
  other: number[];
  /** For each operator of a set, innermost first: its place in the program, and its regions. */
  steps: [place: number, regions: number[]][];
  /** The place of the first step that came out empty, where there is no answer. */
  empty?: number;
  facts: Facts;
  /** What the next turn's IT means. */
  focus: number[];
}

/** A region that the user's question names. */
export type Chip = { box: Box } | { point: Point };

/**
 * What chips mean: the region of greatest IoU of at least 0.5, or the smallest around a point. A chip that means none becomes a
 * region of the role `user` at the end of the parse (of a point: 11 × 11 pixels).
 */
export function resolveChips(
  parse: FigureParse,
  chips: readonly Chip[],
): { parse: FigureParse; meant: number[] } {
  const regions = [...parse.regions];
  const meant = chips.map((chip) => {
    let [best, score] = [-1, 0];
    for (const [index, region] of parse.regions.entries()) {
      const fit = 'point' in chip ? nearness(region, chip.point) : boxIou(chip.box, region.box);
      if (fit > score && ('point' in chip || fit >= 0.5)) [best, score] = [index, fit];
    }
    if (best >= 0) return best;
    const [x, y] = 'point' in chip ? chip.point : [0, 0];
    regions.push({ role: 'user', box: 'box' in chip ? chip.box : [x - 5, y - 5, x + 6, y + 6] });
    return regions.length - 1;
  });
  return { parse: regions.length > parse.regions.length ? { ...parse, regions } : parse, meant };
}

const nearness = (region: FigureRegion, [x, y]: Point): number => {
  const [x1, y1, x2, y2] = region.box;
  return x >= x1 && x < x2 && y >= y1 && y < y2 ? 1 / areaOfRegion(region) : 0;
};

/** In reading order, without repeats. */
const ordered = (set: Iterable<number | undefined>): number[] =>
  [...new Set([...set].filter((each) => each !== undefined))].sort((a, b) => a - b);

export class Executor {
  readonly links: Links;
  private readonly focus: readonly number[];

  /** @param focus regions that IT means @param chips regions that CHIP 1, 2, … mean */
  constructor(
    parse: FigureParse,
    focus: readonly number[] = [],
    private readonly chips: readonly number[] = [],
  ) {
    this.links = new Links(parse);
    this.focus = ordered(focus);
  }

  /**
   * @param positions tokens of the question
   * @throws ProgramError where the grammar does not allow the program, or it is not complete
   */
  run(program: Program, positions = 0): ProgramResult {
    const situation = {
      regions: this.links.regions.length,
      positions,
      chips: this.chips.length,
      focus: this.focus.length > 0,
    };
    if (!allowedAfter(program, situation).done) throw new ProgramError('the program is not complete');
    const root = program[0] as Operator;
    const result: ProgramResult = { root, regions: [], other: [], steps: [], facts: {}, focus: [] };
    if (root === 'ABSENT') result.facts = { phrase: program.slice(1).map((token) => pointerOf(token) ?? 0) };
    const sets = argumentsOf(root).filter((slot) => slot === 'S').length;
    if (!sets) return result;
    const { steps } = result;
    const first = this.set(program, 1, steps);
    const second = sets > 1 ? this.set(program, first.end, steps) : undefined;
    result.regions = [...first.out];
    result.other = second ? [...second.out] : [];
    if (!first.out.length || second?.out.length === 0)
      result.empty = steps.find(([, out]) => !out.length)?.[0];
    const found = ordered([...result.regions, ...result.other]);
    result.focus = found.length ? found : [...(steps.find(([, out]) => out.length)?.[1] ?? [])];
    result.facts = this.facts(root, result.regions, result.other);
    return result;
  }

  /** The set that starts at a place of the program. */
  private set(program: Program, at: number, steps: ProgramResult['steps']): { out: number[]; end: number } {
    const token = program[at];
    if (token === undefined || !isOperator(token)) throw new ProgramError(`${token} at ${at} is no set`);
    let end = at + 1;
    const words: string[] = [];
    const sets: number[][] = [];
    for (const slot of argumentsOf(token)) {
      if (slot === 'S') {
        const inner = this.set(program, end, steps);
        sets.push(inner.out);
        ({ end } = inner);
      } else {
        words.push(program[end++] as string);
      }
    }
    const out = this.operate(token, words[0] ?? '', sets[0] ?? [], sets[1] ?? []);
    steps.push([at, [...out]]);
    return { out, end };
  }

  /** An operator of sets alone, outside a program. */
  apply(
    operator: 'NEXT' | 'PREV' | 'INSIDE' | 'ARROW',
    s: readonly number[],
    t: readonly number[] = [],
  ): number[] {
    return this.operate(operator, '', s, t);
  }

  /** @param word the argument that is no set @param s its first set @param t its second */
  private operate(operator: Operator, word: string, s: readonly number[], t: readonly number[]): number[] {
    const { links } = this;
    const having = (test: (region: FigureRegion, index: number) => boolean) =>
      s.filter((index) => test(links.at(index), index));
    switch (operator) {
      case 'REF':
        return [pointerOf(word) ?? 0];
      case 'IT':
        return [...this.focus];
      case 'CHIP':
        return ordered([this.chips[Number(word) - 1]]);
      case 'ALL':
        return links.where(({ role }) => role === word);
      case 'PART': {
        const owners = new Set(s.map((index) => links.at(index).owner));
        return links.where(
          ({ role }, index) =>
            role === word &&
            (owners.has(index) ||
              links.ancestors(index, ['parent', 'owner']).some((around) => s.includes(around))),
        );
      }
      case 'NEXT':
        return ordered(links.arrows(s, 'leaving').map(({ far }) => far));
      case 'PREV':
        return ordered(links.arrows(s, 'arriving').map(({ far }) => far));
      case 'OUT':
        return ordered(links.arrows(s, 'leaving').map(({ arrow }) => arrow));
      case 'IN':
        return ordered(links.arrows(s, 'arriving').map(({ arrow }) => arrow));
      case 'ARROW':
        return this.between(s, t);
      case 'INSIDE':
        return links.where(
          ({ role, parent, owner }) =>
            parent !== undefined &&
            s.includes(parent) &&
            role !== 'arrow' &&
            !(owner !== undefined && s.includes(owner) && (labelRoles.has(role) || iconRoles.has(role))),
        );
      case 'AROUND':
        return ordered(s.map((index) => links.at(index).parent));
      case 'OWNER':
        return ordered(s.map((index) => links.at(index).owner));
      case 'OWNED':
        return links.where(({ owner }) => owner !== undefined && s.includes(owner));
      case 'LEFT':
        return this.beside(s, 0, -1);
      case 'RIGHT':
        return this.beside(s, 0, 1);
      case 'ABOVE':
        return this.beside(s, 1, -1);
      case 'BELOW':
        return this.beside(s, 1, 1);
      case 'FROZEN':
        return having((_, index) => links.icons(index).has('snowflake'));
      case 'TRAINED':
        return having((_, index) => links.icons(index).has('flame'));
      case 'PLAIN':
        return having((_, index) => !links.icons(index).size);
      case 'COLOUR':
        return having((_, index) => links.word(index) === word);
      case 'SAME': {
        const hues = new Set(s.map((index) => links.word(index)));
        hues.delete(undefined);
        return t.filter((index) => hues.has(links.word(index)) && !s.includes(index));
      }
      case 'NTH':
        return s.slice(...(word === last ? [-1] : [Number(word) - 1, Number(word)]));
      case 'LEFTMOST':
        return this.most(s, (region) => -centreOfRegion(region)[0]);
      case 'RIGHTMOST':
        return this.most(s, (region) => centreOfRegion(region)[0]);
      case 'TOPMOST':
        return this.most(s, (region) => -centreOfRegion(region)[1]);
      case 'BOTTOMMOST':
        return this.most(s, (region) => centreOfRegion(region)[1]);
      case 'LARGEST':
        return this.most(s, areaOfRegion);
      case 'SMALLEST':
        return this.most(s, (region) => -areaOfRegion(region));
      case 'HIGHEST':
        return this.most(s, ({ value }) => value);
      case 'LOWEST':
        return this.most(s, ({ value }) => value && -value);
      case 'ROW':
        return this.cells(s, 'row');
      case 'COL':
        return this.cells(s, 'col');
      case 'CELL':
        return this.crossing(s, t);
      case 'SERIES':
        return links.where(
          ({ role, owner }) =>
            ['bar', 'curve', 'marker'].includes(role) && owner !== undefined && s.includes(owner),
        );
      case 'BOLD':
        return having(({ bold }) => bold === true);
      case 'UNION':
        return ordered([...s, ...t]);
      case 'MINUS':
        return s.filter((index) => !t.includes(index));
      default:
        throw new ProgramError(`${operator} gives no set`);
    }
  }

  /** Arrows from the first set to the second. */
  private between(from: readonly number[], to: readonly number[]): number[] {
    return ordered(
      this.links
        .arrows(from, 'leaving')
        .filter(({ far }) => to.some((each) => this.links.covers(each, far)))
        .map(({ arrow }) => arrow),
    );
  }

  /** For each the nearest of its role whose centre lies more that way than across. */
  private beside(s: readonly number[], axis: 0 | 1, sign: 1 | -1): number[] {
    const { links } = this;
    return ordered(
      s.map((index) => {
        const region = links.at(index);
        const here = centreOfRegion(region);
        let [best, least]: [number | undefined, number] = [undefined, Infinity];
        for (const [other, each] of links.regions.entries()) {
          if (other === index || each.role !== region.role) continue;
          const centre = centreOfRegion(each);
          const way = [centre[0] - here[0], centre[1] - here[1]] as const;
          const distance = way[0] ** 2 + way[1] ** 2;
          if (way[axis] * sign > Math.abs(way[1 - axis] as number) && distance < least)
            [best, least] = [other, distance];
        }
        return best;
      }),
    );
  }

  /** The first of greatest key; regions without one do not take part. */
  private most(s: readonly number[], key: (region: FigureRegion) => number | undefined): number[] {
    let [best, greatest] = [-1, -Infinity];
    for (const index of s) {
      const value = key(this.links.at(index));
      if (value !== undefined && (best < 0 || value > greatest)) [best, greatest] = [index, value];
    }
    return best < 0 ? [] : [best];
  }

  /** Body cells in the rows or columns of regions, each in its own table. */
  private cells(s: readonly number[], line: 'row' | 'col'): number[] {
    const places = s.map((index) => this.links.at(index)).filter((region) => region[line] !== undefined);
    return this.links.where(
      (region) =>
        region.role === 'cell' &&
        places.some((place) => place.parent === region.parent && place[line] === region[line]),
    );
  }

  /** Cells where a row and a column meet; either set may be the rows. */
  private crossing(s: readonly number[], t: readonly number[]): number[] {
    const meets = s.flatMap((first) =>
      t.flatMap((second) => {
        let [a, b] = [this.links.at(first), this.links.at(second)];
        if (a.role === 'col_header' || b.role === 'row_header') [a, b] = [b, a];
        return a.row !== undefined && b.col !== undefined && a.parent === b.parent
          ? [{ parent: a.parent, row: a.row, col: b.col }]
          : [];
      }),
    );
    return this.links.where(
      ({ role, parent, row, col }) =>
        role === 'cell' &&
        meets.some((meet) => meet.parent === parent && meet.row === row && meet.col === col),
    );
  }

  private facts(root: Operator, s: readonly number[], t: readonly number[]): Facts {
    const { links } = this;
    switch (root) {
      case 'COUNT':
        return { count: s.length };
      case 'EXISTS':
        return { yes: s.length > 0 };
      case 'READ':
        return { texts: s.map((index) => links.reading(index)) };
      case 'VALUE':
        return { values: s.map((index) => links.at(index).value ?? null) };
      case 'HUE':
        return { hues: s.map((index) => links.word(index) ?? null) };
      case 'COMPARE':
        return { values: [links.number(s) ?? null, links.number(t) ?? null] };
      case 'RELATE': {
        const [a, b] = [s[0], t[0]];
        return { relations: a === undefined || b === undefined ? [] : this.relations(a, b) };
      }
      default:
        return {};
    }
  }

  /** How the first stands to the second. */
  relations(a: number, b: number): Relation[] {
    if (a === b) return ['same'];
    const { links } = this;
    const inside = links.ancestors(a).includes(b);
    const contains = links.ancestors(b).includes(a);
    const found: Relation[] = [
      ...(inside ? ['inside' as const] : []),
      ...(contains ? ['contains' as const] : []),
    ];
    for (const [from, to, back] of [
      [a, b, ''],
      [b, a, '_back'],
    ] as const) {
      if (this.between([from], [to]).length) found.push(`arrow${back}`);
      else if (this.reaches(from, to)) found.push(`path${back}`);
    }
    if (inside || contains) return found;
    const [here, there] = [centreOfRegion(links.at(a)), centreOfRegion(links.at(b))];
    const [dx, dy] = [here[0] - there[0], here[1] - there[1]];
    if (!dx && !dy) return found;
    if (Math.abs(dx) > Math.abs(dy)) return [...found, dx < 0 ? 'left' : 'right'];
    return [...found, dy < 0 ? 'above' : 'below'];
  }

  /** Whether arrows lead from one to the other. */
  private reaches(from: number, to: number): boolean {
    const seen = new Set([from]);
    const queue = [from];
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      for (const far of ordered(this.links.arrows([next], 'leaving').map((arrow) => arrow.far))) {
        if (this.links.covers(to, far)) return true;
        if (!seen.has(far)) queue.push(far);
        seen.add(far);
      }
    return false;
  }
}
