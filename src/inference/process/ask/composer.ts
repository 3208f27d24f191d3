/** Composes an answer from sentence templates, and keeps which of its words are about which regions, and how it was found. */
import type { ExplanationStep, ResultRegion, Span } from '../../../protocol/inference';

/** A word or a list of words of a sentence, tied to what it is about. */
export interface Tied<Item> {
  text: string;
  places: readonly Item[];
}
export type Value<Item> = string | number | Tied<Item> | readonly Value<Item>[];
export type Values<Item> = Readonly<Record<string, Value<Item>>>;

/** How the sentences of a language are put together. */
export interface Phrasing<Sentence extends string> {
  /** `{name}` is filled in. */
  sentences: Readonly<Record<Sentence, string>>;
  /** Between the parts of a list. */
  separators: { between: string; last: string };
}

export abstract class Composer<Sentence extends string, Item> {
  text = '';
  readonly spans: Span[] = [];
  readonly regions: ResultRegion[] = [];
  readonly steps: ExplanationStep[] = [];

  /** @param onText hears of the text so far */
  constructor(
    private readonly phrasing: Phrasing<Sentence>,
    private readonly onText: (text: string) => void,
  ) {}

  /** The id of the region that something is, which becomes one of the answer's where it is not yet. */
  protected abstract regionOf(item: Item): string;

  /** A sentence as it opens in this language; of the same length. */
  protected opened(text: string): string {
    return text;
  }

  /** Adds a sentence to the answer. */
  say(sentence: Sentence, values: Values<Item> = {}): void {
    this.text += this.opened(this.filled(sentence, values, this.text.length, this.spans));
    this.onText(this.text);
  }

  /** Adds a step to the explanation; what it is about lights up as a whole. */
  step(sentence: Sentence, values: Values<Item> = {}): void {
    const spans: Span[] = [];
    const text = this.filled(sentence, values, 0, spans);
    const regions = [...new Set(spans.flatMap((span) => span.regions))];
    this.steps.push({ text, ...(regions.length && { regions }) });
  }

  /** A sentence as words for another one. */
  phrase(sentence: Sentence, values: Values<Item> = {}): Value<Item>[] {
    return partsOf(this.phrasing.sentences[sentence], values);
  }

  joined(parts: readonly Value<Item>[]): Value<Item> {
    const { between, last } = this.phrasing.separators;
    return parts.flatMap((part, i) => [i === 0 ? '' : i === parts.length - 1 ? last : between, part]);
  }

  private filled(sentence: Sentence, values: Values<Item>, at: number, spans: Span[]): string {
    let text = '';
    const write = (value: Value<Item>): void => {
      if (typeof value === 'object' && 'places' in value) {
        const start = at + text.length;
        text += value.text;
        spans.push({
          start,
          end: at + text.length,
          regions: [...new Set(value.places.map((place) => this.regionOf(place)))],
        });
      } else if (typeof value === 'object') {
        value.forEach(write);
      } else {
        text += String(value);
      }
    };
    this.phrase(sentence, values).forEach(write);
    return text;
  }
}

/** A template cut at its `{names}`, which are replaced by their values. */
function partsOf<Item>(template: string, values: Values<Item>): Value<Item>[] {
  return template.split(/(\{\w+\})/u).flatMap((part): Value<Item>[] => {
    const name = /^\{(\w+)\}$/u.exec(part)?.[1];
    if (name === undefined) return part ? [part] : [];
    const value = values[name];
    return value === undefined ? [] : [value];
  });
}
