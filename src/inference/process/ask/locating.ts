/** Where something is written, and whether it is. */
import type { Place } from './figure';
import type { Query } from './grammar';
import type { Referents } from './referents';
import { noFocus, type Focus, type Teller } from './teller';

/** @param index asks about one of several places. @throws GroundnoteError cancelled */
export async function locate(
  teller: Teller,
  referents: Referents,
  { what, ask }: Extract<Query, { ask: 'locate' | 'exists' }>,
  index: number | undefined,
): Promise<Focus> {
  const { figure } = teller;
  if (ask === 'exists' && what.kind === 'phrase' && figure.lines.length && !figure.find(what.text)) {
    const phrase = teller.quoted(what.text);
    teller.step('stepMissing', { phrase, labels: figure.labels.length });
    teller.say('no', { phrase });
    teller.sayNearest(what.text);
    if (!what.text.startsWith('"')) teller.say('writtenOnly');
    return noFocus;
  }
  const found = referents.resolve(what);
  if (!found) return { ...noFocus, refused: true };
  if (ask === 'exists') teller.say('yes');
  if (index !== undefined) return { ...tellOne(teller, found.places, index) };
  const shown: Place[] = [];
  for (const place of found.places) {
    const shape = await figure.shape(place);
    shown.push(shape ? { ...place, shape } : place);
    teller.explainShape(shown.at(-1) as Place);
  }
  const [only] = shown;
  if (only && shown.length === 1) {
    const values = { phrase: found.name, x: teller.named(only), position: teller.position(only) };
    const shape = teller.shapeWords(only);
    if (found.kind === 'contained') teller.say('partOf', values);
    else if (found.kind === 'similar') teller.say('alike', values);
    else if (shape === undefined) teller.say('isAt', values);
    else teller.say('isAtInShape', { ...values, shape });
  } else {
    teller.say('places', { phrase: found.name, count: shown.length, list: teller.placedList(shown) });
  }
  return { subjects: shown, answers: shown };
}

/** One of several places, by its number. */
export function tellOne(teller: Teller, places: readonly Place[], index: number): Focus {
  const place = places[index] as Place;
  teller.say('nthOf', {
    n: index + 1,
    count: places.length,
    x: teller.named(place),
    position: teller.position(place),
  });
  return { subjects: places, index, answers: [place] };
}
