/** Tells an answer sentence by sentence, and keeps which words are about which places, and how it was found. */
import { Composer, type Tied, type Value as ValueOf, type Values as ValuesOf } from './composer';
import type { Figure, Place } from './figure';
import { thirdOf } from './geometry';
import { shapeKind } from './shapeKind';
import type { Query } from './grammar';
import type { Sentence, Words } from './words';
import { roundedBox } from '../ground/ground';

/** What a turn was about, for the next one. */
export interface Focus {
  query?: Query;
  /** All places that what was asked about has; several where a label occurs more than once. */
  subjects: readonly Place[];
  /** Which of these the answer was about; all of them where absent. */
  index?: number;
  /** What the answer named. */
  answers: readonly Place[];
  refused?: true;
}

export const noFocus: Focus = { subjects: [], answers: [] };

/** Names of an answer's list are at most so many. */
const longestList = 24;
const mostHints = 4;

export type Value = ValueOf<Place>;
type Values = ValuesOf<Place>;

export class Teller extends Composer<Sentence, Place> {
  private readonly idOfPlace = new Map<string, string>();

  /** @param onText hears of the text so far */
  constructor(
    readonly figure: Figure,
    readonly words: Words,
    onText: (text: string) => void,
  ) {
    super(words, onText);
  }

  /** The name of a place in a sentence, tied to it. */
  named(place: Place): Tied<Place> {
    const text =
      place.asked?.name ??
      (place.text === undefined ? this.figure.boxText(place.box) : this.words.quote(place.text));
    return { text, places: [place] };
  }

  /** Names of places as a list, each tied to its place; the end of a very long list is a number. */
  listOf(places: readonly Place[]): Value {
    const shown = places.slice(0, longestList).map((place): Value => this.named(place));
    const left = places.length - shown.length;
    return this.joined(left > 0 ? [...shown, this.phrase('more', { count: left })] : shown);
  }

  /** Names with where each is. */
  placedList(places: readonly Place[]): Value {
    return this.joined(
      places.map((place) => this.phrase('labelAt', { x: this.named(place), position: this.position(place) })),
    );
  }

  /** Where in the picture a place lies, in words. */
  position(place: Place): string {
    return this.words.position(...thirdOf(place.shape?.box ?? place.box, this.figure.picture));
  }

  /** What the shape of a place looks like, in words; undefined where it has none. */
  shapeWords({ shape }: Place): string | undefined {
    return shape && this.words.shapes[shapeKind(shape.mask, shape.box)];
  }

  /** A step about the shape of a label. */
  explainShape(place: Place): void {
    if (!place.lines) return;
    const { shape } = place;
    const x = this.named(place);
    const kind = this.shapeWords(place);
    if (!shape || kind === undefined) this.step('stepNoShape', { x });
    else
      this.step(shape.pack ? 'stepSegmented' : 'stepShape', {
        x,
        shape: kind,
        box: this.figure.boxText(shape.box),
      });
  }

  /** Says why there is no answer. */
  refuse(sentence: Sentence, values: Values = {}): Focus {
    this.say(sentence, values);
    return { ...noFocus, refused: true };
  }

  /** Says that nothing is written in the picture at all, and what would be needed. */
  refuseWithoutText(): Focus {
    const focus = this.refuse('nothingRead');
    this.say('needsModel');
    return focus;
  }

  /** Says that a phrase is not written, and what is like it. */
  refusePhrase(text: string): Focus {
    const { lines } = this.figure;
    if (!lines.length) return this.refuseWithoutText();
    const focus = this.refuse('notWritten', { phrase: this.quoted(text), lines: lines.length });
    this.sayNearest(text);
    this.say('writtenOnly');
    return focus;
  }

  sayNearest(text: string): void {
    const nearest = this.figure.nearest(text, mostHints);
    if (nearest.length)
      this.say('nearest', { list: this.joined(nearest.map((each) => this.words.quote(each))) });
  }

  /** A phrase of the question in quotes of the answer's language. */
  quoted(text: string): string {
    return this.words.quote(text.replace(/^"(.*)"$/u, '$1'));
  }

  /** The id of the region that a place is: the user's own, or one of the answer's, with the shape that its label names. */
  protected regionOf(place: Place): string {
    if (place.asked) return place.asked.id;
    const key = `${place.box.join(' ')} ${place.text ?? ''}`;
    const known = this.idOfPlace.get(key);
    if (known !== undefined) return known;
    const id = String(this.regions.length + 1);
    this.idOfPlace.set(key, id);
    const shape = place.shape ?? this.figure.outline(place);
    const confidence = Math.min(1, ...(place.lines ?? []).map((line) => line.confidence));
    this.regions.push({
      id,
      ...(place.text !== undefined && { label: place.text }),
      ...(place.lines && { score: Math.round(confidence * 1000) / 1000 }),
      box: shape?.box ?? roundedBox(place.box),
      ...(shape && { mask: shape.mask }),
    });
    return id;
  }
}
