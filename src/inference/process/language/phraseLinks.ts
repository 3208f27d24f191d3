/** Whether something that a question names is in the figure at all, told from the linking numbers. */
import { floatsOf } from '../../engines/onnx/arrays';
import type { Allowed, Program, Situation } from '../figure/program';
import { pointerOf } from '../figure/program';
import type { QuestionFeatures } from './features';
import { linkFeatures } from './linking';

/** A run of tokens, both ends included. */
export interface Phrase {
  from: number;
  to: number;
}

export class PhraseLinks {
  private readonly links: Float32Array;
  private readonly rows: number;

  constructor(
    private readonly question: QuestionFeatures,
    private readonly regions: number,
  ) {
    this.links = floatsOf(question.links);
    this.rows = question.links.dims[1] ?? 0;
  }

  /** `whole` (0) or `word` (1) of a token and a region. */
  at(token: number, region: number, feature: 0 | 1): number {
    return this.links[(token * this.rows + region) * linkFeatures + feature] ?? 0;
  }

  /** The greatest, over regions, of the mean of `whole` over a phrase. */
  best({ from, to }: Phrase): number {
    let best = 0;
    for (let region = 0; region < this.regions; region++) {
      let sum = 0;
      for (let token = from; token <= to; token++) sum += this.at(token, region, 0);
      best = Math.max(best, sum / (to - from + 1));
    }
    return best;
  }

  /**
   * What the grammar allows, without saying that something is not there which is: `ABSENT` and its positions only for phrases that no
   * region is linked to by `threshold` (0: any phrase).
   */
  possible(
    may: Allowed,
    program: Program,
    situation: Situation,
    threshold: number,
  ): Allowed & { positions?: number[] } {
    const positions = Array.from({ length: situation.positions }, (_, i) => i);
    const isAbsent = (from: number, to: number) => threshold === 0 || this.best({ from, to }) < threshold;
    const begins = (from: number) => positions.some((to) => to >= from && isAbsent(from, to));
    if (!program.length && may.tokens.includes('ABSENT') && !positions.some(begins))
      return { ...may, tokens: may.tokens.filter((token) => token !== 'ABSENT') };
    if (may.position === undefined) return may;
    const first = pointerOf(program[1] ?? '');
    const { position } = may;
    return {
      ...may,
      positions: positions.filter(
        (each) => each >= position && (first === undefined ? begins(each) : isAbsent(first, each)),
      ),
    };
  }

  /**
   * The phrase that a pointer to a region stands for, where the region is not linked to it: below `threshold` (0: never).
   * @param attended weight of each token of the question
   */
  unnamed(region: number, attended: Float32Array, threshold: number): Phrase | undefined {
    let link = 0;
    for (const [token, weight] of attended.entries())
      link += weight * Math.max(this.at(token, region, 0), this.at(token, region, 1));
    if (link >= threshold) return undefined;
    const { tokens } = this.question;
    if (!tokens.length) return undefined;
    const weightOf = (token: number) => attended[token] ?? 0;
    let most = 0;
    for (let token = 1; token < tokens.length; token++) if (weightOf(token) > weightOf(most)) most = token;
    const belongs = (token: number) => tokens[token]?.word === true && weightOf(token) >= weightOf(most) / 4;
    let [from, to] = [most, most];
    while (belongs(from - 1)) from--;
    while (belongs(to + 1)) to++;
    return { from, to };
  }
}
