/**
 * Questions of an exact form about a label that is written in the figure just so: their programs are told without the model. The
 * forms are those of the reader (process/ask), so that a question that both packs understand means the same to both.
 */
import { parseQuestion, type Query, type Referent } from '../../ask/grammar';
import { tokensOf } from '../../language/text';
import type { FigureParse } from '../parse';
import type { NumberedQuestion } from './question';

export function exactProgram({ text, chips }: NumberedQuestion, parse: FigureParse): string[] | undefined {
  if (chips.length) return undefined;
  const { query } = parseQuestion({ text, spans: [] });
  return query && programOf(query, parse);
}

function programOf(query: Query, parse: FigureParse): string[] | undefined {
  const about = (root: string, what: Referent, step: string[] = []) => {
    const region = what.kind === 'phrase' ? onlyRegion(what.text, parse) : undefined;
    return region === undefined ? undefined : [root, ...step, 'REF', `@${region}`];
  };
  switch (query.ask) {
    case 'locate':
      return about('SHOW', query.what);
    case 'exists':
      return about('EXISTS', query.what);
    default:
      return undefined;
  }
}

/** The only region with a label, written just so but for case and spaces. */
function onlyRegion(phrase: string, { regions }: FigureParse): number | undefined {
  const wanted = compact(phrase.replace(/^(?:(?:the|an?)\s+|这个|那个)/iu, ''));
  const found = wanted
    ? regions.flatMap(({ text }, index) => (text && compact(text) === wanted ? [index] : []))
    : [];
  return found.length === 1 ? found[0] : undefined;
}

const compact = (text: string): string =>
  tokensOf(text)
    .filter(({ word }) => word)
    .map((token) => token.text)
    .join('');
