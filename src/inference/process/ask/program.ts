/** Answers a question that the grammar has read, from the words and shapes of a figure. Every answer is computed from these. */
import type { AskedRegion } from '../../../protocol/inference';
import { countOccurrences, countThings } from './counting';
import type { Place } from './figure';
import { centreOf } from './geometry';
import type { Choice, Query } from './grammar';
import { locate, tellOne } from './locating';
import { inside, list, read } from './reading';
import { pointedAt, Referents } from './referents';
import { beside, between, inThird } from './relations';
import { noFocus, type Focus, type Teller } from './teller';

/**
 * Tells the answer to a query.
 * @param asked the regions that the question names
 * @param before what the turn before was about
 * @returns what this turn is about
 * @throws GroundnoteError cancelled
 */
export async function answerQuery(
  teller: Teller,
  query: Query,
  asked: readonly AskedRegion[],
  before: Focus,
): Promise<Focus> {
  const referents = new Referents(teller, asked, before);
  teller.step('understood', { query: referents.describe(query) });
  if (query.ask === 'pick') return pick(teller, query.which, asked, before);
  return { ...(await run(teller, referents, query, before, undefined)), query };
}

/** @param index asks about one of several places */
async function run(
  teller: Teller,
  referents: Referents,
  query: Exclude<Query, { ask: 'pick' }>,
  before: Focus,
  index: number | undefined,
): Promise<Focus> {
  switch (query.ask) {
    case 'list':
      return list(teller);
    case 'locate':
    case 'exists':
      return locate(teller, referents, query, index);
    case 'read':
      // "What does it say?" means the picture where nothing else was spoken of.
      return query.what.kind === 'picture' || (query.what.kind === 'it' && !pointedAt(before).length)
        ? list(teller)
        : read(teller, referents, query.what, index);
    case 'count':
      return countOccurrences(teller, query.what);
    case 'countThings':
      return countThings(teller, referents, query);
    case 'between': {
      const first = referents.resolve(query.first);
      const second = first && referents.resolve(query.second);
      return first && second ? between(teller, first, second) : { ...noFocus, refused: true };
    }
    case 'relation': {
      const { direction, of } = query;
      // "And to the right?": of what the turn before was about; in a new conversation, of the picture.
      const found = of ? of.kind !== 'picture' && referents.resolve(of) : referents.continued();
      if (!found && (!of || of.kind === 'picture'))
        return direction === 'inside' ? list(teller) : inThird(teller, direction);
      if (!found) return { ...noFocus, refused: true };
      return direction === 'inside'
        ? inside(teller, referents, found, index)
        : beside(teller, referents, found, direction, index);
    }
  }
}

/** The question of the turn before about another of the places that it could mean. */
async function pick(
  teller: Teller,
  which: Choice,
  asked: readonly AskedRegion[],
  before: Focus,
): Promise<Focus> {
  const { query, subjects, answers } = before;
  const many = subjects.length > 1 ? subjects : answers;
  if (!query || many.length < 2) return teller.refuse(isEmpty(before) ? 'noTurn' : 'noOther');
  const index = chosen(which, many, before.index ?? 0);
  if (index === undefined) return teller.refuse('noOther');
  const repeatable = query.ask === 'relation' || query.ask === 'read';
  if (!repeatable || many !== subjects) return { ...tellOne(teller, many, index), query };
  const it = { kind: 'it' } as const;
  const repeated = query.ask === 'relation' ? { ...query, of: it } : { ...query, what: it };
  // "It" of the repeated question are all the places, of which it takes the chosen one.
  const focus: Focus = { subjects: [], answers: subjects };
  const referents = new Referents(teller, asked, focus);
  return { ...(await run(teller, referents, repeated, focus, index)), query };
}

function chosen(which: Choice, places: readonly Place[], now: number): number | undefined {
  if (which === 'next') return (now + 1) % places.length;
  if (typeof which === 'number') {
    const index = which < 0 ? places.length + which : which - 1;
    return index >= 0 && index < places.length ? index : undefined;
  }
  const axis = which === 'left' || which === 'right' ? 0 : 1;
  const towards = which === 'right' || which === 'below' ? 1 : -1;
  const along = (place: Place) => towards * centreOf(place.box)[axis];
  return places.reduce((best, place, i) => (along(place) > along(places[best] as Place) ? i : best), 0);
}

const isEmpty = ({ subjects, answers }: Focus) => !subjects.length && !answers.length;
