/** Composes answers about a parsed figure; what they name are regions of the parse, by their places in it. */
import type { Rle } from '../../../../protocol/geometry';
import type { AskedRegion } from '../../../../protocol/inference';
import { rleBox } from '../../../../protocol/rle';
import { Composer, type Tied, type Value as ValueOf } from '../../ask/composer';
import type { Language } from '../../ask/grammar';
import { Links } from '../links';
import type { FigureParse } from '../parse';
import { Names } from './names';
import { figureWords, type FigureWords, type Sentence } from './words';
import { roundedBox } from '../../ground/ground';

export type Value = ValueOf<number>;

/** Names of an answer's list are at most so many. */
const longestList = 24;

export interface TellerOptions {
  parse: FigureParse;
  language: Language;
  /** Regions of the user's that mean no part of the figure, by their places in the parse. */
  given: ReadonlyMap<number, AskedRegion>;
  /** The exact pixels of a region, where they are known. */
  maskOf(index: number): Rle | undefined;
  onText(text: string): void;
}

export class FigureTeller extends Composer<Sentence, number> {
  readonly links: Links;
  readonly words: FigureWords;
  readonly names: Names;
  private readonly ids = new Map<number, string>();

  constructor(private readonly options: TellerOptions) {
    super(figureWords[options.language], options.onText);
    this.words = figureWords[options.language];
    this.links = new Links(options.parse);
    const given = new Map([...options.given].map(([index, { name }]) => [index, name]));
    this.names = new Names(this.links, options.parse, this.words, given);
  }

  /** Regions of the answer by their places in the parse, with their ids. */
  get told(): ReadonlyMap<number, string> {
    return this.ids;
  }

  named(index: number): Tied<number> {
    return { text: this.names.of(index), places: [index] };
  }

  /** A text that is about regions. */
  tied(text: string, places: readonly number[]): Tied<number> {
    return { text, places };
  }

  /** Names as a list; the end of a very long list is a number. */
  listOf(set: readonly number[]): Value {
    const shown = set.slice(0, longestList).map((index): Value => this.named(index));
    const rest = set.slice(shown.length);
    if (rest.length) shown.push(this.tied(this.plain('more', { count: rest.length }), rest));
    return this.joined(shown);
  }

  /** Between two sentences. */
  space(): void {
    this.text += ' ';
  }

  /** A sentence as a plain text. */
  plain(sentence: Sentence, values: Readonly<Record<string, Value>> = {}): string {
    const flat = (value: Value): string => {
      if (typeof value !== 'object') return String(value);
      return 'places' in value ? value.text : value.map(flat).join('');
    };
    return flat(this.phrase(sentence, values));
  }

  protected override opened(text: string): string {
    return this.words.capital(text);
  }

  protected regionOf(index: number): string {
    const known = this.ids.get(index) ?? this.options.given.get(index)?.id;
    if (known !== undefined) return known;
    const id = String(this.ids.size + 1);
    this.ids.set(index, id);
    const { box, score } = this.links.at(index);
    const mask = this.options.maskOf(index);
    this.regions.push({
      id,
      label: this.names.of(index).replace(/^["“](.*)["”]$/u, '$1'),
      ...(score !== undefined && { score: Math.round(score * 1000) / 1000 }),
      box: mask ? rleBox(mask) : roundedBox(box),
      ...(mask && { mask }),
    });
    return id;
  }
}
