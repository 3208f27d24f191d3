/** From what a question names to places of the figure. */
import type { AskedRegion } from '../../../protocol/inference';
import type { Place } from './figure';
import type { Query, Referent } from './grammar';
import type { Focus, Teller, Value } from './teller';

/** What a referent was found to be. */
export interface Found {
  places: readonly Place[];
  /** As the question names it. */
  name: Value;
  kind: 'same' | 'contained' | 'similar';
}

export class Referents {
  constructor(
    private readonly teller: Teller,
    private readonly asked: readonly AskedRegion[],
    /** The turn before. */
    private readonly before: Focus,
  ) {}

  /** The places that a referent has; undefined where it has none, and then the answer says why. */
  resolve(what: Referent): Found | undefined {
    const { teller } = this;
    switch (what.kind) {
      case 'regions': {
        const places = what.ids.flatMap((id) => {
          const asked = this.asked.find((region) => region.id === id);
          return asked ? [teller.figure.region(asked)] : [];
        });
        return this.of(places);
      }
      case 'box':
        return this.of([teller.figure.boxIn(what.box)]);
      case 'picture': {
        const { width, height } = teller.figure.picture;
        const found = this.of([{ box: [0, 0, width, height], contains: () => true }]);
        return found && { ...found, name: teller.words.sentences.picture };
      }
      case 'it': {
        const places = pointedAt(this.before);
        if (places.length)
          teller.step('stepBefore', { it: teller.words.sentences.it, list: teller.listOf(places) });
        return this.of(places);
      }
      case 'phrase':
        return this.phrase(what.text);
    }
  }

  /** What the turn before was about, not what it found; undefined where it was about nothing. */
  continued(): Found | undefined {
    const places = subjectsOf(this.before);
    if (!places.length) return undefined;
    this.teller.step('stepBefore', { it: this.teller.words.sentences.it, list: this.teller.listOf(places) });
    return this.of(places);
  }

  /** The place that a question about one place means; where there are several, the answer says which it takes. */
  oneOf(found: Found, index: number | undefined): Place {
    const place = found.places[index ?? 0] as Place;
    if (found.places.length > 1)
      this.teller.say('aboutOne', {
        phrase: found.name,
        count: found.places.length,
        position: this.teller.position(place),
      });
    return place;
  }

  /** The question in plain words, for the explanation. */
  describe(query: Query): Value {
    const { teller } = this;
    switch (query.ask) {
      case 'locate':
        return teller.phrase('queryLocate', { x: this.nameOf(query.what) });
      case 'exists':
        return teller.phrase('queryExists', { x: this.nameOf(query.what) });
      case 'read':
        return teller.phrase('queryRead', { x: this.nameOf(query.what) });
      case 'count':
        return teller.phrase('queryCount', { x: this.nameOf(query.what) });
      case 'countThings':
        return teller.phrase(query.things === 'boxes' ? 'queryBoxes' : 'queryLabels', {
          x: this.nameOf(query.within),
        });
      case 'relation': {
        const x = this.nameOf(query.of ?? { kind: 'it' });
        if (query.direction === 'inside') return teller.phrase('queryInside', { x });
        return teller.phrase('querySide', { side: teller.words.sides[query.direction], x });
      }
      case 'between':
        return teller.phrase('queryBetween', { x: this.nameOf(query.first), y: this.nameOf(query.second) });
      case 'list':
        return teller.phrase('queryList');
      case 'pick':
        return teller.phrase('queryPick');
    }
  }

  private nameOf(what: Referent): Value {
    switch (what.kind) {
      case 'phrase':
        return this.teller.quoted(what.text);
      case 'regions': {
        const regions = this.asked.filter(({ id }) => what.ids.includes(id));
        return this.teller.listOf(regions.map((asked) => this.teller.figure.region(asked)));
      }
      case 'box':
        return this.teller.named(this.teller.figure.boxIn(what.box)).text;
      default:
        return this.teller.words.sentences[what.kind];
    }
  }

  private of(places: readonly Place[]): Found | undefined {
    const [first] = places;
    if (first) return { places, name: this.teller.named(first), kind: 'same' };
    this.teller.refuse('whichIt');
    return undefined;
  }

  private phrase(text: string): Found | undefined {
    const { teller } = this;
    const phrase = teller.quoted(text);
    const found = teller.figure.find(text);
    if (!found) {
      teller.step('stepMissing', { phrase, labels: teller.figure.labels.length });
      teller.refusePhrase(text);
      return undefined;
    }
    const step = ({ same: 'stepSame', contained: 'stepContained', similar: 'stepSimilar' } as const)[
      found.kind
    ];
    teller.step(step, { phrase, list: teller.listOf(found.places) });
    return { places: found.places, name: phrase, kind: found.kind };
  }
}

/**
 * What "it" means: the one place that the turn before found, of several places beside something the nearest, else the one
 * that it was about, else all that it found. After a list of everything it means nothing.
 */
export function pointedAt({ query, ...before }: Focus): readonly Place[] {
  const { answers } = before;
  if (answers.length === 1) return answers;
  if (query?.ask === 'list' || query?.ask === 'countThings') return [];
  if (query?.ask === 'relation' && query.direction !== 'inside' && answers.length) return answers.slice(0, 1);
  const subjects = subjectsOf(before);
  if (subjects.length === 1) return subjects;
  return answers.length ? answers : subjects;
}

/** What a turn was about. */
const subjectsOf = ({ subjects, index }: Focus): readonly Place[] =>
  index === undefined ? subjects : subjects.slice(index, index + 1);
