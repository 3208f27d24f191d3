/** What the language model had in mind, in the form of the protocol. */
import type { Trace } from '../../../../protocol/trace';
import { floatsOf } from '../../../engines/onnx/arrays';
import { linkFeatures } from '../../language/linking';
import type { Written } from '../../language/languageModel';
import type { PictureWindow } from '../../pictureWindow';
import { pointerOf } from '../program';
import type { FigureTeller } from '../tell/teller';
import { roundedBox } from '../../ground/ground';

const mostLinks = 24;
const mostWords = 4;
/** Weaker links and weights are noise. */
const leastLink = 0.3;
const leastWeight = 0.05;

export function traceOf(
  teller: FigureTeller,
  text: string,
  { program, tokens, dropped, question }: Written,
  window: Pick<PictureWindow, 'boxOut'>,
): Trace {
  const parts: Trace['parts'] = [];
  const places = new Map<number, number>();
  const partOf = (region: number): number => {
    const known = places.get(region);
    if (known !== undefined) return known;
    const { role, box } = teller.links.at(region);
    places.set(region, parts.length);
    return parts.push({ role, name: teller.names.of(region), box: roundedBox(window.boxOut(box)) }) - 1;
  };
  const wordAt = (token: number) => {
    const found = question.tokens[token];
    return found && text.slice(found.start, found.end);
  };
  const told = ({ token, probability }: { token: string; probability: number }) => {
    const pointer = pointerOf(token);
    if (pointer === undefined) return { token, probability };
    return token.startsWith('@')
      ? { token: 'region', probability, part: partOf(pointer) }
      : { token: `“${wordAt(pointer) ?? ''}”`, probability };
  };
  const written = (dropped ?? program).map((_, i) => tokens[i]).filter((token) => token !== undefined);
  return {
    question: text,
    program: written.map((each) => {
      const attended = [...each.attended]
        .map((weight, token) => ({ word: wordAt(token) ?? '', weight }))
        .filter(({ word, weight }) => word && weight >= leastWeight)
        .sort((a, b) => b.weight - a.weight)
        .slice(0, mostWords);
      return {
        ...told(each),
        alternatives: each.alternatives.map(told),
        ...(each.token.startsWith('@') && { attended }),
      };
    }),
    links: linksOf(question, teller.links.regions.length).map(({ token, region, score }) => ({
      word: wordAt(token) ?? '',
      part: partOf(region),
      score,
    })),
    parts,
  };
}

/** For each word the parts that fit it best, by the linking numbers. */
function linksOf(
  { links, tokens }: Written['question'],
  regions: number,
): { token: number; region: number; score: number }[] {
  const values = floatsOf(links);
  const rows = links.dims[1] ?? 0;
  const found = tokens.flatMap(({ word }, token) =>
    Array.from({ length: word ? regions : 0 }, (_, region) => {
      const at = (token * rows + region) * linkFeatures;
      const isBest = values[at + 2] === 1;
      return { token, region, score: isBest ? (values[at] ?? 0) : 0 };
    }),
  );
  return found
    .filter(({ score }) => score >= leastLink)
    .sort((a, b) => b.score - a.score)
    .slice(0, mostLinks);
}
