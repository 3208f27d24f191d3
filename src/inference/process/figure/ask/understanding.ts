/** From a question to a program, and to what it finds: the language model, after the questions that need none. */
import type { AskedRegion } from '../../../../protocol/inference';
import type { ParseFeatures } from '../../language/features';
import type { LanguageModel, Written } from '../../language/languageModel';
import { Executor, resolveChips, type ProgramResult } from '../execute';
import type { FigureParse } from '../parse';
import { exactProgram } from './exact';
import type { NumberedQuestion } from './question';

/** What the turn before was about. */
export interface Before {
  program: readonly string[];
  focus: readonly number[];
}
export const noTurnBefore: Before = { program: [], focus: [] };

export interface Understanding {
  program: string[];
  result: ProgramResult;
  executor: Executor;
  /** The parse with the user's regions that mean no part of the figure. */
  parse: FigureParse;
  given: Map<number, AskedRegion>;
  /** How the language model came to it; absent where the program is given or the question has an exact form. */
  written?: Written;
}

/** What understands questions about one figure. */
export interface Reader {
  model: LanguageModel;
  parse: FigureParse;
  featuresOf(parse: FigureParse): ParseFeatures;
  signal: AbortSignal;
}

/**
 * @param program run instead of one that the model writes
 * @throws GroundnoteError cancelled, broken-pack
 */
export async function understand(
  { model, parse: bare, featuresOf, signal }: Reader,
  question: NumberedQuestion,
  before: Before,
  program?: readonly string[],
): Promise<Understanding> {
  const { parse, meant } = resolveChips(bare, question.chips);
  const given = new Map<number, AskedRegion>();
  question.asked.forEach((asked, i) => {
    const index = meant[i];
    if (asked && index !== undefined && parse.regions[index]?.role === 'user') given.set(index, asked);
  });
  const executor = new Executor(parse, before.focus, meant);
  const finish = (run: readonly string[], written?: Written): Understanding => ({
    program: [...run],
    result: executor.run(run, written?.question.tokens.length ?? 0),
    executor,
    parse,
    given,
    ...(written && { written }),
  });
  const known = program ?? exactProgram(question, parse);
  if (known) return finish(known);
  const written = await model.write(
    featuresOf(parse),
    parse.regions.length,
    { text: question.text, focus: before.focus, chips: meant, before: before.program },
    signal,
  );
  return finish(written.program, written);
}
